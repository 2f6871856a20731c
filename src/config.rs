//! Settings: file and environment, all faults reported at once.
//!
//! The file (`config/forenotice.toml`) gives `section.key`, the environment's `FORENOTICE__SECTION__KEY` wins over it,
//! `<key>_file` reads a secret from a file beside it. Every value knows where it came from; an unknown key is a fault
//! that names the nearest known one.

mod brand;
mod dkim;
mod fault;
mod inbound;
mod oauth;
mod parse;
mod policy;
mod reader;
mod section;
pub mod sentences;
mod smtp;
mod source;
pub mod window;

pub use brand::{Brand, Image, Palette};
pub use dkim::{Dkim, DkimKey, KeyPair};
pub use fault::{Fault, Faults};
pub use inbound::{Events, Imap, ImapLogin, Inbound, SnsTopic, plain_domain};
pub use oauth::{Grant, OAuth, ServiceAccount};
pub use parse::instant_after;
pub use reader::Shown;
pub use section::LANGUAGES;
pub use sentences::Sentences;
pub use smtp::{RelayUrl, Smtp};
pub use source::{Origin, Variables};

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use url::Url;

use crate::domain::customer::Policy;
use crate::domain::notice::Processor;
use crate::domain::words;
use crate::domain::zone::Zone;
use reader::{Noted, Reader};
use window::SendWindow;

words! {
    /// Where this installation stands. A simulated clock runs in a demo or a test only.
    Environment { Production = "production", Demo = "demo", Test = "test" }
}
words! {
    /// Whether the connection to the relay is encrypted.
    Tls {
        /// Encrypted and verified, or no letter leaves.
        Required = "required",
        /// Encrypted where the relay offers it.
        Opportunistic = "opportunistic",
        /// In the clear, to a relay on this machine.
        None = "none",
    }
}
words! {
    /// Which reports the relay is asked for, where it offers any.
    Dsn { Success = "success", Failure = "failure", None = "none" }
}
words! {
    /// What kind of relay it is: what it keeps of our letters and how it reports.
    Profile {
        Postfix = "postfix", Ses = "ses", Sendgrid = "sendgrid", Postmark = "postmark", Mailgun = "mailgun",
        M365 = "m365", Google = "google", Generic = "generic",
    }
}
words! {
    /// The evidence of a delivery that serves a customer.
    Proof { HandedOver = "handed_over", Received = "received" }
}
words! { LogFormat { Text = "text", Json = "json" } }

/// Everything an operator decides.
#[derive(Debug)]
pub struct Settings {
    pub environment: Environment,
    /// The instant at which the simulated clock of an empty database starts; none: the system's clock.
    pub clock: Option<DateTime<Utc>>,
    pub site: Site,
    pub database: Database,
    pub policy: Policy,
    pub notice: Notice,
    pub smtp: Smtp,
    pub inbound: Inbound,
    pub objections: Objections,
    pub web: Web,
    pub admin: Admin,
    pub ledger: Ledger,
    pub digest: Digest,
    pub telemetry: Telemetry,
}

#[derive(Clone, Debug)]
pub struct Site {
    pub name: String,
    /// As contracts name the processor; unset: the name.
    pub legal_name: String,
    pub dpo_name: String,
    pub postal_address: String,
    pub base_url: Url,
    pub products: Vec<String>,
    pub dpo_address: String,
    pub deputies: Vec<String>,
    pub languages: Vec<String>,
    /// What the processor says in its own words.
    pub sentences: Sentences,
    pub brand: Brand,
    pub legal: Legal,
}

/// Pages of the processor's own that the foot of every page leads to.
#[derive(Clone, Debug, Default)]
pub struct Legal {
    pub imprint: Option<Url>,
    pub privacy: Option<Url>,
    pub terms: Option<Url>,
}

impl Site {
    /// Who writes, as letters name the processor.
    pub fn processor(&self) -> Processor {
        Processor {
            name: self.name.clone(),
            legal_name: self.legal_name.clone(),
            dpo_name: self.dpo_name.clone(),
            dpo_address: self.dpo_address.clone(),
            postal_address: self.postal_address.clone(),
            base_url: self.base_url.as_str().trim_end_matches('/').to_owned(),
        }
    }

    /// The address of a page; `path` begins with a slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.as_str().trim_end_matches('/'))
    }
}

#[derive(Debug)]
pub struct Database {
    pub url: SecretString,
    /// For migrations, LISTEN and advisory locks, where a pooler stands before `url`.
    pub direct_url: Option<SecretString>,
    pub max_connections: u32,
}

impl Database {
    pub fn direct_url(&self) -> &SecretString {
        self.direct_url.as_ref().unwrap_or(&self.url)
    }
}

#[derive(Clone, Debug)]
pub struct Notice {
    pub send_window: Fires,
    /// Days before the deadline.
    pub reminders: Vec<u16>,
    pub proof: Proof,
}

