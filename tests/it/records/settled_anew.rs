//! Customers written again while a change is open keep what they said and what had reached them; of several contracts the one
//! decides that is clear last by the service. Until when a letter told a customer that it may object, it may, whatever its contracts
//! come to; and while nothing serves it, no deadline runs.

use forenotice::actions::clear_customer::{self, AskedWaiver, Received, Said};
use forenotice::actions::{Attachment, schedule_change};
use forenotice::demo::mailbox::{Fault, Reply, Times};
use forenotice::domain::clearing::{ServiceChannel, Waivable, Word};
use forenotice::domain::ledger::Actor;
use forenotice::domain::objection::{Channel, Timeliness};

use crate::support::World;
use crate::support::builders::addition;

const CHANGE: &str = "CHG-2026-0001";
const HEADER: &str = "reference,customer,email,customer_since,contract,notice_days,convention,objection_days,start,authorisation\n";

/// A customer by these rows, told of an addition on Tuesday, 24 November, for 1 February.
async fn told(rows: &str) -> World {
    let world = World::configured("2026-11-23T09:00Z", &[]).await;
    write(&world, rows).await;
    world.schedule(&addition("Nimbus", "2027-02-01")).await;
    world.advance_to("2026-11-25T09:00Z").await;
    world
}

async fn write(world: &World, rows: &str) {
    world.customers(&format!("{HEADER}{rows}")).await;
}

fn paper() -> Attachment {
    Attachment { name: "letter.pdf".to_owned(), bytes: b"letter".to_vec() }
}

async fn says_yes(world: &World, contract: &str) {
    let said =
        Said { contract, customer: None, word: Word::Yes, by: "Ada", channel: Channel::Letter, at: None };
    clear_customer::record_consent(&world.cx, world.dpo.clone(), CHANGE, &said, None).await.unwrap();
}

async fn by_post(world: &World, customer: &str) -> clear_customer::Done {
    let received = Received { customer, channel: ServiceChannel::Post, at: world.now().await };
    clear_customer::record_service(&world.cx, world.dpo.clone(), CHANGE, &received, &paper()).await.unwrap()
}

async fn waives(world: &World, second: &Actor, reason: Waivable) {
    let asked = AskedWaiver { customer: "C-1", reason, justification: "They asked for it." };
    let (cx, dpo) = (&world.cx, world.dpo.clone());
    clear_customer::propose_override(cx, dpo, CHANGE, &asked, &paper()).await.unwrap();
    clear_customer::approve_override(cx, second.clone(), CHANGE, "C-1", reason).await.unwrap();
}

