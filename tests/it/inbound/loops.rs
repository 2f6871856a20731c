//! No machines write to each other through us, however rude they are: a simulated week of two processors that are each other's customers,
//! and of robots that answer whatever they get, wherever they can, and hide what they are.

use std::collections::{BTreeMap, BTreeSet};

use forenotice::demo::mailbox::Mail;

use super::sorted::{OBJECTIONS, comes, comes_to, person, strings};
use crate::support::World;
use crate::support::builders::addition;

const TICKETS: &str = "jane@acme.example";
const AWAY: &str = "dpo@birch.example";
const QUOTER: &str = "privacy@cedar.example";
const GUARD: &str = "legal@delta.example";
/// A processor whose customer we are, too: nobody but its daemon reads this address.
const MIRROR: &str = "privacy@mirror.example";
const US: &str = "privacy@processor.example";

const OURS: &str = "reference,customer,email,customer_since,role\n\
    C-1,Acme,jane@acme.example,2024-03-01,privacy\n\
    C-2,Birch,dpo@birch.example,2024-03-01,privacy\n\
    C-3,Cedar,privacy@cedar.example,2024-03-01,privacy\n\
    C-4,Delta,legal@delta.example,2024-03-01,privacy\n\
    C-5,Mirror,privacy@mirror.example,2024-03-01,privacy\n";
const THEIRS: &str = "reference,customer,email,customer_since,role\n\
    C-1,Processor,privacy@processor.example,2024-03-01,privacy\n\
    C-2,Acme,jane@acme.example,2024-03-01,privacy\n";

/// The address of a header, without its name.
fn address(mail: &Mail, header: &str) -> String {
    let header = mail.header(header).unwrap_or_default();
    header.split(['<', '>']).nth(1).unwrap_or(&header).to_owned()
}

/// What a robot does with a mail: the answer's recipients, and the answer.
fn answer(robot: &str, number: usize, mail: &Mail) -> Option<(Vec<String>, String)> {
    let [from, reply_to] = ["From", "Reply-To"].map(|header| address(mail, header));
    let said = match robot {
        // A ticket is opened for each mail, under a number and an id of its own; nothing of the mail's head is kept.
        TICKETS => {
            let subject = format!("[Ticket {number}] Request");
            (
                vec![reply_to],
                person(robot, &subject, &format!("We have your request {number}. An agent will answer.")),
            )
        }
        // It answers whoever may have written: the author, and the return path.
        AWAY => {
            let words = format!("I do not read mail this week. Your mail {number} waits for me.");
            (vec![from, mail.envelope_from.clone()], person(robot, &format!("Your mail {number}"), &words))
        }
        // It has no thread, but repeats every word.
        QUOTER => {
            let quoted = mail.text().replace('\n', "\n> ");
            (vec![from], person(robot, &format!("Case {number}"), &format!("Thank you.\n\n> {quoted}")))
        }
        // It lets nothing through until somebody answers it, and asks for that once more for each mail.
        GUARD => {
            let words = format!("Please confirm that you sent mail {number}: reply to this message.");
            (vec![reply_to, mail.envelope_from.clone()], person(robot, &format!("Confirm {number}"), &words))
        }
        // The office has a ticket system, too, which opens one for each alarm and tells both sides.
        "dpo@processor.example" => {
            let words = format!("Ticket {number} is open.\n\n{}", mail.text());
            (vec![from, reply_to], person(robot, &format!("Re: {}", mail.subject()), &words))
        }
        _ => return None,
    };
    Some(said)
}

/// Two processors and the post between them and everybody else.
struct Post {
    worlds: [World; 2],
    read: [BTreeSet<u64>; 2],
    answers: usize,
    /// By world and address.
    carried: BTreeMap<(usize, String), usize>,
}

impl Post {
    fn whose(address: &str) -> Option<usize> {
        let is_at = |domain: &str| address.ends_with(domain) && !address.starts_with("dpo@");
        match (is_at("processor.example"), is_at("mirror.example")) {
            (true, _) => Some(0),
            (_, true) => Some(1),
            _ => None,
        }
    }

