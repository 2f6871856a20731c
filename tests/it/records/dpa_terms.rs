//! The published terms of 25 real companies: each row becomes terms, and one change is simulated against all of them.
//!
//! Where a row reads both ways, the reading longer for the customer holds; what it does not say is the policy's.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use forenotice::actions::schedule_change;
use forenotice::domain::request::Request;

use super::{import_in, register_from};
use crate::support::World;
use forenotice::actions::import_customers::Mode;

#[derive(Debug, serde::Deserialize)]
struct Published {
    company: String,
    notice_days: String,
    objection_days: String,
    objection_counts_from: String,
    channel: String,
}

/// A row as a customer whose contract says this.
#[derive(Default)]
struct Expressed {
    notice_days: String,
    objection_days: String,
    convention: String,
    objection_convention: String,
    start: String,
    how: Vec<&'static str>,
}

fn days(text: &str) -> (String, bool) {
    match text.strip_suffix(" business") {
        Some(number) => (number.to_owned(), true),
        None => (text.to_owned(), false),
    }
}

fn express(row: &Published) -> Expressed {
    let mut said = Expressed::default();
    let (notice, business) = days(&row.notice_days);
    if notice.is_empty() {
        said.how.push("notice period: the policy's");
    } else if business {
        said.convention = "working_days".into();
        said.how.push("business days: working_days, by the policy's calendar");
    }
    said.notice_days = notice;
    let (objection, business) = days(&row.objection_days);
    if objection.is_empty() {
        said.how.push("window: the policy's");
    } else {
        said.objection_convention = if business { "working_days" } else { "clear_days" }.into();
    }
    said.objection_days = objection;
    match row.objection_counts_from.as_str() {
        "" => {}
        "notice" | "change announced" => {
            said.start = "received".into();
            said.how.push("\"notice\" reads as sent or as received: received is longer");
        }
        "within the notice window" | "within the notice period" => {
            said.how.push("the window runs with the notice period, from the same start");
        }
        _ => said.start = "received".into(),
    }
    let channel = row.channel.as_str();
    if ["subscription", "list was requested"].iter().any(|word| channel.contains(word)) {
        said.how.push("owed a letter without having asked for one");
    } else if ["page", "RSS", "repository", "blog", "in-app", "console"]
        .iter()
        .any(|word| channel.contains(word))
    {
        said.how.push("a letter beside the page, feed or app it names");
    }
    said
}

fn cell(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

fn short(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// What an obligation came to.
#[derive(sqlx::FromRow)]
struct Kept {
    name: String,
    served_at: DateTime<Utc>,
    earliest_by_notice: DateTime<Utc>,
    window_closes_at: Option<DateTime<Utc>>,
}

fn addition() -> Request {
    serde_json::from_value(serde_json::json!({
        "kind": "addition", "name": "Nimbus", "reason": "Mail", "effective": "2026-12-01",
        "facts": [["legal_entity", "Nimbus GmbH"], ["address", "Berlin"], ["contact", "dpo@nimbus.example"],
                  ["purpose", "Mail"], ["nature", "Hosting"], ["countries", "DE"], ["data_types", "names"],
                  ["data_subjects", "users"], ["transfer_mechanism", "none"]]
    }))
    .unwrap()
}

#[tokio::test]
async fn each_of_25_published_terms_is_expressed_and_kept() {
    let published = super::fixture("tests/fixtures/dpa-terms.csv");
    let rows: Vec<Published> =
        csv::Reader::from_reader(published.as_slice()).deserialize().map(|row| row.unwrap()).collect();
    assert_eq!(rows.len(), 25);
    let world = World::configured("2026-11-23T09:00Z", &[("policy.holidays", "DE")]).await;
    let mut file = String::from(
        "reference,customer,email,customer_since,notice_days,objection_days,convention,objection_convention,start\n",
    );
    let mut expressed = Vec::new();
    for (number, row) in (1..).zip(&rows) {
        let said = express(row);
        let _ = writeln!(
            file,
            "D-{number:02},{},privacy@d{number:02}.example,2020-01-01,{},{},{},{},{}",
            cell(&row.company),
            said.notice_days,
            said.objection_days,
            said.convention,
            said.objection_convention,
            said.start
        );
        expressed.push(said);
    }
    let imported = import_in(&world, file.as_bytes(), Mode::Write).await;
    assert_eq!((imported.imported, imported.rejected.listed.len()), (25, 0), "{:?}", imported.rejected);
    register_from(&world, b"name,countries\nHetzner,DE\n").await;
    let mut request = addition();
    let refused = schedule_change::plan(&world.cx, &request).await.unwrap_err().to_string();
    let earliest = refused.rsplit(' ').next().unwrap();
    assert!(refused.contains("Kitefaster must have"), "{refused}");
    request.effective = Some(earliest.parse().unwrap());
    schedule_change::schedule(&world.cx, world.dpo.clone(), &request).await.unwrap();
    world.advance_to("2026-11-26T12:00Z").await;

    let kept: Vec<Kept> = sqlx::query_as(
        "select c.name, o.served_at, o.earliest_by_notice, o.window_closes_at
         from obligation o join customer c on c.id = o.customer_id where o.state = 'served' order by c.reference",
    )
    .fetch_all(world.cx.db.pool())
    .await
    .unwrap();
    assert_eq!(kept.len(), 25);
    let mut table = String::new();
    for (((row, said), number), kept) in rows.iter().zip(&expressed).zip(1..).zip(&kept) {
        assert_eq!(kept.name, row.company, "D-{number:02}");
        let closes = kept.window_closes_at.map_or("until effect".to_owned(), short);
        let _ = writeln!(
            table,
            "{} | {} / {} ({}) | {} | served {}, notice over {}, window {closes}",
            kept.name,
            row.notice_days,
            row.objection_days,
            row.objection_counts_from,
            said.how.join("; "),
            short(kept.served_at),
            short(kept.earliest_by_notice)
        );
    }
    insta::assert_snapshot!("dpa-terms", table);

    world.advance_to(&format!("{earliest}T12:00Z")).await;
    let effective: bool = sqlx::query_scalar("select state = 'effective' from change")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    assert!(effective);
    world.finish().await;
}
