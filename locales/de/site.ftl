# Worte der öffentlichen und der persönlichen Seiten.

## Rahmen

brand = Unterauftragsverarbeiter
title-of-site = { $processor }: Unterauftragsverarbeiter
skip = Zum Inhalt springen
nav-main = Hauptnavigation
nav-about = Über diese Seiten
nav-languages = Sprache
nav-register = Verzeichnis
nav-changes = Änderungen
nav-subscribe = Abonnieren
nav-feed = Atom-Feed
nav-genuine = Ist ein Schreiben echt?
feed-title = Änderungen bei Unterauftragsverarbeitern
feed-title-of = { $processor }: Änderungen bei Unterauftragsverarbeitern
feed-entry = { $what }: { $headline } ({ $reference })
feed-summary = { $headline }, geplant für { $day }.
dpo = Datenschutzbeauftragter:
legal-imprint = Impressum
legal-privacy = Datenschutzerklärung
legal-terms = Nutzungsbedingungen
more = Mehr
back-to-register = Zurück zum Verzeichnis

## Tage

weekday-1 = Montag
weekday-2 = Dienstag
weekday-3 = Mittwoch
weekday-4 = Donnerstag
weekday-5 = Freitag
weekday-6 = Samstag
weekday-7 = Sonntag
weekday-short-1 = Mo.
weekday-short-2 = Di.
weekday-short-3 = Mi.
weekday-short-4 = Do.
weekday-short-5 = Fr.
weekday-short-6 = Sa.
weekday-short-7 = So.
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
month-short-1 = Jan.
month-short-2 = Feb.
month-short-3 = März
month-short-4 = Apr.
month-short-5 = Mai
month-short-6 = Juni
month-short-7 = Juli
month-short-8 = Aug.
month-short-9 = Sept.
month-short-10 = Okt.
month-short-11 = Nov.
month-short-12 = Dez.
date-long = { $weekday }, { $day }. { $month } { $year }
date-short = { $weekday }, { $day }. { $month } { $year }
date-plain = { $day }. { $month } { $year }
date-day-month = { $day }. { $month }
date-month = { $month } { $year }
instant = { $day }, { $time } Uhr, { $zone }
instant-plain = { $day }, { $time } Uhr
zone-city = Ortszeit { $city }
zone-utc = UTC

## Angaben zu einem Unterauftragsverarbeiter

fact-name = Name
fact-legal_entity = Rechtsträger
fact-address = Anschrift
fact-contact = Kontakt
fact-website = Website
fact-category = Kategorie
fact-purpose = Zweck
fact-nature = Art und Dauer
fact-places = Ort
fact-countries = Länder
fact-regions = Regionen
fact-data_types = Personen­bezogene Daten
fact-data_subjects = Betroffene Personen
fact-products = Produkte
fact-transfer_mechanism = Übermittlung
fact-safeguards = Garantien
fact-affiliate = Mit uns verbunden
fact-engaged_by = Beauftragt von
fact-since = In diesem Verzeichnis seit
yes = Ja
no = Nein
not-stated = Nicht angegeben
all-products = Alle Produkte
transfer-none-needed = Keine nötig (EU)

## Kalender
ics-name = Unterauftragsverarbeiter von { $processor }
ics-change = { $headline } ({ $reference })
ics-deadline = Letzte Stunde für einen Einspruch: { $headline } ({ $reference })
ics-deadline-says = Sie können bis { $deadline } Einspruch erheben, über den Link in unserem Schreiben oder als Antwort darauf. Wenn Sie einverstanden sind, brauchen Sie nichts zu tun.
ics-deadline-standard = Nach unserem Standardvertrag ist ein Einspruch bis { $deadline } möglich. Sagt Ihr Vertrag etwas anderes, stehen Ihre Frist und Ihr Link für den Einspruch in unserem Schreiben.
log-calendar = Kalender
object-calendar = In den Kalender übernehmen (.ics)

## Änderungen in Worten

joins = { $name } kommt hinzu
joined = { $name } kam hinzu
leaves = { $name } entfällt
left = { $name } ist entfallen
replaces = { $name } ersetzt { $old }
replaced = { $name } hat { $old } ersetzt
region-added = { $name } erhält eine weitere Region
region-added-past = { $name }: Region hinzugefügt
data-added = { $name } erhält weitere Daten
data-added-past = { $name }: weitere Daten hinzugefügt
changes = { $name } ändert sich
changed = { $name } hat sich geändert
corrected = { $name }: Eintrag berichtigt
from-to = { $fact }: bisher <del>{ $before }</del>, neu <ins>{ $after }</ins>.
from-nothing-to = { $fact }: <ins>{ $after }</ins>, bisher nicht angegeben.
to-nothing = { $fact }: nicht mehr angegeben, bisher <del>{ $before }</del>.
kind-addition = Hinzunahme
kind-replacement = Ersetzung
kind-material_change = Änderung der Verarbeitung
kind-removal = Wegfall
kind-correction = Berichtigung des Eintrags, keine neue Verarbeitung
kind-and-announced = { $kind }, angekündigt am { $day }
kind-in-force = { $kind }, in Kraft seit { $day }
badge-open = Einspruch möglich
badge-announced = Angekündigt
badge-held = Angehalten
badge-effective = In Kraft
badge-for-some = Für einige in Kraft
badge-withdrawn = Zurückgezogen

## Verzeichnis

