//! Files as other programs write them: workbooks, other encodings, columns of other names; and terms that contradict.

use forenotice::actions::import_customers::{Imported, Mode};
use forenotice::domain::table::Finding;
use forenotice::store;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::{exported, fixture, import, import_in, import_mapped, world};
use crate::support::World;

const HEADER: &str =
    "reference,customer,email,customer_since,notice_days,objection_days,convention,time_zone,holidays,role\n";

async fn import_rows(world: &World, rows: &str) -> Imported {
    import(world, format!("{HEADER}{rows}").as_bytes()).await
}

/// (line, record, column, reason) of each.
fn places(findings: &[Finding]) -> Vec<(u64, u64, &str, &str)> {
    findings.iter().map(of).collect()
}

fn of(finding: &Finding) -> (u64, u64, &str, &str) {
    (finding.line, finding.record, finding.column.as_deref().unwrap_or_default(), &finding.reason)
}

async fn notice_days(world: &World, reference: &str) -> Option<u16> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let customer = store::customer::by_reference(snapshot.conn(), reference).await.unwrap().unwrap();
    let versions = store::customer::contract_versions(snapshot.conn(), customer.id).await.unwrap();
    versions[0].contract.terms.notice.n.map(forenotice::domain::calendar::NoticeDays::get)
}

#[tokio::test]
async fn a_workbook_is_read_with_its_dates_and_numbers() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["Kundennr.", "Firma", "E-Mail", "Kunde seit", "Benachrichtigungsfrist"])
    {
        sheet.write(0, column, name).unwrap();
    }
    let day = Format::new().set_num_format("dd.mm.yyyy");
    for (row, address) in (1..).zip(["a@acme.example", "nobody", "c@cress.example"]) {
        sheet.write(row, 0, 100 + row).unwrap();
        sheet.write(row, 1, format!("Firma {row}")).unwrap();
        sheet.write(row, 2, address).unwrap();
        sheet.write_with_format(row, 3, ExcelDateTime::from_ymd(2024, 3, 1).unwrap(), &day).unwrap();
        sheet.write(row, 4, 30).unwrap();
    }
    let world = world().await;

    let imported = import(&world, &book.save_to_buffer().unwrap()).await;

    assert_eq!((imported.imported, imported.rejected.records), (2, 1), "{imported:?}");
    assert_eq!(places(&imported.rejected.listed)[0].0, 3, "the line is the row of the sheet");
    let file = exported(&world).await;
    assert!(file.contains("\n101,Firma 1,,a@acme.example,en,,2024-03-01,30,"), "{file}");
    world.finish().await;
}

#[tokio::test]
async fn a_dry_run_proposes_the_mapping_by_which_the_file_comes_in() {
    let world = world().await;
    let file = b"Kd-Nr;Name des Kunden;E-Mail;Paket\n1;B\xE4cker;b@baecker.example;Chat Pro\n";
    let dry = import_in(&world, file, Mode::DryRun).await;
    assert!(dry.refused);
    let proposed = dry.proposed_mapping.unwrap();
    assert!(
        proposed.contains("\"E-Mail\" = \"email\"\n\"Paket\" = \"\"  # not read\n# no column is customer"),
        "{proposed}"
    );

    let corrected = proposed
        .replace("\"Name des Kunden\" = \"\"", "\"Name des Kunden\" = \"customer\"")
        .replace("\"Kd-Nr\" = \"\"", "\"Kd-Nr\" = \"reference\"")
        .replace("\"Paket\" = \"\"", "\"Paket\" = \"products\"")
        + "[values.products]\n\"Chat Pro\" = \"chat\"\n";
    let imported = import_mapped(&world, file, Mode::Write, &corrected).await;

    assert_eq!((imported.imported, imported.rejected.count), (1, 0), "{imported:?}");
    assert!(exported(&world).await.contains("1,Bäcker,,b@baecker.example,en,chat,"));
    assert_eq!(
        import(&world, &fixture("tests/fixtures/import/customers-clean.csv")).await.proposed_mapping,
        None
    );
    world.finish().await;
}

