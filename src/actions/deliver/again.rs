//! A letter shown again: composed anew of what was frozen when it left, so that it reads as it did.

use super::script::Scribe;
use crate::actions::{Context, Error};
use crate::domain::delivery::DeliveryId;

/// What a letter said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsSent {
    pub language: Option<String>,
    pub text: String,
}

/// The text of that letter as it was composed, whatever has become of its change since; none: its words are not kept.
pub async fn as_sent(cx: &Context, letter: DeliveryId) -> Result<Option<AsSent>, Error> {
    let again = Scribe::new(cx).again(cx, letter).await?;
    Ok(again.and_then(|(letter, composed)| {
        Some(AsSent { language: letter.to.map(|to| to.language), text: composed.text()? })
    }))
}
