//! `[smtp]`: the relay, how we log in to it, and who our letters are from.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use chrono::TimeDelta;
use url::Url;

use super::dkim::{self, Dkim, dkim};
use super::oauth::{OAuth, OAuthKeys, oauth};
use super::parse::{self, mailbox, span, text, token_address, whole, word};
use super::reader::{Noted, Reader, Why, masked_url};
use super::section::{CONNECTIONS_MAX, is_loopback};
use super::source::Raw;
use super::{Dsn, Environment, Events, Mailbox, Profile, Tls, TokenAddress};

/// A mailbox there takes no more at once.
const M365_CONNECTIONS_MAX: i64 = 3;
const RATE_PER_SECOND_MAX: i64 = 100_000;
const LETTERS_PER_CONNECTION_MAX: i64 = 1_000_000;

#[derive(Clone, Debug)]
pub struct Smtp {
    pub url: RelayUrl,
    /// Relays that take what those before them cannot.
    pub fallbacks: Vec<RelayUrl>,
    pub from: Mailbox,
    pub from_subscribers: Mailbox,
    pub bounce_address: TokenAddress,
    pub profile: Profile,
    /// SES's rules for our letters, which name where its events go.
    pub configuration_set: Option<String>,
    pub dsn: Dsn,
    /// How long the relay keeps trying.
    pub queue_lifetime: TimeDelta,
    pub tls: Tls,
    pub helo_name: Option<String>,
    pub connections: usize,
    pub rate_per_second: Option<u32>,
    /// None: as the profile has it.
    pub letters_per_connection: Option<u32>,
    pub oauth: Option<OAuth>,
    /// None: the relay signs, or nobody.
    pub dkim: Option<Arc<Dkim>>,
}

/// The relay's URL, whose password is never printed.
#[derive(Clone)]
pub struct RelayUrl(Url);

impl RelayUrl {
    fn new(url: Url) -> Self {
        Self(url)
    }

    /// With its password.
    pub fn expose(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked_url(self.0.as_str()))
    }
}

/// `events`: those that are taken; none where that is a fault of its own.
pub(super) fn smtp(
    r: &mut Reader,
    environment: Result<Environment, Noted>,
    events: Option<&Events>,
) -> Result<Smtp, Noted> {
    let urls = r.secret("smtp.url", relay_urls, |text| {
        parse::relays(text).into_iter().map(masked_url).collect::<Vec<_>>().join("; ")
    });
    if let Ok(None) = urls {
        r.fault("smtp.url", "missing: the relay, as in \"smtp://user:password@relay.example:587\"", None);
    }
    let from = r.required(
        "smtp.from",
        mailbox,
        "the sender that contacts see, as in \"Processor <privacy@processor.example>\"",
    );
    let from_subscribers = r.optional("smtp.from_subscribers", mailbox);
    let bounce_address = r.required(
        "smtp.bounce_address",
        token_address,
        "where bounces go, as in \"{token}@bounces.processor.example\"",
    );
    let profile = profile(r, environment, events);
    let configuration_set = configuration_set(r, profile);
    // Where the relay tells of arrivals by events, its reports would double the mail.
    let tells = profile.is_ok_and(|profile| events.is_some_and(|events| events.are_taken_of(profile)));
    let dsn = r.or("smtp.dsn", if tells { "failure" } else { "success" }, word);
    let queue_lifetime = r.or("smtp.queue_lifetime", "P5D", span);
    let tls = r.or("smtp.tls", "required", word);
    let helo_name = r.optional("smtp.helo_name", helo_name);
    let m365 = profile == Ok(Profile::M365);
    let (usual, most) = if m365 { ("3", M365_CONNECTIONS_MAX) } else { ("4", CONNECTIONS_MAX) };
    let connections = r.or("smtp.connections", usual, whole(1..=most, "connections"));
    let rate_per_second = r.optional("smtp.rate_per_second", whole(1..=RATE_PER_SECOND_MAX, "letters"));

    let letters_per_connection =
        r.optional("smtp.letters_per_connection", whole(1..=LETTERS_PER_CONNECTION_MAX, "letters"));
    let oauth = oauth(r, &OAUTH);
    let dkim = dkim(r);

    let (url, fallbacks) = urls?.ok_or(Noted)?;
    if tls == Ok(Tls::None) && !std::iter::once(&url).chain(&fallbacks).all(is_loopback) {
        return Err(r.fault(
            "smtp.tls",
            "\"none\" is for a relay on this machine only",
            r.origin_of("smtp.tls"),
        ));
    }
    let oauth = oauth?;
    if oauth.is_some() && std::iter::once(&url).chain(&fallbacks).any(|url| url.password().is_some()) {
        return Err(r.fault("smtp.oauth", "smtp.url holds a password as well; give one or the other", None));
    }
    let from = from?;
    let from_subscribers = from_subscribers?.unwrap_or_else(|| from.clone());
    let dkim = dkim?;
    for (key, mailbox) in [("smtp.from", &from), ("smtp.from_subscribers", &from_subscribers)] {
        if let Some(why) = dkim.as_ref().and_then(|dkim| dkim::unaligned(dkim, key, mailbox)) {
            return Err(r.fault("smtp.dkim.domain", why, r.origin_of("smtp.dkim.domain")));
        }
    }
    Ok(Smtp {
        url: RelayUrl::new(url),
        fallbacks: fallbacks.into_iter().map(RelayUrl::new).collect(),
        from,
        from_subscribers,
        bounce_address: bounce_address?,
        profile: profile?,
        configuration_set: configuration_set?,
        dsn: dsn?,
        queue_lifetime: queue_lifetime?,
        tls: tls?,
        helo_name: helo_name?,
        connections: connections?,
        rate_per_second: rate_per_second?,
        letters_per_connection: letters_per_connection?,
        oauth,
        dkim: dkim.map(Arc::new),
    })
}

