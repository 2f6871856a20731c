use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::*;

const SAMPLE: &str = include_str!("../../config/forenotice.toml");

/// The least that is a configuration.
const LEAST: &str = r#"
[site]
name = "Processor GmbH"
base_url = "https://trust.processor.example"
dpo_address = "dpo@processor.example"
[database]
url = "postgres://app:s3cret@db.example/forenotice"
[smtp]
url = "smtp://user:s3cret@relay.example:587"
from = "Processor <privacy@processor.example>"
bounce_address = "{token}@bounces.processor.example"
[inbound]
reply_address = "objections+{token}@processor.example"
[ledger]
key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
"#;

fn parsed(text: &str, variables: &[(&str, &str)]) -> Result<Loaded, Faults> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    parse(Path::new("etc/forenotice.toml"), text, &variables)
}

/// The faults of the least configuration with a line changed.
fn faults(from: &str, to: &str) -> Vec<String> {
    assert!(LEAST.contains(from), "{from:?} is in no line");
    let Faults(faults) = parsed(&LEAST.replace(from, to), &[]).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn the_least_configuration_takes_the_defaults_for_the_rest() {
    let settings = parsed(LEAST, &[]).unwrap().settings;
    assert_eq!(settings.environment, Environment::Production);
    assert_eq!(settings.policy.notice_days.get(), 30);
    assert_eq!(settings.policy.objection_days, None);
    assert_eq!(settings.smtp.tls, Tls::Required);
    assert_eq!(settings.smtp.from_subscribers, settings.smtp.from);
    assert_eq!(settings.smtp.queue_lifetime, TimeDelta::days(5));
    assert_eq!(settings.inbound.reply_address.with("r-x"), "objections+r-x@processor.example");
    assert_eq!(settings.site.link("/manage/x"), "https://trust.processor.example/manage/x");
}

#[test]
fn every_fault_is_told_at_once_with_its_place() {
    let text = LEAST
        .replace("dpo_address", "dpo_adress")
        .replace("[smtp]", "[smtp]\nconnections = 0\ntls = \"maybe\"")
        .replace("[inbound]", "[policy]\nnotice_days = \"thirty\"\n[inbound]");
    let all =
        parsed(&text, &[("FORENOTICE__WEB__LISTEN", "8080"), ("FORENOTICE__SMTP__PROT", "x")]).unwrap_err();
    assert_eq!(
        all.to_string(),
        "the configuration has 7 faults:
  policy.notice_days: \"thirty\" is no number of days (etc/forenotice.toml:15)
  site.dpo_address: missing: who is told what needs a person
  site.dpo_adress: unknown key; the nearest known one is site.dpo_address (etc/forenotice.toml:5)
  smtp.connections: 0 is no number of connections from 1 to 1000 (etc/forenotice.toml:9)
  smtp.prot: unknown key; the nearest known one is smtp.from (environment variable FORENOTICE__SMTP__PROT)
  smtp.tls: \"maybe\" is none of required, opportunistic, none (etc/forenotice.toml:10)
  web.listen: \"8080\" is no address and port, as in \"127.0.0.1:8080\" (environment variable FORENOTICE__WEB__LISTEN)"
    );
}

#[test]
fn each_kind_of_fault_says_what_it_takes() {
    let table: &[(&str, &str, &str)] = &[
        ("\"Processor GmbH\"", "\"\"", "site.name: must not be empty (etc/forenotice.toml:3)"),
        ("\"Processor GmbH\"", "\"a\\nb\"", "site.name: must be one line (etc/forenotice.toml:3)"),
        ("\"Processor GmbH\"", "7", "site.name: 7 is no text; write it in quotes (etc/forenotice.toml:3)"),
        (
            "\"Processor GmbH\"",
            "true",
            "site.name: a truth value is no text; write it in quotes (etc/forenotice.toml:3)",
        ),
        (
            "https://trust.processor.example",
            "http://trust.processor.example",
            "site.base_url: http://trust.processor.example/ is not https; links that are secrets must not travel in the clear (etc/forenotice.toml:4)",
        ),
        (
            "https://trust.processor.example",
            "trust.processor.example",
            "site.base_url: \"trust.processor.example\" is no URL: relative URL without a base (etc/forenotice.toml:4)",
        ),
        (
            "dpo@processor.example",
            "dpo",
            "site.dpo_address: \"dpo\" is no mail address: Missing separator character '@'. (etc/forenotice.toml:5)",
        ),
        (
            "[database]",
            "languages = [\"en\", \"xx\"]\n[database]",
            "site.languages: there are no letters in \"xx\"; there are in en, de, fr, es (etc/forenotice.toml:6)",
        ),
        (
            "privacy@processor",
            "noreply@processor",
            "smtp.from: noreply@processor.example takes no answers; customers answer the sender, so name one that is read (etc/forenotice.toml:10)",
        ),
        (
            "{token}@bounces",
            "bounces@bounces",
            "smtp.bounce_address: \"bounces@bounces.processor.example\" lacks {token}, as in \"{token}@mail.processor.example\" (etc/forenotice.toml:11)",
        ),
        (
            "[smtp]",
            "[smtp]\ntls = \"none\"",
            "smtp.tls: \"none\" is for a relay on this machine only (etc/forenotice.toml:9)",
        ),
        (
            "[smtp]",
            "[smtp]\nqueue_lifetime = \"five\"",
            "smtp.queue_lifetime: \"five\" is no length of time under a year, as in \"P5D\" or \"PT36H\" (etc/forenotice.toml:9)",
        ),
        (
            "[smtp]",
            "[policy]\nhold = \"never\"\n[smtp]",
            "policy.hold: \"never\" is none of wait, postpone, ask (etc/forenotice.toml:9)",
        ),
        (
            "[smtp]",
            "[telemetry]\nlog_filter = \"info,sqlx=loud\"\n[smtp]",
            "telemetry.log_filter: \"info,sqlx=loud\" is no filter, as in \"info,sqlx=warn\": error parsing level filter: expected one of \"off\", \"error\", \"warn\", \"info\", \"debug\", \"trace\", or a number 0-5 (etc/forenotice.toml:9)",
        ),
        (
            "[smtp]",
            "[smtp.dkim]\nselectors = \"a\"\n[smtp]",
            "smtp.dkim.selectors: unknown key; the nearest known one is smtp.dkim.selector (etc/forenotice.toml:9)",
        ),
    ];
    for (from, to, said) in table {
        assert_eq!(faults(from, to), [*said]);
    }
}

#[test]
fn what_contradicts_itself_is_told() {
    let table: &[(&str, &str, &str)] = &[
        (
            "[database]",
            "products = [\"api\", \"chat;web\"]\n[database]",
            "site.products: \"chat;web\" holds a semicolon, which divides the products of a file (etc/forenotice.toml:6)",
        ),
        (
            "[database]",
            "products = [\"api\", \"Api\"]\n[database]",
            "site.products: \"Api\" is there twice (etc/forenotice.toml:6)",
        ),
        (
            "[smtp]",
            "[admin]\nlisten = \"127.0.0.1:8080\"\n[smtp]",
            "admin.listen: 127.0.0.1:8080 is web.listen, too: each needs a port of its own (etc/forenotice.toml:9)",
        ),
    ];
    for (from, to, said) in table {
        assert_eq!(faults(from, to), [*said]);
    }
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    let said = parsed("[site]\nname = \n", &[]).unwrap_err().to_string();
    assert!(said.contains("etc/forenotice.toml:2"), "{said}");
}

#[test]
fn a_key_given_twice_is_told_with_its_line() {
    let said =
        parsed(&LEAST.replace("[database]", "name = \"Other\"\n[database]"), &[]).unwrap_err().to_string();
    assert!(said.contains("etc/forenotice.toml:6") && said.contains("duplicate"), "{said}");
}

#[test]
fn no_fault_quotes_a_secret() {
    for (from, to) in [
        ("postgres://app:s3cret@db.example/forenotice", "mysql://app:s3cret@db.example"),
        ("smtp://user:s3cret@relay.example:587", "http://user:s3cret@relay.example"),
        ("smtp://user:s3cret@relay.example:587", "s3cret"),
        ("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "s3cret"),
        ("\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"", "53"),
    ] {
        let said = faults(from, to).join("\n");
        assert!(!said.contains("s3cret") && !said.contains("53;"), "{said}");
    }
}

#[test]
fn the_environment_wins_over_the_file_letter_for_letter() {
    let loaded = parsed(
        LEAST,
        &[
            ("FORENOTICE__SITE__NAME", "007"),
            ("FORENOTICE__POLICY__NOTICE_DAYS", "45"),
            ("FORENOTICE__SITE__PRODUCTS", "api; chat"),
            ("FORENOTICE__SMTP__HELO_NAME", ""),
            ("FORENOTICE_CONFIG", "elsewhere.toml"),
        ],
    )
    .unwrap();
    assert_eq!(loaded.settings.site.name, "007");
    assert_eq!(loaded.settings.policy.notice_days.get(), 45);
    assert_eq!(loaded.settings.site.products, ["api", "chat"]);
    assert_eq!(loaded.settings.smtp.helo_name, None);
    let origin = |key| loaded.shown.iter().find(|shown| shown.key == key).unwrap().origin.to_string();
    assert_eq!(origin("site.name"), "environment variable FORENOTICE__SITE__NAME");
    assert_eq!(origin("site.base_url"), "etc/forenotice.toml:4");
    assert_eq!(origin("policy.hold"), "default");
}

#[test]
fn a_mailbox_of_microsofts_takes_three_connections() {
    let with = |more: &str| LEAST.replace("[smtp]", &format!("[smtp]\nprofile = \"m365\"\n{more}"));
    assert_eq!(parsed(&with(""), &[]).unwrap().settings.smtp.connections, 3);
    let faults = parsed(&with("connections = 4"), &[]).unwrap_err().to_string();
    assert!(faults.contains("smtp.connections: 4 is no number of connections from 1 to 3"), "{faults}");
}

#[test]
fn a_relay_whose_bounces_cannot_reach_us_is_refused_in_production() {
    for (profile, refused) in [
        ("postfix", false),
        ("ses", false),
        ("sendgrid", true),
        ("postmark", true),
        ("mailgun", true),
        ("m365", false),
        ("google", false),
        ("generic", false),
    ] {
        let text = LEAST.replace("[smtp]", &format!("[smtp]\nprofile = \"{profile}\""));
        let said = parsed(&text, &[]).map_err(|faults| faults.to_string());
        let why = format!("smtp.profile: \"{profile}\" tells of bounces by its events alone");
        assert_eq!(said.is_err_and(|faults| faults.contains(&why)), refused, "{profile}");
        let rehearsal = parsed(&format!("environment = \"test\"\n{text}"), &[]);
        assert_eq!(rehearsal.unwrap().settings.smtp.profile.to_string(), profile);
    }
}

#[test]
fn a_configuration_set_is_sess() {
    let with = |more: &str| LEAST.replace("[smtp]", &format!("[smtp]\n{more}"));
    let settings = parsed(&with("profile = \"ses\"\nconfiguration_set = \"notices\""), &[]).unwrap().settings;
    assert_eq!(settings.smtp.configuration_set.as_deref(), Some("notices"));
    for (more, why) in [
        ("configuration_set = \"notices\"", "smtp.configuration_set: is SES's; set smtp.profile"),
        (
            "profile = \"ses\"\nconfiguration_set = \"a b\"",
            "smtp.configuration_set: \"a b\" is no name of SES's",
        ),
    ] {
        let faults = parsed(&with(more), &[]).unwrap_err().to_string();
        assert!(faults.contains(why), "{faults}");
    }
}

#[test]
fn a_login_by_token_is_whole_or_not_there_and_shows_no_secret() {
    let password = "smtp://user:s3cret@relay.example:587";
    let with = |more: &str| {
        LEAST.replace(password, "smtp://relay.example:587").replace(
            "[inbound]",
            &format!("[smtp.oauth]\nuser = \"privacy@processor.example\"\n{more}[inbound]"),
        )
    };
    let whole =
        "token_url = \"https://login.example/token\"\nclient_id = \"app\"\nclient_secret = \"s3cret\"\n";
    let loaded = parsed(&with(whole), &[]).unwrap();
    let oauth = loaded.settings.smtp.oauth.as_ref().unwrap();
    assert_eq!(oauth.user, "privacy@processor.example");
    assert!(matches!(&oauth.grant, Grant::Application { client_id, .. } if client_id == "app"));
    assert!(!format!("{:?} {:?}", loaded.shown, loaded.settings).contains("s3cret"));

    let cases = [
        ("client_id = \"app\"\n", "smtp.oauth.client_secret: missing: what proves who we are"),
        (
            "client_secret = \"x\"\n",
            "smtp.oauth.client_id: missing: as whom we are registered there\n  smtp.oauth.token_url: missing",
        ),
        (
            &whole.replace("https:", "http:"),
            "smtp.oauth.token_url: \"http://login.example/token\" is not https; our secret must not travel",
        ),
    ];
    for (more, why) in cases {
        let faults = parsed(&with(more), &[]).unwrap_err().to_string();
        assert!(faults.contains(why), "{faults}");
    }
    let both = with(whole).replace("smtp://relay", "smtp://user:s3cret@relay");
    let faults = parsed(&both, &[]).unwrap_err().to_string();
    assert!(
        faults.contains("smtp.oauth: smtp.url holds a password as well") && !faults.contains("s3cret"),
        "{faults}"
    );
}

#[test]
fn a_service_account_is_the_file_that_google_gives() {
    let pem = include_str!("../../tests/fixtures/dkim/rsa.pem");
    let file = serde_json::json!({
        "type": "service_account",
        "private_key_id": "k1",
        "private_key": pem,
        "client_email": "mail@project.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    let short = serde_json::json!({
        "client_email": "x",
        "private_key_id": "k1",
        "private_key": include_str!("../../tests/fixtures/dkim/short.pem"),
    });
    let in_the_clear = serde_json::json!({
        "client_email": "x",
        "private_key_id": "k1",
        "private_key": pem,
        "token_uri": "http://login.example/",
    });
    let with = |account: &str, more: &str| {
        let text = LEAST.replace("smtp://user:s3cret@relay.example:587", "smtp://relay.example:587").replace(
            "[inbound]",
            &format!("[smtp.oauth]\nuser = \"privacy@processor.example\"\n{more}[inbound]"),
        );
        parsed(&text, &[("FORENOTICE__SMTP__OAUTH__SERVICE_ACCOUNT", account)])
    };
    let loaded = with(&file.to_string(), "").unwrap();
    let oauth = loaded.settings.smtp.oauth.as_ref().unwrap();
    let Grant::ServiceAccount(account) = &oauth.grant else { panic!("{oauth:?}") };
    assert_eq!(account.email, "mail@project.iam.gserviceaccount.com");
    assert_eq!(oauth.token_url.as_str(), "https://oauth2.googleapis.com/token");
    assert_eq!(oauth.scope.as_deref(), Some("https://mail.google.com/"));
    let shown = format!("{:?} {:?}", loaded.shown, loaded.settings);
    assert!(!shown.contains("PRIVATE KEY"), "{shown}");

    for (account, more, why) in [
        ("{}", "", "smtp.oauth.service_account: is no key of a service account"),
        (&*short.to_string(), "", "smtp.oauth.service_account: its private_key is no RSA key"),
        (
            &*in_the_clear.to_string(),
            "",
            "smtp.oauth.service_account: \"http://login.example/\" is not https",
        ),
        (
            &*file.to_string(),
            "client_id = \"app\"\n",
            "smtp.oauth.service_account: is given beside a client_id",
        ),
    ] {
        let faults = with(account, more).unwrap_err().to_string();
        assert!(faults.contains(why) && !faults.contains("PRIVATE KEY"), "{why}: {faults}");
    }
}

#[test]
fn several_relays_stand_in_one_key_in_their_order() {
    let one = "\"smtp://user:s3cret@relay.example:587\"";
    let hosts = |url: &str, variables: &[(&str, &str)]| {
        let smtp = parsed(&LEAST.replace(one, url), variables).unwrap().settings.smtp;
        let urls = std::iter::once(&smtp.url).chain(&smtp.fallbacks);
        urls.map(|url| url.expose().as_str().to_owned()).collect::<Vec<_>>()
    };
    let both = ["smtp://u:a%3Bb@one.example:587", "smtps://two.example"];
    assert_eq!(hosts("[\"smtp://u:a;b@one.example:587\", \"smtps://two.example\"]", &[]), both);
    let variable = "smtp://u:a;b@one.example:587; smtps://two.example;";
    assert_eq!(hosts(one, &[("FORENOTICE__SMTP__URL", variable)]), both);
    assert_eq!(hosts("\"\"\"smtp://u:a;b@one.example:587\nsmtps://two.example\n\"\"\"", &[]), both);

    let loaded = parsed(&LEAST.replace(one, "[\"smtp://u:s3cret@a.example\", \"smtp://b.example\"]"), &[]);
    let shown = loaded.unwrap().shown.into_iter().find(|shown| shown.key == "smtp.url").unwrap();
    assert_eq!(shown.value.as_deref(), Some("smtp://u:********@a.example; smtp://b.example"));
    for (url, fault) in [
        ("[\"smtp://a.example\", \"smtp://a.example\"]", "smtp.url: names a.example twice"),
        (
            "[\"smtp://a.example\", \"http://b.example\"]",
            "smtp.url: begins with http:, not with smtp: or smtps:",
        ),
        ("[]", "smtp.url: must not be empty"),
        ("[7]", "smtp.url: is no text; write it in quotes"),
    ] {
        assert_eq!(faults(one, url), [format!("{fault} (etc/forenotice.toml:9)")]);
    }
    let plain = "[\"smtp://localhost\", \"smtp://b.example\"]\ntls = \"none\"";
    let why = "smtp.tls: \"none\" is for a relay on this machine only (etc/forenotice.toml:10)";
    assert_eq!(faults(one, plain), [why]);
}

#[test]
fn what_is_shown_holds_no_secret() {
    let loaded = parsed(LEAST, &[]).unwrap();
    let shown = format!("{:?} {:?}", loaded.shown, loaded.settings);
    assert!(!shown.contains("s3cret") && !shown.contains("00112233"), "{shown}");
    assert!(shown.contains("postgres://app:********@db.example/forenotice"), "{shown}");
    let parameter =
        LEAST.replace("app:s3cret@db.example/forenotice", "db.example/forenotice?user=app&password=s3cret");
    let shown = format!("{:?}", parsed(&parameter, &[]).unwrap().shown);
    assert!(!shown.contains("db.example/forenotice?user=app&password=s3cret"), "{shown}");
}

#[test]
fn a_secret_is_read_from_its_file_beside_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("url"), "postgres://app:from-file@db.example/forenotice\n").unwrap();
    let path = folder.path().join("forenotice.toml");
    let text = LEAST.replace("url = \"postgres://app:s3cret@db.example/forenotice\"", "url_file = \"url\"");

    let loaded = parse(&path, &text, &Variables::default()).unwrap();
    assert_eq!(
        loaded.settings.database.url.expose_secret(),
        "postgres://app:from-file@db.example/forenotice"
    );

    let twice = text.replace("url_file = \"url\"", "url_file = \"url\"\nurl = \"postgres://db.example\"");
    let Faults(twice) = parse(&path, &twice, &Variables::default()).unwrap_err();
    assert_eq!(twice[0].why, "given twice: here and as database.url_file");

    // The environment's puts the configuration's other form aside, whichever of the two it is.
    let variables = |key: &str, value: &str| Variables::from_iter([(key.to_owned(), value.to_owned())]);
    let url = variables("FORENOTICE__DATABASE__URL", "postgres://app@elsewhere.example/forenotice");
    let loaded = parse(&path, &text, &url).unwrap();
    assert_eq!(loaded.settings.database.url.expose_secret(), "postgres://app@elsewhere.example/forenotice");
    let loaded = parse(&path, LEAST, &variables("FORENOTICE__DATABASE__URL_FILE", "url")).unwrap();
    assert_eq!(
        loaded.settings.database.url.expose_secret(),
        "postgres://app:from-file@db.example/forenotice"
    );
    let (before, _) = LEAST.split_once("key = \"00112233").unwrap();
    let awaited = format!("{before}key_file = \"nowhere\"\n");
    let key = variables("FORENOTICE__LEDGER__KEY", &"7f".repeat(32));
    assert!(matches!(parse(&path, &awaited, &key).unwrap().settings.ledger.key, LedgerKey::Given(_)));

    let missing = text.replace("\"url\"", "\"nowhere\"");
    let Faults(missing) = parse(&path, &missing, &Variables::default()).unwrap_err();
    assert_eq!(missing[0].key.as_deref(), Some("database.url"));
    assert!(missing[0].to_string().contains("nowhere"), "{}", missing[0]);
}

#[test]
fn a_key_file_that_is_not_made_yet_is_awaited() {
    let text = LEAST.replace(
        "key = \"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"",
        "key_file = \"none.key\"",
    );
    let settings = parsed(&text, &[]).unwrap().settings;
    let said = settings.ledger.key.bytes().unwrap_err().to_string();
    assert!(said.contains("etc/none.key") && said.contains("forenotice migrate"), "{said}");
}

#[test]
fn a_simulated_clock_is_for_a_demo_or_a_test() {
    let simulated = "clock = \"simulated:2026-11-23T09:00:00Z\"\n";
    let Faults(refused) = parsed(&format!("{simulated}{LEAST}"), &[]).unwrap_err();
    assert_eq!(refused[0].key.as_deref(), Some("clock"));
    let settings = parsed(&format!("{simulated}environment = \"test\"\n{LEAST}"), &[]).unwrap().settings;
    assert_eq!(settings.clock.unwrap().to_rfc3339(), "2026-11-23T09:00:00+00:00");
    let Faults(broken) = parsed(&format!("clock = \"simulated:noon\"\n{LEAST}"), &[]).unwrap_err();
    assert!(broken[0].why.starts_with("\"noon\" is no instant"), "{}", broken[0]);
}

#[test]
fn the_sample_is_a_configuration_and_names_every_key() {
    let loaded = parse(Path::new("config/forenotice.toml"), SAMPLE, &Variables::default()).unwrap();
    let mut section = String::new();
    let mut named = BTreeSet::new();
    for line in SAMPLE.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ") {
            named.insert(format!("{section}{key}"));
        }
    }
    for shown in &loaded.shown {
        let file = format!("{}_file", shown.key);
        assert!(named.contains(shown.key) || named.contains(&file), "{} is not in the sample", shown.key);
    }
    let known: BTreeSet<_> =
        loaded.shown.iter().flat_map(|s| [s.key.to_owned(), format!("{}_file", s.key)]).collect();
    let unknown: Vec<_> = named.difference(&known).filter(|key| !key.contains(' ')).collect();
    assert!(unknown.is_empty(), "the sample names unknown keys: {unknown:?}");
}

