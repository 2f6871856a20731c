# 1. Ankündigung.
announcement-subject = { $change_ref }: { $subprocessor } geplant ab { $effective_short }; Einspruch möglich bis { $deadline_short }
    .several = { $count } Änderungen bei Unterauftragsverarbeitern geplant ab { $effective_short }; Einspruch möglich bis { $deadline_short }
    .several-no-objection = { $count } Änderungen bei Unterauftragsverarbeitern geplant ab { $effective_short }
    .specific = { $change_ref }: Wir bitten um Ihre Genehmigung für { $subprocessor } bis { $deadline_short }
    .emergency = { $change_ref }: Notfallersatz durch { $subprocessor }; Einspruch möglich bis { $deadline_short }
    .material = { $change_ref }: Änderung bei { $subprocessor } geplant ab { $effective_short }; Einspruch möglich bis { $deadline_short }
    .removal = { $change_ref }: { $subprocessor } verlässt am { $effective_short } unser Verzeichnis der Unterauftragsverarbeiter
    .removal-afterwards = { $change_ref }: { $subprocessor } hat unser Verzeichnis der Unterauftragsverarbeiter verlassen
    .removal-objection = { $change_ref }: { $subprocessor } verlässt am { $effective_short } unser Verzeichnis der Unterauftragsverarbeiter; Einspruch möglich bis { $deadline_short }
    .no-objection = { $change_ref }: { $subprocessor } geplant ab { $effective_short }

# Was geplant ist, als Ende von „Wir planen, …“.
headline-addition = für { $products } einen neuen Unterauftragsverarbeiter einzusetzen: { $name }
headline-replacement = für { $products } { $old_name } durch { $name } zu ersetzen
headline-material_change = zu ändern, wie { $name } Ihre Daten für { $products } verarbeitet
headline-removal = { $name } nicht mehr einzusetzen
headline-correction = zu berichtigen, was unser Verzeichnis über { $name } sagt
headline-several = { $count } Änderungen bei den Unterauftragsverarbeitern vorzunehmen
    .steps = { $count } Änderungen bei den Unterauftragsverarbeitern vorzunehmen: { $steps }

section-addition = { $name } kommt hinzu
section-replacement = { $name } ersetzt { $old_name }
section-material_change = { $name } ändert sich
section-removal = { $name } entfällt
section-correction = { $name }: Berichtigung

announcement-head = { $processor } plant, { $headline }.
    .afterwards = { $processor } setzt { $subprocessor } nicht mehr ein.
    .specific = { $processor } bittet Sie um Ihre Genehmigung, { $headline }.
    .nothing-without-yes = Ohne Ihr Ja wird { $kind ->
        [several] keine Änderung, die es braucht, für Ihre Daten wirksam
       *[other] { $subprocessor } nicht für Ihre Daten eingesetzt
    }.
announcement-replaces = Dieses Schreiben ersetzt unseres vom { $replaced_announced } ({ $replaced_ref }): { $what_changed }. Ihre Frist beginnt neu.
    .objected = Ihr Einspruch { $objection_ref } gilt auch für den neuen Plan.
    .authorised = Ihre Genehmigung vom { $authorised_on } gilt nicht für den neuen Plan; wir fragen erneut.
announcement-intro = nach { $clause } kündigen wir Ihnen an, bevor wir die Unternehmen ändern, die für uns Ihre personenbezogenen Daten verarbeiten.
    .subscriber = Sie haben uns gebeten, es Ihnen anzukündigen, bevor wir die Unternehmen ändern, die für uns personenbezogene Daten verarbeiten.
    .afterwards = wir sagen Ihnen, welche Unternehmen für uns Ihre personenbezogenen Daten verarbeiten. Eines davon tut es nicht mehr.

fact-company = Unternehmen
    .contact = Kontakt: { $contact }
