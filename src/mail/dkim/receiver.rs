//! A receiver: checks our signatures with what DNS says, by a verifier that is not ours (mail-auth).

use std::net::SocketAddr;

use mail_auth::common::crypto::CryptoError;
use mail_auth::dkim::DkimError;
use mail_auth::hickory_resolver::config::{NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::{AuthenticatedMessage, DkimResult, DnsError, Error, MessageAuthenticator};

use super::keys;
use crate::config::Dkim;

/// Asks DNS as a receiver of our letters would.
pub struct Receiver(MessageAuthenticator);

/// What a receiver makes of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub selector: String,
    /// Where the key's record belongs, and what it is to say.
    pub name: String,
    pub record: String,
    /// Why signatures of this key do not hold; none: they do.
    pub wrong: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("DNS cannot be asked: {0}")]
    Resolver(String),
    #[error("the letter just signed cannot be read back")]
    Unreadable,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Receiver")
    }
}

impl Receiver {
    /// Asks this server; none: those of the system.
    pub fn new(server: Option<SocketAddr>) -> Result<Self, Trouble> {
        let asked = match server {
            None => MessageAuthenticator::new_system_conf(),
            Some(server) => {
                let mut named = NameServerConfig::udp_and_tcp(server.ip());
                for connection in &mut named.connections {
                    connection.port = server.port();
                }
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![named]);
                MessageAuthenticator::new(config, ResolverOpts::default())
            }
        };
        asked.map(Self).map_err(|why| Trouble::Resolver(why.to_string()))
    }

    /// Whether the signatures of a letter hold, a verdict for each key.
    pub async fn check(&self, dkim: &Dkim, signed: &[u8]) -> Result<Vec<Verdict>, Trouble> {
        let letter = AuthenticatedMessage::parse(signed).ok_or(Trouble::Unreadable)?;
        let results = self.0.verify_dkim(&letter).await;
        let verdict = |key: &crate::config::DkimKey| {
            let of_key = |output: &&mail_auth::DkimOutput<'_>| {
                output.signature().is_some_and(|signature| signature.s == key.selector)
            };
            let wrong = match results.iter().find(of_key).map(mail_auth::DkimOutput::result) {
                Some(DkimResult::Pass) => None,
                Some(
                    DkimResult::Neutral(why)
                    | DkimResult::Fail(why)
                    | DkimResult::PermError(why)
                    | DkimResult::TempError(why),
                ) => Some(in_words(why)),
                Some(DkimResult::None) | None => Some("the receiver saw no signature of it".to_owned()),
            };
            Verdict {
                selector: key.selector.clone(),
                name: keys::name(&key.selector, &dkim.domain),
                record: keys::record(&key.pair),
                wrong,
            }
        };
        Ok(dkim.keys.iter().map(verdict).collect())
    }
}

fn in_words(why: &Error) -> String {
    match why {
        Error::Dns(DnsError::RecordNotFound(_)) => "DNS has no such record".to_owned(),
        Error::Crypto(CryptoError::FailedVerification) => "the record there is another key's".to_owned(),
        Error::Crypto(CryptoError::IncompatibleAlgorithms) | Error::Dkim(DkimError::UnsupportedKeyType) => {
            "the record there is of another kind of key".to_owned()
        }
        Error::Dkim(DkimError::RevokedPublicKey) => {
            "the record there is empty (p=), as of a key withdrawn".to_owned()
        }
        Error::Dns(DnsError::InvalidRecordType) => "the record there holds no DKIM key".to_owned(),
        Error::Dns(why) => format!("DNS gave no answer: {why}"),
        why => format!("the record there cannot be used: {why}"),
    }
}
