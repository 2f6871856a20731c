//! What is said when days pass and nobody does anything: reminders, the digest, the warning that letters run out of time.

use chrono::TimeDelta;
use forenotice::actions::{resolve_objection, schedule_change};
use forenotice::demo::mailbox::{Fault, Mail, Reply, Times};
use forenotice::domain::change::{ChangeKind, State};
use forenotice::domain::objection::{Asked, Outcome};
use forenotice::domain::request::Request;
use forenotice::store::digest::{self, Drain};

use crate::edges::visitor::STRIPE;
use crate::support::World;
use crate::support::builders::{addition, mitigated_as_agreed};

const DPO: &str = "dpo@processor.example";
const THREE: &str = "reference,customer,email,customer_since\n\
    C-1,Acme,dpo@acme.example,2024-03-01\n\
    C-2,Birch,dpo@birch.example,2024-03-01\n";

/// Two customers with 14 days to object, an addition scheduled on Monday 23 November.
async fn scheduled(settings: &[(&str, &str)]) -> (World, String) {
    let settings = [&[("policy.notice_days", "10"), ("policy.objection_days", "14")], settings].concat();
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    world.customers(THREE).await;
    let planned = world.schedule(&addition("Nimbus", "2026-12-21")).await;
    (world, planned.reference)
}

fn reminders(world: &World, address: &str) -> Vec<Mail> {
    let mails = world.mailbox.mails_to(address);
    mails.into_iter().filter(|mail| mail.subject().starts_with("Reminder, ")).collect()
}

#[tokio::test]
async fn who_has_said_nothing_is_reminded_once_for_each_number_of_days() {
    let (world, _) = scheduled(&[("notice.reminders", "7;2")]).await;
    world.advance_to("2026-11-26T12:00Z").await;
    world.object("dpo@acme.example", "We object.").await;
    world.advance_to("2026-12-21T12:00Z").await;
    assert_eq!(reminders(&world, "dpo@acme.example").len(), 0);
    let reminders = reminders(&world, "dpo@birch.example");
    // Announced on Tuesday 24 November: fourteen days end with Tuesday 8 December.
    let heads: Vec<_> = reminders
        .iter()
        .map(|mail| {
            let text = mail.text();
            let head = text.lines().find(|line| line.contains("you can object to")).unwrap_or_default();
            format!("{}: {head}", &mail.header("Date").unwrap()[..16])
        })
        .collect();
    assert_eq!(
        heads,
        [
            "Wed, 02 Dec 2026: 6 days left: you can object to Nimbus until Tuesday 8 December 2026,",
            // The two days fall on a Sunday: told at the next window, with what is left by then.
            "Mon, 07 Dec 2026: 1 day left: you can object to Nimbus until Tuesday 8 December 2026,",
        ]
    );
    world.finish().await;
}

