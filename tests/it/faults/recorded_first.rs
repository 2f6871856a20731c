//! What the relay said goes on record before anybody is told of it.

use chrono::TimeDelta;
use forenotice::actions::deliver;
use forenotice::demo::mailbox::{Fault, Reply, Times};

use super::mailing::{DPO, Mailing};

#[tokio::test]
async fn an_alert_that_cannot_be_queued_costs_no_letter_its_answer_and_comes_with_the_next_refusal() {
    let mailing = Mailing::to(&[("acme", &[DPO]), ("bolt", &[DPO]), ("corp", &[DPO])]).await;
    let limit = Reply::new(550, "5.4.5 daily sending quota exceeded");
    mailing.world.mailbox.arrange(Fault::RefusesDomain("acme.example".to_owned(), limit), Times::Always);
    mailing
        .world
        .as_superuser(
            "create function io_error() returns trigger language plpgsql as $$
             begin raise exception 'input/output error' using errcode = '58030'; end $$;
             create trigger io_error before insert on delivery for each row
             when (new.letter_key like 'alert:relay:%') execute function io_error()",
        )
        .await;
    deliver::mailings(&mailing.world.cx).await.unwrap_err();
    for address in ["dpo@bolt.example", "dpo@corp.example"] {
        assert_eq!(mailing.row(address).await.state, "accepted", "{address}");
    }
    let refused = mailing.row("dpo@acme.example").await;
    assert_eq!((refused.state.as_str(), refused.relay_code), ("queued", Some(550)), "its words are kept");
    let alerts = "select count(*) from delivery where letter_key like 'alert:relay:%'";
    assert_eq!(mailing.count(alerts).await, 0);
    assert_eq!(mailing.count("select count(*) from batch where leased_until is not null").await, 0);

    mailing.world.as_superuser("drop trigger io_error on delivery").await;
    mailing.later(TimeDelta::hours(1)).await;
    mailing.send().await;
    assert_eq!(mailing.count(alerts).await, 1, "told with the next letter refused");
    assert_eq!(mailing.world.mailbox.mails_to("dpo@bolt.example").len(), 1, "nobody has it twice");
    mailing.world.mailbox.mend();
    mailing.world.finish().await;
}
