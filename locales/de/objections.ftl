# 5. Bestätigung eines Einspruchs.
receipt-subject = Eingangsbestätigung { $objection_ref }: Ihr Einspruch gegen { $subprocessor } ({ $change_ref })
receipt-lead = Ihr Einspruch ist bei uns eingegangen.
receipt-head = Nummer { $objection_ref }, eingegangen { $received }: rechtzeitig
    .deadline = (Ihre Frist: { $deadline }).
    .deadline-until-effect = (Sie können Einspruch erheben, bis { $deadline }).
    .late = Nummer { $objection_ref }, eingegangen { $received }: nach Ihrer Frist ({ $deadline }).
    .plain = Nummer { $objection_ref }, eingegangen { $received }.
receipt-now = Sie brauchen jetzt nichts zu tun. Wir antworten bis { $answer_due }.
receipt-blocked = Bis darüber entschieden ist, { $count ->
        [one] wird { $subprocessor }
       *[other] werden { $subprocessor }
    } nicht für Ihre Daten eingesetzt.
    .stays = Bis darüber entschieden ist, { $count ->
        [one] bleibt { $subprocessor } für Ihre Daten, wie es ist.
       *[other] bleiben { $subprocessor } für Ihre Daten, wie sie sind.
    }
    .mixed = Bis darüber entschieden ist, beginnt für Ihre Daten nichts Neues.
receipt-late = Wir bewahren ihn auf und antworten bis { $answer_due }.
    .rest = Für sich allein hält er die Änderung nicht auf. Haben Sie ihn früher oder auf anderem Weg gesandt? Sagen Sie uns, wann und wie: Ein früherer Eingang zählt.
    .some = Gegen { $subprocessor } kam er zu spät: Dort hält er für sich allein nichts auf. Wir antworten trotzdem.
receipt-unknown = Für welchen Kunden schreiben Sie?
    .rest = Antworten Sie mit seinem Namen: Ihr Einspruch zählt dann von dem oben genannten Zeitpunkt an. Das Recht auf Einspruch haben unsere Kunden; von allen anderen lesen und beantworten wir ihn als Bemerkung.
receipt-in-force = { $subprocessor } { $count ->
        [one] wird
       *[other] werden
    } seit { $in_force_since } für Ihre Daten eingesetzt. Wir antworten bis { $answer_due } mit dem, was Ihr Vertrag vorsieht.

receipt-after-start = { $subprocessor } { $count ->
        [one] wird
       *[other] werden
    } seit { $in_force_since } für Ihre Daten eingesetzt. Wir beenden das oder regeln es mit Ihnen so, wie Ihr Vertrag es vorsieht.

receipt-for = Für
receipt-on-behalf = { $customer }, im Namen von { $on_behalf_of }
receipt-changes = Änderungen
receipt-sender = Gesandt von
receipt-words = Ihre Worte
receipt-add = Gründe oder Dateien nachreichen, den Stand ansehen oder ihn zurücknehmen:
    .reply = Um etwas hinzuzufügen, können Sie auch auf diese E-Mail antworten.
receipt-not-yours = Nicht von Ihnen gesandt oder nicht in Ihrem Namen? Sagen Sie es uns als Antwort: Er bleibt bestehen, bis einer Ihrer Datenschutzkontakte etwas anderes sagt.
words-clipped = Der Rest liegt bei uns vor.

# Die Antwort, mit dem Ergebnis, sobald es eines gibt.
answer-subject = Re: { $change_ref }: unsere Antwort auf Ihren Einspruch { $objection_ref }
    .resolved = Re: { $change_ref }: über Ihren Einspruch { $objection_ref } ist entschieden
answer-head = Dies ist unsere Antwort auf Ihren Einspruch { $objection_ref } gegen { $subprocessor }.
    .resolved = Über Ihren Einspruch { $objection_ref } gegen { $subprocessor } ist entschieden.
