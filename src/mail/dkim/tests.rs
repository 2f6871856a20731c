//! Signatures as a verifier sees them that is not ours (`mail-auth`), with DNS as it would answer.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::path::Path;
use std::time::Instant;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::{AuthenticatedMessage, DkimResult, MessageAuthenticator, Parameters, ResolverCache, Txt};

use super::*;
use crate::mail::compose::tests::announcement;

struct Dns(HashMap<Box<str>, Txt>);

impl ResolverCache<Box<str>, Txt> for Dns {
    fn get<Q: Hash + Eq + ?Sized>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        self.0.get(name).cloned()
    }

    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

fn fixture(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/fixtures/dkim/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn dns() -> Dns {
    let record = |selector: &str, file| {
        let key = DomainKey::parse(fixture(file).as_bytes()).unwrap();
        (format!("{selector}._domainkey.processor.example.").into_boxed_str(), Txt::DomainKey(Arc::new(key)))
    };
    Dns([record("fn2026b", "rsa.txt"), record("fn2026b-ed", "ed25519.txt")].into())
}

/// Each signature's selector, and whether it holds.
async fn verified(bytes: &[u8]) -> Vec<(String, bool)> {
    let message = AuthenticatedMessage::parse(bytes).unwrap();
    let asked = Parameters::new(&message);
    let dns = dns();
    let outputs =
        MessageAuthenticator::new_cloudflare().unwrap().verify_dkim(asked.with_txt_cache(&dns)).await;
    let holds = |result: &DkimResult| matches!(result, DkimResult::Pass);
    outputs.iter().map(|output| (output.signature().unwrap().s.clone(), holds(output.result()))).collect()
}

fn settings(keys: &str) -> Result<Settings, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dkim/forenotice.toml");
    let text = format!(
        r#"
        [site]
        name = "Processor"
        base_url = "https://privacy.processor.example"
        dpo_address = "dpo@processor.example"
        [database]
        url = "postgres://app@db.example/forenotice"
        [smtp]
        url = "smtp://relay.example:587"
        from = "Processor <privacy@processor.example>"
        bounce_address = "{{token}}@bounces.processor.example"
        [inbound]
        reply_address = "{{token}}@replies.processor.example"
        [ledger]
        key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
        [smtp.dkim]
        {keys}
        "#
    );
    let variables = std::iter::empty::<(String, String)>().collect();
    let loaded = crate::config::parse(&folder, &text, &variables);
    loaded.map(|loaded| loaded.settings).map_err(|faults| faults.to_string())
}

const RSA: &str = "domain = \"processor.example\"\nselector = \"fn2026b\"\nkey_file = \"rsa.pem\"\n";
const BOTH: &str = "domain = \"processor.example\"\nselector = \"fn2026b\"\nkey_file = \"rsa.pem\"
                    ed25519_selector = \"fn2026b-ed\"\ned25519_key_file = \"ed25519.pem\"\n";

async fn signed(signer: &Signer, letter: &Composed) -> Vec<u8> {
    [signer.sign(letter).await.unwrap().as_bytes(), &letter.bytes].concat()
}

fn signer(keys: &str) -> Signer {
    Signer::of(&settings(keys).unwrap()).unwrap()
}

