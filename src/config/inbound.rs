//! `[inbound]`: by which doors what customers and mail servers send us comes in, and whom they trust.

mod imap;

pub use imap::{Imap, ImapLogin};

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use ipnet::IpNet;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::SecretString;

use super::parse::{list, listen, network, secret, span, text, token_address, whole, word};
use super::reader::{Noted, Reader, Why, masked};
use super::source::Raw;
use super::{Profile, Smtp, TokenAddress};

const MEGABYTE: usize = 1024 * 1024;
const MEGABYTES_MAX: i64 = 256;
const TRUSTED_HOPS_MAX: i64 = 20;
const MAILS_PER_MINUTE_MAX: i64 = 1_000_000;
/// A secret that is sent with every mail must not be guessed.
const SECRET_BYTES_MIN: usize = 16;

#[derive(Clone, Debug)]
pub struct Inbound {
    pub reply_address: TokenAddress,
    /// Where LMTP and SMTP are spoken; none: not at all.
    pub listen: Option<SocketAddr>,
    /// How long a queue before us (an MTA's) may hold a mail back, so that the gate waits for it.
    pub settle: TimeDelta,
    /// The name under which our mail system writes `Authentication-Results`; none: nobody's are believed.
    pub trusted_authserv_id: Option<String>,
    /// How many Received fields, from the top, were written by servers of ours: in what a server of ours brings.
    pub trusted_hops: usize,
    /// Servers of ours, beside this machine's, that speak to the listener.
    pub trusted_servers: Vec<IpNet>,
    pub bytes_max: usize,
    /// Of one address, in front of the listener.
    pub mails_per_minute: u32,
    /// What STARTTLS is answered with; none: it is not offered.
    pub tls: Option<Arc<ServerConfig>>,
    /// Of whoever posts mails to `/inbound/mime`; none: nobody may.
    pub mime_secret: Option<SecretString>,
    pub events: Events,
    /// A mailbox that we read ourselves.
    pub imap: Option<Imap>,
}

/// By what relays prove their events; none: none are taken of that relay.
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// `user:password`, as it stands in the URL that the relay is given.
    pub postmark_login: Option<SecretString>,
    /// A point on P-256.
    pub sendgrid_public_key: Option<Vec<u8>>,
    pub mailgun_signing_key: Option<SecretString>,
    /// Of Amazon SNS, by which SES tells us.
    pub ses_topics: Vec<SnsTopic>,
}

/// A topic of Amazon SNS by its name, the ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnsTopic {
    arn: String,
    region: String,
}

impl SnsTopic {
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// SNS where the topic is: it signs there, and is asked there.
    pub fn host(&self) -> String {
        format!("sns.{}.amazonaws.com", self.region)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no ARN of a topic, as in \"arn:aws:sns:eu-central-1:123456789012:ses-events\"")]
pub struct NoTopic(String);

impl FromStr for SnsTopic {
    type Err = NoTopic;

    fn from_str(arn: &str) -> Result<Self, NoTopic> {
        let plain = |text: &str, also: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c))
        };
        let parts: Vec<&str> = arn.split(':').collect();
        match parts.as_slice() {
            ["arn", "aws" | "aws-us-gov", "sns", region, account, name]
                if plain(region, "-")
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && plain(name, "-_") =>
            {
                Ok(Self { arn: arn.to_owned(), region: region.to_ascii_lowercase() })
            }
            _ => Err(NoTopic(arn.to_owned())),
        }
    }
}

impl Events {
    /// Whether this relay can tell us what became of a letter.
    pub fn are_taken_of(&self, profile: Profile) -> bool {
        match profile {
            Profile::Postmark => self.postmark_login.is_some(),
            Profile::Sendgrid => self.sendgrid_public_key.is_some(),
            Profile::Mailgun => self.mailgun_signing_key.is_some(),
            Profile::Ses => !self.ses_topics.is_empty(),
            Profile::Postfix | Profile::M365 | Profile::Google | Profile::Generic => false,
        }
    }
}

