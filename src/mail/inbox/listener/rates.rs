//! How many connections and mails one address may bring. A server of ours, which hands over everybody's, is not counted.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;

/// Old addresses are dropped after so many checks, so that memory stays flat.
const CHECKS_BETWEEN_SWEEPS: u32 = 4096;

pub struct Rates {
    connections_max: usize,
    own: Vec<IpNet>,
    connected: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
    mails: DefaultKeyedRateLimiter<IpAddr>,
    checks: AtomicU32,
}

/// A connection of an address; dropping it says that it has ended.
#[derive(Debug)]
pub struct Place {
    connected: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
    /// None: of a server of ours.
    address: Option<IpAddr>,
}

impl Rates {
    pub fn new(mails_per_minute: u32, connections_max: usize, own: Vec<IpNet>) -> Self {
        let times = NonZeroU32::new(mails_per_minute).unwrap_or(NonZeroU32::MIN);
        let mails = RateLimiter::keyed(Quota::per_minute(times));
        Self { connections_max, own, connected: Arc::default(), mails, checks: AtomicU32::new(0) }
    }

    /// Whether it is on our own machine, or one of the servers that are ours.
    pub fn is_own(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        peer.is_loopback() || self.own.iter().any(|own| own.contains(&peer))
    }

    /// As what an address is counted: of IPv6 the /64, which is what one host is given. None: a server of ours.
    fn counted(&self, peer: IpAddr) -> Option<IpAddr> {
        if self.is_own(peer) {
            return None;
        }
        Some(match peer.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }

    /// None: the address has as many as it may.
    pub fn connect(&self, peer: IpAddr) -> Option<Place> {
        let address = self.counted(peer);
        if let Some(address) = address {
            let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
            let count = connected.entry(address).or_default();
            if *count >= self.connections_max {
                return None;
            }
            *count += 1;
        }
        Some(Place { connected: Arc::clone(&self.connected), address })
    }

    /// Whether another mail of this address may come now.
    pub fn mail(&self, peer: IpAddr) -> bool {
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_BETWEEN_SWEEPS == CHECKS_BETWEEN_SWEEPS - 1 {
            self.mails.retain_recent();
        }
        self.counted(peer).is_none_or(|address| self.mails.check_key(&address).is_ok())
    }
}

impl fmt::Debug for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rates")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = connected.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                connected.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_brings_so_much_and_no_more_and_its_neighbour_does_not_pay() {
        let rates = Rates::new(3, 2, vec!["192.0.2.0/28".parse().unwrap()]);
        let loud: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let the_same: IpAddr = "2001:db8:1:2::2".parse().unwrap();
        let other: IpAddr = "203.0.113.7".parse().unwrap();
        let mails = |address| (0..10).filter(|_| rates.mail(address)).count();
        assert_eq!((mails(loud), mails(the_same), mails(other)), (3, 0, 3));
        assert_eq!(mails("::ffff:127.0.0.1".parse().unwrap()), 10);
        assert_eq!(mails("192.0.2.15".parse().unwrap()), 10);
        assert_eq!(mails("192.0.2.16".parse().unwrap()), 3);

        let (one, two) = (rates.connect(loud), rates.connect(the_same));
        assert!(one.is_some() && two.is_some() && rates.connect(loud).is_none());
        assert!(rates.connect(other).is_some());
        drop(one);
        assert!(rates.connect(the_same).is_some());
    }
}
