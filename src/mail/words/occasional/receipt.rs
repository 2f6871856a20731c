//! The receipts of an objection and of a yes.

use super::{text, the_changes};
use crate::mail::letter::{Arrival, Authorised, ChangeName, Deadline, HeldBack, Receipt};
use crate::mail::slot::Slot;
use crate::mail::words::{Row, Words, WordsError};

pub(super) fn tell(words: &mut Words<'_>, receipt: &Receipt) -> Result<(), WordsError> {
    if !receipt.late.is_empty() {
        the_changes(words, &receipt.late)?;
        let late = words.sentence("receipt-late.some")?;
        words.formed("late_against", late);
    }
    let in_time = receipt.changes.iter().filter(|change| !receipt.late.contains(change));
    the_changes(words, &in_time.cloned().collect::<Vec<_>>())?;
    words.named("objection_ref", &receipt.objection_ref);
    words.moment("received", receipt.received_at, &receipt.zone)?;
    words.day("answer_due", receipt.answer_due_on)?;
    let held_back = match receipt.held_back {
        HeldBack::Use => words.sentence("receipt-blocked")?,
        HeldBack::Alteration => words.sentence("receipt-blocked.stays")?,
        HeldBack::Mixed => words.sentence("receipt-blocked.mixed")?,
        HeldBack::Nothing => String::new(),
    };
    words.formed("held_back", held_back);
    the_changes(words, &receipt.changes)?;
    let arrival = match receipt.arrival {
        Arrival::InTime { deadline } => {
            words.deadline(deadline, &receipt.zone)?;
            "in_time"
        }
        Arrival::Late { deadline } => {
            // Past is past: until when it was, not until what.
            words.deadline(Deadline::At(deadline.instant()), &receipt.zone)?;
            "late"
        }
        Arrival::AfterStart { deadline, since } => {
            words.deadline(deadline, &receipt.zone)?;
            words.day("in_force_since", since)?;
            "after_start"
        }
        Arrival::UnknownSender => "unknown_sender",
        Arrival::AlreadyInForce { since } => {
            words.day("in_force_since", since)?;
            "already_in_force"
        }
    };
    words.formed("arrival", arrival.to_owned());
    let own = text::disarm(&text::prose(&receipt.statement));
    let clipped = text::clip(&own, text::PROSE_CHARACTERS_MAX);
    words.flag("words_clipped", clipped != own);
    words.formed("words", clipped);
    let rows = rows_of(words, receipt)?;
    words.list("rows", &rows);
    if !matches!(receipt.arrival, Arrival::UnknownSender) {
        words.page("object_url", Slot::ObjectUrl);
    }
    Ok(())
}

pub(super) fn tell_of_yes(words: &mut Words<'_>, authorised: &Authorised) -> Result<(), WordsError> {
    let changes = std::slice::from_ref(&authorised.change);
    the_changes(words, changes)?;
    words.named("customer", &authorised.customer);
    words.moment("received", authorised.said_at, &authorised.zone)?;
    let customer = text::clip(&text::in_line(&authorised.customer), text::NAME_CHARACTERS_MAX);
    let rows = [
        Row::new(words.locale.word("receipt-for")?, customer),
        the_changes_row(words, changes)?,
        Row::new(words.locale.word("authorised-by")?, sender(&authorised.said_by)),
    ];
    words.list("rows", &rows);
    words.page("object_url", Slot::ObjectUrl);
    Ok(())
}

fn rows_of(words: &mut Words<'_>, receipt: &Receipt) -> Result<Vec<Row>, WordsError> {
    let mut rows = Vec::new();
    if !receipt.customer.trim().is_empty() {
        words.named("customer", &receipt.customer);
        let of = match receipt.on_behalf_of.as_deref().filter(|other| !other.trim().is_empty()) {
            Some(other) => {
                words.named("on_behalf_of", other);
                words.sentence("receipt-on-behalf")?
            }
            None => text::clip(&text::in_line(&receipt.customer), text::NAME_CHARACTERS_MAX),
        };
        rows.push(Row::new(words.locale.word("receipt-for")?, of));
    }
    rows.push(the_changes_row(words, &receipt.changes)?);
    if !receipt.sender.trim().is_empty() {
        rows.push(Row::new(words.locale.word("receipt-sender")?, sender(&receipt.sender)));
    }
    Ok(rows)
}

fn the_changes_row(words: &Words<'_>, changes: &[ChangeName]) -> Result<Row, WordsError> {
    let changes = changes.iter().map(|change| {
        let name = text::clip(&text::in_line(&change.subprocessor), text::NAME_CHARACTERS_MAX);
        format!("{} ({name})", text::in_line(&change.reference))
    });
    Ok(Row::new(words.locale.word("receipt-changes")?, changes.collect::<Vec<_>>().join(", ")))
}

fn sender(given: &str) -> String {
    text::clip(&text::disarm(&text::in_line(given)), text::NAME_CHARACTERS_MAX)
}
