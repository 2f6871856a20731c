//! Invariant 8: GETs change nothing. A mail scanner follows every link of every letter and page, and not one row of
//! any table differs afterwards.

use std::collections::{BTreeMap, BTreeSet};

use crate::edges::visitor::{announced, path_of};
use crate::support::World;

/// A digest of every row of every table.
pub async fn everything(world: &World) -> BTreeMap<String, String> {
    let pool = world.cx.db.pool();
    let tables: Vec<String> = sqlx::query_scalar(
        "select tablename::text from pg_tables where schemaname = 'forenotice' and tablename not like '\\_%'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut digests = BTreeMap::new();
    for table in tables {
        let sql =
            format!("select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {table} t");
        let digest: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.unwrap();
        digests.insert(table, digest);
    }
    digests
}

fn links(body: &str) -> impl Iterator<Item = String> {
    let parts = body.split(['"', '<', '>', ' ', '\n']);
    parts
        .filter(|part| part.starts_with('/') && part.len() > 1)
        .map(|part| part.split('#').next().unwrap_or(part).to_owned())
}

#[tokio::test]
async fn a_scanner_that_follows_every_link_changes_no_row() {
    let (world, visitor, object) = announced().await;
    visitor.post("/subscribe", &[("mail", "jane@northwind.example")]).await;
    visitor.post(&object, &[("text", "We object.")]).await;
    world.settle().await;
    let keys = &world.cx.keys;
    let before = everything(&world).await;
    assert!(before.len() > 20);

    let mut open: Vec<String> = vec!["/".to_owned(), "/nowhere".to_owned()];
    open.extend(["object", "letter", "confirm"].into_iter().flat_map(|path| {
        let mails = world.mailbox.mails();
        mails
            .into_iter()
            .filter_map(|mail| mail.link(&format!("/{path}/")))
            .map(|link| path_of(&link))
            .collect::<Vec<_>>()
    }));
    for purpose in forenotice::domain::access::LinkPurpose::ALL {
        open.push(format!("/{}/{}", purpose.path(), keys.link(purpose, 1, 0)));
    }
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        if seen.insert(path.clone()) && seen.len() < 300 {
            let answer = visitor.get(&path).await;
            assert_ne!(answer.status, 500, "{path}");
            open.extend(links(&answer.body));
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
    assert_eq!(everything(&world).await, before);
}
