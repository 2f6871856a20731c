//! How long a letter of a known group takes to compose, beside copying and hashing the bytes that it comes to, and beside
//! composing it with no form at hand; in one run, on one core.
//!
//! Readers with names, pages and tokens of their own, in groups by zone and contract as a mailing meets them. Turn by turn, so
//! that whatever else the machine does falls on all of them alike.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use chrono::{DateTime, Utc};
use forenotice::config::{self, Mailbox};
use forenotice::domain::access::Keys;
use forenotice::domain::delivery::DeliveryId;
use forenotice::domain::notice::{NoticeFacts, NoticeKind, Processor};
use forenotice::domain::recipient::RecipientId;
use forenotice::domain::zone::Zone;
use forenotice::mail::compose::{Envelope, Forms, Office, compose};
use forenotice::mail::letter::{Letter, Reader, sample};
use forenotice::mail::templates::Templates;
use sha2::{Digest, Sha256};

const ROUNDS: usize = 40;
const LETTERS: u32 = 500;
/// Composed anew each round without a form: the same work for each, so few will do.
const WITHOUT_FORM: usize = 10;

const CONFIG: &str = r#"
[site]
name = "Processor GmbH"
base_url = "https://privacy.processor.example"
dpo_address = "dpo@processor.example"
[database]
url = "postgres://app@db.example/forenotice"
[smtp]
url = "smtp://relay.example:587"
from = "Processor GmbH Privacy <privacy@processor.example>"
bounce_address = "{token}@bounces.processor.example"
[inbound]
reply_address = "{token}@replies.processor.example"
[ledger]
key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
"#;

fn main() -> anyhow::Result<()> {
    let now: DateTime<Utc> = "2026-11-23T09:00:04Z".parse()?;
    let variables = std::iter::empty::<(String, String)>().collect();
    let office = Office::of(&config::parse(Path::new("forenotice.toml"), CONFIG, &variables)?.settings);
    let (templates, keys, forms) = (Templates::embedded()?, Keys::from_master(&[3; 32]), Forms::new());
    let facts = Arc::new(notice(now)?);
    let readers: Vec<_> = (0..LETTERS).map(|n| reader(n, now)).collect::<anyhow::Result<_>>()?;
    let envelopes: Vec<_> = (0..LETTERS).map(|n| envelope(n, &office, &keys, now)).collect();
    let letters: Vec<_> =
        readers.into_iter().map(|reader| Letter::notice(Arc::clone(&facts), reader)).collect();
    let mut mails = Vec::with_capacity(letters.len());
    for (letter, envelope) in letters.iter().zip(&envelopes) {
        let mail = forms.compose(&templates, letter, envelope)?;
        ensure!(
            mail == compose(&templates, letter, envelope)?,
            "a letter depends on whether its form was there"
        );
        mails.push(mail);
    }

    let pairs: Vec<_> = letters.iter().zip(&envelopes).collect();
    let mut timings = vec![Vec::new(); 3];
    for _ in 0..ROUNDS {
        timings[0].push(each(&mails, |mail| {
            black_box(Sha256::digest(black_box(mail.bytes.clone())));
            Ok(())
        })?);
        timings[1].push(each(&pairs, |(letter, envelope)| {
            black_box(forms.compose(&templates, letter, envelope)?);
            Ok(())
        })?);
        timings[2].push(each(&pairs[..WITHOUT_FORM], |(letter, envelope)| {
            black_box(compose(&templates, letter, envelope)?);
            Ok(())
        })?);
    }
    report(mails.iter().map(|mail| mail.bytes.len()).sum::<usize>() / mails.len(), timings);
    Ok(())
}

/// What one of them took, on average.
fn each<T>(items: &[T], mut work: impl FnMut(&T) -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let started = Instant::now();
    items.iter().try_for_each(&mut work)?;
    Ok(started.elapsed() / u32::try_from(items.len())?)
}

fn report(octets: usize, mut timings: Vec<Vec<Duration>>) {
    println!("letters of {octets} octets");
    for timing in &mut timings {
        timing.sort_unstable();
    }
    let median = |timing: &[Duration]| timing[timing.len() / 2].as_secs_f64();
    let names = ["copied and hashed", "composed from a form", "composed without one"];
    for (name, timing) in names.iter().zip(&timings) {
        let (median, best) = (median(timing), timing[0].as_secs_f64());
        println!(
            "{name:<21} median {:7.1} us   best {:7.1} us   {:.0} a second",
            median * 1e6,
            best * 1e6,
            median.recip()
        );
    }
    println!("ratio composed : copied and hashed = {:.2}", median(&timings[1]) / median(&timings[0]));
}

fn notice(now: DateTime<Utc>) -> anyhow::Result<NoticeFacts> {
    let processor = Processor {
        name: "Processor".to_owned(),
        legal_name: "Processor GmbH".to_owned(),
        dpo_name: "Dr. Ada Vogt".to_owned(),
        dpo_address: "dpo@processor.example".to_owned(),
        postal_address: "Lindenstr. 1, 10969 Berlin, Germany".to_owned(),
        base_url: "https://privacy.processor.example".to_owned(),
    };
    Ok(sample::notice(NoticeKind::Announcement, processor, &Zone::get("Europe/Berlin")?, now))
}

/// One of 20 groups.
fn reader(n: u32, now: DateTime<Utc>) -> anyhow::Result<Reader> {
    let one_of = |words: &[&'static str], by: u32| words[(n / by) as usize % words.len()];
    let zones = ["UTC", "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo"];
    let zone = Zone::get(one_of(&zones, 1))?;
    let sections = ["section 6", "section 6.2", "clause 9 (a)", "Annex III"];
    let kinds = ["Ltd", "GmbH", "SA", "K.K.", "\u{de}j\u{f3}n AB"];
    let people = ["Ann Berg", "J\u{fc}rgen Halden", "Zo\u{eb} Lindqvist", "\u{6751}\u{4e0a}", "Pat O'Neil"];
    Ok(Reader {
        customer: format!("Customer {n:06} {}", one_of(&kinds, 3)),
        customer_reference: Some(format!("C-{n}")),
        contact_name: Some(one_of(&people, 7).to_owned()),
        clause: Some(one_of(&sections, 5).to_owned()),
        ..sample::reader(&zone, now)
    })
}

fn envelope<'a>(n: u32, office: &'a Office, keys: &'a Keys, date: DateTime<Utc>) -> Envelope<'a> {
    let delivery = DeliveryId(41 * 1024 + i64::from(n));
    Envelope {
        office,
        keys,
        delivery,
        recipient: Some(RecipientId(i64::from(n) + 1)),
        link_epoch: 0,
        to: Mailbox {
            name: Some("Petra Lindqvist".to_owned()),
            address: format!("dpo{n}@c{}.example", n % 97),
        },
        thread: Some(delivery),
        earlier: &[],
        in_reply_to: None,
        date,
    }
}