/// What a relay drops or gets back must come to us. Some tell of it by events alone; and they drop without a word what is on their list
/// of suppressed addresses (chapter "Relay profiles").
fn profile(
    r: &mut Reader,
    environment: Result<Environment, Noted>,
    events: Option<&Events>,
) -> Result<Profile, Noted> {
    let profile = r.or("smtp.profile", "generic", word)?;
    let by_events_alone = matches!(profile, Profile::Sendgrid | Profile::Postmark | Profile::Mailgun);
    let taken = events.is_none_or(|events| events.are_taken_of(profile));
    if by_events_alone && !taken && environment == Ok(Environment::Production) {
        let why = format!(
            "\"{profile}\" tells of bounces by its events alone, and they are not taken: what it drops would count as delivered; \
             set its key in [inbound.events], or use a relay that sends bounces back, as \"postfix\", \"ses\", \"m365\" and \
             \"google\" do"
        );
        return Err(r.fault("smtp.profile", why, r.origin_of("smtp.profile")));
    }
    Ok(profile)
}

fn configuration_set(r: &mut Reader, profile: Result<Profile, Noted>) -> Result<Option<String>, Noted> {
    const KEY: &str = "smtp.configuration_set";
    let set = r.optional(KEY, |raw| {
        let set = text(raw)?;
        let fits =
            set.len() <= 64 && set.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if fits {
            Ok(set)
        } else {
            Err(Why(format!("{set:?} is no name of SES's: up to 64 letters, digits, - and _")))
        }
    })?;
    if set.is_some() && profile.is_ok_and(|profile| profile != Profile::Ses) {
        return Err(r.fault(KEY, "is SES's; set smtp.profile = \"ses\", or leave it out", r.origin_of(KEY)));
    }
    Ok(set)
}

/// The name by which servers know us (RFC 5321, 4.1.2 and 4.1.3): many take no mail of one that is neither.
fn helo_name(raw: &Raw) -> Result<String, Why> {
    let name = text(raw)?;
    let literal = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let fits = match literal {
        Some(address) => match address.strip_prefix("IPv6:") {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None => address.parse::<Ipv4Addr>().is_ok(),
        },
        None => is_domain(&name),
    };
    if fits {
        return Ok(name);
    }
    Err(Why(format!(
        "{name:?} is neither a domain, as \"mail.processor.example\", nor an address in brackets, as \"[192.0.2.7]\" or \
         \"[IPv6:2001:db8::7]\""
    )))
}

fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        let fits = (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
        fits && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    // All digits last: an address without its brackets.
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253 && name.split('.').all(is_label) && !last.chars().all(|c| c.is_ascii_digit())
}

/// The first relay, and those that take what it cannot.
fn relay_urls(text: &str) -> Result<(Url, Vec<Url>), Why> {
    let mut urls = Vec::new();
    for text in parse::relays(text) {
        let url = parse::secret_url(&["smtp", "smtps"])(text)?;
        if url.host().is_none() {
            return Err(Why("names no host".to_owned()));
        }
        if urls.iter().any(|known: &Url| {
            (known.scheme(), known.host(), known.port()) == (url.scheme(), url.host(), url.port())
        }) {
            return Err(Why(format!("names {} twice", url.host_str().unwrap_or_default())));
        }
        urls.push(url);
    }
    match urls.split_first() {
        Some((first, others)) => Ok((first.clone(), others.to_vec())),
        None => Err(Why("must not be empty".to_owned())),
    }
}

const OAUTH: OAuthKeys = OAuthKeys {
    user: "smtp.oauth.user",
    token_url: "smtp.oauth.token_url",
    client_id: "smtp.oauth.client_id",
    client_secret: "smtp.oauth.client_secret",
    refresh_token: "smtp.oauth.refresh_token",
    service_account: "smtp.oauth.service_account",
    scope: "smtp.oauth.scope",
};
