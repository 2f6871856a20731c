//! A row by its fields, and how one is read: cell by cell, every reason and every remark at once.

use std::ops::Range;

use super::{Altered, CellFault, Finding, TextFault, line};

/// One row of a file, whatever its form, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Counted from 1.
    pub line: u64,
    /// Counted from 1 after the header.
    pub record: u64,
    /// Where it lies in the file's text.
    pub bytes: Range<u64>,
    cells: Vec<(&'static str, Result<String, CellFault>)>,
}

impl Row {
    pub(super) fn new(
        (line, record): (u64, u64),
        bytes: Range<u64>,
        cells: Vec<(&'static str, Result<String, CellFault>)>,
    ) -> Self {
        Self { line, record, bytes, cells }
    }

    /// A row made of fields: the first of its file.
    pub fn of(cells: &[(&'static str, &str)]) -> Self {
        let cells = cells.iter().map(|(field, cell)| (*field, Ok((*cell).to_owned()))).collect();
        Self::new((2, 1), 0..0, cells)
    }

    /// Whether the file has such a column.
    pub fn has(&self, field: &str) -> bool {
        self.cells.iter().any(|(name, _)| *name == field)
    }

    /// The cell of a field; empty where the file has no such column.
    pub fn cell(&self, field: &str) -> Result<&str, &CellFault> {
        match self.cells.iter().find(|(name, _)| *name == field) {
            Some((_, cell)) => cell.as_deref(),
            None => Ok(""),
        }
    }

    /// What is to be said of a column of this row.
    pub fn finding(&self, column: &str, reason: &impl ToString) -> Finding {
        let column = Some(column.to_owned());
        Finding { line: self.line, record: self.record, column, reason: reason.to_string() }
    }
}

/// A row that was read, with the remarks on it, by column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read<T, M> {
    pub value: T,
    pub remarks: Vec<(&'static str, M)>,
}

/// A row that cannot be taken: why, and what else was remarked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread<R, M> {
    pub reasons: Vec<(&'static str, R)>,
    pub remarks: Vec<(&'static str, M)>,
}

/// Reads one row. `R` are the reasons against it, `M` the remarks on it.
#[derive(Debug)]
pub struct RowReader<'a, R, M> {
    row: &'a Row,
    reasons: Vec<(&'static str, R)>,
    remarks: Vec<(&'static str, M)>,
}

impl<'a, R, M> RowReader<'a, R, M>
where
    R: From<CellFault> + From<TextFault>,
    M: From<Altered>,
{
    pub fn new(row: &'a Row) -> Self {
        Self { row, reasons: Vec::new(), remarks: Vec::new() }
    }

    pub fn has(&self, column: &str) -> bool {
        self.row.has(column)
    }

    pub fn refuse(&mut self, column: &'static str, reason: impl Into<R>) {
        self.reasons.push((column, reason.into()));
    }

    pub fn remark(&mut self, column: &'static str, remark: impl Into<M>) {
        self.remarks.push((column, remark.into()));
    }

    /// The cell as it stands; none after a reason was noted.
    pub fn cell(&mut self, column: &'static str) -> Option<&'a str> {
        match self.row.cell(column) {
            Ok(cell) => Some(cell),
            Err(fault) => {
                self.refuse(column, fault.clone());
                None
            }
        }
    }

    fn line(&mut self, column: &'static str, chars_max: usize) -> Option<String> {
        match line(self.cell(column)?, chars_max) {
            Ok(line) => {
                self.remarks.extend(line.altered.into_iter().map(|what| (column, what.into())));
                Some(line.text)
            }
            Err(fault) => {
                self.refuse(column, fault);
                None
            }
        }
    }

    /// The cell as one line; empty after a reason was noted.
    pub fn text(&mut self, column: &'static str, chars_max: usize) -> String {
        self.line(column, chars_max).unwrap_or_default()
    }

    /// The cell as one line, which must not be empty.
    pub fn needed(&mut self, column: &'static str, chars_max: usize, empty: R) -> String {
        match self.line(column, chars_max) {
            Some(text) if text.is_empty() => {
                self.refuse(column, empty);
                text
            }
            Some(text) => text,
            None => String::new(),
        }
    }

    pub fn optional(&mut self, column: &'static str, chars_max: usize) -> Option<String> {
        self.line(column, chars_max).filter(|text| !text.is_empty())
    }

    /// A value by its reader; none where the cell is empty or a reason was noted.
    pub fn value<T>(
        &mut self,
        column: &'static str,
        chars_max: usize,
        read: impl FnOnce(&str) -> Result<(T, Option<M>), R>,
    ) -> Option<T> {
        match read(&self.optional(column, chars_max)?) {
            Ok((value, remark)) => {
                self.remarks.extend(remark.map(|remark| (column, remark)));
                Some(value)
            }
            Err(reason) => {
                self.refuse(column, reason);
                None
            }
        }
    }

    /// The value, if nothing speaks against the row.
    pub fn finish<T>(self, value: T) -> Result<Read<T, M>, Unread<R, M>> {
        let Self { reasons, remarks, .. } = self;
        if reasons.is_empty() { Ok(Read { value, remarks }) } else { Err(Unread { reasons, remarks }) }
    }
}
