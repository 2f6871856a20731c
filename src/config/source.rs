//! Where values come from: the file, the environment, a secret's file, or the default. Every value knows its origin,
//! so that a fault can name the line or the variable.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat, Map, Value, ValueKind};
use toml::de::{DeTable, DeValue};

use super::{Fault, Faults};

const PREFIX: &str = "FORENOTICE";
const SEPARATOR: &str = "__";

/// The environment's `FORENOTICE__SECTION__KEY`, taken once; nothing else in forenotice reads the environment.
#[derive(Clone, Debug, Default)]
pub struct Variables(Vec<(String, String)>);

impl Variables {
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
            })
            .collect()
    }
}

impl FromIterator<(String, String)> for Variables {
    /// Only ours are kept. An empty one counts as unset, which is how compose files leave one out.
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let ours = format!("{PREFIX}{SEPARATOR}");
        Self(pairs.into_iter().filter(|(name, value)| name.starts_with(&ours) && !value.is_empty()).collect())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    File { path: PathBuf, line: usize },
    Variable(String),
    SecretFile(PathBuf),
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::SecretFile(path) => write!(f, "file {}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value as it was written.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    Text(String),
    Whole(i64),
    List(Vec<Raw>),
    /// Of a kind that no key has: a table, a float, a truth value, a date.
    Other(&'static str),
}

impl Raw {
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Whole(number) => number.fmt(f),
            Self::List(items) => {
                f.write_str("[")?;
                for (place, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if place == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Other(kind) => f.write_str(kind),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Given {
    pub raw: Raw,
    pub origin: Origin,
}

/// Every value that file and environment give, by `section.key`; the environment wins.
pub fn merged(path: &Path, text: &str, variables: &Variables) -> Result<BTreeMap<String, Given>, Faults> {
    let lines = lines(path, text)?;
    let names: BTreeMap<String, String> =
        variables.0.iter().map(|(name, _)| (path_of(name), name.clone())).collect();
    // Without `try_parsing`: it makes 7 of the password 007.
    let environment = Environment::with_prefix(PREFIX)
        .prefix_separator(SEPARATOR)
        .separator(SEPARATOR)
        .source(Some(variables.0.iter().cloned().collect::<Map<_, _>>()));
    let merged = Config::builder()
        .add_source(File::from_str(text, FileFormat::Toml))
        .add_source(environment)
        .build()
        .and_then(Config::try_deserialize::<Map<String, Value>>)
        .map_err(|error| Faults::of(Fault { key: None, why: error.to_string(), origin: None }))?;

    let mut values = BTreeMap::new();
    for (key, value) in merged {
        flatten(&key, value, &mut |key, raw| {
            let origin = match (names.get(&key), lines.get(&key)) {
                (Some(name), _) => Origin::Variable(name.clone()),
                (None, line) => {
                    Origin::File { path: path.to_owned(), line: line.copied().unwrap_or_default() }
                }
            };
            values.insert(key, Given { raw, origin });
        });
    }
    Ok(values)
}

fn path_of(variable: &str) -> String {
    variable[PREFIX.len() + SEPARATOR.len()..].to_lowercase().replace(SEPARATOR, ".")
}

fn flatten(path: &str, value: Value, keep: &mut impl FnMut(String, Raw)) {
    match value.kind {
        ValueKind::Table(table) if !table.is_empty() => {
            for (key, value) in table {
                flatten(&format!("{path}.{key}"), value, keep);
            }
        }
        // A section without keys says nothing.
        ValueKind::Table(_) => {}
        _ => keep(path.to_owned(), raw(value)),
    }
}

fn raw(value: Value) -> Raw {
    match value.kind {
        ValueKind::String(text) => Raw::Text(text),
        ValueKind::I64(number) => Raw::Whole(number),
        ValueKind::Array(items) => Raw::List(items.into_iter().map(raw).collect()),
        ValueKind::Boolean(_) => Raw::Other("a truth value"),
        ValueKind::Float(_) => Raw::Other("a broken number"),
        ValueKind::Table(_) => Raw::Other("a section"),
        ValueKind::Nil => Raw::Other("nothing"),
        ValueKind::I128(_) | ValueKind::U64(_) | ValueKind::U128(_) => Raw::Other("a number beyond reason"),
    }
}

/// On which line of the file each key stands; an error where the file is not TOML.
fn lines(path: &Path, text: &str) -> Result<BTreeMap<String, usize>, Faults> {
    let at = |span: Range<usize>| text[..span.start].matches('\n').count() + 1;
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(at).unwrap_or_default();
        let origin = Some(Origin::File { path: path.to_owned(), line });
        Faults::of(Fault { key: None, why: error.message().trim_end().replace('\n', ", "), origin })
    })?;
    let mut lines = BTreeMap::new();
    collect_lines("", table.get_ref(), &at, &mut lines);
    Ok(lines)
}

fn collect_lines(
    path: &str,
    table: &DeTable<'_>,
    at: &impl Fn(Range<usize>) -> usize,
    lines: &mut BTreeMap<String, usize>,
) {
    for (key, value) in table {
        let path =
            if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
        lines.insert(path.clone(), at(key.span()));
        if let DeValue::Table(inner) = value.get_ref() {
            collect_lines(&path, inner, at, lines);
        }
    }
}
