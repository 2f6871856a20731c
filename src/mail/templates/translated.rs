//! A test only: every language says what English says, with the same values, and says it itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::LANGUAGES;
use crate::config::sentences::{OPERATORS, in_file};

/// Sentences that are the same in another language too.
const SAME: [&str; 26] = [
    "list-comma",
    "signature",
    "signature-full",
    "signature-lines",
    "signature-lines.company",
    "signature-lines.address",
    "date-",
    "month",
    "weekday",
    "instant",
    "fact-name",
    "fact-website",
    "fact-contact",
    "fact-company.contact",
    "fact-places",
    "objection-mail-subject",
    "clause-both",
    "zone-utc",
    "transfer-",
    "feed-entry",
    "ics-change",
    "object-for",
    "object-title-",
    "section-correction",
    "number-",
    "effective-",
];

type Sentences = BTreeMap<String, (String, BTreeSet<String>)>;

fn folder(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language)
}

fn files(language: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder(language)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Sentences by key and, after a dot, part; what each says and the values in it.
fn sentences(language: &str, file: &str) -> Sentences {
    let source = std::fs::read_to_string(folder(language).join(file)).unwrap();
    fluent_bundle::FluentResource::try_new(source.clone())
        .unwrap_or_else(|(_, faults)| panic!("{language}/{file}: {faults:?}"));
    in_file(&source).into_iter().map(|sentence| (sentence.key, (sentence.said, sentence.values))).collect()
}

fn begins(key: &str, with: &[&str]) -> bool {
    with.iter().any(|beginning| key.starts_with(beginning))
}

#[test]
fn every_language_has_every_sentence_with_the_same_values_and_no_other() {
    for language in LANGUAGES.iter().filter(|language| **language != "en") {
        assert_eq!(files(language), files("en"), "{language}");
        for file in files("en") {
            let (english, theirs) = (sentences("en", &file), sentences(language, &file));
            for (key, (_, values)) in english.iter().filter(|(key, _)| !begins(key, &OPERATORS)) {
                let (_, said) = theirs.get(key).unwrap_or_else(|| panic!("{language}/{file} lacks {key}"));
                assert_eq!(said, values, "{language}/{file}: {key}");
            }
            for key in theirs.keys() {
                assert!(english.contains_key(key), "{language}/{file} has {key}, English has not");
            }
        }
    }
}

#[test]
fn no_sentence_was_left_in_english() {
    for language in LANGUAGES.iter().filter(|language| **language != "en") {
        for file in files("en") {
            let theirs = sentences(language, &file);
            for (key, (said, values)) in sentences("en", &file).iter().filter(|(key, _)| !begins(key, &SAME))
            {
                // A single word may well be the same in both.
                let is_sentence = said.split_whitespace().count() > 2 + 3 * values.len();
                let same = theirs.get(key).is_some_and(|(theirs, _)| theirs == said);
                assert!(!(same && is_sentence), "{language}/{file}: {key} = {said}");
            }
        }
    }
}
