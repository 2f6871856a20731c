# Abonnement. Meldungen an den Datenschutzbeauftragten sind englisch wie die Kommandozeile.
confirmation-subject = Bitte bestätigen: Ankündigungen von { $processor } zu Unterauftragsverarbeitern
confirmation-head = Jemand, vermutlich Sie, hat für diese Adresse die Ankündigungen von { $processor } über Änderungen bei Unterauftragsverarbeitern angefordert.
confirmation-how = Um sie zu erhalten, öffnen Sie diese Seite und drücken Sie den Knopf:
confirmation-valid = Der Link gilt bis { $valid_until }.
confirmation-not-you = Wenn Sie es nicht waren, brauchen Sie nichts zu tun: Dies ist das einzige Schreiben, das Sie erhalten.
confirmation-what = Sie erhalten dann ein Schreiben, bevor ein Unterauftragsverarbeiter hinzukommt, sich ändert oder entfällt, rechtzeitig für einen Einspruch, wenn Sie Kunde sind. Mit einem Klick in jedem Schreiben können Sie abbestellen.
confirmation-preheader = Ein Klick, und wir schreiben Ihnen, bevor sich bei den Unterauftragsverarbeitern etwas ändert.