register-title = Verzeichnis
register-h1 = Unterauftrags­verarbeiter
register-lede = Die Unternehmen, die für { $processor } und seine Kunden personenbezogene Daten verarbeiten. Keines kommt in dieses Verzeichnis, bevor jeder Kunde informiert wurde und Zeit für einen Einspruch hatte.
coming-h2 = Geplant
changes-of-day = { $count ->
    [one] Eine Änderung
   *[other] { $word } Änderungen
}
number-2 = zwei
number-3 = drei
number-4 = vier
number-5 = fünf
number-6 = sechs
number-7 = sieben
number-8 = acht
number-9 = neun
coming-later = Später oder ebenfalls angekündigt
coming-none = Keine Änderung ist geplant
coming-none-way = Wer abonniert, erfährt es zuerst.
point-announced = Angekündigt
point-today = Heute
point-objections = Einspruch bis*
point-objections-plain = Einspruch bis
point-in-force = In Kraft ab
point-was-planned = War geplant für
point-withdrawn = Zurückgezogen
point-effective = In Kraft seit
coming-footnote = * Nach unserem Standardvertrag. Sagt Ihr Vertrag etwas anderes, stehen in dem Schreiben an Sie Ihr Termin und Ihr persönlicher Link für einen Einspruch. Kein Schreiben erhalten? Schreiben Sie an { $dpo }.
coming-footnote-none = * Nach unserem Standardvertrag. Sagt Ihr Vertrag etwas anderes, stehen in dem Schreiben an Sie Ihr Termin und Ihr persönlicher Link für einen Einspruch.
coming-footnote-until-effect = Nach unserem Standardvertrag können Sie Einspruch erheben, bis die Änderung wirksam wird. In dem Schreiben an Sie steht Ihr persönlicher Link für einen Einspruch.
coming-held = Der geplante Tag ist gekommen, und diese Änderung ist nicht wirksam geworden: Eine unserer Bedingungen ist noch nicht erfüllt (die Frist jedes Kunden ist voll abgelaufen; über jeden rechtzeitigen Einspruch ist entschieden). Wir schreiben wieder, sobald es einen neuen Termin gibt.
in-use = { $name } ist seit { $day } im Einsatz, ohne dass die Ankündigungsfristen abgelaufen sind.
was-in-use = { $name } war ab dem { $day } im Einsatz, ohne dass die Ankündigungsfristen abgelaufen waren.
for-some = { $headline }: seit { $day } in Kraft für Kunden, deren Frist abgelaufen ist; für alle anderen noch nicht.
past-day = Sie sehen das Verzeichnis, wie es am { $day } war.
past-to-today = Zurück zu heute
list-h2-today = Heute im Einsatz
list-h2-past = Im Einsatz am { $day }
filter-search = Suche
filter-category = Kategorie
filter-all-categories = Alle Kategorien
filter-country = Land
filter-all-countries = Alle Länder
filter-product = Produkt
filter-on = Stand am
filter-show = Anzeigen
on-future = Wählen Sie { $today } oder einen früheren Tag. Was danach geplant ist, steht unter „Geplant“.
on-not-a-day = Wählen Sie einen Tag, zum Beispiel { $today }.
head-name = Unterauftragsverarbeiter
caption = { $count ->
    [one] 1 Unterauftragsverarbeiter am { $day }, { $order }
   *[other] { $count } Unterauftragsverarbeiter am { $day }, { $order }
}
caption-filtered = { $shown } von { $count } Unterauftragsverarbeitern am { $day }, { $order }
order-name = nach Namen
order-name-down = nach Namen, rückwärts
order-where = nach Ländern
order-where-down = nach Ländern, rückwärts
order-transfer = nach Übermittlung
order-transfer-down = nach Übermittlung, rückwärts
row-more = Weitere Angaben
row-more-of = zu { $name }
row-changes = Ändert sich am { $day }
row-leaves = Entfällt am { $day }
empty-nothing-found = Nichts gefunden
empty-nothing-found-way = Kein Unterauftragsverarbeiter passt zu Ihrer Suche.
empty-nothing-found-link = Alle anzeigen
empty-register = Kein Unterauftragsverarbeiter ist im Einsatz
empty-register-way = An diesem Tag ist das Verzeichnis leer.
empty-before = So weit reicht das Verzeichnis nicht zurück
empty-before-way = Sein erster Eintrag ist vom { $day }.
empty-before-link = Diesen Tag anzeigen
empty-not-begun = Das Verzeichnis ist leer
empty-not-begun-way = Noch ist nichts eingetragen.
machine-list = Dieselbe Liste für Programme:
machine-schema = Was jedes Feld bedeutet
transfer-h2 = Wie Daten Europa verlassen dürfen
transfer-scc = SCC
transfer-scc-text = Standardvertragsklauseln der Europäischen Kommission, Beschluss (EU) 2021/914.
transfer-idta = UK IDTA
transfer-idta-text = International Data Transfer Agreement der britischen Datenschutzaufsicht, für Daten aus dem Vereinigten Königreich.
transfer-addendum = UK Addendum
transfer-addendum-text = Zusatz der britischen Datenschutzaufsicht zu den europäischen Standardvertragsklauseln, für Daten aus dem Vereinigten Königreich.
transfer-dpf = Data Privacy Framework
transfer-dpf-text = Angemessenheitsbeschluss (EU) 2023/1795 für Unternehmen in den Vereinigten Staaten, die sich selbst zertifiziert haben.
transfer-bcr = BCR
transfer-bcr-text = Verbindliche interne Datenschutzvorschriften, genehmigt von einer Aufsichtsbehörde.
transfer-adequacy = Angemessenheitsbeschluss
transfer-adequacy-text = Die Europäische Kommission hat festgestellt, dass das Land personenbezogene Daten angemessen schützt.
transfer-none = Keine nötig
transfer-none-text = Die Daten bleiben im Europäischen Wirtschaftsraum.
used-with = { $count ->
    [one] Bei einem Unterauftragsverarbeiter.
   *[other] Bei { $count } Unterauftragsverarbeitern.
}
log-h2 = Änderungsprotokoll
log-empty = Noch hat sich nichts geändert.
log-json = Das Protokoll für Programme (JSON)
log-announced = Angekündigt
log-rescheduled = Neuer Termin
log-held = Angehalten
log-effective = In Kraft
log-started = Für einige in Kraft
log-withdrawn = Zurückgezogen
log-register = Verzeichnis
log-opened = { $count ->
    [one] Eröffnet mit einem Unterauftragsverarbeiter
   *[other] Eröffnet mit { $word } Unterauftragsverarbeitern
}

## Eine Änderung

change-crumb = Änderung
change-title = { $headline } am { $day }
change-title-held = { $headline }: angehalten
change-title-withdrawn = { $headline }: zurückgezogen
change-dates = Termine
change-why = Warum
change-who = Wer und was
change-before-after = Vorher und nachher
change-rest-stays = Alles andere bleibt, wie es ist.
change-caption = { $name }: was anders wird
comparison-fact = Angabe
comparison-until = Bis { $day }
comparison-from = Ab { $day }
comparison-before = Vorher
comparison-after = Nachher
change-how = So erheben Sie Einspruch
change-how-text = Nehmen Sie den persönlichen Link in Ihrem Schreiben, oder antworten Sie darauf und beginnen Sie mit dem Wort OBJECT. Beides erreicht uns mit dem Zeitpunkt seines Eingangs, und beides wird bestätigt.
change-how-then = Wenn Sie nichts tun, gilt die Änderung für Sie ab { $day }. Wenn Sie rechtzeitig Einspruch erheben, gilt sie für Sie nicht, bevor wir geantwortet haben.
change-how-then-held = Diese Änderung ist angehalten, und ein neuer Tag steht noch nicht fest. Wenn Sie rechtzeitig Einspruch erheben, gilt sie für Sie nicht, bevor wir geantwortet haben.
change-no-letter = Sie sind Kunde und haben kein Schreiben erhalten? Schreiben Sie an
change-together = Zusammen angekündigt
change-history = Was bisher geschah
change-objections-hint = { $time } Uhr, { $zone }, nach unserem Standardvertrag. In Ihrem Schreiben steht Ihr eigener Termin.
change-effect-hint = Nur wenn die Frist jedes Kunden voll abgelaufen ist und über jeden rechtzeitigen Einspruch entschieden ist.
change-removal = { $name } entfällt am { $day }. Sie brauchen nichts zu tun.
change-held = Diese Änderung ist am { $day } nicht wirksam geworden und wird nicht angewandt. Eine unserer Bedingungen ist noch nicht erfüllt: Die Frist jedes Kunden ist voll abgelaufen, über jeden rechtzeitigen Einspruch ist entschieden. Wir schreiben wieder, sobald es einen neuen Termin gibt.
change-held-stays = Diese Änderung ist am { $day } nicht wirksam geworden: { $name } verarbeitet Daten wie bisher. Eine unserer Bedingungen ist noch nicht erfüllt: Die Frist jedes Kunden ist voll abgelaufen, über jeden rechtzeitigen Einspruch ist entschieden. Wir schreiben wieder, sobald es einen neuen Termin gibt.
change-held-in-use = Diese Änderung ist am { $day } nicht wirksam geworden: Eine unserer Bedingungen ist noch nicht erfüllt.
change-withdrawn = Wir haben diese Änderung zurückgezogen. Sie war für { $day } geplant. Es ändert sich nichts.
change-withdrawn-why = Grund: { $why }
change-in-use = { $name } ist seit { $day } im Einsatz, ohne dass die Ankündigungsfristen abgelaufen sind. Warum: { $why }
change-was-in-use = { $name } war ab { $day } im Einsatz, ohne dass die Ankündigungsfristen abgelaufen waren; der letzte Tag ist { $until }. Warum: { $why }
change-for-some = Seit { $day } in Kraft für Kunden, deren Frist abgelaufen ist. Für jeden anderen Kunden beginnt sie, wenn seine eigene Frist abgelaufen und nichts von dem, was er gesagt hat, offen ist.
change-emergency = Dies ist ein Notfall: { $why }

