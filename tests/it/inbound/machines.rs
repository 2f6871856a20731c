//! What machines say of our letters by mail, from the bytes to what follows.

use super::sorted::{BIRCH, JANE, announced, comes, letter_to, reasons, report};
use crate::support::World;

const DPO: &str = "dpo@processor.example";

fn told_of(world: &World, words: &str) -> usize {
    world.subjects(DPO).iter().filter(|subject| subject.contains(words)).count()
}

/// A report of a letter that waits, whose server tries until then.
fn delayed(address: &str, until: &str) -> String {
    report("delayed", "4.4.1", address)
        .replace("Status: 4.4.1\n", &format!("Status: 4.4.1\nWill-Retry-Until: {until}\n"))
        .replace("<delayed.4.4.1", &format!("<{}", until.replace([' ', ','], "")))
}

#[tokio::test]
async fn a_delayed_letter_of_which_nothing_is_heard_in_its_servers_time_is_the_dpos_alarm_once() {
    let (world, reference) = announced().await;
    let [birch, jane] = [BIRCH, JANE].map(|address| letter_to(&world, address).envelope_from);
    comes(&world, &delayed(BIRCH, "Thu, 26 Nov 2026 10:00:00 +0000"), &birch, "").await;
    comes(&world, &delayed(JANE, "Thu, 26 Nov 2026 09:00:00 +0000"), &jane, "").await;
    let shown = world.command(&["inbox", "show", "1"]).await;
    assert!(shown.printed.contains("Tries until  2026-11-26 10:00 UTC"), "{shown:?}");
    // That one arrived; the other's server gives itself another day.
    comes(&world, &report("relayed", "2.0.0", JANE), &jane, "").await;
    comes(&world, &delayed(BIRCH, "Fri, 27 Nov 2026 10:00:00 +0000"), &birch, "").await;
    world.advance_to("2026-11-27T09:59Z").await;
    assert_eq!(told_of(&world, "delayed"), 0);
    world.advance_to("2026-11-27T10:00Z").await;
    let subject = format!("{reference}: a letter about Nimbus delayed, and nothing heard since");
    assert_eq!(told_of(&world, &subject), 1, "{:?}", world.subjects(DPO));
    let alert = world.mailbox.mails_to(DPO).into_iter().find(|mail| mail.subject() == subject).unwrap();
    assert!(alert.text().contains("Birch, dpo@birch.example"), "{}", alert.text());
    assert_eq!(reasons(&world, &reference).await, ["notice_missing"]);
    world.advance_to("2026-12-05T10:00Z").await;
    assert_eq!(told_of(&world, "delayed"), 1);
    world.finish().await;
}

#[tokio::test]
async fn what_says_no_time_or_one_that_no_server_keeps_is_asked_after_all_the_same() {
    let (world, _) = announced().await;
    let [birch, jane] = [BIRCH, JANE].map(|address| letter_to(&world, address).envelope_from);
    comes(&world, &report("delayed", "4.4.1", BIRCH), &birch, "").await;
    comes(&world, &delayed(JANE, "Thu, 26 Nov 2099 09:00:00 +0000"), &jane, "").await;
    world.advance_to("2026-11-29T12:00Z").await;
    assert_eq!(told_of(&world, "delayed"), 1, "a queue's five days are over");
    world.advance_to("2026-12-08T12:00Z").await;
    assert_eq!(told_of(&world, "delayed"), 2);
    world.finish().await;
}
