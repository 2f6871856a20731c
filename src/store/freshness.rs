//! How far this process knows of every commit that changes what the public sees.
//!
//! The tables that the public pages read tell of each change on the channel [`CHANNEL`] (migration 0026). Whoever listens vouches, for a
//! short while, that it has missed nothing; while nobody vouches, nothing that was read before may be shown again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// As a bell is named.
pub const CHANNEL: &str = "register";

/// Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Freshness(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    generation: AtomicU64,
    vouched_until: Mutex<Option<Instant>>,
}

impl Freshness {
    /// Something that the public sees has changed, or may have.
    pub fn changed(&self) {
        self.0.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// Until then nothing changes unheard.
    pub fn vouch(&self, until: Instant) {
        *self.until() = Some(until);
    }

    /// Nobody listens any more.
    pub fn lose(&self) {
        *self.until() = None;
    }

    /// Two readings of the same number saw the same; none: nobody can say.
    pub fn generation(&self) -> Option<u64> {
        let vouched = self.until().is_some_and(|until| Instant::now() < until);
        vouched.then(|| self.0.generation.load(Ordering::SeqCst))
    }

    fn until(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0.vouched_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_number_holds_until_something_changes_and_only_while_somebody_listens() {
        let freshness = Freshness::default();
        assert_eq!(freshness.generation(), None);
        freshness.vouch(Instant::now() + Duration::from_mins(1));
        let before = freshness.generation();
        assert!(before.is_some() && before == freshness.generation());
        freshness.changed();
        assert!(freshness.generation().is_some() && before != freshness.generation());
        freshness.vouch(Instant::now());
        assert_eq!(freshness.generation(), None);
        freshness.vouch(Instant::now() + Duration::from_mins(1));
        freshness.lose();
        assert_eq!(freshness.generation(), None);
    }
}
