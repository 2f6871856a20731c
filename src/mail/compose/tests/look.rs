//! A letter in the processor's own colours.

use super::*;
use crate::config::{Brand, Palette, Sentences};
use crate::mail::words::Whose;

/// Key, text on it and tint on light paper, the same on dark; and a brand's.
const OURS: [&str; 6] = ["#0b5a70", "#ffffff", "#e9f3f5", "#7cc5d9", "#06222b", "#16292f"];
const THEIRS: [&str; 6] = ["#5b2a86", "#fefefe", "#f0eaf4", "#c3a6dd", "#12171b", "#2b2b35"];

fn templates_of(brand: &Brand) -> Templates {
    Templates::in_languages(&["en".to_owned()], &Sentences::default(), brand).unwrap()
}

fn branded() -> Brand {
    let palette = |key: &str, on_key: &str, tint: &str| {
        let [key, on_key, tint] = [key, on_key, tint].map(|colour| colour.parse().unwrap());
        Some(Palette { key, deep: key, on_key, tint })
    };
    let [key, on_key, tint, key_dark, on_key_dark, tint_dark] = THEIRS;
    Brand {
        light: palette(key, on_key, tint),
        dark: palette(key_dark, on_key_dark, tint_dark),
        ..Brand::default()
    }
}

fn html(templates: &Templates, kind: Kind) -> String {
    let letter = sample::letter(kind, processor(), reader(), now());
    templates.write(&letter, Whose::Group).unwrap().html
}

#[test]
fn a_brand_is_the_letters_key_colour_and_changes_nothing_else() {
    let (ours, theirs) = (templates_of(&Brand::default()), templates_of(&branded()));
    for kind in Kind::ALL {
        let (plain, coloured) = (html(&ours, kind), html(&theirs, kind));
        for colour in OURS.into_iter().filter(|colour| *colour != "#ffffff") {
            assert!(!coloured.contains(colour), "{kind:?} has {colour}");
        }
        let back =
            THEIRS.into_iter().zip(OURS).fold(coloured, |html, (theirs, ours)| html.replace(theirs, ours));
        assert_eq!(back, plain);
    }
    let announcement = html(&theirs, Kind::Announcement);
    assert!(THEIRS.iter().all(|colour| announcement.contains(colour)), "{announcement}");
}

#[test]
fn a_notice_keeps_the_colours_that_it_was_scheduled_with() {
    let theirs = templates_of(&branded());
    let frozen = Templates::from_bundle(&theirs.bundle().bytes).unwrap();
    assert_eq!(html(&frozen, Kind::Announcement), html(&theirs, Kind::Announcement));
}