impl Inbound {
    /// Whether a letter to one of our own addresses could come home: a door stands open for mail. What an MTA's pipe brings is known by the
    /// queue before it alone (`settle`).
    pub fn has_door(&self) -> bool {
        self.listen.is_some()
            || self.imap.is_some()
            || self.mime_secret.is_some()
            || self.settle > TimeDelta::zero()
    }

    /// What our own address for bounces to be tried is.
    pub fn bounce_probe(&self) -> String {
        format!("bounce-probe@{}", self.reply_address.domain())
    }

    /// The domains whose mail is ours, in A-labels and lower case.
    pub fn domains(&self, smtp: &Smtp) -> Vec<String> {
        let of = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_owned());
        let senders = [&smtp.from, &smtp.from_subscribers].map(|mailbox| of(&mailbox.address));
        let tokens = [&self.reply_address, &smtp.bounce_address].map(|at| Some(at.domain().to_owned()));
        let mut domains: Vec<String> =
            tokens.into_iter().chain(senders).flatten().map(|domain| plain_domain(&domain)).collect();
        domains.sort();
        domains.dedup();
        domains
    }
}

/// A domain as it is compared.
pub fn plain_domain(domain: &str) -> String {
    idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_ascii_lowercase())
}

pub(super) fn inbound(r: &mut Reader) -> Result<Inbound, Noted> {
    let reply_address = r.required(
        "inbound.reply_address",
        token_address,
        "where replies go, as in \"{token}@replies.processor.example\"",
    );
    let listen = r.optional("inbound.listen", listen);
    let settle = r.optional("inbound.settle", span);
    let trusted_authserv_id = r.optional("inbound.trusted_authserv_id", text);
    let trusted_hops = r.or("inbound.trusted_hops", "0", whole(0..=TRUSTED_HOPS_MAX, "hops"));
    let trusted_servers = r.or("inbound.trusted_servers", "", list(network));
    let megabytes = r.or("inbound.megabytes_max", "32", whole(1..=MEGABYTES_MAX, "megabytes"));
    let mails_per_minute = r.or("inbound.mails_per_minute", "600", whole(1..=MAILS_PER_MINUTE_MAX, "mails"));
    let tls = tls(r);
    let mime_secret = r.secret("inbound.mime_secret", long_secret, masked);
    let events = events(r);
    let imap = imap::imap(r);
    let megabytes: usize = megabytes?;
    Ok(Inbound {
        reply_address: reply_address?,
        listen: listen?,
        settle: settle?.unwrap_or_default(),
        trusted_authserv_id: trusted_authserv_id?,
        trusted_hops: trusted_hops?,
        trusted_servers: trusted_servers?,
        bytes_max: megabytes * MEGABYTE,
        mails_per_minute: mails_per_minute?,
        tls: tls?,
        mime_secret: mime_secret?,
        events: events?,
        imap: imap?,
    })
}

fn events(r: &mut Reader) -> Result<Events, Noted> {
    let postmark_login = r.secret("inbound.events.postmark_login", login, masked);
    let sendgrid_public_key = r.optional("inbound.events.sendgrid_public_key", p256_point);
    let mailgun_signing_key = r.secret("inbound.events.mailgun_signing_key", long_secret, masked);
    let ses_topics = r.optional("inbound.events.ses_topics", list(word));
    Ok(Events {
        postmark_login: postmark_login?,
        sendgrid_public_key: sendgrid_public_key?,
        mailgun_signing_key: mailgun_signing_key?,
        ses_topics: ses_topics?.unwrap_or_default(),
    })
}

fn login(text: &str) -> Result<SecretString, Why> {
    match text.split_once(':') {
        Some((user, password)) if !user.is_empty() && password.len() >= SECRET_BYTES_MIN => secret(text),
        _ => Err(Why(format!(
            "is not user:password with a password of at least {SECRET_BYTES_MIN} characters"
        ))),
    }
}

