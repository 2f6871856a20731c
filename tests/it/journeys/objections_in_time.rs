//! What reaches us by hand, late or from nobody we know, and what falls due of an objection by itself.

use chrono::{DateTime, Utc};
use forenotice::actions::lodge_objection::{Became, Entered, Error, Refusal, Who, record};
use forenotice::actions::{Attachment, admit_objection, link_objection, resolve_objection};
use forenotice::domain::gate::Reason;
use forenotice::domain::objection::{Asked, Channel, Outcome, Timeliness};
use forenotice::store::objection::{self, Objection};
use forenotice::store::{self, change, gate};

use crate::support::World;
use crate::support::builders::addition;

const ACME: &str = "dpo@acme.example";
const DEPUTY: &str = "deputy@processor.example";

/// Acme, told on 24 November of an addition for 15 January; its window closes on 24 December at 23:00 UTC.
async fn told() -> World {
    told_with(("", ""), &[]).await
}

/// [`told`] under other settings, and with further columns of its terms.
async fn told_with((columns, cells): (&str, &str), settings: &[(&str, &str)]) -> World {
    let settings = [&[("policy.objection_days", "30")], settings].concat();
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    let header = "reference,customer,email,customer_since";
    world.customers(&format!("{header}{columns}\nACME,Acme,{ACME},2024-03-01{cells}\n")).await;
    world.schedule(&addition("Nimbus GmbH", "2027-01-15")).await;
    world.advance_to("2026-11-24T09:00Z").await;
    world
}

/// [`told`], its contract with a time to settle objections.
async fn told_to_settle_in(days: &str, unit: &str, then: &str) -> World {
    let cells = format!(",{days},{unit},{then}");
    told_with((",resolution_days,resolution_unit,resolution_then", &cells), &[]).await
}

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

fn by_letter(received_at: &str, text: &str) -> Entered {
    Entered {
        who: Who::Customer { reference: "ACME".to_owned(), address: None },
        changes: vec!["CHG-2026-0001".to_owned()],
        channel: Channel::Letter,
        received_at: at(received_at),
        text: text.to_owned(),
        grounds: Vec::new(),
        condition: Some("EU region only".to_owned()),
        on_behalf_of: None,
        file: None,
    }
}

fn from_nobody(received_at: &str, text: &str) -> Entered {
    Entered { who: Who::Address("works@council.example".to_owned()), ..by_letter(received_at, text) }
}

fn asked(outcome: Outcome) -> Asked {
    Asked {
        outcome,
        reason: "as agreed".to_owned(),
        condition: None,
        how: None,
        last_day: None,
        remedies: None,
        refund: None,
        agreed: (outcome == Outcome::Mitigated).then(|| "Ms Lindqvist: yes".to_owned()),
        contacts_asked: None,
        attached: None,
    }
}

async fn lodged(world: &World, entered: &Entered) -> String {
    record(&world.cx, world.dpo.clone(), entered).await.unwrap().reference
}

async fn resolved(world: &World, reference: &str, asked: Asked) -> Result<(), resolve_objection::Error> {
    resolve_objection::resolve(&world.cx, world.dpo.clone(), reference, asked, None).await.map(drop)
}

async fn reasons(world: &World) -> Vec<&'static str> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let change = change::by_reference(snapshot.conn(), "CHG-2026-0001").await.unwrap().id;
    let found = gate::shut_by(snapshot.conn(), change, at("2027-01-15T00:00:00Z")).await.unwrap();
    // That nobody can vouch for a day to come is no matter here.
    found.iter().filter(|reason| **reason != Reason::InboundBehind).map(|reason| reason.as_str()).collect()
}

async fn read(world: &World, reference: &str) -> Objection {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    objection::by_reference(snapshot.conn(), reference).await.unwrap()
}

