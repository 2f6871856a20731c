//! The objection page: this reader's dates first, then what is planned, then the form.

use askama::Template;

use super::Personal;
use super::authorise::{self, Ask};
use super::clock::{Clock, Window, clock, window};
use super::form::{FILE_BYTES_MAX, Fault, Filled, GROUNDS, TEXT_BYTES_MAX};
use crate::domain::access::LinkPurpose;
use crate::domain::change::{ChangeKind, State as ChangeState};
use crate::domain::customer::Grounds;
use crate::domain::obligation::Consent;
use crate::store::page::PublicChange;
use crate::web::dates;
use crate::web::page::Shell;
use crate::web::public::calendar;
use crate::web::public::change::comparison;
use crate::web::public::coming::count_of_changes;
use crate::web::public::mine;
use crate::web::public::register::Choice;
use crate::web::public::wording::{self, Comparison, Fact, Tense};

/// Changes that the first sentence names; of more it gives the count.
const STEPS_IN_LEDE_MAX: usize = 3;

#[derive(Debug, Template)]
#[template(path = "object.html")]
pub struct Page {
    shell: Shell,
    title: String,
    for_whom: String,
    lede: String,
    notices: Vec<Note>,
    clock: Option<Clock>,
    calendar_href: Option<String>,
    asks: Vec<Ask>,
    follows: Vec<(String, String)>,
    changes: Vec<Planned>,
    form: Form,
    notice_facts: Vec<Fact>,
    belongs: String,
    uses: String,
    /// The register as it concerns this customer.
    mine: Option<String>,
}

#[derive(Debug)]
struct Note {
    tone: &'static str,
    text: String,
    /// Where it stands, if the note is about an objection.
    href: Option<String>,
}

/// One change as planned.
#[derive(Debug)]
pub struct Planned {
    pub headline: String,
    pub state: String,
    pub tone: &'static str,
    pub reason: String,
    pub comparison: Comparison,
    pub facts: Vec<Fact>,
}

#[derive(Debug)]
struct Form {
    shown: bool,
    action: String,
    heading: String,
    intro: String,
    summary: Option<Summary>,
    choices: Vec<Choice>,
    changes_error: Option<String>,
    grounds: Vec<Choice>,
    text: String,
    text_hint: String,
    text_error: Option<String>,
    text_max: usize,
    file_hint: String,
    file_error: Option<String>,
    condition: String,
    behalf: String,
    name: String,
    button: String,
    question_href: Option<String>,
    under: String,
}

#[derive(Debug)]
struct Summary {
    heading: String,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    text: String,
    href: String,
}

/// The page, with the form as it was filled in and what is to be mended.
pub fn page_of(personal: &Personal<'_>, filled: &Filled, faults: &[Fault]) -> Page {
    let words = personal.site.words();
    let customer = personal.opened.who.customer_name.as_str();
    let references: Vec<&str> = personal.changes.iter().map(|change| change.reference.as_str()).collect();
    let window = window(personal);
    let processor = personal.site.processor();
    Page {
        shell: personal.site.shell("", true),
        title: title(personal),
        for_whom: words.with("object-for", [("customer", customer), ("change", &references.join(", "))]),
        lede: lede(personal),
        notices: notices(personal),
        clock: window.map(|window| clock(personal, window)),
        calendar_href: calendar_href(personal),
        asks: authorise::asks(personal),
        follows: window.map(|window| follows(personal, window)).unwrap_or_default(),
        changes: personal.changes.iter().map(|change| planned(personal, change)).collect(),
        form: form(personal, window, filled, faults),
        notice_facts: notice_facts(personal),
        belongs: words.with("object-belongs", [("customer", customer)]),
        uses: words.with(
            "object-uses",
            [("processor", processor.legal_name.as_str()), ("dpo", &processor.dpo_address)],
        ),
        mine: (!personal.opened.former).then(|| mine::path(personal.site, &personal.opened.who)),
    }
}

fn calendar_href(personal: &Personal<'_>) -> Option<String> {
    let dated = personal.changes.iter().any(|change| calendar::deadline(personal, change).is_some());
    (dated && !personal.opened.former).then(|| format!("/object/{}/deadline.ics", personal.token))
}

