//! What a random world is made of: the processor's zone, its customers and their terms.

use chrono::{Days, NaiveDate};
use forenotice::domain::calendar::{Convention, Start};
use forenotice::domain::holidays::Holidays;

use super::model::{Contract, Customer, Terms};
use super::random::Random;

/// Where changes begin.
pub const POLICY_ZONES: [&str; 5] =
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

pub const HEADER: &str = "reference,customer,email,language,customer_since,contract,notice_days,convention,\
                          objection_days,objection_convention,start,time_zone,holidays,authorisation\n";

fn days(random: &mut Random, convention: Convention) -> u64 {
    match convention {
        Convention::Months => random.below(3),
        Convention::WorkingDays => random.below(25),
        Convention::ClearDays | Convention::CalendarDays | Convention::Eu118271 => {
            random.pick(&[0, 1, 2, 3, 10, 14, 30, 45])
        }
    }
}

fn terms(random: &mut Random) -> Terms {
    let convention = random.pick(Convention::ALL);
    let objecting = random.pick(Convention::ALL);
    Terms {
        notice: (days(random, convention), convention),
        objection: (!random.once_in(3)).then(|| (days(random, objecting), objecting)),
        start: random.pick(Start::ALL),
        zone: random.pick(&ZONES),
        holidays: Holidays::get(random.pick(&HOLIDAYS)).unwrap(),
        specific: random.once_in(6),
    }
}

/// The `number`th customer, who signed on `signed`; now and then with a second contract.
pub fn customer(random: &mut Random, number: usize, signed: NaiveDate) -> Customer {
    let contracts = if random.once_in(3) { 2 } else { 1 };
    let contract = |n: u64| Contract {
        reference: format!("K-{number}-{n}"),
        signed: signed - Days::new(n - 1),
        terms: terms(random),
    };
    Customer {
        reference: format!("C-{number}"),
        address: format!("dpo@c{number}.example"),
        takes_mail: true,
        contracts: (1..=contracts).map(contract).collect(),
    }
}

/// The customer as rows of a file.
pub fn rows(random: &mut Random, customer: &Customer) -> String {
    let language = random.pick(&LANGUAGES);
    let row = |contract: &Contract| {
        let Terms { notice, objection, start, zone, holidays, specific } = &contract.terms;
        let (window, counted) = match objection {
            Some((m, convention)) => (m.to_string(), convention.as_str()),
            None => ("until_effect".to_owned(), ""),
        };
        format!(
            "{},Customer {0},{},{language},{},{},{},{},{window},{counted},{start},{zone},{},{}\n",
            customer.reference,
            customer.address,
            contract.signed,
            contract.reference,
            notice.0,
            notice.1,
            holidays.codes().join(";"),
            if *specific { "specific" } else { "general" },
        )
    };
    customer.contracts.iter().map(row).collect()
}
