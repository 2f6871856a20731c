//! SES's events of every kind that is kept, in the shape that its developer guide documents, by SNS to what follows from them.

use chrono::TimeDelta;
use forenotice::demo::mailbox::{Fault, Times};
use serde_json::{Value, json};

use super::sorted::{BIRCH, JANE, TWO, letter_to, strings};
use super::web::{by_sns, post, sns};
use crate::edges::visitor::Visitor;
use crate::support::World;
use crate::support::builders::addition;

const TOPIC: &str = super::web::TOPIC;
const OBLIGATIONS: &str = "select c.reference || ' ' || o.state from obligation o join customer c on c.id = o.customer_id order by 1";

/// Two customers have their letters, and SES tells of them.
async fn announced() -> (World, Visitor) {
    let settings =
        [("policy.notice_days", "30"), ("policy.objection_days", "14"), ("inbound.events.ses_topics", TOPIC)];
    let mut world = World::without_probes("2026-11-23T09:00Z", &settings).await;
    world.cx.sns = sns();
    world.customers(TWO).await;
    world.schedule(&addition("Nimbus", "2027-01-15")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    let visitor = Visitor::of(&world);
    (world, visitor)
}

/// An event of this kind about the letter to `address`.
fn event(world: &World, address: &str, kind: &str, field: &str, about: &Value) -> Value {
    let token = letter_to(world, address).header("X-Forenotice-Delivery").unwrap();
    json!({
        "eventType": kind,
        field: about,
        "mail": {
            "timestamp": "2026-11-24T09:00:04.126Z",
            "source": "privacy@processor.example",
            "sourceArn": "arn:aws:ses:eu-central-1:123456789012:identity/processor.example",
            "sendingAccountId": "123456789012",
            "messageId": "0107018f3a2b4c5d-6e7f8091-a2b3-4c5d-8e9f-0a1b2c3d4e5f-000000",
            "destination": [address],
            "headersTruncated": false,
            "headers": [
                {"name": "From", "value": "Processor GmbH Privacy <privacy@processor.example>"},
                {"name": "To", "value": address},
                {"name": "X-Forenotice-Delivery", "value": token.clone()},
            ],
            "commonHeaders": {"from": ["privacy@processor.example"], "to": [address], "messageId": "0107018f3a2b4c5d"},
            "tags": {"ses:configuration-set": ["forenotice"], "ses:outgoing-ip": ["192.0.2.0"], "d": [token]},
        },
    })
}

/// SNS brings it, and what follows is done.
async fn comes(world: &World, visitor: &Visitor, number: &str, event: &Value) {
    let event = event.to_string();
    let message =
        by_sns("Notification", &[("Message", &event), ("MessageId", number), ("Subject", "Amazon SES")]);
    assert_eq!(post(visitor, "/inbound/events/ses", &[], message.to_string()).await, 200);
    world.settle().await;
}

#[tokio::test]
async fn a_bounce_takes_the_letter_back_and_kills_the_address() {
    let (world, visitor) = announced().await;
    let bounce = json!({
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {"emailAddress": JANE, "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 nobody here"},
        ],
        "timestamp": "2026-11-24T10:41:02.669Z",
        "feedbackId": "0107018f-61b59c11-9236-11e6-8f96-7be8aexample-000000",
        "reportingMTA": "dns; b224-1.smtp-out.eu-central-1.amazonses.com",
        "remoteMtaIp": "192.0.2.7",
    });
    comes(&world, &visitor, "s1", &event(&world, JANE, "Bounce", "bounce", &bounce)).await;
    let dead = "select suppressed_why from recipient where suppressed_at is not null";
    assert_eq!(strings(&world, dead).await, ["it bounced: 5.1.1 smtp; 550 5.1.1 nobody here"]);
    assert_eq!(world.subjects("legal@acme.example").len(), 1, "the next contact is asked");
    world.finish().await;
}