pub fn title(personal: &Personal<'_>) -> String {
    let words = personal.site.words();
    match personal.changes.as_slice() {
        [] => words.get("object-follows"),
        [only] => {
            let headline = wording::headline(words, only, Tense::Planned);
            match personal.day(only).map(|day| dates::plain(words, day)) {
                Some(day) => words.with("object-title-one", [("headline", &headline), ("day", &day)]),
                None => words.with("change-title-held", [("headline", &headline)]),
            }
        }
        several => {
            let count = count_of_changes(words, several.len());
            match personal.first_day().map(|day| dates::plain(words, day)) {
                Some(day) => words.with("object-title-several", [("changes", &count), ("day", &day)]),
                None => words.with("change-title-held", [("headline", &count)]),
            }
        }
    }
}

pub fn lede(personal: &Personal<'_>) -> String {
    let words = personal.site.words();
    let processor = ("processor", personal.site.processor().name.as_str());
    match personal.changes.as_slice() {
        [] => words.get("object-nothing-left"),
        [only] => {
            let name = ("name", only.facts.name.as_str());
            let old = ("old", only.replaces.as_deref().unwrap_or_default());
            words.with(&format!("object-headline-{}", only.kind), [processor, name, old])
        }
        several => {
            let word = words.number(several.len());
            let word = ("word", word.as_str());
            if several.len() > STEPS_IN_LEDE_MAX {
                return words.with("object-headline-several", [processor, word]);
            }
            let steps: Vec<String> =
                several.iter().map(|change| wording::headline(words, change, Tense::Planned)).collect();
            words.with("object-headline-steps", [processor, word, ("steps", &steps.join(", "))])
        }
    }
}

fn notices(personal: &Personal<'_>) -> Vec<Note> {
    let words = personal.site.words();
    let customer = ("customer", personal.opened.who.customer_name.as_str());
    let mut notices = Vec::new();
    if personal.opened.former {
        notices.push(Note { tone: "warn", text: words.with("object-former", [customer]), href: None });
    }
    if let Some(said) = personal.objections.iter().find(|said| said.resolved_at.is_none()) {
        let mine = said.recipient_id == Some(personal.opened.who.recipient.0);
        let key = if mine { "object-second" } else { "object-somebody" };
        let received = dates::moment(words, said.received_at, &personal.zone);
        let parts = [customer, ("received", received.as_str()), ("reference", said.reference.as_str())];
        let href = Some(format!("/object/{}/objection", personal.token));
        notices.push(Note { tone: "ok", text: words.with(key, parts), href });
    } else if let Some(said) = personal.objections.last() {
        let received = dates::moment(words, said.received_at, &personal.zone);
        let parts = [("received", received.as_str()), ("reference", said.reference.as_str())];
        let href = Some(format!("/object/{}/objection", personal.token));
        notices.push(Note { tone: "key", text: words.with("object-was-resolved", parts), href });
    }
    notices.extend(personal.changes.iter().filter_map(|change| note_of(personal, change)));
    notices
}

fn note_of(personal: &Personal<'_>, change: &PublicChange) -> Option<Note> {
    let words = personal.site.words();
    let headline = wording::headline(words, change, Tense::Planned);
    let said = |tone, key: &str, day: String| {
        let parts = [("headline", headline.as_str()), ("day", &day), ("name", &change.facts.name)];
        let text = words.with(key, parts);
        Some(Note { tone, text, href: None })
    };
    let of_processor = |tone, key: &str| {
        let parts = [
            ("processor", personal.site.processor().name.as_str()),
            ("customer", &personal.opened.who.customer_name),
            ("name", &change.facts.name),
            ("headline", &headline),
        ];
        Note { tone, text: words.with(key, parts), href: None }
    };
    // Whoever may give the yes here has a button for it.
    let yes_asked = |key: &str| {
        let mut note = of_processor("key", key);
        if !authorise::may(personal, change) {
            note.text = format!("{} {}", note.text, words.get("object-authorise-by-letter"));
        }
        note
    };
    let stays = change.is_alteration();
    let is_over = matches!(change.state, ChangeState::Withdrawn | ChangeState::Discarded);
    if !is_over && personal.duty(change).is_some_and(|duty| duty.is_owed() && duty.consent.excludes()) {
        return Some(yes_asked(if stays { "object-silent-altered" } else { "object-silent" }));
    }
    if let Some(since) = personal.in_force_at(change) {
        return said("key", "object-in-force", dates::plain(words, personal.zone.day_of(since)));
    }
    if change.in_force_for_some().is_some() {
        return said("key", "object-not-yet", String::new());
    }
    match change.state {
        ChangeState::Withdrawn | ChangeState::Discarded => said("key", "object-withdrawn", String::new()),
        ChangeState::Held if change.in_use_since.is_none() => {
            let day = dates::plain(words, change.effective_on);
            said("warn", if change.is_in_use_before() { "object-held-stays" } else { "object-held" }, day)
        }
        ChangeState::Held => {
            change.in_use_since.and_then(|since| said("bad", "object-in-use", dates::plain(words, since)))
        }
        ChangeState::Draft | ChangeState::Scheduled | ChangeState::InNotice | ChangeState::Effective => {
            match personal.duty(change).filter(|duty| duty.is_owed()).map(|duty| duty.consent) {
                Some(Consent::Awaited) => {
                    Some(yes_asked(if stays { "object-specific-altered" } else { "object-specific" }))
                }
                Some(Consent::Given) => Some(of_processor("ok", "object-authorised")),
                _ => None,
            }
        }
    }
}

