//! A change whose date moves: later keeps what was served, earlier begins anew.

use forenotice::actions::end_contract::end_contract;
use forenotice::actions::note_in_use;
use forenotice::actions::schedule_change::{self, Alteration, Error};
use forenotice::demo::mailbox::Mail;
use forenotice::domain::change::State;
use forenotice::domain::plan::Refusal;

use crate::support::World;
use crate::support::builders::addition;

const ACME: &str = "dpo@acme.example";
const BIRCH: &str = "dpo@birch.example";

/// An addition announced to two customers on 24 November, with effect from 15 January.
async fn announced() -> (World, String) {
    let world = World::configured("2026-11-23T09:00Z", &[("policy.notice_days", "10")]).await;
    world
        .customers(
            "reference,customer,email,customer_since,authorisation\n\
             C-1,Acme,dpo@acme.example,2024-03-01,\n\
             C-2,Birch,dpo@birch.example,2024-03-01,\n",
        )
        .await;
    let planned = world.schedule(&addition("Nimbus", "2027-01-15")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    (world, planned.reference)
}

async fn reschedule(world: &World, reference: &str, to: &str) -> Result<schedule_change::Done, Error> {
    let done =
        schedule_change::reschedule(&world.cx, world.dpo.clone(), reference, to.parse().unwrap()).await;
    world.settle().await;
    done
}

/// Each customer's obligation: its state, when it was served, and its notice's number.
async fn served(world: &World) -> Vec<(String, Option<String>, Option<i64>)> {
    sqlx::query_as(
        "select o.state, to_char(o.served_at, 'MM-DD HH24:MI'), d.notice_id
         from obligation o left join delivery d on d.id = o.served_by order by o.customer_id",
    )
    .fetch_all(world.cx.db.pool())
    .await
    .unwrap()
}

fn both(state: &str, at: Option<&str>, notice: Option<i64>) -> Vec<(String, Option<String>, Option<i64>)> {
    vec![(state.to_owned(), at.map(ToOwned::to_owned), notice); 2]
}

/// Whether the later letter goes on the thread of the earlier one.
fn on_one_thread(first: &Mail, later: &Mail) -> bool {
    let root = |mail: &Mail| {
        let references = mail.header("References").unwrap();
        references.split_whitespace().next().unwrap().trim_matches(['<', '>']).to_owned()
    };
    root(first) == root(later)
}

#[tokio::test]
async fn a_later_date_keeps_what_was_served_and_is_told_in_the_thread() {
    let (world, reference) = announced().await;
    assert_eq!(served(&world).await, both("served", Some("11-24 08:00"), Some(1)));
    world.advance_to("2026-12-10T10:00Z").await;
    let done = reschedule(&world, &reference, "2027-01-20").await.unwrap();
    assert_eq!((done.state, done.notice_at), (State::InNotice, Some(world.now().await)));
    // Nothing was served anew, nobody was announced to twice.
    assert_eq!(served(&world).await, both("served", Some("11-24 08:00"), Some(1)));
    for address in [ACME, BIRCH] {
        assert_eq!(
            world.subjects(address),
            [
                format!("{reference}: Nimbus planned from 15 Jan 2027; you can object until 14 Jan 2027"),
                format!("{reference}: new date for Nimbus: 20 Jan 2027"),
            ]
        );
        let mails = world.mailbox.mails_to(address);
        assert!(on_one_thread(&mails[0], &mails[1]));
        assert!(mails[1].text().contains("20 January 2027"), "{}", mails[1].text());
    }
    world.advance_to("2027-01-15T12:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::InNotice);
    world.advance_to("2027-01-20T12:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn an_earlier_date_that_is_not_lawful_is_refused_and_nothing_is_written() {
    let (world, reference) = announced().await;
    // 10 clear days behind 24 November, and the day in reserve.
    let error = reschedule(&world, &reference, "2026-12-05").await.unwrap_err();
    match error {
        Error::Refused(Refusal::TooEarly { earliest, decided_by, .. }) => {
            assert_eq!(earliest, "2026-12-06".parse().unwrap());
            assert_eq!(decided_by.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["Acme", "Birch"]);
        }
        other => panic!("{other}"),
    }
    assert_eq!(world.change(&reference).await.draft.effective_on, "2027-01-15".parse().unwrap());
    assert_eq!(served(&world).await, both("served", Some("11-24 08:00"), Some(1)));
    assert_eq!(world.subjects(ACME).len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn an_earlier_date_is_announced_anew_and_every_period_starts_again() {
    let (world, reference) = announced().await;
    let objection = world.object(ACME, "We object.").await.reference;
    let done = reschedule(&world, &reference, "2026-12-21").await.unwrap();
    // At the next window, which is early enough.
    assert_eq!(done.notice_at, Some("2026-11-25T08:00:00Z".parse().unwrap()));
    world.advance_to("2026-11-25T07:59Z").await;
    assert_eq!(world.subjects(BIRCH).len(), 1);
    world.advance_to("2026-11-25T08:05Z").await;
    assert_eq!(served(&world).await, both("served", Some("11-25 08:00"), Some(2)));
    let mails = world.mailbox.mails_to(BIRCH);
    assert_eq!(mails.len(), 2);
    assert_eq!(
        mails[1].subject(),
        format!("{reference}: Nimbus planned from 21 Dec 2026; you can object until 20 Dec 2026")
    );
    assert!(on_one_thread(&mails[0], &mails[1]));
    assert!(mails[1].text().contains("NTC-2026-0001"), "{}", mails[1].text());
    // The objection carries over: the day comes, and the change is held by it.
    world.advance_to("2026-12-21T12:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Held);
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let open = forenotice::store::digest::open_objections(snapshot.conn()).await.unwrap();
    assert_eq!(open.iter().map(|o| o.reference.as_str()).collect::<Vec<_>>(), [objection]);
    drop(snapshot);
    world.finish().await;
}

#[tokio::test]
async fn a_change_that_nobody_knows_of_moves_without_a_letter() {
    let world = World::configured("2026-11-23T09:00Z", &[("policy.notice_days", "10")]).await;
    world.customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n").await;
    let reference = world.schedule(&addition("Nimbus", "2027-01-15")).await.reference;
    reschedule(&world, &reference, "2026-12-21").await.unwrap();
    assert_eq!(world.subjects(ACME), Vec::<String>::new());
    world.advance_to("2026-11-24T12:00Z").await;
    assert_eq!(
        world.subjects(ACME),
        [format!("{reference}: Nimbus planned from 21 Dec 2026; you can object until 20 Dec 2026")]
    );
    assert!(!world.mailbox.mails_to(ACME)[0].text().contains("NTC-2026-0001,"));
    world.finish().await;
}

/// The change, and wider than announced; the letter about that goes out on the next morning.
async fn widened() -> (World, String) {
    let (world, reference) = announced().await;
    let facts = vec![("countries".to_owned(), "DE;US".to_owned())];
    let wider = Alteration { effective: None, facts };
    let done = schedule_change::alter(&world.cx, world.dpo.clone(), &reference, &wider).await.unwrap();
    assert!(done.notice_at > Some(world.now().await), "{done:?}");
    world.settle().await;
    (world, reference)
}

#[tokio::test]
async fn what_is_altered_before_it_is_announced_anew_is_announced_as_it_is_then() {
    let (world, reference) = widened().await;
    reschedule(&world, &reference, "2027-01-20").await.unwrap();
    world.advance_to("2026-11-25T12:00Z").await;
    for address in [ACME, BIRCH] {
        let mails = world.mailbox.mails_to(address);
        assert_eq!(mails.len(), 2, "{:?}", world.subjects(address));
        let text = mails[1].text();
        assert!(text.contains("20 January 2027") && text.contains("United States"), "{text}");
        assert!(text.contains("more is planned than it said"), "{text}");
        assert!(on_one_thread(&mails[0], &mails[1]));
    }
    world.finish().await;
}

#[tokio::test]
async fn what_is_as_it_was_before_it_is_announced_anew_is_announced_so() {
    let (world, reference) = widened().await;
    let facts = vec![("countries".to_owned(), "DE".to_owned())];
    let back = Alteration { effective: None, facts };
    schedule_change::alter(&world.cx, world.dpo.clone(), &reference, &back).await.unwrap();
    world.advance_to("2026-11-25T12:00Z").await;
    let mails = world.mailbox.mails_to(ACME);
    assert_eq!(mails.len(), 2, "{:?}", world.subjects(ACME));
    assert!(mails[1].text().contains("Germany") && !mails[1].text().contains("United States"));
    world.finish().await;
}

#[tokio::test]
async fn whoever_was_told_hears_what_becomes_of_a_change_that_is_to_be_announced_anew() {
    let (world, reference) = widened().await;
    schedule_change::withdraw(&world.cx, world.dpo.clone(), &reference, "not needed", None).await.unwrap();
    world.settle().await;
    for address in [ACME, BIRCH] {
        let mails = world.mailbox.mails_to(address);
        assert_eq!(mails.len(), 2, "{:?}", world.subjects(address));
        assert!(on_one_thread(&mails[0], &mails[1]));
    }
    world.advance_to("2026-11-26T12:00Z").await;
    assert_eq!(world.mailbox.mails_to(ACME).len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn whoever_was_told_hears_that_it_is_in_use_before_it_is_announced_anew() {
    let (world, reference) = widened().await;
    let today = "2026-11-24".parse().unwrap();
    let noted =
        note_in_use::note(&world.cx, world.dpo.clone(), &reference, today, "by mistake").await.unwrap();
    assert!(noted.told);
    world.settle().await;
    assert_eq!(world.mailbox.mails_to(ACME).len(), 2, "{:?}", world.subjects(ACME));
    world.finish().await;
}

#[tokio::test]
async fn whose_contract_ends_before_it_is_announced_anew_shuts_no_gate() {
    let (world, reference) = widened().await;
    let last_day = "2026-11-24".parse().unwrap();
    end_contract(&world.cx, world.dpo.clone(), "C-2", None, last_day).await.unwrap();
    world.advance_to("2026-11-25T12:00Z").await;
    assert_eq!((world.subjects(ACME).len(), world.subjects(BIRCH).len()), (2, 1));
    let stands: Vec<(String, Option<String>)> =
        sqlx::query_as("select state, exempt_why from obligation order by customer_id")
            .fetch_all(world.cx.db.pool())
            .await
            .unwrap();
    let ended = ("exempt".to_owned(), Some("contract_ended".to_owned()));
    assert_eq!(stands, [("served".to_owned(), None), ended]);
    world.advance_to("2027-01-15T12:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Effective);
    world.finish().await;
}
