//! The words of the DPO's digest.

use serde::Serialize;

use super::{relay_words, timeliness};
use crate::domain::change::State;
use crate::mail::letter::{Digest, DigestChange};
use crate::mail::words::{Words, WordsError};
use crate::mail::{dates, text};

#[derive(Serialize)]
struct DigestSection {
    title: String,
    lines: Vec<DigestLine>,
}

#[derive(Serialize)]
struct DigestLine {
    text: String,
    more: Vec<String>,
}

pub(super) fn tell(words: &mut Words<'_>, digest: &Digest) -> Result<(), WordsError> {
    words.day("day", digest.day)?;
    words.formed("day_short", dates::short(&words.locale, digest.day)?);
    let waits = |change: &&DigestChange| change.state == State::Held || change.awaits_approval;
    let waiting = digest.changes.iter().filter(waits).count();
    let needs = digest.objections.len() + digest.failures.len() + digest.exclusions.len() + waiting;
    words.number("needs", i64::try_from(needs).unwrap_or(i64::MAX));
    let mut sections = vec![
        DigestSection { title: words.locale.word("digest-objections")?, lines: objections(words, digest)? },
        DigestSection { title: words.locale.word("digest-failures")?, lines: failures(words, digest)? },
        DigestSection { title: words.locale.word("digest-changes")?, lines: changes(words, digest)? },
    ];
    if !digest.exclusions.is_empty() {
        let lines = exclusions(words, digest)?;
        sections.insert(1, DigestSection { title: words.locale.word("digest-exclusions")?, lines });
    }
    let approvals = approvals(words, digest)?;
    if !approvals.is_empty() {
        let title = words.locale.word("digest-approvals")?;
        sections.insert(0, DigestSection { title, lines: approvals });
    }
    words.list("sections", &sections);
    if digest.waiting > 0 {
        words.number("waiting", i64::try_from(digest.waiting).unwrap_or(i64::MAX));
        let mut line = words.sentence("digest-waiting")?;
        match digest.latest_at {
            Some(latest) => {
                words.until("latest", latest, &digest.zone)?;
                line.push_str(&words.sentence("digest-waiting.until")?);
            }
            None => line.push('.'),
        }
        words.formed("waiting_line", line);
    }
    Ok(())
}

/// The changes that a second person has not said yes to.
fn approvals(words: &mut Words<'_>, digest: &Digest) -> Result<Vec<DigestLine>, WordsError> {
    let mut lines = Vec::new();
    for change in digest.changes.iter().filter(|change| change.awaits_approval) {
        of_change(words, change)?;
        let more = vec![words.sentence("digest-approval.how")?];
        lines.push(DigestLine { text: words.sentence("digest-approval")?, more });
    }
    Ok(lines)
}

/// The exclusions that nobody has confirmed.
fn exclusions(words: &mut Words<'_>, digest: &Digest) -> Result<Vec<DigestLine>, WordsError> {
    let mut lines = Vec::new();
    for exclusion in &digest.exclusions {
        words.named("customer", &exclusion.customer);
        words.named("subprocessor", &exclusion.subprocessor);
        words.day("since", exclusion.since)?;
        let more = vec![words.sentence("digest-exclusion.how")?];
        lines.push(DigestLine { text: words.sentence("digest-exclusion")?, more });
    }
    Ok(lines)
}

fn objections(words: &mut Words<'_>, digest: &Digest) -> Result<Vec<DigestLine>, WordsError> {
    let mut lines = Vec::new();
    for objection in &digest.objections {
        words.named("reference", &objection.reference);
        words.named("change_ref", &objection.change_ref);
        words.named("customer", &objection.customer);
        words.formed("timeliness", timeliness(objection.in_time));
        words.day("answer_due", objection.answer_due_on)?;
        let mut more = Vec::new();
        if objection.overdue {
            more.push(words.sentence("digest-objection.overdue")?);
        }
        if let Some(last) = objection.settle_by {
            words.day("settle_by", last)?;
            more.push(words.sentence("digest-objection.settle")?);
        }
        lines.push(DigestLine { text: words.sentence("digest-objection")?, more });
    }
    Ok(lines)
}

fn failures(words: &mut Words<'_>, digest: &Digest) -> Result<Vec<DigestLine>, WordsError> {
    let mut lines = Vec::new();
    for failure in &digest.failures {
        words.named("customer", &failure.customer);
        words.named("address", &failure.address);
        words.formed("words", relay_words(failure.code, &failure.words));
        lines.push(DigestLine { text: words.sentence("digest-failure")?, more: Vec::new() });
    }
    Ok(lines)
}

fn changes(words: &mut Words<'_>, digest: &Digest) -> Result<Vec<DigestLine>, WordsError> {
    let mut lines = Vec::new();
    for change in &digest.changes {
        of_change(words, change)?;
        let mut more = Vec::new();
        if let Some(since) = change.in_use_since {
            words.day("since", since)?;
            more.push(words.sentence("digest-in-use")?);
        }
        if change.reasons.is_empty() {
            more.push(words.locale.word("digest-change.open")?);
        }
        more.extend(change.reasons.iter().map(|reason| text::in_line(reason)));
        lines.push(DigestLine { text: words.sentence("digest-change")?, more });
    }
    Ok(lines)
}

fn of_change(words: &mut Words<'_>, change: &DigestChange) -> Result<(), WordsError> {
    words.named("change_ref", &change.change.reference);
    words.named("subprocessor", &change.change.subprocessor);
    words.formed("state", change.state.to_string());
    words.day("effective", change.effective_on)
}
