//! What a random world is made of: the processor's policy, its customers and their terms.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use forenotice::domain::calendar::{Convention, Start};
use forenotice::domain::change::ChangeKind;
use forenotice::domain::customer::{Hold, Lapse};
use forenotice::domain::holidays::Holidays;

use super::model::{Contact, Contract, Customer, Policy, Terms};
use super::random::Random;

/// Where changes begin.
const POLICY_ZONES: [&str; 5] =
    ["Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Africa/Cairo", "Pacific/Auckland"];
/// From the first to the last zone to see a day, with those that change their clocks at midnight.
const ZONES: [&str; 10] = [
    "Pacific/Kiritimati",
    "Pacific/Niue",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Europe/Berlin",
    "Europe/London",
    "America/Los_Angeles",
];
const HOLIDAYS: [&[&str]; 5] = [&[], &["DE"], &["GB-ENG"], &["US-CA"], &["DE-BY", "FR"]];
const LANGUAGES: [&str; 4] = ["en", "de", "fr", "es"];
pub const PRODUCTS: [&str; 2] = ["api", "chat"];
/// When letters leave and the digest is sent: seldom, since the clock stops there.
const WINDOWS: [&str; 3] = ["0 9 * * mon", "30 16 1,15 * *", "0 11 20 * *"];

/// Who is on the register before anything happens.
pub const LISTED: [&str; 3] = ["Albedo", "Borealis", "Cumulus"];

/// The policy's notice.
const POLICY_DAYS: u64 = 6;
const POLICY_DAYS_WRITTEN: &str = "6";

const HEADER: &str = "reference,customer,email,language,role,rank,notice_address,contract,customer_since,products,\
                      notice_days,convention,objection_days,objection_convention,start,time_zone,holidays,\
                      authorisation,kinds,emergency_days,resolution_days,resolution_unit,resolution_then,regimes\n";

/// When a world begins: within a year, or shortly before clocks change, a leap day, or the end of a year.
pub fn start(random: &mut Random) -> DateTime<Utc> {
    let (from, minutes) = match random.below(9) {
        0 => ("2027-03-24T00:00:00Z", 9_000),
        1 => ("2027-04-24T00:00:00Z", 9_000),
        2 => ("2027-10-24T00:00:00Z", 12_000),
        3 => ("2028-02-22T00:00:00Z", 9_000),
        4 => ("2027-12-26T00:00:00Z", 8_000),
        _ => ("2026-11-18T11:06:40Z", 500_000),
    };
    let from: DateTime<Utc> = from.parse().unwrap();
    from + TimeDelta::minutes(random.below(minutes).cast_signed())
}

pub fn policy(random: &mut Random) -> (Policy, Vec<(&'static str, &'static str)>) {
    let policy = Policy {
        zone: random.pick(&POLICY_ZONES),
        subscribers_count: random.once_in(2),
        late_joiners_entitled: random.once_in(4),
        each: random.once_in(3),
        hold: random.pick(&[Hold::Wait, Hold::Postpone, Hold::Wait, Hold::Postpone, Hold::Ask]),
    };
    let window = random.pick(&WINDOWS);
    let settings = vec![
        ("policy.zone", policy.zone),
        ("policy.subscribers", if policy.subscribers_count { "require" } else { "linked" }),
        ("policy.late_joiners", if policy.late_joiners_entitled { "entitled" } else { "exempt" }),
        ("policy.hold", policy.hold.as_str()),
        ("policy.go_live", if policy.each { "per_customer" } else { "together" }),
        ("policy.notice_days", POLICY_DAYS_WRITTEN),
        ("policy.approval", random.pick(&["single", "single", "four-eyes"])),
        ("site.products", "api;chat"),
        ("notice.send_window", window),
        ("digest.at", window),
    ];
    (policy, settings)
}

fn days(random: &mut Random, convention: Convention) -> u64 {
    match convention {
        Convention::Months => random.below(2),
        Convention::WorkingDays => random.below(12),
        Convention::ClearDays | Convention::CalendarDays | Convention::Eu118271 => {
            random.pick(&[0, 1, 2, 3, 5, 10, 14])
        }
    }
}

pub fn terms(random: &mut Random) -> Terms {
    let convention = random.pick(Convention::ALL);
    let objecting = random.pick(Convention::ALL);
    let settled_by = random.pick(&[Convention::CalendarDays, Convention::WorkingDays, Convention::Months]);
    let kinds = [ChangeKind::Addition, ChangeKind::Replacement, ChangeKind::MaterialChange];
    Terms {
        notice: (days(random, convention), convention),
        objection: (!random.once_in(3)).then(|| (days(random, objecting), objecting)),
        start: random.pick(&[Start::HandedOver, Start::Received, Start::Received]),
        zone: random.pick(&ZONES),
        holidays: Holidays::get(random.pick(&HOLIDAYS)).unwrap(),
        specific: random.once_in(7),
        kinds: random.once_in(8).then(|| kinds.to_vec()),
        emergency: random.once_in(3).then(|| random.pick(&[0, 1, 3])),
        resolution: random.once_in(2).then(|| {
            let n = if settled_by == Convention::Months { 1 } else { random.pick(&[2, 5, 20]) };
            (n, settled_by)
        }),
        then: random.pick(&[Lapse::Accepted, Lapse::Accepted, Lapse::CustomerMayTerminate, Lapse::Blocked]),
        dora: random.once_in(5),
    }
}

