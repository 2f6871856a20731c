//! Form: names, length, time, failure.

use std::path::Path;

use crate::source::{Fault, House, Source};

const NAMES_THAT_SAY_NOTHING: [&str; 10] =
    ["util", "utils", "common", "helper", "helpers", "types", "models", "services", "misc", "base"];

/// Lines of code: blank lines, comments and tests are not counted.
const LINES_OF_CODE_MAX: usize = 400;

/// Where the environment is read, and why there.
const READS_THE_ENVIRONMENT: [&str; 3] = [
    "src/config/source.rs",              // the settings
    "src/cli/os_user.rs",                // who runs us
    "src/demo/embedded_postgres/mod.rs", // the search path
];

pub fn clock(house: &House) -> Vec<Fault> {
    let elsewhere = house.sources.iter().filter(|source| source.path != "src/clock.rs");
    each(elsewhere, &["Utc::now", "Local::now", "SystemTime::now"], |word| {
        format!(
            "`{word}` outside src/clock.rs; take `now` as a parameter, or ask the Clock of the Context once"
        )
    })
}

pub fn environment(house: &House) -> Vec<Fault> {
    let elsewhere = house.sources.iter().filter(|source| {
        source.path.starts_with("src/") && !READS_THE_ENVIRONMENT.contains(&source.path.as_str())
    });
    each(elsewhere, &["env::var", "env::vars", "env::var_os", "env::vars_os", "env::set_var"], |word| {
        format!("`{word}` here; settings come from `config`, which says where each value came from")
    })
}

pub fn no_panic(house: &House) -> Vec<Fault> {
    let words = [
        ".unwrap()",
        ".expect(",
        "panic!",
        "todo!",
        "unimplemented!",
        "unreachable!",
        "process::exit",
        "dbg!",
    ];
    each(house.sources.iter().filter(|source| source.path.starts_with("src/")), &words, |word| {
        format!(
            "`{word}` outside tests; return an error with a sentence, or restructure so that it cannot happen"
        )
    })
}

pub fn reasons(house: &House) -> Vec<Fault> {
    let mut faults = each(house.sources.iter(), &["#[allow(", "#![allow("], |_| {
        "`allow` hides what it silences for ever; mend it, or `#[expect(…, reason = \"…\")]`".to_owned()
    });
    for source in &house.sources {
        for at in source.words("#[expect(") {
            let end = source.code[at..].find(")]").unwrap_or(source.code.len() - at);
            if !source.code[at..at + end].contains("reason") {
                faults.push(source.fault(at, "`expect` without its reason; add `reason = \"…\"`"));
            }
        }
    }
    faults
}

pub fn names(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in &house.sources {
        let parts = Path::new(&source.path).with_extension("");
        for part in parts.iter().filter_map(|part| part.to_str()) {
            if NAMES_THAT_SAY_NOTHING.contains(&part) {
                faults.push(source.fault(
                    0,
                    format!("`{part}` says nothing; name the module for the noun or verb it holds"),
                ));
            }
        }
    }
    faults
}

pub fn casts(house: &House) -> Vec<Fault> {
    let modules =
        house.sources.iter().filter(|source| source.path != "src/main.rs" && source.path.starts_with("src/"));
    modules
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.fault(0, "a module opens with its cast: `//! what it is for, who acts on what`"))
        .collect()
}

pub fn length(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in &house.sources {
        let lines = source.code.lines().filter(|line| !line.trim().is_empty()).count();
        if lines > LINES_OF_CODE_MAX {
            faults.push(source.fault(
                0,
                format!(
                    "{lines} lines of code, more than {LINES_OF_CODE_MAX}; make it a folder of the same name"
                ),
            ));
        }
    }
    faults
}

fn each<'a>(
    sources: impl Iterator<Item = &'a Source>,
    words: &[&str],
    says: impl Fn(&str) -> String,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in sources {
        for word in words {
            faults.extend(source.words(word).map(|at| source.fault(at, says(word))));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(rule: impl Fn(&House) -> Vec<Fault>, path: &str, text: &str) -> usize {
        rule(&House::with(path, text)).len()
    }

    #[test]
    fn a_clock_of_ones_own_is_found() {
        assert_eq!(broken(clock, "src/store/mod.rs", "let now = chrono::Utc::now();"), 1);
        assert_eq!(broken(clock, "src/clock.rs", "let now = chrono::Utc::now();"), 0);
        assert_eq!(broken(clock, "src/store/mod.rs", "let at = tx.now(); // not Utc::now"), 0);
    }

    #[test]
    fn a_look_at_the_environment_is_found() {
        assert_eq!(broken(environment, "src/web/mod.rs", "std::env::var(\"X\")"), 1);
        assert_eq!(broken(environment, "src/config/source.rs", "std::env::vars_os()"), 0);
        assert_eq!(broken(environment, "src/web/mod.rs", "env!(\"CARGO_PKG_VERSION\")"), 0);
    }

    #[test]
    fn what_may_panic_is_found_outside_tests_only() {
        assert_eq!(broken(no_panic, "src/a.rs", "x.unwrap(); y.expect(\"z\"); panic!(\"\"); todo!()"), 4);
        assert_eq!(
            broken(
                no_panic,
                "src/a.rs",
                "x.unwrap_or(1); #[cfg(test)]\nmod tests { fn t() { x.unwrap(); } }"
            ),
            0
        );
    }

    #[test]
    fn a_silenced_lint_is_found() {
        assert_eq!(broken(reasons, "src/a.rs", "#[allow(dead_code)]\nfn f() {}"), 1);
        assert_eq!(broken(reasons, "src/a.rs", "#[expect(dead_code)]\nfn f() {}"), 1);
        assert_eq!(broken(reasons, "src/a.rs", "#[expect(dead_code, reason = \"x\")]\nfn f() {}"), 0);
    }

    #[test]
    fn a_name_that_says_nothing_is_found_on_any_level() {
        assert_eq!(broken(names, "src/store/util.rs", ""), 1);
        assert_eq!(broken(names, "src/helpers/mod.rs", ""), 1);
        assert_eq!(broken(names, "src/store/utilisation.rs", ""), 0);
    }

    #[test]
    fn a_module_without_a_cast_is_found() {
        assert_eq!(broken(casts, "src/a.rs", "use std::fmt;"), 1);
        assert_eq!(broken(casts, "src/a.rs", "//! Deliveries.\n"), 0);
    }

    #[test]
    fn a_long_file_is_found_and_comments_do_not_count() {
        assert_eq!(broken(length, "src/a.rs", &"fn f() {}\n".repeat(LINES_OF_CODE_MAX + 1)), 1);
        assert_eq!(broken(length, "src/a.rs", &"// why\n\n".repeat(LINES_OF_CODE_MAX + 1)), 0);
    }
}
