//! In use although the gate is shut: said everywhere, told to everyone, and nothing opens by it.

use forenotice::actions::note_in_use::{self, Done, Error};
use forenotice::domain::change::State;

use super::*;
use crate::edges::visitor::announced;

const WHY: &str = "An engineer switched it on by mistake";

async fn note(world: &World, since: &str, why: &str) -> Result<Done, Error> {
    note_in_use::note(&world.cx, world.dpo.clone(), CHANGE, since.parse().unwrap(), why).await
}

#[tokio::test]
async fn register_pages_and_letters_say_it_and_the_gate_stays_shut() {
    let (world, visitor, _) = announced().await;
    world.mailbox.clear();
    let before = reasons(&world).await;
    let done = note(&world, "2026-11-23", WHY).await.unwrap();
    assert_eq!((done.state, done.told), (State::InNotice, true));
    assert_eq!(reasons(&world).await, before);
    world.settle().await;

    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    assert!(letter.subject().contains("in use since"), "{}", letter.subject());
    assert!(letter.text().contains(WHY), "{}", letter.text());
    assert!(visitor.get("/").await.body.contains("Nimbus is in use since"));
    let page = visitor.get("/changes/CHG-2026-0001").await.body;
    assert!(page.contains(WHY) && !page.contains("did not take effect"), "{page}");
    let register: serde_json::Value =
        serde_json::from_str(&visitor.get("/register.json").await.body).unwrap();
    assert_eq!(register["in_use_without_completed_notice"][0]["since"], "2026-11-23");
    let shown = world.command(&["register", "show", "--json"]).await.json();
    assert_eq!(shown["in_use_without_completed_notice"][0]["change"], CHANGE, "{shown}");
    let exported = world.command(&["register", "export"]).await;
    assert!(
        exported.said.contains("not in the file: Nimbus is in use without completed notice since 2026-11-23"),
        "{exported:?}"
    );
    let csv = visitor.get("/register.csv").await.body;
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().ends_with(",in_use_without_completed_notice_since"), "{csv}");
    assert!(csv.lines().last().unwrap().ends_with(",2026-11-23"), "{csv}");
    assert!(!visitor.get("/register.csv?on=2026-11-22").await.body.contains("Nimbus"));
    world.advance_to("2026-11-25T12:00Z").await;
    let past = visitor.get("/?on=2026-11-24").await.body;
    assert!(past.contains("Nimbus was in use from 23 November 2026 on without completed notice"), "{past}");
    world.finish().await;
}

#[tokio::test]
async fn said_again_it_is_corrected_and_told_again_and_the_digest_names_it() {
    let (world, _, _) = announced().await;
    note(&world, "2026-11-24", WHY).await.unwrap();
    world.settle().await;
    world.mailbox.clear();
    note(&world, "2026-11-23", "It was a test that went live").await.unwrap();
    world.advance_to("2026-11-25T12:00Z").await;
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    assert!(letter.text().contains("It was a test that went live"), "{}", letter.text());
    let digests = world.mailbox.mails_to("dpo@processor.example");
    assert!(
        digests.iter().any(|mail| mail.text().contains("without completed notice")),
        "{:?}",
        digests.iter().map(forenotice::demo::mailbox::Mail::text).collect::<Vec<_>>()
    );
    world.finish().await;
}

#[tokio::test]
async fn what_cannot_be_in_use_is_refused_with_why() {
    let world = small_world().await;
    assert!(matches!(note(&world, "2026-11-25", WHY).await.unwrap_err(), Error::Ahead { .. }));
    assert!(matches!(note(&world, "2026-11-24", " ").await.unwrap_err(), Error::NoWords));
    world.as_superuser("update change set kind = 'removal'").await;
    assert!(matches!(note(&world, "2026-11-24", WHY).await.unwrap_err(), Error::NothingNew { .. }));
    world.as_superuser("update change set kind = 'addition'").await;
    move_to(&world, "2027-01-10T00:00Z").await;
    assert_eq!(
        note(&world, "2027-01-09", WHY).await.unwrap_err().to_string(),
        "nothing stands in the way of CHG-2026-0001: everyone's notice has run"
    );
    world.as_superuser("update change set published_at = null").await;
    assert!(matches!(note(&world, "2027-01-09", WHY).await.unwrap_err(), Error::NotAnnounced { .. }));
    world.as_superuser("update change set state = 'withdrawn'").await;
    assert!(matches!(note(&world, "2027-01-09", WHY).await.unwrap_err(), Error::Closed { .. }));
    assert_eq!(one(&world, "select count(*)::text from change where in_use_since is not null").await, "0");
    world.finish().await;
}

#[tokio::test]
async fn withdrawn_it_says_when_the_use_ends_and_the_register_keeps_it_until_then() {
    let (world, visitor, _) = announced().await;
    note(&world, "2026-11-23", WHY).await.unwrap();
    world.settle().await;
    world.mailbox.clear();
    let ran = world.command(&["change", "withdraw", CHANGE, "--reason", "it was a mistake"]).await;
    assert_ne!(ran.code, Some(0));
    assert!(
        ran.said.contains("CHG-2026-0001 is in use since 2026-11-23: say on which day that ends"),
        "{}",
        ran.said
    );
    let withdraw = |stops: &'static str, deletion: &'static str| {
        ["change", "withdraw", CHANGE, "--stops-on", stops, "--deletion-by", deletion]
    };
    let ran = world.command(&withdraw("2026-11-22", "2026-12-31")).await;
    assert!(ran.said.contains("so that cannot end on 2026-11-22"), "{}", ran.said);
    let ran = world.command(&withdraw("2026-11-25", "2026-11-24")).await;
    assert!(ran.said.contains("is not deleted by 2026-11-24"), "{}", ran.said);
    let ran = world.command(&withdraw("2026-11-25", "2026-12-31")).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    world.settle().await;

    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    assert!(letter.subject().starts_with("CHG-2026-0001 withdrawn"), "{}", letter.subject());
    let text = letter.text().split_whitespace().collect::<Vec<_>>().join(" ");
    let says =
        "It stops on Wednesday 25 November 2026; deletion or return follows by Thursday 31 December 2026";
    assert!(text.contains(says), "{text}");
    assert!(visitor.get("/").await.body.contains("Nimbus is in use since"));
    assert!(visitor.get("/changes/CHG-2026-0001").await.body.contains("the last day is 25 November 2026"));
    world.advance_to("2026-11-26T12:00Z").await;
    assert!(!visitor.get("/").await.body.contains("Nimbus is in use since"));
    assert!(visitor.get("/register.csv?on=2026-11-25").await.body.contains("Nimbus"));
    assert!(!visitor.get("/register.csv").await.body.contains("Nimbus"));
    world.finish().await;
}

#[tokio::test]
async fn nothing_ends_that_is_not_in_use() {
    let (world, _, _) = announced().await;
    let ran = world
        .command(&["change", "withdraw", CHANGE, "--stops-on", "2026-11-25", "--deletion-by", "2026-12-31"])
        .await;
    assert_ne!(ran.code, Some(0));
    assert!(ran.said.contains("is not noted as in use"), "{}", ran.said);
    world.finish().await;
}
