//! What an import has to say of a place in a file.

use std::borrow::Cow;

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
    /// In how many records; those of one record come one behind the other.
    pub records: usize,
    last_record: Option<u64>,
}

impl Findings {
    pub fn add(&mut self, finding: Finding) {
        self.count += 1;
        if self.last_record.replace(finding.record) != Some(finding.record) {
            self.records += 1;
        }
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

/// What an import found, as programs read it: these three and nothing else.
#[derive(Debug, Serialize)]
pub struct Printed<'a> {
    imported: u64,
    rejected: &'a [Finding],
    warnings: Vec<Cow<'a, Finding>>,
}

impl<'a> Printed<'a> {
    pub fn of(imported: u64, rejected: &'a Findings, warnings: &'a Findings) -> Self {
        let mut listed: Vec<_> = warnings.listed.iter().map(Cow::Borrowed).collect();
        for (what, findings) in [("rejected", rejected), ("warnings", warnings)] {
            if findings.unlisted() > 0 {
                let reason = format!("and {} more {what}, which are not listed", findings.unlisted());
                listed.push(Cow::Owned(Finding { line: 1, record: 0, column: None, reason }));
            }
        }
        Self { imported, rejected: &rejected.listed, warnings: listed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(record: u64) -> Finding {
        Finding { line: record + 1, record, column: None, reason: "empty".to_owned() }
    }

    #[test]
    fn a_record_with_several_reasons_is_one_record() {
        let mut findings = Findings::default();
        for record in [1, 1, 2] {
            findings.add(finding(record));
        }
        assert_eq!((findings.count, findings.records), (3, 2));
    }

    #[test]
    fn what_is_not_listed_is_counted_and_said() {
        let (mut rejected, warnings) = (Findings::default(), Findings::default());
        for record in 0..LISTED_MAX as u64 + 5 {
            rejected.add(finding(record));
        }
        assert_eq!((rejected.listed.len(), rejected.unlisted()), (LISTED_MAX, 5));
        let printed = serde_json::to_value(Printed::of(7, &rejected, &warnings)).unwrap();
        let keys: Vec<_> = printed.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["imported", "rejected", "warnings"]);
        assert!(printed["warnings"][0]["reason"].as_str().unwrap().starts_with("and 5 more rejected"));
    }
}
