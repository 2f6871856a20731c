//! A file as rows: CSV of any separator and encoding, a workbook or JSON, pushed piece by piece.
//!
//! What is wrong with the file, a line or a cell is an [`Item`] with its place. Lines that a line break outside quotes
//! has broken in two are one row again where, and only where, they have together the cells of one: the break is then in
//! the cell, where it is remarked or refused like any other.

use std::ops::Range;

use super::decode::Decoder;
use super::header::field_of;
use super::{
    Field, Finding, Header, Mapping, Object, ObjectFault, Objects, ProposedValues, Reader, Record,
    RecordFault, Row, RowFault,
};

/// Bytes read before their items are handed on.
const PIECE_BYTES: usize = 64 * 1024;
/// Lines that a quote left open has swallowed and that are named one by one.
const SWALLOWED_LINES_NAMED: usize = 1000;
/// Lines that may be one broken row.
const PIECES_MAX: usize = 8;

/// What a file may hold.
#[derive(Debug)]
pub struct Format {
    pub fields: &'static [Field],
    /// Those without which it is none of this format.
    pub needed: &'static [&'static str],
    /// Where our own JSON is one object, the rows stand under this name.
    pub list: &'static str,
}

/// Something that the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// It cannot be read at all.
    Refused(Finding),
    Warning(Finding),
    Bad {
        finding: Finding,
        bytes: Range<u64>,
    },
    Row(Row),
}

#[derive(Debug)]
enum Form {
    /// Not a byte of text yet.
    Unknown,
    Csv(Csv),
    Json {
        reader: Objects,
        unknown: Vec<String>,
    },
}

#[derive(Debug)]
struct Csv {
    reader: Reader,
    header: Option<Header>,
    /// Lines that are too short and may be the beginning of a broken row.
    broken: Vec<Record>,
    /// How many records stand before the header or were joined to the one before: they don't count.
    joined: u64,
}

/// A file under way.
#[derive(Debug)]
pub struct Sheet {
    format: &'static Format,
    mapping: Mapping,
    decoder: Decoder,
    text: Vec<u8>,
    read_to: usize,
    form: Form,
    over: bool,
    refused: Option<Finding>,
    rows: u64,
    header_bytes: Option<Range<u64>>,
    /// The columns as they are written.
    columns: Vec<String>,
}

impl Sheet {
    pub fn new(format: &'static Format, mapping: Mapping) -> Self {
        let decoder = Decoder::new(mapping.encoding());
        Self {
            format,
            mapping,
            decoder,
            text: Vec::new(),
            read_to: 0,
            form: Form::Unknown,
            over: false,
            refused: None,
            rows: 0,
            header_bytes: None,
            columns: Vec::new(),
        }
    }

    /// Where the header lies in the file's text; none: JSON, or nothing was read.
    pub fn header_bytes(&self) -> Option<Range<u64>> {
        self.header_bytes.clone()
    }

    /// A mapping of the columns as they are read and of `values`, to be corrected and saved; none where all are ours.
    pub fn proposed_mapping(&self, values: &ProposedValues) -> Option<String> {
        self.mapping.proposed(&self.columns, self.format, self.decoder.guessed(), values)
    }

    /// Takes the next bytes of the file; what they say is asked of [`take_items`](Self::take_items) until it has no more.
    pub fn push(&mut self, bytes: &[u8]) {
        let taken = self.decoder.push(bytes, &mut self.text);
        self.refuse_if(taken);
    }

    /// The file is over.
    pub fn finish(&mut self) {
        let taken = self.decoder.finish(&mut self.text);
        self.refuse_if(taken);
        self.over = true;
    }

    fn refuse_if(&mut self, taken: Result<(), super::NotATable>) {
        if let (Err(fault), None) = (taken, &self.refused) {
            self.refused = Some(of_file(None, fault.to_string()));
        }
    }