async fn alerts(world: &World) -> Vec<String> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    sqlx::query_scalar("select letter_key from delivery where letter_key like 'alert:%' order by id")
        .fetch_all(snapshot.conn())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_letter_counts_from_the_day_it_came_however_late_it_is_entered() {
    let world = told().await;
    // Acme's window closes on 24 December at 23:00 UTC; the letter lay over Christmas.
    world.advance_to("2026-12-28T08:00Z").await;
    let paper = Attachment { name: "letter.pdf".to_owned(), bytes: b"we object".to_vec() };
    let entered = Entered { file: Some(paper), ..by_letter("2026-12-23T10:00:00Z", "We object.") };
    let done = record(&world.cx, world.dpo.clone(), &entered).await.unwrap();
    assert_eq!((done.became, done.timeliness), (Became::AnObjection, Timeliness::InTime));
    assert_eq!(done.receipts_to, ["dpo@acme.example"]);
    let known = read(&world, &done.reference).await;
    assert_eq!((known.channel.as_str(), known.state.as_str()), ("letter", "acknowledged"));
    assert_eq!(known.entered_at, at("2026-12-28T08:00:00Z"));
    assert_eq!(reasons(&world).await, ["objection_open"]);
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let kept: String = sqlx::query_scalar("select name from file join objection on file_hash = hash")
        .fetch_one(snapshot.conn())
        .await
        .unwrap();
    assert_eq!(kept, "letter.pdf");
    drop(snapshot);
    world.finish().await;
}

