//! Logging in by token: where it comes from, when it is renewed, and what becomes of a refusal. The token endpoint is a
//! real HTTP server on this machine.

use std::collections::BTreeMap;

use tokio::net::TcpStream;
use url::form_urlencoded;

use super::*;
use crate::config::{Grant, OAuth};

const REFUSED: &str = "535 5.7.3 Authentication unsuccessful";

/// Answers request number n, from 1, as it is told to; keeps the forms.
struct Provider {
    url: String,
    asked: Arc<Mutex<Vec<BTreeMap<String, String>>>>,
}

impl Provider {
    async fn start(answer: impl Fn(usize) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/tenant/token", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<_>>> = Arc::default();
        let provider = Self { url, asked: Arc::clone(&asked) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serve(stream, &asked, &answer).await;
            }
        });
        provider
    }

    /// Gives token 1, token 2, … for so many seconds.
    async fn giving(seconds: u32) -> Self {
        Self::start(move |n| {
            (200, format!(r#"{{"access_token":"s3cret-{n}","token_type":"Bearer","expires_in":{seconds}}}"#))
        })
        .await
    }

    fn asked(&self) -> Vec<BTreeMap<String, String>> {
        self.asked.lock().unwrap().clone()
    }

    fn oauth(&self) -> OAuth {
        OAuth {
            user: "privacy@processor.example".to_owned(),
            token_url: self.url.parse().unwrap(),
            grant: application(Some("hush&="), None),
            scope: Some("https://outlook.office365.com/.default".to_owned()),
        }
    }
}

fn application(client_secret: Option<&str>, refresh_token: Option<&str>) -> Grant {
    let secret = |text: &str| text.to_owned().into();
    Grant::Application {
        client_id: "app".to_owned(),
        client_secret: client_secret.map(secret),
        refresh_token: refresh_token.map(secret),
    }
}

async fn serve(
    stream: TcpStream,
    asked: &Mutex<Vec<BTreeMap<String, String>>>,
    answer: &impl Fn(usize) -> (u16, String),
) {
    let mut stream = BufReader::new(stream);
    let (mut length, mut line) = (0, String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap() == 0 {
            return;
        }
        if let Some(given) = line.to_lowercase().strip_prefix("content-length:") {
            length = given.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let number = {
        let mut asked = asked.lock().unwrap();
        asked.push(form_urlencoded::parse(&body).into_owned().collect());
        asked.len()
    };
    let (status, body) = answer(number);
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
}

/// A relay that takes these tokens, and challenges those who come with another before it refuses them.
async fn relay(good: impl Fn(&str) -> bool + Send + Sync + 'static) -> Relay {
    Relay::start(move |_, line| match line {
        _ if line.starts_with("EHLO") => Some(say("250-relay\n250 AUTH PLAIN XOAUTH2")),
        "" => Some(say(REFUSED)),
        _ => {
            let response = line.strip_prefix("AUTH XOAUTH2 ")?;
            let response = String::from_utf8(base64(response)).unwrap();
            let shown = response
                .strip_prefix("user=privacy@processor.example\x01auth=Bearer ")
                .and_then(|rest| rest.strip_suffix("\x01\x01"))
                .expect("the form of XOAUTH2");
            let taken = if good(shown) { "235 2.7.0 welcome" } else { "334 eyJzdGF0dXMiOiI0MDAifQ==" };
            Some(say(taken))
        }
    })
    .await
}

fn base64(text: &str) -> Vec<u8> {
    use ::base64::Engine;
    ::base64::prelude::BASE64_STANDARD.decode(text).unwrap()
}

fn post(relay: &Relay, oauth: OAuth) -> Post {
    // A connection a letter, and a refused login is tried again at once.
    let patience = Patience { refused: Duration::ZERO, away_first: Duration::ZERO, ..Patience::default() };
    Post::new(Route { oauth: Some(oauth), letters_per_connection: 1, patience, ..relay.route() })
}

fn logins(relay: &Relay) -> usize {
    relay.heard().iter().filter(|line| line.starts_with("AUTH")).count()
}

#[tokio::test]
async fn one_token_serves_every_connection_until_shortly_before_it_runs_out() {
    let provider = Provider::giving(3_600).await;
    let relay = relay(|token| token == "s3cret-1").await;
    let post = post(&relay, provider.oauth());
    for _ in 0..3 {
        assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    }
    assert_eq!((relay.connections(), logins(&relay)), (3, 3));
    let form = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>()
    };
    let expected = form(&[
        ("client_id", "app"),
        ("client_secret", "hush&="),
        ("grant_type", "client_credentials"),
        ("scope", "https://outlook.office365.com/.default"),
    ]);
    assert_eq!(provider.asked(), [expected]);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_runs_out_by_the_newest_refresh_token() {
    let provider = Provider::start(|n| {
        (200, format!(r#"{{"access_token":"s3cret-{n}","expires_in":"0","refresh_token":"next-{n}"}}"#))
    })
    .await;
    let relay = relay(|_| true).await;
    let oauth = OAuth { grant: application(None, Some("first")), ..provider.oauth() };
    let post = post(&relay, oauth);
    for _ in 0..3 {
        assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    }
    let used: Vec<String> = provider.asked().iter().map(|form| form["refresh_token"].clone()).collect();
    assert_eq!(used, ["first", "next-1", "next-2"]);
    assert!(provider.asked().iter().all(|form| form["grant_type"] == "refresh_token"));
}

#[tokio::test]
async fn a_service_account_signs_that_it_acts_for_the_user() {
    use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    let provider = Provider::giving(3_600).await;
    let relay = relay(|token| token == "s3cret-1").await;
    let account = Arc::new(crate::config::ServiceAccount {
        email: "mail@project.iam.gserviceaccount.com".to_owned(),
        key_id: "k1".to_owned(),
        key: ring::signature::RsaKeyPair::from_pkcs8(&{
            use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
            PrivatePkcs8KeyDer::from_pem_file("tests/fixtures/dkim/rsa.pem")
                .unwrap()
                .secret_pkcs8_der()
                .to_vec()
        })
        .unwrap(),
        token_url: None,
    });
    let oauth = OAuth {
        grant: Grant::ServiceAccount(Arc::clone(&account)),
        scope: Some("https://mail.google.com/".to_owned()),
        ..provider.oauth()
    };
    assert_eq!(post(&relay, oauth).tell(&letter("jane@acme.example")).await, accepted());
    let [form] = <[_; 1]>::try_from(provider.asked()).unwrap();
    let keys: Vec<&str> = form.keys().map(String::as_str).collect();
    assert_eq!(keys, ["assertion", "grant_type"]);
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let (said, signature) = form["assertion"].rsplit_once('.').unwrap();
    let decoded = |part: &str| {
        use ::base64::Engine;
        ::base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()
    };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, account.key.public_key().as_ref())
        .verify(said.as_bytes(), &decoded(signature))
        .unwrap();
    let parts: Vec<serde_json::Value> =
        said.split('.').map(|part| serde_json::from_slice(&decoded(part)).unwrap()).collect();
    assert_eq!(parts[0], serde_json::json!({ "alg": "RS256", "typ": "JWT", "kid": "k1" }));
    let claim = |name: &str| parts[1][name].as_str().unwrap();
    assert_eq!(
        (claim("iss"), claim("sub"), claim("aud"), claim("scope")),
        (
            "mail@project.iam.gserviceaccount.com",
            "privacy@processor.example",
            provider.url.as_str(),
            "https://mail.google.com/"
        )
    );
    assert_eq!(parts[1]["exp"].as_u64().unwrap() - parts[1]["iat"].as_u64().unwrap(), 3_600);
}

#[tokio::test]
async fn a_token_withdrawn_before_its_time_is_replaced_at_once() {
    let provider = Provider::giving(3_600).await;
    let withdrawn = Arc::new(AtomicUsize::new(0));
    let relay = relay({
        let withdrawn = Arc::clone(&withdrawn);
        move |token| token == format!("s3cret-{}", 1 + withdrawn.load(Ordering::SeqCst))
    })
    .await;
    let post = post(&relay, provider.oauth());
    assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    withdrawn.store(1, Ordering::SeqCst);
    assert_eq!(post.tell(&letter("jane@acme.example")).await, accepted());
    assert_eq!((provider.asked().len(), logins(&relay)), (2, 3));
}

#[tokio::test]
async fn a_token_that_is_refused_is_a_fault_of_the_login_and_waits_for_a_person() {
    let provider = Provider::giving(3_600).await;
    let relay = relay(|_| false).await;
    let post = Post::new(Route { oauth: Some(provider.oauth()), ..relay.route() });
    let said = post.tell(&letter("jane@acme.example")).await;
    let Said::RelayFault { code: Some(535), words, retry_after } = said else { panic!("{said:?}") };
    assert_eq!(retry_after, TimeDelta::minutes(5));
    assert!(words.contains("5.7.3 Authentication unsuccessful") && !words.contains("s3cret"), "{words}");
    assert_eq!(relay.heard()[2..], [""], "the challenge got an empty line, and no letter was spoken of");
    assert_eq!(provider.asked().len(), 1, "a fresh token that is refused is not replaced");
}

#[tokio::test]
async fn what_the_provider_says_instead_of_a_token_is_told_without_secrets() {
    let minutes = TimeDelta::minutes;
    for (status, body, code, says, wait) in [
        (
            401,
            r#"{"error":"invalid_client","error_description":"s3cret"}"#,
            Some(535),
            "said 401 invalid_client",
            minutes(5),
        ),
        (400, r#"{"error":"s3cret!"}"#, Some(535), "said 400 s", minutes(5)),
        (503, "<html>s3cret</html>", None, "said 503", TimeDelta::seconds(2)),
        (429, "{}", None, "said 429", TimeDelta::seconds(2)),
        (302, "{}", None, "said 302", TimeDelta::seconds(2)),
        (200, r#"{"token":"s3cret"}"#, None, "gave no token", TimeDelta::seconds(2)),
        (200, r#"{"access_token":"s3c\u0001ret"}"#, None, "gave what is no token", TimeDelta::seconds(2)),
    ] {
        let provider = Provider::start(move |_| (status, body.to_owned())).await;
        let relay = relay(|_| true).await;
        let post = Post::new(Route { oauth: Some(provider.oauth()), ..relay.route() });
        let said = post.tell(&letter("jane@acme.example")).await;
        let Said::RelayFault { code: given, words, retry_after } = said else { panic!("{said:?}") };
        assert_eq!((given, retry_after), (code, wait), "{words}");
        assert!(words.contains(says) && !words.contains("s3c"), "{words}");
        assert_eq!(logins(&relay), 0);
    }
    let gone = Provider { url: "http://127.0.0.1:1/token".to_owned(), asked: Arc::default() };
    let relay = relay(|_| true).await;
    let post = Post::new(Route { oauth: Some(gone.oauth()), ..relay.route() });
    let said = post.tell(&letter("jane@acme.example")).await;
    assert!(matches!(said, Said::RelayFault { code: None, .. }), "{said:?}");
}

#[tokio::test]
async fn many_connections_at_once_ask_for_one_token() {
    let provider = Provider::giving(3_600).await;
    let relay = relay(|token| token == "s3cret-1").await;
    let post = Post::new(Route { oauth: Some(provider.oauth()), connections: 4, ..relay.route() });
    let letters: Vec<Composed> = (0..16).map(|n| letter(&format!("{n}@acme.example"))).collect();
    let said = futures_util::future::join_all(letters.iter().map(|letter| post.tell(letter))).await;
    assert_eq!(said, vec![accepted(); 16]);
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn a_relay_without_xoauth2_is_shown_no_token() {
    let provider = Provider::giving(3_600).await;
    let relay =
        Relay::start(|_, line| line.starts_with("EHLO").then(|| say("250-relay\n250 AUTH PLAIN"))).await;
    let post = Post::new(Route { oauth: Some(provider.oauth()), ..relay.route() });
    let said = post.tell(&letter("jane@acme.example")).await;
    let Said::RelayFault { words, .. } = said else { panic!("{said:?}") };
    assert!(words.contains("does not offer AUTH XOAUTH2"), "{words}");
    assert_eq!((provider.asked().len(), logins(&relay)), (0, 0));
}