## Ein Unterauftragsverarbeiter

entry-crumb = Unterauftragsverarbeiter
entry-in-use = Im Einsatz
entry-left = Nicht mehr im Einsatz
entry-facts = Heutige Angaben
entry-facts-last = Letzte Angaben
entry-facts-planned = Angaben laut Ankündigung
entry-chain = Wer wen beauftragt
entry-engages = Beauftragt seinerseits
entry-history = Verlauf
entry-changes = Alle angekündigten Änderungen dazu
entry-step-stated = Im Verzeichnis bei dessen Eröffnung
entry-step-joined = Hinzugekommen
entry-step-altered = Geändert
entry-step-left = Entfallen
entry-left-on = { $name } ist seit { $day } nicht mehr im Einsatz.
entry-announced = { $name } ist angekündigt und noch nicht im Einsatz.
entry-never = { $name } war angekündigt; die Änderung wurde zurückgezogen, im Einsatz war dieses Unternehmen nie.
entry-unknown = Diesen Unterauftrags­verarbeiter kennen wir nicht
entry-unknown-lede = Er ist weder jetzt noch war er früher im Einsatz. Vielleicht schreibt er sich anders: Suchen Sie ihn im <a href="/#today">Verzeichnis</a>.
point-joined = Im Einsatz seit
point-altered = Zuletzt geändert
point-left = Nicht mehr im Einsatz seit
point-joins = Kommt hinzu
point-alters = Ändert sich
point-leaves = Entfällt
change-entries = Verlauf und Angaben:

## Zwei Tage im Vergleich

compare-title = Zwei Tage vergleichen
compare-h1 = Was sich zwischen dem { $from } und dem { $to } geändert hat
compare-from = Vom
compare-to = Bis zum
compare-show = Vergleichen
compare-future = Wählen Sie { $today } oder einen früheren Tag: Was danach geplant ist, kann sich noch verschieben.
compare-before = Wählen Sie { $first } oder einen späteren Tag: An diesem Tag beginnt das Verzeichnis.
compare-joined = { $count ->
    [one] ein Unterauftragsverarbeiter kam hinzu
   *[other] { $word } Unterauftragsverarbeiter kamen hinzu
}
compare-left = { $count ->
    [one] einer ist entfallen
   *[other] { $word } sind entfallen
}
compare-altered = { $count ->
    [one] ein Eintrag ist anders
   *[other] { $word } Einträge sind anders
}
compare-nothing = Nichts ist anders.
compare-joined-h2 = Hinzugekommen
compare-left-h2 = Entfallen
compare-altered-h2 = Anders
compare-on = Am { $day }
compare-caption = { $name }: was anders ist
compare-machine = Dasselbe für Programme:
past-compare = Was heute anders ist

## Abonnieren

