//! What an import has to say of a place in a file.

use std::fmt::Write as _;

use serde::Serialize;

/// Findings listed of each kind; a file of a million bad rows must not fill the memory with sentences.
pub const LISTED_MAX: usize = 10_000;

/// A place in a file, and what is the matter there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Counted from 1.
    pub line: u64,
    /// Counted from 1 after the header; 0 = the file as a whole.
    pub record: u64,
    pub column: Option<String>,
    pub reason: String,
}

/// Findings up to [`LISTED_MAX`], and how many there are in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub listed: Vec<Finding>,
    pub count: usize,
}

impl Findings {
    pub fn add(&mut self, finding: Finding) {
        self.count += 1;
        if self.listed.len() < LISTED_MAX {
            self.listed.push(finding);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many are not listed.
    pub fn unlisted(&self) -> usize {
        self.count - self.listed.len()
    }
}

/// One finding of all reasons against a row: the first by its column, the others behind it.
pub fn against_row<R: std::fmt::Display>(line: u64, record: u64, reasons: &[(&'static str, R)]) -> Finding {
    let mut sentences = reasons.iter();
    let (column, mut reason) = match sentences.next() {
        Some((column, reason)) => (Some((*column).to_owned()), reason.to_string()),
        None => (None, String::new()),
    };
    for (column, other) in sentences {
        let _ = write!(reason, "; column \"{column}\": {other}");
    }
    Finding { line, record, column, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_one_finding_with_all_its_reasons() {
        let finding = against_row(3, 2, &[("email", "empty"), ("time_zone", "there is no Mars")]);
        assert_eq!(finding.column.as_deref(), Some("email"));
        assert_eq!(finding.reason, "empty; column \"time_zone\": there is no Mars");
    }

    #[test]
    fn what_is_not_listed_is_counted() {
        let mut findings = Findings::default();
        for record in 0..LISTED_MAX as u64 + 5 {
            findings.add(against_row::<&str>(record, record, &[]));
        }
        assert_eq!((findings.listed.len(), findings.unlisted()), (LISTED_MAX, 5));
    }
}
