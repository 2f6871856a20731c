//! A language's sentences, from its Fluent files. A sentence that is missing, or that names a value nobody gave, is an
//! error and never a hole in a letter.

use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource};
use unic_langid::LanguageIdentifier;

/// The sentences of one language.
pub struct Locale {
    tag: String,
    sentences: FluentBundle<FluentResource>,
    /// Where a sentence is that this language lacks.
    fallback: Option<Arc<Locale>>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocaleError {
    #[error("{tag:?} is no language tag such as \"en\" or \"pt-BR\"")]
    Tag { tag: String },
    #[error("{file}: not Fluent: {faults}")]
    Syntax { file: String, faults: String },
    #[error("{file}: {faults}")]
    Twice { file: String, faults: String },
    #[error("the sentence {key:?} is missing in the language {tag:?}")]
    Missing { tag: String, key: String },
    #[error("the sentence {key:?} of the language {tag:?} cannot be formed: {faults}")]
    Unformed { tag: String, key: String, faults: String },
}

impl Locale {
    /// Reads a language from its files, given as name and content.
    pub fn parse<'a>(
        tag: &str,
        files: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, LocaleError> {
        let id: LanguageIdentifier = tag.parse().map_err(|_| LocaleError::Tag { tag: tag.to_owned() })?;
        let mut sentences = FluentBundle::new_concurrent(vec![id]);
        // Isolation marks round each value are for bidirectional pages; in a subject or a text part they are litter.
        sentences.set_use_isolating(false);
        for (file, content) in files {
            let resource = FluentResource::try_new(content.to_owned()).map_err(|(_, errors)| {
                LocaleError::Syntax { file: file.to_owned(), faults: listed(&errors) }
            })?;
            if is_own(file) {
                sentences.add_resource_overriding(resource);
                continue;
            }
            sentences
                .add_resource(resource)
                .map_err(|errors| LocaleError::Twice { file: file.to_owned(), faults: listed(&errors) })?;
        }
        Ok(Self { tag: tag.to_owned(), sentences, fallback: None })
    }

    /// The same, with the sentences of another language where this one has none.
    pub fn or(self, fallback: Arc<Self>) -> Self {
        Self { fallback: Some(fallback), ..self }
    }

    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// A sentence without values.
    pub fn word(&self, key: &str) -> Result<String, LocaleError> {
        self.sentence(key, &[])
    }

    pub fn sentence(&self, key: &str, values: &[(&str, &str)]) -> Result<String, LocaleError> {
        let mut args = FluentArgs::with_capacity(values.len());
        for &(name, value) in values {
            args.set(name, value);
        }
        self.form(key, &args)
    }

    /// The sentence `key`, or the part `part` of it for a key `sentence.part`.
    pub fn form(&self, key: &str, args: &FluentArgs<'_>) -> Result<String, LocaleError> {
        let (id, part) = key.split_once('.').map_or((key, None), |(id, part)| (id, Some(part)));
        let pattern = self.sentences.get_message(id).and_then(|message| match part {
            None => message.value(),
            Some(part) => message.get_attribute(part).map(|attribute| attribute.value()),
        });
        if let (None, Some(fallback)) = (pattern, &self.fallback) {
            return fallback.form(key, args);
        }
        let pattern =
            pattern.ok_or_else(|| LocaleError::Missing { tag: self.tag.clone(), key: key.to_owned() })?;
        let mut errors: Vec<FluentError> = Vec::new();
        let sentence = self.sentences.format_pattern(pattern, Some(args), &mut errors).into_owned();
        if errors.is_empty() {
            return Ok(sentence);
        }
        Err(LocaleError::Unformed { tag: self.tag.clone(), key: key.to_owned(), faults: listed(&errors) })
    }
}

/// Whether a file of a bundle overrides what stands before it: its name begins with `~`, which sorts last.
fn is_own(file: &str) -> bool {
    file.rsplit('/').next().is_some_and(|name| name.starts_with('~'))
}

impl std::fmt::Debug for Locale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Locale({})", self.tag)
    }
}

fn listed<E: ToString>(errors: &[E]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(ftl: &str) -> Result<Locale, LocaleError> {
        Locale::parse("en", std::iter::once(("test.ftl", ftl)))
    }

    #[test]
    fn a_sentence_takes_its_values_without_marks_around_them() {
        let locale = locale("hello = Dear { $name },\n    .short = Hi { $name }\n").unwrap();
        assert_eq!(locale.sentence("hello", &[("name", "Jane")]).unwrap(), "Dear Jane,");
        assert_eq!(locale.sentence("hello.short", &[("name", "Jane")]).unwrap(), "Hi Jane");
    }

    #[test]
    fn a_missing_sentence_and_a_missing_value_are_errors() {
        let locale = locale("hello = Dear { $name },").unwrap();
        assert_eq!(
            locale.word("bye").unwrap_err().to_string(),
            "the sentence \"bye\" is missing in the language \"en\""
        );
        assert!(matches!(locale.word("hello"), Err(LocaleError::Unformed { .. })));
    }

    #[test]
    fn a_sentence_given_twice_is_refused() {
        assert!(matches!(locale("a = x\na = y\n"), Err(LocaleError::Twice { .. })));
    }

    #[test]
    fn what_a_value_holds_is_never_read_as_fluent() {
        let locale = locale("hello = Dear { $name },").unwrap();
        assert_eq!(
            locale.sentence("hello", &[("name", "{ $x } { hello }")]).unwrap(),
            "Dear { $x } { hello },"
        );
    }
}