subscribe-title = Abonnieren
subscribe-h2 = Erfahren Sie es zuerst
subscribe-promise = Ein Schreiben je Änderung, bevor sie wirksam wird. Sonst nichts.
subscribe-address = E-Mail-Adresse
subscribe-language = Sprache der Schreiben
subscribe-button = Abonnieren
subscribe-or = Oder folgen Sie per
subscribe-or-by = oder
subscribe-bad-address = Prüfen Sie die Adresse. Sie sieht aus wie name@firma.example.
subscribe-lede = Wer abonniert, erhält jede Ankündigung per E‑Mail, ohne Konto. Abbestellen geht mit einem Klick.
wanted-summary = Nur bestimmte Änderungen
wanted-kinds = Arten von Änderungen
wanted-products = Produkte
wanted-none = Ohne Auswahl erfahren Sie von allen.
wish-addition = Ein Unterauftragsverarbeiter kommt hinzu
wish-replacement = Einer tritt an die Stelle eines anderen
wish-material_change = Einer verarbeitet Daten anders oder anderswo
wish-removal = Ein Unterauftragsverarbeiter entfällt
wish-everything = Alle Änderungen
wish-of-products = { $kinds }; Produkte: { $products }
confirm-only = Ihre Auswahl: <b>{ $what }</b>.
manage-wanted = Sie erfahren von
manage-choices = Ihre Auswahl
subscribed-title = Noch ein Schritt: Sehen Sie in Ihr Postfach
subscribed-lede = Wenn <b>{ $address }</b> eingetragen werden kann, ist eine E-Mail mit einem Link unterwegs. Öffnen Sie den Link und drücken Sie <b>Bestätigen</b>. Vorher sind Sie nicht eingetragen.
subscribed-no-letter = Nach zehn Minuten keine E-Mail?
subscribed-no-letter-text = Sehen Sie im Spam-Ordner nach. Der Link gilt sieben Tage. Sie können <a href="/subscribe">einen neuen anfordern</a>.
subscribed-same = Wir sagen bei jeder Adresse dasselbe, damit niemand hier herausfinden kann, wer eingetragen ist.
confirm-title = Möchten Sie diese Ankündigungen?
confirm-lede = Wir schreiben an <b>{ $address }</b>, bevor sich bei den Unterauftragsverarbeitern von { $processor } etwas ändert. Ein Schreiben je Änderung, sonst nichts.
confirm-button = Bestätigen
confirm-nothing = Es geschieht nichts, bevor Sie den Knopf drücken. Wenn Sie dies nicht angefordert haben, schließen Sie diese Seite: Sie hören nichts von uns.
confirmed-title = Sie sind eingetragen
confirmed-lede = Wir schreiben an <b>{ $address }</b>, bevor sich bei den Unterauftragsverarbeitern etwas ändert.
confirmed-already = Dieser Link hat seinen Dienst schon getan; Sie sind eingetragen.
manage-link = Dieses Abonnement verwalten
confirm-expired-title = Dieser Link ist abgelaufen
confirm-expired-lede = Links gelten sieben Tage. Fordern Sie mit dem Knopf einen neuen an; er kommt per E-Mail an dieselbe Adresse.
confirm-expired-button = Neuen Link senden
confirm-left-title = Sie haben abbestellt
confirm-left-lede = Diese Adresse war eingetragen und wurde seither abbestellt. Abonnieren Sie erneut, um Ankündigungen zu erhalten.
unknown-link-title = Diesen Link kennen wir nicht
unknown-link-lede = Kopieren Sie die ganze Adresse aus dem Schreiben, sie kann in zwei Teile zerschnitten sein. Was Sie uns schreiben wollten, können Sie auch an { $dpo } senden.
unknown-link-lede-none = Kopieren Sie die ganze Adresse aus dem Schreiben, sie kann in zwei Teile zerschnitten sein.
manage-title = Ihr Abonnement
manage-lede = Schreiben gehen an { $address }.
manage-title-contact = Ihre Ankündigungen
manage-lede-contact = Schreiben über Unterauftragsverarbeiter für { $customer } gehen an { $address }, weil der Vertrag diese Adresse nennt.
manage-facts = Was wir von Ihnen wissen
manage-address = Adresse
manage-language = Sprache
manage-since = Abonniert seit
manage-state = Stand
manage-state-active = Schreiben werden gesandt
manage-state-left = Keine Schreiben: Sie haben abbestellt
manage-state-suppressed = Keine Schreiben: { $why }
manage-save = Speichern
manage-saved = Ihre Auswahl ist gespeichert. Sie gilt für alles, was ab jetzt angekündigt wird.
leave-h2 = Abbestellen
leave-says = Sie erhalten keine weiteren Schreiben aus diesem Verteiler. Das Verzeichnis bleibt für alle offen.
leave-button = Abbestellen
leave-contact-h2 = Sind Sie nicht die richtige Person?
leave-contact-says = { $customer } hat mit uns vereinbart, dass dort jemand diese Ankündigungen erhält; deshalb kann diese Adresse nicht einfach ausscheiden. Nennen Sie, wer sie stattdessen erhalten soll; unser Datenschutzbeauftragter kümmert sich darum. Bis dahin kommen sie zu Ihnen.
unsubscribe-title = Diesen Verteiler verlassen?
unsubscribe-lede = <b>{ $address }</b> erhält keine weiteren Schreiben über Unterauftragsverarbeiter von { $processor }.
unsubscribed-title = Sie haben abbestellt
unsubscribed-lede = <b>{ $address }</b> erhält keine weiteren Schreiben aus diesem Verteiler.
unsubscribed-again = Aus Versehen gedrückt? <a href="/subscribe">Wieder abonnieren</a>.
unsubscribe-contact-title = Wer soll diese Ankündigungen erhalten?
unsubscribe-contact-lede = Der Vertrag mit { $customer } nennt <b>{ $address }</b> für Ankündigungen über Unterauftragsverarbeiter. Wir schulden sie dieser Adresse; deshalb kann sie nicht ohne Nachfolge ausscheiden.
unsubscribe-contact-address = Adresse der Nachfolge
unsubscribe-contact-name = Name
unsubscribe-contact-button = Nachfolge nennen
unsubscribe-contact-done-title = Danke, wir kümmern uns darum
unsubscribe-contact-done-lede = Unser Datenschutzbeauftragter klärt es mit { $customer } und schreibt dann an <b>{ $successor }</b>. Bis dahin kommen die Ankündigungen an <b>{ $address }</b>.

## Einspruchsseite

