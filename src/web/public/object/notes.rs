//! What stands above the dates: what the customer has said, and where its changes stand.

use super::{Personal, authorise};
use crate::domain::change::State as ChangeState;
use crate::domain::obligation::Consent;
use crate::store::page::{PublicChange, Statement};
use crate::web::dates;
use crate::web::public::wording::{self, Tense};

#[derive(Debug)]
pub struct Note {
    pub tone: &'static str,
    pub text: String,
    /// Where it stands, if the note is about an objection.
    pub href: Option<String>,
}

pub fn notices(personal: &Personal<'_>) -> Vec<Note> {
    let words = personal.site.words();
    let customer = ("customer", personal.opened.who.customer_name.as_str());
    let mut notices = Vec::new();
    if personal.opened.former {
        notices.push(Note { tone: "warn", text: words.with("object-former", [customer]), href: None });
    }
    let mut open: Vec<&Statement> = Vec::new();
    for said in personal.objections.iter().filter(|said| said.resolved_at.is_none()) {
        if open.iter().all(|known| known.reference != said.reference) {
            open.push(said);
        }
    }
    for said in &open {
        let mine = said.recipient_id == Some(personal.opened.who.recipient.0);
        let key = if mine { "object-second" } else { "object-somebody" };
        let received = dates::moment(words, said.received_at, &personal.zone);
        let parts = [customer, ("received", received.as_str()), ("reference", said.reference.as_str())];
        let href = Some(format!("/object/{}/objection", personal.token));
        notices.push(Note { tone: "ok", text: words.with(key, parts), href });
    }
    if let Some(said) = personal.objections.last().filter(|_| open.is_empty()) {
        let received = dates::moment(words, said.received_at, &personal.zone);
        let parts = [("received", received.as_str()), ("reference", said.reference.as_str())];
        let href = Some(format!("/object/{}/objection", personal.token));
        notices.push(Note { tone: "key", text: words.with("object-was-resolved", parts), href });
    }
    if personal.is_nobodys_customer() {
        notices.push(Note { tone: "key", text: words.get("object-subscriber"), href: None });
    }
    notices.extend(personal.changes.iter().flat_map(|change| notes_of(personal, change)));
    notices
}

/// Where the change stands, and what the customer has said of one that has not begun.
fn notes_of(personal: &Personal<'_>, change: &PublicChange) -> Vec<Note> {
    if personal.waits_to_be_announced(change) {
        let anew = of_processor(personal, change, "key", "object-anew");
        return standing(personal, change).into_iter().chain([anew]).collect();
    }
    let is_over = matches!(change.state, ChangeState::Withdrawn | ChangeState::Discarded);
    let consent = personal.duty(change).filter(|duty| duty.is_owed()).map(|duty| duty.consent);
    if !is_over && consent.is_some_and(Consent::excludes) {
        let key = if change.is_alteration() { "object-silent-altered" } else { "object-silent" };
        return vec![yes_asked(personal, change, key)];
    }
    let has_begun = personal.in_force_at(change).is_some() || change.in_force_for_some().is_some();
    let yes = match consent {
        _ if is_over || has_begun => None,
        Some(Consent::Awaited) if change.is_alteration() => {
            Some(yes_asked(personal, change, "object-specific-altered"))
        }
        Some(Consent::Awaited) => Some(yes_asked(personal, change, "object-specific")),
        Some(Consent::Given) => Some(of_processor(personal, change, "ok", "object-authorised")),
        _ => None,
    };
    standing(personal, change).into_iter().chain(yes).collect()
}

fn of_processor(personal: &Personal<'_>, change: &PublicChange, tone: &'static str, key: &str) -> Note {
    let words = personal.site.words();
    let headline = wording::headline(words, change, Tense::Planned);
    let parts = [
        ("processor", personal.site.processor().name.as_str()),
        ("customer", &personal.opened.who.customer_name),
        ("name", &change.facts.name),
        ("headline", &headline),
    ];
    Note { tone, text: words.with(key, parts), href: None }
}

/// Whoever may give the yes here has a button for it.
fn yes_asked(personal: &Personal<'_>, change: &PublicChange, key: &str) -> Note {
    let mut note = of_processor(personal, change, "key", key);
    if !authorise::may(personal, change) {
        let by_letter = personal.site.words().get("object-authorise-by-letter");
        note.text = format!("{} {by_letter}", note.text);
    }
    note
}

fn standing(personal: &Personal<'_>, change: &PublicChange) -> Option<Note> {
    let words = personal.site.words();
    let headline = wording::headline(words, change, Tense::Planned);
    let said = |tone, key: &str, day: String| {
        let parts = [("headline", headline.as_str()), ("day", &day), ("name", &change.facts.name)];
        Some(Note { tone, text: words.with(key, parts), href: None })
    };
    if let Some(since) = personal.in_force_at(change) {
        return said("key", "object-in-force", dates::plain(words, personal.zone.day_of(since)));
    }
    if change.in_force_for_some().is_some() {
        return said("key", "object-not-yet", String::new());
    }
    match (change.state, change.in_use_since) {
        (ChangeState::Withdrawn | ChangeState::Discarded, _) => {
            said("key", "object-withdrawn", String::new())
        }
        (ChangeState::Held, None) => {
            let day = dates::plain(words, change.effective_on);
            said("warn", if change.is_in_use_before() { "object-held-stays" } else { "object-held" }, day)
        }
        (ChangeState::Scheduled | ChangeState::InNotice | ChangeState::Held, Some(since)) => {
            said("bad", "object-in-use", dates::plain(words, since))
        }
        (ChangeState::Scheduled | ChangeState::InNotice, None)
        | (ChangeState::Draft | ChangeState::Effective, _) => None,
    }
}
