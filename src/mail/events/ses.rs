//! Amazon SES's events, each in a message of SNS: those that a configuration set publishes (`eventType`), and an identity's notifications
//! (`notificationType`).

use chrono::DateTime;
use serde_json::Value;

use super::{Id, bare_id, status_in, text};
use crate::domain::relay_event::{EventRelay, Outcome, RelayEvent, is_dead};

pub fn id(message: &Value) -> Id {
    let Some(event) = event(message) else {
        // SNS says so when a topic is set up.
        let greeting = text(message, "/Message")
            .is_some_and(|said| said.starts_with("Successfully validated SNS topic"));
        return if greeting { Id::OfNoConcern } else { known(message) };
    };
    match kind(&event).as_deref() {
        Some("Send" | "Open" | "Click" | "Subscription" | "Rendering Failure") => Id::OfNoConcern,
        Some("Bounce") if is_automatic(&event) => Id::OfNoConcern,
        Some("Complaint")
            if text(&event, "/complaint/complaintFeedbackType").as_deref() == Some("not-spam") =>
        {
            Id::OfNoConcern
        }
        _ => known(message),
    }
}

fn known(message: &Value) -> Id {
    text(message, "/MessageId").map_or(Id::Unknown, Id::Known)
}

pub fn read(message: &Value) -> Option<RelayEvent> {
    let event = event(message)?;
    let bounce_type = text(&event, "/bounce/bounceType");
    let bounce_subtype = text(&event, "/bounce/bounceSubType");
    let (outcome, of, recipients) = match kind(&event)?.as_str() {
        "Delivery" => (Outcome::Delivered, "/delivery", "/recipients/0"),
        "DeliveryDelay" => (Outcome::Delayed, "/deliveryDelay", "/delayedRecipients/0"),
        "Bounce" if matches!(bounce_subtype.as_deref(), Some("Suppressed" | "OnAccountSuppressionList")) => {
            (Outcome::Dropped, "/bounce", "/bouncedRecipients/0")
        }
        "Bounce" => (Outcome::Bounced, "/bounce", "/bouncedRecipients/0"),
        "Complaint"
            if text(&event, "/complaint/complaintSubType").as_deref() == Some("OnAccountSuppressionList") =>
        {
            (Outcome::Dropped, "/complaint", "/complainedRecipients/0")
        }
        "Complaint" => (Outcome::Complained, "/complaint", "/complainedRecipients/0"),
        "Reject" => (Outcome::Dropped, "/reject", ""),
        _ => return None,
    };
    let about = |path: &str| text(&event, &format!("{of}{path}"));
    let of_recipient = |field: &str| about(&format!("{recipients}{field}"));
    let words = [of_recipient("/diagnosticCode"), about("/smtpResponse"), about("/reason")];
    let words = words.into_iter().flatten().next().or(bounce_subtype).unwrap_or_default();
    let status = of_recipient("/status").or_else(|| status_in(&words));
    let for_good = outcome == Outcome::Bounced && bounce_type.as_deref() == Some("Permanent");
    let address = of_recipient("/emailAddress").or_else(|| of_recipient(""));
    Some(RelayEvent {
        relay: EventRelay::Ses,
        outcome,
        delivery_token: text(&event, "/mail/tags/d/0").or_else(|| header(&event, "X-Forenotice-Delivery")),
        wire_id: text(&event, "/mail/messageId").map(|id| bare_id(&id)),
        address: address.or_else(|| text(&event, "/mail/destination/0")),
        at: about("/timestamp").and_then(|at| DateTime::parse_from_rfc3339(&at).ok()).map(|at| at.to_utc()),
        // A permanent bounce may be a policy's: where its status says so, the address lives.
        address_dead: for_good && status.as_deref().is_none_or(is_dead),
        status,
        words,
    })
}

/// What the message brings.
fn event(message: &Value) -> Option<Value> {
    let event: Value = serde_json::from_str(message.get("Message")?.as_str()?).ok()?;
    event.is_object().then_some(event)
}

fn kind(event: &Value) -> Option<String> {
    text(event, "/eventType").or_else(|| text(event, "/notificationType"))
}

/// An out-of-office answer comes as a bounce that nobody reports: neither action nor status.
fn is_automatic(event: &Value) -> bool {
    let said = |field: &str| text(event, &format!("/bounce/bouncedRecipients/0/{field}")).is_some();
    text(event, "/bounce/bounceType").as_deref() == Some("Transient")
        && text(event, "/bounce/bounceSubType").as_deref() == Some("General")
        && !["action", "status", "diagnosticCode"].into_iter().any(said)
}

/// A field of the letter as it was handed over, where SES gives it back.
fn header(event: &Value, name: &str) -> Option<String> {
    let headers = event.pointer("/mail/headers")?.as_array()?;
    let field = headers
        .iter()
        .find(|field| text(field, "/name").is_some_and(|given| given.eq_ignore_ascii_case(name)))?;
    text(field, "/value")
}
