//! Parsers of single values, each refusing with a phrase that says what it takes.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use email_address::EmailAddress;
use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use super::reader::Why;
use super::source::Raw;
use super::{Mailbox, TokenAddress};

/// One line of text, not empty.
pub fn text(raw: &Raw) -> Result<String, Why> {
    let text = plain(raw)?;
    match text.trim() {
        "" => Err(Why("must not be empty".to_owned())),
        line if line.chars().any(char::is_control) => Err(Why("must be one line".to_owned())),
        line => Ok(line.to_owned()),
    }
}

/// A word of a closed set, a zone, a cron expression: whatever says itself why it is none.
pub fn word<T: FromStr<Err: Display>>(raw: &Raw) -> Result<T, Why> {
    plain(raw)?.parse().map_err(|error: T::Err| Why(error.to_string()))
}

/// One address or a network of them.
pub fn network(raw: &Raw) -> Result<IpNet, Why> {
    let text = plain(raw)?;
    let alone = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| alone()).map_err(|_| {
        Why(format!("{raw} is no address and no network as in \"192.0.2.10\" or \"10.1.0.0/16\""))
    })
}

/// A whole number in `range`, of `what`.
pub fn whole<T>(range: RangeInclusive<i64>, what: &'static str) -> impl Fn(&Raw) -> Result<T, Why>
where
    T: TryFrom<i64>,
{
    move |raw| {
        let number = match raw {
            Raw::Whole(number) => Some(*number),
            Raw::Text(text) => text.parse().ok(),
            Raw::List(_) | Raw::Other(_) => None,
        };
        number.filter(|number| range.contains(number)).and_then(|number| T::try_from(number).ok()).ok_or_else(
            || Why(format!("{raw} is no number of {what} from {} to {}", range.start(), range.end())),
        )
    }
}

/// A list; in the environment its items are divided by `;`.
pub fn list<T>(item: impl Fn(&Raw) -> Result<T, Why>) -> impl Fn(&Raw) -> Result<Vec<T>, Why> {
    move |raw| match raw {
        Raw::List(items) => items.iter().map(&item).collect(),
        Raw::Text(text) => text
            .split(';')
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(|text| item(&Raw::Text(text.to_owned())))
            .collect(),
        Raw::Whole(_) | Raw::Other(_) => Err(Why(format!("{raw} is no list"))),
    }
}

pub fn address(raw: &Raw) -> Result<String, Why> {
    let text = text(raw)?;
    EmailAddress::from_str(&text).map_err(|error| Why(format!("{text:?} is no mail address: {error}")))?;
    Ok(text)
}

/// `Name <address>` or an address alone.
pub fn mailbox(raw: &Raw) -> Result<Mailbox, Why> {
    let text = text(raw)?;
    let (name, at) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, at)) => (name.trim().trim_matches('"').trim(), at.trim()),
        None => ("", text.as_str()),
    };
    let address = address(&Raw::Text(at.to_owned()))?;
    if matches!(address.split('@').next(), Some("noreply" | "no-reply")) {
        return Err(Why(format!(
            "{address} takes no answers; customers answer the sender, so name one that is read"
        )));
    }
    Ok(Mailbox { name: (!name.is_empty()).then(|| name.to_owned()), address })
}

/// An address with `{token}` in its local part.
pub fn token_address(raw: &Raw) -> Result<TokenAddress, Why> {
    let text = text(raw)?;
    let Some((before, after)) = text.split_once("{token}") else {
        return Err(Why(format!("{text:?} lacks {{token}}, as in \"{{token}}@mail.processor.example\"")));
    };
    let Some((rest, domain)) = after.split_once('@') else {
        return Err(Why(format!("{text:?} lacks its @domain")));
    };
    address(&Raw::Text(format!("{before}b-0123456789abcdefgh{rest}@{domain}")))?;
    Ok(TokenAddress { before: before.to_owned(), after: rest.to_owned(), domain: domain.to_owned() })
}

pub fn listen(raw: &Raw) -> Result<SocketAddr, Why> {
    let text = text(raw)?;
    text.parse().map_err(|_| Why(format!("{text:?} is no address and port, as in \"127.0.0.1:8080\"")))
}

/// The address of the site, without a slash at its end.
pub fn base_url(raw: &Raw) -> Result<Url, Why> {
    let text = text(raw)?;
    let url = Url::parse(&text).map_err(|error| Why(format!("{text:?} is no URL: {error}")))?;
    match (url.scheme(), url.host(), url.query(), url.fragment()) {
        ("http" | "https", Some(_), None, None) => Ok(url),
        _ => Err(Why(format!("{text:?} is no address of a site, as in \"https://trust.processor.example\""))),
    }
}

