//! The sections of the configuration. Each is read to its end before the first fault gives up, so that all are told.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use url::{Host, Url};

use super::brand;
use super::parse::{self, address, base_url, list, listen, text, web_page, whole, word};
use super::reader::{Noted, Reader, Why, masked, masked_url};
use super::sentences::Sentences;
use super::{
    Admin, Database, Digest, Environment, Fires, Ledger, LedgerKey, Legal, Notice, Objections, Site,
    Telemetry, Web,
};
use crate::domain::subprocessor::same_name;
use crate::domain::zone::Zone;

pub(super) const CONNECTIONS_MAX: i64 = 1_000;
const DEADLINE_DAYS_MAX: i64 = 366;

/// The languages that have letters and pages.
pub const LANGUAGES: &[&str] = &["en", "de", "fr", "es"];

pub fn environment(r: &mut Reader) -> Result<Environment, Noted> {
    r.or("environment", "production", word)
}

pub fn clock(
    r: &mut Reader,
    environment: Result<Environment, Noted>,
) -> Result<Option<DateTime<Utc>>, Noted> {
    let clock = r.or("clock", "system", parse::clock)?;
    if clock.is_some() && environment == Ok(Environment::Production) {
        let why = "a simulated clock is for environment = \"demo\" or \"test\" only";
        return Err(r.fault("clock", why, r.origin_of("clock")));
    }
    Ok(clock)
}

/// Tags that files name, divided by semicolons, whatever their case.
fn products(r: &mut Reader) -> Result<Vec<String>, Noted> {
    let products = r.or("site.products", "", list(text))?;
    let twice = |(at, product): (usize, &String)| {
        products[..at].iter().any(|other| same_name(other, product)).then(|| product.clone())
    };
    let why = if let Some(joined) = products.iter().find(|product| product.contains(';')) {
        format!("{joined:?} holds a semicolon, which divides the products of a file")
    } else if let Some(twice) = products.iter().enumerate().find_map(twice) {
        format!("{twice:?} is there twice")
    } else {
        return Ok(products);
    };
    Err(r.fault("site.products", why, r.origin_of("site.products")))
}

pub fn site(r: &mut Reader, environment: Result<Environment, Noted>) -> Result<Site, Noted> {
    let name = r.required("site.name", text, "the processor's name, as customers know it");
    let base_url = r.required("site.base_url", base_url, "the address at which customers reach the pages");
    let products = products(r);
    let dpo_address = r.required("site.dpo_address", address, "who is told what needs a person");
    let legal_name = r.optional("site.legal_name", text);
    let dpo_name = r.or("site.dpo_name", "The data protection officer", text);
    let postal_address = r.optional("site.postal_address", text);
    let deputies = r.or("site.deputies", "", list(address));
    let sentences = sentences(r);
    let own = sentences.as_ref().ok().cloned();
    let languages = r.or("site.languages", &LANGUAGES.join(";"), list(|raw| language(raw, own.as_ref())));
    let brand = brand::brand(r);
    let legal = legal(r);
    let base_url = base_url?;
    if environment == Ok(Environment::Production) && base_url.scheme() != "https" && !is_loopback(&base_url) {
        let why = format!("{base_url} is not https; links that are secrets must not travel in the clear");
        return Err(r.fault("site.base_url", why, r.origin_of("site.base_url")));
    }
    let name = name?;
    Ok(Site {
        legal_name: legal_name?.unwrap_or_else(|| name.clone()),
        dpo_name: dpo_name?,
        postal_address: postal_address?.unwrap_or_default(),
        name,
        base_url,
        products: products?,
        dpo_address: dpo_address?,
        deputies: deputies?,
        languages: languages?,
        sentences: sentences?,
        brand: brand?,
        legal: legal?,
    })
}

fn legal(r: &mut Reader) -> Result<Legal, Noted> {
    let imprint = r.optional("site.imprint_url", web_page);
    let privacy = r.optional("site.privacy_url", web_page);
    let terms = r.optional("site.terms_url", web_page);
    Ok(Legal { imprint: imprint?, privacy: privacy?, terms: terms? })
}

/// The processor's own sentences, where it has any.
fn sentences(r: &mut Reader) -> Result<Sentences, Noted> {
    const KEY: &str = "site.locales";
    let Some(folder) = r.optional(KEY, text)? else { return Ok(Sentences::default()) };
    Sentences::read(&r.path(&folder)).map_err(|wrong| {
        for wrong in wrong {
            r.fault(KEY, wrong.to_string(), r.origin_of(KEY));
        }
        Noted
    })
}

/// One that there is; which ones are added is not known while their folder has faults.
fn language(raw: &super::source::Raw, own: Option<&Sentences>) -> Result<String, Why> {
    let language = text(raw)?;
    let Some(own) = own else { return Ok(language) };
    let mut known: Vec<&str> = LANGUAGES.to_vec();
    known.extend(own.languages().filter(|added| !LANGUAGES.contains(added)));
    if known.contains(&language.as_str()) {
        Ok(language)
    } else {
        Err(Why(format!("there are no letters in {language:?}; there are in {}", known.join(", "))))
    }
}

