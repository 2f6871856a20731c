//! The words of the pages: every sentence a person reads comes from `locales/<language>/*.ftl`.
//!
//! Templates ask for plain sentences by key; a sentence with emphasis or a link in it is [`rich`](Words::rich): its
//! own markup is ours, what is put into it is escaped. A key without a sentence would be a fault of ours: a test
//! holds every key that code and templates name against the files, and the other way round.

use std::fmt;
use std::fmt::Write as _;

use askama::filters::HtmlSafe;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use tracing::error;
use unic_langid::langid;

use crate::config::Sentences;

const SITE_EN: &str = include_str!("../../locales/en/site.ftl");

/// The pages' sentences by language; English has all of them.
const SITE: [(&str, &str); 4] = [
    ("de", include_str!("../../locales/de/site.ftl")),
    ("en", SITE_EN),
    ("es", include_str!("../../locales/es/site.ftl")),
    ("fr", include_str!("../../locales/fr/site.ftl")),
];

/// Text with markup of ours, what was put into it escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(pub String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// The sentences of one language.
pub struct Words {
    language: String,
    bundle: FluentBundle<FluentResource>,
    /// For a sentence that the language lacks; English has none.
    fallback: Option<Box<Words>>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({})", self.language)
    }
}

impl Words {
    /// English, the language every page exists in.
    pub fn english() -> Self {
        Self::parsed("en")
    }

    /// The language of that tag, with English where it has no sentence of its own.
    pub fn of(language: &str) -> Self {
        Self::with_own(language, &Sentences::default())
    }

    /// The same, with the processor's own sentences in the place of ours.
    pub fn with_own(language: &str, own: &Sentences) -> Self {
        let mut words = Self::parsed(language);
        for (_, source) in own.of(language).filter(|(file, _)| *file == "site.ftl") {
            words.add(source);
        }
        if language == "en" {
            words
        } else {
            Self { fallback: Some(Box::new(Self::with_own("en", own))), ..words }
        }
    }

    fn parsed(language: &str) -> Self {
        let source = SITE.iter().find(|(tag, _)| *tag == language).map_or("", |(_, source)| *source);
        let mut bundle = FluentBundle::new_concurrent(vec![language.parse().unwrap_or(langid!("en"))]);
        // Isolation marks are for mixed directions; in attributes, CSV and titles they would be noise.
        bundle.set_use_isolating(false);
        let mut words = Self { language: language.to_owned(), bundle, fallback: None };
        words.add(source);
        words
    }

    fn add(&mut self, source: &str) {
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) => resource,
            Err((resource, faults)) => {
                error!(?faults, "a file of words has faults; the sentences around them are in");
                resource
            }
        };
        self.bundle.add_resource_overriding(resource);
    }

    pub fn language(&self) -> &str {
        &self.language
    }

    /// The sentence without variables.
    pub fn get(&self, key: &str) -> String {
        self.format(key, &FluentArgs::new())
    }

    /// The sentence with its variables in place.
    pub fn with<const N: usize>(&self, key: &str, variables: [(&str, &str); N]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in variables {
            args.set(name, FluentValue::from(value));
        }
        self.format(key, &args)
    }

    /// The same with one variable, as templates call it.
    pub fn with_one(&self, key: &str, name: &str, value: &str) -> String {
        self.with(key, [(name, value)])
    }

    /// The sentence about `count` things, in the form that the language has for that number.
    pub fn count(&self, key: &str, count: i64) -> String {
        let mut args = FluentArgs::new();
        args.set("count", count);
        self.format(key, &args)
    }

    /// The same with markup of its own.
    pub fn count_rich(&self, key: &str, count: i64) -> Html {
        Html(self.count(key, count))
    }

    /// The same, with variables besides the number.
    pub fn count_with<const N: usize>(
        &self,
        key: &str,
        count: usize,
        variables: [(&str, &str); N],
    ) -> String {
        let mut args = FluentArgs::new();
        args.set("count", i64::try_from(count).unwrap_or(i64::MAX));
        for (name, value) in variables {
            args.set(name, FluentValue::from(value));
        }
        self.format(key, &args)
    }

    /// The number as a word up to nine, as sentences have it.
    pub fn number(&self, count: usize) -> String {
        if (2..=9).contains(&count) { self.get(&format!("number-{count}")) } else { count.to_string() }
    }

    /// The same with the number as a word up to nine, as sentences have it.
    pub fn count_word(&self, key: &str, count: usize) -> String {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let mut args = FluentArgs::new();
        args.set("count", count);
        let word =
            if (2..=9).contains(&count) { self.get(&format!("number-{count}")) } else { count.to_string() };
        args.set("word", word);
        self.format(key, &args)
    }

    /// A sentence with markup of its own; the variables are text and are escaped.
    pub fn rich<const N: usize>(&self, key: &str, variables: [(&str, &str); N]) -> Html {
        let mut args = FluentArgs::new();
        for (name, value) in variables {
            args.set(name, FluentValue::from(escaped(value)));
        }
        Html(self.format(key, &args))
    }

    fn format(&self, key: &str, args: &FluentArgs<'_>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            if let Some(english) = &self.fallback {
                return english.format(key, args);
            }
            error!(key, "no sentence for this key");
            return key.to_owned();
        };
        let mut faults = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(args), &mut faults).into_owned();
        if !faults.is_empty() {
            error!(key, ?faults, "a sentence lacks a variable");
        }
        text
    }
}

