//! Amazon SNS, which brings the events of SES: its messages, and that they are its own.
//!
//! A message names the certificate that proves it. Only what lies at SNS of a configured topic's region is fetched, over TLS, and a
//! certificate is kept once it has proved something: whoever writes to us can make us fetch little, and nothing from anywhere else. A
//! topic's subscription is confirmed by itself, of a configured topic only. A certificate proves something in its days. Signatures of version 1 (SHA-1) prove nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use reqwest::Client;
use reqwest::redirect::Policy;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tracing::{info, warn};
use url::Url;

use super::NotAuthentic;
use crate::config::{Events, SnsTopic};
use crate::mail::relay::Roots;

const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Fetched at the same time, whoever asks.
const FETCHES_MAX: usize = 2;
/// SNS has one certificate a region, and another for some days a year.
const KEPT_MAX: usize = 16;
const KEPT_FOR: Duration = Duration::from_hours(24);
const PATH_CHARACTERS_MAX: usize = 200;

/// A message as SNS posts it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "MessageId")]
    number: String,
    topic_arn: String,
    #[serde(default)]
    subject: Option<String>,
    #[serde(rename = "Message")]
    text: String,
    timestamp: String,
    signature_version: String,
    signature: String,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
    #[serde(default, rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    #[serde(default)]
    token: Option<String>,
}

/// What a message that is proved is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proved {
    /// It brings an event.
    Notification,
    /// It is about the subscription; what was to be done is done.
    Subscription,
}

#[derive(Debug, thiserror::Error)]
pub enum SnsError {
    #[error(transparent)]
    NotAuthentic(#[from] NotAuthentic),
    /// It may come again.
    #[error("Amazon SNS was not reached: {0}")]
    NotNow(String),
}

type Fetching = Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send>>;

/// How what lies at SNS is had.
#[derive(Clone)]
pub struct Fetch(Arc<dyn Fn(Url) -> Fetching + Send + Sync>);

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetch")
    }
}

