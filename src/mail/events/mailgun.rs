//! Mailgun's webhooks: one event a POST, under `event-data`, our variables with it.

use serde_json::Value;

use super::{Id, bare_id, status_in, text, unix};
use crate::domain::relay_event::{EventRelay, Outcome, RelayEvent, is_dead};

pub fn id(event: &Value) -> Id {
    match text(event, "/event-data/event").as_deref() {
        Some("accepted" | "opened" | "clicked" | "unsubscribed" | "stored") => Id::OfNoConcern,
        Some(_) => text(event, "/event-data/id").map_or(Id::Unknown, Id::Known),
        None => Id::Unknown,
    }
}

pub fn read(event: &Value) -> Option<RelayEvent> {
    let reason = text(event, "/event-data/reason").unwrap_or_default();
    let temporary = text(event, "/event-data/severity").as_deref() == Some("temporary");
    let outcome = match text(event, "/event-data/event")?.as_str() {
        "delivered" => Outcome::Delivered,
        "failed" if temporary => Outcome::Delayed,
        // It is on Mailgun's own list: it was never tried.
        "failed" if reason.starts_with("suppress-") => Outcome::Dropped,
        "failed" => Outcome::Bounced,
        "rejected" => Outcome::Dropped,
        "complained" => Outcome::Complained,
        _ => return None,
    };
    let said =
        ["message", "description"].map(|part| text(event, &format!("/event-data/delivery-status/{part}")));
    let words = said.into_iter().flatten().find(|words| !words.is_empty()).unwrap_or(reason);
    let status = text(event, "/event-data/delivery-status/enhanced-code")
        .filter(|status| !status.is_empty())
        .or_else(|| status_in(&words));
    Some(RelayEvent {
        relay: EventRelay::Mailgun,
        outcome,
        delivery_token: text(event, "/event-data/user-variables/d"),
        wire_id: text(event, "/event-data/message/headers/message-id").map(|id| bare_id(&id)),
        address: text(event, "/event-data/recipient"),
        at: unix(event, "/event-data/timestamp"),
        address_dead: outcome == Outcome::Bounced && status.as_deref().is_some_and(is_dead),
        status,
        words,
    })
}
