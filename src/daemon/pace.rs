//! How fast this replica's letters go, by the seconds of the last minute in which any went.

use std::collections::VecDeque;

/// Beats looked back on, one a second.
const BEATS: usize = 60;
const SECONDS_PER_MINUTE: u64 = 60;

/// Letters that a relay took, beat by beat.
#[derive(Debug, Default)]
pub struct Pace {
    total: u64,
    beats: VecDeque<u64>,
}

impl Pace {
    /// Notes how many letters had gone in all when a second was over; returns letters a minute. A second without any says
    /// nothing about how fast they go; a minute without any: 0.
    pub fn beat(&mut self, total: u64) -> u32 {
        self.beats.push_back(total.saturating_sub(self.total));
        self.total = total;
        if self.beats.len() > BEATS {
            self.beats.pop_front();
        }
        let busy = self.beats.iter().filter(|letters| **letters > 0).count() as u64;
        let letters: u64 = self.beats.iter().sum();
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
        assert_eq!(pace.beat(0), 0);
        assert_eq!(pace.beat(100), 6_000);
        assert_eq!(pace.beat(100), 6_000);
        assert_eq!(pace.beat(150), 4_500);
        let later: Vec<u32> = (0..60).map(|_| pace.beat(150)).collect();
        assert_eq!((later[57], later[58], later[59]), (3_000, 3_000, 0));
    }
}
