//! What a subscriber is told of: boxes to tick, and the choice in words.

use super::register::Choice;
use crate::domain::customer::Wishes;
use crate::web::Site;
use crate::web::words::Words;

/// The boxes, ticked as they were; none ticked is everything.
#[derive(Debug)]
pub struct Wanted {
    pub kinds: Vec<Choice>,
    /// None where no product is declared.
    pub products: Vec<Choice>,
}

impl Wanted {
    pub fn of(site: &Site, wishes: &Wishes) -> Self {
        let kinds = Wishes::KINDS.into_iter().map(|kind| Choice {
            value: kind.to_string(),
            label: site.words().get(&format!("wish-{kind}")),
            chosen: wishes.kinds.contains(&kind),
        });
        let products = site.cx().settings.site.products.iter().map(|tag| Choice {
            value: tag.clone(),
            label: tag.clone(),
            chosen: wishes.products.contains(tag),
        });
        Self { kinds: kinds.collect(), products: products.collect() }
    }

    /// Whether anything is left out.
    pub fn leaves_out(&self) -> bool {
        self.kinds.iter().chain(&self.products).any(|choice| choice.chosen)
    }
}

/// "All changes", or which kinds and of which products.
pub fn in_words(words: &Words, wishes: &Wishes) -> String {
    let kinds: Vec<String> = wishes.kinds.iter().map(|kind| words.get(&format!("wish-{kind}"))).collect();
    let kinds = if kinds.is_empty() { words.get("wish-everything") } else { kinds.join(", ") };
    match wishes.products.as_slice() {
        [] => kinds,
        products => words.with("wish-of-products", [("kinds", &kinds), ("products", &products.join(", "))]),
    }
}
