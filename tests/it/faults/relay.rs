//! The relay's faults. Each test says what breaks, what the recipient has in the mailbox, what the row says, and what
//! the next pass does.

use chrono::TimeDelta;
use forenotice::actions::deliver;
use forenotice::demo::mailbox::{self, Fault, Mailbox, Reply, Times};
use forenotice::domain::ledger::Actor;
use forenotice::mail::letter::{Occasional, Test};
use forenotice::mail::relay::{Encryption, Post, Route};
use forenotice::store::{
    self,
    letter::{self, To},
};

use super::mailing::{Contact, DPO, Mailing, sha256};

const ACME: &str = "dpo@acme.example";

fn minutes(n: i64) -> TimeDelta {
    TimeDelta::minutes(n)
}

#[tokio::test]
async fn an_accepted_announcement_serves_and_puts_the_change_in_notice() {
    let mailing = Mailing::to_one().await;
    assert_eq!(mailing.change_state().await, "scheduled");
    assert_eq!(mailing.send().await, 1);
    let row = mailing.row(ACME).await;
    assert_eq!((row.state.as_str(), row.attempts, row.relay_code), ("accepted", 1, Some(250)));
    assert!(row.relay_words.unwrap().starts_with("2.0.0 kept as"), "the relay's words are kept");
    assert_eq!(mailing.change_state().await, "in_notice");
    let (served_at, earliest, window, clear): (String, String, String, String) = sqlx::query_as(
        "select served_at::text, earliest_by_notice::text, window_closes_at::text, clear_at::text from obligation",
    )
    .fetch_one(mailing.world.cx.db.pool())
    .await
    .unwrap();
    // Accepted on Monday 23 November in Berlin: 30 clear days, 14 days until the end of Monday 7 December.
    assert!(served_at.starts_with("2026-11-23"), "{served_at}");
    assert_eq!(earliest, "2026-12-23 23:00:00+00");
    assert_eq!(window, "2026-12-07 23:00:00+00");
    assert_eq!(clear, "2026-12-23 23:00:00+00");
    let mail = &mailing.world.mailbox.mails()[0];
    assert_eq!(sha256(mail), row.message_hash.unwrap());
    assert_eq!(mailing.count("select count(*) from batch where open").await, 0);
    let entries = "select count(*) from ledger_entry
                   where kind = 'change_in_notice' or kind = 'letter_accepted'
                     and convert_from(payload, 'UTF8')::jsonb -> 'serves' ->> 'clear_at' = '2026-12-23T23:00:00Z'";
    assert_eq!(mailing.count(entries).await, 2);
    assert_eq!(mailing.send().await, 0);
    mailing.world.finish().await;
}

