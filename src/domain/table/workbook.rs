//! A workbook (.xlsx) as comma-separated text: its first visible sheet, a line for each of its rows.
//!
//! A zip file of a few kilobytes can hold gigabytes: everything in it is unpacked once into nothing, with a limit,
//! before any of it is believed. The line of a text is the row of its sheet, so a line break in a cell becomes U+2028,
//! which is read as one. Whole numbers stay whole, dates become ISO dates.

use std::io::{Cursor, Read as _};

use calamine::{Data, DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::{NotATable, Writer};

/// Bytes of a workbook; a hundred thousand customers are ten million.
pub(super) const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Bytes of all that is in it, unpacked.
const UNPACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Files in it.
const FILES_MAX: usize = 1000;
/// Rows that may lie empty between two that do not: a cell in the last row there is makes no million of lines.
const EMPTY_ROWS_MAX: u32 = 10_000;
const COLUMNS_MAX: u32 = 1024;
/// Whole numbers up to here are exact in a workbook.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

pub(super) struct Text {
    pub(super) text: Vec<u8>,
    /// What should be said of how it was read.
    pub(super) note: Option<String>,
}

pub(super) fn text(bytes: Vec<u8>) -> Result<Text, NotATable> {
    weigh(&bytes, UNPACKED_BYTES_MAX)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|why| unreadable(&why))?;
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let Some(first) = sheets.first() else {
        return Err(NotATable::Workbook { why: "no sheet of it can be seen".to_owned() });
    };
    let note = (sheets.len() > 1)
        .then(|| format!("of the {} sheets only the first, {first:?}, was read", sheets.len()));
    Ok(Text { text: rows(&mut book, first)?, note })
}

fn unreadable(why: &XlsxError) -> NotATable {
    NotATable::Workbook { why: why.to_string() }
}

/// Unpacks everything into nothing: what a zip file says of its own size is not believed.
fn weigh(bytes: &[u8], unpacked_max: u64) -> Result<(), NotATable> {
    let wrong = |why: &dyn std::fmt::Display| NotATable::Workbook { why: why.to_string() };
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|why| wrong(&why))?;
    if zip.len() > FILES_MAX {
        return Err(wrong(&format_args!("{} files in it, more than {FILES_MAX}", zip.len())));
    }
    let mut left = unpacked_max;
    for at in 0..zip.len() {
        let mut packed = zip.by_index(at).map_err(|why| wrong(&why))?;
        let read = std::io::copy(&mut (&mut packed).take(left + 1), &mut std::io::sink());
        let unpacked = read.map_err(|why| wrong(&why))?;
        left = left
            .checked_sub(unpacked)
            .ok_or(NotATable::WorkbookTooLarge { max: unpacked_max, unpacked: true })?;
    }
    Ok(())
}

fn rows(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Result<Vec<u8>, NotATable> {
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|why| unreadable(&why))?;
    let (mut writer, mut text) = (Writer::new(), Vec::new());
    let (mut row, mut line): (u32, Vec<String>) = (0, Vec::new());
    // The header says how many columns there are: rows that end earlier have empty cells.
    let mut columns = 0;
    let mut flush = |line: &mut Vec<String>, text: &mut Vec<u8>| {
        if line.iter().all(String::is_empty) {
            text.push(b'\n');
        } else {
            columns = columns.max(line.len());
            line.resize(columns, String::new());
            writer.record(line.iter().map(String::as_str));
            text.extend_from_slice(writer.take().as_bytes());
        }
        line.clear();
    };
    while let Some(cell) = cells.next_cell().map_err(|why| unreadable(&why))? {
        let (at_row, at_column) = cell.get_position();
        let value = shown(cell.get_value());
        if value.is_empty() || at_column >= COLUMNS_MAX {
            continue;
        }
        if at_row < row || at_row - row > EMPTY_ROWS_MAX {
            let why = format!("its row {} is far behind row {}", at_row + 1, row + 1);
            return Err(NotATable::Workbook { why });
        }
        while row < at_row {
            flush(&mut line, &mut text);
            row += 1;
        }
        let at = at_column as usize;
        if line.len() <= at {
            line.resize(at + 1, String::new());
        }
        line[at] = value;
    }
    flush(&mut line, &mut text);
    Ok(text)
}

/// A cell as it would stand in a file of ours.
fn shown(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < EXACT_MAX => format!("{number:.0}"),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) == (0, 0, 0) {
                date
            } else {
                format!("{date}T{hour:02}:{minute:02}:{second:02}")
            }
        }
        other => Data::from(other.clone()).to_string(),
    };
    text.replace("\r\n", "\u{2028}").replace(['\n', '\r'], "\u{2028}")
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_sheet_is_a_text_whose_lines_are_its_rows() {
        let mut book = Workbook::new();
        let hidden = book.add_worksheet();
        hidden.set_name("old").unwrap().set_hidden(true);
        let sheet = book.add_worksheet();
        sheet.set_active(true);
        for (column, name) in (0..).zip(["reference", "customer", "customer_since", "notice_days"]) {
            sheet.write(0, column, name).unwrap();
        }
        sheet.write(1, 0, 101.0).unwrap();
        sheet.write(1, 1, "=Acme, \"x\"\nGmbH").unwrap();
        let day = ExcelDateTime::from_ymd(2024, 3, 1).unwrap();
        sheet.write_with_format(1, 2, &day, &Format::new().set_num_format("dd.mm.yyyy")).unwrap();
        sheet.write(4, 0, "C-2").unwrap();
        sheet.write(4, 3, 1.5).unwrap();
        let bytes = book.save_to_buffer().unwrap();

        let read = text(bytes).unwrap();

        assert_eq!(
            String::from_utf8(read.text).unwrap(),
            "reference,customer,customer_since,notice_days\n101,\"'=Acme, \"\"x\"\"\u{2028}GmbH\",2024-03-01,\n\n\nC-2,,,1.5\n"
        );
        assert_eq!(read.note, None);
    }

    #[test]
    fn a_bomb_is_not_unpacked_and_a_zip_of_something_else_is_no_workbook() {
        let zip_of = |name: &str, bytes: usize| {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&vec![b' '; bytes]).unwrap();
            zip.finish().unwrap().into_inner()
        };
        let bomb = zip_of("xl/sharedStrings.xml", 100_000);
        assert!(bomb.len() < 1000);
        let too_large = NotATable::WorkbookTooLarge { max: 99_999, unpacked: true };
        assert_eq!((weigh(&bomb, 99_999), weigh(&bomb, 100_000)), (Err(too_large), Ok(())));
        assert!(matches!(text(zip_of("photo.txt", 1)), Err(NotATable::Workbook { .. })));
        assert!(matches!(text(b"PK\x03\x04\0\0".to_vec()), Err(NotATable::Workbook { .. })));
    }
}
