//! No two machines write to each other through us, however rude they are.

use std::collections::BTreeSet;

use forenotice::demo::mailbox::Mail;

use super::sorted::{announced, comes, person};
use crate::support::World;

const JANE: &str = "jane@acme.example";
const BIRCH: &str = "dpo@birch.example";

/// The letters to this address that have not been answered yet.
fn news(world: &World, address: &str, answered: &mut BTreeSet<u64>) -> Vec<Mail> {
    world.mailbox.mails_to(address).into_iter().filter(|mail| answered.insert(mail.serial)).collect()
}

/// The address of a header, without its name.
fn address(header: &str) -> String {
    header.split(['<', '>']).nth(1).unwrap_or(header).to_owned()
}

#[tokio::test]
async fn a_week_of_robots_that_hide_what_they_are_ends_with_a_letter_a_day() {
    let (world, _) = announced().await;
    let mut answered = BTreeSet::new();
    for day in 24..=30 {
        // Each round answers what the round before has brought; without end, if we answered each.
        for round in 0..10 {
            // A ticket system that answers Reply-To, acknowledges every mail, and says nowhere that it is a machine.
            for mail in news(&world, JANE, &mut answered) {
                let words = format!("We have your request. Ticket {day}-{round}-{}.", mail.serial);
                let to = address(&mail.header("Reply-To").unwrap());
                comes(&world, &person(JANE, &format!("Re: {}", mail.subject()), &words), &to, JANE).await;
            }
            // A vacation responder that answers From, without a header, to the letter's own author.
            for mail in news(&world, BIRCH, &mut answered) {
                let words = format!("I am away. Your mail {} waits for me.", mail.serial);
                let to = address(&mail.header("From").unwrap());
                comes(&world, &person(BIRCH, "Away", &words), &to, BIRCH).await;
            }
        }
        world.advance_to(&format!("2026-11-{day}T23:59Z")).await;
    }
    let asked = |subjects: Vec<String>| subjects.iter().filter(|one| one.contains("is your reply")).count();
    let (jane, birch) = (asked(world.subjects(JANE)), asked(world.subjects(BIRCH)));
    assert!((1..=8).contains(&jane), "{:?}", world.subjects(JANE));
    assert_eq!(birch, 0, "a mail that only says who it is from gets no letter: {:?}", world.subjects(BIRCH));
    world.finish().await;
}
