//! What an import found, on standard error; and tables for people.

use std::path::Path;

use super::{Failure, OrHint as _, print};
use crate::domain::table::{Finding, Findings, Format, Mapping};

/// Columns of a table are cut to this many characters, the last one is not.
const COLUMN_CHARS_MAX: usize = 44;

/// The mapping of a file, where one is given.
pub(super) fn mapping(path: Option<&Path>, format: &Format) -> Result<Mapping, Failure> {
    let Some(path) = path else { return Ok(Mapping::default()) };
    let text = std::fs::read_to_string(path).or_hint(format!("is {} the right name?", path.display()))?;
    Mapping::read(&text, format).or_hint(format!("correct {}", path.display()))
}

/// What an import said of a file.
pub(super) struct Outcome<'a> {
    pub(super) file: &'a Path,
    pub(super) rejected: &'a Findings,
    pub(super) warnings: &'a Findings,
}

impl Outcome<'_> {
    /// Each finding as a line, as compilers write them.
    pub(super) fn say(&self) {
        for (severity, findings) in [("warning", self.warnings), ("error", self.rejected)] {
            for finding in &findings.listed {
                eprintln!("{severity}: {}", self.sentence(finding));
            }
            if findings.unlisted() > 0 {
                eprintln!("{severity}: and {} more like these", findings.unlisted());
            }
        }
    }

    fn sentence(&self, finding: &Finding) -> String {
        let Finding { line, record, column, reason } = finding;
        let record = if *record == 0 { String::new() } else { format!(" record {record}:") };
        let column = column.as_ref().map(|column| format!(" column {column:?}:")).unwrap_or_default();
        format!("{}:{line}:{record}{column} {reason}", self.file.display())
    }

    /// Exit 1 if anything was rejected.
    pub(super) fn fail(&self, hint: &str) -> Result<(), Failure> {
        match self.rejected.records {
            0 => Ok(()),
            1 => Err(Failure::new("one row was not imported").hint(hint)),
            count => Err(Failure::new(format!("{count} rows were not imported")).hint(hint)),
        }
    }

    /// [`fail`](Self::fail) where the JSON has said it.
    pub(super) fn fail_in_silence(&self) -> Result<(), Failure> {
        if self.rejected.is_empty() { Ok(()) } else { Err(Failure::already_said()) }
    }
}

/// Prints rows under a header, columns as wide as they need to be.
pub(super) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<(), Failure> {
    let mut lines = vec![header.map(str::to_owned)];
    lines.extend(rows.into_iter().map(|row| row.map(|cell| cut(&cell))));
    let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    for line in &lines {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        print(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

fn cut(cell: &str) -> String {
    if cell.chars().count() <= COLUMN_CHARS_MAX {
        return cell.to_owned();
    }
    cell.chars().take(COLUMN_CHARS_MAX - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_its_place_as_compilers_do() {
        let (rejected, warnings) = (Findings::default(), Findings::default());
        let outcome = Outcome { file: Path::new("customers.csv"), rejected: &rejected, warnings: &warnings };
        let finding = |record, column: Option<&str>| Finding {
            line: 17,
            record,
            column: column.map(str::to_owned),
            reason: "\"thirty\" is not a number".to_owned(),
        };
        assert_eq!(
            outcome.sentence(&finding(15, Some("notice_days"))),
            "customers.csv:17: record 15: column \"notice_days\": \"thirty\" is not a number"
        );
        assert_eq!(outcome.sentence(&finding(0, None)), "customers.csv:17: \"thirty\" is not a number");
        assert!(outcome.fail("").is_ok());
    }

    #[test]
    fn a_long_cell_is_cut_where_one_sees_it() {
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&"x".repeat(100)), format!("{}…", "x".repeat(COLUMN_CHARS_MAX - 1)));
    }
}