fn follows(personal: &Personal<'_>, window: Window) -> Vec<(String, String)> {
    let words = personal.site.words();
    let answer = dates::long(words, personal.answer_by());
    let answer = ("answer", answer.as_str());
    if window.is_late() {
        return vec![(words.get("object-late-does"), words.with("object-late-does-text", [answer]))];
    }
    let planned: Vec<&PublicChange> = personal.objectable().collect();
    let has_started = matches!(window, Window::AfterStart { .. });
    let object = match planned.as_slice() {
        [only] if only.kind != ChangeKind::Removal => {
            let text = match (has_started, only.is_alteration()) {
                (true, _) => "object-if-after-start",
                (false, true) => "object-if-altered",
                (false, false) => "object-if-text",
            };
            words.with(text, [("name", only.facts.name.as_str()), answer])
        }
        [] | [_] => words.with("object-if-removal", [answer]),
        [_, ..] => words.with("object-if-several", [answer]),
    };
    let mut follows = vec![(words.get("object-if"), object)];
    if has_started {
        follows.push((words.get("object-if-not"), words.get("object-if-not-after-start")));
    } else if !matches!(window, Window::NotOwed | Window::NotAsked) {
        follows.extend(if_not(personal, &planned).map(|text| (words.get("object-if-not"), text)));
    }
    follows
}

/// What silence brings; none, where all has begun.
fn if_not(personal: &Personal<'_>, planned: &[&PublicChange]) -> Option<String> {
    let words = personal.site.words();
    let has_not_begun =
        |change: &PublicChange| personal.in_force_at(change).is_none() && change.took_effect_at.is_none();
    let to_come: Vec<&PublicChange> =
        planned.iter().copied().filter(|change| has_not_begun(change)).collect();
    let day = to_come.iter().filter_map(|change| personal.day(change)).min();
    let asked = planned.iter().any(|change| personal.yes_awaited(change));
    let key = match (to_come.len(), day) {
        (0, _) => return None,
        _ if asked && planned.iter().all(|change| !change.is_alteration()) => "object-if-not-specific",
        _ if asked => "object-if-not-specific-altered",
        (1, Some(_)) => "object-if-not-text",
        (1, None) => "object-if-not-held",
        (_, Some(_)) => "object-if-not-several",
        (_, None) => "object-if-not-several-held",
    };
    let day = day.map(|day| dates::plain(words, day)).unwrap_or_default();
    Some(words.with(key, [("day", &day)]))
}

pub fn planned(personal: &Personal<'_>, change: &PublicChange) -> Planned {
    let words = personal.site.words();
    let compare = change.before.as_ref().filter(|_| change.is_alteration());
    let (state, tone) = match change.state {
        ChangeState::Held => (words.get("badge-held"), "warn"),
        ChangeState::Effective => (words.get("badge-effective"), "ok"),
        ChangeState::Withdrawn | ChangeState::Discarded => (words.get("badge-withdrawn"), ""),
        ChangeState::Draft | ChangeState::Scheduled | ChangeState::InNotice => (String::new(), ""),
    };
    Planned {
        headline: wording::headline(words, change, Tense::Planned),
        state,
        tone,
        reason: change.reason.clone(),
        comparison: compare
            .map(|before| comparison(words, change, before, personal.day(change)))
            .unwrap_or_default(),
        facts: if compare.is_some() { Vec::new() } else { wording::fact_sheet(words, &change.facts) },
    }
}

