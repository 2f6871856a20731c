//! Templates: the form of every letter and the sentences in it, embedded, and frozen with each notice.
//!
//! A [`Bundle`] is all of them as one canonical file with its SHA-256. A notice names the hash of the bundle it was
//! scheduled with (`notice.template_hash`), so the letter to a late contact, or the copy an auditor asks for years
//! later, has the words of the first one whatever the program has learnt since ([`Templates::from_bundle`]).
//! Strict: a value that is missing is an error. Bounded: a template has fuel, not a loop without end.

mod embedded;

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use sha2::{Digest, Sha256};

use super::letter::{Kind, Letter};
use super::locale::{Locale, LocaleError};
use super::slot::{self, Slot};
use super::text;
use super::words::{Whose, Words, WordsError};

/// Instructions that one part of one letter may cost; the longest of ours needs a tenth.
const FUEL: u64 = 200_000;

/// The longest that a name stands in a subject.
pub(super) const SUBJECT_NAME_CHARACTERS_MAX: usize = 60;

/// The language of a reader whose own we do not have.
const FALLBACK: &str = "en";

/// A set of templates and sentences, ready to write letters.
pub struct Templates {
    engine: Environment<'static>,
    locales: BTreeMap<String, Arc<Locale>>,
    bundle: Bundle,
}

/// All sources of a set of templates as one file, the same bytes for the same sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    pub bytes: Arc<[u8]>,
    pub hash: [u8; 32],
}

