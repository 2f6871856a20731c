//! A mailing by the real binary: replicas as processes of their own on one database and one relay, and what befalls them.
//!
//! Leases outlive a crash by minutes of the database's clock. Which replica holds one is noted by a trigger of the test's
//! own, so that exactly the leases of a replica known to be dead are ended early; the program is the one that is shipped.

use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use chrono::{DateTime, Utc};
use forenotice::demo::mailbox::{self, Mailbox};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use sqlx::{AssertSqlSafe, Connection, Executor, FromRow, PgConnection};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use super::reckoning::Reckoning;
use crate::support::bent_clock;
use crate::support::postgres::Database;

/// Whatever a test waits for comes within this, or it fails with what stands.
const PATIENCE: Duration = Duration::from_mins(5);
/// A mailing that has not moved for so long does not move.
const QUIET_FOR: Duration = Duration::from_secs(4);
const LOOK_EVERY: Duration = Duration::from_millis(50);
const DPO: &str = "dpo@processor.example";
const LOG_LINES_REPEATED: usize = 12;

const CONFIG: &str = r#"
environment = "test"
[site]
name = "Processor GmbH"
base_url = "http://localhost:8080"
dpo_address = "dpo@processor.example"
[notice]
send_window = "* * * * *"
[smtp]
url = "smtp://127.0.0.1:1"
from = "Processor GmbH Privacy <privacy@processor.example>"
bounce_address = "{token}@bounces.processor.example"
tls = "none"
[inbound]
reply_address = "{token}@replies.processor.example"
[admin]
listen = "127.0.0.1:0"
[ledger]
key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
origin = "processor.example/test"
"#;

/// Who leased what; which leases a fault ended.
const NOTES: &str = "
    create schema kit;
    create table kit.lease (batch bigint, lease_no int, replica text, primary key (batch, lease_no));
    create table kit.dead (replica text primary key);
    create table kit.hit (batch bigint, lease_no int, primary key (batch, lease_no));
    create function kit.note() returns trigger language plpgsql security definer as $$
    begin
        insert into kit.lease values (new.id, new.lease_no, current_setting('kit.replica', true)) on conflict do nothing;
        if old.leased_until is not null then   -- taken over
            insert into kit.hit values (old.id, old.lease_no) on conflict do nothing;
        end if;
        return null;
    end $$;
    create trigger note after update on forenotice.batch for each row
    when (new.lease_no > old.lease_no) execute function kit.note();";

/// A lease that `holder` will not come back to is hit, and has run out.
fn ends_leases(holder: &str) -> String {
    format!(
        "with orphan as (
             select b.id, b.lease_no from forenotice.batch b join kit.lease l on l.batch = b.id and l.lease_no = b.lease_no
             where b.leased_until >= clock_timestamp() and {holder} for update of b),
         hit as (insert into kit.hit select id, lease_no from orphan on conflict do nothing)
         update forenotice.batch b set leased_until = clock_timestamp() - interval '1 second' from orphan where b.id = orphan.id"
    )
}

/// Whether the long versions are wanted: `FORENOTICE_FULL=1`.
pub fn full() -> bool {
    std::env::var("FORENOTICE_FULL").is_ok_and(|said| said == "1")
}

/// What was recorded of a letter.
#[derive(Debug, FromRow)]
pub struct Outcome {
    pub id: i64,
    pub state: String,
    pub accepted_at: Option<DateTime<Utc>>,
}

/// One replica; killed if the test ends before it.
struct Replica {
    name: String,
    child: Child,
}

impl Replica {
    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().unwrap().try_into().unwrap()).unwrap()
    }
}

pub struct Fleet {
    pub relay: Mailbox,
    /// The superuser's URL of the database, past whatever lies between it and the replicas.
    pub direct: String,
    /// The URL that replicas get.
    served: String,
    folder: TempDir,
    running: Vec<Replica>,
    started: u32,
    /// Settings of what is started from here on.
    settings: Vec<(&'static str, &'static str)>,
    /// The library that bends the clocks of replicas started from here on.
    bent_by: Option<PathBuf>,
    _database: Option<Database>,
}

