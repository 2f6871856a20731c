//! Mails and events over HTTP: who may bring them, and that they are committed before they are answered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use forenotice::mail::events::{Fetch, Sns};
use hmac::{Hmac, KeyInit, Mac};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::json;
use sha2::Sha256;
use url::Url;

use super::{at, mail, stored};
use crate::edges::visitor::Visitor;
use crate::support::World;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW: i64 = 1_795_521_600;

pub(super) async fn post(
    visitor: &Visitor,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> u16 {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    visitor.send(request.body(body.into()).unwrap()).await.status.as_u16()
}

async fn world(settings: &[(&str, &str)]) -> (World, Visitor) {
    let world = World::without_probes("2026-11-24T12:00Z", settings).await;
    assert_eq!(world.now().await.timestamp(), NOW);
    let visitor = Visitor::of(&world);
    (world, visitor)
}

#[tokio::test]
async fn a_raw_mail_is_taken_from_whoever_has_the_secret() {
    let (world, visitor) = world(&[("inbound.mime_secret", SECRET), ("inbound.megabytes_max", "1")]).await;
    let path = "/inbound/mime?from=&to=r-x%40replies.processor.example&to=b-x%40bounces.processor.example";
    let bearer = format!("Bearer {SECRET}");
    let own = [("authorization", bearer.as_str())];
    for wrong in [
        &[][..],
        &[("authorization", "Bearer x")],
        &[("authorization", SECRET)],
        &[("authorization", "Basic eDp5")],
    ] {
        assert_eq!(post(&visitor, path, wrong, mail("a")).await, 401, "{wrong:?}");
    }
    assert!(stored(&world).await.is_empty());
    assert_eq!(post(&visitor, path, &own, mail("a")).await, 200);
    assert_eq!(post(&visitor, "/inbound/mime", &own, mail("a")).await, 200);
    let rows = stored(&world).await;
    assert_eq!((rows.len(), &rows[0].raw, rows[0].received_at), (1, &mail("a"), at("2026-11-24T12:00:00Z")));
    assert_eq!(rows[0].recipients, ["b-x@bounces.processor.example", "r-x@replies.processor.example"]);
    // Larger than a form may be, and as large as a mail may be.
    assert_eq!(post(&visitor, path, &own, vec![b'x'; 1024 * 1024]).await, 200);
    assert_eq!(post(&visitor, path, &own, vec![b'x'; 1024 * 1024 + 1]).await, 413);
    assert_eq!(post(&visitor, path, &own, "").await, 400);
    world.as_superuser("alter table inbound_message rename to elsewhere").await;
    assert!(post(&visitor, path, &own, mail("b")).await >= 500);
    world.as_superuser("alter table elsewhere rename to inbound_message").await;
    world.as_superuser("update door set state = 'fenced'").await;
    assert_eq!(post(&visitor, path, &own, mail("b")).await, 503);
    assert_eq!(stored(&world).await.len(), 2);
}

#[tokio::test]
async fn where_nothing_is_configured_there_is_no_door() {
    let (_world, visitor) = world(&[]).await;
    for path in ["mime", "events/postmark", "events/sendgrid", "events/mailgun", "events/ses", "events/other"]
    {
        assert_eq!(
            post(&visitor, &format!("/inbound/{path}"), &[("authorization", "Bearer ")], "{}").await,
            404,
            "{path}"
        );
    }
}

#[tokio::test]
async fn postmark_logs_in() {
    let login = format!("postmark:{SECRET}");
    let (world, visitor) = world(&[("inbound.events.postmark_login", &login)]).await;
    let body = json!({"RecordType": "Bounce", "ID": 42, "Type": "HardBounce"}).to_string();
    let authorization = format!("Basic {}", BASE64_STANDARD.encode(&login));
    let path = "/inbound/events/postmark";
    let other = [("authorization", "Basic cG9zdG1hcms6eA==")];
    assert_eq!(post(&visitor, path, &other, body.clone()).await, 401);
    // Whoever has not logged in is not listened to: of a body that is too large nothing is known yet.
    let too_large = || vec![b' '; 5 * 1024 * 1024];
    assert_eq!(post(&visitor, path, &other, too_large()).await, 401);
    assert_eq!(post(&visitor, "/inbound/events/mailgun", &other, too_large()).await, 404);
    let own = [("authorization", authorization.as_str())];
    // It comes again if our answer was lost.
    for _ in 0..2 {
        assert_eq!(post(&visitor, path, &own, body.clone()).await, 200);
    }
    assert_eq!(
        post(&visitor, path, &own, json!({"RecordType": "Open", "MessageID": "m"}).to_string()).await,
        200
    );
    assert_eq!(post(&visitor, path, &own, "what is this?").await, 200);
    let rows = stored(&world).await;
    assert_eq!((rows.len(), rows[0].raw.as_slice()), (2, body.as_bytes()));
}

#[tokio::test]
async fn sendgrid_signs_timestamp_and_body() {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
    let header = hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
    let key = BASE64_STANDARD.encode([header.as_slice(), pair.public_key().as_ref()].concat());
    let (world, visitor) = world(&[("inbound.events.sendgrid_public_key", &key)]).await;
    let body =
        json!([{"event": "delivered", "sg_event_id": "e1"}, {"event": "dropped", "sg_event_id": "e2"}])
            .to_string();
    let signature =
        BASE64_STANDARD.encode(pair.sign(&random, format!("1600112502{body}").as_bytes()).unwrap());
    let path = "/inbound/events/sendgrid";
    let signed = |timestamp| {
        [
            ("x-twilio-email-event-webhook-signature", signature.as_str()),
            ("x-twilio-email-event-webhook-timestamp", timestamp),
        ]
    };
    assert_eq!(post(&visitor, path, &[], body.clone()).await, 401);
    assert_eq!(post(&visitor, path, &signed("1600112503"), body.clone()).await, 401);
    assert_eq!(post(&visitor, path, &signed("1600112502"), body.replace("dropped", "bounce")).await, 401);
    assert_eq!(post(&visitor, path, &signed("1600112502"), body.clone()).await, 200);
    assert_eq!(post(&visitor, path, &signed("1600112502"), body).await, 200);
    assert_eq!(stored(&world).await.len(), 2);
}

fn by_mailgun(at: i64, token: &str, event: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{at}{token}").as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    json!({
        "signature": {"timestamp": at.to_string(), "token": token, "signature": signature},
        "event-data": {"event": "delivered", "id": event},
    })
    .to_string()
}

