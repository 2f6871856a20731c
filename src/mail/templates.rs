//! Templates: the form of every letter and the sentences in it, embedded, and frozen with each notice.
//!
//! A [`Bundle`] is all of them as one canonical file with its SHA-256. A notice names the hash of the bundle it was
//! scheduled with (`notice.template_hash`), so the letter to a late contact, or the copy an auditor asks for years
//! later, has the words of the first one whatever the program has learnt since ([`Templates::from_bundle`]).
//! Strict: a value that is missing is an error. Bounded: a template has fuel, not a loop without end.

mod embedded;
#[cfg(test)]
mod translated;

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
use crate::config::{Brand, Palette, Sentences};

/// Instructions that one part of one letter may cost; the longest of ours needs a tenth.
const FUEL: u64 = 200_000;

/// The longest that a name stands in a subject.
pub(super) const SUBJECT_NAME_CHARACTERS_MAX: usize = 60;

/// The language that every bundle has, complete.
const FALLBACK: &str = "en";
/// Where a bundle says which languages letters are written in, the first for a reader whose own is none of them.
const LANGUAGES: &str = "languages";
/// The key colour and what goes with it.
const COLOURS: &str = "templates/colours.html";
/// The sentences of pages, which no letter needs.
const SITE: &str = "site.ftl";

/// A set of templates and sentences, ready to write letters.
pub struct Templates {
    engine: Environment<'static>,
    locales: BTreeMap<String, Arc<Locale>>,
    default: String,
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

    /// The same, for a processor that writes in these languages, with its own sentences and colours; a reader of another gets the first.
    pub fn in_languages(languages: &[String], own: &Sentences, brand: &Brand) -> Result<Self, TemplateError> {
        let is_spoken = |path: &str| match path.strip_prefix("locales/").and_then(|rest| rest.split_once('/'))
        {
            Some((language, _)) => language == FALLBACK || languages.iter().any(|spoken| spoken == language),
            None => true,
        };
        let embedded = embedded::SOURCES.iter().filter(|(path, _)| is_spoken(path));
        let mut sources: BTreeMap<String, String> =
            embedded.map(|(path, source)| ((*path).to_owned(), (*source).to_owned())).collect();
        for (language, (file, source)) in
            languages.iter().flat_map(|spoken| own.of(spoken).map(move |file| (spoken, file)))
        {
            if file != SITE {
                sources.insert(format!("locales/{language}/~{file}"), source.to_owned());
            }
        }
        sources.insert(LANGUAGES.to_owned(), languages.join(" "));
        if let Some((light, dark)) = brand.light.as_ref().zip(brand.dark.as_ref()) {
            sources.insert(COLOURS.to_owned(), colours(light, dark));
        }
        Self::of_sources(&sources)
    }

    /// The templates as they were when a notice was scheduled.
    pub fn from_bundle(bytes: &[u8]) -> Result<Self, TemplateError> {
        Self::of_sources(&serde_json::from_slice(bytes).map_err(TemplateError::NoBundle)?)
    }

    /// What to keep with a notice.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// `sources`: content by path, `templates/…` and `locales/<language>/…`; a bundle of old has no `languages`.
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
        let stated = sources.get(LANGUAGES).and_then(|stated| stated.split_whitespace().next());
        Ok(Self { engine, locales, default: stated.unwrap_or(FALLBACK).to_owned(), bundle })
    }

    /// The sentences for a reader of `language`: German for `de-CH`, the processor's first language for an unknown one.
    fn locale(&self, language: &str) -> Option<&Arc<Locale>> {
        let kind = language.split('-').next().unwrap_or_default();
        [language, kind, &self.default, FALLBACK].into_iter().find_map(|tag| self.locales.get(tag))
    }

    /// The letter in its reader's language, as the templates give it: the lines are not yet set.
    pub(super) fn write(&self, letter: &Letter, whose: Whose<'_>) -> Result<Written, TemplateError> {
        let locale = self.locale(letter.language()).ok_or(TemplateError::NoFallback)?;
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

/// What stands in the place of `colours.html`.
fn colours(light: &Palette, dark: &Palette) -> String {
    let of = |palette: &Palette, paper: &str| {
        let Palette { key, on_key, tint, deep: _ } = palette;
        [("key", key), ("on_key", on_key), ("tint", tint)]
            .map(|(name, colour)| format!("{{%- set {name}{paper} = \"{colour}\" -%}}\n"))
            .concat()
    };
    of(light, "") + &of(dark, "_dark")
}

/// Each language's files are what stands in `locales/<language>/`.
fn locales(sources: &BTreeMap<String, String>) -> Result<BTreeMap<String, Arc<Locale>>, LocaleError> {
    let mut files: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (path, source) in sources {
        if let Some((language, _)) = path.strip_prefix("locales/").and_then(|rest| rest.split_once('/')) {
            files.entry(language).or_default().push((path, source));
        }
    }
    let mut locales = BTreeMap::new();
    let Some(complete) = files.remove(FALLBACK) else { return Ok(locales) };
    let complete = Arc::new(Locale::parse(FALLBACK, complete.into_iter())?);
    for (language, files) in files {
        let locale = Locale::parse(language, files.into_iter())?.or(Arc::clone(&complete));
        locales.insert(language.to_owned(), Arc::new(locale));
    }
    locales.insert(FALLBACK.to_owned(), complete);
    Ok(locales)
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
    engine.add_filter("heading", |words: &str| Ok(measured(words)?.trim_end_matches(['.', ',']).to_owned()));
    engine.add_filter("urlencode", |words: &str| slot::urlencode(words));
    engine.add_filter("breaks", breaks);
    engine.add_filter("paragraphs", paragraphs);
    Ok(engine)
}

/// Rows of `label` and `value` as two columns of text; templates of old give no colon.
fn columns(rows: &Value, colon: Option<&str>) -> Result<String, minijinja::Error> {
    let rows = rows
        .try_iter()?
        .map(|row| Ok((row.get_attr("label")?.to_string(), row.get_attr("value")?.to_string())))
        .collect::<Result<Vec<_>, minijinja::Error>>()?;
    for (label, value) in &rows {
        measured(label).and(measured(value))?;
    }
    let rows = rows.iter().map(|(label, value)| (label.as_str(), value.as_str()));
    Ok(text::in_columns(rows, colon.unwrap_or(":")))
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