fact-legal_entity = Rechtlicher Name
fact-name = Name
fact-address = Anschrift
fact-contact = Kontakt
fact-website = Website
fact-category = Kategorie
fact-purpose = Was es für Sie tut
fact-data_types = Ihre Daten
fact-data_subjects = Betroffene Personen
fact-nature = Art und Dauer
fact-places = Ort
fact-transfer_mechanism = Übermittlung aus Ihrer Region
fact-safeguards = Garantien
fact-products = Betroffene Produkte
fact-affiliate = Mit uns verbunden
fact-reason = Warum
fact-engaged_by = Beauftragt von
fact-none = keine
fact-unstated = nicht angegeben

compare-today = Heute
compare-planned = Geplant
compare-rest = Alles andere bleibt, wie es ist.

announcement-object = Um Einspruch zu erheben,
    .open = öffnen Sie
    .how = (kein Konto nötig) oder antworten Sie einfach auf diese E-Mail. Ihr Einspruch ist rechtzeitig, wenn er uns vor Ablauf der oben genannten Frist erreicht; Sie erhalten eine Bestätigung mit einer Nummer.
    .how-until-effect = (kein Konto nötig) oder antworten Sie einfach auf diese E-Mail. Ihr Einspruch ist rechtzeitig, wenn er uns erreicht, bevor { $kind ->
        [several] die Änderungen wirksam werden
       *[other] die Änderung wirksam wird
    }; Sie erhalten eine Bestätigung mit einer Nummer.
    .which = Sie können gegen eine davon oder gegen alle Einspruch erheben: Sagen Sie, gegen welche; nennen Sie keine, gehen wir davon aus, dass Sie alle meinen.
    .grounds = Bitte nennen Sie uns Ihre datenschutzrechtlichen Gründe; Sie können sie nachreichen.
    .mail = Oder schreiben Sie an diese Adresse; was dort eingeht, ist ein Einspruch:
objection-mail-subject = OBJECT { $change_ref }
objection-mail-body = Wir erheben Einspruch gegen { $change_ref } ({ $subprocessor }).
announcement-authorise = Um zu antworten,
    .open = öffnen Sie
    .how = und wählen Sie Genehmigen oder Ablehnen.
announcement-refusal = Wenn wir bis { $deadline } nichts hören
    .until-effect = Wenn wir nichts hören, bevor { $kind ->
        [several] die Änderungen wirksam werden
       *[other] die Änderung wirksam wird
    }
    .rest = , gilt das nach { $clause } als Ablehnung.
announcement-then = Was dann geschieht.
    .rest = Wir antworten bis zu dem Tag, der in der Bestätigung steht. Bis über Ihren Einspruch so entschieden ist, wie Ihr Vertrag es vorsieht, { $kind ->
        [material_change] verarbeitet { $subprocessor } Ihre Daten nur so wie heute
        [removal] ändert sich für Ihre Daten nichts
        [several] wird keine Änderung, gegen die Sie Einspruch erheben, für Ihre Daten wirksam
       *[other] wird { $subprocessor } nicht für Ihre Daten eingesetzt
    }.
    .emergency = Dies ist { $kind ->
        [material_change] eine Änderung im Notfall
        [removal] ein Wegfall im Notfall
       *[other] ein Ersatz im Notfall
    }: { $emergency_reason }. Die kürzere Ankündigungsfrist von { $notice_days ->
        [one] einem Tag
       *[other] { $notice_days } Tagen
    } ist dafür zulässig (nach { $clause_first }). Sie behalten Ihr Recht auf Einspruch bis { $deadline }; wir hören dann auf, { $subprocessor } für Ihre Daten einzusetzen, oder regeln es mit Ihnen so, wie der Vertrag es vorsieht.
    .emergency-after = Dies ist { $kind ->
        [material_change] eine Änderung im Notfall
        [removal] ein Wegfall im Notfall
       *[other] ein Ersatz im Notfall
    }: { $emergency_reason }. Die kürzere Ankündigungsfrist von { $notice_days ->
        [one] einem Tag
       *[other] { $notice_days } Tagen
    } ist dafür zulässig (nach { $clause_first }). Sie behalten Ihr Recht auf Einspruch bis { $deadline }, auch nach dem Beginn; wir hören dann auf, { $subprocessor } für Ihre Daten einzusetzen, oder regeln es mit Ihnen so, wie der Vertrag es vorsieht.
