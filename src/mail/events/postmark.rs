//! Postmark's webhooks: Bounce, Delivery, `SpamComplaint` and the SMTP API Error, which is a bounce of that type.

use chrono::DateTime;
use serde_json::Value;

use super::{Id, bare_id, status_in, text};
use crate::domain::relay_event::{EventRelay, Outcome, RelayEvent, is_dead};

pub fn id(event: &Value) -> Id {
    let Some(kind) = text(event, "/RecordType") else { return Id::Unknown };
    match kind.as_str() {
        "Open" | "Click" | "SubscriptionChange" => return Id::OfNoConcern,
        // What came back by itself comes home as a mail of its own.
        "Bounce" if outcome(event).is_none() => return Id::OfNoConcern,
        _ => {}
    }
    if let Some(id) = text(event, "/ID") {
        return Id::Known(format!("{kind}:{id}"));
    }
    match (text(event, "/MessageID"), text(event, "/Recipient")) {
        (Some(message), Some(recipient)) => Id::Known(format!("{kind}:{message}:{recipient}")),
        _ => Id::Unknown,
    }
}

pub fn read(event: &Value) -> Option<RelayEvent> {
    let outcome = outcome(event)?;
    let at = ["/BouncedAt", "/DeliveredAt"].iter().find_map(|at| text(event, at));
    let words = ["/Details", "/Description"].iter().find_map(|words| text(event, words)).unwrap_or_default();
    let status = status_in(&words);
    let dead_type = matches!(text(event, "/Type").as_deref(), Some("HardBounce" | "BadEmailAddress"));
    // A hard bounce may be a policy's: where its status says so, the address lives.
    let address_dead = outcome == Outcome::Bounced && dead_type && status.as_deref().is_none_or(is_dead);
    Some(RelayEvent {
        relay: EventRelay::Postmark,
        outcome,
        delivery_token: text(event, "/Metadata/d"),
        wire_id: text(event, "/MessageID").map(|id| bare_id(&id)),
        address: ["/Email", "/Recipient"].iter().find_map(|address| text(event, address)),
        at: at.and_then(|at| DateTime::parse_from_rfc3339(&at).ok()).map(|at| at.to_utc()),
        address_dead,
        status,
        words,
    })
}

fn outcome(event: &Value) -> Option<Outcome> {
    match text(event, "/RecordType")?.as_str() {
        "Delivery" => Some(Outcome::Delivered),
        "SpamComplaint" => Some(Outcome::Complained),
        "Bounce" => match text(event, "/Type")?.as_str() {
            "Transient" => Some(Outcome::Delayed),
            "SMTPApiError"
            | "ManuallyDeactivated"
            | "Unconfirmed"
            | "InboundError"
            | "TemplateRenderingFailed" => Some(Outcome::Dropped),
            "SpamComplaint" => Some(Outcome::Complained),
            // Mails of the recipient's, or nothing that became of the letter.
            "AutoResponder"
            | "AddressChange"
            | "ChallengeVerification"
            | "Subscribe"
            | "Unsubscribe"
            | "OpenRelayTest" => None,
            _ => Some(Outcome::Bounced),
        },
        _ => None,
    }
}
