//! `docs/states.md` is printed from the enums: what the code allows is what the page says.

use std::fmt::Write as _;
use std::path::Path;

use forenotice::domain::{change, delivery, gate, objection, obligation};

/// A table of what each act makes of each state; an empty cell: not allowed.
fn machine<S: Copy + ToString, A: Copy + ToString>(
    page: &mut String,
    states: &[S],
    acts: &[A],
    after: impl Fn(S, A) -> Option<S>,
) {
    let names: Vec<String> = acts.iter().map(ToString::to_string).collect();
    let _ = writeln!(page, "| state | {} |", names.join(" | "));
    let _ = writeln!(page, "|---|{}", "---|".repeat(names.len()));
    for state in states {
        let cells: Vec<String> = acts
            .iter()
            .map(|act| after(*state, *act).map_or_else(String::new, |to| to.to_string()))
            .collect();
        let _ = writeln!(page, "| **{}** | {} |", state.to_string(), cells.join(" | "));
    }
}

fn words<W: Copy + ToString>(page: &mut String, words: &[W]) {
    let words: Vec<String> = words.iter().map(|word| format!("`{}`", word.to_string())).collect();
    let _ = writeln!(page, "{}", words.join(" · "));
}

fn printed() -> String {
    let mut page = String::from(
        "# States\n\nPrinted from the code by a test (`UPDATE_DOCS=1 cargo test --test tidy states`). A cell is the state after the act; an\n\
         empty one is refused with the acts that the state allows.\n\n## A change\n\n",
    );
    machine(&mut page, change::State::ALL, change::Act::ALL, |state, act| state.after(act).ok());
    page += "\n## An objection\n\n";
    machine(&mut page, objection::State::ALL, objection::Act::ALL, |state, act| state.after(act).ok());
    page += "\nOutcomes: ";
    words(&mut page, objection::Outcome::ALL);
    page += "\n## An obligation\n\n`owed` until it is served; `served` until a bounce takes that back; `exempt`, because:\n\n";
    words(&mut page, obligation::ExemptWhy::ALL);
    page += "\nWhat the customer has said: ";
    words(&mut page, obligation::Consent::ALL);
    page += "\n## A delivery\n\n";
    words(&mut page, delivery::State::ALL);
    page += "\n## Why a gate is shut\n\n| reason | means |\n|---|---|\n";
    for reason in gate::Reason::ALL {
        let _ = writeln!(page, "| `{reason}` | {} |", reason.in_words());
    }
    page
}

#[test]
fn the_page_of_states_says_what_the_code_allows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/states.md");
    let printed = printed();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &printed).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(page == printed, "docs/states.md is out of date; UPDATE_DOCS=1 cargo test --test tidy states");
}