/// The point in a public key as `SendGrid` shows it: base64 of its DER (RFC 5480).
fn p256_point(raw: &Raw) -> Result<Vec<u8>, Why> {
    /// Before the point of every uncompressed key on P-256.
    const HEADER: [u8; 26] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
        0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    let given = text(raw)?;
    let der = BASE64_STANDARD.decode(&given).unwrap_or_default();
    match der.strip_prefix(&HEADER) {
        Some(point) if point.len() == 65 => Ok(point.to_vec()),
        _ => Err(Why(format!(
            "{given:?} is no public key on P-256, as SendGrid's page of the event webhook shows it"
        ))),
    }
}

fn long_secret(text: &str) -> Result<SecretString, Why> {
    if text.len() < SECRET_BYTES_MIN {
        return Err(Why(format!(
            "is shorter than {SECRET_BYTES_MIN} characters; `openssl rand -hex 32` makes one"
        )));
    }
    secret(text)
}

/// The certificate with its chain, and its key; both or neither.
fn tls(r: &mut Reader) -> Result<Option<Arc<ServerConfig>>, Noted> {
    const CERTIFICATE: &str = "inbound.tls_certificate";
    const KEY: &str = "inbound.tls_key";
    let shown = |_: &str| "(a certificate)".to_owned();
    let chain = r.secret(CERTIFICATE, certificates, shown);
    let key = r.secret(KEY, private_key, masked);
    let (chain, key) = match (chain?, key?) {
        (None, None) => return Ok(None),
        (Some(chain), Some(key)) => (chain, key),
        (Some(_), None) => return Err(r.fault(KEY, "missing: the key of inbound.tls_certificate", None)),
        (None, Some(_)) => {
            return Err(r.fault(CERTIFICATE, "missing: the certificate of inbound.tls_key", None));
        }
    };
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    match config {
        Ok(config) => Ok(Some(Arc::new(config))),
        Err(error) => {
            Err(r.fault(CERTIFICATE, format!("does not go with its key: {error}"), r.origin_of(CERTIFICATE)))
        }
    }
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, Why> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => {
            Err(Why("holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----".to_owned()))
        }
    }
}

