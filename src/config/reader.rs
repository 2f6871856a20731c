//! Reads values by key. Reading a key makes it known: what was given and never asked for is a fault, what was asked
//! for is shown by `config show`, with its origin and, if it is a secret, masked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::source::{Given, Origin, Raw};
use super::{Fault, Faults};

const MASK: &str = "********";

/// Why a value is refused: a phrase after `section.key: `.
#[derive(Debug)]
pub struct Why(pub String);

/// A value could not be had; its fault is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted;

/// A value as `config show` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub key: &'static str,
    /// None: not set.
    pub value: Option<String>,
    pub origin: Origin,
}

#[derive(Debug)]
pub struct Reader {
    values: BTreeMap<String, Given>,
    /// Relative paths of secrets' files start here: where the configuration lies.
    folder: PathBuf,
    shown: Vec<Shown>,
    secret_files: Vec<String>,
    faults: Vec<Fault>,
}

impl Reader {
    pub fn new(values: BTreeMap<String, Given>, folder: &Path) -> Self {
        let folder = folder.to_owned();
        Self { values, folder, shown: Vec::new(), secret_files: Vec::new(), faults: Vec::new() }
    }

    /// A value that must be given.
    pub fn required<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&Raw) -> Result<T, Why>,
        what: &str,
    ) -> Result<T, Noted> {
        match self.optional(key, parse)? {
            Some(value) => Ok(value),
            None => Err(self.fault(key, format!("missing: {what}"), None)),
        }
    }

    /// The value, or the default, which is written like a value of the environment.
    pub fn or<T>(
        &mut self,
        key: &'static str,
        default: &str,
        parse: impl Fn(&Raw) -> Result<T, Why>,
    ) -> Result<T, Noted> {
        let given = self.values.remove(key);
        let given = given.unwrap_or(Given { raw: Raw::Text(default.to_owned()), origin: Origin::Default });
        self.take(key, &given, parse)
    }

    /// None: not given.
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&Raw) -> Result<T, Why>,
    ) -> Result<Option<T>, Noted> {
        let Some(given) = self.values.remove(key) else {
            self.shown.push(Shown { key, value: None, origin: Origin::Default });
            return Ok(None);
        };
        self.take(key, &given, parse).map(Some)
    }

    /// A secret: under its key, or in the file that `<key>_file` names; what the environment says wins. `show` masks it.
    pub fn secret<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, Why>,
        show: impl Fn(&str) -> String,
    ) -> Result<Option<T>, Noted> {
        self.prefer_environment(key);
        let in_file = self.secret_file(key)?;
        let (text, origin) = match (in_file, self.values.remove(key)) {
            (Some(_), Some(given)) => {
                return Err(self.fault(
                    key,
                    format!("given twice: here and as {key}_file"),
                    Some(given.origin),
                ));
            }
            (Some(path), None) => match std::fs::read_to_string(&path) {
                Ok(text) => (text.trim_end_matches(['\r', '\n']).to_owned(), Origin::SecretFile(path)),
                Err(error) => {
                    return Err(self.fault(
                        key,
                        format!("cannot be read: {error}"),
                        Some(Origin::SecretFile(path)),
                    ));
                }
            },
            (None, Some(Given { raw: Raw::Text(text), origin })) => (text, origin),
            (None, Some(Given { raw: Raw::List(items), origin })) if items.iter().all(Raw::is_text) => {
                (items.iter().map(shown).collect::<Vec<_>>().join(";"), origin)
            }
            (None, Some(Given { raw, origin })) => {
                // Not quoted: whatever it is, it stands where a secret should.
                let kind = if matches!(raw, Raw::Whole(_)) { "a number" } else { "no text" };
                return Err(self.fault(key, format!("is {kind}; write it in quotes"), Some(origin)));
            }
            (None, None) => {
                self.shown.push(Shown { key, value: None, origin: Origin::Default });
                return Ok(None);
            }
        };
        match parse(&text) {
            Ok(value) => {
                self.shown.push(Shown { key, value: Some(show(&text)), origin });
                Ok(Some(value))
            }
            Err(Why(why)) => Err(self.fault(key, why, Some(origin))),
        }
    }

    /// Of a secret under its key and in a file, one given in the environment puts the configuration's other aside.
    pub fn prefer_environment(&mut self, key: &str) {
        let file_key = format!("{key}_file");
        let is_variable =
            |key: &str| self.values.get(key).map(|given| matches!(given.origin, Origin::Variable(_)));
        let aside = match (is_variable(key), is_variable(&file_key)) {
            (Some(true), Some(false)) => file_key,
            (Some(false), Some(true)) => key.to_owned(),
            _ => return,
        };
        self.values.remove(&aside);
    }

    /// Where `<key>_file` points; none where it is not given.
    pub fn secret_file(&mut self, key: &'static str) -> Result<Option<PathBuf>, Noted> {
        let file_key = format!("{key}_file");
        self.secret_files.push(file_key.clone());
        match self.values.remove(&file_key) {
            None => Ok(None),
            Some(Given { raw: Raw::Text(path), .. }) => Ok(Some(self.folder.join(path))),
            Some(Given { raw, origin }) => {
                Err(self.fault(&file_key, format!("{raw} is no path"), Some(origin)))
            }
        }
    }

    /// Where `<key>_file` would point, without taking it.
    pub fn peek_secret_file(&self, key: &str) -> Option<PathBuf> {
        match self.values.get(&format!("{key}_file")).map(|given| &given.raw) {
            Some(Raw::Text(path)) => Some(self.folder.join(path)),
            _ => None,
        }
    }

    /// Shows a value that is not there yet.
    pub fn show_awaited(&mut self, key: &'static str, words: &str, path: &Path) {
        let origin = Origin::SecretFile(path.to_owned());
        self.shown.push(Shown { key, value: Some(words.to_owned()), origin });
    }

    /// A path as the configuration means it: from where that lies.
    pub fn path(&self, text: &str) -> PathBuf {
        self.folder.join(text)
    }

    pub fn fault(&mut self, key: &str, why: impl Into<String>, origin: Option<Origin>) -> Noted {
        self.faults.push(Fault { key: Some(key.to_owned()), why: why.into(), origin });
        Noted
    }

    /// Where the value of a key already read came from.
    pub fn origin_of(&self, key: &str) -> Option<Origin> {
        self.shown.iter().find(|shown| shown.key == key).map(|shown| shown.origin.clone())
    }

    /// What was read, unless there is a fault; every key given and not read is one.
    pub fn finish(mut self) -> (Vec<Shown>, Faults) {
        let known: Vec<&str> = self
            .shown
            .iter()
            .map(|shown| shown.key)
            .chain(self.faults.iter().filter_map(|f| f.key.as_deref()))
            .collect();
        let unknown: Vec<Fault> = std::mem::take(&mut self.values)
            .into_iter()
            .map(|(key, given)| {
                let files = self.secret_files.iter().map(String::as_str);
                let why = match nearest(&key, known.iter().copied().chain(files)) {
                    Some(near) => format!("unknown key; the nearest known one is {near}"),
                    None => "unknown key".to_owned(),
                };
                Fault { key: Some(key), why, origin: Some(given.origin) }
            })
            .collect();
        self.faults.extend(unknown);
        self.faults.sort_by(|a, b| a.key.cmp(&b.key));
        (self.shown, Faults(self.faults))
    }

    fn take<T>(
        &mut self,
        key: &'static str,
        given: &Given,
        parse: impl Fn(&Raw) -> Result<T, Why>,
    ) -> Result<T, Noted> {
        match parse(&given.raw) {
            Ok(value) => {
                let shown = Shown { key, value: Some(shown(&given.raw)), origin: given.origin.clone() };
                self.shown.push(shown);
                Ok(value)
            }
            Err(Why(why)) => Err(self.fault(key, why, Some(given.origin.clone()))),
        }
    }
}

fn shown(raw: &Raw) -> String {
    match raw {
        Raw::Text(text) => text.clone(),
        Raw::List(items) => items.iter().map(shown).collect::<Vec<_>>().join("; "),
        Raw::Whole(_) | Raw::Other(_) => raw.to_string(),
    }
}

/// Shows that a secret is there.
pub fn masked(_: &str) -> String {
    MASK.to_owned()
}

/// Shows a URL with its password masked, also one among its parameters.
pub fn masked_url(text: &str) -> String {
    let Ok(mut url) = url::Url::parse(text) else { return MASK.to_owned() };
    if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
        return MASK.to_owned();
    }
    let is_secret = |name: &str| name.to_ascii_lowercase().contains("password");
    if url.query_pairs().any(|(name, _)| is_secret(&name)) {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let shown = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), if is_secret(name) { MASK } else { value.as_str() }));
        url.query_pairs_mut().clear().extend_pairs(shown);
    }
    url.into()
}

fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::normalized_damerau_levenshtein(key, candidate), candidate))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}