#[test]
fn canonical_forms_are_those_of_the_rfcs() {
    // RFC 6376, 3.4.5.
    let mut header = String::new();
    for (name, value) in headers("A: X\r\nB : Y\t\r\n\tZ  \r\n") {
        relaxed_header(&mut header, name, value);
        header.push_str("\r\n");
    }
    assert_eq!(header, "a:X\r\nb:Y Z\r\n");
    assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
    assert_eq!(relaxed_body(b"\r\n \r\n"), b"");
    // RFC 8463, A.2 and A.3.
    let body = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
    let hash = BASE64_STANDARD.encode(Sha256::digest(relaxed_body(body)));
    assert_eq!(hash, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
}

#[tokio::test]
async fn a_letter_is_signed_by_each_key_and_another_verifier_agrees() {
    let letter = announcement();
    let whole = |selector: &str| (selector.to_owned(), true);
    let sealed = signed(&signer(BOTH), &letter).await;
    assert_eq!(verified(&sealed).await, [whole("fn2026b"), whole("fn2026b-ed")]);
    assert_eq!(verified(&signed(&signer(RSA), &letter).await).await, [whole("fn2026b")]);
    let text = String::from_utf8(sealed).unwrap();
    assert_eq!(text.lines().find(|line| line.len() > 78), None);
    let signature = text.split("\r\nDate:").next().unwrap().replace("\r\n", "").replace(' ', "");
    let names = signature.split("h=").nth(1).unwrap().split(';').next().unwrap();
    assert_eq!(
        names,
        "From:From:Reply-To:Reply-To:Subject:Subject:Date:Date:To:To:Cc:Message-ID:Message-ID:References:References:\
         In-Reply-To:MIME-Version:MIME-Version:Content-Type:Content-Type:Content-Transfer-Encoding:List-Unsubscribe:\
         List-Unsubscribe-Post:Feedback-ID:X-Forenotice-Delivery"
    );
    let at = letter.date.timestamp();
    assert!(
        signature.starts_with(&format!("DKIM-Signature:v=1;a=rsa-sha256;c=relaxed/relaxed;t={at};d=")),
        "{text}"
    );
}

#[tokio::test]
async fn whatever_is_changed_or_added_on_the_way_breaks_the_signature() {
    let text = String::from_utf8(signed(&signer(BOTH), &announcement()).await).unwrap();
    let added =
        SEALED.iter().map(|name| (*name, text.replacen("\r\nDate:", &format!("\r\n{name}: x\r\nDate:"), 1)));
    let changed = [
        ("the recipient", text.replace("To: \"Petra", "To: \"Peter")),
        ("the subject", text.replace("Subject: CHG", "Subject: CHX")),
        ("a header that is signed once", text.replace("\r\nFeedback-ID:", "\r\nFeedback-XD:")),
        ("the delivery's token", text.replace("X-Forenotice-Delivery: d-", "X-Forenotice-Delivery: x-")),
        ("the end of the body", format!("{text}--\r\n")),
        ("the signature's date", text.replace("; t=", "; t=1")),
    ];
    for (what, mail) in added.chain(changed) {
        assert!(mail != text, "{what} was not changed");
        let results = verified(mail.as_bytes()).await;
        assert_eq!(results.iter().map(|(_, holds)| *holds).collect::<Vec<_>>(), [false, false], "{what}");
    }
    // What relays do on their way costs nothing.
    let trace = format!("Received: from a by b; Mon, 23 Nov 2026 09:00:09 +0000\r\n{text}\r\n\r\n");
    assert!(verified(trace.as_bytes()).await.iter().all(|(_, holds)| *holds));
}

#[tokio::test]
async fn the_same_letter_has_the_same_signatures_and_its_hash_knows_nothing_of_them() {
    let letter = announcement();
    let first = signed(&signer(BOTH), &letter).await;
    assert!(signed(&signer(BOTH), &letter).await == first);
    let below = &first[first.len() - letter.bytes.len()..];
    assert_eq!(<[u8; 32]>::from(Sha256::digest(below)), letter.hash);
    let later = Composed { date: letter.date + chrono::TimeDelta::seconds(1), ..letter.clone() };
    assert!(signed(&signer(BOTH), &later).await != first, "t= is the instant of composing");
}

#[tokio::test]
async fn what_the_relay_replaces_is_not_signed() {
    let replaced = profile::replaced_headers(crate::config::Profile::Ses);
    let signer = Signer::new(settings(RSA).unwrap().smtp.dkim.unwrap(), replaced);
    let text = String::from_utf8(signed(&signer, &announcement()).await).unwrap();
    let ours = text.find("\r\nDate: ").unwrap();
    let date = text[ours + 2..].split("\r\n").next().unwrap();
    let sent_on = text
        .replace(date, "Date: Mon, 23 Nov 2026 10:11:12 +0000")
        .replace("Message-ID: <m-", "Message-ID: <0102019a7c1e-");
    assert!(sent_on != text);
    assert_eq!(verified(sent_on.as_bytes()).await, [("fn2026b".to_owned(), true)]);
}

#[test]
fn a_key_that_cannot_sign_is_told_at_start_with_its_file_and_the_reason() {
    for (keys, why) in [
        (RSA.replace("rsa.pem", "short.pem"), "smtp.dkim.key: has fewer than 2048 bits"),
        (
            RSA.replace("rsa.pem", "ed25519.pem"),
            "smtp.dkim.key: is no RSA key; an Ed25519 key belongs under smtp.dkim.ed25519_key",
        ),
        (RSA.replace("rsa.pem", "rsa.txt"), "smtp.dkim.key: holds no private key in PEM"),
        (RSA.replace("rsa.pem", "none.pem"), "smtp.dkim.key: cannot be read"),
        (BOTH.replace("ed25519.pem", "rsa.pem"), "smtp.dkim.ed25519_key: is no Ed25519 key"),
        (BOTH.replace("fn2026b-ed", "fn2026b"), "smtp.dkim.ed25519_selector: two keys under one selector"),
        (RSA.replace("\"fn2026b\"", "\"a b\""), "smtp.dkim.selector: \"a b\" is no selector"),
        (
            RSA.replace("processor.example", "other.example"),
            "smtp.dkim.domain: \"other.example\" is neither above nor below processor.example, the domain of smtp.from",
        ),
        ("domain = \"processor.example\"".to_owned(), "smtp.dkim.key: missing: the RSA key"),
    ] {
        let faults = settings(&keys).unwrap_err();
        assert!(faults.contains(why), "{faults}");
        if why.starts_with("smtp.dkim.key: h") {
            assert!(faults.contains("(file ") && faults.contains("tests/fixtures/dkim/"), "{faults}");
        }
    }
    assert!(settings(&RSA.replace("processor.example", "news.processor.example")).is_ok());
    let shown = format!("{:?}", settings(BOTH).unwrap().smtp);
    assert!(!shown.contains("PRIVATE"), "{shown}");
}
