//! The customer ends its objection itself, by the personal link of a letter.

use super::{Done, Error, end, locked};
use crate::actions::Context;
use crate::domain::ledger::Actor;
use crate::domain::objection::{Resolution, may_take_back};
use crate::domain::recipient::RecipientId;
use crate::store::{self, recipient};

/// Takes the objection back for good, against every change it names; the customer's other privacy contacts are told.
///
/// A proposal of ours that waits for its second person falls with it.
pub async fn take_back(cx: &Context, who: RecipientId, reference: &str) -> Result<Done, Error> {
    let mut tx = cx.begin(Actor::Link { recipient: who.0 }).await?;
    let (known, changes) = locked(&mut tx, reference).await?;
    let contact = recipient::by_id(tx.conn(), who).await?;
    let contact =
        contact.ok_or_else(|| store::Error::NotFound { what: "recipient", key: who.0.to_string() })?;
    if !may_take_back(known.customer(), known.recipient(), &contact.addressee()) {
        return Err(Error::NotTheirs { reference: known.reference });
    }
    super::legal(&known, super::Act::Resolve)?;
    end(cx, tx, known, &changes, Resolution::taken_back_by_link(), None).await
}
