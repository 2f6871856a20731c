//! Tables as people send them: CSV, workbooks and JSON, read piece by piece, written so that a spreadsheet does no harm.
//!
//! [`Sheet`] takes the bytes of a file and gives its [`Row`]s by the fields of a [`Format`]; what stands below it:
//! [`Decoder`] makes text of them, [`Objects`] cuts JSON. [`Reader`] takes bytes as they come and gives [`Record`]s: the file never lies in memory whole. What is wrong with
//! a cell (a byte that is no UTF-8, a NUL, too long) or a record (too large, a quote never closed) is a value with its
//! place, so that the records around it live on. RFC 4180 with what spreadsheets do to it: any line end, a byte order
//! mark, quoted line breaks, a quote inside a bare cell.
//!
//! [`Writer`] guards against formulas: a cell that a spreadsheet would run (`=`, `+`, `-`, `@`, tab, carriage return)
//! gets an apostrophe in front, and so does one that begins with apostrophes before such a character. [`unguarded`]
//! takes exactly one away again, so what goes out comes back the same.

mod decode;
mod finding;
mod header;
mod mapping;
mod objects;
mod proposal;
mod row;
mod sheet;
mod text;
mod workbook;

use std::borrow::Cow;
use std::fmt::Write as _;

pub use decode::{Decoder, NotATable};
pub use finding::{Finding, Findings, Printed};
pub use header::{Field, Header, HeaderFault, RowFault};
pub use mapping::{Mapping, MappingFault};
pub use objects::{Object, ObjectFault, Objects};
pub use proposal::{ProposedValue, ProposedValues};
pub use row::{Read, Row, RowReader, Unread};
pub use sheet::{Format, Item, Sheet, of_file};
pub use text::{Altered, Line, TextFault, line};

/// Bytes of one cell; more is no name, purpose or list any more.
pub const CELL_BYTES_MAX: usize = 64 * 1024;
/// Bytes of one record kept while it is read; a quote left open must not swallow the memory.
const RECORD_BYTES_MAX: usize = 1024 * 1024;
/// Cells of one record.
const CELLS_MAX: usize = 1024;

/// One record, the header included (it has number 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Counted from 0, the header; lines without anything don't count.
    pub number: u64,
    /// The line it begins on, counted from 1.
    pub line: u64,
    /// The last line that is part of it.
    pub last_line: u64,
    /// Where it lies in the file, line end not included: first byte, and the byte after the last.
    pub bytes: std::ops::Range<u64>,
    pub cells: Vec<Result<String, CellFault>>,
    pub fault: Option<RecordFault>,
}

impl Record {
    /// Nothing in any cell: the empty rows that spreadsheets add.
    pub fn is_blank(&self) -> bool {
        self.fault.is_none()
            && self.cells.iter().all(|cell| cell.as_ref().is_ok_and(|text| text.trim().is_empty()))
    }
}

/// Why a cell cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellFault {
    #[error(
        "the byte 0x{byte:02X} after {after:?} is no UTF-8; save the file as \"CSV UTF-8\", or give its encoding in a mapping"
    )]
    NotUtf8 { byte: u8, after: String },
    #[error("a NUL character after {after:?}; a text cannot hold one")]
    Nul { after: String },
    #[error("longer than {CELL_BYTES_MAX} bytes")]
    TooLong,
    #[error("it must be a text, a number or a list of them")]
    NotText,
}

/// Why a record as a whole cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    #[error(
        "the quote opened on line {opened_on} is never closed: everything after it, to line {last_line}, is lost"
    )]
    QuoteNeverClosed { opened_on: u64, last_line: u64 },
    #[error("longer than {RECORD_BYTES_MAX} bytes or more than {CELLS_MAX} cells; is a quote left open?")]
    TooLarge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    RecordStart,
    CellStart,
    Bare,
    Quoted,
    /// Just after a quote inside a quoted cell: the end of it, or the first half of a doubled quote.
    QuoteInQuoted,
}

