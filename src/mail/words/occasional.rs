//! The words of letters on an occasion of their own: receipt, answer, confirmation, alert, digest, test.

mod digest;
mod inbox;
mod receipt;

use chrono::NaiveDate;

use super::{Words, WordsError};
use crate::domain::objection::Resolution;
use crate::mail::dates;
use crate::mail::letter::{Alarm, Alert, Answer, ChangeName, Confirmation, HeldBack, Occasional, Test};
use crate::mail::slot::Slot;
use crate::mail::text;

pub(super) fn tell(words: &mut Words<'_>, letter: &Occasional) -> Result<(), WordsError> {
    match letter {
        Occasional::Receipt(receipt) => receipt::tell(words, receipt),
        Occasional::Answer(answer) => tell_answer(words, answer),
        Occasional::Authorised(authorised) => receipt::tell_of_yes(words, authorised),
        Occasional::Reply(reply) => inbox::ask(words, reply),
        Occasional::Confirmation(confirmation) => tell_confirmation(words, confirmation),
        Occasional::Alert(alert) => tell_alert(words, alert),
        Occasional::Digest(digest) => digest::tell(words, digest),
        Occasional::Test(test) | Occasional::Probe(test) => tell_test(words, test),
    }
}

fn the_changes(words: &mut Words<'_>, changes: &[ChangeName]) -> Result<(), WordsError> {
    let names: Vec<String> = changes
        .iter()
        .map(|change| text::clip(&text::in_line(&change.subprocessor), text::NAME_CHARACTERS_MAX))
        .collect();
    words.formed("subprocessor", words.joined(&names)?);
    words.number("count", i64::try_from(changes.len()).unwrap_or(i64::MAX));
    Ok(())
}

fn tell_answer(words: &mut Words<'_>, answer: &Answer) -> Result<(), WordsError> {
    the_changes(words, &answer.changes)?;
    words.greeting(answer.contact_name.as_deref(), &answer.customer)?;
    words.named("customer", &answer.customer);
    words.named("objection_ref", &answer.objection_ref);
    words.moment("received", answer.received_at, &answer.zone)?;
    words.formed("words", text::clip(&text::prose(&answer.words), text::PROSE_CHARACTERS_MAX));
    words.page("object_url", Slot::ObjectUrl);
    if let Some(resolution) = &answer.outcome {
        let mut sentences = outcome(words, resolution)?;
        if let Some(who) = &answer.taken_back_by {
            words.named("who", who);
            sentences.push(words.sentence("outcome-withdrawn.by")?);
        }
        words.list("outcome", &sentences);
    } else {
        let open = match answer.held_back {
            HeldBack::Use => "answer-open",
            HeldBack::Alteration => "answer-open.stays",
            HeldBack::Mixed => "answer-open.mixed",
            HeldBack::Nothing => "answer-open.nothing",
        };
        words.formed("open", words.sentence(open)?);
    }
    Ok(())
}

/// What was settled, in the words of the objection page.
fn outcome(words: &mut Words<'_>, resolution: &Resolution) -> Result<Vec<String>, WordsError> {
    let key = format!("outcome-{}", resolution.outcome());
    words.formed("reasons", text::clip(&text::in_line(resolution.reason()), text::PROSE_CHARACTERS_MAX));
    let mut also = None;
    match resolution {
        Resolution::Accommodated { .. }
        | Resolution::Withdrawn { .. }
        | Resolution::ChangeWithdrawn { .. } => {}
        Resolution::NotEntitled { asked, .. } => {
            if let Some(asked) = asked {
                words.named("asked", asked.trim_end_matches('.'));
                also = Some("asked");
            }
        }
        Resolution::Mitigated { condition, agreed, .. } => {
            let condition = text::in_line(condition).trim_end_matches('.').to_owned();
            words.formed("condition", text::clip(&condition, text::PROSE_CHARACTERS_MAX));
            if let Some(agreed) = agreed {
                words.named("agreed", agreed.trim_end_matches('.'));
                also = Some("agreed");
            }
        }
        Resolution::Terminated { last_day, refund, .. } => {
            words.day("last_day", *last_day)?;
            if let Some(refund) = refund {
                words.named("refund", refund.trim_end_matches('.'));
                also = Some("refund");
            }
        }
        Resolution::NotUpheld { remedies, .. } => {
            if let Some(remedies) = remedies {
                words.named("remedies", &remedies.what);
                words.day("last_day", remedies.last_day)?;
                also = Some("remedies");
            }
        }
        Resolution::Lapsed { last_day, .. } => {
            if let Some(last_day) = last_day {
                words.day("last_day", *last_day)?;
                also = Some("until");
            }
        }
    }
    let mut sentences = vec![words.sentence(&key)?];
    if let Some(part) = also {
        sentences.push(words.sentence(&format!("{key}.{part}"))?);
    }
    Ok(sentences)
}

