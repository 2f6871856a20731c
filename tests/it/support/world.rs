//! The world of a test: everything real except time and chance.
//!
//! ```ignore
//! let world = World::on("2026-11-23T09:00Z").await;
//! // … acts, then time: it moves only here, and stops at every instant at which something is due …
//! world.advance_to("2026-12-24T00:00Z").await;
//! world.finish().await; // does what is due, then asks for every promise of `doctor`
//! ```

use std::path::Path;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use forenotice::actions::{Context, prove_reply_path};
use forenotice::clock::{Clock, Simulated};
use forenotice::config::{self, Settings, Variables};
use forenotice::daemon::{Daemon, Health, ReadTo, Role, TASKS, Task};
use forenotice::demo::mailbox::{self, Mailbox};
use forenotice::domain::access::Keys;
use forenotice::domain::ledger::Actor;
use forenotice::entropy::Entropy;
use forenotice::in_flight::InFlight;
use forenotice::mail::events::Sns;
use forenotice::mail::relay::{Patience, Post};
use forenotice::mail::templates::Templates;
use forenotice::store::bell::Bells;
use forenotice::store::freshness::Freshness;
use forenotice::store::{Db, invariants};
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio_util::sync::CancellationToken;

use super::postgres::Database;

/// The processor of all tests, in the dullest lawful configuration.
pub(super) const SETTINGS: &str = r#"
environment = "test"
[site]
name = "Processor GmbH"
legal_name = "Processor GmbH"
dpo_name = "Dana Okafor"
base_url = "http://localhost:8080"
dpo_address = "dpo@processor.example"
postal_address = "Hauptstraße 1, 10115 Berlin, Germany"
[policy]
zone = "Europe/Berlin"
[smtp]
from = "Processor GmbH Privacy <privacy@processor.example>"
bounce_address = "{token}@bounces.processor.example"
tls = "none"
helo_name = "forenotice.processor.example"
[inbound]
reply_address = "{token}@replies.processor.example"
[ledger]
key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
origin = "processor.example/test"
"#;

/// The seed of every test's randomness: mails are the same byte for byte on every run.
const SEED: u64 = 20_261_123;

/// The person who acts in tests, unless one names somebody else.
pub(super) const DPO: &str = "dpo@processor.example";

#[derive(Debug)]
pub struct World {
    pub cx: Context,
    pub mailbox: Mailbox,
    /// The one replica at work, in all roles. It makes no pass by itself: [`World::settle`] and the clock make them.
    pub daemon: Daemon,
    /// What is under way at the replica's web door.
    pub in_flight: InFlight,
    /// The data protection officer's account, an admin.
    pub dpo: Actor,
    /// The settings that differ from the file's, as the environment gives them.
    pub(super) variables: Vec<(String, String)>,
    database: Database,
}

impl World {
    /// A new world at this instant, `2026-11-23T09:00Z`.
    pub async fn on(instant: &str) -> Self {
        Self::configured(instant, &[]).await
    }

    /// A new world in which some settings differ: `("policy.notice_days", "45")`.
    pub async fn configured(instant: &str, settings: &[(&str, &str)]) -> Self {
        Self::with_tasks(instant, settings, TASKS).await
    }

    /// The same, whose replica sends no probes: for a test of one door, behind which nobody brings them home.
    pub async fn without_probes(instant: &str, settings: &[(&str, &str)]) -> Self {
        static OTHERS: LazyLock<Vec<Task>> = LazyLock::new(|| {
            TASKS.iter().filter(|task| task.name != prove_reply_path::PASS).copied().collect()
        });
        Self::with_tasks(instant, settings, &OTHERS).await
    }

    /// The same, whose replica does these tasks.
    pub async fn with_tasks(instant: &str, settings: &[(&str, &str)], tasks: &'static [Task]) -> Self {
        let start = parse_instant(instant);
        let database = Database::new().await;
        let mailbox = Mailbox::start(mailbox::Options::default()).await.unwrap();
        let variables = differing(start, &database, &mailbox, settings);
        let settings = test_settings(&variables);
        let mut superuser = PgConnection::connect(&database.url()).await.unwrap();
        superuser.execute("set search_path = forenotice").await.unwrap();
        sqlx::query("update installation set simulated_at = $1")
            .bind(start)
            .execute(&mut superuser)
            .await
            .unwrap();
        let id = sqlx::query_scalar(
            "insert into account (email, name, role) values ($1, 'Dana Okafor', 'admin') returning id",
        )
        .bind(DPO)
        .fetch_one(&mut superuser)
        .await
        .unwrap();
        superuser.close().await.unwrap();
        let cx = context(settings, start);
        let in_flight = InFlight::default();
        let door = ReadTo::new({
            let in_flight = in_flight.clone();
            move |now| in_flight.read_to(now)
        });
        let daemon =
            Daemon::enlist(cx.clone(), Role::ALL, tasks, Some(door), Health::default()).await.unwrap();
        Self {
            cx,
            mailbox,
            daemon,
            in_flight,
            dpo: Actor::Account { id, email: DPO.to_owned() },
            variables,
            database,
        }
    }

