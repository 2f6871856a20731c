//! What work costs is counted in rows and statements, not in seconds: a group of letters reads its own obligations, however many the
//! change has, and a page of a letter asks the database once.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryScalar;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Postgres, query_scalar};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::edges::visitor::{Visitor, announced, path_of};
use crate::promises::small_world;

/// Obligations that nobody has counted yet, as in the middle of a mailing.
const OTHERS: i64 = 5_000;
const GROUP: i64 = 50;

#[tokio::test]
async fn recording_a_group_reads_the_obligations_of_its_customers_and_no_other() {
    let world = small_world().await;
    let mut tx = world.cx.begin_by_key(forenotice::domain::ledger::Actor::Daemon).await.unwrap();
    others(tx.conn()).await;
    let at = tx.now();
    let instants = vec![at; usize::try_from(GROUP).unwrap()];
    let read = rows_read(
        explained(include_str!("../../src/store/sql/serve.sql"))
            .bind(vec![1_i64; instants.len()])
            .bind(customers())
            .bind(vec![1024_i64; instants.len()])
            .bind(instants.clone())
            .bind(instants.clone())
            .bind(instants.clone())
            .bind(instants.clone())
            .bind(vec![true; instants.len()])
            .fetch_one(tx.conn())
            .await
            .unwrap(),
    );
    // As many again for the rows that the update itself writes.
    assert!((GROUP..=2 * GROUP).contains(&read), "{read} obligations were read for {GROUP}");
    tx.rollback().await.unwrap();
}

#[tokio::test]
async fn reading_a_batch_reads_the_obligations_of_its_customers_and_no_other() {
    let world = small_world().await;
    let mut tx = world.cx.begin_by_key(forenotice::domain::ledger::Actor::Daemon).await.unwrap();
    others(tx.conn()).await;
    let at = tx.now();
    let day = at.date_naive();
    let read = rows_read(
        explained(include_str!("../../src/store/sql/duties.sql"))
            .bind(1_i64)
            .bind(customers())
            .bind(customers())
            .bind(vec![day; customers().len()])
            .bind(vec![at; customers().len()])
            .fetch_one(tx.conn())
            .await
            .unwrap(),
    );
    assert_eq!(read, GROUP);
    tx.rollback().await.unwrap();
}