fn tell_confirmation(words: &mut Words<'_>, confirmation: &Confirmation) -> Result<(), WordsError> {
    words.until("valid_until", confirmation.valid_until, &confirmation.zone)?;
    words.page("confirm_url", Slot::ConfirmUrl);
    Ok(())
}

fn tell_test(words: &mut Words<'_>, test: &Test) -> Result<(), WordsError> {
    words.moment("at", test.at, &test.zone)
}

fn tell_alert(words: &mut Words<'_>, alert: &Alert) -> Result<(), WordsError> {
    if let Some(change) = alert.what.change() {
        the_changes(words, std::slice::from_ref(change))?;
    }
    let reasons: Vec<_> = alert.what.reasons().iter().map(|reason| text::in_line(reason)).collect();
    words.list("reasons", &reasons);
    words.list("commands", &commands(&alert.what));
    tell_alarm(words, alert)?;
    let (alarm, parts) = sentences(&alert.what);
    words.formed("alarm", alarm.to_owned());
    let lines = parts.iter().map(|part| words.sentence(&format!("alert-{alarm}-head.{part}")));
    let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
    words.list("lines", &lines);
    Ok(())
}

/// What an alarm is called among the sentences, and which of its lines are said.
fn sentences(alarm: &Alarm) -> (&'static str, &'static [&'static str]) {
    match alarm {
        Alarm::Unreachable { .. } => ("unreachable", &["rest"]),
        Alarm::Refused { .. } => ("refused", &["rest"]),
        Alarm::Held { earliest_on: Some(_), .. } => ("held", &["rest", "earliest"]),
        Alarm::Held { earliest_on: None, .. } => ("held", &["rest"]),
        Alarm::Postponed { .. } => ("postponed", &["rest", "to"]),
        Alarm::KeptBack { .. } => ("kept-back", &["rest", "show"]),
        Alarm::Undecided { .. } => ("undecided", &["rest"]),
        Alarm::NoticeTooOld { .. } => ("aged", &["rest", "mend", "command", "earliest"]),
        Alarm::ObjectionLodged { after_start: true, .. } => ("lodged", &["rest", "started"]),
        Alarm::ObjectionLodged { in_time: true, .. } => ("lodged", &["rest", "shut"]),
        Alarm::ObjectionLodged { in_time: false, .. } => ("lodged", &["rest"]),
        Alarm::FoundAfterEffect { .. } => ("found", &["rest"]),
        Alarm::ObjectionWaits { .. } => ("waits", &["rest"]),
        Alarm::SilentExcluded { .. } => ("silent", &["rest", "how"]),
        Alarm::AtRisk { .. } => ("at-risk", &["rest"]),
        Alarm::Unheard { .. } => ("unheard", &["rest"]),
        Alarm::RelayRefusesUs { .. } => ("relay", &["rest"]),
        Alarm::ReplyPathLost { flaw: Some(_), .. } => ("path", &["rest", "flaw", "mend"]),
        Alarm::ReplyPathLost { flaw: None, .. } => ("path", &["rest", "mend"]),
        Alarm::SuccessorNamed { .. } => ("successor", &["rest"]),
        Alarm::ServiceLost { .. } => ("lost", &["rest"]),
        Alarm::LetterLost { .. } => ("letter-lost", &["rest"]),
        Alarm::Mail { matter, delegate, .. } => inbox::sentences(matter, delegate.is_some()),
    }
}

/// What happened.
fn tell_alarm(words: &mut Words<'_>, alert: &Alert) -> Result<(), WordsError> {
    match &alert.what {
        Alarm::Unreachable { customer, address, code, words: said, .. } => {
            refused_by(words, customer, address, *code, said);
        }
        Alarm::Refused { customer, address, code, words: said, next, .. } => {
            refused_by(words, customer, address, *code, said);
            words.named("next", next);
        }
        Alarm::Held { old_effective_on, earliest_on, .. } => {
            both_ways(words, ("old_effective", "old_effective_short"), *old_effective_on)?;
            if let Some(day) = earliest_on {
                words.day("earliest", *day)?;
            }
        }
        Alarm::Postponed { old_effective_on, to, .. } => {
            both_ways(words, ("old_effective", "old_effective_short"), *old_effective_on)?;
            both_ways(words, ("to", "to_short"), *to)?;
        }
        Alarm::KeptBack { effective_on, in_force, waiting, .. } => {
            kept_back(words, *effective_on, *in_force, *waiting)?;
        }
        Alarm::Undecided { fault, .. } => {
            words.formed("fault", text::clip(&text::in_line(fault), text::PROSE_CHARACTERS_MAX));
        }
        Alarm::NoticeTooOld { since, earliest_on, .. } => {
            words.day("since", *since)?;
            words.day("earliest", *earliest_on)?;
            words.formed("day", earliest_on.to_string());
        }
        Alarm::ObjectionLodged { objection_ref, customer, in_time, answer_due_on, .. } => {
            of_objection(words, objection_ref, customer);
            words.formed("timeliness", timeliness(*in_time));
            words.day("answer_due", *answer_due_on)?;
        }
        Alarm::FoundAfterEffect { objection_ref, customer, since, .. } => {
            of_objection(words, objection_ref, customer);
            words.day("since", *since)?;
        }
        Alarm::ObjectionWaits { objection_ref, customer, step, day, .. } => {
            of_objection(words, objection_ref, customer);
            words.formed("step", step.to_string());
            words.day("on", *day)?;
        }
        Alarm::SilentExcluded { count, .. } => {
            words.number("silent", i64::try_from(*count).unwrap_or(i64::MAX));
        }
        Alarm::AtRisk { waiting, latest_at, out_at, .. } => {
            words.number("waiting", i64::try_from(*waiting).unwrap_or(i64::MAX));
            words.until("latest", *latest_at, &alert.zone)?;
            words.formed("goes", if out_at.is_some() { "goes" } else { "stands" }.to_owned());
            words.moment("out", out_at.unwrap_or(*latest_at), &alert.zone)?;
        }
        Alarm::Unheard { letters, .. } => {
            words.number("letters", i64::try_from(*letters).unwrap_or(i64::MAX));
        }
        Alarm::RelayRefusesUs { relay, code, words: said } => {
            words.named("relay", relay);
            words.formed("relay_words", relay_words(Some(*code), said));
        }
        Alarm::ReplyPathLost { .. } => path_lost(words, alert)?,
        Alarm::SuccessorNamed { customer, address, successor, name } => {
            words.named("customer", customer);
            words.named("address", address);
            words.named("successor", &named(name, successor));
        }
        Alarm::ServiceLost { .. } | Alarm::LetterLost { .. } => lost(words, &alert.what),
        Alarm::Mail { .. } => inbox::tell(words, &alert.what),
    }
    Ok(())
}

fn lost(words: &mut Words<'_>, alarm: &Alarm) {
    if let Alarm::ServiceLost { customer, address, words: said, .. } = alarm {
        refused_by(words, customer, address, None, said);
    }
    if let Alarm::LetterLost { objection_ref, customer, address, code, words: said } = alarm {
        words.named("objection_ref", objection_ref);
        refused_by(words, customer, address, *code, said);
    }
}

fn path_lost(words: &mut Words<'_>, alert: &Alert) -> Result<(), WordsError> {
    let Alarm::ReplyPathLost { relay, proof, address, since, flaw, code, words: said } = &alert.what else {
        return Ok(());
    };
    words.named("relay", relay);
    words.named("address", address);
    words.formed("proof", proof.to_string());
    words.moment("left", *since, &alert.zone)?;
    if let Some(flaw) = flaw {
        let flaw = text::disarm(&text::in_line(flaw));
        words.formed("flaw", text::clip(&flaw, text::FACT_CHARACTERS_MAX));
    }
    words.formed("relay_words", relay_words(*code, said));
    Ok(())
}

fn kept_back(words: &mut Words<'_>, on: NaiveDate, in_force: u64, waiting: u64) -> Result<(), WordsError> {
    words.number("in_force", i64::try_from(in_force).unwrap_or(i64::MAX));
    words.number("waiting", i64::try_from(waiting).unwrap_or(i64::MAX));
    both_ways(words, ("effective", "effective_short"), on)
}

/// A day as it is written in a sentence, and in a subject.
fn both_ways(
    words: &mut Words<'_>,
    (name, short): (&'static str, &'static str),
    day: NaiveDate,
) -> Result<(), WordsError> {
    words.day(name, day)?;
    words.formed(short, dates::short(&words.locale, day)?);
    Ok(())
}

/// A person by name and address.
fn named(name: &str, address: &str) -> String {
    if name.trim().is_empty() { address.to_owned() } else { format!("{name}, {address}") }
}

/// What is to be typed, over several lines each.
fn commands(alarm: &Alarm) -> Vec<String> {
    let Alarm::SilentExcluded { change, customers, .. } = alarm else { return Vec::new() };
    customers.iter().map(|customer| confirming(customer, &change.subprocessor)).collect()
}

/// The command that confirms one exclusion, as it is typed.
fn confirming(customer: &str, subprocessor: &str) -> String {
    let (customer, subprocessor) = (as_word(customer), as_word(subprocessor));
    format!(
        "forenotice exclusion confirm --customer {customer} \\\n    --subprocessor {subprocessor} \\\n    --how \"…\""
    )
}

/// As one word of a shell.
fn as_word(value: &str) -> String {
    let value = text::in_line(value);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value;
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

fn of_objection(words: &mut Words<'_>, objection_ref: &str, customer: &str) {
    words.named("objection_ref", objection_ref);
    words.named("customer", customer);
}

fn refused_by(words: &mut Words<'_>, customer: &str, address: &str, code: Option<u16>, said: &str) {
    words.named("customer", customer);
    words.named("address", address);
    words.formed("relay_words", relay_words(code, said));
}

fn relay_words(code: Option<u16>, said: &str) -> String {
    let said = text::clip(&text::disarm(&text::in_line(said)), text::FACT_CHARACTERS_MAX);
    // The words of a relay often begin with its code; it is told once.
    code.map(|code| code.to_string())
        .filter(|code| !said.starts_with(code.as_str()))
        .map_or(said.clone(), |code| format!("{code} {said}").trim_end().to_owned())
}

fn timeliness(in_time: bool) -> String {
    if in_time { "in_time" } else { "late" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_one_that_a_shell_takes_as_it_stands() {
        assert_eq!(
            confirming("C-7", "O'Neil & Co"),
            "forenotice exclusion confirm --customer C-7 \\\n    --subprocessor 'O'\\''Neil & Co' \\\n    --how \"…\""
        );
    }
}
