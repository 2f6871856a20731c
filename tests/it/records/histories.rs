//! Real histories: what lists of real companies did over years, replayed as changes over simulated time. The register
//! says of every day what the history says, and of each change it went through the gate.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use forenotice::actions::schedule_change;
use forenotice::domain::register::{Version, on_day};
use forenotice::domain::request::Request;
use forenotice::store;

use super::{import, register_from};
use crate::support::World;

/// How long before its day each change is scheduled; the customer of these worlds must have ten.
const LEAD: Days = Days::new(14);
/// The list is stated so long before the first version that we know of.
const STATED_BEFORE: Days = Days::new(30);

#[derive(Clone, Debug, serde::Deserialize)]
struct Step {
    date: NaiveDate,
    kind: String,
    name: String,
    detail: String,
}

fn steps(path: &Path) -> Vec<Step> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|step| step.unwrap()).collect()
}

/// The changes, those of one name on one day as one: what is added and then altered on its day is added as it is then.
fn changes(steps: &[Step]) -> Vec<Step> {
    let mut changes: Vec<Step> = Vec::new();
    for step in steps.iter().filter(|step| step.kind != "initial") {
        match changes.iter_mut().find(|earlier| (earlier.date, &earlier.name) == (step.date, &step.name)) {
            Some(earlier) if step.kind == "changed" => earlier.detail.clone_from(&step.detail),
            Some(earlier) => panic!("{earlier:?}, then {step:?}"),
            None => changes.push(step.clone()),
        }
    }
    changes
}

/// Those that may only be read in the blueprint, and the one kept here.
fn histories() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    for folder in [here.join("../shared/data/history"), here.join("tests/fixtures/history")] {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            crate::support::left_out(&format!(
                "{} is not there, its histories are not replayed",
                folder.display()
            ));
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            files.insert(path.file_name().unwrap().to_owned(), path);
        }
    }
    files.into_values().filter(|path| path.extension().is_some_and(|it| it == "csv")).collect()
}

/// The purpose that a step leaves behind.
fn after(step: &Step) -> String {
    let detail = step.detail.rsplit(" -> ").next().unwrap_or_default();
    if detail.trim().is_empty() { "none stated".to_owned() } else { detail.trim().to_owned() }
}

/// Name and purpose of everyone on the list at the end of `day`, as the history says.
fn told(steps: &[Step], day: NaiveDate) -> BTreeMap<String, String> {
    let mut list = BTreeMap::new();
    for step in steps.iter().filter(|step| step.date <= day) {
        if step.kind == "removed" {
            list.remove(&step.name);
        } else {
            list.insert(step.name.clone(), after(step));
        }
    }
    list
}

fn shown(versions: &[Version], day: NaiveDate) -> BTreeMap<String, String> {
    let listed = on_day(versions, day).into_iter();
    listed.map(|version| (version.facts.name.clone(), version.facts.purpose.clone())).collect()
}

fn request(step: &Step) -> Request {
    let kind = match step.kind.as_str() {
        "added" => "addition",
        "changed" => "material_change",
        "removed" => "removal",
        other => panic!("{other}"),
    };
    let purpose = after(step);
    let facts = match kind {
        "addition" => serde_json::json!([
            ["legal_entity", step.name],
            ["address", "none stated"],
            ["contact", "none stated"],
            ["purpose", purpose],
            ["nature", "none stated"],
            ["countries", "US"],
            ["data_types", "none stated"],
            ["data_subjects", "none stated"],
            ["transfer_mechanism", "none stated"]
        ]),
        "material_change" => serde_json::json!([
            ["purpose", purpose],
            ["legal_entity", step.name],
            ["address", "none stated"],
            ["contact", "none stated"],
            ["nature", "none stated"],
            ["countries", "US"],
            ["data_types", "none stated"],
            ["data_subjects", "none stated"],
            ["transfer_mechanism", "none stated"]
        ]),
        _ => serde_json::json!([]),
    };
    serde_json::from_value(serde_json::json!({
        "kind": kind, "name": step.name, "reason": "as the list says", "effective": step.date, "facts": facts
    }))
    .unwrap()
}

fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

async fn replay(path: &Path) {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let steps = steps(path);
    let first = steps[0].date;
    let last = steps.last().unwrap().date;
    let stated_on = first - STATED_BEFORE;
    let settings = [
        ("policy.notice_days", "10"),
        // So that years pass without a letter to the DPO on every day of them.
        ("digest.at", "0 6 1 1 *"),
        ("notice.send_window", "0 9 1 1 *"),
    ];
    let world = World::configured(&format!("{stated_on}T06:00Z"), &settings).await;
    import(&world, b"reference,customer,email,customer_since\nC-1,Acme,a@acme.example,2010-01-01\n").await;
    let mut stated = String::from("name,legal_entity,purpose\n");
    for step in steps.iter().filter(|step| step.kind == "initial") {
        stated += &format!("{},{},{}\n", cell(&step.name), cell(&step.name), cell(&after(step)));
    }
    register_from(&world, stated.as_bytes()).await;

    let changes = changes(&steps);
    for step in &changes {
        let day = step.date - LEAD;
        if world.now().await.date_naive() < day {
            world.advance_to(&format!("{day}T08:00Z")).await;
        }
        let scheduled = schedule_change::schedule(&world.cx, world.dpo.clone(), &request(step)).await;
        scheduled.unwrap_or_else(|error| panic!("{name}: {step:?}: {error}"));
    }
    world.advance_to(&format!("{}T12:00Z", last + Days::new(1))).await;

    let versions = store::subprocessor::versions(world.cx.snapshot().await.unwrap().conn()).await.unwrap();
    for day in first.iter_days().take_while(|day| *day <= last) {
        assert_eq!(shown(&versions, day), told(&steps, day), "{name}: {day}");
    }
    let effective: i64 = sqlx::query_scalar("select count(*) from change where state = 'effective'")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    assert_eq!(effective, i64::try_from(changes.len()).unwrap());
    println!("{name}: {effective} changes from {first} to {last}");
    world.finish().await;
}

#[tokio::test]
async fn every_real_history_replays_and_the_register_says_so_of_every_day() {
    let files = histories();
    assert!(!files.is_empty());
    for path in files {
        replay(&path).await;
    }
}
