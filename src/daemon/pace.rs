//! How fast this replica's letters go, by the seconds of the last minute in which there were any to go.

use std::collections::VecDeque;

/// Beats looked back on, one a second.
const BEATS: usize = 60;
const SECONDS_PER_MINUTE: u64 = 60;

/// Letters that a relay took, beat by beat; none where there were none to take.
#[derive(Debug, Default)]
pub struct Pace {
    total: u64,
    beats: VecDeque<Option<u64>>,
}

impl Pace {
    /// Notes how many letters had gone in all when a second was over, and whether others waited; returns letters a minute. A second
    /// in which none went or waited says nothing about how fast they go; a minute in which none went: 0.
    pub fn beat(&mut self, total: u64, others_wait: bool) -> u32 {
        let letters = total.saturating_sub(self.total);
        self.beats.push_back((letters > 0 || others_wait).then_some(letters));
        self.total = total;
        if self.beats.len() > BEATS {
            self.beats.pop_front();
        }
        let busy = self.beats.iter().flatten().count() as u64;
        let letters: u64 = self.beats.iter().flatten().sum();
        let per_minute = (letters * SECONDS_PER_MINUTE).checked_div(busy).unwrap_or_default();
        u32::try_from(per_minute).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_seconds_do_not_slow_it_and_an_idle_minute_ends_it() {
        let mut pace = Pace::default();
        assert_eq!(pace.beat(0, false), 0);
        assert_eq!(pace.beat(100, false), 6_000);
        assert_eq!(pace.beat(100, false), 6_000);
        assert_eq!(pace.beat(150, false), 4_500);
        let later: Vec<u32> = (0..60).map(|_| pace.beat(150, false)).collect();
        assert_eq!((later[57], later[58], later[59]), (3_000, 3_000, 0));
    }

    #[test]
    fn seconds_in_which_letters_wait_for_a_slow_relay_count() {
        let mut pace = Pace::default();
        // One in ten seconds.
        let said: Vec<u32> = (0..120).map(|second| pace.beat(second / 10, true)).collect();
        assert_eq!(said[119], 6);
        let gone: Vec<u32> = (0..60).map(|_| pace.beat(11, true)).collect();
        assert_eq!(gone[59], 0, "letters wait, and none goes");
    }
}
