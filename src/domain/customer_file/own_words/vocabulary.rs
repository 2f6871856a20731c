//! The words for what a cell may say, in English, German, French and Spanish.

use super::super::super::country::{Country, Language};
use super::super::super::zone::Zone;

/// (ours, theirs): one line of a dictionary, without case, blanks and signs.
type Entry = (&'static str, &'static [&'static str]);

/// What people write where nothing is to be written.
const NOTHING: [&str; 8] = ["na", "ka", "keineangabe", "nichtbekannt", "default", "standard", "none", "null"];

const CONVENTIONS: &[Entry] = &[
    (
        "calendar_days",
        &[
            "calendardays",
            "kalendertage",
            "kalendertag",
            "jourscalendaires",
            "díasnaturales",
            "diasnaturales",
        ],
    ),
    ("clear_days", &["cleardays", "volletage", "freietage", "joursfrancs"]),
    ("eu_1182_71", &["118271", "eu118271", "vo118271", "voewg118271", "regulation118271", "règlement118271"]),
    (
        "working_days",
        &[
            "workingdays",
            "businessdays",
            "werktage",
            "arbeitstage",
            "bankarbeitstage",
            "geschäftstage",
            "joursouvrés",
            "joursouvres",
            "joursouvrables",
            "díashábiles",
            "diashabiles",
            "díaslaborables",
        ],
    ),
    ("months", &["months", "month", "monate", "monat", "mois", "meses", "mes"]),
];

const AUTHORISATIONS: &[Entry] = &[
    (
        "general",
        &[
            "generalauthorisation",
            "generalauthorization",
            "allgemein",
            "allgemeine",
            "allgemeinegenehmigung",
            "generell",
            "générale",
            "autorisationgénérale",
            "autorizacióngeneral",
            "widerspruchslösung",
        ],
    ),
    (
        "specific",
        &[
            "specificauthorisation",
            "specificauthorization",
            "priorspecific",
            "gesondert",
            "gesonderte",
            "gesondertegenehmigung",
            "einzelgenehmigung",
            "einzelfall",
            "imeinzelfall",
            "zustimmungslösung",
            "spécifique",
            "autorisationspécifique",
            "específica",
            "autorizaciónespecífica",
        ],
    ),
];

const STARTS: &[Entry] = &[
    (
        "received",
        &["receipt", "onreceipt", "zugang", "abzugang", "empfang", "erhalt", "réception", "recepción"],
    ),
    (
        "handed_over",
        &["sent", "dispatch", "handedover", "versand", "absendung", "abversand", "envoi", "envío"],
    ),
    ("listed", &["publication", "published", "veröffentlichung", "publicación"]),
];

const KINDS: &[Entry] = &[
    ("", &["all", "alle", "tous", "toutes", "todos", "todas"]),
    ("addition", &["additions", "new", "neu", "neue", "hinzufügung", "aufnahme", "ajout", "nouveau", "alta"]),
    (
        "replacement",
        &["replacements", "ersatz", "ersetzung", "austausch", "wechsel", "remplacement", "sustitución"],
    ),
    (
        "material_change",
        &[
            "materialchange",
            "wesentlicheänderung",
            "änderung",
            "modificationsubstantielle",
            "cambiosustancial",
        ],
    ),
    ("removal", &["removals", "wegfall", "entfernung", "beendigung", "suppression", "baja"]),
];

const GROUNDS: &[Entry] = &[
    ("none", &["no", "keine", "nein", "ohne", "ohnegrund", "aucun", "aucune", "ninguno", "ninguna"]),
    (
        "reasonable",
        &[
            "yes",
            "reasonablegrounds",
            "ja",
            "begründet",
            "mitbegründung",
            "wichtigergrund",
            "berechtigtegründe",
            "motifslégitimes",
            "raisonnable",
            "motivosrazonables",
            "razonable",
        ],
    ),
];

const YES_OR_NO: &[Entry] = &[
    ("yes", &["y", "j", "ja", "wahr", "x", "oui", "vrai", "sí", "si", "verdadero", "on"]),
    ("no", &["n", "nein", "falsch", "non", "faux", "falso", "off"]),
];

const UNITS: &[Entry] = &[
    ("days", &["day", "calendardays", "tage", "tag", "kalendertage", "jours", "jour", "días", "dias"]),
    (
        "working_days",
        &["workingdays", "businessdays", "werktage", "arbeitstage", "joursouvrés", "díashábiles"],
    ),
    ("months", &["month", "monate", "monat", "mois", "meses", "mes"]),
];

const LAPSES: &[Entry] = &[
    ("accepted", &["deemedaccepted", "akzeptiert", "angenommen", "giltalsangenommen", "accepté", "aceptado"]),
    (
        "customer_may_terminate",
        &[
            "customermayterminate",
            "sonderkündigungsrecht",
            "kündigungdurchkunden",
            "kundedarfkündigen",
            "kundekannkündigen",
            "résiliationparleclient",
            "elclientepuederesolver",
        ],
    ),
    (
        "either_may_terminate",
        &["eithermayterminate", "beidekönnenkündigen", "beiderseitigeskündigungsrecht", "kündigungbeider"],
    ),
    ("blocked", &["block", "blockiert", "gesperrt", "bloqué", "bloqueado"]),
];

const REGIMES: &[Entry] = &[
    ("eu", &["gdpr", "eugdpr", "dsgvo", "rgpd", "ewr", "eea", "eee"]),
    ("uk", &["ukgdpr", "gb", "vereinigteskönigreich", "royaumeuni", "reinounido"]),
    ("ch", &["dsg", "revdsg", "ndsg", "fadp", "lpd", "nlpd", "schweiz", "switzerland", "suisse", "suiza"]),
    ("us-ca", &["ccpa", "cpra", "california", "kalifornien"]),
];

const ROLES: &[Entry] = &[(
    "privacy",
    &[
        "dpo",
        "dataprotection",
        "dataprotectionofficer",
        "privacyofficer",
        "datenschutz",
        "dsb",
        "datenschutzbeauftragte",
        "datenschutzbeauftragter",
        "datenschutzkoordinator",
        "dpd",
        "protectiondesdonnées",
        "protecciondedatos",
        "proteccióndedatos",
        "delegadodeproteccióndedatos",
    ],
)];

/// Parts of countries that have holidays of their own; countries are known by their names.
const PARTS: &[Entry] = &[
    ("DE-BW", &["badenwürttemberg"]),
    ("DE-BY", &["bayern", "bavaria"]),
    ("DE-BE", &["berlin"]),
    ("DE-BB", &["brandenburg"]),
    ("DE-HB", &["bremen"]),
    ("DE-HH", &["hamburg"]),
    ("DE-HE", &["hessen", "hesse"]),
    ("DE-MV", &["mecklenburgvorpommern"]),
    ("DE-NI", &["niedersachsen", "lowersaxony"]),
    ("DE-NW", &["nordrheinwestfalen", "nrw", "northrhinewestphalia"]),
    ("DE-RP", &["rheinlandpfalz"]),
    ("DE-SL", &["saarland"]),
    ("DE-SN", &["sachsen", "saxony"]),
    ("DE-ST", &["sachsenanhalt"]),
    ("DE-SH", &["schleswigholstein"]),
    ("DE-TH", &["thüringen", "thuringia"]),
    ("GB-ENG", &["england"]),
    ("GB-SCT", &["scotland", "schottland"]),
    ("GB-WLS", &["wales"]),
    ("GB-NIR", &["northernireland", "nordirland"]),
];

/// Places whose zone bears another name.
const PLACES: &[Entry] = &[
    ("Europe/Berlin", &["münchen", "munich", "hamburg", "frankfurt", "köln", "stuttgart", "düsseldorf"]),
    ("Europe/Vienna", &["wien", "vienne", "viena"]),
    ("Europe/Zurich", &["zürich", "genf", "genève", "geneva", "bern", "basel"]),
    ("Europe/Brussels", &["brüssel", "bruxelles", "bruselas"]),
    ("Europe/Copenhagen", &["kopenhagen"]),
    ("Europe/Warsaw", &["warschau"]),
    ("Europe/Prague", &["prag"]),
    ("Europe/Rome", &["rom", "mailand", "milan", "milano", "roma"]),
    ("Europe/Lisbon", &["lissabon", "lisboa"]),
    ("Europe/London", &["londres"]),
    ("Asia/Tokyo", &["tokio"]),
];

/// Countries of one zone.
const ONE_ZONE: &[(&str, &str)] = &[
    ("AT", "Europe/Vienna"),
    ("BE", "Europe/Brussels"),
    ("CH", "Europe/Zurich"),
    ("CZ", "Europe/Prague"),
    ("DE", "Europe/Berlin"),
    ("DK", "Europe/Copenhagen"),
    ("FI", "Europe/Helsinki"),
    ("GB", "Europe/London"),
    ("IE", "Europe/Dublin"),
    ("IN", "Asia/Kolkata"),
    ("IT", "Europe/Rome"),
    ("JP", "Asia/Tokyo"),
    ("LU", "Europe/Luxembourg"),
    ("NL", "Europe/Amsterdam"),
    ("NO", "Europe/Oslo"),
    ("PL", "Europe/Warsaw"),
    ("SE", "Europe/Stockholm"),
    ("SG", "Asia/Singapore"),
];

const NUMBERS: &[Entry] = &[
    ("10", &["ten", "zehn", "dix", "diez"]),
    ("14", &["fourteen", "vierzehn", "quatorze", "catorce"]),
    ("30", &["thirty", "dreißig", "dreissig", "trente", "treinta"]),
    ("60", &["sixty", "sechzig", "soixante", "sesenta"]),
    ("90", &["ninety", "neunzig", "quatrevingtdix", "noventa"]),
];

const UNTIL_EFFECT: &[Entry] = &[(
    super::super::terms::UNTIL_EFFECT,
    &[
        "untileffect",
        "untileffective",
        "untiltheeffectivedate",
        "biszuminkrafttreten",
        "bisinkrafttreten",
        "biszumwirksamwerden",
        "bisbeginn",
        "biszumbeginn",
        "jusquàlentréeenvigueur",
        "hastalaentradaenvigor",
    ],
)];

const DAYS: [&str; 9] = ["day", "days", "tag", "tage", "tagen", "jour", "jours", "días", "dias"];
const WEEKS: [&str; 7] = ["week", "weeks", "woche", "wochen", "semaine", "semaines", "semanas"];

/// What a value of that column probably means; whoever asks has the reader look at it.
pub(super) fn meant(column: &str, value: &str) -> Option<String> {
    let plain: String = value.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let found = |entries: &[Entry]| {
        let entry = entries.iter().find(|(ours, theirs)| same(ours, &plain) || theirs.contains(&&*plain))?;
        Some(entry.0.to_owned())
    };
    let known = match column {
        "convention" | "objection_convention" => found(CONVENTIONS),
        "authorisation" => found(AUTHORISATIONS),
        "start" => found(STARTS),
        "kinds" => found(KINDS),
        "grounds" => found(GROUNDS),
        "notice_address" => found(YES_OR_NO),
        "resolution_unit" => found(UNITS),
        "resolution_then" => found(LAPSES),
        "regimes" => found(REGIMES),
        "role" => return found(ROLES),
        "language" => Language::by_name(value).map(|language| language.to_string()),
        "holidays" => found(PARTS).or_else(|| country(value).map(|country| country.code().to_owned())),
        "time_zone" => found(PLACES).or_else(|| zone(value)),
        "objection_days" => found(UNTIL_EFFECT).or_else(|| days(value)).or_else(|| found(NUMBERS)),
        "notice_days" | "emergency_days" | "resolution_days" => days(value).or_else(|| found(NUMBERS)),
        _ => None,
    };
    let nothing = plain.is_empty() || NOTHING.contains(&&*plain);
    known.or_else(|| nothing.then(String::new))
}

fn same(ours: &str, plain: &str) -> bool {
    !ours.is_empty()
        && ours.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).eq(plain.chars())
}

/// The one of ours that is spelt like it, whatever its case.
pub(super) fn alike(value: &str, ours: &[String]) -> Option<String> {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let given = plain(value);
    let mut alike = ours.iter().filter(|known| plain(known) == given);
    match (alike.next(), alike.next()) {
        (Some(only), None) => Some(only.clone()),
        (Some(_), Some(_)) | (None, _) => None,
    }
}

fn country(value: &str) -> Option<Country> {
    match value.parse::<Country>() {
        Ok(country) => Some(country),
        Err(unknown) => unknown.meant,
    }
}

/// A zone by its city, a misspelt name or a country of one zone; what IANA counts against Greenwich has the other sign.
fn zone(value: &str) -> Option<String> {
    const LETTERS_OFF_MAX: usize = 2;
    if let Some(country) = country(value)
        && let Some((_, zone)) = ONE_ZONE.iter().find(|(code, _)| *code == country.code())
    {
        return Some((*zone).to_owned());
    }
    let nearest = Zone::get(value).err()?.nearest.filter(|nearest| !nearest.starts_with("Etc/"))?;
    let city = nearest.rsplit('/').next().unwrap_or(&nearest).replace('_', " ");
    let misspelt = strsim::damerau_levenshtein(value, &nearest) <= LETTERS_OFF_MAX && nearest.contains('/');
    (city.eq_ignore_ascii_case(value) || misspelt).then_some(nearest)
}

/// A count with its unit, days or weeks; months and working days say more than a count.
fn days(value: &str) -> Option<String> {
    let lower = value.to_lowercase();
    let end = lower.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = (lower[..end].parse::<u32>().ok()?, lower[end..].trim().trim_end_matches('.'));
    if DAYS.contains(&unit) {
        Some(count.to_string())
    } else if WEEKS.contains(&unit) {
        Some(count.checked_mul(7)?.to_string())
    } else {
        None
    }
}
