# Was alle Schreiben gemeinsam haben. Ein Vertrag ($clause) steht immer nach „nach“.
list-comma = { $first }, { $rest }
list-and = { $first } und { $last }
products-all = alle unsere Produkte
reader-you = Sie
reader-organisation = Ihre Organisation

clause-both = { $clause }, { $document }
clause-only = { $clause } Ihres Auftragsverarbeitungsvertrags
clause-none = Ihrem Auftragsverarbeitungsvertrag

greeting = Guten Tag { $contact_name },
    .team = Guten Tag, Datenschutzteam von { $customer },
    .nobody = Guten Tag,

brand = Ankündigung zu Unterauftragsverarbeitern
nothing-to-do = Sie brauchen nichts zu tun.
no-objection-no-action = Wenn Sie keinen Einspruch haben, brauchen Sie nichts zu tun.

label-colon = :
label-planned-start = Geplanter Beginn
label-planned-end = Geplantes Ende
label-ended = Nicht mehr im Einsatz seit
label-until = Einspruch möglich bis
label-answer-by = Bitte antworten Sie bis
label-your-deadline = Ihre Frist
label-started = Begonnen
label-not-before = Nicht vor

until-effect = die Änderung wirksam wird, frühestens { $instant }

button-object = Lesen und Einspruch erheben
button-answer = Lesen und antworten
button-details = Einzelheiten lesen
button-confirm = Abonnement bestätigen
button-status = Zum Stand der Sache
button-console = Konsole öffnen

preheader-until = Sie können Einspruch erheben bis { $deadline }.
preheader-answer-by = Bitte antworten Sie bis { $deadline_at }.
preheader-start = Geplanter Beginn: { $effective }.

signature = { $dpo_name }, { $processor_legal }
signature-full = { $dpo_name }, { $processor_legal }, { $postal_address }, { $dpo_address }
signature-lines = { $dpo_name }
    .company = { $processor_legal }
    .address = { $postal_address }

footer-contact = Sie erhalten dieses Schreiben, weil { $customer } diese Adresse für solche Ankündigungen genannt hat. Es ist keine Werbung und hat deshalb keinen Link zum Abbestellen. Um jemand anderen zu nennen:
footer-subscriber = Sie haben diese Ankündigungen am { $subscribed_on } angefordert. Das Recht auf Einspruch haben unsere Kunden: Wenn Sie für einen schreiben, nennen Sie uns in Ihrer Antwort seinen Namen; Ihre Nachricht zählt dann von dem Zeitpunkt an, zu dem sie uns erreicht hat. Diese E-Mails abbestellen:
footer-genuine = Echt? Dasselbe Schreiben, { $notice_ref }, steht auf unseren eigenen Seiten:
footer-check = Um es ohne Link zu prüfen, suchen Sie { $change_ref } in unserem öffentlichen Verzeichnis der Unterauftragsverarbeiter, oder geben Sie den Code { $letter_code } ein auf { $genuine_url }
footer-code = Echt? Geben Sie den Code { $letter_code } ein auf { $genuine_url }
footer-register = Alle Unterauftragsverarbeiter:
footer-calendar = Ihre Frist für Ihren Kalender:
    .changes = Unsere Änderungen für Ihren Kalender:
footer-current-list = Unser aktuelles Verzeichnis:
footer-customer = Für { $customer }
    .with-reference = Für { $customer }, bei uns { $customer_reference }
