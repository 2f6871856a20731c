//! What the DPO is told of a mail that came in, and what its sender is asked.

use super::{Words, WordsError, text, the_changes};
use crate::mail::letter::{Alarm, MailMatter, ReplyReceipt};
use crate::mail::slot::Slot;

pub(super) fn ask(words: &mut Words<'_>, reply: &ReplyReceipt) -> Result<(), WordsError> {
    the_changes(words, &reply.changes)?;
    words.named("customer", &reply.customer);
    words.moment("received", reply.received_at, &reply.zone)?;
    words.deadline(reply.deadline, &reply.zone)?;
    words.day("answer_due", reply.answer_due_on)?;
    words.page("reply_url", Slot::ReplyUrl);
    let own = text::disarm(&text::prose(&reply.statement));
    let clipped = text::clip(&own, text::PROSE_CHARACTERS_MAX);
    words.flag("words_clipped", clipped != own);
    words.formed("words", clipped);
    Ok(())
}

/// What it is called among the sentences, and which of its lines are said.
pub(super) fn sentences(
    matter: &MailMatter,
    names_a_delegate: bool,
) -> (&'static str, &'static [&'static str]) {
    match matter {
        MailMatter::Reply { holds: true } => ("mail-reply", &["held", "rest"]),
        MailMatter::Reply { holds: false } => ("mail-reply", &["rest"]),
        MailMatter::Stranger { holds: true } => ("mail-stranger", &["held", "rest"]),
        MailMatter::Stranger { holds: false } => ("mail-stranger", &["rest"]),
        MailMatter::Case { .. } => ("mail-case", &["rest"]),
        MailMatter::ContactLeft if names_a_delegate => ("mail-left", &["rest", "delegate"]),
        MailMatter::ContactLeft => ("mail-left", &["rest"]),
        MailMatter::Complaint => ("mail-complaint", &["rest"]),
        MailMatter::Many => ("mail-many", &["rest"]),
    }
}

pub(super) fn tell(words: &mut Words<'_>, alarm: &Alarm) {
    let Alarm::Mail { message, customer, sender, subject, words: own, delegate, matter } = alarm else {
        return;
    };
    let sender = if sender.is_empty() { "somebody" } else { sender };
    words.named("sender", sender);
    words.named("customer", if customer.is_empty() { sender } else { customer });
    words.formed("mail", message.to_string());
    if let MailMatter::Case { objection_ref } = matter {
        words.named("objection_ref", objection_ref);
    }
    if let Some(delegate) = delegate {
        words.named("delegate", delegate);
    }
    let own = if own.trim().is_empty() { subject } else { own };
    if !own.trim().is_empty() {
        words.formed("their_words", text::clip(own, text::PROSE_CHARACTERS_MAX));
    }
}