/// Never quotes the text.
fn private_key(pem: &str) -> Result<PrivateKeyDer<'static>, Why> {
    PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
        Why("holds no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Settings, Variables, parse};
    use super::*;

    const SETTINGS: &str = include_str!("../../config/forenotice.toml");

    /// The sample with these lines in its `[inbound]`.
    fn with(lines: &str) -> Result<Settings, String> {
        let text = SETTINGS.replace("[inbound]\n", &format!("[inbound]\n{lines}\n"));
        let loaded = parse(Path::new("config/forenotice.toml"), &text, &Variables::default());
        loaded.map(|loaded| loaded.settings).map_err(|faults| {
            faults
                .0
                .iter()
                .map(|fault| format!("{}: {}", fault.key.as_deref().unwrap_or_default(), fault.why))
                .collect::<Vec<_>>()
                .join("\n")
        })
    }

    #[test]
    fn nothing_listens_and_nobody_is_trusted_unless_it_is_said() {
        let inbound = with("").unwrap().inbound;
        assert_eq!((inbound.listen, inbound.settle, inbound.trusted_hops), (None, TimeDelta::zero(), 0));
        assert!(inbound.tls.is_none() && inbound.mime_secret.is_none());
    }

    #[test]
    fn our_domains_are_those_of_the_tokens_and_the_senders() {
        let settings = with("").unwrap();
        let domains = settings.inbound.domains(&settings.smtp);
        assert_eq!(domains, ["bounces.processor.example", "processor.example", "replies.processor.example"]);
        assert_eq!(plain_domain("Bücher.example"), "xn--bcher-kva.example");
    }

    #[test]
    fn a_certificate_goes_with_its_key() {
        let pair = |certificate: &str, key: &str| {
            let file = |key: &str, name: &str| match name {
                "" => String::new(),
                name => {
                    format!("{key}_file = \"{}/tests/fixtures/tls/{name}\"\n", env!("CARGO_MANIFEST_DIR"))
                }
            };
            with(&(file("tls_certificate", certificate) + &file("tls_key", key)))
                .map(|it| it.inbound.tls.is_some())
        };
        assert_eq!(pair("relay.pem", "relay.key"), Ok(true));
        let fault = |certificate, key| pair(certificate, key).unwrap_err();
        assert_eq!(fault("relay.pem", ""), "inbound.tls_key: missing: the key of inbound.tls_certificate");
        assert_eq!(
            fault("", "relay.key"),
            "inbound.tls_certificate: missing: the certificate of inbound.tls_key"
        );
        assert!(
            fault("ca.pem", "relay.key").starts_with("inbound.tls_certificate: does not go with its key")
        );
        assert!(fault("relay.key", "relay.pem").contains("inbound.tls_key: holds no private key in PEM"));
    }

    #[test]
    fn a_mailbox_is_read_with_a_password_or_a_token_and_never_in_the_clear() {
        let imap = |given: &[(&str, &str)]| {
            let name =
                |key: &str| format!("FORENOTICE__INBOUND__IMAP__{}", key.replace('.', "__").to_uppercase());
            let variables = given.iter().map(|(key, value)| (name(key), (*value).to_owned())).collect();
            let loaded = parse(Path::new("config/forenotice.toml"), SETTINGS, &variables);
            loaded.map(|loaded| loaded.settings.inbound.imap).map_err(|faults| faults.to_string())
        };
        let (url, user, password) =
            (("url", "imaps://imap.example"), ("user", "x@y.example"), ("password", "secret"));
        let read = imap(&[url, user, password]).unwrap().unwrap();
        assert_eq!(
            (read.host.as_str(), read.port, read.encrypted, read.user()),
            ("imap.example", 993, true, "x@y.example")
        );
        let token = [
            ("oauth.user", "x@y.example"),
            ("oauth.token_url", "https://login.example/token"),
            ("oauth.client_id", "id"),
            ("oauth.client_secret", "secret"),
        ];
        assert!(imap(&[&[url], &token[..]].concat()).unwrap().is_some());
        assert!(imap(&[]).unwrap().is_none());
        for (given, why) in [
            (vec![user, password], "inbound.imap.url: missing"),
            (vec![url, password], "inbound.imap.user: missing"),
            (vec![url, user], "inbound.imap.password: missing"),
            (
                [&[url, user, password], &token[..]].concat(),
                "inbound.imap.oauth: inbound.imap.user or password is given as well",
            ),
            (vec![("url", "imap://imap.example"), user, password], "would send the login in the clear"),
            (vec![("url", "imaps://x:y@imap.example"), user, password], "inbound.imap.url: holds a login"),
        ] {
            let said = imap(&given).unwrap_err();
            assert!(said.contains(why), "{why}: {said}");
        }
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let faults = with("listen = \"here\"\nsettle = \"soon\"\nmime_secret = \"short\"\ntrusted_hop = 1\nmegabytes_max = 0\ntrusted_servers = [\"mx.processor.example\"]").unwrap_err();
        let keys: Vec<_> = faults.lines().map(|line| line.split(": ").next().unwrap()).collect();
        assert_eq!(
            keys,
            [
                "inbound.listen",
                "inbound.megabytes_max",
                "inbound.mime_secret",
                "inbound.settle",
                "inbound.trusted_hop",
                "inbound.trusted_servers"
            ]
        );
        assert!(faults.contains("the nearest known one is inbound.trusted_hops"), "{faults}");
    }
}