answer-open = Noch ist darüber nicht entschieden. Bis dahin { $count ->
        [one] wird { $subprocessor }
       *[other] werden { $subprocessor }
    } nicht für Ihre Daten eingesetzt.
    .stays = Noch ist darüber nicht entschieden. Bis dahin { $count ->
        [one] bleibt { $subprocessor } für Ihre Daten, wie es ist.
       *[other] bleiben { $subprocessor } für Ihre Daten, wie sie sind.
    }
    .mixed = Noch ist darüber nicht entschieden. Bis dahin beginnt für Ihre Daten nichts Neues.
    .nothing = Noch ist darüber nicht entschieden.
answer-received = Eingegangen ist er { $received }.
answer-words = Unsere Antwort
answer-status = Den Stand ansehen oder etwas hinzufügen:
    .reply = Sie können auch auf diese E-Mail antworten.

outcome-accommodated = { $subprocessor } wird nicht für Ihre Daten eingesetzt.
outcome-mitigated = Geregelt unter dieser Bedingung: { $condition }.
    .agreed = Ihr Ja dazu: { $agreed }.
outcome-withdrawn = Sie haben ihn zurückgenommen.
    .by = Zurückgenommen hat ihn { $who } über den Link in unserem Schreiben. Wenn Sie beim Einspruch bleiben, sagen Sie es über den Link unten oder antworten Sie auf diese Mail.
outcome-terminated = Der betroffene Dienst endet am { $last_day }; bis dahin wird { $subprocessor } nicht für Ihre Daten eingesetzt.
    .refund = Erstattung: { $refund }.
outcome-change_withdrawn = Wir haben die Änderung fallen gelassen.
outcome-not_upheld = Wir sind ihm nicht gefolgt, aus diesen Gründen: { $reasons }
    .remedies = Ihr Vertrag gibt Ihnen dann: { $remedies }, bis { $last_day }.
outcome-lapsed = Die Zeit, die Ihr Vertrag für eine Einigung gibt, ist vorbei; er sieht vor: { $reasons }
    .until = Das gilt bis { $last_day }.
outcome-not_entitled = Die Datenschutzkontakte von { $customer } wurden gefragt: Wer geschrieben hat, spricht nicht für diese Organisation.
    .asked = Gefragt wurde: { $asked }.

# 6. Eine Antwort: Einspruch oder Frage?
reply-subject = Re: { $change_ref }: Ist Ihre Antwort ein Einspruch?
reply-head = Ihre Antwort zu { $subprocessor } ist bei uns eingegangen, { $received }.
    .deadline = Sie ist rechtzeitig; Ihre Frist: { $deadline }.
    .until-effect = Sie ist rechtzeitig: Sie können Einspruch erheben, bis die Änderung wirksam wird.
reply-safe = Vorsorglich behandeln wir sie als Einspruch, bis dies geklärt ist. Die Änderung wird für Sie so lange nicht wirksam.
reply-ask = Bitte sagen Sie es uns mit einem Klick; jeder Link öffnet eine Seite mit einem Knopf.
reply-yes = Ja, ich erhebe Einspruch:
reply-no = Nein, es ist eine Frage oder eine Bemerkung:
reply-else = Wenn Sie nicht antworten, liest unser Datenschutzbeauftragter Ihre Antwort und entscheidet; im Zweifel bleibt sie ein Einspruch. Wenn Sie später sagen, dass Sie Einspruch erheben, zählt der Zeitpunkt dieser Antwort.
reply-answer = Wir antworten in jedem Fall bis { $answer_due }.

# 7. Bestätigung eines Ja.
authorised-subject = Eingangsbestätigung: Ihre Genehmigung von { $subprocessor } ({ $change_ref })
authorised-lead = Wir haben Ihre Genehmigung.
authorised-head = Erteilt { $received }: { $customer } genehmigt { $subprocessor }.
authorised-now = Sie brauchen jetzt nichts zu tun. Sobald die Änderung wirksam wird, darf { $subprocessor } für Ihre Daten eingesetzt werden.
authorised-by = Erteilt von
authorised-status = Ihre Termine ansehen oder doch noch Einspruch erheben:
    .reply = Bis zum Beginn können Sie sie auch zurücknehmen, indem Sie auf diese E-Mail antworten.
authorised-not-yours = Nicht von Ihnen erteilt oder nicht in Ihrem Namen? Sagen Sie es uns als Antwort: Sie gilt, bis einer Ihrer Datenschutzkontakte etwas anderes sagt.
