//! `forenotice dkim`: a key of our own making, published, as a receiver finds it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

use mail_auth::hickory_resolver::proto::op::{Message, ResponseCode};
use mail_auth::hickory_resolver::proto::rr::rdata::TXT;
use mail_auth::hickory_resolver::proto::rr::{RData, Record};
use tokio::net::UdpSocket;

use crate::support::World;

/// A DNS server that knows these TXT records and nothing else.
async fn dns(records: HashMap<String, String>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut asked = [0; 1500];
        while let Ok((octets, from)) = socket.recv_from(&mut asked).await {
            let question = Message::from_vec(&asked[..octets]).unwrap();
            let query = question.queries[0].clone();
            let mut answer = question.into_response();
            match records.get(query.name().to_utf8().trim_end_matches('.')) {
                Some(text) => {
                    let strings = text.as_bytes().chunks(255).collect();
                    let text = RData::TXT(TXT::from_bytes(strings));
                    answer.add_answer(Record::from_rdata(query.name().clone(), 60, text));
                }
                None => answer.metadata.response_code = ResponseCode::NXDomain,
            }
            socket.send_to(&answer.to_vec().unwrap(), from).await.unwrap();
        }
    });
    address
}

#[tokio::test]
async fn a_key_made_here_and_published_is_found_by_receivers_and_no_other() {
    let world = World::on("2026-11-23T09:00Z").await;
    let folder = tempfile::tempdir().unwrap();
    let make = async |name: &str, more: &[&str]| {
        let file = folder.path().join(name).display().to_string();
        let words = ["dkim", "keygen", "--domain", "processor.example", "--json", "--out", &file];
        let made = world.command(&[&words, more].concat()).await;
        assert_eq!(made.code, Some(0), "{made:?}");
        (
            file,
            made.json()["name"].as_str().unwrap().to_owned(),
            made.json()["record"].as_str().unwrap().to_owned(),
        )
    };
    let (rsa, at, record) = make("dkim.pem", &["--selector", "FN2026b"]).await;
    assert_eq!(at, "fn2026b._domainkey.processor.example");
    assert_eq!(std::fs::metadata(&rsa).unwrap().permissions().mode() & 0o777, 0o600);
    let (ed25519, at_too, record_too) = make("ed.pem", &["--selector", "fn2026b-ed", "--ed25519"]).await;

    let again = world.command(&["dkim", "keygen", "--domain", "processor.example", "--out", &rsa]).await;
    assert_eq!(again.code, Some(1));
    assert!(again.said.contains("dkim.pem") && again.said.contains("--out"), "{again:?}");

    let settings = [
        ("FORENOTICE__SMTP__DKIM__DOMAIN", "processor.example"),
        ("FORENOTICE__SMTP__DKIM__SELECTOR", "fn2026b"),
        ("FORENOTICE__SMTP__DKIM__KEY_FILE", &rsa),
        ("FORENOTICE__SMTP__DKIM__ED25519_SELECTOR", "fn2026b-ed"),
        ("FORENOTICE__SMTP__DKIM__ED25519_KEY_FILE", &ed25519),
    ];
    let check = async |records: &[(&str, &str)]| {
        let known = records.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let server = dns(known).await.to_string();
        world.fed(&["dkim", "check", "--dns", &server], b"", &settings).await
    };
    let both = check(&[(&at, &record), (&at_too, &record_too)]).await;
    assert_eq!(both.code, Some(0), "{both:?}");
    assert_eq!(both.printed.matches("receivers can check").count(), 2, "{both:?}");

    let neither = check(&[]).await;
    assert_eq!(neither.code, Some(1));
    assert!(
        neither.printed.contains("DNS has no such record") && neither.printed.contains(&record),
        "{neither:?}"
    );

    let (_, _, others) = make("other.pem", &[]).await;
    for (published, why) in [
        (others.as_str(), "another key's"),
        (record_too.as_str(), "another kind of key"),
        ("v=DKIM1; k=rsa; p=", "withdrawn"),
        ("v=spf1 -all", "holds no DKIM key"),
    ] {
        let found = check(&[(&at, published), (&at_too, &record_too)]).await;
        assert_eq!(found.code, Some(1), "{found:?}");
        assert!(found.printed.contains(why), "{published}: {found:?}");
        assert!(found.printed.contains(&format!("{at_too}: receivers can check")), "{found:?}");
    }

    let unsigned = world.command(&["dkim", "check"]).await;
    assert!(unsigned.said.contains("[smtp.dkim] names no key"), "{unsigned:?}");
    for (wrong, why) in [(["--domain", "nowhere"], "no domain"), (["--selector", "a b"], "no selector")] {
        let out = folder.path().join("never.pem").display().to_string();
        let refused = world.command(&[&["dkim", "keygen", "--out", &out], &wrong[..]].concat()).await;
        assert!(refused.code == Some(1) && refused.said.contains(why), "{refused:?}");
        assert!(!std::fs::exists(&out).unwrap());
    }
    world.finish().await;
}
