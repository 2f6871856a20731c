//! Floors: who may use whom, of ours and of others'.

use crate::source::{Fault, House, Source};

/// Each floor and what it may use besides itself. The command line is the composition root and may use everything.
const FLOORS: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("in_flight", &["clock"]),
    ("entropy", &[]),
    ("domain", &[]),
    ("config", &["domain"]),
    ("telemetry", &["config"]),
    ("store", &["domain"]),
    ("mail", &["in_flight", "domain", "config"]),
    ("hooks", &["domain", "config"]),
    ("actions", &["clock", "entropy", "domain", "config", "store", "mail", "hooks"]),
    ("daemon", &["clock", "in_flight", "domain", "config", "telemetry", "store", "actions"]),
    ("web", &["clock", "in_flight", "domain", "config", "store", "actions"]),
    ("demo", &["clock", "entropy"]),
];
const ROOTS: [&str; 3] = ["cli", "lib", "main"];

/// Crates that a floor must not know: it would do what is another floor's to do.
const FOREIGN: &[(&str, &[&str])] = &[
    (
        "domain",
        &["tokio", "sqlx", "axum", "lettre", "tracing", "config", "clap", "minijinja", "askama", "rand"],
    ),
    ("config", &["tokio", "sqlx", "axum", "lettre", "clap"]),
    ("store", &["axum", "lettre", "clap", "minijinja", "askama", "config"]),
    ("mail", &["sqlx", "axum", "clap", "askama"]),
    ("actions", &["sqlx", "axum", "clap", "lettre", "askama", "minijinja"]),
    ("web", &["sqlx", "lettre", "clap", "minijinja"]),
    ("cli", &["sqlx", "lettre", "minijinja"]),
];

pub fn order(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in of_src(house) {
        let floor = source.floor();
        if ROOTS.contains(&floor) {
            continue;
        }
        let Some((_, may_use)) = FLOORS.iter().find(|(name, _)| *name == floor) else {
            faults.push(
                source.fault(0, format!("`{floor}` is no floor; put it on one, or give it a line in FLOORS")),
            );
            continue;
        };
        for (at, used) in uses(source) {
            if used != floor && !may_use.contains(&used.as_str()) && is_floor(&used) {
                let may = if may_use.is_empty() { "nothing".to_owned() } else { may_use.join(", ") };
                faults.push(source.fault(at, format!("`{floor}` must not use `{used}` (it may use: {may}); pass the value in, or move the function up")));
            }
        }
    }
    faults
}

fn is_floor(name: &str) -> bool {
    FLOORS.iter().any(|(floor, _)| *floor == name) || ROOTS.contains(&name)
}

pub fn actions_apart(house: &House) -> Vec<Fault> {
    let verb = |source: &Source| {
        let rest = source.path.strip_prefix("src/actions/")?;
        rest.split(['/', '.']).next().filter(|verb| *verb != "mod").map(str::to_owned)
    };
    let verbs: Vec<String> = of_src(house).filter_map(verb).collect();
    let mut faults = Vec::new();
    for source in of_src(house) {
        let Some(own) = verb(source) else { continue };
        for (at, path) in paths(source) {
            let other = path.first().filter(|first| **first == "actions").and_then(|_| path.get(1));
            if let Some(other) = other.filter(|other| **other != own && verbs.contains(other)) {
                faults.push(source.fault(at, format!("the action `{own}` uses the action `{other}`; write a row that `{other}` finds, or move what both need to `domain` or `store`")));
            }
        }
    }
    faults
}

pub fn crates(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in of_src(house) {
        let foreign =
            FOREIGN.iter().find(|(floor, _)| *floor == source.floor()).map_or(&[][..], |(_, names)| names);
        for name in foreign {
            for at in source.words(name) {
                let before = source.code[..at].trim_end();
                let is_path = source.code[at + name.len()..].starts_with("::") && !before.ends_with("::");
                // `config` is also a floor of ours, which may stand in a group: `use crate::{config, domain}`.
                let is_ours = is_floor(name) && !before.ends_with("use");
                if is_path && !is_ours {
                    faults.push(source.fault(
                        at,
                        format!(
                            "`{}` must not use the crate `{name}`; that is another floor's",
                            source.floor()
                        ),
                    ));
                }
            }
        }
    }
    faults
}

/// A page reads through a `Snapshot`; what writes is an action, what posts is a row.
pub fn pages_read_only(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in of_src(house).filter(|source| source.floor() == "web") {
        for (word, instead) in [("Tx", "call an action"), (".begin(", "call an action")] {
            for at in source.words(word) {
                faults
                    .push(source.fault(at, format!("a page must not write by itself (`{word}`); {instead}")));
            }
        }
    }
    faults
}

fn of_src(house: &House) -> impl Iterator<Item = &Source> {
    house.sources.iter().filter(|source| source.path.starts_with("src/"))
}

/// The floors that a source names.
fn uses(source: &Source) -> Vec<(usize, String)> {
    paths(source).into_iter().filter_map(|(at, path)| Some((at, path.first()?.clone()))).collect()
}