object-for = Für { $customer } · { $change }
object-title-one = { $headline }, ab { $day }
object-title-several = { $changes } ab { $day }
object-title-several-first = { $changes }, die erste ab { $day }
object-when = { $label }: { $day }
object-headline-addition = { $processor } plant, einen neuen Unterauftragsverarbeiter einzusetzen: { $name }.
object-headline-replacement = { $processor } plant, { $old } durch { $name } zu ersetzen.
object-headline-material_change = { $processor } plant zu ändern, wie { $name } Ihre Daten verarbeitet.
object-headline-removal = { $processor } plant, { $name } nicht mehr einzusetzen.
object-headline-correction = { $processor } hat den Eintrag zu { $name } berichtigt.
object-headline-several = { $processor } plant { $word } Änderungen bei seinen Unterauftragsverarbeitern.
object-headline-steps = { $processor } plant { $word } Änderungen bei seinen Unterauftragsverarbeitern: { $steps }.
object-specific = { $processor } bittet { $customer }, { $name } zu genehmigen. Ohne Ihr Ja wird { $name } nicht für Ihre Daten eingesetzt. Um abzulehnen, nehmen Sie das Formular.
object-specific-altered = { $processor } bittet { $customer }, die Änderung bei { $name } zu genehmigen. Ohne Ihr Ja bleibt { $name } für Ihre Daten, wie es ist. Um abzulehnen, nehmen Sie das Formular.
object-anew = { $headline }: Wir kündigen das neu an. Ein neues Schreiben mit den neuen Fristen ist unterwegs zu Ihnen.
object-silent = { $headline }: { $customer } hat bis zum Ende der Frist nicht genehmigt; deshalb wird { $name } nicht für Ihre Daten eingesetzt.
object-silent-altered = { $headline }: { $customer } hat bis zum Ende der Frist nicht genehmigt; deshalb bleibt { $name } für Ihre Daten, wie es ist.
object-authorise-by-letter = Um es zu genehmigen, antwortet einer Ihrer Datenschutzkontakte auf unser Schreiben.
object-authorised = { $customer } hat { $name } genehmigt. Bis zum Beginn können Sie das zurücknehmen, indem Sie auf unser Schreiben antworten.
authorise-h2 = Genehmigt { $customer } { $name }?
authorise-says = Sie antworten für { $customer } als { $address }. Ihr Ja zählt ab diesem Augenblick; es wird mit seinem Zeitpunkt als Nachweis aufbewahrt.
authorise-button = Ja, { $name } genehmigen
object-answer = Genehmigen oder ablehnen
object-until = Sie können Einspruch erheben bis { $deadline }
object-until-answered = Bitte antworten Sie bis { $deadline }
object-until-effect = Sie können Einspruch erheben, bis die Änderung wirksam wird, frühestens { $deadline }
object-until-effect-answered = Bitte antworten Sie, bevor die Änderung wirksam wird, frühestens { $deadline }
object-until-effect-held = Sie können Einspruch erheben, bis die Änderung wirksam wird; sie ist angehalten, und ein neuer Tag steht noch nicht fest
object-until-after-start = Sie können Einspruch erheben bis { $deadline }, auch jetzt nach dem Beginn
object-closed = Ihre Frist endete { $deadline }
object-closed-line = Sie können uns weiterhin schreiben: Wir bewahren es auf, vermerken die Verspätung und antworten. Für sich allein hält es die Änderung nicht auf.
object-closed-line-no-yes = Sie können uns weiterhin schreiben: Wir bewahren es auf, vermerken die Verspätung und antworten. Ohne Ihr Ja wird die Änderung für Ihre Daten nicht wirksam.
object-not-served = Ihre Frist hat noch nicht begonnen
object-not-served-line = Wir konnten Ihnen das Schreiben noch nicht zustellen. Sie können schon jetzt Einspruch erheben; Ihre Frist beginnt, wenn das Schreiben Sie erreicht hat.
object-exempt = Diese Änderung muss Ihnen nicht angekündigt werden
object-informed = Sie erfahren davon, weil Sie darum gebeten haben
object-exempt-line = Sie können uns dennoch dazu schreiben: Wir bewahren es auf und antworten.
object-not-asked = Sie brauchen nichts zu tun
object-not-asked-line = Ob ein Unterauftragsverarbeiter entfallen darf, wird niemand gefragt. Sie können uns dennoch dazu schreiben: Wir bewahren es auf und antworten.
object-bar = { $passed } von { $all } Tagen sind vergangen
object-left = { $count ->
    [0] <b>Heute ist der letzte Tag</b> Ihrer Frist.
    [one] <b>Noch ein Tag</b> Ihrer Frist.
   *[other] <b>Noch { $count } Tage</b> Ihrer Frist.
}
object-no-need = Kein Einspruch? Sie brauchen nichts zu tun und können diese Seite schließen.
object-need-yes = Wir brauchen Ihr Ja. Wenn wir nichts hören, gilt das als Ablehnung.
object-need-none = Ihre Antwort liegt uns vor. Sie brauchen nichts weiter zu tun und können diese Seite schließen.
object-follows = Was daraus folgt
object-if = Wenn Sie Einspruch erheben
object-if-refuse = Wenn Sie ablehnen
object-if-text = { $name } wird nicht für Ihre Daten eingesetzt, bis über Ihren Einspruch so entschieden ist, wie Ihr Vertrag es vorsieht. Sie erhalten sofort eine Bestätigung und bis { $answer } eine Antwort.
object-if-altered = Für Ihre Daten bleibt { $name }, wie es ist, bis über Ihren Einspruch so entschieden ist, wie Ihr Vertrag es vorsieht. Sie erhalten sofort eine Bestätigung und bis { $answer } eine Antwort.
object-if-several = Keine Änderung, gegen die Sie Einspruch erheben, wird für Ihre Daten wirksam, bis über Ihren Einspruch so entschieden ist, wie Ihr Vertrag es vorsieht. Sie erhalten sofort eine Bestätigung und bis { $answer } eine Antwort.
object-if-after-start = Wir hören auf, { $name } für Ihre Daten einzusetzen, oder regeln es mit Ihnen so, wie Ihr Vertrag es vorsieht. Sie erhalten sofort eine Bestätigung und bis { $answer } eine Antwort.
object-if-after-start-altered = Wir lassen Ihre Daten bei { $name } wieder wie zuvor verarbeiten, oder regeln es mit Ihnen so, wie Ihr Vertrag es vorsieht. Sie erhalten sofort eine Bestätigung und bis { $answer } eine Antwort.
object-if-removal = Sie erhalten sofort eine Bestätigung und bis { $answer } eine Antwort.
object-if-not = Wenn Sie nichts tun
object-if-not-text = Wir gehen davon aus, dass Sie keinen Einspruch erheben. Die Änderung wird frühestens am { $day } wirksam.
object-if-not-held = Wir gehen davon aus, dass Sie keinen Einspruch erheben. Die Änderung ist angehalten, und ein neuer Tag steht noch nicht fest.
object-if-not-after-start = Wir gehen davon aus, dass Sie keinen Einspruch erheben. Der Einsatz geht weiter.
object-if-not-after-start-altered = Wir gehen davon aus, dass Sie keinen Einspruch erheben. Die Änderung bleibt in Kraft.
object-if-not-specific = Ihr Vertrag wertet Schweigen als Ablehnung: Ohne Ihr Ja findet kein Einsatz für Ihre Daten statt.
object-if-not-specific-altered = Ihr Vertrag wertet Schweigen als Ablehnung: Ohne Ihr Ja wird die Änderung für Ihre Daten nicht wirksam.
object-if-not-several = Wir gehen davon aus, dass Sie keinen Einspruch erheben. Die Änderungen werden frühestens am { $day } wirksam.
object-if-not-several-held = Wir gehen davon aus, dass Sie keinen Einspruch erheben. Die Änderungen sind angehalten, und ein neuer Tag steht noch nicht fest.
object-if-not-of = Wenn Sie nichts tun: { $headline }
object-if-not-objected = Ihr Einspruch bleibt bestehen, und wir antworten darauf.
object-if-not-authorised = Ihr Ja bleibt bestehen. Die Änderung wird frühestens am { $day } wirksam.
object-if-not-authorised-held = Ihr Ja bleibt bestehen. Die Änderung ist angehalten, und ein neuer Tag steht noch nicht fest.
object-if-not-authorised-several = Ihr Ja bleibt bestehen. Die Änderungen werden frühestens am { $day } wirksam.
object-if-not-authorised-several-held = Ihr Ja bleibt bestehen. Die Änderungen sind angehalten, und ein neuer Tag steht noch nicht fest.
object-late-does = Was ein verspäteter Einspruch bewirkt
object-late-does-text = Sie erhalten sofort eine Bestätigung und bis { $answer } eine Antwort. Für sich allein hält er die Änderung nicht auf. Haben Sie ihn früher oder auf anderem Weg gesandt? Sagen Sie uns, wann und wie: Ein früherer Eingang zählt.
object-late-does-text-no-yes = Sie erhalten sofort eine Bestätigung und bis { $answer } eine Antwort. Ohne Ihr Ja wird die Änderung für Ihre Daten nicht wirksam, ob Sie Einspruch erheben oder nicht.
object-h2 = Einspruch erheben
object-h2-refuse = Ablehnen
object-h2-late = Schreiben Sie uns
object-h2-add = Ihren Einspruch ergänzen
object-which = Gegen welche Änderungen erheben Sie Einspruch?
object-which-refuse = Welche Änderungen lehnen Sie ab?
object-grounds = Ihre Gründe (Sie können sie später nachreichen)
ground-transfer = Übermittlung in Länder außerhalb unserer Region
ground-data = Art der Daten
ground-security = Sicherheit des Unterauftragsverarbeiters
ground-law = Unser eigenes Recht oder unsere Verträge verbieten es
ground-other = Ein anderer Grund
object-text = In Ihren eigenen Worten
object-text-hint = Ein Satz genügt. Was müsste anders sein?
object-text-hint-reasons = Ihr Vertrag verlangt datenschutzrechtliche Gründe. Senden Sie den Einspruch rechtzeitig; reichen Sie Gründe nach, sobald Sie können.
object-file = Eine Datei, wenn Sie möchten
object-file-hint = PDF, Bild, Text oder Office-Dokument, bis { $limit } MB. Sie wird mit Ihrem Einspruch als Nachweis aufbewahrt.
object-file-again = Ihre Datei { $name } ist noch nicht gespeichert. Bitte wählen Sie sie noch einmal aus.
object-file-too-large = Die Datei hat mehr als { $limit } MB und wurde nicht aufbewahrt. Wählen Sie eine kleinere; was Sie geschrieben haben, steht noch hier.
object-file-of-no-kind = Die Datei ist von keiner dieser Arten und wurde nicht aufbewahrt. Wählen Sie eine andere; was Sie geschrieben haben, steht noch hier.
talk-file = Datei: { $name }
object-condition = Könnten Sie unter einer Bedingung zustimmen? Unter welcher? (freiwillig)
object-behalf = Im Namen von (nur wenn Sie für eine andere Organisation handeln)
object-name = Ihr Name und Ihre Funktion (freiwillig)
object-button = Einspruch senden
object-button-refuse = Ablehnung senden
object-button-late = Verspäteten Einspruch senden
object-button-add = Senden
object-question = Ich habe nur eine Frage
object-question-subject = { $change }: eine Frage
object-under = Es wird nichts gesandt, bevor Sie einen Knopf drücken. Sie erhalten sofort eine Bestätigung per E-Mail; Kopien gehen an die Datenschutzkontakte, die { $customer } genannt hat.
object-empty = Schreiben Sie einen Satz oder kreuzen Sie eine Änderung an, damit wir wissen, wogegen Sie Einspruch erheben.
object-too-long = Das ist mehr, als wir auf einmal annehmen können ({ $limit } Zeichen). Kürzen Sie es, oder senden Sie den Rest per E-Mail.
object-problem = Ihr Einspruch ist noch nicht gesandt
object-your-notice = Ihre Ankündigung
object-agreement = Vertrag
object-reached = Ankündigung übergeben
object-sent-to = Gesandt an
object-read-letter = Das Schreiben lesen
object-belongs = Diese Seite gehört { $customer }. Wer ihre Adresse hat, kann in diesem Namen Einspruch erheben.
object-uses = Was Sie hier senden, verwenden wir nur, um diesen Einspruch zu bearbeiten und um zu belegen, wie wir ihn bearbeitet haben. { $processor }, { $dpo }
object-second = Sie haben am { $received } Einspruch erhoben ({ $reference }). Was Sie jetzt schreiben, wird ihm hinzugefügt.
object-somebody = { $customer } hat bereits Einspruch erhoben ({ $reference }, { $received }). Sie können ihn ergänzen.
object-subscriber = Sie erhalten unsere Schreiben, weil Sie darum gebeten haben. Einspruch zu erheben ist ein Recht unserer Kunden: Wenn Sie für einen schreiben, nennen Sie ihn; Ihre Nachricht zählt ab dem Augenblick, in dem sie uns erreicht.
object-see-status = Zum Stand der Sache
object-withdrawn = { $headline }: Diese Änderung wurde zurückgezogen. Es ändert sich nichts; es gibt nichts, wogegen Einspruch zu erheben wäre.
object-nothing-left = Es gibt nichts mehr, wogegen Einspruch zu erheben wäre.
object-over-title = Diese Änderung wurde zurückgezogen
object-over-lede = Sie wurde zurückgezogen, bevor Ihre Nachricht eintraf: Es gibt nichts, wogegen Einspruch zu erheben wäre, und was Sie geschrieben haben, wurde <b>nicht aufbewahrt</b>.
object-over-yours = Was Sie geschrieben haben
object-in-force = { $headline }: für Sie in Kraft seit { $day }.
object-not-yet = { $headline }: in Kraft für einige Kunden, nicht für Sie: Etwas von Ihnen ist noch offen oder läuft noch.
object-held = { $headline }: am { $day } nicht wirksam geworden, kein Einsatz für Ihre Daten. Wir schreiben wieder, sobald es einen neuen Termin gibt.
object-held-stays = { $headline }: am { $day } nicht wirksam geworden. { $name } verarbeitet Ihre Daten wie bisher. Wir schreiben wieder, sobald es einen neuen Termin gibt.
object-former = Dieser Link gehörte zu einer Adresse, die { $customer } nicht mehr verwendet. Sie können dennoch einen Einspruch senden; er wird mit { $customer } geklärt. Frühere Nachrichten werden hier nicht gezeigt.
object-was-resolved = Über Ihren Einspruch vom { $received } ({ $reference }) ist entschieden.
object-is-in-force = Für Sie in Kraft seit { $day }
object-in-use = { $headline }: seit { $day } im Einsatz, ohne dass die Ankündigungsfristen abgelaufen sind.
object-former-kept = Wir bewahren auf, was Sie gesandt haben, und klären es mit { $customer }.
object-unknown-title = Diesen Link kennen wir nicht
object-unknown-lede = Antworten Sie auf unser Schreiben, oder schreiben Sie an { $dpo }; es zählt, wann uns Ihre Nachricht erreicht.
object-unknown-lede-none = Antworten Sie auf unser Schreiben; es zählt, wann uns Ihre Nachricht erreicht.
object-too-many = Über diesen Link kam in kurzer Zeit so viel, dass dies <b>nicht</b> gespeichert wurde. Ihr Text steht noch im Formular: Drücken Sie den Knopf in { $wait } noch einmal, oder antworten Sie jetzt auf unser Schreiben. Es zählt, wann es uns erreicht.
object-broke = Bei uns ist etwas schiefgegangen, und Ihr Einspruch wurde <b>nicht</b> gespeichert. Ihr Text steht noch im Formular: Drücken Sie den Knopf noch einmal, oder antworten Sie auf unser Schreiben.