impl Fleet {
    /// A notice to so many customers, due now, on a database of the tests' server; nobody sends it yet.
    pub async fn about_to_send(letters: u32) -> Self {
        let database = Database::new().await;
        let url = database.url();
        Self::begin(&url, &url, letters, Some(database)).await
    }

    /// The same on a migrated database that the test brings: its superuser's URL, and the one that replicas get.
    pub async fn on(direct: &str, served: &str, letters: u32) -> Self {
        Self::begin(direct, served, letters, None).await
    }

    async fn begin(direct: &str, served: &str, letters: u32, database: Option<Database>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("forenotice.toml"), CONFIG).unwrap();
        let fleet = Self {
            relay: Mailbox::start(mailbox::Options::default()).await.unwrap(),
            direct: direct.to_owned(),
            served: served.to_owned(),
            folder,
            running: Vec::new(),
            started: 0,
            settings: Vec::new(),
            bent_by: None,
            _database: database,
        };
        fleet.execute(NOTES).await;
        fleet
            .execute(&format!(
                "insert into account (email, name, role) values ('{DPO}', 'Dana Okafor', 'admin')"
            ))
            .await;
        fleet.execute(&customers(letters)).await;
        fleet.schedule("Nimbus").await;
        fleet
    }

    /// Schedules the addition of a subprocessor, and lets its announcement be due now.
    pub async fn schedule(&self, name: &str) {
        let effective = forenotice::clock::Clock::System.now().date_naive() + chrono::Days::new(150);
        let effective = effective.to_string();
        let mut words = vec!["change", "schedule", "add", "--name", name, "--reason", "more capacity"];
        words.extend(FACTS);
        words.extend(["--effective", &effective]);
        self.act(&words).await;
        self.due_now().await;
    }

    /// The send window of whatever is planned is now.
    pub async fn due_now(&self) {
        self.execute("update notice set due_at = clock_timestamp() where fanned_out_at is null and due_at > clock_timestamp()").await;
    }

    /// The reference of the newest change.
    pub async fn change(&self) -> String {
        let mut conn = self.superuser().await;
        sqlx::query_scalar("select reference from change order by id desc limit 1")
            .fetch_one(&mut conn)
            .await
            .unwrap()
    }

    /// `forenotice WORDS` by the data protection officer, which must be done.
    pub async fn act(&self, words: &[&str]) -> String {
        let output = self.forenotice(&self.direct).args(words).args(["--as", DPO]).output().await.unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What `doctor` finds.
    pub async fn doctor(&self) -> serde_json::Value {
        let output = self.forenotice(&self.direct).args(["doctor", "--json"]).output().await.unwrap();
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    fn forenotice(&self, database: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forenotice"));
        command
            .env("FORENOTICE_CONFIG", self.folder.path().join("forenotice.toml"))
            .env("FORENOTICE__DATABASE__URL", database)
            .env("FORENOTICE__SMTP__URL", self.relay.smtp_url())
            .envs(self.settings.iter().copied())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// What is started from here on has these settings besides.
    pub fn set(&mut self, settings: &[(&'static str, &'static str)]) {
        self.settings = settings.to_vec();
    }

    /// One more replica in the roles of a mailing; its number.
    pub fn start(&mut self) -> usize {
        self.start_as("schedule,send")
    }

    /// The same in these roles.
    pub fn start_as(&mut self, roles: &str) -> usize {
        self.started += 1;
        let name = format!("replica{}", self.started);
        let log = File::create(self.log_of(&name)).unwrap();
        let mut command = self.forenotice(&self.served);
        if let Some(library) = &self.bent_by {
            command.env("LD_PRELOAD", library).env(bent_clock::CLOCK, self.clock_of(self.started));
        }
        let child = command
            .args(["serve", "--roles", roles])
            // By which the test's trigger knows it.
            .env("PGOPTIONS", format!("-c kit.replica={name}"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.running.push(Replica { name, child });
        self.running.len() - 1
    }

    /// A file of the test's.
    pub fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn bends_clocks_by(&mut self, library: PathBuf) {
        self.bent_by = Some(library);
    }

    /// The clock of the `n`th replica started is off by so many seconds from now on.
    pub fn bend(&self, n: u32, seconds: i64) {
        bent_clock::bend(&self.clock_of(n), seconds);
    }

    fn clock_of(&self, n: u32) -> PathBuf {
        self.place(&format!("replica{n}.clock"))
    }

    fn log_of(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.log"))
    }

    /// SIGKILL; another replica takes the place.
    pub async fn kill_and_replace(&mut self, place: usize) {
        self.kill(place).await;
        self.start();
    }

    /// SIGKILL; those behind it move up, and its leases end.
    pub async fn kill(&mut self, place: usize) {
        self.strike(place).await;
        self.bury().await;
    }

    /// SIGKILL, and nothing else yet: the server may still be doing what it was asked.
    pub async fn strike(&mut self, place: usize) {
        let mut replica = self.running.remove(place);
        replica.child.kill().await.unwrap();
        self.execute(&format!("insert into kit.dead values ('{}')", replica.name)).await;
    }

    /// The bytes of data that it has.
    pub fn data(&self, place: usize) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.running[place].pid())).unwrap();
        let has = status.lines().find_map(|line| line.strip_prefix("VmData:")).unwrap();
        has.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// It gets no more than so many bytes of data.
    pub fn confine(&self, place: usize, bytes: u64) {
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        prlimit(Some(self.running[place].pid()), Resource::Data, limit).unwrap();
    }

    /// How it ended by itself, if it did, and the last it said; then those behind it move up, and its leases end.
    pub async fn ended(&mut self, place: usize) -> Option<String> {
        let status = self.running[place].child.try_wait().unwrap()?;
        let replica = self.running.remove(place);
        self.execute(&format!("insert into kit.dead values ('{}')", replica.name)).await;
        self.bury().await;
        let said = std::fs::read_to_string(self.log_of(&replica.name)).unwrap_or_default();
        let last = said.lines().rfind(|line| !line.starts_with("note:"));
        Some(format!("{status}: {}", last.unwrap_or_default()))
    }

    pub fn signal(&self, place: usize, signal: Signal) {
        kill_process(self.running[place].pid(), signal).unwrap();
    }

    /// Ends the leases of a replica that is only taken for dead.
    pub async fn take_for_dead(&self, place: usize) {
        let holder = format!("l.replica = '{}'", self.running[place].name);
        self.execute(&ends_leases(&holder)).await;
    }

    /// Ends the leases of those who died. A lease that was being committed when they did surfaces later: call it again.
    pub async fn bury(&self) {
        self.execute(&ends_leases("l.replica in (select replica from kit.dead)")).await;
    }

    /// SIGTERM to all, each of which must end well; then nobody holds a lease, and what is still leased was left behind.
    pub async fn drain(&mut self) {
        for place in 0..self.running.len() {
            self.signal(place, Signal::TERM);
        }
        for mut replica in self.running.drain(..) {
            let code = timeout(PATIENCE, replica.child.wait()).await.unwrap().unwrap().code();
            assert_eq!(code, Some(0), "{} did not stop cleanly", replica.name);
        }
        self.execute(&ends_leases("true")).await;
    }

    /// Waits until so many copies have come to the relay, or every letter is done.
    pub async fn copies_reach(&self, copies: u64) {
        let done = async {
            tokio::select! {
                _ = self.relay.wait_for(copies) => {}
                () = self.nothing_waits() => {}
            }
        };
        self.within_patience(done).await;
    }

    /// The same, in a test whose faults come to nothing once every letter is done.
    pub async fn under_way_with(&self, copies: u64) {
        self.copies_reach(copies).await;
        assert!(self.waiting().await > 0, "the mailing was over before its fault");
    }

    /// Waits until nothing is handed over any more: all is done, or held by leases that nobody remembers.
    pub async fn quiet(&self) {
        let mut seen = usize::MAX;
        loop {
            let copies = self.relay.mails().len();
            if copies == seen || self.waiting().await == 0 {
                return;
            }
            seen = copies;
            sleep(QUIET_FOR).await;
        }
    }

    /// Waits until every notice is fanned out.
    pub async fn fanned_out(&self) {
        let fanned_out = async {
            while self.number("select count(*) from notice where fanned_out_at is null").await > 0 {
                sleep(LOOK_EVERY).await;
            }
        };
        self.within_patience(fanned_out).await;
    }

    /// Waits until the notice is fanned out and no letter is queued.
    pub async fn all_done(&self) {
        self.within_patience(self.nothing_waits()).await;
    }

    async fn nothing_waits(&self) {
        while self.waiting().await > 0 {
            self.bury().await;
            sleep(LOOK_EVERY).await;
        }
    }

    pub async fn within_patience(&self, work: impl Future<Output = ()>) {
        let done = timeout(PATIENCE, work).await.is_ok();
        assert!(done, "{} letters or notices still wait after {PATIENCE:?}", self.waiting().await);
    }

    async fn waiting(&self) -> i64 {
        self.number(
            "select (select count(*) from notice where fanned_out_at is null and cancelled_at is null)
                  + (select count(*) from delivery where state = 'queued')",
        )
        .await
    }

    /// What is recorded of every letter, by number.
    pub async fn results(&self) -> Vec<Outcome> {
        sqlx::query_as("select id, state, accepted_at from delivery order by id")
            .fetch_all(&mut self.superuser().await)
            .await
            .unwrap()
    }

    /// Adds up; every promise of a mailing must hold.
    pub async fn reckon(&self) -> Reckoning {
        Reckoning::of(self).await
    }

    pub async fn number(&self, sql: &str) -> i64 {
        let mut conn = self.superuser().await;
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut conn).await.unwrap()
    }

    pub async fn execute(&self, sql: &str) {
        let mut conn = self.superuser().await;
        conn.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
        conn.close().await.unwrap();
    }

    /// A connection; a server that is just coming up is waited for.
    pub async fn superuser(&self) -> PgConnection {
        let until = Instant::now() + PATIENCE;
        loop {
            let connected = async {
                let mut conn = PgConnection::connect(&self.direct).await?;
                conn.execute("set search_path = forenotice").await?;
                Ok::<_, sqlx::Error>(conn)
            };
            match connected.await {
                Ok(conn) => return conn,
                Err(error) if Instant::now() > until => panic!("no database: {error}"),
                Err(_) => sleep(LOOK_EVERY).await,
            }
        }
    }
}

impl Drop for Fleet {
    /// A test that fails shows the last that its replicas said.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        for replica in &self.running {
            let said = std::fs::read_to_string(self.log_of(&replica.name)).unwrap_or_default();
            let lines: Vec<&str> = said.lines().collect();
            let last = &lines[lines.len().saturating_sub(LOG_LINES_REPEATED)..];
            println!("{}:\n{}", replica.name, last.join("\n"));
        }
    }
}

