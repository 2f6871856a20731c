//! Whose column is which: what somebody saved about the files of one program, so that each is read alike.
//!
//! `columns` names our column for each of theirs (an empty name: not read), `values` what a cell of a column of ours
//! means, `encoding` how the file is written where that cannot be told. What it does not name is read as ever.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use serde::Deserialize;

use super::Format;
use super::header::{field_of, nearly};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Written")]
pub struct Mapping {
    pub(super) encoding: Option<&'static Encoding>,
    columns: BTreeMap<String, String>,
    pub(super) values: BTreeMap<String, BTreeMap<String, String>>,
}

/// A mapping as it stands in its file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    encoding: Option<String>,
    columns: BTreeMap<String, String>,
    values: BTreeMap<String, BTreeMap<String, String>>,
}

/// Why a mapping cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingFault {
    #[error("the mapping cannot be read: {0}")]
    Syntax(String),
    #[error("the mapping names the column {given:?}, which is none of ours; {}", hint(*nearest))]
    UnknownField { given: String, nearest: Option<&'static str> },
}

impl TryFrom<Written> for Mapping {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let known = |label: String| {
            Encoding::for_label(label.as_bytes()).ok_or_else(|| {
                format!("the encoding {label:?} is not known, as windows-1252 or utf-16le are")
            })
        };
        let Written { encoding, columns, values } = written;
        Ok(Self { encoding: encoding.map(known).transpose()?, columns, values })
    }
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(|| "--help lists them".to_owned(), |nearest| format!("is it {nearest}?"))
}

impl Mapping {
    /// Reads a mapping (TOML) for a format.
    ///
    /// ```
    /// # use forenotice::domain::{customer_file, table::Mapping};
    /// let text = "[columns]\n\"Kd-Nr\" = \"reference\"\n[values.products]\n\"Chat Pro\" = \"chat\"\n";
    /// assert!(Mapping::read(text, &customer_file::FORMAT).is_ok());
    /// let wrong = Mapping::read("columns.Firma = \"custommer\"", &customer_file::FORMAT).unwrap_err();
    /// assert!(wrong.to_string().ends_with("is it customer?"));
    /// ```
    pub fn read(text: &str, format: &Format) -> Result<Self, MappingFault> {
        let mapping: Self = toml::from_str(text)
            .map_err(|why| MappingFault::Syntax(why.to_string().trim_end().to_owned()))?;
        let named = mapping.columns.values().filter(|field| !field.is_empty()).chain(mapping.values.keys());
        for field in named {
            if !format.fields.iter().any(|known| known.name == field) {
                let nearest = field_of(field, format.fields).or_else(|| nearly(field, format.fields));
                return Err(MappingFault::UnknownField { given: field.clone(), nearest });
            }
        }
        Ok(mapping)
    }

    pub fn encoding(&self) -> Option<&'static Encoding> {
        self.encoding
    }

    /// Our column for one of theirs: `None` if the mapping says nothing of it, `Some("")` if it is not to be read.
    pub(super) fn field(&self, theirs: &str) -> Option<&str> {
        let theirs = theirs.trim();
        let named = self.columns.iter().find(|(name, _)| name.trim() == theirs)?;
        Some(named.1)
    }

    /// The columns that the mapping names and the file has not.
    pub(super) fn not_in<'a>(&'a self, header: &'a [String]) -> impl Iterator<Item = &'a str> {
        let has = |theirs: &str| header.iter().any(|cell| cell.trim() == theirs.trim());
        self.columns.keys().map(String::as_str).filter(move |theirs| !has(theirs))
    }

    /// What a cell means, as a whole or as a list: the values that the mapping does not name stay.
    pub(super) fn meant(&self, field: &str, cell: String) -> String {
        let Some(values) = self.values.get(field) else { return cell };
        if let Some(meant) = values.get(cell.trim()) {
            return meant.clone();
        }
        let one = |value: &str| values.get(value.trim()).cloned();
        let parts = cell.split(';').map(|part| {
            one(part).unwrap_or_else(|| {
                let parts = part.split(',').map(|part| one(part).unwrap_or_else(|| part.to_owned()));
                parts.collect::<Vec<_>>().join(",")
            })
        });
        parts.collect::<Vec<_>>().join(";")
    }
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

    #[test]
    fn values_are_replaced_as_a_whole_or_in_a_list() {
        let mapping =
            Mapping::read("[values.name]\n\"Chat Pro\" = \"chat\"\n\"A, B\" = \"ab\"\n", &FORMAT).unwrap();
        let meant = |cell: &str| mapping.meant("name", cell.to_owned());
        assert_eq!(meant("Chat Pro; api,Chat Pro"), "chat; api,chat");
        assert_eq!(meant("A, B;Chat Pro"), "ab;chat");
        assert_eq!((meant("A, B").as_str(), meant("other").as_str()), ("ab", "other"));
    }

    #[test]
    fn what_a_mapping_cannot_mean_is_refused() {
        let says = |text: &str| Mapping::read(text, &FORMAT).unwrap_err().to_string();
        assert!(says("columns.x = \"notice_day\"").ends_with("is it notice_days?"));
        assert!(says("encoding = \"klingon\"").contains("\"klingon\" is not known"));
        assert!(says("colums = 1").contains("colums"));
    }
}