## Bestätigung und Stand

objection-title = Ihr Einspruch hat uns erreicht
objection-title-late = Ihr Einspruch hat uns erreicht, nach Ihrer Frist
objection-title-status = Ihr Einspruch
receipt-h2 = Eingangsbestätigung
receipt-in-time = Eingegangen { $received }. <b>Rechtzeitig</b>: Ihre Frist ist { $deadline }.
receipt-in-time-effect = Eingegangen { $received }. <b>Rechtzeitig.</b>
receipt-late = Eingegangen { $received }. <b>Nach Ihrer Frist</b> ({ $deadline }). Wir bewahren ihn auf und antworten bis { $answer }.
receipt-late-effect = Eingegangen { $received }, <b>nachdem die Änderung wirksam geworden war</b>. Wir bewahren ihn auf und antworten bis { $answer }.
receipt-admitted = Eingegangen { $received }, nach Ihrer Frist ({ $deadline }). <b>Wir haben ihn zugelassen</b>: Er zählt, als wäre er rechtzeitig gekommen, und die Änderung wartet auf ihn.
receipt-unlinked = Eingegangen { $received }. Wir klären mit { $customer }, ob er von dort kommt; er zählt von diesem Zeitpunkt an.
receipt-answer = Wir antworten bis { $answer }.
receipt-mail = Eine Bestätigung ist unterwegs an { $addresses }.
receipt-mail-waiting = Ihr Einspruch ist bei uns sicher. Die Bestätigung per E-Mail ist noch nicht abgegangen; notieren Sie die Nummer.
status-h2 = Stand der Sache
status-received = Eingegangen
status-now = Jetzt
status-lodged = Eingegangen
status-acknowledged = Bestätigung gesandt
status-under_review = In Prüfung
status-resolved = Entschieden
status-answer = Unsere Antwort bis
status-outcome = Ergebnis
status-open = Offen
meanwhile-not-used = { $name } wird nicht für Ihre Daten eingesetzt, solange dies offen ist.
meanwhile-not-changed = Für Ihre Daten bleibt { $name }, wie es ist, solange dies offen ist.
meanwhile-after-start = Wir hören auf, { $name } für Ihre Daten einzusetzen, oder regeln es mit Ihnen so, wie Ihr Vertrag es vorsieht.
meanwhile-late = Dieser Einspruch ist als verspätet vermerkt: Für sich allein hält er die Änderung nicht auf.
outcome-accommodated = Entsprochen
outcome-mitigated = Unter einer Bedingung geregelt
outcome-withdrawn = Zurückgenommen
outcome-terminated = Dienst endet
outcome-change_withdrawn = Änderung zurückgezogen
outcome-not_upheld = Nicht entsprochen
outcome-lapsed = Zeit abgelaufen
outcome-not_entitled = Nicht vom Kunden
outcome-says-accommodated = { $name } wird nicht für Ihre Daten eingesetzt. { $reason }
outcome-says-mitigated = Geregelt unter dieser Bedingung: { $condition }. { $reason }
outcome-says-withdrawn = Sie haben ihn zurückgenommen. { $reason }
outcome-says-terminated = Der betroffene Dienst endet am { $day }; bis dahin wird { $name } nicht für Ihre Daten eingesetzt. { $reason }
outcome-says-change_withdrawn = Wir haben die Änderung fallen gelassen. { $reason }
outcome-says-not_upheld = Wir sind ihm nicht gefolgt, aus diesen Gründen: { $reason }
outcome-says-not_upheld-remedies = Ihr Vertrag gibt Ihnen dann: { $remedies }, bis { $day }.
outcome-says-lapsed = Die Zeit, die Ihr Vertrag für eine Einigung gibt, ist vorbei; er sieht vor: { $reason }
outcome-says-lapsed-until = Das gilt bis { $day }.
outcome-says-not_entitled = Die Kontakte Ihrer Organisation wurden gefragt: Wer dies geschrieben hat, spricht nicht für sie. { $reason }
talk-h2 = Was gesagt wurde
talk-you = Sie, über den persönlichen Link
talk-us = Datenschutzbeauftragter, { $processor }
talk-grounds = Gründe: { $grounds }
talk-condition = Zustimmung wäre möglich unter dieser Bedingung: { $condition }
talk-behalf = Im Namen von { $behalf }
talk-add = Eine Nachricht hinzufügen
talk-send = Nachricht senden
about-objection = Zu diesem Einspruch
about-change = Änderung
about-agreement = Ihr Vertrag
about-by = Eingegangen
about-channel-link = Über den persönlichen Link
about-channel-reply = Als Antwort auf unser Schreiben
about-channel-console = Von uns eingetragen
about-channel-api = Über ein Programm von Ihnen
about-channel-letter = Per Brief
about-channel-phone = Am Telefon
about-channel-ticket = Über eine Support-Anfrage
about-channel-meeting = In einem Gespräch
keep-page = Merken Sie sich diese Seite: Ihre Adresse steht in Ihrer Bestätigung, und sie zeigt, was aus Ihrem Einspruch wird.
to-object-page = Die Änderung und Ihre Termine
receipt-file = Diese Bestätigung als Datei speichern
take-back-link = Zurücknehmen
take-back-title = Einspruch { $reference } zurücknehmen?
take-back-lede = { $customer } erhebt dann keinen Einspruch mehr: { $changes }. Die Änderung kann für { $customer } wirksam werden, und Ihre übrigen Datenschutzkontakte erfahren, dass Sie ihn zurückgenommen haben.
take-back-button = Einspruch zurücknehmen
take-back-not = Beim Einspruch bleiben

