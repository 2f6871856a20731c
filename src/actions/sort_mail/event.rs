//! A relay's event as a reading, so that one rule says what follows from either.

use crate::domain::access::{Keys, MailPurpose};
use crate::domain::inbound::{
    AddressVerdict, Class, Complaint, Identifier, LetterVerdict, Names, Reading, Rule,
};
use crate::domain::relay_event::{EventRelay, Outcome, RelayEvent};
use crate::mail::events;

/// What the event says; its door has found it authentic.
pub(super) fn read(relay: &str, raw: &[u8], keys: &Keys) -> Reading {
    let known = relay.parse::<EventRelay>().ok().and_then(|relay| events::read(relay, raw));
    let Some(event) = known else {
        let unknown = Reading::unreadable(&format!("an event of {relay} that says nothing we know"));
        return Reading { class: Class::RelayEvent, ..unknown };
    };
    let identifiers = identifiers(&event, keys);
    let complained = event.outcome == Outcome::Complained;
    let letter = match event.outcome {
        Outcome::Delivered => Some(LetterVerdict::Delivered),
        Outcome::Delayed => Some(LetterVerdict::Delayed),
        Outcome::Bounced | Outcome::Dropped => Some(LetterVerdict::Failed),
        Outcome::Complained => None,
    };
    let failed = letter == Some(LetterVerdict::Failed);
    let verdict = if event.address_dead { AddressVerdict::Dead } else { AddressVerdict::Alive };
    Reading {
        class: Class::RelayEvent,
        why: format!("{} says that the letter was {}", event.relay, event.outcome),
        identifiers,
        letter,
        address: failed.then_some(verdict),
        failed_address: event.address.clone().filter(|_| failed),
        status: event.status,
        diagnostic: Some(event.words).filter(|words| !words.is_empty()),
        last_attempt: event.at,
        complaint: complained.then(|| Complaint {
            feedback_type: "abuse".to_owned(),
            accuses: true,
            recipients: event.address.into_iter().collect(),
        }),
        ..Reading::unreadable("")
    }
}

fn identifiers(event: &RelayEvent, keys: &Keys) -> Vec<Identifier> {
    let token = event.delivery_token.as_deref().and_then(|token| keys.read_mail_token(token));
    let token = token
        .filter(|(purpose, _)| *purpose == MailPurpose::Delivery)
        .map(|(purpose, id)| Identifier { rule: Rule::RelayEvent, names: Names::Delivery { id, purpose } });
    let wire_id =
        event.wire_id.clone().map(|id| Identifier { rule: Rule::WireMessageId, names: Names::MessageId(id) });
    let address = event
        .address
        .clone()
        .map(|address| Identifier { rule: Rule::EventAddress, names: Names::Address(address) });
    [token, wire_id, address].into_iter().flatten().collect()
}
