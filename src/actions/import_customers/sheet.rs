//! The file as rows: CSV or JSON, read piece by piece.

use std::ops::Range;

use crate::domain::customer_file::{FIELDS, Frame, NEEDED, Read, Reason, read};
use crate::domain::table::{
    Finding, Header, Object, Objects, Reader, Record, RecordFault, RowFault, against_row,
};

/// Lines that a quote left open has swallowed and that are named one by one.
const SWALLOWED_LINES_NAMED: usize = 1000;

/// Something that the file says.
#[derive(Debug)]
pub(super) enum Item {
    /// It cannot be read at all.
    Refused {
        column: Option<String>,
        reason: String,
    },
    Warning(Finding),
    Bad {
        finding: Finding,
        bytes: Range<u64>,
    },
    Row {
        line: u64,
        record: u64,
        bytes: Range<u64>,
        read: Box<Read>,
    },
}

#[derive(Debug)]
enum Form {
    Csv { reader: Reader, header: Option<(Header, Range<u64>)> },
    Json { reader: Objects, named: Vec<String> },
}

/// The file under way.
#[derive(Debug)]
pub(super) struct Sheet {
    products: Vec<String>,
    form: Form,
    rows: u64,
}

impl Sheet {
    pub(super) fn new(products: Vec<String>) -> Self {
        Self { products, form: Form::Csv { reader: Reader::new(), header: None }, rows: 0 }
    }

    /// Told from the first bytes.
    pub(super) fn recognise(&mut self, head: &[u8]) {
        if Objects::recognises(head) {
            self.form = Form::Json { reader: Objects::new(), named: Vec::new() };
        }
    }

    pub(super) fn header_bytes(&self) -> Option<Range<u64>> {
        match &self.form {
            Form::Csv { header, .. } => header.as_ref().map(|(_, bytes)| bytes.clone()),
            Form::Json { .. } => None,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<Item> {
        let mut items = Vec::new();
        match &mut self.form {
            Form::Csv { reader, .. } => {
                let mut records = Vec::new();
                reader.push(bytes, &mut records);
                self.take_records(records, &mut items);
            }
            Form::Json { reader, .. } => {
                let mut objects = Vec::new();
                reader.push(bytes, &mut objects);
                self.take_objects(objects, &mut items);
            }
        }
        items
    }

    pub(super) fn finish(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        match &mut self.form {
            Form::Csv { reader, .. } => {
                let mut records = Vec::new();
                reader.finish(&mut records);
                self.take_records(records, &mut items);
            }
            Form::Json { reader, .. } => {
                let mut objects = Vec::new();
                reader.finish(&mut objects);
                self.take_objects(objects, &mut items);
            }
        }
        if self.rows == 0 {
            let reason = "no records behind the header: nothing was imported".to_owned();
            items.push(Item::Warning(Finding { line: 1, record: 0, column: None, reason }));
        }
        items
    }

    fn take_records(&mut self, records: Vec<Record>, items: &mut Vec<Item>) {
        let Form::Csv { header: known, .. } = &mut self.form else { return };
        for record in records {
            let Some((header, _)) = known else {
                match Header::read(&record, FIELDS, NEEDED) {
                    Ok(header) => {
                        remark_header(&header, items);
                        *known = Some((header, record.bytes));
                    }
                    Err(fault) => {
                        self.rows += 1;
                        let column = fault.column().map(str::to_owned);
                        items.push(Item::Refused { column, reason: fault.to_string() });
                        return;
                    }
                }
                continue;
            };
            if !record.is_blank() {
                self.rows += 1;
                row_of_csv(header, &record, &self.products, items);
            }
        }
    }

    fn take_objects(&mut self, objects: Vec<Object>, items: &mut Vec<Item>) {
        let Form::Json { named, .. } = &mut self.form else { return };
        for object in objects {
            self.rows += 1;
            let Object { number: record, line, bytes, content } = object;
            let content = match content {
                Ok(content) => content,
                Err(fault) => {
                    let finding = Finding { line, record, column: None, reason: fault.to_string() };
                    items.push(Item::Bad { finding, bytes });
                    continue;
                }
            };
            for key in content.keys().filter(|key| FIELDS.iter().all(|field| field.name != key.as_str())) {
                if !named.contains(key) && named.len() < FIELDS.len() {
                    named.push(key.clone());
                    items.push(unknown_column(line, record, key));
                }
            }
            let frame = Frame { products: &self.products, has_reference: content.contains_key("reference") };
            items.push(row(line, record, bytes, read(frame, &|field| text_of(content.get(field)))));
        }
    }
}

fn remark_header(header: &Header, items: &mut Vec<Item>) {
    items.extend(header.ignored.iter().map(|column| unknown_column(1, 0, column)));
    if !header.has("reference") {
        let reason = "no such column: the customer's name is the key".to_owned();
        let column = Some("reference".to_owned());
        items.push(Item::Warning(Finding { line: 1, record: 0, column, reason }));
    }
}

fn unknown_column(line: u64, record: u64, column: &str) -> Item {
    let reason = "this column is not known and was not read".to_owned();
    Item::Warning(Finding { line, record, column: Some(column.to_owned()), reason })
}

fn row_of_csv(header: &Header, record: &Record, products: &[String], items: &mut Vec<Item>) {
    let (line, number, bytes) = (record.line, record.number, record.bytes.clone());
    let read = match header.row(record) {
        Ok(cells) => {
            let frame = Frame { products, has_reference: header.has("reference") };
            read(frame, &|field| Ok(cells.cell(field)?.into()))
        }
        Err(fault) => {
            let finding = Finding { line, record: number, column: None, reason: fault.to_string() };
            items.push(Item::Bad { finding, bytes: bytes.clone() });
            if let RowFault::Record(RecordFault::QuoteNeverClosed { opened_on, last_line }) = fault {
                name_swallowed(opened_on, last_line, number, &bytes, items);
            }
            return;
        }
    };
    items.push(row(line, number, bytes, read));
}

/// The lines behind an open quote are rows that are lost with it; each is said.
fn name_swallowed(opened_on: u64, last_line: u64, record: u64, bytes: &Range<u64>, items: &mut Vec<Item>) {
    for (line, record) in (opened_on + 1..=last_line).zip(record + 1..).take(SWALLOWED_LINES_NAMED) {
        let reason = format!("not imported: the quote opened on line {opened_on} has swallowed this line");
        let finding = Finding { line, record, column: None, reason };
        items.push(Item::Bad { finding, bytes: bytes.clone() });
    }
}

fn row(line: u64, record: u64, bytes: Range<u64>, read: Result<Read, Vec<(&'static str, Reason)>>) -> Item {
    match read {
        Ok(read) => Item::Row { line, record, bytes, read: Box::new(read) },
        Err(reasons) => Item::Bad { finding: against_row(line, record, &reasons), bytes },
    }
}

fn text_of<'a>(value: Option<&serde_json::Value>) -> Result<std::borrow::Cow<'a, str>, Reason> {
    use serde_json::Value;
    match value {
        None | Some(Value::Null) => Ok("".into()),
        Some(Value::String(text)) => Ok(text.trim().to_owned().into()),
        Some(Value::Number(number)) => Ok(number.to_string().into()),
        Some(Value::Bool(yes)) => Ok(if *yes { "yes" } else { "no" }.into()),
        Some(Value::Array(values)) => {
            let texts: Option<Vec<_>> = values.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join(";").into()).ok_or(Reason::NotText)
        }
        Some(Value::Object(_)) => Err(Reason::NotText),
    }
}