    /// What the next piece of the file says; none: nothing before more is pushed.
    pub fn take_items(&mut self) -> Option<Vec<Item>> {
        if let Some(refused) = self.refused.take() {
            self.over = false;
            self.text = Vec::new();
            return Some(vec![Item::Refused(refused)]);
        }
        let mut items = Vec::new();
        if self.read_to < self.text.len() {
            self.recognise(&mut items);
            let text = std::mem::take(&mut self.text);
            let end = text.len().min(self.read_to + PIECE_BYTES);
            self.read(&text[self.read_to..end], &mut items);
            self.text = text;
            self.read_to = end;
            if end == self.text.len() {
                self.text.clear();
                self.read_to = 0;
            }
            return Some(items);
        }
        std::mem::take(&mut self.over).then(|| {
            self.close(&mut items);
            items
        })
    }

    fn recognise(&mut self, items: &mut Vec<Item>) {
        items.extend(self.decoder.take_notes().into_iter().map(|note| Item::Warning(of_file(None, note))));
        if matches!(self.form, Form::Unknown) {
            self.form = if Objects::recognises(&self.text) {
                Form::Json { reader: Objects::new(), unknown: Vec::new() }
            } else {
                let reader = Reader::divided_by(self.decoder.separator());
                Form::Csv(Csv { reader, header: None, broken: Vec::new(), joined: 0 })
            };
        }
    }

    fn read(&mut self, bytes: &[u8], items: &mut Vec<Item>) {
        let (mut records, mut objects) = (Vec::new(), Vec::new());
        match &mut self.form {
            Form::Csv(csv) => csv.reader.push(bytes, &mut records),
            Form::Json { reader, .. } => reader.push(bytes, &mut objects),
            Form::Unknown => {}
        }
        self.take(records, objects, items);
    }

    fn close(&mut self, items: &mut Vec<Item>) {
        let (mut records, mut objects) = (Vec::new(), Vec::new());
        match &mut self.form {
            Form::Csv(csv) => csv.reader.finish(&mut records),
            Form::Json { reader, .. } => reader.finish(&mut objects),
            Form::Unknown => {}
        }
        self.take(records, objects, items);
        self.give_up_broken(items);
        if matches!(&self.form, Form::Csv(Csv { header: None, .. }) | Form::Unknown) && self.rows == 0 {
            items.push(Item::Refused(of_file(None, "nothing but blank lines".to_owned())));
        } else if self.rows == 0 {
            let reason = "no records behind the header: nothing was imported".to_owned();
            items.push(Item::Warning(of_file(None, reason)));
        }
    }

    fn take(&mut self, records: Vec<Record>, objects: Vec<Object>, items: &mut Vec<Item>) {
        for record in records {
            if !self.take_record(record, items) {
                return;
            }
        }
        for object in objects {
            self.take_object(object, items);
        }
    }

    /// False: the file is refused.
    fn take_record(&mut self, mut record: Record, items: &mut Vec<Item>) -> bool {
        let Form::Csv(csv) = &mut self.form else { return true };
        let Some(header) = &csv.header else { return self.take_header(&record, items) };
        record.number -= csv.joined;
        let (expected, found) = (header.width(), record.cells.len());
        let is_whole = record.fault.is_some() || found == expected || record.is_blank();
        if !is_whole && csv.broken.is_empty() && found > 1 && found < expected {
            csv.broken.push(record);
            return true;
        }
        if !is_whole && !csv.broken.is_empty() {
            let together: usize = csv.broken.iter().map(|piece| piece.cells.len() - 1).sum::<usize>() + found;
            if together == expected || together < expected && csv.broken.len() + 1 < PIECES_MAX {
                csv.broken.push(record);
                if together == expected {
                    csv.joined += csv.broken.len() as u64 - 1;
                    let whole = joined(std::mem::take(&mut csv.broken));
                    self.take_row(whole, items);
                }
                return true;
            }
            self.give_up_broken(items);
            return self.take_whole(record, items);
        }
        self.give_up_broken(items);
        self.take_row(record, items);
        true
    }