announcement-silence = Wenn wir bis { $deadline } nichts hören
    .until-effect = Wenn wir nichts hören, bevor { $kind ->
        [several] die Änderungen wirksam werden
       *[other] die Änderung wirksam wird
    }
    .rest = , gehen wir davon aus, dass { $customer } keinen Einspruch erhebt (nach { $clause }). { announcement-effect }
announcement-effect = { $kind ->
        [several] Die Änderungen werden frühestens am { $effective } wirksam; wird eine von ihnen später wirksam, schreiben wir wieder.
       *[other] Die Änderung wird frühestens am { $effective } wirksam; wird sie später wirksam, schreiben wir wieder.
    }
announcement-others = Sie handeln für andere Organisationen?
    .rest = Geben Sie dieses Schreiben an diejenigen weiter, deren Vertrag mit Ihnen das verlangt; diese Seite kann geteilt werden:
    .object = Sie können für eine von ihnen Einspruch erheben: Nennen Sie sie.
announcement-question = Eine Frage?
    .rest = Antworten Sie, und sagen Sie, dass es eine ist. Ihre Frist verschiebt das nicht.
    .no-deadline = Antworten Sie auf diese E-Mail.
announcement-late-joiner = Zu Ihrer Information:
    .rest = Diese Änderung stand in unserem öffentlichen Verzeichnis, als { $customer } am { $signed_on } unterschrieb. Sie brauchen nichts zu tun. Fragen: Antworten Sie auf diese E-Mail.

# 2. Erinnerung.
reminder-subject = { $kind ->
        [several] Erinnerung: Sie können gegen { $count } Änderungen bei Unterauftragsverarbeitern Einspruch erheben bis { $deadline_short }
       *[other] Erinnerung, { $change_ref }: Einspruch möglich bis { $deadline_short } ({ $subprocessor })
    }
    .specific = { $kind ->
        [several] Erinnerung: Wir bitten um Ihre Genehmigung für { $count } Änderungen bei Unterauftragsverarbeitern bis { $deadline_short }
       *[other] Erinnerung, { $change_ref }: Wir bitten um Ihre Genehmigung für { $subprocessor } bis { $deadline_short }
    }
reminder-head = { $days_left ->
        [0] Letzter Tag
        [one] Noch 1 Tag
       *[other] Noch { $days_left } Tage
    }: Sie können gegen { $kind ->
        [several] { $count } Änderungen bei Unterauftragsverarbeitern
       *[other] { $subprocessor }
    } Einspruch erheben bis { $deadline }.
    .specific = { $days_left ->
        [0] Letzter Tag
        [one] Noch 1 Tag
       *[other] Noch { $days_left } Tage
    }: Wir brauchen noch Ihre Antwort zu { $kind ->
        [several] { $count } Änderungen bei Unterauftragsverarbeitern bis { $deadline_at }. Ohne Ihr Ja wird keine Änderung, die es braucht, für Ihre Daten wirksam.
       *[other] { $subprocessor } bis { $deadline_at }. Ohne Ihr Ja findet kein Einsatz für Ihre Daten statt.
    }
reminder-start = Geplanter Beginn: { $effective }.
reminder-body = Wir haben am { $announced } an { $reader } über { $kind ->
        [several] diese Änderungen ({ $steps })
       *[other] diese Änderung
    } geschrieben. Diese Erinnerung ändert keinen Termin. Uns liegt kein Einspruch von Ihnen vor; falls Sie einen gesandt haben, leiten Sie ihn uns jetzt weiter, mit seinem Datum.
    .specific = Wir haben am { $announced } an { $reader } über { $kind ->
        [several] diese Änderungen ({ $steps })
       *[other] diese Änderung
    } geschrieben. Diese Erinnerung ändert keinen Termin. Uns liegt keine Antwort von Ihnen vor; falls Sie eine gesandt haben, leiten Sie sie uns jetzt weiter, mit ihrem Datum.