    /// The simulated instant.
    pub async fn now(&self) -> DateTime<Utc> {
        self.cx.now().await.unwrap()
    }

    /// Does what is due now and what follows from it.
    pub async fn settle(&self) {
        self.daemon.settle().await.unwrap();
    }

    /// Moves time to `instant`, `2026-12-24T00:00Z`, and does on the way whatever falls due, when it falls due.
    pub async fn advance_to(&self, instant: &str) {
        self.daemon.advance_to(parse_instant(instant)).await.unwrap();
    }

    /// The relay listens again, and whoever has a letter asks it: nobody leaves it alone any more.
    pub async fn relay_comes_back(&self) {
        self.mailbox.come_back().await.unwrap();
        tokio::time::sleep(Patience::REHEARSED).await;
    }

    /// Does with the database what nobody may: for tests that break a promise on purpose.
    pub async fn as_superuser(&self, sql: &str) {
        let mut superuser = PgConnection::connect(&self.database.url()).await.unwrap();
        superuser.execute("set search_path = forenotice").await.unwrap();
        superuser.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
        superuser.close().await.unwrap();
    }

    /// What `doctor` finds broken now, one line a promise.
    pub async fn broken_promises(&self) -> Vec<String> {
        let mut snapshot = self.cx.snapshot().await.unwrap();
        let findings = invariants::check(snapshot.conn()).await.unwrap();
        let broken = findings.iter().filter(|finding| !finding.holds());
        broken
            .map(|finding| {
                let rows = finding.rows.join(", ");
                format!("{}: {}: {rows}", finding.invariant.name, finding.invariant.says)
            })
            .collect()
    }

    /// The end of every test: what is due is done, and no promise is broken.
    pub async fn finish(self) {
        self.settle().await;
        let broken = self.broken_promises().await;
        assert!(broken.is_empty(), "broken promises:\n{}", broken.join("\n"));
    }
}

fn context(settings: Settings, start: DateTime<Utc>) -> Context {
    let db = Db::open(settings.database.url.expose_secret(), settings.database.max_connections).unwrap();
    Context {
        clock: Clock::Simulated(Simulated::at(start)),
        entropy: Entropy::seeded(SEED),
        db,
        policy: Arc::new(settings.policy.clone()),
        bells: Bells::default(),
        freshness: Freshness::default(),
        post: Post::of(&settings).unwrap(),
        keys: Keys::from_master(settings.ledger.key.bytes().unwrap()),
        templates: Arc::new(Templates::embedded().unwrap()),
        settings: Arc::new(settings),
        sns: Sns::default(),
        taken: Arc::default(),
        stopping: CancellationToken::new(),
    }
}

/// `2026-11-23T09:00Z` or with seconds.
pub fn parse_instant(text: &str) -> DateTime<Utc> {
    let with_seconds =
        if text.matches(':').count() == 1 { text.replace('Z', ":00Z") } else { text.to_owned() };
    with_seconds.parse().unwrap_or_else(|error| panic!("{text:?} is no instant: {error}"))
}

fn differing(
    start: DateTime<Utc>,
    database: &Database,
    mailbox: &Mailbox,
    changed: &[(&str, &str)],
) -> Vec<(String, String)> {
    let fixed = [
        ("clock", format!("simulated:{}", start.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))),
        ("database.url", database.url()),
        ("smtp.url", mailbox.smtp_url()),
    ];
    let changed = changed.iter().map(|(key, value)| (*key, (*value).to_owned()));
    fixed
        .into_iter()
        .chain(changed)
        .map(|(key, value)| (format!("FORENOTICE__{}", key.replace('.', "__").to_uppercase()), value))
        .collect()
}

fn test_settings(variables: &[(String, String)]) -> Settings {
    let variables: Variables = variables.iter().cloned().collect();
    config::parse(Path::new("forenotice.toml"), SETTINGS, &variables)
        .unwrap_or_else(|faults| panic!("{faults}"))
        .settings
}