    /// A line behind broken ones that were none: perhaps the beginning of others.
    fn take_whole(&mut self, mut record: Record, items: &mut Vec<Item>) -> bool {
        if let Form::Csv(csv) = &self.form {
            record.number += csv.joined;
        }
        self.take_record(record, items)
    }

    fn give_up_broken(&mut self, items: &mut Vec<Item>) {
        let Form::Csv(csv) = &mut self.form else { return };
        for record in std::mem::take(&mut csv.broken) {
            self.take_row(record, items);
        }
    }

    fn take_header(&mut self, record: &Record, items: &mut Vec<Item>) -> bool {
        // Some programs say first what divides the cells; the decoder has seen it.
        let says_separator = matches!(record.cells.first(), Some(Ok(cell)) if cell.starts_with("sep="));
        if record.is_blank() || says_separator {
            return true;
        }
        self.columns = record.cells.iter().map(|cell| cell.clone().unwrap_or_default()).collect();
        match Header::read(record, self.format, &self.mapping) {
            Ok(header) => {
                items.extend(header.ignored.iter().map(|column| unknown_column(record.line, 0, column)));
                items.extend(self.mapping.not_in(&self.columns).map(|column| {
                    let reason = "the mapping names this column, and the file has none such".to_owned();
                    Item::Warning(of_file(Some(column.to_owned()), reason))
                }));
                self.header_bytes = Some(record.bytes.clone());
                if let Form::Csv(csv) = &mut self.form {
                    csv.header = Some(header);
                    csv.joined = record.number;
                }
                true
            }
            Err(fault) => {
                self.rows += 1;
                let column = fault.column().map(str::to_owned);
                let finding = Finding { line: record.line, record: 0, column, reason: fault.to_string() };
                items.push(Item::Refused(finding));
                false
            }
        }
    }

    fn take_row(&mut self, record: Record, items: &mut Vec<Item>) {
        let Form::Csv(Csv { header: Some(header), .. }) = &self.form else { return };
        if record.is_blank() {
            return;
        }
        self.rows += 1;
        let (line, number, bytes) = (record.line, record.number, record.bytes.clone());
        match header.row(record, &self.mapping) {
            Ok(row) => items.push(Item::Row(row)),
            Err(fault) => {
                let finding = Finding { line, record: number, column: None, reason: fault.to_string() };
                items.push(Item::Bad { finding, bytes: bytes.clone() });
                if let RowFault::Record(RecordFault::QuoteNeverClosed { opened_on, last_line }) = fault {
                    name_swallowed(opened_on, last_line, number, &bytes, items);
                }
            }
        }
    }

    fn take_object(&mut self, object: Object, items: &mut Vec<Item>) {
        let Object { number: record, line, bytes, content } = object;
        let bad = |fault: ObjectFault| {
            let finding = Finding { line, record, column: None, reason: fault.to_string() };
            Item::Bad { finding, bytes: bytes.clone() }
        };
        match content {
            Err(fault) => items.push(bad(fault)),
            Ok(mut content) => match content.remove(self.format.list) {
                Some(serde_json::Value::Array(list)) if record == 1 => {
                    for (value, number) in list.into_iter().zip(1..) {
                        match value {
                            serde_json::Value::Object(content) => {
                                self.take_fields((line, number), bytes.clone(), content, items);
                            }
                            _ => items.push(bad(ObjectFault::NotAnObject)),
                        }
                    }
                }
                _ => self.take_fields((line, record), bytes, content, items),
            },
        }
        self.rows += 1;
    }

