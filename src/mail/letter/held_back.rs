//! What an objection in time keeps from its customer's data until it is resolved.

use serde::{Deserialize, Serialize};

use crate::domain::change::ChangeKind;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldBack {
    /// The subprocessors are not used.
    #[default]
    Use,
    /// They are in use, and stay as they are.
    Alteration,
    Mixed,
    /// Who leaves has been in use and is asked of nobody.
    Nothing,
}

impl HeldBack {
    /// By an objection to changes of these kinds.
    pub fn of(kinds: impl IntoIterator<Item = ChangeKind>) -> Self {
        let one = |kind| match kind {
            ChangeKind::Addition | ChangeKind::Replacement => Self::Use,
            ChangeKind::MaterialChange | ChangeKind::Correction => Self::Alteration,
            ChangeKind::Removal => Self::Nothing,
        };
        let both = |first: Self, then: Self| if first == then { first } else { Self::Mixed };
        kinds.into_iter().map(one).reduce(both).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_back_is_what_the_changes_have_in_common() {
        use ChangeKind::{Addition, MaterialChange, Removal, Replacement};
        assert_eq!(HeldBack::of([Addition, Replacement]), HeldBack::Use);
        assert_eq!(HeldBack::of([MaterialChange, MaterialChange]), HeldBack::Alteration);
        assert_eq!(HeldBack::of([Removal]), HeldBack::Nothing);
        assert_eq!(HeldBack::of([Addition, Removal]), HeldBack::Mixed);
        assert_eq!(HeldBack::of([Addition, MaterialChange, Addition]), HeldBack::Mixed);
    }
}