/// A page of the web, whose host is named.
pub fn web_page(raw: &Raw) -> Result<Url, Why> {
    let text = text(raw)?;
    let url = Url::parse(&text).map_err(|why| Why(format!("{text:?} is no address of a page: {why}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(Why(format!("{text:?} is no page of the web; it begins with https://")));
    }
    Ok(url)
}

/// A URL of one of `schemes`, with a host. The text may hold a password, so no fault quotes it.
pub fn secret_url(schemes: &'static [&'static str]) -> impl Fn(&str) -> Result<Url, Why> {
    move |text| {
        let url = Url::parse(text).map_err(|error| Why(format!("is no URL: {error}")))?;
        if schemes.contains(&url.scheme()) {
            Ok(url)
        } else {
            Err(Why(format!("begins with {}:, not with {}:", url.scheme(), schemes.join(": or "))))
        }
    }
}

/// The URLs in `text`: each begins with its scheme, behind a blank or a `;`. A `;` in a password divides nothing.
pub fn relays(text: &str) -> Vec<&str> {
    let divides = |c: char| c == ';' || c.is_whitespace();
    let mut begin = 0;
    let mut urls = Vec::new();
    for (end, _) in text.match_indices("://") {
        let at = text[..end].trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
        if text[..at].ends_with(divides) {
            urls.push(&text[begin..at]);
            begin = at;
        }
    }
    urls.push(&text[begin..]);
    urls.into_iter().map(|url| url.trim_matches(divides)).filter(|url| !url.is_empty()).collect()
}

/// A length of time, as `"P5D"` or `"PT36H"`; a day is 24 hours.
pub fn span(raw: &Raw) -> Result<TimeDelta, Why> {
    let text = text(raw)?;
    duration(&text)
        .filter(|length| *length > TimeDelta::zero() && *length < TimeDelta::days(366))
        .ok_or_else(|| Why(format!("{text:?} is no length of time under a year, as in \"P5D\" or \"PT36H\"")))
}

/// The instant that lies an ISO 8601 duration after `now`; a month is the calendar's, in UTC.
pub fn instant_after(now: DateTime<Utc>, text: &str) -> Option<DateTime<Utc>> {
    let span: jiff::Span = text.parse().ok()?;
    let now =
        jiff::Timestamp::new(now.timestamp(), i32::try_from(now.timestamp_subsec_nanos()).ok()?).ok()?;
    let utc = jiff::tz::Offset::UTC;
    let then = utc.to_timestamp(utc.to_datetime(now).checked_add(span).ok()?).ok()?;
    DateTime::from_timestamp(then.as_second(), u32::try_from(then.subsec_nanosecond()).ok()?)
}

/// An ISO 8601 duration of weeks, days and less; a day is 24 hours.
fn duration(text: &str) -> Option<TimeDelta> {
    let span: jiff::Span = text.parse().ok()?;
    let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    TimeDelta::new(length.as_secs(), u32::try_from(length.subsec_nanos()).ok()?)
}

/// `system`, or `simulated:` and the instant at which an empty database starts.
pub fn clock(raw: &Raw) -> Result<Option<DateTime<Utc>>, Why> {
    let text = text(raw)?;
    let Some(instant) = text.strip_prefix("simulated:") else {
        return match text.as_str() {
            "system" => Ok(None),
            _ => Err(Why(format!("{text:?} is neither \"system\" nor \"simulated:2026-11-23T09:00:00Z\""))),
        };
    };
    match DateTime::parse_from_rfc3339(instant) {
        Ok(instant) => Ok(Some(instant.to_utc())),
        Err(error) => Err(Why(format!("{instant:?} is no instant, as in \"2026-11-23T09:00:00Z\": {error}"))),
    }
}

/// A password or key: one line, never quoted.
pub fn secret(text: &str) -> Result<SecretString, Why> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(Why("must be one line, not empty".to_owned()));
    }
    Ok(SecretString::from(text))
}

fn plain(raw: &Raw) -> Result<&str, Why> {
    match raw {
        Raw::Text(text) => Ok(text),
        Raw::Whole(_) | Raw::List(_) | Raw::Other(_) => {
            Err(Why(format!("{raw} is no text; write it in quotes")))
        }
    }
}
