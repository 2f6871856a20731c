//! `SendGrid`'s Event Webhook: a list of events a POST, our `unique_args` among their fields.

use serde_json::Value;

use super::{Id, bare_id, status_in, text, unix};
use crate::domain::relay_event::{EventRelay, Outcome, RelayEvent, is_dead};

pub fn id(event: &Value) -> Id {
    match text(event, "/event").as_deref() {
        Some(
            "processed"
            | "open"
            | "click"
            | "unsubscribe"
            | "group_unsubscribe"
            | "group_resubscribe"
            | "account_status_change",
        ) => Id::OfNoConcern,
        Some(_) => text(event, "/sg_event_id").map_or(Id::Unknown, Id::Known),
        None => Id::Unknown,
    }
}

pub fn read(event: &Value) -> Option<RelayEvent> {
    let outcome = match text(event, "/event")?.as_str() {
        "delivered" => Outcome::Delivered,
        "deferred" => Outcome::Delayed,
        "bounce" | "blocked" => Outcome::Bounced,
        "dropped" => Outcome::Dropped,
        "spamreport" => Outcome::Complained,
        _ => return None,
    };
    let words = ["/reason", "/response"].iter().find_map(|words| text(event, words)).unwrap_or_default();
    let status = text(event, "/status").filter(|status| status.contains('.')).or_else(|| status_in(&words));
    let bounced_for_good = outcome == Outcome::Bounced && text(event, "/type").as_deref() != Some("blocked");
    Some(RelayEvent {
        relay: EventRelay::Sendgrid,
        outcome,
        delivery_token: text(event, "/d"),
        wire_id: ["/smtp-id", "/sg_message_id"].iter().find_map(|id| text(event, id)).map(|id| bare_id(&id)),
        address: text(event, "/email"),
        at: unix(event, "/timestamp"),
        address_dead: bounced_for_good && status.as_deref().is_some_and(is_dead),
        status,
        words,
    })
}
