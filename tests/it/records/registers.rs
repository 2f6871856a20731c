//! Registers of real companies: in without loss, out with the same facts, and altered by no import.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use forenotice::domain::register::on_day;
use forenotice::domain::register_file;
use forenotice::domain::subprocessor::Facts;
use forenotice::store;

use super::{fixture, register_from as import, world};
use crate::support::World;

async fn register(world: &World) -> Vec<Facts> {
    let today = world.cx.policy.zone.day_of(world.now().await);
    let versions = store::subprocessor::versions(world.cx.snapshot().await.unwrap().conn()).await.unwrap();
    on_day(&versions, today).into_iter().map(|version| version.facts.clone()).collect()
}

/// Each row as field -> cell, sorted: the order of a file is no fact.
fn rows(csv: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv);
    let header = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| {
        let cells = header.iter().zip(row.iter()).filter(|(_, cell)| !cell.is_empty());
        cells.map(|(field, cell)| (field.to_owned(), cell.to_owned())).collect()
    };
    let mut rows: Vec<_> = reader.records().map(|record| row(record.unwrap())).collect();
    rows.sort();
    rows
}

/// All registers there are to read: those kept here, and those that may only be read in the blueprint.
fn registers() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let kept = here.join("tests/fixtures/registers");
    let blueprint = here.join("../shared/data/subprocessors");
    let mut files = BTreeMap::new();
    for folder in [&blueprint, &kept] {
        let Ok(entries) = std::fs::read_dir(folder) else {
            crate::support::left_out(&format!(
                "{} is not there, its registers are not read",
                folder.display()
            ));
            continue;
        };
        let paths = entries.map(|entry| entry.unwrap().path());
        for path in paths.filter(|path| path.extension().is_some_and(|extension| extension == "csv")) {
            files.insert(path.file_name().unwrap().to_owned(), path);
        }
    }
    files.into_values().collect()
}

#[tokio::test]
async fn every_real_register_imports_without_loss_and_exports_the_same_facts() {
    let files = registers();
    assert!(files.len() >= 13, "{files:?}");
    for file in files {
        let world = world().await;
        let bytes = std::fs::read(&file).unwrap();
        let imported = import(&world, &bytes).await;
        assert!(imported.rejected.is_empty(), "{}: {:?}", file.display(), imported.rejected);
        let facts = register(&world).await;
        let exported = register_file::write_csv(&facts);
        assert_eq!(rows(exported.as_bytes()), rows(&bytes), "{}", file.display());

        let again = import(&world, exported.as_bytes()).await;
        assert_eq!((again.imported, again.unchanged), (0, facts.len()), "{}: {again:?}", file.display());
        let json = serde_json::json!({"on": "2026-11-23", "subprocessors": facts}).to_string();
        let again = import(&world, json.as_bytes()).await;
        assert_eq!((again.imported, again.unchanged), (0, facts.len()), "{}: {again:?}", file.display());
        world.finish().await;
    }
}

#[tokio::test]
async fn the_first_import_is_stated_from_today_and_not_witnessed() {
    let world = world().await;
    let imported = import(&world, &fixture("config/demo/chatbotkit.csv")).await;
    assert_eq!((imported.imported, imported.refused), (11, false));
    let versions = store::subprocessor::versions(world.cx.snapshot().await.unwrap().conn()).await.unwrap();
    assert!(
        versions
            .iter()
            .all(|version| version.change.is_none() && version.valid_from.to_string() == "2026-11-23")
    );
    world.finish().await;
}

#[tokio::test]
async fn facts_change_only_by_a_change() {
    let world = world().await;
    let header = "name,purpose,countries\n";
    import(&world, format!("{header}Hetzner,Hosting,DE\nStripe,Payment,US\n").as_bytes()).await;
    let before = register(&world).await;

    let altered = import(&world, format!("{header}Nimbus,Mail,DE\nHetzner,Hosting,DE;FI\n").as_bytes()).await;

    assert!(altered.refused);
    let finding = &altered.rejected.listed[0];
    assert_eq!((finding.line, finding.record), (3, 2));
    assert!(
        finding
            .reason
            .contains("another countries: facts change only by a change: forenotice change schedule alter"),
        "{finding:?}"
    );
    assert_eq!(register(&world).await, before, "nothing half-written");
    world.finish().await;
}