#[tokio::test]
async fn mailgun_signs_a_token_that_proves_one_event_as_long_as_it_may_come_again() {
    let (world, visitor) = world(&[("inbound.events.mailgun_signing_key", SECRET)]).await;
    let path = "/inbound/events/mailgun";
    let said = async |body: String| post(&visitor, path, &[], body).await;
    // A failure of ours spends no token: the event comes again with it, and is taken once.
    world.as_superuser("alter table inbound_message rename to elsewhere").await;
    assert_eq!(said(by_mailgun(NOW, "t1", "g1")).await, 500);
    world.as_superuser("alter table elsewhere rename to inbound_message").await;
    assert_eq!(said(by_mailgun(NOW, "t1", "g1")).await, 200);
    assert_eq!(said(by_mailgun(NOW, "t1", "g1")).await, 200);
    // Whoever has read the token says something else with it.
    assert_eq!(said(by_mailgun(NOW, "t1", "g2")).await, 401);
    assert_eq!(said(by_mailgun(NOW - 9 * 3600 - 1, "t2", "g2")).await, 401);
    assert_eq!(said(by_mailgun(NOW + 301, "t2", "g2")).await, 401);
    assert_eq!(said(by_mailgun(NOW, "t2", "g2").replace("t2", "t3")).await, 401);
    assert_eq!(said("{}".to_owned()).await, 401);
    assert_eq!(said(by_mailgun(NOW - 8 * 3600, "t2", "g2")).await, 200);
    assert_eq!(stored(&world).await.len(), 2);
}

#[tokio::test]
async fn a_token_of_an_event_that_is_not_kept_or_was_known_proves_no_other() {
    let (world, visitor) = world(&[("inbound.events.mailgun_signing_key", SECRET)]).await;
    let said = async |body: String| post(&visitor, "/inbound/events/mailgun", &[], body).await;
    let opened = by_mailgun(NOW, "t1", "g1").replace("delivered", "opened");
    // It comes again if our answer was lost.
    for _ in 0..2 {
        assert_eq!(said(opened.clone()).await, 200);
    }
    assert_eq!(said(by_mailgun(NOW, "t1", "g2").replace("delivered", "complained")).await, 401);
    assert_eq!(said(by_mailgun(NOW, "t1", "g1")).await, 401);
    assert_eq!(said(opened.replace("opened", "clicked")).await, 401);
    assert!(stored(&world).await.is_empty());
    // An event signed twice spends both tokens.
    for token in ["t2", "t3"] {
        assert_eq!(said(by_mailgun(NOW, token, "g1")).await, 200);
    }
    for token in ["t2", "t3"] {
        assert_eq!(said(by_mailgun(NOW, token, "g2")).await, 401);
    }
    assert_eq!(stored(&world).await.len(), 1);
    // A door that is closed spends none.
    world.as_superuser("update door set state = 'fenced'").await;
    assert_eq!(said(by_mailgun(NOW, "t4", "g4")).await, 503);
    world.as_superuser("update door set state = 'open'").await;
    assert_eq!(said(by_mailgun(NOW, "t4", "g5")).await, 200);
}