## Schreiben

letter-title = Schreiben { $reference }
letter-lede = Dieses Schreiben ging an { $address }: { $sent }.
letter-lede-waiting = Dieses Schreiben an { $address } ist noch nicht abgegangen.
letter-genuine = <b>Echt.</b> Sie sind auf den Seiten von { $processor }, und das Schreiben { $reference } ist von uns.
letter-planned = Geplanter Beginn
held-no-day = Angehalten; ein neuer Tag steht noch nicht fest
letter-until = Einspruch möglich bis
letter-until-effect = Einspruch möglich, bis die Änderung wirksam wird
letter-was-until = Ihre Frist endete
letter-object = Einspruch erheben oder Ihre Termine ansehen
letter-dates = Ihre Termine ansehen
letter-today = Heute
letter-as-sent = Das Schreiben, wie es versandt wurde
letter-not-kept = Der Wortlaut dieses Schreibens wird nicht mehr aufbewahrt.


## Wenn etwas nicht stimmt

error-not-found = Diese Seite gibt es nicht
error-not-found-lede = Die Adresse ist vielleicht abgeschnitten oder vertippt.
error-method = Das nimmt diese Seite nicht an
error-method-lede = Öffnen Sie die Seite noch einmal und nehmen Sie ihre Knöpfe.
error-too-large = Das ist zu viel auf einmal
error-too-large-lede = Senden Sie weniger, oder senden Sie es per E-Mail.
too-many-again = Aus Ihrem Netz kam in kurzer Zeit so viel, dass nichts gesandt wurde. Drücken Sie den Knopf in { $wait } noch einmal.
too-many-form = Aus Ihrem Netz kam in kurzer Zeit so viel, dass nichts gesandt wurde. Was Sie geschrieben haben, steht noch hier: Drücken Sie den Knopf in { $wait } noch einmal.
wait-a-minute = einer Minute
wait-minutes = { $minutes } Minuten
error-too-many = Einen Augenblick
error-too-many-lede = Aus Ihrem Netz kam in kurzer Zeit zu viel. Versuchen Sie es in { $wait } noch einmal. Ihr Einspruch zählt von dem Zeitpunkt an, zu dem er uns erreicht, auch per E-Mail.
error-form = Das Formular kam nicht vollständig an
error-form-lede = Gehen Sie zurück und drücken Sie den Knopf noch einmal.
error-cross = Diese Anfrage kam von einer anderen Website
error-cross-lede = Zu Ihrer Sicherheit nehmen wir Formulare nur von unseren eigenen Seiten an. Öffnen Sie die Seite noch einmal und drücken Sie dort ihren Knopf.
error-away = Im Augenblick können wir nichts speichern
error-away-lede = Nichts wurde gesandt oder geändert. Versuchen Sie es in einer Minute noch einmal, oder antworten Sie auf unser Schreiben: Es zählt, wann uns Ihre Nachricht erreicht.
error-broke = Bei uns ist etwas schiefgegangen
error-broke-lede = Nichts wurde geändert. Versuchen Sie es in einer Minute noch einmal. Wenn Sie uns dazu schreiben, nennen Sie { $reference }.
error-slow = Das hat zu lange gedauert
error-slow-lede = Nichts wurde geändert. Versuchen Sie es in einer Minute noch einmal.