    /// Whatever left since the last round arrives, and is answered. False: nothing did.
    async fn round(&mut self) -> bool {
        let mut any = false;
        for from in 0..2 {
            let mails = self.worlds[from].mailbox.mails();
            let new: Vec<Mail> =
                mails.into_iter().filter(|mail| self.read[from].insert(mail.serial)).collect();
            for (mail, to) in
                new.iter().flat_map(|mail| mail.envelope_to.iter().map(move |to| (mail, &to.address)))
            {
                any = true;
                *self.carried.entry((from, to.clone())).or_default() += 1;
                if let Some(world) = Self::whose(to) {
                    let raw = String::from_utf8_lossy(&mail.bytes).replace("\r\n", "\n");
                    comes_to(&self.worlds[world], &raw, &[to], &mail.envelope_from).await;
                    continue;
                }
                self.answers += 1;
                let Some((recipients, raw)) = answer(to, self.answers, mail) else { continue };
                for recipient in recipients {
                    let world = Self::whose(&recipient).expect("a robot answers us");
                    // Each has a copy, with an id of its own.
                    let raw =
                        raw.replace("Message-ID: <", &format!("Message-ID: <{world}.{}.", recipient.len()));
                    comes(&self.worlds[world], &raw, &recipient, to).await;
                }
            }
        }
        any
    }
}

async fn announced(settings: &[(&str, &str)], customers: &str) -> World {
    let world = World::configured("2026-11-23T09:00Z", settings).await;
    world.customers(customers).await;
    world.schedule(&addition("Nimbus", "2027-01-15")).await;
    world
}

#[tokio::test]
async fn a_week_of_machines_that_answer_everything_ends_with_a_letter_a_day_to_each() {
    let policy = [("policy.notice_days", "30"), ("policy.objection_days", "14")];
    let theirs = [
        ("smtp.from", "Mirror AG Privacy <privacy@mirror.example>"),
        ("smtp.bounce_address", "{token}@bounces.mirror.example"),
        ("inbound.reply_address", "{token}@replies.mirror.example"),
        ("site.dpo_address", "dpo@mirror.example"),
        ("ledger.key", "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"),
    ];
    let worlds =
        [announced(&policy, OURS).await, announced(&[&policy[..], &theirs[..]].concat(), THEIRS).await];
    let mut post = Post { worlds, read: Default::default(), answers: 0, carried: BTreeMap::new() };
    for day in 24..=30 {
        let noon = format!("2026-11-{day}T12:00Z");
        for world in &post.worlds {
            world.advance_to(&noon).await;
        }
        // The ticket is still open: so its system says every day to whom it wrote last.
        if let Some(letter) = post.worlds[0].mailbox.mails_to(TICKETS).pop() {
            let nag = person(TICKETS, &format!("[Ticket {day}] Reminder"), "Your request is still open.");
            comes(&post.worlds[0], &nag, &address(&letter, "Reply-To"), TICKETS).await;
        }
        let mut rounds = 0;
        while post.round().await {
            rounds += 1;
            assert!(rounds <= 6, "it goes on and on: {:?}", post.carried);
        }
    }
    let carried =
        |world: usize, to: &str| post.carried.get(&(world, to.to_owned())).copied().unwrap_or_default();
    // The announcement, and a question on each day.
    for robot in [TICKETS, AWAY, GUARD] {
        assert!((2..=8).contains(&carried(0, robot)), "{robot}: {:?}", post.carried);
    }
    assert!(carried(0, TICKETS) > 4, "the one that nags is asked every day: {:?}", post.carried);
    assert_eq!(carried(0, QUOTER), 1, "what only quotes us gets no letter: {:?}", post.carried);
    assert_eq!(
        (carried(0, MIRROR), carried(1, US)),
        (1, 1),
        "each has told the other, no more: {:?}",
        post.carried
    );
    assert!(carried(1, TICKETS) <= 2, "{:?}", post.carried);
    let told = carried(0, "dpo@processor.example");
    assert!(
        told <= 30,
        "the office hears of each mail at most: {told}, {:?}",
        post.worlds[0].subjects("dpo@processor.example")
    );
    for world in &post.worlds {
        assert_eq!(strings(world, OBJECTIONS).await, Vec::<String>::new());
    }
    for world in post.worlds {
        world.finish().await;
    }
}