#[tokio::test]
async fn nobody_is_reminded_to_object_to_a_subprocessor_that_leaves() {
    let world = World::configured("2026-11-23T09:00Z", &[("notice.reminders", "2")]).await;
    world.customers(THREE).await;
    world.as_superuser(STRIPE).await;
    let leaves = Request { kind: ChangeKind::Removal, facts: Vec::new(), ..addition("Stripe", "2026-12-31") };
    let reference = world.schedule(&leaves).await.reference;
    world.advance_to("2026-12-31T12:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Effective);
    let reminders: i64 = sqlx::query_scalar("select count(*) from notice where kind = 'reminder'")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    assert_eq!(reminders, 0);
    world.finish().await;
}

#[tokio::test]
async fn the_digest_comes_by_its_cron_and_says_what_is_under_way() {
    let (world, reference) = scheduled(&[("digest.at", "30 7 * * mon-fri")]).await;
    world.advance_to("2026-11-30T12:00Z").await;
    let digests: Vec<Mail> = world
        .mailbox
        .mails_to(DPO)
        .into_iter()
        .filter(|mail| mail.header("Date").unwrap().contains("06:30"))
        .collect();
    let days: Vec<_> = digests.iter().map(|mail| mail.header("Date").unwrap()[..11].to_owned()).collect();
    assert_eq!(days, ["Tue, 24 Nov", "Wed, 25 Nov", "Thu, 26 Nov", "Fri, 27 Nov", "Mon, 30 Nov"]);
    assert!(digests[0].text().contains(&reference), "{}", digests[0].text());
    world.finish().await;
}

/// The newest digest, with its subject.
fn newest_digest(world: &World) -> String {
    let mails = world.mailbox.mails_to(DPO);
    let digest = mails.iter().rfind(|mail| mail.text().contains("CHANGES UNDER WAY")).unwrap();
    format!("{}\n{}", digest.subject(), digest.text())
}

#[tokio::test]
async fn the_digest_says_what_awaits_approval_and_fears_no_mail_of_days_to_come() {
    let settings = [("digest.at", "30 7 * * mon-fri"), ("policy.approval", "four-eyes")];
    let (world, reference) = scheduled(&settings).await;
    world.advance_to("2026-11-24T12:00Z").await;
    let digest = newest_digest(&world);
    assert!(digest.contains(": one thing needs you"), "{digest}");
    let awaiting = digest.split("CHANGES THAT AWAIT APPROVAL").nth(1).unwrap();
    assert!(awaiting.trim_start().starts_with(&format!("- {reference}, Nimbus: planned start")), "{digest}");
    assert!(!digest.contains("may lie unread"), "{digest}");
    let second = world.second_person().await;
    schedule_change::approve(&world.cx, second, &reference).await.unwrap();
    world.advance_to("2026-11-25T12:00Z").await;
    let digest = newest_digest(&world);
    assert!(digest.contains(": nothing needs you") && !digest.contains("AWAIT APPROVAL"), "{digest}");
    world.finish().await;
}

#[tokio::test]
async fn the_digest_says_which_exclusion_waits_to_be_confirmed() {
    let (world, _) = scheduled(&[("digest.at", "30 7 * * mon-fri")]).await;
    world.advance_to("2026-11-26T12:00Z").await;
    let objection = world.object("dpo@acme.example", "We object.").await.reference;
    let kept_out = Asked { outcome: Outcome::Accommodated, condition: None, ..mitigated_as_agreed() };
    resolve_objection::resolve(&world.cx, world.dpo.clone(), &objection, kept_out, None).await.unwrap();
    world.advance_to("2026-11-27T12:00Z").await;
    let digest = newest_digest(&world);
    assert!(digest.contains(": one thing needs you"), "{digest}");
    assert!(digest.contains("- C-1: excluded from Nimbus since Thursday 26 November 2026"), "{digest}");
    world.finish().await;
}

#[tokio::test]
async fn that_letters_run_out_of_time_is_told_while_it_can_be_mended() {
    // The earliest day: to be lawful a letter must be taken on Wednesday 25 November before business ends, 15:59:59 UTC.
    let settings = [("policy.notice_days", "10")];
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    world.customers(THREE).await;
    let reference = world.schedule(&addition("Nimbus", "2026-12-06")).await.reference;
    world.advance_to("2026-11-24T07:00Z").await;
    for address in ["dpo@acme.example", "dpo@birch.example"] {
        let fault = Fault::RefusesRecipient(address.to_owned(), Reply::greylisted());
        world.mailbox.arrange(fault, Times::Always);
    }
    let warnings = || {
        let subjects = world.subjects(DPO);
        subjects.into_iter().filter(|s| s.contains("the last lawful moment is near")).collect::<Vec<_>>()
    };
    // Far from the last lawful moment, but a queue that drains by a batch in thirty hours comes too late for it.
    world.advance_to("2026-11-24T12:00Z").await;
    let now = world.now().await;
    let at_a_batch_in = async |hours| {
        let drain = Drain { now, per_batch: Some(TimeDelta::hours(hours)) };
        let mut snapshot = world.cx.snapshot().await.unwrap();
        digest::at_risk(snapshot.conn(), now + TimeDelta::hours(12), drain).await.unwrap()
    };
    assert!(at_a_batch_in(20).await.is_empty());
    let slow = at_a_batch_in(30).await;
    assert_eq!((slow.len(), slow[0].waiting, slow[0].out_at), (1, 2, Some(now + TimeDelta::hours(30))));
    world.advance_to("2026-11-25T03:30Z").await;
    assert_eq!(warnings(), Vec::<String>::new());
    world.advance_to("2026-11-25T04:30Z").await;
    assert_eq!(warnings(), [format!("{reference}: 2 letters wait, the last lawful moment is near")]);
    world.mailbox.mend();
    world.advance_to("2026-11-25T12:00Z").await;
    assert_eq!(warnings().len(), 1);
    // Mended in time.
    world.advance_to("2026-12-06T12:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Effective);
    world.finish().await;
}