#[test]
fn the_sample_shows_the_defaults() {
    let loaded = parse(Path::new("config/forenotice.toml"), SAMPLE, &Variables::default()).unwrap();
    let lists = ["site.products", "site.deputies", "site.languages"];
    for shown in loaded.shown.iter().filter(|s| s.origin == Origin::Default && !lists.contains(&s.key)) {
        let Some(value) = &shown.value else { continue };
        let key = shown.key.rsplit('.').next().unwrap();
        let quoted = format!("# {key} = \"{value}\"");
        let bare = format!("# {key} = {value}");
        let list = format!("# {key} = [{value}]");
        let words = format!("# {key} = [\"{value}\"]");
        assert!(
            [quoted, bare, list, words].iter().any(|line| SAMPLE.lines().any(|l| l == line)),
            "{shown:?}"
        );
    }
}

#[test]
fn a_colour_that_cannot_be_read_is_a_fault_with_its_figure() {
    let brand = |lines: &str| faults("[database]", &format!("[site.brand]\n{lines}\n[database]"));
    let place = "(etc/forenotice.toml:7)";
    assert_eq!(
        brand("key = \"#f0a500\"\nkey_dark = \"#7cc5d9\"")[0],
        format!(
            "site.brand.key: #f0a500 on white paper (#ffffff) has a contrast of 2.08; 4.5 is the least {place}"
        )
    );
    let on_key = brand("key = \"#0b5a70\"\non_key = \"#073f4f\"");
    assert!(on_key.iter().all(|fault| fault.starts_with("site.brand.on_key: #073f4f on the ")), "{on_key:?}");
    assert_eq!(
        brand("key = \"teal\""),
        [format!("site.brand.key: \"teal\" is no colour; write it as \"#0b5a70\" {place}")]
    );
    assert_eq!(
        brand("key_dark = \"#7cc5d9\""),
        [format!("site.brand.key_dark: goes with site.brand.key, which is not given {place}")]
    );
    assert!(brand("logo = \"none.svg\"")[0].starts_with("site.brand.logo: none.svg cannot be read"));
    let links = faults("dpo_address", "privacy_url = \"javascript:alert(1)\"\ndpo_address");
    assert!(
        links[0].starts_with("site.privacy_url: \"javascript:alert(1)\" is no page of the web"),
        "{links:?}"
    );
}

