//! Forms that were made before, for the next letter of the group. Letters are the same with them and without.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use super::group::{self, Group};
use super::{ComposeError, Composed, Draft, Envelope, Form};
use crate::mail::letter::Letter;
use crate::mail::templates::Templates;

/// Of a mailing to readers of many languages, zones and terms; a form has some 30 kB.
const FORMS_MAX: usize = 256;

/// The forms of the groups that letters went to last. Several threads may compose with one of these.
#[derive(Debug, Default)]
pub struct Forms {
    shelf: Mutex<Shelf>,
}

/// Forms in use, and those of before: what is not asked for while the first half fills up is dropped.
#[derive(Debug, Default)]
struct Shelf {
    new: HashMap<Group, Arc<Form>>,
    old: HashMap<Group, Arc<Form>>,
}

impl Forms {
    pub fn new() -> Self {
        Self::default()
    }

    /// What [`compose`](super::compose) does, in less time.
    pub fn compose(
        &self,
        templates: &Templates,
        letter: &Letter,
        envelope: &Envelope<'_>,
    ) -> Result<Composed, ComposeError> {
        let draft = Draft::of(letter, envelope)?;
        let Letter::Notice { facts, reader } = letter else { return draft.form(templates)?.fill(&draft) };
        let group = Group {
            templates: templates.bundle().hash,
            office: envelope.office.clone(),
            facts: Arc::clone(facts),
            reader: group::reader(facts, reader),
        };
        let known = self.with(|shelf| shelf.find(&group));
        let form = match known {
            Some(form) => form,
            None => {
                let form = Arc::new(draft.form(templates)?);
                self.with(|shelf| shelf.keep(group, Arc::clone(&form)));
                form
            }
        };
        form.fill(&draft)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Shelf) -> T) -> T {
        // Whoever panicked left a shelf that lacks a form at worst.
        work(&mut self.shelf.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shelf {
    fn find(&mut self, group: &Group) -> Option<Arc<Form>> {
        if let Some(form) = self.new.get(group) {
            return Some(Arc::clone(form));
        }
        let (group, form) = self.old.remove_entry(group)?;
        self.keep(group, Arc::clone(&form));
        Some(form)
    }

    fn keep(&mut self, group: Group, form: Arc<Form>) {
        if self.new.len() >= FORMS_MAX / 2 {
            self.old = mem::take(&mut self.new);
        }
        self.new.insert(group, form);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::notice::NoticeKind;
    use crate::mail::compose::tests::{notice, office, reader};

    fn group(clause: usize) -> Group {
        let facts = Arc::new(notice(NoticeKind::Announcement));
        let reader = crate::mail::letter::Reader { clause: Some(format!("section {clause}")), ..reader() };
        Group { templates: [0; 32], office: office(), reader: group::reader(&facts, &reader), facts }
    }

    #[test]
    fn the_shelf_is_bounded_and_what_is_asked_for_stays() {
        let form = Arc::new(crate::mail::compose::tests::form());
        let mut shelf = Shelf::default();
        shelf.keep(group(0), Arc::clone(&form));
        for clause in 1..1_000 {
            shelf.keep(group(clause), Arc::clone(&form));
            assert!(shelf.find(&group(0)).is_some(), "after {clause}");
        }
        assert!(shelf.new.len() + shelf.old.len() <= FORMS_MAX);
        assert!(shelf.find(&group(1)).is_none() && shelf.find(&group(999)).is_some());
    }
}