#[tokio::test]
async fn of_posts_at_once_with_one_token_one_event_is_proved() {
    let (world, visitor) = world(&[("inbound.events.mailgun_signing_key", SECRET)]).await;
    let posts = (0..12).map(|n| {
        let body = by_mailgun(NOW, "t1", &format!("g{}", n % 6));
        post(&visitor, "/inbound/events/mailgun", &[], body)
    });
    let mut said = futures_util::future::join_all(posts).await;
    said.sort_unstable();
    assert_eq!(said, [vec![200; 2], vec![401; 10]].concat());
    assert_eq!(stored(&world).await.len(), 1);
}

#[tokio::test]
async fn a_token_that_nobody_would_believe_is_forgotten() {
    let (world, visitor) = world(&[("inbound.events.mailgun_signing_key", SECRET)]).await;
    let said = async |body: String| post(&visitor, "/inbound/events/mailgun", &[], body).await;
    let remembered = async || -> Vec<String> {
        let of_all = sqlx::query_scalar("select token from relay_token order by token");
        of_all.fetch_all(world.cx.db.pool()).await.unwrap()
    };
    assert_eq!(said(by_mailgun(NOW, "t1", "g1").replace("delivered", "opened")).await, 200);
    world.advance_to("2026-11-24T21:00Z").await;
    assert_eq!(said(by_mailgun(NOW, "t1", "g2")).await, 401, "it is believed still, and remembered");
    world.advance_to("2026-11-24T22:00Z").await;
    assert_eq!(said(by_mailgun(NOW, "t1", "g2")).await, 401, "it is too old");
    assert_eq!(remembered().await, ["t1"]);
    assert_eq!(said(by_mailgun(NOW + 10 * 3600, "t2", "g2")).await, 200);
    assert_eq!(remembered().await, ["t2"]);
}

pub(super) const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:ses-events";
const CERTIFICATE: &str = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1a.pem";

/// A message of SNS with these fields besides its usual ones, signed.
pub(super) fn by_sns(kind: &str, fields: &[(&str, &str)]) -> serde_json::Value {
    let usual =
        [("Type", kind), ("MessageId", "s1"), ("TopicArn", TOPIC), ("Timestamp", "2026-11-24T12:00:00.000Z")];
    let fields: BTreeMap<&str, &str> = usual.into_iter().chain(fields.iter().copied()).collect();
    let signed = fields.iter().fold(String::new(), |all, (name, value)| all + name + "\n" + value + "\n");
    let key = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls/sns.key")).unwrap();
    let key = PrivatePkcs8KeyDer::from_pem_slice(&key).unwrap();
    let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    let mut message = json!(fields);
    message["SignatureVersion"] = "2".into();
    message["Signature"] = BASE64_STANDARD.encode(signature).into();
    message["SigningCertURL"] = CERTIFICATE.into();
    message
}

/// SNS that is reached, and has its certificate.
pub(super) fn sns() -> Sns {
    Sns::reached_by(Fetch::new(|url: Url| std::future::ready(Ok(lies_there(&url)))))
}

/// A world that takes SES's events, and what was fetched for it.
async fn with_sns(is_reached: bool) -> (World, Visitor, Arc<Mutex<Vec<String>>>) {
    let settings = [("inbound.events.ses_topics", TOPIC)];
    let mut world = World::without_probes("2026-11-24T12:00Z", &settings).await;
    let fetched: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&fetched);
    world.cx.sns = Sns::reached_by(Fetch::new(move |url: Url| {
        kept.lock().unwrap().push(url.to_string());
        std::future::ready(if is_reached { Ok(lies_there(&url)) } else { Err("no route".to_owned()) })
    }));
    let visitor = Visitor::of(&world);
    (world, visitor, fetched)
}

/// The fixture's certificate with other days; nobody asks who issued it.
fn certificate(not_before: &str, not_after: &str) -> Vec<u8> {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls/sns.pem");
    let mut der = CertificateDer::from_pem_file(fixture).unwrap().to_vec();
    for (is, becomes) in [("261129060625Z", not_before), ("21261105060625Z", not_after)] {
        let at = memchr::memmem::find(&der, is.as_bytes()).unwrap();
        der[at..at + is.len()].copy_from_slice(becomes.as_bytes());
    }
    let base64 = BASE64_STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n").into_bytes()
}