#[test]
fn one_colour_is_enough() {
    let text = LEAST.replace("[database]", "[site.brand]\nkey = \"#5b2a86\"\n[database]");
    let brand = parsed(&text, &[]).unwrap().settings.site.brand;
    assert_eq!(brand.light.unwrap().key.to_string(), "#5b2a86");
    assert_ne!(brand.dark.unwrap().key.to_string(), "#5b2a86");
    assert!(parsed(LEAST, &[]).unwrap().settings.site.brand.light.is_none());
}

#[test]
fn a_relay_whose_events_are_taken_is_asked_for_no_reports_of_arrival_unless_we_say_so() {
    let dsn = |smtp: &str, events: &str| {
        let text = LEAST
            .replace("[smtp]", &format!("[smtp]\n{smtp}"))
            .replace("[ledger]", &format!("{events}\n[ledger]"));
        parsed(&text, &[]).unwrap().settings.smtp.dsn
    };
    let events = "[inbound.events]\npostmark_login = \"postmark:0123456789abcdef0123456789abcdef\"";
    assert_eq!(dsn("", ""), Dsn::Success);
    assert_eq!(dsn("profile = \"postmark\"", events), Dsn::Failure);
    assert_eq!(dsn("profile = \"postfix\"", events), Dsn::Success, "those events are another relay's");
    assert_eq!(dsn("profile = \"postmark\"\ndsn = \"success\"", events), Dsn::Success);
}

#[test]
fn we_greet_by_a_domain_or_an_address_in_brackets() {
    let with = |name: &str| LEAST.replace("[smtp]", &format!("[smtp]\nhelo_name = \"{name}\""));
    for name in
        ["mail.processor.example", "localhost", "xn--bcher-kva.example", "[192.0.2.7]", "[IPv6:2001:db8::7]"]
    {
        assert_eq!(parsed(&with(name), &[]).unwrap().settings.smtp.helo_name.as_deref(), Some(name));
    }
    for name in [
        "192.0.2.7",
        "[mail.processor.example]",
        "[2001:db8::7]",
        "mail processor",
        "mail_1.example",
        "-a.example",
        "a..example",
        "https://processor.example",
        "bücher.example",
    ] {
        let faults = parsed(&with(name), &[]).unwrap_err().to_string();
        assert!(faults.contains(&format!("smtp.helo_name: {name:?} is neither a domain")), "{faults}");
    }
}
