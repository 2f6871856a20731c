//! The first record of a file: which column holds which field.
//!
//! Columns are known by name, in any order, whatever their case, blanks or underscores. A column that looks like a
//! misspelt field refuses the file: dropping `notice_day` in silence would drop a customer's terms.

use super::{CellFault, Format, Mapping, Record, RecordFault, Row, unguarded};

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
            Self::Unreadable(_) | Self::UnreadableCell(_) | Self::NoKnownColumn { .. } => None,
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
    #[error("too many cells: {found}, and the header has {expected}; is a separator not quoted?")]
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
    /// Reads the first record against the fields of a format; a mapping knows better than their names.
    pub fn read(record: &Record, format: &Format, mapping: &Mapping) -> Result<Self, HeaderFault> {
        let fields = format.fields;
        if let Some(fault) = &record.fault {
            return Err(fault.clone().into());
        }
        let cells = record.cells.iter().cloned().collect::<Result<Vec<_>, _>>()?;
        let column = |cell: &String| match mapping.field(cell) {
            Some(ours) => fields.iter().find(|field| field.name == ours).map(|field| field.name),
            None => field_of(cell, fields),
        };
        let columns: Vec<_> = cells.iter().map(column).collect();
        let expected = || fields.iter().map(|field| field.name).collect::<Vec<_>>().join(",");
        if columns.iter().all(Option::is_none) {
            let first = cells.first().map(|cell| cell.chars().take(40).collect()).unwrap_or_default();
            return Err(HeaderFault::NoKnownColumn { first, expected: expected() });
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
            if column.is_none() && !cell.trim().is_empty() && mapping.field(&cell).is_none() {
                if let Some(meant) = nearly(&cell, fields) {
                    return Err(HeaderFault::Misspelt { given: cell, meant });
                }
                ignored.push(cell);
            }
        }
        if let Some(column) = format.needed.iter().find(|name| !columns.contains(&Some(name))) {
            return Err(HeaderFault::Missing { column, expected: expected() });
        }
        Ok(Self { columns, ignored })
    }

    pub fn has(&self, field: &str) -> bool {
        self.columns.contains(&Some(field))
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The record's cells by field, without the guard against formulas and blanks around them. Empty cells beyond the
    /// last column don't count, spreadsheets write them.
    pub fn row(&self, record: Record, mapping: &Mapping) -> Result<Row, RowFault> {
        if let Some(fault) = record.fault {
            return Err(fault.into());
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
        let cells = self.columns.iter().zip(record.cells).filter_map(|(column, cell)| {
            let field = (*column)?;
            Some((field, cell.map(|text| mapping.meant(field, trimmed(text)))))
        });
        Ok(Row::new((record.line, record.number), record.bytes, cells.collect()))
    }
}

fn trimmed(text: String) -> String {
    let kept = unguarded(&text).trim();
    if kept.len() == text.len() { text } else { kept.to_owned() }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

pub(super) fn field_of(cell: &str, fields: &[Field]) -> Option<&'static str> {
    let given = plain(cell);
    fields
        .iter()
        .find(|field| plain(field.name) == given || field.also.iter().any(|name| plain(name) == given))
        .map(|field| field.name)
}

/// The field that a name probably is: one or two letters off, in a name long enough to tell.
pub(super) fn nearly(cell: &str, fields: &[Field]) -> Option<&'static str> {
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

#[cfg(test)]
mod tests {
    use super::super::Reader;
    use super::*;

    const FORMAT: Format = Format {
        fields: &[
            Field { name: "name", also: &["company name"] },
            Field { name: "email", also: &["e-mail"] },
            Field { name: "notice_days", also: &[] },
        ],
        needed: &["name"],
        list: "rows",
    };

    fn records(text: &str) -> Vec<Record> {
        let (mut reader, mut records) = (Reader::new(), Vec::new());
        reader.push(text.as_bytes(), &mut records);
        reader.finish(&mut records);
        records
    }

    fn header(text: &str) -> Result<Header, HeaderFault> {
        Header::read(&records(text)[0], &FORMAT, &Mapping::default())
    }

    #[test]
    fn columns_are_known_in_any_order_and_spelling_and_strange_ones_reported() {
        let all = records("E-Mail,Phone,COMPANY_NAME,Notice Days\n a@x.example ,1,'=Acme,30\n");
        let header = Header::read(&all[0], &FORMAT, &Mapping::default()).unwrap();
        assert_eq!(header.ignored, ["Phone"]);
        let row = header.row(all[1].clone(), &Mapping::default()).unwrap();
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
    }

    #[test]
    fn ragged_records_are_faults_but_empty_cells_beyond_the_last_are_not() {
        let all = records("name,email\nA\nB,b@x.example,extra\nC,c@x.example,,\n");
        let header = Header::read(&all[0], &FORMAT, &Mapping::default()).unwrap();
        let row = |at: usize| header.row(all[at].clone(), &Mapping::default());
        assert_eq!(row(1).unwrap_err(), RowFault::TooFew { found: 1, expected: 2 });
        assert_eq!(row(2).unwrap_err(), RowFault::TooMany { found: 3, expected: 2 });
        assert!(row(3).is_ok());
    }
}