/// Reads records of divided cells from bytes pushed into it.
///
/// ```
/// # use forenotice::domain::table::Reader;
/// let (mut reader, mut records) = (Reader::new(), Vec::new());
/// reader.push(b"name,note\r\nAcme,\"two\nli", &mut records);
/// reader.push(b"nes\"\n", &mut records);
/// reader.finish(&mut records);
/// assert_eq!(records[1].cells[1], Ok("two\nlines".to_owned()));
/// assert_eq!((records[1].line, records[1].last_line), (2, 3));
/// ```
#[derive(Debug)]
pub struct Reader {
    separator: u8,
    at: At,
    offset: u64,
    line: u64,
    /// The byte before; 0 at the start.
    previous: u8,
    number: u64,
    start: u64,
    start_line: u64,
    quote_line: u64,
    cell: Vec<u8>,
    cell_too_long: bool,
    cells: Vec<Result<String, CellFault>>,
    too_large: bool,
    byte_order_mark: &'static [u8],
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// Cells divided by commas.
    pub fn new() -> Self {
        Self::divided_by(b',')
    }

    pub fn divided_by(separator: u8) -> Self {
        Self {
            separator,
            at: At::RecordStart,
            offset: 0,
            line: 1,
            previous: 0,
            number: 0,
            start: 0,
            start_line: 1,
            quote_line: 1,
            cell: Vec::new(),
            cell_too_long: false,
            cells: Vec::new(),
            too_large: false,
            byte_order_mark: BYTE_ORDER_MARK,
        }
    }

    /// Takes the next bytes of the file; appends the records that end within them.
    pub fn push(&mut self, bytes: &[u8], records: &mut Vec<Record>) {
        for &byte in bytes {
            if self.skip_byte_order_mark(byte) {
                continue;
            }
            self.step(byte, records);
            self.offset += 1;
        }
    }

    /// The file is over: appends the record under way, if there is one.
    pub fn finish(&mut self, records: &mut Vec<Record>) {
        match self.at {
            At::RecordStart => {}
            At::CellStart | At::Bare | At::QuoteInQuoted => self.end_record(records, self.line, None),
            At::Quoted => {
                let fault =
                    RecordFault::QuoteNeverClosed { opened_on: self.quote_line, last_line: self.last_line() };
                self.end_record(records, self.last_line(), Some(fault));
            }
        }
    }

    /// A line end as the last byte begins no further line.
    fn last_line(&self) -> u64 {
        if matches!(self.previous, b'\n' | b'\r') { self.line - 1 } else { self.line }
    }

    fn skip_byte_order_mark(&mut self, byte: u8) -> bool {
        match self.byte_order_mark {
            [expected, rest @ ..] if *expected == byte => {
                self.byte_order_mark = rest;
                self.offset += 1;
                self.start = self.offset;
                true
            }
            // Broken off within: those bytes were text after all, and no UTF-8.
            [_, rest @ ..] => {
                let seen = BYTE_ORDER_MARK.len() - 1 - rest.len();
                if seen > 0 {
                    self.cell.extend_from_slice(&BYTE_ORDER_MARK[..seen]);
                    self.at = At::Bare;
                    self.start = 0;
                }
                self.byte_order_mark = &[];
                false
            }
            [] => false,
        }
    }

