//! Much mail at once: what machines send in an hour is stored and sorted in bounded memory and answered by nobody.

use std::fs;

use forenotice::actions::receive_mail;
use forenotice::demo::mailbox::Mail;
use forenotice::domain::ledger::Actor;
use forenotice::mail::inbox::Arrival;
use forenotice::store::door;

use super::sorted::{
    BIRCH, JANE, OBJECTIONS, announced, comes, letter_to, person, reasons, reply_to, strings,
};
use super::{arrival, open_door};
use crate::faults::fleet::full;
use crate::support::World;

const AT_ONCE: usize = 200;
/// What sorting may take besides what the test had before.
const GROWTH_KIB: u32 = 32 * 1024;

/// An answer of a machine, as the RFC wants it, as Exchange writes it, or as one that only its subject gives away; from wherever.
fn automatic(number: usize, letter: &Mail, lines: usize) -> Arrival {
    let from = format!("m{number}@host{}.example", number % 1_000);
    let kind = ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "X-Mailer: vacation 1.2"];
    let words = "I am out of the office until Monday. I object to nothing.\n".repeat(lines);
    let raw = person(&from, &format!("Automatic reply: {number}"), &words)
        .replace("Subject:", &format!("{}\nSubject:", kind[number % 3]));
    let to = if number.is_multiple_of(2) { letter.envelope_from.clone() } else { reply_to(letter) };
    Arrival {
        sender: Some(String::new()),
        ..arrival(raw.replace('\n', "\r\n").into_bytes(), "2026-11-24T12:00:00Z", &[&to])
    }
}

/// The most memory that this process has had.
fn peak_kib() -> u32 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.split_whitespace().next().unwrap().parse().unwrap()
}

async fn count(world: &World, of: &'static str) -> usize {
    let counted = strings(world, of).await;
    counted[0].parse().unwrap()
}

/// Comes in as it is, in groups; nobody has looked at it.
async fn stored(world: &World, mails: usize, make: impl Fn(usize) -> Arrival) {
    let door = open_door(world, 4_711).await;
    for first in (0..mails).step_by(AT_ONCE) {
        let group = (first..mails.min(first + AT_ONCE)).map(&make).collect();
        receive_mail::receive(&world.cx, door, group).await.unwrap();
    }
    let mut tx = world.cx.begin(Actor::Daemon).await.unwrap();
    door::close(&mut tx, door).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
}

/// 400 automatic answers; with `FORENOTICE_FULL=1` 10,000 of 15 kB each.
#[tokio::test]
async fn thousands_of_automatic_answers_are_stored_and_sorted_in_bounded_memory_and_none_is_answered() {
    let (mails, lines) = if full() { (10_000, 250) } else { (400, 20) };
    let (world, reference) = announced().await;
    let letter = letter_to(&world, BIRCH);
    let before = world.mailbox.mails().len();
    stored(&world, mails, |number| automatic(number, &letter, lines)).await;
    assert_eq!(count(&world, "select count(*)::text from inbound_message").await, mails);

    let begun = peak_kib();
    world.settle().await;
    // Where it is the only test of its process.
    assert!(!full() || peak_kib() < begun + GROWTH_KIB, "{begun} KiB, then {} KiB", peak_kib());
    assert_eq!(world.mailbox.mails().len(), before, "{:?}", world.mailbox.mails().last().map(Mail::subject));
    let automatic =
        "select count(*)::text from inbound_message where class = 'auto_reply' and state = 'done'";
    assert_eq!(count(&world, automatic).await, mails);
    assert_eq!(strings(&world, OBJECTIONS).await, Vec::<String>::new());
    assert_eq!(reasons(&world, &reference).await, Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn whoever_writes_without_end_from_many_addresses_makes_us_write_no_more_than_somebody_reads() {
    let (world, reference) = announced().await;
    let to = reply_to(&letter_to(&world, BIRCH));
    let before = world.mailbox.mails().len();
    let replies = |number: usize| {
        let from = format!("p{number}@host{number}.example");
        let raw = person(&from, &format!("Re: Nimbus {number}"), "Hm, Nimbus?").replace('\n', "\r\n");
        Arrival { sender: Some(from), ..arrival(raw.into_bytes(), "2026-11-24T12:00:00Z", &[&to]) }
    };
    stored(&world, 60, replies).await;
    world.settle().await;
    // One question to the contact on file, one by one to the DPO as many as somebody reads in an hour, and that there are more.
    let sent: Vec<String> = world.mailbox.mails().iter().skip(before).map(Mail::subject).collect();
    assert_eq!(sent.len(), 1 + 20 + 1, "{sent:?}");
    assert_eq!(world.subjects(BIRCH).len(), 2);
    let more = sent.iter().filter(|subject| subject.starts_with("More mail than you are told of"));
    assert_eq!(more.count(), 1, "{sent:?}");
    // All of it holds all the same, and what objects does so at once, with its receipt and its alarm.
    assert_eq!(count(&world, "select count(*)::text from inbound_hold where released_at is null").await, 60);
    comes(&world, &person("p61@host61.example", "OBJECT", "We object."), &to, "p61@host61.example").await;
    assert_eq!(strings(&world, OBJECTIONS).await, ["reply true We object."]);
    assert!(world.subjects(BIRCH).last().unwrap().starts_with("Receipt OBJ-2026-0001"));
    assert_eq!(world.mailbox.mails().len(), before + 22 + 2);
    assert!(reasons(&world, &reference).await.contains(&"objection_open".to_owned()));
    // Another customer is told of, and in the next hour so is this one.
    let to_jane = reply_to(&letter_to(&world, JANE));
    comes(&world, &person(JANE, "Re: Nimbus", "Hm?"), &to_jane, JANE).await;
    world.advance_to("2026-11-24T13:00Z").await;
    comes(&world, &person(BIRCH, "Re: Nimbus", "Well?"), &to, BIRCH).await;
    let told = world.subjects("dpo@processor.example");
    assert!(told.iter().any(|subject| subject.starts_with("Acme has answered")), "{told:?}");
    assert_eq!(
        told.iter().filter(|subject| subject.starts_with("Birch has answered")).count(),
        21,
        "{told:?}"
    );
    world.finish().await;
}