#[tokio::test]
async fn what_is_odd_in_the_terms_is_said_with_line_and_column() {
    let world = world().await;
    let imported = import_rows(
        &world,
        "C-1,Outlast,1@x.example,2024-03-01,10,20,clear_days,UTC,,\n\
         C-2,No calendar,2@x.example,2024-03-01,10,,working_days,UTC,,\n\
         C-3,Federal,3@x.example,2024-03-01,10,,working_days,Europe/Berlin,DE,\n\
         C-4,Zone,4@x.example,2024-03-01,10,,,Europe/Berln,,\n\
         C-5,Twice,5@x.example,2024-03-01,10,,,UTC,,\n\
         C-5,Twice,5@X.example,2024-03-01,10,,,UTC,,\n\
         C-6,Nobody,6@x.example,2024-03-01,10,,,UTC,,business\n\
         C-7,Ends,7@x.example,2024-03-01,60,,working_days,UTC,LK,\n\
         C-8,Fine,8@x.example,2024-03-01,30,14,clear_days,Europe/Berlin,DE-BY,\n",
    )
    .await;
    let zone = places(&imported.rejected.listed);
    assert_eq!(
        zone,
        [(5, 4, "time_zone", "there is no time zone \"Europe/Berln\"; did you mean Europe/Berlin?")]
    );
    let said = places(&imported.warnings.listed);
    let expected = [
        (2, 1, "objection_days", "outlast the notice"),
        (3, 2, "holidays", "without a holiday calendar"),
        (4, 3, "holidays", "DE has only the holidays that all its parts share"),
        (7, 6, "email", "the same contact as record 5"),
        (9, 8, "holidays", "needs the holidays of LK"),
        (8, 7, "role", "the customer C-6: no privacy contact"),
    ];
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for ((line, record, column, reason), want) in said.iter().zip(expected) {
        assert_eq!((*line, *record, *column), (want.0, want.1, want.2));
        assert!(reason.contains(want.3), "{reason}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_customer_whose_only_address_is_dead_has_nobody_to_write_to() {
    let world = world().await;
    import_rows(&world, "C-1,Acme,a@acme.example,2024-03-01,10,,,UTC,,\n").await;
    sqlx::query("update recipient set suppressed_why = 'bounced', suppressed_at = '2026-11-23T09:00Z'")
        .execute(world.cx.db.pool())
        .await
        .unwrap();
    let again = import_rows(&world, "C-1,Acme,a@acme.example,2024-03-01,10,,,UTC,,\n").await;
    assert!(again.warnings.listed[0].reason.contains("nobody to write to"), "{again:?}");
    world.finish().await;
}

#[tokio::test]
async fn where_a_file_contradicts_itself_the_longer_reading_holds_and_it_is_said() {
    let world = world().await;
    let rows = "C-1,Acme,a@acme.example,2024-03-01,30,,,UTC,,\nC-1,Acme,b@acme.example,2024-03-01,45,,,UTC,,\n\
                C-2,Bolt,c@bolt.example,2024-03-01,45,,,UTC,,\nC-2,Bolt,d@bolt.example,2024-03-01,30,,,UTC,,\n";
    let imported = import_rows(&world, rows).await;
    assert_eq!((imported.imported, imported.rejected.records), (2, 2));
    assert!(imported.rejected.listed[0].reason.ends_with("the reading longer for the customer holds"));
    assert_eq!(notice_days(&world, "C-1").await, Some(45));
    assert_eq!(notice_days(&world, "C-2").await, Some(45));

    let again = import_rows(&world, rows).await;

    assert_eq!((again.customers_new, again.customers_changed), (0, 0));
    world.finish().await;
}

#[tokio::test]
async fn a_file_of_peoples_own_words_comes_in_by_the_mapping_proposed_for_it() {
    let world = world().await;
    let file = "Kundennr;Firma;E-Mail;Sprache;Kunde seit;Benachrichtigungsfrist;Zählweise;Genehmigung;Feiertage;Rolle\n\
                1;Acme;a@acme.example;Deutsch;2. März 2024;30 Tage;Kalendertage;allgemein;Bayern;Datenschutz\n\
                2;Bolt;b@bolt.example;Deutsch;15. Juni 2025;4 Wochen;Kalendertage;gesondert;Österreich;\n\
                3;Cress;c@cress.example;Englisch;3. Juli 2025;30 Tage;nach Absprache;allgemein;;\n";
    let dry = import_in(&world, file.as_bytes(), Mode::DryRun).await;
    assert_eq!((dry.imported, dry.rejected.records), (0, 3), "{dry:?}");
    let proposed = dry.proposed_mapping.unwrap();
    for line in [
        "[values.authorisation]\n\"allgemein\" = \"general\"  # line 2, 2 rows\n\"gesondert\" = \"specific\"  # line 3\n",
        "\"2. März 2024\" = \"2024-03-02\"  # line 2\n",
        "[values.role]\n\"Datenschutz\" = \"privacy\"  # line 2\n",
        "# \"nach Absprache\" = \"\"  # line 4: \"nach Absprache\" is none of clear_days, ",
    ] {
        assert!(proposed.contains(line), "{line}\n{proposed}");
    }

    let saved = import_mapped(&world, file.as_bytes(), Mode::DryRun, &proposed).await;
    assert_eq!(saved.imported, 2, "only the word that nobody knows is left: {:?}", saved.rejected);
    let corrected = proposed.replace("# \"nach Absprache\" = \"\"", "\"nach Absprache\" = \"clear_days\"");
    let imported = import_mapped(&world, file.as_bytes(), Mode::Write, &corrected).await;

    assert_eq!((imported.imported, imported.rejected.count), (3, 0), "{imported:?}");
    let customers = exported(&world).await;
    for row in [
        "1,Acme,,a@acme.example,de,,2024-03-02,30,,calendar_days,,DE-BY,1,,general,",
        "2,Bolt,,b@bolt.example,de,,2025-06-15,28,,calendar_days,,AT,2,,specific,",
        "3,Cress,,c@cress.example,en,,2025-07-03,30,,clear_days,,,3,,general,",
    ] {
        assert!(customers.contains(row), "{row}\n{customers}");
    }
    world.finish().await;
}
