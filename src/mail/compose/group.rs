//! Groups: readers of one notice whose letters differ in nothing but their own names and pages.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::Office;
use crate::domain::notice::NoticeFacts;
use crate::mail::letter::{Deadline, Reader};
use crate::mail::text;

/// All that the letters of a group are made of. Equal groups have equal forms.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// Hash of the templates' bundle.
    pub templates: [u8; 32],
    pub office: Office,
    pub facts: Arc<NoticeFacts>,
    /// See [`reader`].
    pub reader: Reader,
}

impl PartialEq for Group {
    fn eq(&self, other: &Self) -> bool {
        self.templates == other.templates
            // Two names of one zone are equal as zones, and a letter says the name.
            && self.reader.zone.name() == other.reader.zone.name()
            && self.reader == other.reader
            && self.office == other.office
            && (Arc::ptr_eq(&self.facts, &other.facts) || self.facts == other.facts)
    }
}

impl Eq for Group {}

impl Hash for Group {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // What tells most groups of one mailing apart; `eq` looks at everything.
        let reader = &self.reader;
        self.facts.reference.hash(state);
        reader.zone.name().hash(state);
        reader.deadline.map(Deadline::instant).hash(state);
        (&reader.language, &reader.document, &reader.clause).hash(state);
    }
}

/// What a reader has in common with others: a stand-in for each value of its own that is not empty, and the day instead
/// of the instant, as far as no letter can tell them apart.
pub(super) fn reader(facts: &NoticeFacts, reader: &Reader) -> Reader {
    let stand_in =
        |value: &str| if text::in_line(value).is_empty() { String::new() } else { "…".to_owned() };
    let own = |value: &Option<String>| value.as_deref().map(stand_in);
    let day = reader.zone.first_instant(reader.zone.day_of(reader.now));
    // On the same side of whatever instant a letter compares it with.
    let borders = [reader.deadline.map(Deadline::instant), facts.first_change().map(|c| c.effective_at)];
    let now = borders.into_iter().flatten().filter(|border| *border <= reader.now).fold(day, Ord::max);
    Reader {
        customer: stand_in(&reader.customer),
        customer_reference: own(&reader.customer_reference),
        contact_name: own(&reader.contact_name),
        objection: own(&reader.objection),
        now,
        ..reader.clone()
    }
}