/// A letter in words, not yet a mail; a group's has marks where a reader has a value of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub language: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("this is no bundle of templates: {0}")]
    NoBundle(#[source] serde_json::Error),
    #[error("the bundle of templates cannot be written: {0}")]
    Canonical(#[source] serde_json::Error),
    #[error("the template {name} cannot be read: {source}")]
    Unreadable { name: String, source: minijinja::Error },
    #[error("the template {name} cannot be filled in: {source}")]
    Unfilled { name: String, source: minijinja::Error },
    #[error(transparent)]
    Locale(#[from] LocaleError),
    #[error(transparent)]
    Words(#[from] WordsError),
    #[error("the bundle has no sentences in {FALLBACK:?}")]
    NoFallback,
}

impl Templates {
    /// The templates of this version of the program.
    pub fn embedded() -> Result<Self, TemplateError> {
        let sources =
            embedded::SOURCES.iter().map(|(path, source)| ((*path).to_owned(), (*source).to_owned()));
        Self::of_sources(&sources.collect())
    }

    /// The templates as they were when a notice was scheduled.
    pub fn from_bundle(bytes: &[u8]) -> Result<Self, TemplateError> {
        Self::of_sources(&serde_json::from_slice(bytes).map_err(TemplateError::NoBundle)?)
    }

    /// What to keep with a notice.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// `sources`: content by path, `templates/…` and `locales/<language>/…`.
    fn of_sources(sources: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let bytes = serde_json_canonicalizer::to_vec(sources).map_err(TemplateError::Canonical)?;
        let bundle = Bundle { hash: Sha256::digest(&bytes).into(), bytes: bytes.into() };
        let locales = locales(sources)?;
        if !locales.contains_key(FALLBACK) {
            return Err(TemplateError::NoFallback);
        }
        let mut engine = engine()
            .map_err(|source| TemplateError::Unreadable { name: "(block syntax)".to_owned(), source })?;
        for (path, source) in sources {
            if let Some(name) = path.strip_prefix("templates/") {
                engine
                    .add_template_owned(name.to_owned(), source.clone())
                    .map_err(|source| TemplateError::Unreadable { name: name.to_owned(), source })?;
            }
        }
        Ok(Self { engine, locales, bundle })
    }

    /// Whether there are sentences in `language`; else its readers get English.
    pub fn speaks(&self, language: &str) -> bool {
        self.locales.contains_key(language)
    }

    /// The letter in its reader's language, as the templates give it: the lines are not yet set.
    pub(super) fn write(&self, letter: &Letter, whose: Whose<'_>) -> Result<Written, TemplateError> {
        let locale = self
            .locales
            .get(letter.language())
            .or_else(|| self.locales.get(FALLBACK))
            .ok_or(TemplateError::NoFallback)?;
        let words = Words::of(letter, whose, locale)?;
        let kind = letter.kind();
        let subject = self.part(kind, "subject.txt", &words.context(SUBJECT_NAME_CHARACTERS_MAX))?;
        let own = subject.contains(slot::is_mark);
        let subject = if own { subject } else { text::in_line(&subject) };
        let mut context = words.context(usize::MAX);
        let shown = if own { Slot::Subject.mark().to_string() } else { subject.clone() };
        context.insert("subject".to_owned(), Value::from(shown));
        Ok(Written {
            language: locale.tag().to_owned(),
            subject,
            text: self.part(kind, "body.txt", &context)?,
            html: self.part(kind, "body.html", &context)?,
        })
    }

    fn part(
        &self,
        kind: Kind,
        part: &str,
        context: &BTreeMap<String, Value>,
    ) -> Result<String, TemplateError> {
        let name = format!("{}/{part}", kind.as_str());
        self.engine
            .get_template(&name)
            .and_then(|template| template.render(Value::from_pairs(context.clone())))
            .map_err(|source| TemplateError::Unfilled { name, source })
    }
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Templates({})", hex::encode(&self.bundle.hash[..8]))
    }
}

/// Each language's files are what stands in `locales/<language>/`.
fn locales(sources: &BTreeMap<String, String>) -> Result<BTreeMap<String, Arc<Locale>>, LocaleError> {
    let mut files: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (path, source) in sources {
        if let Some((language, _)) = path.strip_prefix("locales/").and_then(|rest| rest.split_once('/')) {
            files.entry(language).or_default().push((path, source));
        }
    }
    files
        .into_iter()
        .map(|(language, files)| {
            Ok((language.to_owned(), Arc::new(Locale::parse(language, files.into_iter())?)))
        })
        .collect()
}

fn engine() -> Result<Environment<'static>, minijinja::Error> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    // An error that prints the variables would put a customer's data into the log.
    engine.set_debug(false);
    engine.set_auto_escape_callback(|name| match name.rsplit_once('.') {
        Some((_, "html")) => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    engine.add_filter("columns", columns);
    engine.add_filter("quoted", |words: &str| measured(words).map(text::quoted));
    engine.add_filter("hanging", |words: &str| measured(words).map(text::hanging));
    engine.add_filter("heading", |words: &str| Ok(measured(words)?.trim_end_matches('.').to_owned()));
    engine.add_filter("urlencode", |words: &str| slot::urlencode(words));
    engine.add_filter("breaks", breaks);
    engine.add_filter("paragraphs", paragraphs);
    Ok(engine)
}

/// Rows of `label` and `value` as two columns of text.
fn columns(rows: &Value) -> Result<String, minijinja::Error> {
    let rows = rows
        .try_iter()?
        .map(|row| Ok((row.get_attr("label")?.to_string(), row.get_attr("value")?.to_string())))
        .collect::<Result<Vec<_>, minijinja::Error>>()?;
    for (label, value) in &rows {
        measured(label).and(measured(value))?;
    }
    Ok(text::in_columns(rows.iter().map(|(label, value)| (label.as_str(), value.as_str()))))
}

/// Words whose length decides what becomes of them: a value of each reader's own has none yet.
fn measured(words: &str) -> Result<&str, minijinja::Error> {
    if words.contains(slot::is_mark) {
        let why = "a reader's own value stands where its length is needed before it is known";
        return Err(minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, why));
    }
    Ok(words)
}

/// Somebody's lines as lines of HTML.
fn breaks(words: &str) -> Value {
    let lines = words.lines().map(|line| minijinja::HtmlEscape(line).to_string());
    Value::from_safe_string(lines.collect::<Vec<_>>().join("<br>"))
}

fn paragraphs(words: &str) -> Vec<String> {
    words.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()).map(str::to_owned).collect()
}