impl Fetch {
    pub fn new<F>(fetch: impl Fn(Url) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<u8>, String>> + Send + 'static,
    {
        Self(Arc::new(move |url| Box::pin(fetch(url))))
    }

    fn over_tls() -> Self {
        let http: Arc<OnceLock<Result<Client, String>>> = Arc::default();
        Self::new(move |url| {
            let client = http.get_or_init(client).clone();
            async move { get(&client?, url).await }
        })
    }
}

fn client() -> Result<Client, String> {
    let tls = Roots::default().config().map_err(|error| error.to_string())?;
    let client = Client::builder().tls_backend_preconfigured((*tls).clone()).redirect(Policy::none());
    client.https_only(true).no_proxy().timeout(ANSWER_WITHIN).build().map_err(|error| error.to_string())
}

async fn get(client: &Client, url: Url) -> Result<Vec<u8>, String> {
    let mut response = client.get(url).send().await.map_err(|error| error.without_url().to_string())?;
    if !response.status().is_success() {
        return Err(format!("it said {}", response.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| error.without_url().to_string())? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err("it gave an answer without end".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// SNS as we know it: how it is reached, and the certificates that have proved something. Cheap to clone.
#[derive(Clone)]
pub struct Sns(Arc<Inner>);

struct Inner {
    fetch: Fetch,
    fetching: Semaphore,
    known: Mutex<Known>,
}

/// Certificates by their URL, and when they were had.
type Known = BTreeMap<String, (CertificateDer<'static>, Instant)>;

impl Default for Sns {
    fn default() -> Self {
        Self::reached_by(Fetch::over_tls())
    }
}

impl fmt::Debug for Sns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sns")
    }
}

impl Sns {
    pub fn reached_by(fetch: Fetch) -> Self {
        let fetching = Semaphore::new(FETCHES_MAX);
        Self(Arc::new(Inner { fetch, fetching, known: Mutex::default() }))
    }

    /// Whether SNS sent this, of a topic of ours, by a certificate that is valid now. A subscription is confirmed.
    pub async fn prove(&self, events: &Events, body: &[u8], now: DateTime<Utc>) -> Result<Proved, SnsError> {
        let message: Message = serde_json::from_slice(body).map_err(|_| NotAuthentic::NotProved)?;
        let topic = events.ses_topics.iter().find(|topic| topic.arn() == message.topic_arn);
        let topic = topic.ok_or(NotAuthentic::NotProved)?;
        if message.signature_version != "2" {
            warn!("a message of {} is signed by SHA-1: set the topic's SignatureVersion to 2", topic.arn());
            return Err(NotAuthentic::NotProved.into());
        }
        let signed = message.signed().ok_or(NotAuthentic::NotProved)?;
        let signature = BASE64_STANDARD.decode(&message.signature).map_err(|_| NotAuthentic::NotProved)?;
        let url = certificate_url(topic, &message.signing_cert_url).ok_or(NotAuthentic::NotProved)?;
        let certificate = self.signed_by(&url, signed.as_bytes(), &signature).await?;
        if let Err(why) = is_valid(&certificate, now) {
            warn!(
                "a message of {} is not believed: its certificate {why}; is this clock right?",
                topic.arn()
            );
            return Err(NotAuthentic::NotProved.into());
        }
        match message.kind.as_str() {
            "Notification" => return Ok(Proved::Notification),
            "SubscriptionConfirmation" => self.confirm(topic, &message).await?,
            _ => warn!("the subscription to {} has ended: SES's events come no more", topic.arn()),
        }
        Ok(Proved::Subscription)
    }

    /// The certificate there, whose signature it is.
    async fn signed_by(
        &self,
        url: &Url,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<CertificateDer<'static>, SnsError> {
        let known = self.known().get(url.as_str()).cloned();
        if let Some((certificate, _)) = known.filter(|(_, had)| had.elapsed() < KEPT_FOR) {
            verified(&certificate, signed, signature)?;
            return Ok(certificate);
        }
        let pem = self.fetch(url.clone()).await?;
        let certificate = CertificateDer::from_pem_slice(&pem).map_err(|_| NotAuthentic::NotProved)?;
        verified(&certificate, signed, signature)?;
        let mut known = self.known();
        if known.len() >= KEPT_MAX {
            known.clear();
        }
        known.insert(url.to_string(), (certificate.clone(), Instant::now()));
        Ok(certificate)
    }

    async fn confirm(&self, topic: &SnsTopic, message: &Message) -> Result<(), SnsError> {
        let url = message.subscribe_url.as_deref().and_then(|url| subscription_url(topic, url));
        self.fetch(url.ok_or(NotAuthentic::NotProved)?).await?;
        info!("the subscription to {} is confirmed: SES's events come here", topic.arn());
        Ok(())
    }

    async fn fetch(&self, url: Url) -> Result<Vec<u8>, SnsError> {
        let busy = |_| SnsError::NotNow("it is being asked too much already".to_owned());
        let _one_of_few = self.0.fetching.try_acquire().map_err(busy)?;
        (self.0.fetch.0)(url).await.map_err(SnsError::NotNow)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Message {
    /// What is signed: names and values by turns, each with its line end, in the order of the alphabet. None: no kind that is signed.
    fn signed(&self) -> Option<String> {
        let mut fields = vec![("Message", Some(&self.text)), ("MessageId", Some(&self.number))];
        match self.kind.as_str() {
            "Notification" => fields.push(("Subject", self.subject.as_ref())),
            "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
                fields.push(("SubscribeURL", Some(self.subscribe_url.as_ref()?)));
            }
            _ => return None,
        }
        fields.push(("Timestamp", Some(&self.timestamp)));
        if self.kind != "Notification" {
            fields.push(("Token", Some(self.token.as_ref()?)));
        }
        fields.extend([("TopicArn", Some(&self.topic_arn)), ("Type", Some(&self.kind))]);
        let lines = fields.into_iter().filter_map(|(name, value)| Some(format!("{name}\n{}\n", value?)));
        Some(lines.collect())
    }
}

/// RSA over SHA-256 by the certificate's key.
fn verified(certificate: &CertificateDer<'_>, signed: &[u8], signature: &[u8]) -> Result<(), NotAuthentic> {
    let certificate = webpki::EndEntityCert::try_from(certificate).map_err(|_| NotAuthentic::NotProved)?;
    certificate
        .verify_signature(webpki::ring::RSA_PKCS1_2048_8192_SHA256, signed, signature)
        .map_err(|_| NotAuthentic::NotProved)
}

/// Whether the certificate's days have begun and are not over. Who issued it is not asked: SNS serves it alone, over a connection whose own
/// certificate is verified.
fn is_valid(certificate: &CertificateDer<'_>, now: DateTime<Utc>) -> Result<(), String> {
    let unreadable = |error: webpki::Error| format!("cannot be read: {error}");
    let certificate = webpki::EndEntityCert::try_from(certificate).map_err(unreadable)?;
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let (now, any) =
        (UnixTime::since_unix_epoch(Duration::from_secs(seconds)), webpki::KeyUsage::server_auth());
    let day = |time: UnixTime| {
        let at = i64::try_from(time.as_secs()).ok().and_then(|at| DateTime::from_timestamp(at, 0));
        at.map(|at| at.date_naive().to_string()).unwrap_or_default()
    };
    // Its days are looked at first; that nobody is trusted to have issued it follows.
    match certificate.verify_for_usage(&[], &[], &[], now, any, None, None) {
        Err(webpki::Error::CertExpired { not_after, .. }) => Err(format!("ran out on {}", day(not_after))),
        Err(webpki::Error::CertNotValidYet { not_before, .. }) => {
            Err(format!("is not valid before {}", day(not_before)))
        }
        Err(
            error @ (webpki::Error::InvalidCertValidity | webpki::Error::BadDer | webpki::Error::BadDerTime),
        ) => Err(unreadable(error)),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The URL, if it is one of SNS in the topic's region.
fn at_sns(topic: &SnsTopic, url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let plain = url.scheme() == "https"
        && url.host_str() == Some(topic.host().as_str())
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}

fn certificate_url(topic: &SnsTopic, url: &str) -> Option<Url> {
    let url = at_sns(topic, url).filter(|url| url.query().is_none())?;
    let name = url.path().strip_prefix('/')?.strip_suffix(".pem")?;
    let is_name = !name.is_empty()
        && name.len() <= PATH_CHARACTERS_MAX
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name.then_some(url)
}

/// It confirms a subscription to this topic, and does nothing else.
fn subscription_url(topic: &SnsTopic, url: &str) -> Option<Url> {
    let url = at_sns(topic, url).filter(|url| url.path() == "/")?;
    let said: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let says = |key: &str, value: &str| {
        let mut of_key = said.iter().filter(|(name, _)| name == key);
        of_key.next().is_some_and(|(_, said)| said == value) && of_key.next().is_none()
    };
    (says("Action", "ConfirmSubscription") && says("TopicArn", topic.arn())).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic() -> SnsTopic {
        "arn:aws:sns:eu-central-1:123456789012:ses-events".parse().unwrap()
    }

    #[test]
    fn a_certificate_lies_at_sns_in_the_topics_region_and_nowhere_else() {
        let good = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-01d088a6f77103d0fe307c0069e40ed6.pem";
        assert_eq!(certificate_url(&topic(), good).map(String::from).as_deref(), Some(good));
        for other in [
            "http://sns.eu-central-1.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com/x.pem",
            "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem",
            "https://evil.example/sns.eu-central-1.amazonaws.com/x.pem",
            "https://x@sns.eu-central-1.amazonaws.com/x.pem",
            "https://sns.eu-central-1.amazonaws.com@evil.example/x.pem",
            "https://sns.eu-central-1.amazonaws.com\\@evil.example/x.pem",
            "https://sns.eu-central-1.amazonaws.com:444/x.pem",
            "https://bucket.s3.amazonaws.com/x.pem",
            "https://sns.eu-central-1.amazonaws.com/x.pem?a=b",
            "https://sns.eu-central-1.amazonaws.com/x.pem#a",
            "https://sns.eu-central-1.amazonaws.com/a/x.pem",
            "https://sns.eu-central-1.amazonaws.com/x.txt",
            "https://sns.eu-central-1.amazonaws.com/.pem",
            "https://169.254.169.254/x.pem",
            "",
        ] {
            assert_eq!(certificate_url(&topic(), other), None, "{other}");
        }
    }

    #[test]
    fn a_subscription_url_confirms_this_topic_and_does_nothing_else() {
        let arn = "arn%3Aaws%3Asns%3Aeu-central-1%3A123456789012%3Ases-events";
        let good = format!(
            "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={arn}&Token=23"
        );
        assert!(subscription_url(&topic(), &good).is_some());
        for other in [
            good.replace("eu-central-1.amazonaws", "evil"),
            good.replace("ConfirmSubscription", "DeleteTopic"),
            good.replace("ses-events", "other"),
            good.replace("?Action", "?Action=DeleteTopic&Action"),
            good.replace("com/?", "com/x?"),
        ] {
            assert_eq!(subscription_url(&topic(), &other), None, "{other}");
        }
    }
}