pub fn database(r: &mut Reader) -> Result<Database, Noted> {
    const SCHEMES: &[&str] = &["postgres", "postgresql"];
    let as_url = |text: &str| parse::secret_url(SCHEMES)(text).map(|_| SecretString::from(text));
    let url = r.secret("database.url", as_url, masked_url);
    if let Ok(None) = url {
        r.fault(
            "database.url",
            "missing: where Postgres is, as in \"postgres://forenotice_app@localhost/forenotice\"",
            None,
        );
    }
    let direct_url = r.secret("database.direct_url", as_url, masked_url);
    let max_connections = r.or("database.max_connections", "10", whole(2..=CONNECTIONS_MAX, "connections"));
    Ok(Database { url: url?.ok_or(Noted)?, direct_url: direct_url?, max_connections: max_connections? })
}

pub fn notice(r: &mut Reader, zone: Result<&Zone, Noted>) -> Result<Notice, Noted> {
    let send_window = r.or("notice.send_window", "0 9 * * mon-fri", word);
    let reminders = r.or("notice.reminders", "7", list(whole(1..=DEADLINE_DAYS_MAX, "days")));
    let proof = r.or("notice.proof", "handed_over", word);
    Ok(Notice { send_window: Fires::new(send_window?, zone?), reminders: reminders?, proof: proof? })
}

pub fn objections(r: &mut Reader) -> Result<Objections, Noted> {
    let answer_within = r.or("objections.answer_within", "10", whole(1..=DEADLINE_DAYS_MAX, "working days"));
    let escalate_after = r.or("objections.escalate_after", "5", whole(1..=DEADLINE_DAYS_MAX, "working days"));
    Ok(Objections { answer_within: answer_within?, escalate_after: escalate_after? })
}

pub fn web(r: &mut Reader) -> Result<Web, Noted> {
    Ok(Web { listen: r.or("web.listen", "127.0.0.1:8080", listen)? })
}

pub fn admin(r: &mut Reader, web: Result<&Web, &Noted>) -> Result<Admin, Noted> {
    let admin = r.or("admin.listen", "127.0.0.1:9090", listen)?;
    if web.is_ok_and(|web| web.listen == admin && admin.port() != 0) {
        let why = format!("{admin} is web.listen, too: each needs a port of its own");
        return Err(r.fault("admin.listen", why, r.origin_of("admin.listen")));
    }
    Ok(Admin { listen: admin })
}

pub fn ledger(r: &mut Reader) -> Result<Ledger, Noted> {
    let key = ledger_key(r);
    let origin = r.optional("ledger.origin", text);
    Ok(Ledger { key: key?, origin: origin? })
}

/// The key file may still be missing: `migrate` makes it.
fn ledger_key(r: &mut Reader) -> Result<LedgerKey, Noted> {
    const KEY: &str = "ledger.key";
    r.prefer_environment(KEY);
    let awaited = r.peek_secret_file(KEY).filter(|path| !path.exists());
    if let Some(path) = awaited {
        r.secret_file(KEY)?;
        r.show_awaited(KEY, "not made yet; `forenotice migrate` makes it", &path);
        return Ok(LedgerKey::Awaited(path));
    }
    let key = r.secret(KEY, key_bytes, masked)?;
    key.map(LedgerKey::Given).ok_or_else(|| {
        r.fault(
            KEY,
            "missing: name the file in which `forenotice migrate` makes it, as in key_file = \"ledger.key\"",
            None,
        )
    })
}

fn key_bytes(text: &str) -> Result<secrecy::SecretBox<[u8; 32]>, Why> {
    let mut key = [0; 32];
    hex::decode_to_slice(text.trim(), &mut key)
        .map_err(|_| Why("is not 64 hexadecimal digits".to_owned()))?;
    Ok(secrecy::SecretBox::new(Box::new(key)))
}

pub fn digest(r: &mut Reader, zone: Result<&Zone, Noted>) -> Result<Digest, Noted> {
    let at = r.or("digest.at", "0 8 * * mon-fri", word);
    Ok(Digest { at: Fires::new(at?, zone?) })
}

pub fn telemetry(r: &mut Reader) -> Result<Telemetry, Noted> {
    let log_format = r.or("telemetry.log_format", "text", word);
    let log_filter = r.or("telemetry.log_filter", "info,sqlx=warn", filter);
    Ok(Telemetry { log_format: log_format?, log_filter: log_filter? })
}

fn filter(raw: &super::source::Raw) -> Result<String, Why> {
    let filter = text(raw)?;
    filter
        .parse::<tracing_subscriber::filter::Targets>()
        .map_err(|error| Why(format!("{filter:?} is no filter, as in \"info,sqlx=warn\": {error}")))?;
    Ok(filter)
}

/// Whether what is said to `url` stays on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        // Under a scheme that is not the web's, an address stays text.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    }
}
