//! Any number of `migrate` at once, over several databases of one cluster, by a user who may do no more than it must: one does it.

use chrono::DateTime;
use forenotice::domain::ledger::Actor;
use forenotice::store::migrate::{self, Order};
use forenotice::store::{Db, invariants};
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::support::World;

/// A server's databases for one test, and the user who migrates them.
struct Cluster {
    admin: PgConnection,
    url: url::Url,
    databases: Vec<String>,
    user: String,
}

impl Cluster {
    async fn new(world: &World) -> Self {
        let url = url::Url::parse(world.cx.settings.database.url.expose_secret()).unwrap();
        let mut admin = PgConnection::connect(url.as_str()).await.unwrap();
        let user = format!("migrator_{}", std::process::id());
        let databases: Vec<String> =
            (0..2).map(|n| format!("forenotice_test_migrate_{}_{n}", std::process::id())).collect();
        admin
            .execute(AssertSqlSafe(format!("create role {user} login createrole password 'x'")))
            .await
            .unwrap();
        for name in &databases {
            admin.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
            admin.execute(AssertSqlSafe(format!("grant create on database {name} to {user}"))).await.unwrap();
        }
        Self { admin, url, databases, user }
    }

    fn url(&self, database: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(database);
        url.set_username(&self.user).unwrap();
        url.set_password(Some("x")).unwrap();
        url.to_string()
    }

    async fn remove(mut self) {
        for name in &self.databases {
            self.admin.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.unwrap();
        }
        self.admin.execute(AssertSqlSafe(format!("drop role {}", self.user))).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_end_as_one_did_and_the_first_admin_is_made_once() {
    let world = World::on("2026-11-24T09:00Z").await;
    let cluster = Cluster::new(&world).await;
    let mut runs = tokio::task::JoinSet::new();
    for url in
        cluster.databases.iter().flat_map(|name| [cluster.url(name), cluster.url(name), cluster.url(name)])
    {
        runs.spawn(async move {
            let order = Order {
                url: &url,
                serve_url: &url,
                origin: "processor.example/test",
                now: DateTime::UNIX_EPOCH,
            };
            migrate::migrate(order).await.unwrap()
        });
    }
    let done = runs.join_all().await;
    assert_eq!(done.iter().filter(|run| run.installed).count(), 2);
    assert_eq!(done.iter().filter(|run| !run.applied.is_empty()).count(), 2);

    let db = Db::open(&cluster.url(&cluster.databases[0]), 2).unwrap();
    for (email, is_first) in [("dpo@processor.example", true), ("other@processor.example", false)] {
        let mut tx = db.begin(DateTime::UNIX_EPOCH, Actor::Daemon, [0; 32]).await.unwrap();
        assert_eq!(migrate::first_admin(&mut tx, email, "somebody").await.unwrap(), is_first);
        tx.commit_unrecorded().await.unwrap();
    }
    let mut snapshot = db.snapshot().await.unwrap();
    assert!(migrate::pending(snapshot.conn()).await.unwrap().is_empty());
    let findings = invariants::check(snapshot.conn()).await.unwrap();
    assert!(findings.iter().all(invariants::Finding::holds), "{findings:?}");
    assert!(invariants::calendars_in_use(snapshot.conn()).await.unwrap().is_empty());
    drop(snapshot);
    db.pool().close().await;
    cluster.remove().await;
}

#[tokio::test]
async fn a_database_that_is_newer_or_was_altered_is_refused() {
    let world = World::on("2026-11-24T09:00Z").await;
    let pending = async || {
        let mut snapshot = world.cx.snapshot().await.unwrap();
        migrate::pending(snapshot.conn()).await
    };
    assert!(pending().await.unwrap().is_empty());
    world.as_superuser("update _sqlx_migrations set checksum = 'x' where version = 3").await;
    assert!(matches!(pending().await.unwrap_err(), migrate::Error::Changed { version: 3 }));
    world.as_superuser("update _sqlx_migrations set version = 9999 where version = 3").await;
    assert!(matches!(pending().await.unwrap_err(), migrate::Error::TooNew { version: 9999 }));
    world.as_superuser("delete from _sqlx_migrations where version in (9999, 12)").await;
    assert_eq!(pending().await.unwrap(), ["0003 register", "0012 guards"]);
}