# Was eine Antwort ist.
reply-objection-title = Ist Ihre Antwort ein Einspruch?
reply-objection-lede = Drücken Sie den Knopf, und Ihre Antwort zählt als Einspruch gegen <b>{ $subprocessor }</b>, von dem Zeitpunkt an, zu dem sie uns erreicht hat.
reply-objection-button = Ja, ich erhebe Einspruch
reply-question-title = Ist Ihre Antwort eine Frage oder eine Bemerkung?
reply-question-lede = Drücken Sie den Knopf, und Ihre Antwort wird gelesen und beantwortet, und die Änderung wartet nicht auf sie. Bis zum Ende Ihrer Frist können Sie gegen <b>{ $subprocessor }</b> weiterhin Einspruch erheben.
reply-question-button = Es ist eine Frage oder eine Bemerkung
reply-nothing = Es wird nichts gesandt, bevor Sie den Knopf drücken.
reply-said-objection-title = Ihre Antwort ist ein Einspruch
reply-said-objection-lede = Er zählt von dem Zeitpunkt an, zu dem er uns erreicht hat. Eine Bestätigung mit seiner Nummer kommt per E-Mail, und { $subprocessor } wird nicht für Ihre Daten eingesetzt, bis darüber so entschieden ist, wie Ihr Vertrag es vorsieht.
reply-said-question-title = Ihre Antwort wird gelesen und beantwortet
reply-said-question-lede = Sie hält { $subprocessor } nicht auf. Wenn Sie doch Einspruch erheben, nehmen Sie den Link im Schreiben, oder antworten Sie darauf und beginnen Sie mit dem Wort OBJECT.
reply-back = Alle Unterauftragsverarbeiter

## Ist dieses Schreiben echt?

genuine-title = Ist dieses Schreiben echt?
genuine-lede = Jedes Schreiben von { $processor } trägt gegen Ende einen Code. Geben Sie ihn hier ein, und wir sagen, welches Schreiben es ist. Wer es bekommen hat, wird nicht gesagt.
genuine-code = Code im Schreiben
genuine-hint = 20 Zeichen, die mit „g-“ beginnen
genuine-button = Nachsehen
genuine-ours = <b>Dieses Schreiben ist von { $processor }.</b> Vergleichen Sie, was es sagt, mit dem, was hier steht: Wo beides nicht übereinstimmt, hat es jemand verändert.
genuine-what = Was es ist
genuine-number = Nummer
genuine-sent = Gesendet
genuine-not-sent = Noch nicht
genuine-from = Unsere Absender
genuine-about = Es betrifft
genuine-planned = Geplant für { $day }
genuine-links = Die Links darin beginnen mit <b>{ $site }</b>. Ein Link, der woandershin führt, ist nicht von uns, wie auch immer das Schreiben aussieht.
genuine-unknown = Keines unserer Schreiben hat diesen Code. Prüfen Sie, ob Sie sich vertippt haben.
genuine-number-typed = Das ist eine Nummer, die mehrere Schreiben haben können. Der Code beginnt mit „g-“ und steht im Kleingedruckten am Ende des Schreibens.
genuine-not-ours = Steht der Code genau so im Schreiben, dann <b>ist es nicht von uns</b>. Öffnen Sie weder seine Links noch seine Dateien. Geben Sie unserem Datenschutzbeauftragten Bescheid: <a href="mailto:{ $dpo }">{ $dpo }</a>.
genuine-not-ours-none = Steht der Code genau so im Schreiben, dann <b>ist es nicht von uns</b>. Öffnen Sie weder seine Links noch seine Dateien.
genuine-kind-announcement = Mitteilung einer geplanten Änderung
genuine-kind-reminder = Erinnerung an eine Einspruchsfrist
genuine-kind-rescheduled = Mitteilung eines neuen Termins
genuine-kind-withdrawn = Mitteilung, dass eine Änderung zurückgezogen wurde
genuine-kind-held = Mitteilung, dass eine Änderung wartet
genuine-kind-effective = Mitteilung, dass eine Änderung in Kraft ist
genuine-kind-corrected = Berichtigung eines früheren Schreibens
genuine-kind-confirmation = Ein Link, der eine Adresse bestätigt
genuine-kind-answer = Antwort auf eine Nachricht des Lesers
genuine-kind-other = Ein anderes Schreiben von uns

mine-link = Alles, was Sie betrifft: Ihr Verzeichnis
mine-title = Das Verzeichnis für { $customer }
mine-lede = Was { $processor } für Ihre Daten einsetzt, was geplant ist und welche Schreiben Sie hatten. Stand: { $day }.
mine-list-h2 = Unterauftragsverarbeiter und Ihre Daten
mine-list-empty = Kein Unterauftragsverarbeiter ist im Einsatz.
mine-caption = Stand { $day }, nach Namen
mine-your-data = Ihre Daten
mine-used = Eingesetzt
mine-excluded = Nicht für Ihre Daten
mine-not-covered = Nicht für Ihre Produkte
mine-not-yet = Noch nicht
mine-kept-back = Zurückgehalten
mine-until = Sie können bis { $deadline } Einspruch erheben.
mine-was-until = Sie konnten bis { $deadline } Einspruch erheben.
mine-not-owed = Ihr Vertrag verlangt dafür keine Mitteilung.
mine-not-asked = Sie brauchen nichts zu tun.
mine-planned-end = Geplantes Ende
mine-agreements-h2 = Ihre Verträge und deren Produkte
mine-all-products = Alle Produkte
mine-letters-h2 = Schreiben, die Sie hatten
mine-letters-none = Noch keine.
mine-contacts-h2 = Wer Ihre Schreiben bekommt
mine-you = Sie
mine-unreachable = Nicht erreichbar
