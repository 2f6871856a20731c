//! What a customer reads, in each language that there is besides English.

use super::*;
use crate::config::{Brand, LANGUAGES, Sentences};

/// What only the processor's own people read is English.
fn is_for_customers(kind: Kind) -> bool {
    !matches!(kind, Kind::Alert | Kind::Digest | Kind::Test)
}

fn text(kind: Kind, language: &str) -> String {
    let reader = Reader { language: language.to_owned(), ..reader() };
    text_of(&sample::letter(kind, processor(), reader, now()))
}

#[test]
fn every_letter_to_a_customer_is_in_its_language() {
    for language in LANGUAGES.iter().filter(|language| **language != "en") {
        let letters = Kind::ALL.into_iter().filter(|kind| is_for_customers(*kind));
        let letters: Vec<String> = letters.map(|kind| text(kind, language)).collect();
        insta::assert_snapshot!(format!("language-{language}"), letters.join("\n\n========\n\n"));
    }
}

#[test]
fn a_reader_of_a_language_that_there_is_not_gets_the_processors_first() {
    let mut spoken = vec!["de".to_owned(), "en".to_owned()];
    let written = |spoken: &[String], language: &str| {
        let reader = Reader { language: language.to_owned(), ..reader() };
        let own = Templates::in_languages(spoken, &Sentences::default(), &Brand::default()).unwrap();
        let frozen = Templates::from_bundle(&own.bundle().bytes).unwrap();
        let letter = announcement_to(reader);
        [own, frozen]
            .map(|templates| templates.write(&letter, crate::mail::words::Whose::Group).unwrap().language)
    };
    assert_eq!(written(&spoken, "ja"), ["de", "de"]);
    assert_eq!(written(&spoken, "de-CH"), ["de", "de"]);
    spoken.reverse();
    assert_eq!(written(&spoken, "ja"), ["en", "en"]);
    assert_eq!(written(&["en".to_owned()], "de"), ["en", "en"]);
}

#[test]
fn a_processors_own_sentence_and_language_are_in_the_letter_and_in_the_frozen_bundle() {
    let folder = tempfile::tempdir().unwrap();
    for (language, source) in [
        ("de", "no-objection-no-action = Nichts zu tun.\n"),
        ("it", "greeting = Gentile { $contact_name },\n"),
    ] {
        std::fs::create_dir(folder.path().join(language)).unwrap();
        std::fs::write(folder.path().join(language).join("common.ftl"), source).unwrap();
    }
    let own = Sentences::read(folder.path()).unwrap();
    let templates =
        Templates::in_languages(&["de".to_owned(), "it".to_owned()], &own, &Brand::default()).unwrap();
    let frozen = Templates::from_bundle(&templates.bundle().bytes).unwrap();
    let text = |language: &str| {
        let letter = announcement_to(Reader { language: language.to_owned(), ..reader() });
        frozen.write(&letter, crate::mail::words::Whose::Group).unwrap().text
    };
    assert!(text("de").contains("Nichts zu tun.") && text("de").contains("Guten Tag"));
    assert!(text("it").contains("Gentile ") && text("it").contains("If you have no objection"));
}