#[tokio::test]
async fn the_id_that_the_relay_gave_a_letter_is_kept() {
    let mailing = Mailing::to_one().await;
    let said = Reply::new(250, "2.0.0 Ok: queued as 4F1A");
    mailing.world.mailbox.arrange(Fault::AnswersMessage(said), Times::Only(1));
    mailing.send().await;
    let kept: (String, String, i64) = sqlx::query_as("select relay, id, delivery_id from wire_id")
        .fetch_one(mailing.world.cx.db.pool())
        .await
        .unwrap();
    assert_eq!(kept, ("127.0.0.1".to_owned(), "4F1A".to_owned(), mailing.row(ACME).await.id));
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_relay_that_is_away_costs_a_letter_nothing() {
    let mailing = Mailing::to_one().await;
    mailing.world.mailbox.go_away().await;
    assert_eq!(mailing.send().await, 0);
    let row = mailing.row(ACME).await;
    assert_eq!((row.state.as_str(), row.attempts, row.relay_code), ("queued", 0, None));
    mailing.world.relay_comes_back().await;
    assert_eq!(mailing.send().await, 0, "the relay is left alone for a minute");
    mailing.later(minutes(1)).await;
    assert_eq!(mailing.send().await, 1);
    assert_eq!(mailing.row(ACME).await.attempts, 1);
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_relay_that_is_away_for_hours_gets_every_letter_when_it_is_back() {
    let mailing = Mailing::to(&[("acme", &[DPO]), ("bolt", &[DPO])]).await;
    mailing.world.mailbox.go_away().await;
    mailing.world.advance_to("2026-11-23T13:00Z").await;
    assert_eq!(mailing.change_state().await, "scheduled");
    let waiting = store::digest::waiting(mailing.world.cx.snapshot().await.unwrap().conn()).await.unwrap();
    assert_eq!(waiting.letters, 2, "status shows what waits");
    mailing.world.relay_comes_back().await;
    mailing.world.advance_to("2026-11-23T14:00Z").await;
    assert_eq!(mailing.world.mailbox.mails().len(), 2);
    assert_eq!(mailing.row(ACME).await.attempts, 1);
    assert_eq!(mailing.change_state().await, "in_notice");
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_greylisted_letter_goes_again_after_its_wait_with_the_same_bytes() {
    for fault in [
        Fault::RefusesRecipient(ACME.to_owned(), Reply::greylisted()),
        Fault::RefusesData(Reply::new(451, "4.3.0 later")),
        Fault::AnswersMessage(Reply::new(451, "4.3.0 later")),
        Fault::AnswersMessage(Reply::new(421, "4.3.2 shutting down")),
    ] {
        let mailing = Mailing::to_one().await;
        mailing.world.mailbox.arrange(fault.clone(), Times::Only(1));
        mailing.send().await;
        let row = mailing.row(ACME).await;
        assert_eq!((row.state.as_str(), row.attempts, row.in_doubt), ("queued", 1, false), "{fault:?}");
        assert!(row.relay_words.unwrap().starts_with("4."), "{fault:?}");
        assert_eq!(mailing.obligations("owed").await, 1);
        mailing.later(minutes(4)).await;
        assert_eq!(mailing.send().await, 0, "{fault:?}: before the wait is over");
        mailing.later(minutes(2)).await;
        assert_eq!(mailing.send().await, 1, "{fault:?}");
        let mails = mailing.world.mailbox.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(
            sha256(&mails[0]),
            row.message_hash.unwrap(),
            "{fault:?}: other bytes than at the first try"
        );
        mailing.world.finish().await;
    }
}

#[tokio::test]
async fn a_session_that_ends_before_the_dot_is_another_connection_not_an_attempt() {
    for fault in [
        Fault::ClosesAtConnect,
        Fault::GreetsWith(Reply::new(421, "4.3.2 too busy")),
        Fault::ShutsDown,
        Fault::RefusesSender(Reply::new(451, "4.7.0 slower")),
    ] {
        let mailing = Mailing::to_one().await;
        mailing.world.mailbox.arrange(fault.clone(), Times::Only(1));
        mailing.send().await;
        mailing.later(minutes(1)).await;
        mailing.send().await;
        let row = mailing.row(ACME).await;
        assert_eq!((row.state.as_str(), row.attempts), ("accepted", 1), "{fault:?}");
        assert_eq!(mailing.world.mailbox.mails().len(), 1);
        mailing.world.finish().await;
    }
}

#[tokio::test]
async fn a_letter_in_doubt_goes_again_with_the_same_bytes_even_when_its_dates_have_changed() {
    for (fault, copies) in [(Fault::ClosesAfterFinalDot, 1), (Fault::KeepsThenCloses, 2)] {
        let mailing = Mailing::to_one().await;
        mailing.world.mailbox.arrange(fault.clone(), Times::Only(1));
        mailing.send().await;
        let row = mailing.row(ACME).await;
        assert_eq!((row.state.as_str(), row.attempts, row.in_doubt), ("queued", 1, true), "{fault:?}");
        // On the next day a fresh letter would promise a later deadline.
        mailing.later(TimeDelta::days(1)).await;
        assert_eq!(mailing.send().await, 1);
        let mails = mailing.world.mailbox.mails();
        assert_eq!(mails.len(), copies, "{fault:?}");
        for mail in &mails {
            assert_eq!(Some(sha256(mail)), row.message_hash, "{fault:?}");
        }
        mailing.world.finish().await;
    }
}

#[tokio::test]
async fn a_letter_that_was_only_deferred_is_composed_anew_when_its_dates_no_longer_hold() {
    let mailing = Mailing::to_one().await;
    mailing
        .world
        .mailbox
        .arrange(Fault::RefusesRecipient(ACME.to_owned(), Reply::greylisted()), Times::Only(1));
    mailing.send().await;
    let first = mailing.row(ACME).await;
    mailing.later(TimeDelta::days(1)).await;
    assert_eq!(mailing.send().await, 1);
    let second = mailing.row(ACME).await;
    assert_ne!(first.message_hash, second.message_hash);
    assert_eq!(second.composed_at.unwrap(), first.composed_at.unwrap() + TimeDelta::days(1));
    let mail = &mailing.world.mailbox.mails()[0];
    assert!(mail.text().contains("8 December 2026"), "the deadline of the day it left: {}", mail.text());
    let window: String = sqlx::query_scalar("select window_closes_at::text from obligation")
        .fetch_one(mailing.world.cx.db.pool())
        .await
        .unwrap();
    assert_eq!(window, "2026-12-08 23:00:00+00");
    mailing.world.finish().await;
}

#[tokio::test]
async fn an_acceptance_that_we_could_not_record_is_handed_over_again_as_the_same_letter() {
    let mailing = Mailing::to_one().await;
    mailing.records_none("58030").await;
    deliver::mailings(&mailing.world.cx).await.unwrap_err();
    assert_eq!(mailing.world.mailbox.mails().len(), 1);
    assert_eq!(mailing.row(ACME).await.state, "queued");
    assert_eq!(mailing.obligations("owed").await, 1);
    mailing.records_again().await;
    mailing.later(minutes(10)).await;
    assert_eq!(mailing.send().await, 0, "its lease still runs");
    mailing.lease_runs_out().await;
    assert_eq!(mailing.send().await, 1);
    let mails = mailing.world.mailbox.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].bytes, mails[1].bytes, "the second copy differs from the first");
    assert_eq!(mailing.row(ACME).await.state, "accepted");
    mailing.world.finish().await;
}

/// Others' locks, a statement too slow for us, and a pooler that has lost its server.
#[tokio::test]
async fn an_acceptance_waits_for_a_database_that_is_in_its_way() {
    for code in ["55P03", "57014", "08P01"] {
        let mailing = Mailing::to_one().await;
        mailing.records_none(code).await;
        let cx = mailing.world.cx.clone();
        let pass = tokio::spawn(async move { deliver::mailings(&cx).await });
        while mailing.count("select last_value from refusals").await < 5 {
            assert!(!pass.is_finished(), "{code}: given up");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        mailing.records_again().await;
        pass.await.unwrap().unwrap();
        assert_eq!(
            (mailing.row(ACME).await.state.as_str(), mailing.world.mailbox.mails().len()),
            ("accepted", 1)
        );
        mailing.world.finish().await;
    }
}

#[tokio::test]
async fn a_dead_address_is_suppressed_and_the_next_contact_asked() {
    let legal = Contact { name: "legal", role: "legal" };
    let sales = Contact { name: "sales", role: "sales" };
    let mailing = Mailing::to(&[("acme", &[DPO, legal, sales]), ("bolt", &[DPO])]).await;
    mailing
        .world
        .mailbox
        .arrange(Fault::RefusesRecipient(ACME.to_owned(), Reply::no_such_user()), Times::Always);
    mailing.send().await;
    let refused = mailing.row(ACME).await;
    assert_eq!((refused.state.as_str(), refused.suppressed), ("failed", true));
    assert_eq!(refused.relay_words.as_deref(), Some("5.1.1 no such user here"));
    mailing.send().await;
    assert_eq!(mailing.row("legal@acme.example").await.state, "accepted");
    assert_eq!(mailing.obligations("served").await, 2);
    assert!(mailing.alerts().is_empty(), "somebody at Acme has the notice");
    assert_eq!(mailing.count("select count(*) from delivery where notice_id is not null").await, 3);
    mailing.world.finish().await;
}

#[tokio::test]
async fn one_of_several_privacy_contacts_is_enough() {
    let second = Contact { name: "second", role: "privacy" };
    let legal = Contact { name: "legal", role: "legal" };
    let mailing = Mailing::to(&[("acme", &[DPO, second, legal])]).await;
    mailing
        .world
        .mailbox
        .arrange(Fault::RefusesRecipient(ACME.to_owned(), Reply::no_such_user()), Times::Always);
    mailing.send().await;
    mailing.send().await;
    assert_eq!(mailing.obligations("served").await, 1);
    assert_eq!(mailing.row("second@acme.example").await.state, "accepted");
    assert_eq!(mailing.count("select count(*) from delivery where notice_id is not null").await, 2);
    mailing.world.finish().await;
}

#[tokio::test]
async fn when_nobody_is_left_the_officer_is_told_once_and_the_notice_stays_owed() {
    let legal = Contact { name: "legal", role: "legal" };
    let mailing = Mailing::to(&[("acme", &[DPO, legal]), ("bolt", &[DPO])]).await;
    mailing
        .world
        .mailbox
        .arrange(Fault::RefusesDomain("acme.example".to_owned(), Reply::no_such_user()), Times::Always);
    for _ in 0..4 {
        mailing.send().await;
    }
    assert_eq!(mailing.obligations("owed").await, 1);
    assert_eq!(mailing.row("legal@acme.example").await.state, "failed");
    let alerts = mailing.alerts();
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].text().contains("acme Ltd"), "{}", alerts[0].text());
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_letter_nobody_will_take_is_given_up_and_the_address_lives() {
    let mailing = Mailing::to_one().await;
    mailing.world.mailbox.arrange(Fault::AnswersMessage(Reply::new(552, "5.3.4 too big")), Times::Only(1));
    mailing.send().await;
    let row = mailing.row(ACME).await;
    assert_eq!((row.state.as_str(), row.suppressed), ("failed", false));
    mailing.send().await;
    assert_eq!(mailing.alerts().len(), 1);
    assert_eq!(mailing.obligations("owed").await, 1);
    mailing.world.finish().await;
}

#[tokio::test]
async fn the_relays_policy_says_nothing_of_the_address() {
    let mailing = Mailing::to_one().await;
    let limit = Reply::new(550, "5.7.1 Daily SMTP relay limit exceeded");
    mailing.world.mailbox.arrange(Fault::RefusesRecipient(ACME.to_owned(), limit), Times::Only(1));
    mailing.send().await;
    let row = mailing.row(ACME).await;
    assert_eq!((row.state.as_str(), row.suppressed, row.relay_code), ("queued", false, Some(550)));
    mailing.later(minutes(34)).await;
    assert_eq!(mailing.send().await, 1);
    assert_eq!(mailing.row(ACME).await.state, "accepted");
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_letter_deferred_past_its_last_useful_instant_is_given_up() {
    let mailing = Mailing::to_one().await;
    mailing
        .world
        .mailbox
        .arrange(Fault::RefusesRecipient(ACME.to_owned(), Reply::greylisted()), Times::Always);
    let latest: chrono::DateTime<chrono::Utc> = sqlx::query_scalar("select latest_at from delivery")
        .fetch_one(mailing.world.cx.db.pool())
        .await
        .unwrap();
    mailing.at(latest - minutes(2)).await;
    mailing.send().await;
    assert_eq!(mailing.row(ACME).await.state, "queued");
    mailing.at(latest - TimeDelta::seconds(1)).await;
    assert_eq!(mailing.send().await, 0);
    mailing.at(latest).await;
    mailing.send().await;
    let row = mailing.row(ACME).await;
    assert_eq!((row.state.as_str(), row.attempts), ("failed", 2));
    assert_eq!(mailing.obligations("owed").await, 1);
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_single_letter_does_not_wait_for_a_mailing() {
    let names: Vec<String> = (0..150).map(|n| format!("customer{n:03}")).collect();
    let customers: Vec<(&str, &[Contact])> =
        names.iter().map(|name| (name.as_str(), [DPO].as_slice())).collect();
    // Three seconds of mailing, whatever else the machine does.
    let mailing = Mailing::configured(&[("smtp.rate_per_second", "50")], &customers).await;
    let cx = mailing.world.cx.clone();
    let mailbox = mailing.world.mailbox.clone();
    let late_comer = async {
        mailbox.wait_for(5).await;
        let mut tx = cx.begin(Actor::Daemon).await.unwrap();
        let processor = cx.settings.site.processor();
        let test = Occasional::Test(Test { processor, zone: cx.policy.zone.clone(), at: tx.now() });
        let latest = tx.now() + TimeDelta::days(1);
        letter::queue(&mut tx, "test:1", To::Address("anna@processor.example"), &test, latest).await.unwrap();
        tx.commit_unrecorded().await.unwrap();
        deliver::singles(&cx).await.unwrap();
    };
    let (mailings, ()) = tokio::join!(deliver::mailings(&mailing.world.cx), late_comer);
    mailings.unwrap();
    let single = &mailing.world.mailbox.mails_to("anna@processor.example")[0];
    assert!(single.serial < 150, "the single letter went as number {} of 151", single.serial);
    assert_eq!(mailing.world.mailbox.mails().len(), 151);
    mailing.world.finish().await;
}

#[tokio::test]
async fn what_one_relay_refuses_the_other_takes_and_each_letters_row_names_its_own() {
    let second = Mailbox::start(mailbox::Options::default()).await.unwrap();
    let mut mailing = Mailing::to(&[("acme", &[DPO]), ("bolt", &[DPO])]).await;
    let route = |url: &str| Route { encryption: Encryption::None, ..Route::parse(url).unwrap() };
    let first = mailing.world.mailbox.smtp_url();
    mailing.world.cx.post = Post::with_fallbacks(route(&first), vec![route(&second.smtp_url())]);
    let limit = Reply::new(550, "5.7.1 Daily SMTP relay limit exceeded");
    mailing.world.mailbox.arrange(Fault::RefusesDomain("acme.example".to_owned(), limit), Times::Always);
    // Both relays number their letters alike.
    for relay in [&mailing.world.mailbox, &second] {
        relay.arrange(Fault::AnswersMessage(Reply::new(250, "2.0.0 Ok: queued as 4F1A")), Times::Only(1));
    }
    assert_eq!(mailing.send().await, 2);

    let name = |url: &str| url.trim_start_matches("smtp://").to_owned();
    let pool = mailing.world.cx.db.pool();
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select r.address, d.relay from delivery d join recipient r on r.id = d.recipient_id order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let expected =
        [(ACME.to_owned(), name(&second.smtp_url())), ("dpo@bolt.example".to_owned(), name(&first))];
    assert_eq!(rows, expected);
    let ids = "select count(*) from wire_id w join delivery d on d.id = w.delivery_id and d.relay = w.relay";
    assert_eq!(mailing.count(ids).await, 2, "an id is kept under the relay that gave it");
    let alerts = "select count(*) from delivery where letter_key like 'alert:relay:%'";
    assert_eq!(mailing.count(alerts).await, 0, "nobody has to mend anything for these letters");
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_relay_that_refuses_us_is_told_to_the_dpo_once_a_day_and_nobody_is_struck_off() {
    let no_right = Reply::new(550, "5.7.60 client does not have permissions to send as this sender");
    let limit = Reply::new(550, "5.4.5 daily sending quota exceeded");
    for (fault, code) in [
        (Fault::RefusesSender(no_right), "550-5.7.60"),
        (Fault::RefusesDomain("acme.example".to_owned(), limit.clone()), "550-5.4.5"),
        (Fault::AnswersMessage(limit), "550-5.4.5"),
    ] {
        let mailing = Mailing::to(&[("acme", &[DPO]), ("bolt", &[DPO])]).await;
        let world = &mailing.world;
        world.mailbox.arrange(fault.clone(), Times::Always);
        world.advance_to("2026-11-23T09:00Z").await;
        let alerts = async || {
            let sql =
                "select letter_key from delivery where letter_key like 'alert:relay:%' order by letter_key";
            let keys: Vec<String> = sqlx::query_scalar(sql).fetch_all(world.cx.db.pool()).await.unwrap();
            keys
        };
        let of_day = |day: &str| format!("alert:relay:{}:{code}:{day}", world.cx.post.relay_name());
        assert_eq!(alerts().await, [of_day("2026-11-23")], "{fault:?}");
        assert!(!mailing.row(ACME).await.suppressed, "{fault:?}");

        world.mailbox.mend();
        world.advance_to("2026-11-23T14:00Z").await;
        assert_eq!(alerts().await, [of_day("2026-11-23")], "{fault:?}");
        let told = world.mailbox.mails_to("dpo@processor.example");
        let told = told.iter().filter(|mail| mail.subject().ends_with("refuses our letters")).count();
        assert_eq!(told, 1, "{fault:?}");
        mailing.world.finish().await;
    }
}
