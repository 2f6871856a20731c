//! The files of `tests/fixtures/import` against what `expected.csv` wants said of each record.

use std::collections::BTreeSet;

use forenotice::actions::import_customers::Imported;
use forenotice::domain::table::Finding;

use super::{fixture, import, register_from, world};

struct Expected {
    record: u64,
    verdict: String,
    field: String,
}

fn expected(file: &str) -> Vec<Expected> {
    let bytes = fixture("tests/fixtures/import/expected.csv");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let rows = reader.records().map(Result::unwrap).filter(|row| &row[0] == file);
    rows.map(|row| Expected { record: row[1].parse().unwrap(), verdict: row[2].into(), field: row[3].into() })
        .collect()
}

fn said(findings: &[Finding], record: u64, field: &str) -> bool {
    findings.iter().any(|finding| {
        finding.record == record && (field.is_empty() || finding.column.as_deref() == Some(field))
    })
}

/// What is wrong with what was said of a file.
fn differences(file: &str, rejected: &[Finding], warnings: &[Finding]) -> Vec<String> {
    let mut wrong = Vec::new();
    let expected = expected(file);
    for Expected { record, verdict, field } in &expected {
        let (bad, warned) = (said(rejected, *record, field), said(warnings, *record, field));
        let right = match verdict.as_str() {
            "bad" => bad,
            "duplicate" => warned && !bad,
            "warn" => bad || warned,
            "ok" => !bad,
            "skip" => !bad && !warned,
            other => panic!("{file}: unknown verdict {other}"),
        };
        if !right {
            wrong.push(format!(
                "{file}: record {record}, {field}: want {verdict}; bad {bad}, warned {warned}"
            ));
        }
    }
    let named: BTreeSet<u64> = expected.iter().map(|row| row.record).collect();
    let surplus = rejected.iter().filter(|finding| !named.contains(&finding.record));
    wrong.extend(surplus.map(|finding| format!("{file}: rejected though good: {finding:?}")));
    wrong
}

async fn import_file(file: &str) -> Imported {
    let world = world().await;
    let imported = import(&world, &fixture(&format!("tests/fixtures/import/{file}"))).await;
    world.finish().await;
    imported
}

async fn check(file: &str) -> Imported {
    let imported = import_file(file).await;
    let wrong = differences(file, &imported.rejected.listed, &imported.warnings.listed);
    assert!(wrong.is_empty(), "{}\n{imported:#?}", wrong.join("\n"));
    imported
}

#[tokio::test]
async fn good_rows_are_in_and_each_bad_one_is_named() {
    for (file, rows) in [
        ("customers-clean.csv", 5),
        ("customers-hubspot.csv", 4),
        ("customers-terms.csv", 5),
        ("customers-zones-dates.csv", 4),
        ("customers-conflicts.csv", 2),
        ("customers-hostile.csv", 6),
        ("customers-excel-de.csv", 1),
        ("customers-utf16le-tab.txt", 2),
        ("customers-ragged.csv", 1),
        ("customers-mac-cr.csv", 1),
        ("customers-nul.csv", 1),
        ("customers-latin1-in-utf8.csv", 1),
    ] {
        assert_eq!(check(file).await.imported, rows, "{file}");
    }
}

#[tokio::test]
async fn what_is_no_file_of_customers_is_refused_as_a_whole() {
    for file in [
        "customers-empty.csv",
        "customers-no-header.csv",
        "customers-duplicate-column.csv",
        "customers-actually.xlsx.csv",
        "customers-salesforce-no-email.csv",
    ] {
        let imported = check(file).await;
        assert!(imported.refused && imported.imported == 0, "{file}: {imported:?}");
    }
    assert_eq!(check("customers-header-only.csv").await.imported, 0);
}

#[tokio::test]
async fn an_unclosed_quote_names_its_line_and_each_row_it_has_swallowed() {
    let file = "customers-unclosed-quote.csv";
    let imported = import_file(file).await;
    let lost: Vec<_> =
        imported.rejected.listed.iter().map(|finding| (finding.line, finding.record)).collect();
    assert_eq!((imported.imported, lost), (1, vec![(3, 2), (4, 3)]));
    assert!(imported.rejected.listed[0].reason.contains("line 3"));
    assert_eq!(imported.rejected_bytes.len(), 1);
}

#[tokio::test]
async fn a_register_as_people_keep_it_is_read_with_every_doubt_said() {
    for (file, rows) in [("subprocessors-messy.csv", 5), ("subprocessors-excel-de.csv", 2)] {
        let world = world().await;
        let imported = register_from(&world, &fixture(&format!("tests/fixtures/import/{file}"))).await;
        let wrong = differences(file, &imported.rejected.listed, &imported.warnings.listed);
        assert!(wrong.is_empty(), "{}\n{imported:#?}", wrong.join("\n"));
        assert_eq!(imported.imported, rows, "{file}");
        world.finish().await;
    }
}

#[tokio::test]
async fn no_file_of_the_corpus_is_left_out() {
    let bytes = fixture("tests/fixtures/import/expected.csv");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let named: BTreeSet<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
    let tried = include_str!("corpus.rs");
    for file in &named {
        assert!(tried.contains(&format!("\"{file}\"")), "{file} is tried by no test");
    }
    assert!(named.len() >= 18, "{named:?}");
}
