//! TLS to the relay: what is verified, and what is never said where it is not.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::*;

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn authority(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(fixture(name)).unwrap()
}

/// A relay that offers STARTTLS, says `injected` in plain text behind its 220, and goes on over TLS; with
/// `implicit` TLS it speaks nothing in plain text.
async fn tls_relay(certificate: &str, implicit: bool, injected: &'static str) -> Relay {
    let certificate = CertificateDer::from_pem_file(fixture(certificate)).unwrap();
    let key = PrivateKeyDer::from_pem_file(fixture("relay.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let scheme = if implicit { "smtps" } else { "smtp" };
    let url = format!("{scheme}://{}", listener.local_addr().unwrap());
    let (heard, connections): (Arc<Mutex<Vec<String>>>, _) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
    let relay = Relay { url, heard: Arc::clone(&heard), connections };
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            if !implicit {
                for answer in ["220 relay\r\n", "250-relay\r\n250 STARTTLS\r\n"] {
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    let mut command = [0; 256];
                    let _ = stream.read(&mut command).await.unwrap();
                }
                stream.write_all(format!("220 go ahead\r\n{injected}").as_bytes()).await.unwrap();
            }
            let Ok(encrypted) = acceptor.accept(stream).await else { continue };
            let script: Arc<Script> = if implicit {
                Arc::new(|_, _| None)
            } else {
                // The greeting was said before TLS.
                Arc::new(|_, line| (line == "greeting").then(|| say("")))
            };
            tokio::spawn(converse(encrypted, 1, script, Arc::clone(&heard)));
        }
    });
    relay
}

#[tokio::test]
async fn letters_travel_over_tls_whose_certificate_is_verified() {
    for implicit in [false, true] {
        let relay = tls_relay("relay.pem", implicit, "").await;
        let route = || Route { encryption: Encryption::Required, ..relay.route() };
        let trusted = Post::new(Route { authorities: vec![authority("ca.pem")], ..route() });
        assert_eq!(trusted.tell(&letter("jane@acme.example")).await, accepted(), "implicit: {implicit}");
        let said = Post::new(route()).tell(&letter("jane@acme.example")).await;
        let Said::RelayFault { words, .. } = said else { panic!("{said:?}") };
        assert!(words.contains("certificate"), "{words}");
        assert_eq!(relay.heard().iter().filter(|line| line.starts_with("DATA")).count(), 1);
    }
}

#[tokio::test]
async fn what_stands_in_plain_text_behind_starttls_is_no_answer_over_tls() {
    let relay = tls_relay("relay.pem", false, "250 2.0.0 injected\r\n").await;
    let route =
        Route { encryption: Encryption::Required, authorities: vec![authority("ca.pem")], ..relay.route() };
    let said = Post::new(route).tell(&letter("jane@acme.example")).await;
    assert!(matches!(said, Said::RelayFault { .. }), "{said:?}");
    assert!(relay.heard().is_empty(), "{:?}", relay.heard());
}

fn login() -> Login {
    Login { user: "api".into(), password: "secret".to_owned().into() }
}

#[tokio::test]
async fn a_certificate_that_ran_out_or_is_another_hosts_gets_neither_password_nor_letter() {
    for (certificate, why) in [("expired.pem", "expired"), ("elsewhere.pem", "not valid for name")] {
        for implicit in [false, true] {
            for encryption in [Encryption::Required, Encryption::Opportunistic] {
                let relay = tls_relay(certificate, implicit, "").await;
                let authorities = vec![authority("other-ca.pem")];
                let post =
                    Post::new(Route { encryption, authorities, login: Some(login()), ..relay.route() });
                let said = post.tell(&letter("jane@acme.example")).await;
                let case = format!("{certificate}, implicit: {implicit}, {encryption:?}");
                let Said::RelayFault { code: None, words, retry_after } = said else {
                    panic!("{case}: {said:?}")
                };
                assert!(words.starts_with("tls: ") && words.contains(why), "{case}: {words}");
                assert_eq!(retry_after, TimeDelta::seconds(2), "{case}: it may be mended at any time");
                assert!(relay.heard().is_empty(), "{case}: {:?}", relay.heard());
            }
        }
    }
}

#[tokio::test]
async fn where_somebody_takes_starttls_out_of_the_relays_words_nothing_is_said_in_the_clear() {
    // As firewalls do that look into mail (PIX, ASA).
    for offers in ["250-relay\n250-XXXXXXXA\n250 AUTH PLAIN", "250-relay\n250 AUTH PLAIN"] {
        let relay = Relay::start(move |_, line| line.starts_with("EHLO").then(|| say(offers))).await;
        let post =
            Post::new(Route { encryption: Encryption::Required, login: Some(login()), ..relay.route() });
        let said = post.tell(&letter("jane@acme.example")).await;
        let Said::RelayFault { code: None, words, .. } = said else { panic!("{said:?}") };
        assert!(words.starts_with("starttls: "), "{words}");
        assert!(relay.heard().iter().all(|line| line.starts_with("EHLO")), "{:?}", relay.heard());
    }
}

#[tokio::test]
async fn a_relay_that_breaks_off_the_handshake_is_away_and_the_next_one_is_asked() {
    let first = Relay::start(|_, line| match line {
        _ if line.starts_with("EHLO") => Some(say("250-relay\n250 STARTTLS")),
        "STARTTLS" => Some(Act::SayAndClose("220 go ahead".to_owned())),
        _ => None,
    })
    .await;
    let second = tls_relay("relay.pem", false, "").await;
    let route = |relay: &Relay| Route {
        encryption: Encryption::Required,
        authorities: vec![authority("ca.pem")],
        ..relay.route()
    };
    let post = Post::with_fallbacks(route(&first), vec![route(&second)]);
    let handed = post.hand_over(&letter("jane@acme.example"), Lane::Single).await;
    assert_eq!(handed.said, accepted());
    let [(_, Said::RelayFault { words, .. })] = &handed.passed_by[..] else {
        panic!("{:?}", handed.passed_by)
    };
    assert!(words.starts_with("tls: "), "{words}");
}
