//! The first record of a file: which column holds which field.
//!
//! Columns are known by name, in any order, whatever their case, blanks or underscores. A column that looks like a
//! misspelt field refuses the file: dropping `notice_day` in silence would drop a customer's terms.

use super::{CellFault, Record, RecordFault, unguarded};

/// A field of a file, with the other names that exports of common programs give it.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub also: &'static [&'static str],
}

/// Why the file cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    #[error("the first line cannot be read: {0}")]
    Unreadable(#[from] RecordFault),
    #[error("the first line cannot be read: {0}")]
    UnreadableCell(#[from] CellFault),
    #[error("the columns are divided by {separator}; save the file divided by commas (\"CSV UTF-8\")")]
    Separator { separator: &'static str },
    #[error("the first line names no known column (it begins with {first:?}); the header is {expected}")]
    NoKnownColumn { first: String, expected: String },
    #[error("column {column:?} stands twice ({first:?} and {second:?}); remove one")]
    Twice { column: &'static str, first: String, second: String },
    #[error("column {given:?} is not known; is it {meant}?")]
    Misspelt { given: String, meant: &'static str },
    #[error("column {column:?} is missing; the header is {expected}")]
    Missing { column: &'static str, expected: String },
}

impl HeaderFault {
    /// The column concerned, where it is one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Unreadable(_)
            | Self::UnreadableCell(_)
            | Self::Separator { .. }
            | Self::NoKnownColumn { .. } => None,
            Self::Misspelt { given, .. } => Some(given),
            Self::Twice { column, .. } | Self::Missing { column, .. } => Some(column),
        }
    }
}

/// Why a record has no rows' worth of cells.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    #[error(transparent)]
    Record(#[from] RecordFault),
    #[error("too few cells: {found}, and the header has {expected}")]
    TooFew { found: usize, expected: usize },
    #[error("too many cells: {found}, and the header has {expected}; is a comma not quoted?")]
    TooMany { found: usize, expected: usize },
}

/// Which cell of a record is which field.
#[derive(Clone, Debug)]
pub struct Header {
    /// For each column of the file the field's name.
    columns: Vec<Option<&'static str>>,
    /// The columns that are no field, as they are written: not read, and reported.
    pub ignored: Vec<String>,
}

impl Header {
    /// Reads the first record against the fields of a format, those `needed` among them.
    pub fn read(record: &Record, fields: &[Field], needed: &[&'static str]) -> Result<Self, HeaderFault> {
        if let Some(fault) = &record.fault {
            return Err(fault.clone().into());
        }
        let cells = record.cells.iter().cloned().collect::<Result<Vec<_>, _>>()?;
        let columns: Vec<_> = cells.iter().map(|cell| field_of(cell, fields)).collect();
        let expected = || fields.iter().map(|field| field.name).collect::<Vec<_>>().join(",");
        if columns.iter().all(Option::is_none) {
            return Err(no_known_column(&cells, fields, expected()));
        }
        for (at, column) in columns.iter().enumerate() {
            let Some(column) = column else { continue };
            if let Some(first) = columns[..at].iter().position(|before| *before == Some(column)) {
                return Err(HeaderFault::Twice {
                    column,
                    first: cells[first].clone(),
                    second: cells[at].clone(),
                });
            }
        }
        let mut ignored = Vec::new();
        for (cell, column) in cells.into_iter().zip(&columns) {
            if column.is_none() && !cell.trim().is_empty() {
                if let Some(meant) = nearly(&cell, fields) {
                    return Err(HeaderFault::Misspelt { given: cell, meant });
                }
                ignored.push(cell);
            }
        }
        if let Some(column) = needed.iter().find(|name| !columns.contains(&Some(name))) {
            return Err(HeaderFault::Missing { column, expected: expected() });
        }
        Ok(Self { columns, ignored })
    }

    pub fn has(&self, field: &str) -> bool {
        self.columns.contains(&Some(field))
    }

    /// The record's cells by field. Empty cells beyond the last column don't count, spreadsheets write them.
    pub fn row<'a>(&'a self, record: &'a Record) -> Result<Row<'a>, RowFault> {
        if let Some(fault) = &record.fault {
            return Err(fault.clone().into());
        }
        let expected = self.columns.len();
        let filled =
            record.cells.iter().rposition(|cell| cell.as_deref() != Ok("")).map_or(0, |last| last + 1);
        if record.cells.len() < expected {
            return Err(RowFault::TooFew { found: record.cells.len(), expected });
        }
        if filled > expected {
            return Err(RowFault::TooMany { found: record.cells.len(), expected });
        }
        Ok(Row { header: self, record })
    }
}

/// A record read by a header.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    header: &'a Header,
    record: &'a Record,
}

impl<'a> Row<'a> {
    /// The cell of a field, without the guard against formulas and blanks around it; empty where the file has no
    /// such column.
    pub fn cell(&self, field: &str) -> Result<&'a str, CellFault> {
        let Some(at) = self.header.columns.iter().position(|column| *column == Some(field)) else {
            return Ok("");
        };
        match self.record.cells.get(at) {
            Some(Ok(text)) => Ok(unguarded(text).trim()),
            Some(Err(fault)) => Err(fault.clone()),
            None => Ok(""),
        }
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn field_of(cell: &str, fields: &[Field]) -> Option<&'static str> {
    let given = plain(cell);
    fields
        .iter()
        .find(|field| plain(field.name) == given || field.also.iter().any(|name| plain(name) == given))
        .map(|field| field.name)
}

/// The field that a name probably is: one or two letters off, in a name long enough to tell.
fn nearly(cell: &str, fields: &[Field]) -> Option<&'static str> {
    const LETTERS_OFF_MAX: usize = 2;
    const LETTERS_MIN: usize = 6;
    let given = plain(cell);
    fields
        .iter()
        .map(|field| (strsim::damerau_levenshtein(&plain(field.name), &given), field.name))
        .filter(|(off, name)| *off <= LETTERS_OFF_MAX && name.len() >= LETTERS_MIN)
        .min()
        .map(|(_, name)| name)
}

fn no_known_column(cells: &[String], fields: &[Field], expected: String) -> HeaderFault {
    let line = cells.join(",");
    for (sign, separator) in [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")] {
        if line.split(sign).count() > 2 && line.split(sign).any(|cell| field_of(cell, fields).is_some()) {
            return HeaderFault::Separator { separator };
        }
    }
    let first = cells.first().map(|cell| cell.chars().take(40).collect()).unwrap_or_default();
    HeaderFault::NoKnownColumn { first, expected }
}

#[cfg(test)]
mod tests {
    use super::super::Reader;
    use super::*;

    const FIELDS: &[Field] = &[
        Field { name: "name", also: &["company name"] },
        Field { name: "email", also: &["e-mail"] },
        Field { name: "notice_days", also: &[] },
    ];

    fn records(text: &str) -> Vec<Record> {
        let (mut reader, mut records) = (Reader::new(), Vec::new());
        reader.push(text.as_bytes(), &mut records);
        reader.finish(&mut records);
        records
    }

    fn header(text: &str) -> Result<Header, HeaderFault> {
        Header::read(&records(text)[0], FIELDS, &["name"])
    }

    #[test]
    fn columns_are_known_in_any_order_and_spelling_and_strange_ones_reported() {
        let all = records("E-Mail,Phone,COMPANY_NAME,Notice Days\n a@x.example ,1,'=Acme,30\n");
        let header = Header::read(&all[0], FIELDS, &["name"]).unwrap();
        assert_eq!(header.ignored, ["Phone"]);
        let row = header.row(&all[1]).unwrap();
        assert_eq!(row.cell("email"), Ok("a@x.example"));
        assert_eq!(row.cell("name"), Ok("=Acme"));
        assert_eq!(row.cell("notice_days"), Ok("30"));
    }

    #[test]
    fn a_file_that_cannot_be_meant_is_refused_with_the_reason() {
        let says = |text: &str| header(text).unwrap_err().to_string();
        assert_eq!(says("name,notice_dasy\n"), "column \"notice_dasy\" is not known; is it notice_days?");
        assert_eq!(
            says("name,email,Email\n"),
            "column \"email\" stands twice (\"email\" and \"Email\"); remove one"
        );
        assert!(says("email\n").starts_with("column \"name\" is missing"));
        assert!(
            says("Acme,Anna\n").starts_with("the first line names no known column (it begins with \"Acme\")")
        );
        assert!(says("name;email;notice_days\n").starts_with("the columns are divided by semicolons"));
        assert!(says("name\temail\tx\n").starts_with("the columns are divided by tabs"));
    }

    #[test]
    fn ragged_records_are_faults_but_empty_cells_beyond_the_last_are_not() {
        let all = records("name,email\nA\nB,b@x.example,extra\nC,c@x.example,,\n");
        let header = Header::read(&all[0], FIELDS, &["name"]).unwrap();
        assert_eq!(header.row(&all[1]).unwrap_err(), RowFault::TooFew { found: 1, expected: 2 });
        assert_eq!(header.row(&all[2]).unwrap_err(), RowFault::TooMany { found: 3, expected: 2 });
        assert!(header.row(&all[3]).is_ok());
    }
}
