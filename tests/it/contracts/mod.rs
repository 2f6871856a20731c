//! What customers say under their contracts, what reaches them by other means, what they waive in writing.

mod consent;
mod in_use;
mod override_reason;
mod service;
mod silence;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use forenotice::actions::Attachment;
use forenotice::actions::clear_customer::{self, Done, Error, Said};
use forenotice::domain::change::ChangeId;
use forenotice::domain::clearing::Word;
use forenotice::domain::ledger::Actor;
use forenotice::domain::objection::Channel;
use forenotice::store::gate;
use sqlx::AssertSqlSafe;

use crate::promises::small_world;
use crate::support::World;

const CHANGE: &str = "CHG-2026-0001";

fn at(instant: &str) -> DateTime<Utc> {
    crate::support::world::parse_instant(instant)
}

fn paper(words: &str) -> Attachment {
    Attachment { name: "paper.pdf".to_owned(), bytes: words.as_bytes().to_vec() }
}

/// Acme, served by letter on 24 November: 30 clear days of notice, as many to object.
async fn acme(authorisation: &str) -> World {
    let world = small_world().await;
    let consent = if authorisation == "specific" { "awaited" } else { "silence" };
    world
        .as_superuser(&format!(
            "update contract_terms set terms = '{{\"authorisation\": \"{authorisation}\",
                 \"objection\": {{\"n\": 30, \"convention\": \"clear_days\"}}}}';
             update obligation set consent = '{consent}', notice_started_at = served_at"
        ))
        .await;
    world
}

/// Acme's letter has not been accepted.
async fn owed(world: &World) {
    world
        .as_superuser(
            "update delivery set state = 'failed', accepted_at = null;
             update obligation set state = 'owed', served_by = null, served_at = null, notice_started_at = null,
                 earliest_by_notice = null, window_closes_at = null, clear_at = null",
        )
        .await;
}

async fn move_to(world: &World, instant: &str) {
    world.as_superuser(&format!("update installation set simulated_at = '{instant}'")).await;
}

/// Why the gate is shut at the world's instant.
async fn reasons(world: &World) -> BTreeSet<&'static str> {
    let now = world.now().await;
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let found = gate::shut_by(snapshot.conn(), ChangeId(1), now).await.unwrap();
    found.iter().map(|reason| reason.as_str()).collect()
}

/// The obligation as one line.
async fn obligation(world: &World) -> String {
    one(
        world,
        "select concat_ws(' ', state, consent, served_by, served_at, notice_started_at, earliest_by_notice,
                          window_closes_at, window_shuts, clear_at) from obligation where customer_id = 1",
    )
    .await
}

async fn one(world: &World, sql: &str) -> String {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(snapshot.conn()).await.unwrap()
}

/// What the ledger says of the last act of that kind.
async fn entry(world: &World, kind: &str) -> serde_json::Value {
    let payload = one(
        world,
        &format!(
            "select convert_from(payload, 'UTF8') from ledger_entry where kind = '{kind}' order by act_id desc limit 1"
        ),
    )
    .await;
    serde_json::from_str(&payload).unwrap()
}

async fn second_person(world: &World) -> Actor {
    let id = one(world, "select id::text from account where email = 'second@processor.example'").await;
    Actor::Account { id: id.parse().unwrap(), email: "second@processor.example".to_owned() }
}

async fn say(world: &World, contract: &str, told: Word) -> Result<Done, Error> {
    let said =
        Said { contract, customer: None, word: told, by: "Ada Byron", channel: Channel::Letter, at: None };
    clear_customer::record_consent(&world.cx, world.dpo.clone(), CHANGE, &said, None).await
}
