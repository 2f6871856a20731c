//! A database for each test: cloned from a template that was migrated once.
//!
//! The server is the one of `FORENOTICE_TEST_DATABASE_URL` (a superuser's URL), or else one that the first test
//! process to need it starts for all of this working copy's test processes; it stops five seconds after the last of
//! them ended. The template's name is a hash of everything that makes the schema, so a changed migration makes a new one.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::DateTime;
use forenotice::demo::embedded_postgres::{Account, Durability, Lifetime, Options, Postgres};
use forenotice::entropy::Entropy;
use forenotice::store::migrate::{self, Order};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::sync::OnceCell;

/// A test's own database; dropped with the value.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    pub async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = server().await;
        let template = template(server).await;
        let name =
            format!("forenotice_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        // A process that was killed and had our number may have left one behind.
        execute(server, &format!("drop database if exists {name} with (force)")).await;
        execute(server, &format!("create database {name} template {template}")).await;
        Self { server: server.to_owned(), name }
    }

    /// The superuser's URL.
    pub fn url(&self) -> String {
        of_database(&self.server, &self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // In a thread: the test's runtime may be the one that is unwinding right now.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&server, &format!("drop database if exists {name} with (force)")));
        });
        let _ = dropped.join();
    }
}

/// The superuser's URL of the server, with database `postgres`.
async fn server() -> &'static str {
    static SERVER: OnceCell<(String, Option<File>)> = OnceCell::const_new();
    let (url, _lock) = SERVER
        .get_or_init(async || {
            if let Ok(url) = std::env::var("FORENOTICE_TEST_DATABASE_URL") {
                return (url, None);
            }
            let (url, lock) = shared_server().await;
            (url, Some(lock))
        })
        .await;
    url
}

/// Finds or starts the server of all test processes of this working copy; it lives while anybody holds the lock.
async fn shared_server() -> (String, File) {
    let place = shared_place();
    let (lock_path, published) = (place.join("in-use"), place.join("url"));
    let lock = open(&lock_path);
    // Waits where the server is just stopping.
    lock.lock_shared().unwrap();
    let starting = open(&place.join("starting"));
    starting.lock().unwrap();
    let url = match std::fs::read_to_string(&published) {
        Ok(url) if PgConnection::connect(&url).await.is_ok() => url,
        _ => {
            let lifetime = Lifetime::WhileLocked { lock: lock_path, published: published.clone() };
            let options = Options { binaries: None, durability: Durability::None, lifetime };
            let server = Postgres::start(&options, &Entropy::os()).await.unwrap();
            let url = server.url("postgres");
            server.leave_to_its_lock();
            std::fs::write(&published, &url).unwrap();
            url
        }
    };
    (url, lock)
}

/// The directory in which the test processes of this working copy meet; the server's account removes files there.
fn shared_place() -> PathBuf {
    let copy = short_hash(&[env!("CARGO_MANIFEST_DIR").as_bytes()]);
    let place = std::env::temp_dir().join(format!("forenotice-tests-{copy}"));
    match std::fs::create_dir(&place) {
        Ok(()) => {
            std::fs::set_permissions(&place, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
            if let Some(account) = Account::for_server().unwrap() {
                account.owns(&place).unwrap();
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => panic!("{} cannot be made: {error}", place.display()),
    }
    place
}

fn open(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).unwrap()
}

/// The name of the migrated template; made by whoever comes first, while the others wait.
async fn template(server: &str) -> String {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let name = TEMPLATE.get_or_init(async || {
        let name = format!("forenotice_template_{}", schema_hash());
        let mut conn = PgConnection::connect(server).await.unwrap();
        sqlx::query("select pg_advisory_lock(hashtext($1))").bind(&name).execute(&mut conn).await.unwrap();
        let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&name)
            .fetch_one(&mut conn)
            .await
            .unwrap();
        if !there {
            make_template(server, &name, &mut conn).await;
        }
        // The lock goes with the connection.
        conn.close().await.unwrap();
        name
    });
    name.await.clone()
}

/// Under another name until it is whole: what has the name is migrated.
async fn make_template(server: &str, name: &str, conn: &mut PgConnection) {
    let unfinished = format!("{name}_unfinished");
    let drop = format!("drop database if exists {unfinished} with (force)");
    conn.execute(AssertSqlSafe(drop)).await.unwrap();
    migrated(server, &unfinished).await;
    conn.execute(AssertSqlSafe(format!("alter database {unfinished} rename to {name}"))).await.unwrap();
}

/// A new database of this server with this program's schema; the superuser's URL of it.
pub async fn migrated(server: &str, name: &str) -> String {
    execute(server, &format!("create database {name}")).await;
    let url = of_database(server, name);
    let order =
        Order { url: &url, serve_url: &url, origin: "processor.example/test", now: DateTime::UNIX_EPOCH };
    migrate::migrate(order).await.unwrap();
    url
}

/// Of everything that makes the schema.
fn schema_hash() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root.join("migrations")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.extend(["src/store/migrate.rs", "src/store/sql/roles.sql"].map(|path| root.join(path)));
    let contents: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    short_hash(&contents.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn short_hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(&hash.finalize()[..6])
}

async fn execute(server: &str, statement: &str) {
    let mut conn = PgConnection::connect(server).await.unwrap();
    conn.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    conn.close().await.unwrap();
}

/// The URL of another database of the same server.
fn of_database(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    url.to_string()
}
