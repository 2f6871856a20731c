//! Rows that were rejected come in from the file written beside, corrected, with the same mapping, and lose nothing on
//! the way: umlauts, line breaks in a cell, leading zeros, dates.

use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::world;
use crate::support::World;

const MAPPING: &str = r#"
[columns]
"Kd-Nr" = "reference"
"Name" = "customer"
"E-Mail" = "email"
"Ansprechpartner" = "contact_name"
"Notiz" = ""
"Kunde seit" = "customer_since"
"Frist" = "notice_days"
"Zählung" = "convention"
[values.convention]
"Werktage" = "working_days"
"#;
const HEADER: [&str; 8] =
    ["Kd-Nr", "Name", "E-Mail", "Ansprechpartner", "Notiz", "Kunde seit", "Frist", "Zählung"];
/// The second and the third are wrong: an address, and days with their unit.
const ROWS: [[&str; 8]; 4] = [
    ["001", "Bäcker; Söhne OHG", "a@baecker.example", "Jürgen Groß", "", "01.03.2024", "10", "Werktage"],
    ["002", "Groß \"Öl\" AG", "nobody", "Zoë\nÜnal", "viel\nText; \"ja\"", "15.06.2025", "20", "Werktage"],
    ["003", "Çelik GmbH", "c@celik.example", "", "", "31.12.2025", "30 Tage", "calendar_days"],
    ["004", "Dorn KG", "d@dorn.example", "", "", "2025-02-01", "", ""],
];
const MENDED: [(&str, &str); 2] = [("nobody", "b@gross.example"), ("30 Tage", "30")];

/// Imports the file, corrects what was rejected, imports that; what the customers then are.
async fn round_trip(world: &World, folder: &Path, name: &str, mapping: &str) -> String {
    let mapped = folder.join("mapping.toml");
    std::fs::write(&mapped, mapping).unwrap();
    let import = async |file: &Path| {
        let words = ["customers", "import", file.to_str().unwrap(), "--mapping", mapped.to_str().unwrap()];
        world.command(&words).await
    };
    let first = import(&folder.join(name)).await;
    assert_eq!(first.code, Some(1), "{first:?}");
    assert!(first.printed.contains("2 rows imported"), "{first:?}");

    let (stem, _) = name.rsplit_once('.').unwrap();
    let beside = folder.join(format!("{stem}.rejected.csv"));
    let mut rejected = std::fs::read_to_string(&beside).unwrap();
    for (wrong, right) in MENDED {
        assert_eq!(rejected.matches(wrong).count(), 1, "{rejected}");
        rejected = rejected.replace(wrong, right);
    }
    std::fs::write(&beside, rejected).unwrap();
    let again = import(&beside).await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.printed.contains("2 rows imported"), "{again:?}");
    world.command(&["customers", "export"]).await.printed
}

fn assert_whole(customers: &str) {
    for row in [
        "\n001,Bäcker; Söhne OHG,Jürgen Groß,a@baecker.example,en,,2024-03-01,10,,working_days,",
        "\n002,\"Groß \"\"Öl\"\" AG\",Zoë Ünal,b@gross.example,en,,2025-06-15,20,,working_days,",
        "\n003,Çelik GmbH,,c@celik.example,en,,2025-12-31,30,,calendar_days,",
        "\n004,Dorn KG,,d@dorn.example,en,,2025-02-01,,,,",
    ] {
        assert!(customers.contains(row), "{row}\n{customers}");
    }
}

/// The rows as a spreadsheet program of that country would write them.
fn written(separator: char) -> String {
    let record = |cells: &[&str; 8]| {
        let is_bare = |cell: &str| !cell.contains([separator, '"', '\n']);
        let cells = cells.map(|cell| {
            if is_bare(cell) { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
        });
        cells.join(&separator.to_string())
    };
    let lines = std::iter::once(&HEADER).chain(&ROWS).map(record);
    lines.map(|line| line + "\r\n").collect()
}

#[tokio::test]
async fn rows_of_a_windows_1252_file_come_in_corrected() {
    let (world, folder) = (world().await, tempfile::tempdir().unwrap());
    let text = written(';');
    let (bytes, _, lossy) = encoding_rs::WINDOWS_1252.encode(&text);
    assert!(!lossy);
    std::fs::write(folder.path().join("kunden.csv"), &bytes).unwrap();
    // As the dry run proposes it: the encoding of the first file is not that of the file of the rejected.
    let mapping = format!("encoding = \"windows-1252\"\n{MAPPING}");
    assert_whole(&round_trip(&world, folder.path(), "kunden.csv", &mapping).await);
    world.finish().await;
}

#[tokio::test]
async fn rows_of_a_utf_16_file_come_in_corrected() {
    for encoding in ["", "encoding = \"utf-16le\"\n"] {
        let (world, folder) = (world().await, tempfile::tempdir().unwrap());
        let text = format!("\u{feff}{}", written('\t'));
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        std::fs::write(folder.path().join("kunden.txt"), bytes).unwrap();
        let mapping = format!("{encoding}{MAPPING}");
        assert_whole(&round_trip(&world, folder.path(), "kunden.txt", &mapping).await);
        world.finish().await;
    }
}

#[tokio::test]
async fn rows_of_a_workbook_come_in_corrected() {
    let (world, folder) = (world().await, tempfile::tempdir().unwrap());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let day = Format::new().set_num_format("dd.mm.yyyy");
    for (row, cells) in (0..).zip(std::iter::once(&HEADER).chain(&ROWS)) {
        for (column, cell) in (0..).zip(cells) {
            if let Some((year, month, date)) = (row == 2 && column == 5).then_some((2025, 6, 15)) {
                let date = ExcelDateTime::from_ymd(year, month, date).unwrap();
                sheet.write_with_format(row, column, &date, &day).unwrap();
            } else if let (2, Ok(days)) = (row, cell.parse::<u16>())
                && column == 6
            {
                sheet.write(row, column, days).unwrap();
            } else {
                sheet.write(row, column, *cell).unwrap();
            }
        }
    }
    std::fs::write(folder.path().join("kunden.xlsx"), book.save_to_buffer().unwrap()).unwrap();
    assert_whole(&round_trip(&world, folder.path(), "kunden.xlsx", MAPPING).await);
    world.finish().await;
}
