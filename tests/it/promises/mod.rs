//! One file a promise of chapter 2 ("Invariants"), trying to break it.

pub mod gets_change_nothing;
mod doors_vouch;
mod first_byte_counts;
mod gate_guards_itself;
mod gate_is_the_rule;
mod invariants_can_fail;
mod ledger_append_only;
mod migrates_once;
mod nothing_else_opens_the_gate;
mod opening_is_derived;
mod roles_can_only_what_they_must;

use forenotice::domain::notice::NoticeKind;
use forenotice::store;
use secrecy::ExposeSecret;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::support::World;

/// A world that holds `small_world.sql`: rows written directly, so that a promise can be broken row by row.
pub async fn small_world() -> World {
    small_world_with(&[]).await
}

/// [`small_world`] under other settings.
pub async fn small_world_with(settings: &[(&str, &str)]) -> World {
    let world = World::configured("2026-11-24T09:00Z", settings).await;
    world.as_superuser(include_str!("small_world.sql")).await;
    freeze_announcement(&world).await;
    world
}

/// Gives the small world's announcement the facts that the daemon would have frozen.
pub async fn freeze_announcement(world: &World) {
    let change =
        store::change::by_reference(world.cx.snapshot().await.unwrap().conn(), "CHG-2026-0001").await;
    let facts = world.cx.notice_about(NoticeKind::Announcement, &[change.unwrap()]);
    let mut tx = world.cx.begin(world.dpo.clone()).await.unwrap();
    sqlx::query("update notice set facts = $1").bind(Json(facts)).execute(tx.conn()).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
}

/// Who tries.
#[derive(Clone, Copy, Debug)]
pub enum Role {
    /// The daemon's own.
    App,
    /// The owner of all tables, whom nobody can log in as.
    Owner,
    /// With every trigger and foreign key switched off.
    SuperuserPastTriggers,
}

/// One transaction that is never committed: many attempts share a world.
pub struct Trial {
    pub conn: PgConnection,
}

impl Trial {
    pub async fn begin(world: &World, role: Role) -> Self {
        let mut conn = PgConnection::connect(world.cx.settings.database.url.expose_secret()).await.unwrap();
        let session = match role {
            Role::App => "set role forenotice_app",
            Role::Owner => "set role forenotice_owner",
            Role::SuperuserPastTriggers => "set session_replication_role = replica",
        };
        conn.execute(session).await.unwrap();
        conn.execute("set search_path = forenotice, pg_temp; set timezone = 'UTC'; begin").await.unwrap();
        Self { conn }
    }

    /// By the daemon's role, after these statements.
    pub async fn after(world: &World, statements: &[&str]) -> Self {
        let mut trial = Self::begin(world, Role::App).await;
        for statement in statements {
            trial.run(statement).await.unwrap();
        }
        trial
    }

    pub async fn run(&mut self, sql: &str) -> Result<(), store::Error> {
        self.conn.execute(AssertSqlSafe(sql.to_owned())).await?;
        Ok(())
    }

    /// The constraint that refuses it; `no right` where the role may not even try.
    pub async fn refusal(mut self, sql: &str) -> String {
        let error = self.run(sql).await.unwrap_err();
        let code = match &error {
            store::Error::Database(sqlx::Error::Database(refusal)) => {
                refusal.code().unwrap_or_default().into_owned()
            }
            other => panic!("no refusal of the database: {other}"),
        };
        match error.constraint() {
            Some(constraint) => constraint.to_owned(),
            None if code == "42501" => "no right".to_owned(),
            None => panic!("refused for another reason: {error}"),
        }
    }
}