reminder-object = Einspruch erheben oder die Einzelheiten lesen:
    .reply = oder auf diese E-Mail antworten.
    .specific = Genehmigen oder ablehnen:

# 3a. Angehalten.
held-subject = { $change_ref }: { $kind ->
        [material_change] Die Änderung bei { $subprocessor } beginnt nicht am { $old_effective_short }
        [removal] { $subprocessor } verlässt unser Verzeichnis nicht am { $old_effective_short }
        [several] { $count } Änderungen beginnen nicht am { $old_effective_short }
       *[other] { $subprocessor } beginnt nicht am { $old_effective_short }
    }
held-head = { $kind ->
        [material_change] Die Änderung bei { $subprocessor } hat am { $old_effective } nicht begonnen. Ihre Daten werden verarbeitet wie bisher.
        [removal] { $subprocessor } hat unser Verzeichnis am { $old_effective } nicht verlassen. Ihre Daten werden verarbeitet wie bisher.
        [several] Die für { $old_effective } angekündigten Änderungen haben nicht begonnen. Ihre Daten werden verarbeitet wie bisher.
       *[other] { $subprocessor } hat am { $old_effective } nicht begonnen und wird nicht für Ihre Daten eingesetzt.
    }
    .rest = Wir schreiben wieder, sobald es einen neuen Termin gibt.
held-body = Eine unserer Bedingungen ist noch nicht erfüllt (die Frist jedes Kunden ist voll abgelaufen; über jeden rechtzeitigen Einspruch ist entschieden). Ihre Rechte bleiben, wie sie sind.
held-open = Sie können weiterhin Einspruch erheben, bis { $deadline }:
    .reply = oder antworten Sie.
held-closed = Ihre Frist endete { $deadline }; sie beginnt nicht neu, es sei denn, der Plan ändert sich.

# Trotzdem im Einsatz.
in-use-subject = { $change_ref }: { $subprocessor } im Einsatz seit { $in_use_short }, ohne abgelaufene Ankündigungsfristen
in-use-head = { $subprocessor } ist seit { $in_use_since } im Einsatz, bevor die Fristen aller abgelaufen sind.
    .change = Die Änderung bei { $subprocessor } wird seit { $in_use_since } angewandt, bevor die Fristen aller abgelaufen sind.
    .rest = Die angekündigte Änderung gilt nicht als in Kraft. Wir schreiben wieder, wenn sie es ist oder wenn es einen neuen Termin gibt.
in-use-why = Warum: { $in_use_why }.

# 3b. Auf einen späteren Tag verlegt.
rescheduled-subject = { $change_ref }: neuer Termin für { $subprocessor }: { $effective_short }
rescheduled-head = { $kind ->
        [material_change] Die Änderung bei { $subprocessor } beginnt jetzt am { $effective }, nicht am { $old_effective }.
        [removal] { $subprocessor } verlässt unser Verzeichnis jetzt am { $effective }, nicht am { $old_effective }.
        [several] Die Änderungen beginnen jetzt am { $effective }, nicht am { $old_effective }.
       *[other] { $subprocessor } beginnt jetzt am { $effective }, nicht am { $old_effective }.
    }
    .rest = Sonst ändert sich nichts.
rescheduled-open = Sie können Einspruch erheben bis: { $deadline }.
rescheduled-closed = Ihre Frist, { $deadline }, bleibt unverändert.
rescheduled-objected = Ihr Einspruch { $objection_ref } bleibt bestehen; Sie brauchen ihn nicht zu wiederholen.
rescheduled-details = Einzelheiten:
rescheduled-object = Einspruch erheben:
    .reply = oder antworten Sie.