/// State, consent, earliest by notice, end of the window.
async fn stands(world: &World, customer: &str) -> String {
    sqlx::query_scalar(
        "select concat_ws(' ', o.state, o.consent, k.reference, to_char(earliest_by_notice at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI'),
                to_char(window_closes_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI'))
         from obligation o join customer c on c.id = o.customer_id left join contract k on k.id = o.contract_id
         where c.reference = $1",
    )
    .bind(customer)
    .fetch_one(world.cx.db.pool())
    .await
    .unwrap()
}

#[tokio::test]
async fn a_yes_under_the_one_contract_that_needs_it_outlives_another_contact() {
    let rows = "C-1,Acme,a@acme.example,2024-03-01,K-1,30,clear_days,,handed_over,specific\n\
                C-1,Acme,a@acme.example,2024-03-01,K-2,30,clear_days,,handed_over,general\n";
    let world = told(rows).await;
    assert!(stands(&world, "C-1").await.starts_with("served awaited"));
    says_yes(&world, "K-1").await;
    let before = stands(&world, "C-1").await;
    assert!(before.starts_with("served silence"), "{before}");
    write(&world, "C-1,Acme,b@acme.example,2024-03-01,K-1,30,clear_days,,handed_over,specific\n").await;
    assert_eq!(stands(&world, "C-1").await, before);
    world.finish().await;
}

#[tokio::test]
async fn a_waiver_of_the_notice_period_outlives_another_contact() {
    let rows = "C-1,Acme,a@acme.example,2024-03-01,K-1,30,clear_days,14,handed_over,general\n";
    let world = told(rows).await;
    let second = world.second_person().await;
    waives(&world, &second, Waivable::NoticeShort).await;
    let waived = stands(&world, "C-1").await;
    assert!(waived.contains("2026-11-25T09:00"), "{waived}");
    write(&world, &rows.replace("a@acme", "b@acme")).await;
    assert_eq!(stands(&world, "C-1").await, waived);
    world.finish().await;
}

#[tokio::test]
async fn a_contract_that_was_forgotten_decides_if_it_is_clear_last_by_the_service() {
    // Nine working days from the service on a Tuesday are two weeks with a weekend more than from the next Monday.
    let rows = "C-1,Acme,a@acme.example,2024-03-01,K-1,13,calendar_days,,handed_over,general\n";
    let world = told(rows).await;
    assert_eq!(stands(&world, "C-1").await, "served silence K-1 2026-12-06T23:00");
    world.advance_to("2026-11-30T09:00Z").await;
    write(&world, "C-1,Acme,a@acme.example,2024-03-01,K-2,9,working_days,,handed_over,general\n").await;
    assert_eq!(stands(&world, "C-1").await, "served silence K-2 2026-12-07T23:00");
    world.finish().await;
}

#[tokio::test]
async fn of_two_contracts_the_one_decides_that_is_clear_last_when_the_letter_is_served() {
    // Announced on Tuesday, eight working days are over before twelve days; served by post on Thursday, after them.
    let rows = "C-1,Acme,a@acme.example,2024-03-01,K-1,12,calendar_days,,handed_over,general\n\
                C-1,Acme,a@acme.example,2024-03-01,K-2,8,working_days,,handed_over,general\n";
    let world = World::configured("2026-11-23T09:00Z", &[]).await;
    world
        .mailbox
        .arrange(Fault::RefusesRecipient("a@acme.example".to_owned(), Reply::no_such_user()), Times::Always);
    write(&world, rows).await;
    world.schedule(&addition("Nimbus", "2027-02-01")).await;
    world.advance_to("2026-11-26T09:00Z").await;
    assert_eq!(stands(&world, "C-1").await, "owed silence K-1");
    by_post(&world, "C-1").await;
    assert_eq!(stands(&world, "C-1").await, "served silence K-2 2026-12-08T23:00");
    world.finish().await;
}

#[tokio::test]
async fn whoever_is_recorded_before_the_new_announcement_goes_out_has_it_with_the_others() {
    let rows = "C-1,Acme,a@acme.example,2024-03-01,K-1,5,calendar_days,,handed_over,general\n";
    let world = World::configured("2026-11-23T09:00Z", &[("notice.send_window", "0 9 * * mon")]).await;
    write(&world, rows).await;
    world.schedule(&addition("Nimbus", "2027-02-01")).await;
    world.advance_to("2026-12-01T09:00Z").await;
    assert!(stands(&world, "C-1").await.starts_with("served"));
    schedule_change::reschedule(&world.cx, world.dpo.clone(), CHANGE, "2027-01-20".parse().unwrap())
        .await
        .unwrap();
    write(&world, &rows.replace("C-1,Acme,a@acme", "C-2,Beta,b@beta").replace("K-1", "K-2")).await;
    world.settle().await;
    assert_eq!(world.subjects("b@beta.example").len(), 0);
    world.advance_to("2026-12-14T10:00Z").await;
    assert_eq!(world.subjects("b@beta.example").len(), 1);
    assert!(stands(&world, "C-2").await.starts_with("served"));
    world.finish().await;
}

#[tokio::test]
async fn a_service_by_post_ends_with_the_plan_it_was_about_though_no_letter_was_taken() {
    let rows = "C-1,Acme,a@acme.example,2024-03-01,K-1,5,calendar_days,,handed_over,general\n";
    let world = World::configured("2026-11-23T09:00Z", &[]).await;
    world
        .mailbox
        .arrange(Fault::RefusesRecipient("a@acme.example".to_owned(), Reply::no_such_user()), Times::Always);
    write(&world, rows).await;
    world.schedule(&addition("Nimbus", "2027-02-01")).await;
    world.advance_to("2026-11-25T09:00Z").await;
    by_post(&world, "C-1").await;
    write(&world, &rows.replace("a@acme", "b@acme")).await;
    world.mailbox.go_away().await;
    schedule_change::reschedule(&world.cx, world.dpo.clone(), CHANGE, "2027-01-20".parse().unwrap())
        .await
        .unwrap();
    world.advance_to("2026-11-26T08:00Z").await;
    assert_eq!(stands(&world, "C-1").await, "owed silence K-1");
    world.relay_comes_back().await;
    world.finish().await;
}

#[tokio::test]
async fn nobody_is_asked_for_a_yes_to_a_removal() {
    let rows = "C-1,Acme,a@acme.example,2024-03-01,K-1,5,calendar_days,,handed_over,specific\n";
    let world = World::configured("2026-11-23T09:00Z", &[]).await;
    super::register_from(&world, b"name,countries\nHetzner,DE\n").await;
    write(&world, rows).await;
    let mut removal = addition("Hetzner", "2027-02-01");
    removal.kind = forenotice::domain::change::ChangeKind::Removal;
    removal.facts.clear();
    world.schedule(&removal).await;
    world.advance_to("2026-11-25T09:00Z").await;
    let received = Received { customer: "C-1", channel: ServiceChannel::Post, at: world.now().await };
    let (cx, dpo) = (&world.cx, world.dpo.clone());
    clear_customer::record_service(cx, dpo, CHANGE, &received, &paper()).await.unwrap();
    assert!(stands(&world, "C-1").await.starts_with("served silence"));
    world.finish().await;
}

#[tokio::test]
async fn a_letter_that_did_not_serve_does_once_its_contact_is_the_one_to_be_written_to() {
    let dead = Fault::RefusesRecipient("old@acme.example".to_owned(), Reply::no_such_user());
    let world = World::configured("2026-11-23T09:00Z", &[]).await;
    world.mailbox.arrange(dead, Times::Always);
    let header = "reference,customer,email,customer_since,role,rank,notice_address\n";
    let rows = |is_notice_address: &str| {
        format!(
            "{header}C-1,Acme,a@acme.example,2024-03-01,privacy,0,no\n\
             C-1,Acme,old@acme.example,2024-03-01,legal,1,{is_notice_address}\n"
        )
    };
    world.customers(&rows("yes")).await;
    world.schedule(&addition("Nimbus", "2027-02-01")).await;
    world.advance_to("2026-11-25T09:00Z").await;
    assert!(stands(&world, "C-1").await.starts_with("owed"), "its notice address has had no letter");
    world.customers(&rows("no")).await;
    world.settle().await;
    assert!(stands(&world, "C-1").await.starts_with("served"), "{}", stands(&world, "C-1").await);
    world.finish().await;
}

#[tokio::test]
async fn a_contract_that_decided_and_is_over_leaves_the_deadline_that_its_letter_told() {
    let rows = "C-1,Acme,a@acme.example,2024-03-01,K-1,0,clear_days,until_effect,handed_over,general\n\
                C-1,Acme,a@acme.example,2024-03-01,K-2,0,clear_days,10,handed_over,general\n";
    let world = told(rows).await;
    let before = stands(&world, "C-1").await;
    assert!(before.contains("K-2") && before.ends_with("2026-12-04T23:00"), "{before}");
    let ended = ["customers", "end", "C-1", "--contract", "K-2", "--last-day", "2026-11-25"];
    assert_eq!(world.command(&ended).await.code, Some(0));
    world.advance_to("2026-11-27T09:00Z").await;
    assert_eq!(stands(&world, "C-1").await, before);
    world.finish().await;
}

#[tokio::test]
async fn a_notice_period_that_was_waived_stays_so_when_another_letter_serves() {
    let world = told("C-1,Acme,a@acme.example,2024-03-01,K-1,30,clear_days,10,handed_over,general\n").await;
    let second = world.second_person().await;
    waives(&world, &second, Waivable::NoticeShort).await;
    world.advance_to("2026-11-25T10:00Z").await;
    let (header, row) = (HEADER.trim_end(), "2024-03-01,K-1,30,clear_days,10,handed_over,general,yes");
    world.customers(&format!("{header},notice_address\nC-1,Acme,legal@acme.example,{row}\n")).await;
    assert!(stands(&world, "C-1").await.starts_with("owed"), "its notice address has had no letter");
    world.settle().await;
    let served = "served silence K-1 2026-11-25T10:00 2026-12-05T23:00";
    assert_eq!(stands(&world, "C-1").await, served);
    // Weighed anew it is the same.
    by_post(&world, "C-1").await;
    assert_eq!(stands(&world, "C-1").await, served);
    world.finish().await;
}

/// A customer told on Tuesday, 24 November, under K-1, which turns out to have ended before: nothing is owed any more.
async fn told_under_a_contract_that_was_over(objection_days: &str) -> World {
    let world = told(&format!(
        "C-1,Acme,a@acme.example,2024-03-01,K-1,10,clear_days,{objection_days},handed_over,general\n"
    ))
    .await;
    let ended = ["customers", "end", "C-1", "--contract", "K-1", "--last-day", "2026-11-20"];
    assert_eq!(world.command(&ended).await.code, Some(0));
    assert!(stands(&world, "C-1").await.starts_with("exempt"), "{}", stands(&world, "C-1").await);
    world
}

#[tokio::test]
async fn a_deadline_told_under_a_contract_that_was_over_is_kept_by_the_one_in_its_place() {
    let world = told_under_a_contract_that_was_over("40").await;
    write(&world, "C-1,Acme,a@acme.example,2024-03-01,K-2,10,clear_days,10,handed_over,general\n").await;
    let day = "2027-01-03T23:00";
    assert_eq!(stands(&world, "C-1").await, format!("served silence K-2 2026-12-04T23:00 {day}"));
    world.advance_to("2027-01-03T12:00Z").await;
    assert_eq!(world.object("a@acme.example", "No.").await.timeliness, Timeliness::InTime);
    world.finish().await;
}

#[tokio::test]
async fn whoever_was_told_until_the_effect_may_object_until_then_under_the_contract_in_its_place() {
    let world = told_under_a_contract_that_was_over("until_effect").await;
    write(&world, "C-1,Acme,a@acme.example,2024-03-01,K-2,10,clear_days,20,handed_over,general\n").await;
    // The day that K-2 gives is waited for all the same.
    assert_eq!(stands(&world, "C-1").await, "served silence K-2 2026-12-14T23:00");
    world.advance_to("2027-01-03T12:00Z").await;
    assert_eq!(world.object("a@acme.example", "No.").await.timeliness, Timeliness::InTime);
    world.finish().await;
}

#[tokio::test]
async fn a_deadline_told_under_a_contract_that_was_over_makes_nothing_late_while_nothing_is_owed() {
    let world = told_under_a_contract_that_was_over("10").await;
    world.advance_to("2027-01-03T12:00Z").await;
    assert_eq!(world.object("a@acme.example", "No.").await.timeliness, Timeliness::InTime);
    world.finish().await;
}

#[tokio::test]
async fn who_signs_again_after_the_announcement_is_a_late_joiner_whatever_letter_it_has_had() {
    let world = told_under_a_contract_that_was_over("10").await;
    write(&world, "C-1,Acme,a@acme.example,2026-11-25,K-2,10,clear_days,10,handed_over,general\n").await;
    assert!(stands(&world, "C-1").await.starts_with("exempt"), "{}", stands(&world, "C-1").await);
    let ran = world.command(&["doctor"]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.printed);
    world.finish().await;
}

/// A customer whose server refuses mail, that said yes on 25 November and took it back: served until 10 December, owed since.
async fn taken_back() -> World {
    let world = World::configured("2026-11-23T09:00Z", &[]).await;
    let dead = Fault::RefusesRecipient("a@acme.example".to_owned(), Reply::no_such_user());
    world.mailbox.arrange(dead, Times::Always);
    write(&world, "C-1,Acme,a@acme.example,2024-03-01,K-1,10,clear_days,15,handed_over,general\n").await;
    world.schedule(&addition("Nimbus", "2027-02-01")).await;
    world.advance_to("2026-11-25T09:00Z").await;
    says_yes(&world, "K-1").await;
    assert!(stands(&world, "C-1").await.starts_with("served given"), "{}", stands(&world, "C-1").await);
    let taken = Said {
        contract: "K-1",
        customer: None,
        word: Word::TakenBack,
        by: "Ada",
        channel: Channel::Letter,
        at: None,
    };
    clear_customer::record_consent(&world.cx, world.dpo.clone(), CHANGE, &taken, None).await.unwrap();
    assert!(stands(&world, "C-1").await.starts_with("owed"), "{}", stands(&world, "C-1").await);
    world
}

#[tokio::test]
async fn no_deadline_of_a_service_that_was_taken_back_makes_an_objection_late() {
    let world = taken_back().await;
    world.advance_to("2027-01-03T12:00Z").await;
    assert_eq!(world.object("a@acme.example", "No.").await.timeliness, Timeliness::InTime);
    world.finish().await;
}

#[tokio::test]
async fn a_letter_that_says_until_the_effect_is_not_cut_short_by_a_day_told_before() {
    let world = taken_back().await;
    write(&world, "C-1,Acme,b@acme.example,2024-03-01,K-1,10,clear_days,until_effect,handed_over,general\n")
        .await;
    world.settle().await;
    // Notice until 6 December; the day told is waited for all the same.
    assert_eq!(stands(&world, "C-1").await, "served silence K-1 2026-12-10T23:00");
    // Also when that is derived anew.
    by_post(&world, "C-1").await;
    assert_eq!(stands(&world, "C-1").await, "served silence K-1 2026-12-10T23:00");
    world.advance_to("2027-01-03T12:00Z").await;
    assert_eq!(world.object("b@acme.example", "No.").await.timeliness, Timeliness::InTime);
    world.finish().await;
}
