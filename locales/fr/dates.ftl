# Noms et formes des dates. Les jours de la semaine comptent à partir du lundi (ISO 8601).
weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche

month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

month-short-1 = janv.
month-short-2 = févr.
month-short-3 = mars
month-short-4 = avr.
month-short-5 = mai
month-short-6 = juin
month-short-7 = juil.
month-short-8 = août
month-short-9 = sept.
month-short-10 = oct.
month-short-11 = nov.
month-short-12 = déc.

date-long = { $weekday } { $day } { $month } { $year }
date-short = { $day } { $month } { $year }

instant = { $date } à { $time } (heure : { $place })
instant-utc = { $date } à { $time } (UTC)

effective-elsewhere = { $there }, soit { $here } à { $place }