/// Every path of ours in a source, from the crate on: `crate::store::Tx` and, where it leads as far, `super::store`.
fn paths(source: &Source) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let own: Vec<String> = {
        let path = source.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').map(str::to_owned).collect()
    };
    for at in source.words("crate::") {
        found.extend(tails(&source.code, at + "crate::".len(), &[]));
    }
    for at in source.words("super::") {
        if source.code[..at].ends_with("super::") {
            continue;
        }
        let mut end = at;
        let mut ups = 0;
        while source.code[end..].starts_with("super::") {
            end += "super::".len();
            ups += 1;
        }
        if ups <= source.depth() {
            found.extend(tails(&source.code, end, &own[..own.len() - ups]));
        }
    }
    found
}

/// The paths that begin with `base` and go on at `at`; a group in braces is several, one level deep.
fn tails(code: &str, at: usize, base: &[String]) -> Vec<(usize, Vec<String>)> {
    let rest = &code[at..];
    if let Some(group) = rest.strip_prefix('{') {
        let mut depth = 1;
        let mut starts = vec![0];
        for (index, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => starts.push(index + 1),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        return starts
            .into_iter()
            .flat_map(|start| {
                let skipped = group[start..].len() - group[start..].trim_start().len();
                tails(code, at + 1 + start + skipped, base)
            })
            .collect();
    }
    let mut path = base.to_vec();
    let mut end = 0;
    loop {
        let length = rest[end..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len() - end);
        if length > 0 {
            path.push(rest[end..end + length].to_owned());
        }
        end += length;
        if !rest[end..].starts_with("::") {
            break;
        }
        end += 2;
        if rest[end..].starts_with('{') {
            return tails(code, at + end, &path);
        }
    }
    if path.is_empty() { Vec::new() } else { vec![(at, path)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(rule: impl Fn(&House) -> Vec<Fault>, path: &str, text: &str) -> usize {
        rule(&House::with(path, text)).len()
    }

    #[test]
    fn a_floor_that_uses_one_above_it_is_found_however_it_is_written() {
        for text in [
            "use crate::store::Tx;",
            "use crate::{clock::Clock, store::Tx};",
            "fn f() { crate::actions::deliver::run_once() }",
            "use crate::{domain::{zone, gate}, cli};",
        ] {
            let faults = order(&House::with("src/domain/gate.rs", text));
            assert!(!faults.is_empty(), "{text}");
        }
        assert_eq!(broken(order, "src/config.rs", "use super::store::Tx;"), 1);
        assert_eq!(broken(order, "src/config/a.rs", "use super::super::store::Tx;"), 1);
        assert_eq!(broken(order, "src/newfloor/a.rs", ""), 1);
    }

    #[test]
    fn a_floor_may_use_what_is_below_it_and_itself() {
        assert_eq!(broken(order, "src/actions/deliver.rs", "use crate::{store::Tx, domain::zone::Zone};"), 0);
        assert_eq!(
            broken(order, "src/domain/gate.rs", "use super::zone::Zone; use crate::domain::words;"),
            0
        );
        assert_eq!(broken(order, "src/domain/gate.rs", "//! See [`crate::store`].\n"), 0);
        assert_eq!(broken(order, "src/cli/demo.rs", "use crate::{web, daemon};"), 0);
    }

    #[test]
    fn an_action_that_uses_another_is_found() {
        let house = |text: &str| {
            House::of(vec![
                ("src/actions/deliver.rs".into(), text.into()),
                ("src/actions/announce.rs".into(), String::new()),
                ("src/actions/mod.rs".into(), "pub mod announce; pub mod deliver;".into()),
            ])
        };
        assert_eq!(actions_apart(&house("use super::announce;")).len(), 1);
        assert_eq!(actions_apart(&house("use super::{Context, announce::run_once};")).len(), 1);
        assert_eq!(actions_apart(&house("fn f() { crate::actions::announce::run_once() }")).len(), 1);
        assert_eq!(
            actions_apart(&house("//! [`announce`](super::announce)\nuse super::{Context, Report};")).len(),
            0
        );
    }

    #[test]
    fn a_crate_of_another_floor_is_found_and_a_module_of_ours_is_not() {
        assert_eq!(broken(crates, "src/domain/gate.rs", "use sqlx::PgPool;"), 1);
        assert_eq!(broken(crates, "src/actions/deliver.rs", "fn f() { sqlx::query(\"\") }"), 1);
        assert_eq!(broken(crates, "src/store/x.rs", "use crate::config::Policy;"), 0);
        assert_eq!(broken(crates, "src/store/x.rs", "use sqlx::PgPool;"), 0);
    }

    #[test]
    fn a_page_that_writes_is_found() {
        assert_eq!(broken(pages_read_only, "src/web/public.rs", "fn f(tx: &mut Tx) { cx.begin(who) }"), 2);
        assert_eq!(broken(pages_read_only, "src/web/public.rs", "fn f(s: &mut Snapshot) {}"), 0);
    }
}