#[derive(Clone, Copy, Debug)]
pub struct Objections {
    /// Working days until an objection must be answered.
    pub answer_within: u16,
    /// Working days after which the deputies are asked.
    pub escalate_after: u16,
}

#[derive(Clone, Copy, Debug)]
pub struct Web {
    pub listen: SocketAddr,
}

#[derive(Clone, Copy, Debug)]
pub struct Admin {
    pub listen: SocketAddr,
}

#[derive(Debug)]
pub struct Ledger {
    pub key: LedgerKey,
    /// The ledger's name for ever; unset: the site's host.
    pub origin: Option<String>,
}

/// The secret of this installation, 32 bytes: what signs the ledger and binds the tokens is derived from it.
pub enum LedgerKey {
    Given(SecretBox<[u8; 32]>),
    /// Its file is not there yet; `forenotice migrate` makes it.
    Awaited(PathBuf),
}

impl LedgerKey {
    pub fn bytes(&self) -> Result<&[u8; 32], KeyNotMade> {
        match self {
            Self::Given(key) => Ok(key.expose_secret()),
            Self::Awaited(path) => Err(KeyNotMade { path: path.clone() }),
        }
    }
}

impl fmt::Debug for LedgerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given(_) => "LedgerKey(given)",
            Self::Awaited(_) => "LedgerKey(awaited)",
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the key file {path:?} is not there; run `forenotice migrate`, which makes it, or put it back from the backup"
)]
pub struct KeyNotMade {
    pub path: PathBuf,
}

#[derive(Clone, Debug)]
pub struct Digest {
    pub at: Fires,
}

#[derive(Clone, Debug)]
pub struct Telemetry {
    pub log_format: LogFormat,
    pub log_filter: String,
}

/// A cron expression in the policy's zone.
#[derive(Clone, Debug)]
pub struct Fires {
    window: SendWindow,
    zone: Zone,
}

impl Fires {
    fn new(window: SendWindow, zone: &Zone) -> Self {
        Self { window, zone: zone.clone() }
    }

    /// The first fire after `instant`; none from the year 2100 on.
    pub fn next_after(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.window.next_after(instant, &self.zone)
    }

    pub fn as_str(&self) -> &str {
        self.window.as_str()
    }
}

/// A name and an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    pub name: Option<String>,
    pub address: String,
}

/// An address that holds a mail token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenAddress {
    before: String,
    after: String,
    domain: String,
}

impl TokenAddress {
    pub fn with(&self, token: &str) -> String {
        format!("{}{token}{}@{}", self.before, self.after, self.domain)
    }

    pub fn domain(&self) -> &str {
        &self.domain
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the configuration {path:?} cannot be read")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Faults(#[from] Faults),
}

/// Settings, and every value with its origin.
#[derive(Debug)]
pub struct Loaded {
    pub settings: Settings,
    pub shown: Vec<Shown>,
}

/// Reads the file and weighs it against the environment.
pub fn load(path: &Path, variables: &Variables) -> Result<Loaded, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
    Ok(parse(path, &text, variables)?)
}

/// The settings in `text`, which stands in the file `path`: secrets' files are looked for beside it.
pub fn parse(path: &Path, text: &str, variables: &Variables) -> Result<Loaded, Faults> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut r = Reader::new(source::merged(path, text, variables)?, folder);
    let settings = settings(&mut r);
    match (settings, r.finish()) {
        (Ok(settings), (shown, Faults(faults))) if faults.is_empty() => Ok(Loaded { settings, shown }),
        (_, (_, faults)) => Err(faults),
    }
}

fn settings(r: &mut Reader) -> Result<Settings, Noted> {
    let environment = section::environment(r);
    let clock = section::clock(r, environment);
    let site = section::site(r, environment);
    let database = section::database(r);
    let policy = policy::policy(r);
    let zone = policy.as_ref().map(|policy| &policy.zone).map_err(|noted| *noted);
    let notice = section::notice(r, zone);
    let inbound = inbound::inbound(r);
    let smtp = smtp::smtp(r, environment, inbound.as_ref().ok().map(|inbound| &inbound.events));
    let objections = section::objections(r);
    let web = section::web(r);
    let admin = section::admin(r, web.as_ref());
    let ledger = section::ledger(r);
    let digest = section::digest(r, zone);
    let telemetry = section::telemetry(r);
    Ok(Settings {
        environment: environment?,
        clock: clock?,
        site: site?,
        database: database?,
        policy: policy?,
        notice: notice?,
        smtp: smtp?,
        inbound: inbound?,
        objections: objections?,
        web: web?,
        admin: admin?,
        ledger: ledger?,
        digest: digest?,
        telemetry: telemetry?,
    })
}

#[cfg(test)]
mod tests;
