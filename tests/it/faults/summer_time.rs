//! A mailing in the night in which clocks are changed, its send window within the hour that is left out, or that comes twice; the relay is
//! away for a while in that hour.

use crate::support::World;
use crate::support::builders::addition;

const ZONES: [&str; 4] = ["Europe/Berlin", "Europe/London", "America/New_York", "Australia/Lord_Howe"];

/// A customer in each zone, 30 clear days of notice and 14 to object from the day of the relay's word; letters leave at half past two
/// in Berlin.
async fn planned(from: &str, effective: &str) -> World {
    let world = World::configured(from, &[("notice.send_window", "30 2 * * *")]).await;
    let mut file = "reference,customer,email,customer_since,time_zone,notice_days,convention,objection_days,\
                    objection_convention,start\n"
        .to_owned();
    for (n, zone) in ZONES.iter().enumerate() {
        file += &format!(
            "C-{n},Customer {n},dpo@c{n}.example,2024-03-01,{zone},30,clear_days,14,clear_days,handed_over\n"
        );
    }
    world.customers(&file).await;
    world.schedule(&addition("Nimbus", effective)).await;
    world
}

fn copies(world: &World) -> [usize; 4] {
    std::array::from_fn(|n| world.mailbox.mails_to(&format!("dpo@c{n}.example")).len())
}

/// Of each customer the end of its notice period and of its window, in the order of [`ZONES`].
async fn deadlines(world: &World) -> Vec<String> {
    sqlx::query_scalar(
        "select to_char(o.earliest_by_notice at time zone 'UTC', 'MM-DD HH24:MI') || ' '
                || to_char(o.window_closes_at at time zone 'UTC', 'MM-DD HH24:MI')
         from obligation o join customer c on c.id = o.customer_id where o.state = 'served' order by c.reference",
    )
    .fetch_all(world.cx.db.pool())
    .await
    .unwrap()
}

/// How many notices there are, and when they were to go out.
async fn notices(world: &World) -> (i64, String) {
    sqlx::query_as("select count(*), to_char(min(due_at) at time zone 'UTC', 'MM-DD HH24:MI') from notice")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn in_the_night_that_leaves_out_the_send_window_everybody_is_told_once() {
    // Berlin goes from two to three at 01:00 UTC, London from one to two at the same instant.
    let world = planned("2027-03-27T09:00Z", "2027-06-01").await;
    assert_eq!(notices(&world).await, (1, "03-28 01:00".to_owned()));
    world.advance_to("2027-03-28T00:59:59Z").await;
    assert_eq!(copies(&world), [0; 4]);
    world.mailbox.go_away().await;
    world.advance_to("2027-03-28T01:20Z").await;
    world.mailbox.come_back().await.unwrap();
    world.advance_to("2027-03-29T12:00Z").await;
    assert_eq!(copies(&world), [1; 4]);
    assert_eq!(
        deadlines(&world).await,
        [
            "04-27 22:00 04-11 22:00",
            "04-27 23:00 04-11 23:00",
            "04-27 04:00 04-11 04:00",
            "04-27 13:30 04-11 13:30"
        ]
    );
    world.finish().await;
}

#[tokio::test]
async fn in_the_night_in_which_the_send_window_comes_twice_everybody_is_told_once() {
    // Berlin's half past two is 00:30 UTC, and 01:30 UTC again.
    let world = planned("2027-10-30T09:00Z", "2027-12-31").await;
    assert_eq!(notices(&world).await, (1, "10-31 00:30".to_owned()));
    world.mailbox.go_away().await;
    world.advance_to("2027-10-31T01:10Z").await;
    assert_eq!(copies(&world), [0; 4]);
    world.mailbox.come_back().await.unwrap();
    world.advance_to("2027-10-31T01:29Z").await;
    assert_eq!(copies(&world), [1; 4]);
    world.advance_to("2027-11-01T12:00Z").await;
    assert_eq!((copies(&world), notices(&world).await.0), ([1; 4], 1));
    assert_eq!(
        deadlines(&world).await,
        [
            "11-30 23:00 11-14 23:00",
            "12-01 00:00 11-15 00:00",
            "11-30 05:00 11-14 05:00",
            "11-30 13:00 11-14 13:00"
        ]
    );
    world.finish().await;
}

#[tokio::test]
async fn a_change_begins_with_the_day_on_which_clocks_are_changed_and_not_before() {
    // Its day has 23 hours in Berlin, and so has the last of the window in New York.
    let world = World::configured("2027-02-14T15:00Z", &[("notice.send_window", "0 9 * * mon")]).await;
    world
        .customers(
            "reference,customer,email,customer_since,time_zone,notice_days,convention,objection_days,objection_convention,start\n\
             C-0,Acme,dpo@c0.example,2024-03-01,Europe/Berlin,30,clear_days,14,clear_days,handed_over\n\
             C-1,Beta,dpo@c1.example,2024-03-01,America/New_York,7,clear_days,27,clear_days,handed_over\n",
        )
        .await;
    world.schedule(&addition("Nimbus", "2027-03-28")).await;
    world.advance_to("2027-02-15T12:00Z").await;
    assert_eq!(deadlines(&world).await, ["03-17 23:00 03-01 23:00", "02-23 05:00 03-15 04:00"]);
    world.advance_to("2027-03-27T22:59:59Z").await;
    assert_eq!(world.change("CHG-2027-0001").await.state.as_str(), "in_notice");
    world.advance_to("2027-03-27T23:00:02Z").await;
    let change = world.change("CHG-2027-0001").await;
    assert_eq!(change.state.as_str(), "effective");
    assert_eq!(change.took_effect_at, Some("2027-03-27T23:00:00Z".parse().unwrap()));
    world.finish().await;
}
