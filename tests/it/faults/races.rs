//! A change withdrawn or moved while its notice is going out: who was told is told on, in the same thread; who was not is not.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Days;
use forenotice::clock::Clock;

use super::fleet::Fleet;

const LETTERS: usize = 800;
/// Copies at the relay when the race begins.
const BEGUN: u64 = 150;

/// By notice, oldest first: the customers' addresses by what became of their letter.
async fn letters(fleet: &Fleet) -> Vec<BTreeMap<String, BTreeSet<String>>> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(
        "select d.notice_id, d.state, r.address from delivery d join recipient r on r.id = d.recipient_id
         where d.notice_id is not null order by d.notice_id",
    )
    .fetch_all(&mut fleet.superuser().await)
    .await
    .unwrap();
    let mut notices: BTreeMap<i64, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (notice, state, address) in rows {
        notices.entry(notice).or_default().entry(state).or_default().insert(address);
    }
    notices.into_values().collect()
}

/// A mailing with two replicas at work, in the middle of it.
async fn under_way() -> Fleet {
    let mut fleet = Fleet::about_to_send(u32::try_from(LETTERS).unwrap()).await;
    fleet.start();
    fleet.start();
    fleet.under_way_with(BEGUN).await;
    fleet
}

/// Every later letter to an address names the first one to it.
fn in_their_threads(fleet: &Fleet) {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for mail in fleet.relay.mails() {
        let address = mail.envelope_to[0].address.clone();
        let id = mail.header("Message-ID").unwrap();
        let Some(root) = first.get(&address) else {
            first.insert(address, id);
            continue;
        };
        let references = mail.header("References").unwrap_or_default();
        assert!(references.contains(root.trim_matches(['<', '>'])), "{address}: {references:?} lacks {root}");
    }
}

#[tokio::test]
async fn a_withdrawal_in_the_middle_of_a_mailing_reaches_those_who_were_told() {
    let fleet = under_way().await;
    fleet.act(&["change", "withdraw", &fleet.change().await]).await;
    fleet.all_done().await;
    let reckoning = fleet.reckon().await;
    assert_eq!(reckoning.too_many, 0);
    let [announced, withdrawn] = &letters(&fleet).await[..] else { panic!("other notices") };
    let (told, spared) = (&announced["accepted"], &announced["cancelled"]);
    assert!(told.len() + spared.len() == LETTERS && !spared.is_empty());
    assert_eq!(&withdrawn["accepted"], told, "told of the end of what they had or had not heard of");
    in_their_threads(&fleet);
}

#[tokio::test]
async fn an_earlier_day_in_the_middle_of_a_mailing_is_announced_to_everybody_anew() {
    let fleet = under_way().await;
    let day = (Clock::System.now().date_naive() + Days::new(120)).to_string();
    fleet.act(&["change", "reschedule", &fleet.change().await, "--effective", &day]).await;
    fleet.due_now().await;
    fleet.all_done().await;
    fleet.reckon().await;
    let [first, anew] = &letters(&fleet).await[..] else { panic!("other notices") };
    assert!(!first["cancelled"].is_empty(), "the superseded notice went out to the end");
    assert_eq!(anew["accepted"].len(), LETTERS);
    let by_the_first = fleet
        .number("select count(*) from obligation o join delivery d on d.id = o.served_by where d.notice_id = (select min(id) from notice)")
        .await;
    assert_eq!(by_the_first, 0, "a customer counts as served by the day that is no more");
    in_their_threads(&fleet);
}

#[tokio::test]
async fn a_later_day_in_the_middle_of_a_mailing_is_told_to_everybody() {
    let fleet = under_way().await;
    let day = (Clock::System.now().date_naive() + Days::new(170)).to_string();
    fleet.act(&["change", "reschedule", &fleet.change().await, "--effective", &day]).await;
    fleet.due_now().await;
    fleet.all_done().await;
    let reckoning = fleet.reckon().await;
    assert_eq!(reckoning.too_many, 0);
    let [announced, moved] = &letters(&fleet).await[..] else { panic!("other notices") };
    assert_eq!(announced["accepted"].len(), LETTERS, "who was not told yet is owed the notice all the same");
    assert_eq!(moved["accepted"], announced["accepted"]);
    in_their_threads(&fleet);
}
