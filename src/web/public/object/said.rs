//! What the customer has said of a change so far.

use super::Personal;
use crate::domain::change::ChangeKind;
use crate::domain::obligation::Consent;
use crate::store::page::PublicChange;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Nothing,
    /// Nothing, where the change needs its yes.
    NoYes,
    Yes,
    /// It is open.
    Objection,
}

pub fn said(personal: &Personal<'_>, change: &PublicChange) -> Said {
    let is_open =
        |said: &crate::store::page::Statement| said.change_id == change.id.0 && said.resolved_at.is_none();
    if personal.objections.iter().any(is_open) {
        return Said::Objection;
    }
    match personal.duty(change).filter(|duty| duty.is_owed()).map(|duty| duty.consent) {
        Some(Consent::Given) => Said::Yes,
        // What waits is asked by its next letter.
        Some(consent)
            if (consent == Consent::Awaited || consent.excludes())
                && !personal.waits_to_be_announced(change) =>
        {
            Said::NoYes
        }
        _ => Said::Nothing,
    }
}

/// Of each change that the customer is asked about.
pub fn of_all(personal: &Personal<'_>) -> Vec<Said> {
    let asked = personal.concerning().filter(|change| change.kind != ChangeKind::Removal);
    asked.map(|change| said(personal, change)).collect()
}

/// Whether nothing takes effect, for want of its yes.
pub fn lacks_every_yes(personal: &Personal<'_>) -> bool {
    let all = of_all(personal);
    !all.is_empty() && all.iter().all(|said| *said == Said::NoYes)
}