#[tokio::test]
async fn a_page_of_a_letter_asks_the_database_once() {
    let (world, visitor, object) = announced().await;
    visitor.post(&object, &[("text", "We object.")]).await;
    let letter = visitor.get(&object).await.body;
    let letter = letter.split("href=\"").find(|part| part.starts_with("/letter/")).unwrap();
    let letter = letter.split('"').next().unwrap();
    for page in [object.as_str(), &format!("{object}/objection")] {
        let asked = asked_for(&visitor, page).await;
        assert_eq!(asked.len(), 1, "{page} asked {asked:?}");
    }
    // A letter shown is composed again: beside what its page tells today, itself, its notice, what its reader was owed, its thread.
    let asked = asked_for(&visitor, letter).await;
    assert_eq!(asked.len(), 5, "{letter} asked {asked:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_page_for_everybody_asks_the_database_once() {
    let (world, visitor, _) = announced().await;
    let changes = visitor.get("/changes.json").await.body;
    let reference = changes.split('"').find(|part| part.starts_with("CHG-")).unwrap();
    let (change, before) = (format!("/changes/{reference}"), format!("/changes.json?before={reference}"));
    for page in [
        "/",
        "/?on=2026-06-01",
        "/register.json",
        "/register.csv",
        "/compare",
        "/compare.json",
        "/subprocessors/stripe",
        "/changes.atom",
        "/changes.ics",
        "/changes.json",
        &before,
        &change,
    ] {
        let asked = asked_for(&visitor, page).await;
        assert_eq!(asked.len(), 1, "{page} asked {asked:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_customers_own_register_asks_the_database_as_often_however_many_changes_are_open() {
    let (world, visitor, object) = announced().await;
    let page = visitor.get(&object).await.body;
    let mine = page.split('"').find(|part| part.starts_with("/mine/")).unwrap();
    world.as_superuser(include_str!("../fixtures/register-of-500-changes.sql")).await;
    let mut asked = Vec::new();
    for (from, to) in [(1, 1), (2, 20)] {
        world.as_superuser(&open_changes(from, to)).await;
        assert_eq!(visitor.get(mine).await.body.matches("2 March 2027").count(), to);
        asked.push(asked_for(&visitor, mine).await);
    }
    let [of_one, of_twenty] = asked.as_slice() else { unreachable!() };
    assert_eq!(of_twenty.len(), of_one.len(), "{of_twenty:?}");
}

/// Announced changes of the listed subprocessors `from` to `to`, past the triggers.
fn open_changes(from: usize, to: usize) -> String {
    format!(
        "set session_replication_role = replica;
         insert into change (reference, kind, subprocessor_id, facts, products, reason, effective_on, effective_at, go_live,
             author_id, needs_approval, state, published_at)
         select 'CHG-2027-' || n, 'material_change', s.id, (select facts from change where subprocessor_id = s.id limit 1),
                '{{all}}', 'We move again.', '2027-03-02', '2027-03-02', 'together', (select min(id) from account), false,
                'in_notice', '2026-11-24'
         from generate_series({from}, {to}) n join subprocessor s on s.slug = 'sub-' || n;
         set session_replication_role = origin;"
    )
}

#[tokio::test]
async fn a_customers_own_register_asks_the_database_as_often_however_long_it_is() {
    let (world, visitor, object) = announced().await;
    let page = visitor.get(&object).await.body;
    let mine = page.split('"').find(|part| part.starts_with("/mine/")).unwrap();
    let of_one = asked_for(&visitor, mine).await;
    world.as_superuser(include_str!("../fixtures/register-of-500-changes.sql")).await;
    let of_all = asked_for(&visitor, mine).await;
    assert!(visitor.get(mine).await.body.contains("Subprocessor 100"));
    assert_eq!(of_all.len(), of_one.len(), "{of_all:?}");
    assert!(of_one.len() < 40, "{of_one:?}");
}

#[tokio::test]
async fn asking_for_letters_is_the_same_work_whether_or_not_the_address_is_known() {
    let (world, visitor, _) = announced().await;
    let jane = [("mail", "jane@northwind.example")];
    visitor.post("/subscribe", &jane).await;
    world.settle().await;
    let letter = world.mailbox.mails_to("jane@northwind.example").pop().unwrap();
    visitor.post(&path_of(&letter.link("/confirm/").unwrap()), &[]).await;
    world.advance_to("2026-11-24T13:00Z").await;

    let acts = async || -> i64 {
        sqlx::query_scalar("select count(*) from act").fetch_one(world.cx.db.pool()).await.unwrap()
    };
    let mut works = Vec::new();
    let (confirmed, contact, unknown, pending) =
        ("jane@northwind.example", "dpo@acme.example", "xyz@acme.example", "XYZ@acme.example");
    // The last more often than it gets letters in an hour.
    for mail in [confirmed, contact, unknown].into_iter().chain([pending; 6]) {
        let before = acts().await;
        let asked = statements_of(async || {
            assert_eq!(visitor.post("/subscribe", &[("mail", mail)]).await.status, 200);
        })
        .await;
        works.push((asked, acts().await - before));
    }
    assert!(works.iter().all(|(asked, committed)| !asked.is_empty() && *committed == 1), "{works:#?}");
    assert!(works.iter().all(|work| work == &works[0]), "{works:#?}");
    world.finish().await;
}

/// The statements behind a page.
async fn asked_for(visitor: &Visitor, page: &str) -> Vec<String> {
    statements_of(async || assert_eq!(visitor.get(page).await.status, 200, "{page}")).await
}

/// The statements behind what is done.
async fn statements_of(doing: impl AsyncFnOnce()) -> Vec<String> {
    let asked = Asked::default();
    let listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(asked.clone()));
    doing().await;
    drop(listening);
    let mut asked = asked.0.lock().unwrap().clone();
    // A clock that is set by hand stands in the database, and a new connection says who it is.
    asked.retain(|said| !said.contains("simulated") && !said.contains("set role"));
    asked
}

/// The statements that sqlx tells of, by their first words.
#[derive(Clone, Debug, Default)]
struct Asked(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Asked {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            event.record(&mut Summary(&mut self.0.lock().unwrap()));
        }
    }
}

struct Summary<'a>(&'a mut Vec<String>);

impl Visit for Summary<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "summary" {
            self.0.push(format!("{value:?}"));
        }
    }
}

fn customers() -> Vec<i64> {
    (1_000..1_000 + GROUP).collect()
}

async fn others(conn: &mut sqlx::PgConnection) {
    sqlx::query(
        "insert into obligation (change_id, customer_id, state) select 1, 1000 + n, 'owed' from generate_series(0, $1 - 1) n",
    )
    .bind(OTHERS)
    .execute(conn)
    .await
    .unwrap();
}

fn explained(sql: &str) -> QueryScalar<'_, Postgres, Json<Value>, PgArguments> {
    query_scalar(AssertSqlSafe(format!("explain (analyze, timing off, format json) {sql}")))
}

/// Rows of `obligation` that the plan took into its hands, those it threw away among them.
fn rows_read(Json(explained): Json<Value>) -> i64 {
    fn of(node: &Value) -> i64 {
        let number = |name: &str| node[name].as_i64().unwrap_or_default();
        let is_scan = node["Relation Name"] == "obligation" && node["Node Type"] != "ModifyTable";
        let own = (number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops");
        let below = node["Plans"].as_array().into_iter().flatten().map(of).sum::<i64>();
        below + if is_scan { own } else { 0 }
    }
    of(&explained[0]["Plan"])
}