fn form(personal: &Personal<'_>, window: Option<Window>, filled: &Filled, faults: &[Fault]) -> Form {
    let words = personal.site.words();
    let late = window.is_some_and(Window::is_late);
    let joins = personal.objections.iter().any(|said| said.resolved_at.is_none());
    let (heading, button) = match (joins, late) {
        (true, _) => ("object-h2-add", "object-button-add"),
        (false, true) => ("object-h2-late", "object-button-late"),
        (false, false) => ("object-h2", "object-button"),
    };
    let choice = |change: &PublicChange| Choice {
        value: change.reference.clone(),
        label: wording::headline(words, change, Tense::Planned),
        chosen: filled.changes.contains(&change.reference),
    };
    let ground = |ground: &&str| Choice {
        value: (*ground).to_owned(),
        label: words.get(&format!("ground-{ground}")),
        chosen: filled.grounds.iter().any(|given| given == ground),
    };
    let reasons = personal.terms.grounds == Some(Grounds::Reasonable);
    let limit = TEXT_BYTES_MAX.to_string();
    let too_long =
        faults.contains(&Fault::TooLong).then(|| words.with("object-too-long", [("limit", &limit)]));
    let empty = faults.contains(&Fault::Empty).then(|| words.get("object-empty"));
    let file_error = faults.iter().find_map(|fault| match fault {
        Fault::FileTooLarge => {
            Some(words.with("object-file-too-large", [("limit", &megabytes(FILE_BYTES_MAX))]))
        }
        Fault::FileOfNoKind => Some(words.get("object-file-of-no-kind")),
        Fault::Empty | Fault::TooLong => None,
    });
    Form {
        shown: personal.objectable().next().is_some(),
        action: format!("/object/{}", personal.token),
        heading: words.get(heading),
        intro: String::new(),
        summary: summary(
            personal,
            &[(empty.as_deref(), "#text"), (too_long.as_deref(), "#text"), (file_error.as_deref(), "#file")],
        ),
        choices: personal.objectable().map(choice).collect(),
        changes_error: empty,
        grounds: GROUNDS.iter().map(ground).collect(),
        text: filled.text.clone(),
        text_hint: words.get(if reasons { "object-text-hint-reasons" } else { "object-text-hint" }),
        text_error: too_long,
        text_max: TEXT_BYTES_MAX,
        file_hint: words.with("object-file-hint", [("limit", &megabytes(FILE_BYTES_MAX))]),
        file_error: file_error.clone(),
        condition: filled.condition.clone(),
        behalf: filled.behalf.clone(),
        name: filled.name.clone(),
        button: words.get(button),
        question_href: question(personal),
        under: words.with("object-under", [("customer", &personal.opened.who.customer_name)]),
    }
}

fn summary(personal: &Personal<'_>, errors: &[(Option<&str>, &str)]) -> Option<Summary> {
    let line = |(text, href): &(Option<&str>, &str)| {
        text.map(|text| Line { text: text.to_owned(), href: (*href).to_owned() })
    };
    let lines: Vec<Line> = errors.iter().filter_map(line).collect();
    (!lines.is_empty()).then(|| Summary { heading: personal.site.words().get("object-problem"), lines })
}

fn megabytes(bytes: usize) -> String {
    (bytes / (1024 * 1024)).to_string()
}

/// A question is a question and shuts nothing: it goes to the DPO by mail.
fn question(personal: &Personal<'_>) -> Option<String> {
    let dpo = personal.site.processor().dpo_address.as_str();
    let change = personal.changes.first()?;
    let subject = personal.site.words().with("object-question-subject", [("change", &change.reference)]);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("subject", &subject);
    (!dpo.is_empty()).then(|| format!("mailto:{dpo}?{}", query.finish().replace('+', "%20")))
}

fn notice_facts(personal: &Personal<'_>) -> Vec<Fact> {
    let words = personal.site.words();
    let who = &personal.opened.who;
    let mut facts = Vec::new();
    if let Some(agreement) = agreement(personal) {
        facts.push(Fact::of(words.get("object-agreement"), agreement));
    }
    let served = personal.duties.iter().filter_map(|duty| duty.served_at).min().or(personal.sent.accepted_at);
    if let Some(at) = served.filter(|_| personal.sent.notice_reference.is_some()) {
        facts.push(Fact::of(words.get("object-reached"), dates::moment(words, at, &personal.zone)));
    }
    if !who.address.is_empty() && !personal.opened.former {
        let letter = personal.site.keys().link(LinkPurpose::Letter, personal.sent.id, who.link_epoch);
        let href = personal.sent.notice_reference.is_some().then(|| format!("/letter/{letter}"));
        facts.push(Fact { href, ..Fact::of(words.get("object-sent-to"), who.address.as_str()) });
    }
    facts
}

/// The document and clause that decide, as far as the contract names them.
pub fn agreement(personal: &Personal<'_>) -> Option<String> {
    let duty = personal.duties.iter().find(|duty| duty.clause.is_some() || duty.document.is_some())?;
    let parts = [duty.clause.as_deref(), duty.document.as_deref()];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}