    fn take_fields(
        &mut self,
        (line, record): (u64, u64),
        bytes: Range<u64>,
        content: serde_json::Map<String, serde_json::Value>,
        items: &mut Vec<Item>,
    ) {
        let Form::Json { unknown, .. } = &mut self.form else { return };
        let mut cells: Vec<(&'static str, _)> = Vec::with_capacity(content.len());
        // Another name of a field that is there by its own is no column of ours: the register's own JSON has `url` beside `website`.
        let by_name: Vec<&str> = self
            .format
            .fields
            .iter()
            .map(|field| field.name)
            .filter(|name| content.contains_key(*name))
            .collect();
        for (key, value) in content {
            let field = match self.mapping.field(&key) {
                Some(ours) => {
                    self.format.fields.iter().find(|field| field.name == ours).map(|field| field.name)
                }
                None => field_of(&key, self.format.fields)
                    .filter(|field| !by_name.contains(field) || key.eq_ignore_ascii_case(field)),
            };
            match field {
                Some(field) if cells.iter().any(|(known, _)| *known == field) => {
                    let reason = format!("{field:?} stands twice in this object; remove one");
                    let finding = Finding { line, record, column: Some(field.to_owned()), reason };
                    items.push(Item::Bad { finding, bytes });
                    return;
                }
                Some(field) => {
                    let cell = super::objects::cell_of(&value);
                    cells.push((field, cell.map(|cell| self.mapping.meant(field, cell))));
                }
                None if self.mapping.field(&key).is_some() => {}
                None if unknown.len() < self.format.fields.len() && !unknown.contains(&key) => {
                    items.push(unknown_column(line, record, &key));
                    unknown.push(key);
                }
                None => {}
            }
        }
        items.push(Item::Row(Row::new((line, record), bytes, cells)));
    }
}

/// Several lines as the one row that they were.
fn joined(pieces: Vec<Record>) -> Record {
    let mut pieces = pieces.into_iter();
    let Some(mut whole) = pieces.next() else {
        return Record { number: 0, line: 0, last_line: 0, bytes: 0..0, cells: Vec::new(), fault: None };
    };
    for piece in pieces {
        whole.last_line = piece.last_line;
        whole.bytes.end = piece.bytes.end;
        let mut cells = piece.cells.into_iter();
        let broken = match (whole.cells.pop(), cells.next()) {
            (Some(Ok(before)), Some(Ok(after))) => Ok(format!("{before}\n{after}")),
            (Some(Err(fault)), _) | (_, Some(Err(fault))) => Err(fault),
            (before, after) => before.or(after).unwrap_or_else(|| Ok(String::new())),
        };
        whole.cells.push(broken);
        whole.cells.extend(cells);
    }
    whole
}

/// What is to be said of the file as a whole.
pub fn of_file(column: Option<String>, reason: String) -> Finding {
    Finding { line: 1, record: 0, column, reason }
}

fn unknown_column(line: u64, record: u64, column: &str) -> Item {
    let reason = "this column is not known and was not read".to_owned();
    Item::Warning(Finding { line, record, column: Some(column.to_owned()), reason })
}

/// The lines behind an open quote are rows that are lost with it; each is said.
fn name_swallowed(opened_on: u64, last_line: u64, record: u64, bytes: &Range<u64>, items: &mut Vec<Item>) {
    for (line, record) in (opened_on + 1..=last_line).zip(record + 1..).take(SWALLOWED_LINES_NAMED) {
        let reason = format!("not imported: the quote opened on line {opened_on} has swallowed this line");
        let finding = Finding { line, record, column: None, reason };
        items.push(Item::Bad { finding, bytes: bytes.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static FORMAT: Format = Format {
        fields: &[
            Field { name: "name", also: &["firma"] },
            Field { name: "email", also: &["e-mail"] },
            Field { name: "notice_days", also: &[] },
        ],
        needed: &["name"],
        list: "rows",
    };

    fn read(bytes: &[u8], mapping: &str) -> (Vec<Item>, Option<String>) {
        let mut sheet = Sheet::new(&FORMAT, Mapping::read(mapping, &FORMAT).unwrap());
        let mut items = Vec::new();
        for piece in bytes.chunks(5) {
            sheet.push(piece);
            while let Some(more) = sheet.take_items() {
                items.extend(more);
            }
        }
        sheet.finish();
        while let Some(more) = sheet.take_items() {
            items.extend(more);
        }
        (items, sheet.proposed_mapping(&ProposedValues::new()))
    }

    /// (record, line, name, email) of each row.
    fn rows(bytes: &[u8]) -> Vec<(u64, u64, String, String)> {
        let of = |item: Item| match item {
            Item::Row(row) => {
                let cell = |field| row.cell(field).unwrap().to_owned();
                Some((row.record, row.line, cell("name"), cell("email")))
            }
            Item::Refused(_) | Item::Warning(_) | Item::Bad { .. } => None,
        };
        read(bytes, "").0.into_iter().filter_map(of).collect()
    }

    fn row(record: u64, line: u64, name: &str, email: &str) -> (u64, u64, String, String) {
        (record, line, name.to_owned(), email.to_owned())
    }

    #[test]
    fn every_form_gives_the_same_rows() {
        let expected = [row(1, 2, "A", "a@x.example"), row(2, 3, "B; C", "")];
        assert_eq!(rows(b"name,email\nA,a@x.example\nB; C,\n"), expected);
        assert_eq!(rows(b"Firma;E-Mail\nA; a@x.example\n\"B; C\";\n"), expected);
        assert_eq!(rows(b"Firma\tE-Mail\r\nA\ta@x.example\r\nB; C\t\r\n"), expected);
        let lines = "\n{\"name\": \"A\", \"e-mail\": \"a@x.example\"}\n{\"name\": \"B; C\"}\n";
        assert_eq!(rows(lines.as_bytes()), expected);
        let utf16: Vec<u8> =
            "name|email\nA|a@x.example\nB; C|\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(rows(&utf16), expected);
        assert_eq!(rows(b"sep=;\nname;email\nA;a@x.example\n"), [row(1, 3, "A", "a@x.example")]);
    }

    #[test]
    fn lines_broken_outside_quotes_are_one_row_again_and_ragged_ones_are_not() {
        let broken =
            rows(b"name,email,notice_days\nLi\nne,a@x.example,3\nA,a@x\n.example,3\nB,b@x.example,4\n");
        let whole =
            [row(2, 3, "ne", "a@x.example"), row(3, 4, "A", "a@x\n.example"), row(4, 6, "B", "b@x.example")];
        assert_eq!(broken, whole, "a line of one cell is no beginning");
        let (items, _) = read(b"name,email,notice_days\nA,a@x\nB,b@x,3,extra\nC,c@x\nD,d@x,1\n", "");
        let told: Vec<_> = items
            .iter()
            .map(|item| match item {
                Item::Bad { finding, .. } => (finding.record, true),
                Item::Row(row) => (row.record, false),
                Item::Refused(_) | Item::Warning(_) => (0, false),
            })
            .collect();
        assert_eq!(told, [(1, true), (2, true), (3, true), (4, false)]);
    }

    #[test]
    fn a_mapping_says_which_column_is_which_and_what_values_mean() {
        let mapping = "[columns]\n\"Wer\" = \"name\"\n\"E-Mail\" = \"\"\n\"Fax\" = \"email\"\n[values.name]\n\"A\" = \"Acme\"\n";
        let (items, proposed) = read(b"Wer;E-Mail\nA;a@x.example\n", mapping);
        let [Item::Warning(absent), Item::Row(row)] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!(absent.column.as_deref(), Some("Fax"));
        assert_eq!((row.cell("name"), row.has("email")), (Ok("Acme"), false));
        assert!(proposed.unwrap().contains("\"Wer\" = \"name\""));
    }

    #[test]
    fn what_holds_no_rows_is_refused_or_said_once() {
        for (bytes, says) in [
            (&b""[..], "empty"),
            (b"\n\n", "blank lines"),
            (b"%PDF-1", "PDF"),
            (b"x,y\n1,2\n", "no known column"),
        ] {
            let (items, _) = read(bytes, "");
            let [Item::Refused(finding)] = items.as_slice() else { panic!("{items:?}") };
            assert!(finding.reason.contains(says), "{finding:?}");
        }
        let (items, _) = read(b"name\n", "");
        assert!(matches!(items.as_slice(), [Item::Warning(_)]), "{items:?}");
    }
}