fn lies_there(url: &Url) -> Vec<u8> {
    match url.path() {
        "/SimpleNotificationService-1a.pem" => certificate("200101000000Z", "20991231235959Z"),
        "/SimpleNotificationService-2b.pem" => certificate("200101000000Z", "20261124115959Z"),
        "/SimpleNotificationService-3c.pem" => certificate("261124120001Z", "20991231235959Z"),
        _ => b"confirmed".to_vec(),
    }
}

#[tokio::test]
async fn ses_is_proved_by_the_signature_of_sns_for_a_topic_of_ours() {
    let (world, visitor, fetched) = with_sns(true).await;
    let said = async |message: &serde_json::Value| {
        post(&visitor, "/inbound/events/ses", &[], message.to_string()).await
    };
    let event = json!({"eventType": "Delivery", "mail": {"messageId": "x"}, "delivery": {}}).to_string();
    let message = by_sns("Notification", &[("Message", &event), ("Subject", "Amazon SES")]);
    let with = |field: &str, value: &str| {
        let mut other = message.clone();
        other[field] = value.into();
        other
    };
    // Nothing is fetched for who is not even in the right form.
    assert_eq!(post(&visitor, "/inbound/events/ses", &[], "{}").await, 401);
    assert_eq!(said(&with("TopicArn", &TOPIC.replace("ses", "x"))).await, 401);
    assert_eq!(said(&with("SignatureVersion", "1")).await, 401);
    assert_eq!(said(&with("SigningCertURL", "https://evil.example/x.pem")).await, 401);
    assert_eq!(said(&with("Type", "Greeting")).await, 401);
    assert!(fetched.lock().unwrap().is_empty());
    for (field, value) in
        [("Message", "{}"), ("MessageId", "s2"), ("Subject", ""), ("Timestamp", ""), ("Signature", "AAAA")]
    {
        assert_eq!(said(&with(field, value)).await, 401, "{field}");
    }
    assert!(stored(&world).await.is_empty());
    // It comes again if our answer was lost; a certificate that has proved something is asked for once.
    fetched.lock().unwrap().clear();
    for _ in 0..2 {
        assert_eq!(said(&message).await, 200);
    }
    assert_eq!(*fetched.lock().unwrap(), [CERTIFICATE]);
    let rows = stored(&world).await;
    assert_eq!((rows.len(), rows[0].raw.as_slice()), (1, message.to_string().as_bytes()));
    let opened = by_sns("Notification", &[("Message", r#"{"eventType": "Open"}"#)]);
    assert_eq!(said(&opened).await, 200);
    assert_eq!(stored(&world).await.len(), 1);
}

#[tokio::test]
async fn a_certificate_proves_nothing_before_and_after_its_days() {
    let (world, visitor, fetched) = with_sns(true).await;
    let mut message = by_sns("Notification", &[("Message", "{}")]);
    for out_of_its_days in ["2b", "3c"] {
        message["SigningCertURL"] = CERTIFICATE.replace("1a", out_of_its_days).into();
        for _ in 0..2 {
            assert_eq!(post(&visitor, "/inbound/events/ses", &[], message.to_string()).await, 401);
        }
    }
    assert_eq!(fetched.lock().unwrap().len(), 2, "each is had once all the same");
    assert!(stored(&world).await.is_empty());
    // A second later the third one's days have begun.
    world.advance_to("2026-11-24T12:00:01Z").await;
    assert_eq!(post(&visitor, "/inbound/events/ses", &[], message.to_string()).await, 200);
    assert_eq!(stored(&world).await.len(), 1);
}

#[tokio::test]
async fn a_subscription_is_confirmed_for_a_topic_of_ours_at_sns_alone() {
    let (world, visitor, fetched) = with_sns(true).await;
    let confirms = |url: &str| {
        by_sns(
            "SubscriptionConfirmation",
            &[("Message", "You have chosen"), ("Token", "23"), ("SubscribeURL", url)],
        )
        .to_string()
    };
    let url = format!(
        "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=23"
    );
    let path = "/inbound/events/ses";
    assert_eq!(post(&visitor, path, &[], confirms(&url)).await, 200);
    let asked = std::mem::take(&mut *fetched.lock().unwrap());
    assert_eq!(asked, [CERTIFICATE.to_owned(), url.clone()]);
    assert_eq!(post(&visitor, path, &[], confirms("https://evil.example/")).await, 401);
    assert_eq!(post(&visitor, path, &[], confirms(&url).replace("Token=23", "Token=24")).await, 401);
    assert!(fetched.lock().unwrap().is_empty());
    assert!(stored(&world).await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_proved_now_is_to_come_again() {
    let (world, visitor, _) = with_sns(false).await;
    let message = by_sns("Notification", &[("Message", "{}")]);
    assert_eq!(post(&visitor, "/inbound/events/ses", &[], message.to_string()).await, 503);
    assert!(stored(&world).await.is_empty());
}
