//! A mapping proposed for a file: its columns and values as they would be read, as text to correct and save.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use encoding_rs::Encoding;

use super::header::{field_of, nearly};
use super::{Format, Mapping};

/// A value that no cell of its column may hold, and what it probably means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedValue {
    pub theirs: String,
    /// None: that is for a person to say.
    pub ours: Option<String>,
    /// Where it stands first, counted from 1.
    pub line: u64,
    /// In how many rows.
    pub rows: u64,
    /// What the reader had against it.
    pub why: String,
}

/// Values by the column of ours that they stand in.
pub type ProposedValues = BTreeMap<&'static str, Vec<ProposedValue>>;

impl Mapping {
    /// The mapping of a file as it would be read; none where all columns are ours, and every value.
    pub(super) fn proposed(
        &self,
        header: &[String],
        format: &Format,
        encoding: Option<&str>,
        values: &ProposedValues,
    ) -> Option<String> {
        let ours = header.iter().all(|cell| format.fields.iter().any(|field| field.name == cell.trim()));
        if ours && values.is_empty() {
            return None;
        }
        let mut text = String::new();
        if let Some(encoding) = self.encoding.map(Encoding::name).or(encoding) {
            let _ = writeln!(text, "encoding = {}", quoted(&encoding.to_lowercase()));
        }
        if !ours {
            self.propose_columns(header, format, &mut text);
        }
        self.propose_values(values, &mut text);
        Some(text)
    }

    fn propose_columns(&self, header: &[String], format: &Format, text: &mut String) {
        text.push_str("[columns]\n");
        let mut taken: Vec<&str> = Vec::new();
        for cell in header.iter().filter(|cell| !cell.trim().is_empty()) {
            let field = self.field(cell).or_else(|| field_of(cell, format.fields));
            let field = field.or_else(|| nearly(cell, format.fields)).unwrap_or_default();
            if field.is_empty() || taken.contains(&field) {
                let _ = writeln!(text, "{} = \"\"  # not read", quoted(cell.trim()));
            } else {
                taken.push(field);
                let _ = writeln!(text, "{} = {}", quoted(cell.trim()), quoted(field));
            }
        }
        for needed in format.needed.iter().filter(|needed| !taken.contains(*needed)) {
            let _ = writeln!(text, "# no column is {needed}: write it behind the one that holds it");
        }
    }

    /// What this mapping says of values, and behind it what is new, by column. What nobody but a person can say is a
    /// comment: as long as it is one, its rows are refused.
    fn propose_values(&self, values: &ProposedValues, text: &mut String) {
        let mut columns: BTreeMap<&str, &[ProposedValue]> =
            self.values.keys().map(|field| (field.as_str(), [].as_slice())).collect();
        columns.extend(values.iter().map(|(field, values)| (*field, values.as_slice())));
        for (field, values) in columns {
            let _ = writeln!(text, "[values.{field}]");
            for (theirs, ours) in self.values.get(field).into_iter().flatten() {
                let _ = writeln!(text, "{} = {}", quoted(theirs), quoted(ours));
            }
            for ProposedValue { theirs, ours, line, rows, why } in values {
                let rows = if *rows == 1 { String::new() } else { format!(", {rows} rows") };
                let _ = match ours {
                    Some(ours) => {
                        writeln!(text, "{} = {}  # line {line}{rows}", quoted(theirs), quoted(ours))
                    }
                    None => writeln!(text, "# {} = \"\"  # line {line}{rows}: {why}", quoted(theirs)),
                };
            }
        }
    }
}

/// A basic string of TOML, which may also be a key.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::super::Field;
    use super::*;

    const FORMAT: Format = Format {
        fields: &[
            Field { name: "name", also: &["firma"] },
            Field { name: "email", also: &["e-mail"] },
            Field { name: "notice_days", also: &[] },
        ],
        needed: &["name"],
        list: "rows",
    };

    fn columns(mapping: &Mapping, header: &[String]) -> Option<String> {
        mapping.proposed(header, &FORMAT, None, &ProposedValues::new())
    }

    #[test]
    fn a_proposal_is_a_mapping_that_reads_the_file_so() {
        let header = ["Firma", "Name des\nKunden", "E-Mail", "Notice dasy", "Tel"].map(str::to_owned);
        let none = ProposedValues::new();
        let proposed = Mapping::default().proposed(&header, &FORMAT, Some("windows-1252"), &none).unwrap();
        assert_eq!(
            proposed,
            "encoding = \"windows-1252\"\n[columns]\n\"Firma\" = \"name\"\n\"Name des\\u000AKunden\" = \"\"  # not read\n\
             \"E-Mail\" = \"email\"\n\"Notice dasy\" = \"notice_days\"\n\"Tel\" = \"\"  # not read\n"
        );
        let mapping = Mapping::read(&proposed, &FORMAT).unwrap();
        assert_eq!(
            (mapping.field("Notice dasy"), mapping.field("Name des\nKunden"), mapping.field("x")),
            (Some("notice_days"), Some(""), None)
        );
        assert_eq!(columns(&mapping, &header).as_ref(), Some(&proposed));
        assert_eq!(columns(&Mapping::default(), &["name".to_owned()]), None);
        let missing = columns(&Mapping::default(), &["Tel".to_owned()]).unwrap();
        assert!(missing.ends_with("# no column is name: write it behind the one that holds it\n"));
    }

    #[test]
    fn values_are_proposed_behind_those_that_the_mapping_has_and_unknown_ones_wait_as_comments() {
        let value = |theirs: &str, ours: Option<&str>, rows| ProposedValue {
            theirs: theirs.to_owned(),
            ours: ours.map(str::to_owned),
            line: 2,
            rows,
            why: "not a number".to_owned(),
        };
        let values =
            [("notice_days", vec![value("30 \"Tage\"", Some("30"), 1), value("viele\nTage", None, 4)])];
        let mapping =
            Mapping::read("[values.name]\n\"A\" = \"Acme\"\n[values.notice_days]\n\"x\" = \"1\"\n", &FORMAT);
        let header = ["name", "notice_days"].map(str::to_owned);
        let proposed = mapping.unwrap().proposed(&header, &FORMAT, None, &values.into()).unwrap();
        assert_eq!(
            proposed,
            "[values.name]\n\"A\" = \"Acme\"\n[values.notice_days]\n\"x\" = \"1\"\n\"30 \\\"Tage\\\"\" = \"30\"  # line 2\n\
             # \"viele\\u000ATage\" = \"\"  # line 2, 4 rows: not a number\n"
        );
        let saved = Mapping::read(&proposed, &FORMAT).unwrap();
        assert_eq!(saved.meant("notice_days", "30 \"Tage\"".to_owned()), "30");
    }
}