    fn step(&mut self, byte: u8, records: &mut Vec<Record>) {
        let second_half_of_line_end = byte == b'\n' && self.previous == b'\r';
        self.previous = byte;
        match (self.at, byte) {
            (At::RecordStart, b'\n') if second_half_of_line_end => self.begin_record(),
            (At::RecordStart, b'\n' | b'\r') => {
                self.line += 1;
                self.begin_record();
            }
            (At::CellStart | At::Bare | At::QuoteInQuoted, b'\n' | b'\r') => {
                self.end_record(records, self.line, None);
                self.line += 1;
                self.begin_record();
            }
            (At::RecordStart | At::CellStart | At::Bare | At::QuoteInQuoted, _) if byte == self.separator => {
                self.end_cell();
                self.at = At::CellStart;
            }
            (At::RecordStart | At::CellStart, b'"') => {
                self.at = At::Quoted;
                self.quote_line = self.line;
            }
            (At::Quoted, b'"') => self.at = At::QuoteInQuoted,
            (At::QuoteInQuoted, b'"') => {
                self.keep(byte);
                self.at = At::Quoted;
            }
            (At::Quoted, b'\n' | b'\r') => {
                self.line += u64::from(!second_half_of_line_end);
                self.keep(byte);
            }
            (At::Quoted, _) => self.keep(byte),
            (At::RecordStart | At::CellStart | At::Bare | At::QuoteInQuoted, _) => {
                self.keep(byte);
                self.at = At::Bare;
            }
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.cell.len() < CELL_BYTES_MAX {
            self.cell.push(byte);
        } else {
            self.cell_too_long = true;
        }
    }

    fn end_cell(&mut self) {
        let bytes = std::mem::take(&mut self.cell);
        let too_long = std::mem::take(&mut self.cell_too_long);
        if self.cells.len() >= CELLS_MAX || self.offset - self.start > RECORD_BYTES_MAX as u64 {
            self.too_large = true;
        } else if too_long {
            self.cells.push(Err(CellFault::TooLong));
        } else {
            self.cells.push(text_of(bytes));
        }
    }

    fn begin_record(&mut self) {
        self.at = At::RecordStart;
        self.start = self.offset + 1;
        self.start_line = self.line;
    }

    fn end_record(&mut self, records: &mut Vec<Record>, last_line: u64, fault: Option<RecordFault>) {
        self.end_cell();
        let too_large = std::mem::take(&mut self.too_large).then_some(RecordFault::TooLarge);
        records.push(Record {
            number: self.number,
            line: self.start_line,
            last_line,
            bytes: self.start..self.offset,
            cells: std::mem::take(&mut self.cells),
            fault: fault.or(too_large),
        });
        self.number += 1;
        self.at = At::RecordStart;
    }
}

fn text_of(bytes: Vec<u8>) -> Result<String, CellFault> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(at).copied().unwrap_or_default();
        CellFault::NotUtf8 { byte, after: tail(&String::from_utf8_lossy(&error.as_bytes()[..at])) }
    })?;
    match text.find('\0') {
        Some(at) => Err(CellFault::Nul { after: tail(&text[..at]) }),
        None => Ok(text),
    }
}

/// The last few characters, enough to find the place by.
fn tail(text: &str) -> String {
    const SHOWN_CHARS: usize = 20;
    let skipped = text.chars().count().saturating_sub(SHOWN_CHARS);
    text.chars().skip(skipped).collect()
}

/// Writes comma-separated records into a text: LF line ends, quotes where needed, formulas guarded.
#[derive(Debug, Default)]
pub struct Writer {
    text: String,
}

impl Writer {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn record<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        let (mut count, mut empty) = (0, true);
        for cell in cells {
            if count > 0 {
                self.text.push(',');
            }
            let cell = guarded(cell);
            empty &= cell.is_empty();
            if cell.contains(['"', ',', '\n', '\r']) || cell.trim() != cell {
                let _ = write!(self.text, "\"{}\"", cell.replace('"', "\"\""));
            } else {
                self.text.push_str(&cell);
            }
            count += 1;
        }
        if count == 1 && empty {
            self.text.push_str("\"\""); // else it would be a line without anything
        }
        self.text.push('\n');
    }

    pub fn into_text(self) -> String {
        self.text
    }

    /// What was written since the last call: for files that don't fit into memory.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}

