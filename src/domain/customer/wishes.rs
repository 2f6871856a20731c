//! What a subscriber asked to be told of: the only thing that anybody may leave out who has no contract.

use serde::{Deserialize, Serialize};

use super::ChangeKind;
use crate::domain::subprocessor::overlap;

/// A subscriber's choice; the default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// Tags of products; empty = all.
    pub products: Vec<String>,
    /// Empty = all.
    pub kinds: Vec<ChangeKind>,
}

impl Wishes {
    /// The kinds of change that anybody is told of.
    pub const KINDS: [ChangeKind; 4] =
        [ChangeKind::Addition, ChangeKind::Replacement, ChangeKind::MaterialChange, ChangeKind::Removal];

    /// What was ticked of the products `declared` and of [`KINDS`](Self::KINDS): all of them is everything, also what
    /// comes to it later, and none of them as well.
    pub fn ticked(products: &[String], kinds: &[String], declared: &[String]) -> Self {
        let products: Vec<String> =
            declared.iter().filter(|product| products.contains(product)).cloned().collect();
        let kinds: Vec<ChangeKind> =
            Self::KINDS.into_iter().filter(|kind| kinds.iter().any(|word| word == kind.as_str())).collect();
        Self {
            products: if products.len() == declared.len() { Vec::new() } else { products },
            kinds: if kinds.len() == Self::KINDS.len() { Vec::new() } else { kinds },
        }
    }

    /// Whether a change of `kind` in `products` is one to be told of.
    pub fn include(&self, kind: ChangeKind, products: &[String]) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&kind)) && overlap(&self.products, products)
    }

    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn nothing_ticked_is_everything_and_so_is_all_ticked() {
        let declared = words(&["api", "chat"]);
        let kinds = words(&["addition", "replacement", "material_change", "removal"]);
        assert!(Wishes::ticked(&[], &[], &declared).is_everything());
        assert!(Wishes::ticked(&declared, &kinds, &declared).is_everything());
        let forged = Wishes::ticked(&words(&["nonsense"]), &words(&["correction", "x"]), &declared);
        assert!(forged.is_everything(), "{forged:?}");
    }

    #[test]
    fn a_choice_leaves_out_what_it_does_not_name() {
        let wishes = Wishes::ticked(&words(&["chat"]), &words(&["removal"]), &words(&["api", "chat"]));
        assert!(wishes.include(ChangeKind::Removal, &words(&["chat", "api"])));
        assert!(wishes.include(ChangeKind::Removal, &[]), "for all products");
        assert!(!wishes.include(ChangeKind::Removal, &words(&["api"])));
        assert!(!wishes.include(ChangeKind::Addition, &words(&["chat"])));
    }
}
