//! What a relay says of a letter by its own events, whatever words it has for it.
//!
//! [`events`](crate::mail::events) makes it of the relay's JSON. Opens, clicks and unsubscribes are no events here: nobody is tracked.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// Whose event it is.
    EventRelay { Ses = "ses", Sendgrid = "sendgrid", Postmark = "postmark", Mailgun = "mailgun" }
}

words! {
    /// What became of the letter.
    Outcome {
        /// The recipient's server has it.
        Delivered = "delivered",
        /// The relay goes on trying.
        Delayed = "delayed",
        /// Not delivered, and not tried again.
        Bounced = "bounced",
        /// The relay never tried, mostly because the address is on its own list.
        Dropped = "dropped",
        /// The recipient called it unwanted: it has arrived.
        Complained = "complained",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayEvent {
    pub relay: EventRelay,
    pub outcome: Outcome,
    /// The `d-` token that the letter carried, as the relay gives it back.
    pub delivery_token: Option<String>,
    /// The relay's own id of the letter, without brackets.
    pub wire_id: Option<String>,
    pub address: Option<String>,
    /// When it happened, by the relay's clock.
    pub at: Option<DateTime<Utc>>,
    /// There is no such mailbox. Of a letter bounced or dropped for any other reason: no.
    pub address_dead: bool,
    /// RFC 3463, where the relay says it.
    pub status: Option<String>,
    /// What the recipient's server or the relay said.
    pub words: String,
}

/// An enhanced status that says that there is no such mailbox (chapter "Matching").
pub fn is_dead(status: &str) -> bool {
    matches!(status, "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10" | "5.2.1")
}