fn is_formula_behind_apostrophes(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The cell as it may be written into a file that a spreadsheet will open.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if is_formula_behind_apostrophes(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell as it was before [`guarded`].
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula_behind_apostrophes(rest) => rest,
        Some(_) | None => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<Record> {
        read_by(bytes, bytes.len().max(1))
    }

    fn read_by(bytes: &[u8], step: usize) -> Vec<Record> {
        let (mut reader, mut records) = (Reader::new(), Vec::new());
        for piece in bytes.chunks(step) {
            reader.push(piece, &mut records);
        }
        reader.finish(&mut records);
        records
    }

    fn cells(record: &Record) -> Vec<&str> {
        record.cells.iter().map(|cell| cell.as_deref().unwrap()).collect()
    }

    #[test]
    fn every_line_end_ends_a_record_and_counts_as_one_line() {
        for end in ["\n", "\r\n", "\r"] {
            let records = read(format!("a,b{end}1,2{end}{end}3,\"x{end}y\"{end}4,5{end}").as_bytes());
            let places: Vec<_> = records.iter().map(|r| (r.number, r.line, r.last_line)).collect();
            assert_eq!(places, [(0, 1, 1), (1, 2, 2), (2, 4, 5), (3, 6, 6)], "{end:?}");
            assert_eq!(cells(&records[2])[1], format!("x{end}y"));
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_cell() {
        let records = read(b"\xEF\xBB\xBF\"a\",b\n1,2\n");
        assert_eq!(cells(&records[0]), ["a", "b"]);
        assert_eq!((records[0].bytes.clone(), records[1].bytes.clone()), (3..8, 9..12));
        assert!(matches!(read(b"\xEF\xBBx\n")[0].cells[0], Err(CellFault::NotUtf8 { byte: 0xEF, .. })));
    }

    #[test]
    fn a_quote_never_closed_names_the_line_it_was_opened_on() {
        let records = read(b"a,b\n1,2\n3,\"oops\n4,5\n");
        assert_eq!(records.len(), 3);
        assert_eq!(
            records[2].fault.clone().unwrap().to_string(),
            "the quote opened on line 3 is never closed: everything after it, to line 4, is lost"
        );
        assert_eq!((records[2].line, records[2].last_line), (3, 4));
    }

    #[test]
    fn what_is_wrong_in_one_cell_leaves_the_others_alone() {
        let records = read(b"a,b\nCaf\xE9,ok\nNu\0l,ok\n");
        assert_eq!(
            records[1].cells[0].clone().unwrap_err().to_string(),
            "the byte 0xE9 after \"Caf\" is no UTF-8; save the file as \"CSV UTF-8\", or give its encoding in a mapping"
        );
        assert_eq!(records[2].cells[0], Err(CellFault::Nul { after: "Nu".to_owned() }));
        assert_eq!(records[1].cells[1], Ok("ok".to_owned()));
    }

    #[test]
    fn a_cell_or_record_without_end_stays_small_in_memory() {
        let mut bytes = b"a,b\n\"".to_vec();
        bytes.extend(std::iter::repeat_n(b'x', 3 * RECORD_BYTES_MAX));
        bytes.extend(b"\",1\n2,3\n");
        let records = read(&bytes);
        assert_eq!(records[1].fault, Some(RecordFault::TooLarge));
        assert_eq!(cells(&records[2]), ["2", "3"]);
        let long = read(format!("a,b\n{},2\n", "x".repeat(CELL_BYTES_MAX + 1)).as_bytes());
        assert_eq!(long[1].cells[0], Err(CellFault::TooLong));
        assert_eq!(read(",".repeat(CELLS_MAX + 5).as_bytes())[0].fault, Some(RecordFault::TooLarge));
    }

    #[test]
    fn formulas_are_guarded() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("'=x", "''=x"),
            ("'tis", "'tis"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(guarded(cell), written);
            assert_eq!(unguarded(written), cell);
        }
    }

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof!["[=+@'\"\t\r\n, ;a-]{0,8}", "\\PC{0,12}", Just(String::new())]
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_the_pieces_they_come_in_do_not_matter(
            bytes in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200),
            step in 1usize..20,
        ) {
            let whole = read(&bytes);
            prop_assert_eq!(&read_by(&bytes, step), &whole);
            for (number, record) in whole.iter().enumerate() {
                prop_assert_eq!(record.number, number as u64);
                prop_assert!(record.bytes.start <= record.bytes.end && record.bytes.end <= bytes.len() as u64);
            }
        }

        #[test]
        fn what_is_written_is_read_back_the_same(
            rows in proptest::collection::vec(proptest::collection::vec(cell(), 1..5), 1..8)
        ) {
            let mut writer = Writer::new();
            for row in &rows {
                writer.record(row.iter().map(String::as_str));
            }
            let records = read(writer.into_text().as_bytes());
            let back: Vec<Vec<String>> = records.iter()
                .map(|record| cells(record).into_iter().map(|cell| unguarded(cell).to_owned()).collect())
                .collect();
            prop_assert_eq!(back, rows);
        }

        #[test]
        fn on_well_formed_tables_it_agrees_with_the_csv_crate(
            rows in proptest::collection::vec(proptest::collection::vec("[a\"\n,=é ]{0,6}", 3), 1..8)
        ) {
            let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let records = read(&writer.into_inner().unwrap());
            let back: Vec<Vec<String>> = records.iter().map(|r| cells(r).into_iter().map(str::to_owned).collect()).collect();
            prop_assert_eq!(back, rows);
        }

        #[test]
        fn a_bad_record_never_takes_a_good_one_with_it(before in "[a-z]{1,5}", broken in "[^\"\n\r]{0,20}", after in "[a-z]{1,5}") {
            let records = read(format!("{before}\n{broken}\u{0},\n{after}\n").as_bytes());
            prop_assert_eq!(cells(&records[0]), [before.as_str()]);
            prop_assert_eq!(cells(&records[2]), [after.as_str()]);
        }
    }
}