# 3d. Berichtigt.
corrected-subject = { $change_ref }: Berichtigung unseres Schreibens über { $subprocessor }
corrected-head = Berichtigung unseres Schreibens vom { $announced }: { $field } lautet { $new_value }, nicht { $old_value }.
    .dates = Die Termine bleiben: geplanter Beginn { $effective }, Einspruch möglich bis { $deadline }.
    .dates-no-objection = Der Termin bleibt: geplanter Beginn { $effective }.
corrected-not-meant = Unser Schreiben vom { $announced } war nicht für { $customer } bestimmt. Für Ihre Daten ändert sich nichts. Wir bitten um Entschuldigung.

# 4. Zurückgezogen.
withdrawn-subject = { $change_ref } zurückgezogen: { $subprocessor } { $kind ->
        [replacement] wird nicht eingesetzt
        [material_change] bleibt, wie es ist
        [removal] bleibt in unserem Verzeichnis
        [several] und die anderen Änderungen kommen nicht
       *[other] wird nicht eingesetzt
    }
    .in-use = { $change_ref } zurückgezogen: Der Einsatz von { $subprocessor } endet am { $stops_on }
withdrawn-head = { $count ->
        [one] Wir haben diese Änderung zurückgezogen
       *[other] Wir haben diese Änderungen zurückgezogen
    }: { $subprocessor } wird { $kind ->
        [replacement] { $old_subprocessor } nicht ersetzen
        [material_change] Ihre Daten verarbeiten wie bisher
        [removal] unser Verzeichnis der Unterauftragsverarbeiter nicht verlassen
        [several] sich nicht ändern wie angekündigt
       *[other] nicht eingesetzt
    }.
    .when = Angekündigt am { $announced } für { $old_effective }.
    .in-use = Wir haben diese Änderung zurückgezogen: Der Einsatz von { $subprocessor } endet am { $stops_on }.
withdrawn-objected = Ihr Einspruch { $objection_ref } ist erledigt, weil die Änderung zurückgezogen ist; er wird weder Ihnen noch uns angerechnet.
withdrawn-in-force = { $subprocessor } hat seit { $in_force_since } Daten von { $customer } verarbeitet. Das endet am { $stops_on }; Löschung oder Rückgabe folgt bis { $deletion_due }, und wir bestätigen sie Ihnen.
withdrawn-again = Wenn wir sie wieder planen, erhalten Sie ein neues Schreiben mit einer neuen vollen Frist.

# In Kraft.
effective-subject = { $change_ref }: { $kind ->
        [replacement] { $subprocessor } anstelle von { $old_subprocessor } im Einsatz seit { $effective_short }
        [material_change] die Änderung bei { $subprocessor } in Kraft seit { $effective_short }
        [removal] { $subprocessor } nicht mehr in unserem Verzeichnis seit { $effective_short }
        [correction] unser Verzeichnis berichtigt am { $effective_short }
        [several] { $count } Änderungen in Kraft seit { $effective_short }
       *[other] { $subprocessor } im Einsatz seit { $effective_short }
    }
    .excluded = { $change_ref }: { $subprocessor } hat begonnen und wird nicht für Ihre Daten eingesetzt
effective-head = { $kind ->
        [replacement] { $subprocessor } hat { $old_subprocessor } für { $products } ersetzt, seit { $effective }.
        [material_change] Die Änderung bei { $subprocessor } ist in Kraft seit { $effective }.
        [removal] Wir setzen { $subprocessor } nicht mehr ein, seit { $effective }.
        [correction] Was unser Verzeichnis über { $subprocessor } sagt, ist berichtigt seit { $effective }.
        [several] Die { $count } angekündigten Änderungen sind in Kraft seit { $effective }.
       *[other] { $subprocessor } ist für { $products } im Einsatz seit { $effective }.
    }
    .excluded = { $subprocessor } hat am { $effective } begonnen. Für Ihre Daten findet kein Einsatz statt.
effective-body = Angekündigt haben wir dies am { $announced }. Die Frist jedes Kunden ist voll abgelaufen, und über jeden rechtzeitigen Einspruch ist entschieden.
effective-excluded = So haben wir Ihren Einspruch { $objection_ref } geregelt.