/// The policy as a contract, for a subscriber who counts: clear days from receipt, objections until the effect.
pub fn policy_terms(zone: &'static str) -> Terms {
    Terms {
        notice: (POLICY_DAYS, Convention::ClearDays),
        objection: None,
        start: Start::Received,
        zone,
        holidays: Holidays::none(),
        specific: false,
        kinds: None,
        emergency: None,
        resolution: None,
        then: Lapse::Blocked,
        dora: false,
    }
}

pub fn contract(random: &mut Random, reference: String, signed: NaiveDate) -> Contract {
    Contract {
        reference,
        signed,
        ended: None,
        product: if random.once_in(3) { Some(random.pick(&PRODUCTS)) } else { None },
        versions: vec![(signed, terms(random))],
    }
}

/// The `n`th contact of a customer.
pub fn contact(random: &mut Random, customer: &str, n: u64) -> Contact {
    Contact {
        address: format!("c{n}@{}.example", customer.to_lowercase()),
        takes_mail: !random.once_in(6),
        died: None,
        dead: false,
        privacy: n == 0 || random.once_in(3),
        rank: n,
        notice_address: random.once_in(8),
    }
}

/// The `number`th customer, who signed on `signed`; now and then with a second contract or contact.
pub fn customer(random: &mut Random, number: usize, signed: NaiveDate) -> Customer {
    let reference = format!("C-{number}");
    let contracts = if random.once_in(3) { 2 } else { 1 };
    let people = random.pick(&[1, 1, 2, 3]);
    Customer {
        contracts: (1..=contracts)
            .map(|n| contract(random, format!("K-{number}-{n}"), signed - Days::new(n - 1)))
            .collect(),
        contacts: (0..people).map(|n| contact(random, &reference, n)).collect(),
        reference,
        subscribes: false,
        linked_to: None,
        excluded: std::collections::BTreeSet::new(),
    }
}

/// The customer as a file: each contact and each contract in at least one row, by the newest of its terms.
pub fn file(random: &mut Random, customer: &Customer) -> String {
    let rows = customer.contacts.len().max(customer.contracts.len());
    let language = random.pick(&LANGUAGES);
    let name = format!("Customer {}{}", customer.reference, random.pick(&["", "", " AG"]));
    let row = |n: usize| {
        let contact = &customer.contacts[n % customer.contacts.len()];
        let deal = &customer.contracts[n % customer.contracts.len()];
        row((&customer.reference, &name), contact, deal, language)
    };
    format!("{HEADER}{}", (0..rows).map(row).collect::<String>())
}

fn row((customer, name): (&str, &str), contact: &Contact, deal: &Contract, language: &str) -> String {
    let terms = &deal.versions.last().unwrap().1;
    let (window, counted) = match terms.objection {
        Some((m, convention)) => (m.to_string(), convention.as_str()),
        None => ("until_effect".to_owned(), ""),
    };
    let kinds = terms.kinds.iter().flatten().map(|kind| kind.as_str()).collect::<Vec<_>>().join(";");
    let (settled, unit, then) = match terms.resolution {
        Some((n, unit)) => (n.to_string(), resolution_unit(unit), terms.then.as_str()),
        None => (String::new(), "", ""),
    };
    [
        customer,
        name,
        &contact.address,
        language,
        if contact.privacy { "privacy" } else { "legal" },
        &contact.rank.to_string(),
        if contact.notice_address { "yes" } else { "no" },
        &deal.reference,
        &deal.signed.to_string(),
        deal.product.unwrap_or_default(),
        &terms.notice.0.to_string(),
        terms.notice.1.as_str(),
        &window,
        counted,
        terms.start.as_str(),
        terms.zone,
        &terms.holidays.codes().join(";"),
        if terms.specific { "specific" } else { "general" },
        &kinds,
        &terms.emergency.map(|n| n.to_string()).unwrap_or_default(),
        &settled,
        unit,
        then,
        if terms.dora { "eu;dora" } else { "" },
    ]
    .join(",")
        + "\n"
}

fn resolution_unit(convention: Convention) -> &'static str {
    match convention {
        Convention::Months => "months",
        Convention::WorkingDays => "working_days",
        Convention::CalendarDays | Convention::ClearDays | Convention::Eu118271 => "days",
    }
}
