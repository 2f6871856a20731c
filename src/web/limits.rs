//! How much one network or one link may ask for. A limit never touches what has reached us: it only says "later".

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::error::PageError;

/// Subscriptions asked for from one network: a company behind one address may, a machine may not.
const SUBSCRIPTIONS_PER_NETWORK: u32 = 30;
/// Statements by one link: far more than a person sends, far less than a machine.
const STATEMENTS_PER_LINK: u32 = 30;
/// Codes of letters looked up from one network.
const LOOKUPS_PER_NETWORK: u32 = 120;
/// Old keys are dropped after so many checks, so that memory stays flat.
const CHECKS_BETWEEN_SWEEPS: u32 = 4096;

/// The limits of this process; replicas count each for itself, the database bounds letters to one address.
#[derive(Clone)]
pub struct Limits {
    subscribe_network: Arc<Limit>,
    statements: Arc<Limit>,
    lookups: Arc<Limit>,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limits")
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            subscribe_network: Arc::new(Limit::per_hour(SUBSCRIPTIONS_PER_NETWORK)),
            statements: Arc::new(Limit::per_hour(STATEMENTS_PER_LINK)),
            lookups: Arc::new(Limit::per_hour(LOOKUPS_PER_NETWORK)),
        }
    }
}

impl Limits {
    pub fn subscribe(&self, network: &Network) -> Result<(), PageError> {
        self.subscribe_network.check(&network.0)
    }

    pub fn lookup(&self, network: &Network) -> Result<(), PageError> {
        self.lookups.check(&network.0)
    }

    pub fn statement(&self, link: &str) -> Result<(), PageError> {
        self.statements.check(link)
    }
}

struct Limit {
    limiter: DefaultKeyedRateLimiter<String>,
    checks: AtomicU32,
}

impl Limit {
    fn per_hour(times: u32) -> Self {
        let times = NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN);
        Self { limiter: RateLimiter::keyed(Quota::per_hour(times)), checks: AtomicU32::new(0) }
    }

    fn check(&self, key: &str) -> Result<(), PageError> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_BETWEEN_SWEEPS == CHECKS_BETWEEN_SWEEPS - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(&key.to_owned()).map_err(|until| {
            let wait = until.wait_time_from(self.limiter.clock().now());
            PageError::TooMany { seconds: wait.as_secs() + 1 }
        })
    }
}

/// Where a request came from: an IPv4 address or an IPv6 /64, which is what one household or host is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network(pub String);

impl Network {
    /// The network of `peer`; if that is a proxy on this machine, of the last hop that the proxy names.
    pub fn of(peer: Option<SocketAddr>, forwarded_for: Option<&str>) -> Self {
        let peer = peer.map(|peer| peer.ip().to_canonical());
        let named =
            forwarded_for.and_then(|hops| hops.rsplit(',').next()).and_then(|hop| hop.trim().parse().ok());
        let source = match peer {
            Some(peer) if peer.is_loopback() => named.or(Some(peer)),
            other => other,
        };
        Self(match source {
            Some(IpAddr::V4(v4)) => v4.to_string(),
            Some(IpAddr::V6(v6)) => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            None => "unknown".to_owned(),
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Network {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
        // Of several lines the last is the proxy's own.
        let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back();
        Ok(Self::of(peer, forwarded.and_then(|hops| hops.to_str().ok())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(peer: &str, forwarded: Option<&str>) -> String {
        Network::of(Some(peer.parse().unwrap()), forwarded).0
    }

    #[test]
    fn a_network_is_an_ipv4_address_or_an_ipv6_64() {
        assert_eq!(of("203.0.113.7:1", None), "203.0.113.7");
        assert_eq!(of("[2001:db8:1:2:3:4:5:6]:1", None), "2001:db8:1:2::/64");
        assert_eq!(of("[::ffff:203.0.113.7]:1", None), "203.0.113.7");
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed_about_who_stands_behind_it() {
        assert_eq!(of("127.0.0.1:1", Some("198.51.100.1, 203.0.113.9")), "203.0.113.9");
        assert_eq!(of("203.0.113.7:1", Some("198.51.100.1")), "203.0.113.7");
        assert_eq!(of("127.0.0.1:1", Some("nonsense")), "127.0.0.1");
    }

    #[tokio::test]
    async fn of_several_lines_the_last_is_the_proxys_own() {
        let asked = axum::http::Request::get("/")
            .header("x-forwarded-for", "198.51.100.1")
            .header("x-forwarded-for", "203.0.113.9");
        let (mut parts, ()) = asked.body(()).unwrap().into_parts();
        parts.extensions.insert(ConnectInfo::<SocketAddr>("127.0.0.1:1".parse().unwrap()));
        let Ok(network) = Network::from_request_parts(&mut parts, &()).await;
        assert_eq!(network.0, "203.0.113.9");
    }
}