#[tokio::test]
async fn a_delay_suspends_the_service_until_the_delivery() {
    let (world, visitor) = announced().await;
    let delay = json!({
        "timestamp": "2026-11-24T10:25:40.095Z",
        "delayType": "TransientCommunicationFailure",
        "expirationTime": "2026-11-24T23:25:40.914Z",
        "delayedRecipients": [
            {"emailAddress": BIRCH, "status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1 no connection"},
        ],
    });
    let delayed = event(&world, BIRCH, "DeliveryDelay", "deliveryDelay", &delay);
    comes(&world, &visitor, "s1", &delayed).await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 owed"]);

    let delivery = json!({
        "timestamp": "2026-11-24T11:41:03.200Z",
        "processingTimeMillis": 9_660_126,
        "recipients": [BIRCH],
        "smtpResponse": "250 2.6.0 <m-1@processor.example> queued",
        "remoteMtaIp": "192.0.2.8",
        "reportingMTA": "b224-1.smtp-out.eu-central-1.amazonses.com",
    });
    comes(&world, &visitor, "s2", &event(&world, BIRCH, "Delivery", "delivery", &delivery)).await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 served"]);
    let received = "select to_char(received_at at time zone 'UTC', 'HH24:MI:SS.MS') from delivery where received_at is not null";
    assert_eq!(strings(&world, received).await, ["11:41:03.200"]);
    world.finish().await;
}

#[tokio::test]
async fn a_complaint_is_told_to_the_dpo_and_silences_no_contact() {
    let (world, visitor) = announced().await;
    let complaint = json!({
        "complainedRecipients": [{"emailAddress": JANE}],
        "timestamp": "2026-11-24T11:41:02.669Z",
        "feedbackId": "0107018f-61b59c11-9236-11e6-8f96-7be8aexample-000000",
        "complaintSubType": null,
        "userAgent": "Yahoo!-Mail-Feedback/2.0",
        "complaintFeedbackType": "abuse",
        "arrivalDate": "2026-11-24T11:41:02.669Z",
    });
    comes(&world, &visitor, "s1", &event(&world, JANE, "Complaint", "complaint", &complaint)).await;
    let complained = "select count(*)::text from delivery where complained_at is not null";
    assert_eq!(strings(&world, complained).await, ["1"]);
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 served"]);
    let told = world.subjects("dpo@processor.example");
    assert!(told.iter().any(|subject| subject.contains("Acme")), "{told:?}");
    let silenced = "select address from recipient where suppressed_at is not null";
    assert_eq!(strings(&world, silenced).await, Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn the_relays_event_ends_the_doubt_about_a_letter_and_no_copy_is_sent() {
    for proof in ["handed_over", "received"] {
        an_event_ends_the_doubt(proof).await;
    }
}

async fn an_event_ends_the_doubt(proof: &str) {
    let settings = [
        ("notice.proof", proof),
        ("policy.notice_days", "30"),
        ("policy.objection_days", "14"),
        ("inbound.events.ses_topics", TOPIC),
        ("smtp.profile", "ses"),
    ];
    let mut world = World::without_probes("2026-11-23T09:00Z", &settings).await;
    world.cx.sns = sns();
    world
        .customers(
            "reference,customer,email,customer_since,role\nC-2,Birch,dpo@birch.example,2024-03-01,privacy\n",
        )
        .await;
    let planned = world.schedule(&addition("Nimbus", "2027-01-15")).await;
    let left = planned.notice_at.unwrap();
    world.advance_to(&(left - TimeDelta::minutes(1)).to_rfc3339()).await;
    world.mailbox.arrange(Fault::KeepsThenCloses, Times::Only(1));
    world.advance_to(&(left + TimeDelta::minutes(10)).to_rfc3339()).await;
    let stands =
        "select state || ' ' || in_doubt || ' ' || attempts from delivery where notice_id is not null";
    assert_eq!(strings(&world, stands).await, ["queued true 1"], "its copy waits for the event");
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-2 owed"]);

    let visitor = Visitor::of(&world);
    let arrived = (left + TimeDelta::minutes(2)).to_rfc3339();
    let delivery = json!({"timestamp": arrived, "recipients": [BIRCH], "smtpResponse": "250 2.6.0 queued"});
    comes(&world, &visitor, "s1", &event(&world, BIRCH, "Delivery", "delivery", &delivery)).await;
    assert_eq!(strings(&world, stands).await, ["accepted false 1"]);
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-2 served"]);
    assert_eq!(strings(&world, "select state from change").await, ["in_notice"]);
    let when = format!(
        "select (accepted_at = '{arrived}' and received_at = '{arrived}')::text from delivery where notice_id is not null"
    );
    assert_eq!(strings(&world, when.leak()).await, ["true"]);
    world.advance_to("2026-11-25T12:00Z").await;
    assert_eq!(world.mailbox.mails_to(BIRCH).len(), 1, "no copy");
    world.finish().await;
}