#[tokio::test]
async fn what_nobody_can_have_received_by_hand_is_refused_and_nothing_is_written() {
    let world = told().await;
    let refused = async |entered: Entered| match record(&world.cx, world.dpo.clone(), &entered).await {
        Err(Error::ByHand(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    let received_at = at("2026-11-24T09:00:01Z");
    let tomorrow = by_letter("2026-11-24T09:00:01Z", "no");
    assert_eq!(refused(tomorrow).await, Refusal::NotReceivedYet { received_at });
    let by_link = Entered { channel: Channel::Link, ..by_letter("2026-11-24T08:30:00Z", "no") };
    assert_eq!(refused(by_link).await, Refusal::CameByDoor { channel: Channel::Link });
    let bolt = "reference,customer,email,customer_since\nBOLT,Bolt,DPO@acme.example,2024-03-01\n";
    world.customers(bolt).await;
    world.settle().await;
    let shared = Entered {
        who: Who::Address("dpo@acme.example".to_owned()),
        ..by_letter("2026-11-24T08:30:00Z", "We object.")
    };
    assert_eq!(
        refused(shared).await.to_string(),
        "dpo@acme.example is a contact of Acme, Bolt; say whose objection it is with --customer"
    );
    let unknown = Entered {
        who: Who::Customer { reference: "NONE".to_owned(), address: None },
        ..by_letter("2026-11-24T08:30:00Z", "no")
    };
    let error = record(&world.cx, world.dpo.clone(), &unknown).await.unwrap_err();
    assert_eq!(error.to_string(), r#"there is no customer "NONE""#);
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    world.finish().await;
}

#[tokio::test]
async fn an_earlier_letter_makes_the_late_objection_timely() {
    let world = told().await;
    world.advance_to("2026-12-28T08:00Z").await;
    let late = lodged(&world, &by_letter("2026-12-28T07:00:00Z", "We object.")).await;
    assert!(!read(&world, &late).await.in_time());
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    let earlier = by_letter("2026-12-22T07:00:00Z", "As we wrote on the 20th.");
    let done = record(&world.cx, world.dpo.clone(), &earlier).await.unwrap();
    assert_eq!((done.became, done.reference.as_str()), (Became::PartOf, late.as_str()));
    assert!(read(&world, &late).await.in_time());
    assert_eq!(reasons(&world).await, ["objection_open"]);
    world.finish().await;
}

#[tokio::test]
async fn a_later_statement_makes_the_late_objection_timely_once_no_deadline_runs_any_more() {
    let world = told().await;
    world.advance_to("2026-12-28T08:00Z").await;
    let late = lodged(&world, &by_letter("2026-12-28T07:00:00Z", "We object.")).await;
    assert!(!read(&world, &late).await.in_time());
    let ended = ["customers", "end", "ACME", "--last-day", "2026-12-27"];
    assert_eq!(world.command(&ended).await.code, Some(0));
    let again = by_letter("2026-12-28T08:00:00Z", "We still do.");
    let done = record(&world.cx, world.dpo.clone(), &again).await.unwrap();
    assert_eq!((done.became, done.reference.as_str()), (Became::PartOf, late.as_str()));
    assert_eq!(done.timeliness, Timeliness::InTime);
    assert_eq!(reasons(&world).await, ["objection_open"]);
    world.finish().await;
}

#[tokio::test]
async fn an_unknown_address_is_nobodys_until_it_is_linked_and_counts_from_its_first_instant() {
    let world = told().await;
    let reference = lodged(&world, &from_nobody("2026-11-24T08:30:00Z", "We object.")).await;
    world.settle().await;
    assert_eq!(world.subjects("works@council.example").len(), 1);
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    let unlinked = {
        let mut snapshot = world.cx.snapshot().await.unwrap();
        objection::unlinked_of(snapshot.conn(), "Works@council.example").await.unwrap()
    };
    assert_eq!(unlinked, [read(&world, &reference).await.id()]);
    // Long after its window has closed.
    world.advance_to("2026-12-28T08:00Z").await;
    let done = link_objection::link(&world.cx, world.dpo.clone(), &reference, "ACME").await.unwrap();
    assert_eq!((done.timeliness, done.joined), (Timeliness::InTime, Vec::new()));
    assert_eq!(reasons(&world).await, ["objection_open"]);
    let twice = link_objection::link(&world.cx, world.dpo.clone(), &reference, "ACME").await.unwrap_err();
    assert_eq!(twice.to_string(), format!("{reference} is ACME's already"));
    world.finish().await;
}

#[tokio::test]
async fn linked_to_a_customer_that_has_objected_already_its_words_go_there() {
    let world = told().await;
    world.advance_to("2026-12-28T08:00Z").await;
    let nobodys = lodged(&world, &from_nobody("2026-12-20T08:30:00Z", "The works council objects.")).await;
    let late = lodged(&world, &by_letter("2026-12-28T07:00:00Z", "We object.")).await;
    let done = link_objection::link(&world.cx, world.dpo.clone(), &nobodys, "ACME").await.unwrap();
    assert_eq!(done.joined, std::slice::from_ref(&late));
    // The earlier of the two was in time: now both are.
    assert!(read(&world, &late).await.in_time());
    assert_eq!(reasons(&world).await, ["objection_open"]);
    let joined = read(&world, &nobodys).await;
    assert_eq!(joined.state, "resolved");
    assert_eq!(joined.changes[0].joined.as_deref(), Some(late.as_str()));
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let said = objection::correspondence(snapshot.conn(), read(&world, &late).await.id()).await.unwrap();
    let who = format!("works@council.example ({nobodys})");
    assert_eq!(said[0].said_by.as_deref(), Some(who.as_str()));
    assert_eq!(said[0].body.as_deref(), Some("The works council objects."));
    drop(snapshot);
    let settled = Asked { condition: Some("EU only".to_owned()), ..asked(Outcome::Mitigated) };
    resolved(&world, &late, settled).await.unwrap();
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_late_one_that_is_let_in_shuts_the_gate_and_after_the_effect_none_is() {
    let world = told().await;
    world.advance_to("2026-12-28T08:00Z").await;
    let late = lodged(&world, &by_letter("2026-12-28T07:00:00Z", "We object.")).await;
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    admit_objection::admit(&world.cx, world.dpo.clone(), &late).await.unwrap();
    assert_eq!(reasons(&world).await, ["objection_open"]);
    assert!(read(&world, &late).await.changes[0].admitted);
    let twice = admit_objection::admit(&world.cx, world.dpo.clone(), &late).await.unwrap_err();
    assert_eq!(twice.to_string(), format!("{late} counts already"));
    let settled = Asked { condition: Some("EU only".to_owned()), ..asked(Outcome::Mitigated) };
    resolved(&world, &late, settled).await.unwrap();
    let again = lodged(&world, &by_letter("2026-12-28T07:30:00Z", "We object again.")).await;
    world.advance_to("2027-01-15T00:00Z").await;
    let over = admit_objection::admit(&world.cx, world.dpo.clone(), &again).await.unwrap_err();
    assert!(over.to_string().starts_with("CHG-2026-0001 is in force: nothing can be held"), "{over}");
    world.finish().await;
}

#[tokio::test]
async fn one_in_time_that_surfaces_after_the_effect_alarms_the_dpo_and_doctor_lists_it() {
    let world = told().await;
    world.advance_to("2027-01-15T00:00Z").await;
    let found = lodged(&world, &by_letter("2026-12-20T07:00:00Z", "We object.")).await;
    let known = read(&world, &found).await;
    assert!(known.in_time() && known.changes[0].found_after_effect);
    assert!(alerts(&world).await.contains(&format!("alert:found-after-effect:{found}:CHG-2026-0001")));
    let broken = world.broken_promises().await;
    assert!(broken.iter().any(|line| line.starts_with("objection_found_after_effect:")), "{broken:?}");
    let how = Asked { how: Some("switched off".to_owned()), ..asked(Outcome::Accommodated) };
    resolved(&world, &found, how).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn what_nobody_attends_to_goes_to_the_deputies_once() {
    let world = told_with(("", ""), &[("site.deputies", DEPUTY)]).await;
    let reference = lodged(&world, &by_letter("2026-11-24T08:00:00Z", "We object.")).await;
    // Five working days after the 24th; the answer is due on the 8th.
    world.advance_to("2026-12-01T22:59Z").await;
    assert_eq!(world.subjects(DEPUTY), Vec::<String>::new());
    world.advance_to("2026-12-01T23:01Z").await;
    let unattended = format!("{reference}: nobody attends to what Acme objects to");
    assert_eq!(world.subjects(DEPUTY), [unattended]);
    world.advance_to("2026-12-09T08:00Z").await;
    assert_eq!(world.subjects(DEPUTY).len(), 1);
    let told = alerts(&world).await;
    let of_answers: Vec<_> = told.iter().filter(|key| key.contains("answer_")).collect();
    assert_eq!(
        of_answers,
        [&format!("alert:answer_due:{reference}"), &format!("alert:answer_over:{reference}")]
    );
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let open = store::digest::open_objections(snapshot.conn()).await.unwrap();
    assert!(open[0].is_overdue("2026-12-09".parse().unwrap()));
    assert!(!open[0].is_overdue("2026-12-08".parse().unwrap()));
    drop(snapshot);
    world.finish().await;
}

#[tokio::test]
async fn an_answer_given_is_not_asked_for_again() {
    let world = told().await;
    let reference = lodged(&world, &by_letter("2026-11-24T08:00:00Z", "We object.")).await;
    resolve_objection::answer(&world.cx, world.dpo.clone(), &reference, "We look into it.").await.unwrap();
    world.advance_to("2026-12-09T08:00Z").await;
    assert_eq!(alerts(&world).await, [format!("alert:lodged:{reference}")]);
    world.finish().await;
}

#[tokio::test]
async fn an_objection_lapses_by_itself_where_the_contract_says_that_it_counts_as_accepted() {
    let world = told_to_settle_in("30", "days", "accepted").await;
    let reference = lodged(&world, &by_letter("2026-11-24T08:00:00Z", "We object.")).await;
    assert_eq!(read(&world, &reference).await.lapses_at, Some(at("2026-12-24T23:00:00Z")));
    let too_early = resolved(&world, &reference, asked(Outcome::Lapsed)).await.unwrap_err();
    assert!(too_early.to_string().contains("no time to settle it that could be over"));
    world.advance_to("2026-12-24T22:59Z").await;
    assert_eq!(reasons(&world).await, ["objection_open"]);
    assert!(alerts(&world).await.contains(&format!("alert:lapse_near:{reference}")));
    world.advance_to("2026-12-24T23:00Z").await;
    let known = read(&world, &reference).await;
    assert_eq!(known.state, "resolved");
    assert_eq!(known.changes[0].resolution.as_ref().unwrap().outcome(), Outcome::Lapsed);
    assert_eq!(known.changes[0].resolver_id, None);
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    world.settle().await;
    let told = world.subjects(ACME);
    let over = format!("Re: CHG-2026-0001: your objection {reference} is resolved");
    assert_eq!(told.last().unwrap(), &over);
    world.finish().await;
}

#[tokio::test]
async fn where_somebody_may_then_terminate_a_person_says_until_when() {
    let world = told_to_settle_in("10", "working_days", "customer_may_terminate").await;
    let reference = lodged(&world, &by_letter("2026-11-24T08:00:00Z", "We object.")).await;
    let told_nothing = resolved(&world, &reference, asked(Outcome::NotUpheld)).await.unwrap_err();
    assert!(told_nothing.to_string().contains("gives it a way out"), "{told_nothing}");
    world.advance_to("2026-12-08T23:00Z").await;
    assert_eq!(read(&world, &reference).await.state, "acknowledged");
    assert!(alerts(&world).await.contains(&format!("alert:lapse:{reference}")));
    assert_eq!(reasons(&world).await, ["objection_open"]);
    let no_day = resolved(&world, &reference, asked(Outcome::Lapsed)).await.unwrap_err();
    assert!(no_day.to_string().contains("say until when with --last-day"), "{no_day}");
    let with_day = Asked { last_day: Some("2027-01-31".parse().unwrap()), ..asked(Outcome::Lapsed) };
    resolved(&world, &reference, with_day).await.unwrap();
    assert_eq!(reasons(&world).await, ["remedy_running"]);
    world.finish().await;
}

#[tokio::test]
async fn what_blocks_never_lapses_and_lets_nobody_be_overruled() {
    let world = told_to_settle_in("1", "", "blocked").await;
    let reference = lodged(&world, &by_letter("2026-11-24T08:00:00Z", "We object.")).await;
    assert_eq!(read(&world, &reference).await.lapses_at, None);
    let overruled = resolved(&world, &reference, asked(Outcome::NotUpheld)).await.unwrap_err();
    assert_eq!(
        overruled.to_string(),
        "the contract of Acme lets no objection be overruled: it blocks the change until the objection is settled; \
         agree on a condition, exclude or terminate"
    );
    world.finish().await;
}

#[tokio::test]
async fn an_exclusion_waits_on_the_list_until_it_is_confirmed_and_stays_on_file() {
    let world = told().await;
    let reference = lodged(&world, &by_letter("2026-11-24T08:00:00Z", "We object.")).await;
    resolved(&world, &reference, asked(Outcome::Accommodated)).await.unwrap();
    let listed = async |all| {
        let mut snapshot = world.cx.snapshot().await.unwrap();
        objection::exclusions(snapshot.conn(), all, 10).await.unwrap()
    };
    let waiting = listed(false).await;
    assert_eq!((waiting.len(), waiting[0].objection.as_deref()), (1, Some(reference.as_str())));
    resolve_objection::confirm_exclusion(&world.cx, world.dpo.clone(), "ACME", "Nimbus GmbH", "flag off")
        .await
        .unwrap();
    assert_eq!(listed(false).await, []);
    let all = listed(true).await;
    assert_eq!(
        (all[0].how.as_deref(), all[0].confirmed_by.as_deref()),
        (Some("flag off"), Some("dpo@processor.example"))
    );
    world.finish().await;
}

#[tokio::test]
async fn a_contact_who_is_named_later_reads_the_deadline_that_is_running() {
    let world = told().await;
    world.advance_to("2026-12-10T09:00Z").await;
    let file = format!(
        "reference,customer,email,customer_since\nACME,Acme,{ACME},2024-03-01\nACME,Acme,new@acme.example,2024-03-01\n"
    );
    world.customers(&file).await;
    world.settle().await;
    let letters = world.mailbox.mails_to("new@acme.example");
    let text = letters[0].text();
    assert!(text.contains("You can object until:  Thursday 24 December 2026, 24:00"), "{text}");
    world.finish().await;
}

#[tokio::test]
async fn nobody_objects_without_a_word() {
    let world = told().await;
    for text in ["", " \n\t"] {
        let refused = record(&world.cx, world.dpo.clone(), &by_letter("2026-11-24T08:00:00Z", text)).await;
        assert!(matches!(refused, Err(Error::ByHand(Refusal::NoWords))), "{refused:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn what_is_late_against_one_change_and_in_time_against_another_is_told_as_both() {
    let world = told().await;
    world.advance_to("2026-12-01T09:00Z").await;
    world.schedule(&addition("Cumulus GmbH", "2027-02-15")).await;
    world.advance_to("2026-12-28T09:00Z").await;
    let both = vec!["CHG-2026-0001".to_owned(), "CHG-2026-0002".to_owned()];
    let entered = Entered { changes: both, ..by_letter("2026-12-28T08:00:00Z", "Neither.") };
    let done = record(&world.cx, world.dpo.clone(), &entered).await.unwrap();
    assert_eq!(done.timeliness, Timeliness::InTime);
    let known = read(&world, &done.reference).await;
    assert_eq!(known.changes.iter().map(|line| line.in_time).collect::<Vec<_>>(), [false, true]);
    world.settle().await;
    let receipt = world.mailbox.mails_to(ACME).pop().unwrap().text();
    let receipt = receipt.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "CHG-2026-0001 (Nimbus GmbH), CHG-2026-0002 (Cumulus GmbH)",
        "in time (your deadline: ",
        "Until it is resolved, Cumulus GmbH is not used for your data.",
        "Against Nimbus GmbH it came too late: there it does not by itself hold anything back.",
    ] {
        assert!(receipt.contains(said), "{said}: {receipt}");
    }
    assert!(!receipt.contains("Sent by:"), "nobody is known to have sent it: {receipt}");
    let alert = world.mailbox.mails_to("dpo@processor.example").pop().unwrap();
    assert!(alert.subject().contains("CHG-2026-0002"), "{}", alert.subject());
    world.finish().await;
}