/// So many customers, one contract and one contact each, in four languages and three zones.
fn customers(count: u32) -> String {
    format!(
        "with c as (insert into customer (reference, name)
                    select 'G-' || n, 'Customer ' || n || ' Ltd' from generate_series(1, {count}) n returning id),
              k as (insert into contract (customer_id, reference, document, clause, products, signed_on)
                    select id, 'main', 'data processing agreement', 'section 6', '{{}}', '2025-01-01' from c returning id),
              t as (insert into contract_terms (contract_id, valid_from, terms)
                    select id, '2025-01-01', jsonb_build_object('time_zone',
                           (array['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'])[1 + id % 3],
                           'notice', jsonb_build_object('n', 30, 'start', 'handed_over'), 'objection', jsonb_build_object('n', 14))
                    from k)
         insert into recipient (customer_id, address, name, language)
         select id, 'dpo@c' || id || '.example', 'Contact ' || id, (array['en', 'de', 'fr', 'ja'])[1 + id % 4] from c"
    )
}

/// Facts that make a fact sheet complete.
const FACTS: [&str; 24] = [
    "--legal-entity",
    "Nimbus GmbH",
    "--address",
    "Ring 2, 10115 Berlin",
    "--contact",
    "privacy@nimbus.example",
    "--category",
    "hosting",
    "--purpose",
    "hosting of the service",
    "--nature",
    "storage, while the agreement lasts",
    "--country",
    "DE",
    "--data-types",
    "names;addresses",
    "--data-subjects",
    "employees",
    "--transfer-mechanism",
    "none",
    "--safeguards",
    "encryption at rest",
    "--products",
    "all",
];