/// Text made safe for HTML, in content and in quoted attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => {
                let _ = write!(out, "&#xfffd;");
            }
            c => out.push(c),
        }
    }
    out
}

/// The sentence with its first letter as a sentence begins.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Beginnings of keys that code completes: `month-` and a number, `outcome-` and an outcome.
    const COMPLETED: [&str; 22] = [
        "weekday-",
        "month-",
        "number-",
        "fact-",
        "kind-",
        "log-",
        "order-",
        "transfer-",
        "outcome-",
        "ground-",
        "status-",
        "empty-",
        "error-",
        "object-headline-",
        "coming-footnote",
        "unknown-link-lede",
        "object-unknown-lede",
        "date-",
        "list-h2-",
        "caption",
        "genuine-not-ours",
        "wish-",
    ];

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { sources(&path, found) } else { found.push(path) }
        }
    }

    fn all_text() -> String {
        let mut found = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"), &mut found);
        found.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    #[test]
    fn every_sentence_asked_for_is_there_and_every_one_there_is_asked_for() {
        let (words, text) = (Words::english(), all_text());
        for asking in [
            "words.get(\"",
            "words().get(\"",
            "words.with(\"",
            "words.rich(\"",
            "words().rich(\"",
            "with_one(\"",
        ] {
            for part in text.split(asking).skip(1) {
                let key = part.split('"').next().unwrap_or_default();
                assert!(key.contains('{') || words.bundle.has_message(key), "no sentence {key}");
            }
        }
        for line in SITE_EN.lines().filter(|line| !line.starts_with([' ', '#', '}'])) {
            let Some((key, _)) = line.split_once(" = ") else { continue };
            let completed = COMPLETED.iter().any(|beginning| key.starts_with(beginning));
            assert!(completed || text.contains(&format!("\"{key}\"")), "nobody asks for {key}");
        }
    }

    #[test]
    fn a_sentence_of_the_processors_own_takes_the_place_of_ours_and_english_fills_what_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        for (language, source) in [("en", "yes = Aye\n"), ("it", "brand = Sub-responsabili\n")] {
            fs::create_dir(folder.path().join(language)).unwrap();
            fs::write(folder.path().join(language).join("site.ftl"), source).unwrap();
        }
        let own = Sentences::read(folder.path()).unwrap();
        let italian = Words::with_own("it", &own);
        assert_eq!(
            [italian.get("brand"), italian.get("yes"), italian.get("no")],
            ["Sub-responsabili", "Aye", "No"]
        );
    }

    #[test]
    fn what_is_put_into_a_sentence_is_text() {
        let hostile = r#"<b onclick="x">&'"#;
        let html = Words::english().rich("subscribed-lede", [("address", hostile)]);
        assert!(html.0.contains("<b>&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;</b>"), "{html}");
    }
}
