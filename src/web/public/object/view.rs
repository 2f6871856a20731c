//! The objection page: this reader's dates first, then what is planned, then the form.

use askama::Template;

use super::Personal;
use super::authorise::{self, Ask};
use super::clock::{Clock, Window, clock, window};
use super::follows::follows;
use super::form::{FILE_BYTES_MAX, FILE_ENDINGS, Fault, Filled, GROUNDS, TEXT_CHARACTERS_MAX};
use super::notes::{Note, notices};
use super::said;
use crate::domain::access::LinkPurpose;
use crate::domain::change::{ChangeKind, State as ChangeState};
use crate::domain::customer::Grounds;
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

/// One change as planned.
#[derive(Debug)]
pub struct Planned {
    pub headline: String,
    /// Its day, where others have another.
    pub when: Option<String>,
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
    which: String,
    choices: Vec<Choice>,
    changes_error: Option<String>,
    grounds: Vec<Choice>,
    text: String,
    text_hint: String,
    text_error: Option<String>,
    text_max: usize,
    file_accept: String,
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
                Some(day) if personal.days_differ() => {
                    words.with("object-title-several-first", [("changes", &count), ("day", &day)])
                }
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
        when: personal.days_differ().then(|| when(personal, change)),
        state,
        tone,
        reason: change.reason.clone(),
        comparison: compare
            .map(|before| comparison(words, change, before, personal.day(change)))
            .unwrap_or_default(),
        facts: if compare.is_some() { Vec::new() } else { wording::fact_sheet(words, &change.facts) },
    }
}

/// "Planned start: 15 February 2027"
fn when(personal: &Personal<'_>, change: &PublicChange) -> String {
    let words = personal.site.words();
    let fact = planned_day(personal, change);
    words.with("object-when", [("label", &fact.label), ("day", &fact.value)])
}

/// The day of one change, under what it is called.
pub fn planned_day(personal: &Personal<'_>, change: &PublicChange) -> Fact {
    let words = personal.site.words();
    let ends = change.kind == ChangeKind::Removal;
    let day = personal.day(change).map_or_else(|| words.get("held-no-day"), |day| dates::long(words, day));
    Fact::of(words.get(if ends { "mine-planned-end" } else { "letter-planned" }), day)
}

fn form(personal: &Personal<'_>, window: Option<Window>, filled: &Filled, faults: &[Fault]) -> Form {
    let words = personal.site.words();
    let late = window.is_some_and(Window::is_late);
    let joins = personal.objections.iter().any(|said| said.resolved_at.is_none());
    let refuses = said::lacks_every_yes(personal);
    let (heading, button) = match (joins, late, refuses) {
        (true, _, _) => ("object-h2-add", "object-button-add"),
        (false, true, _) => ("object-h2-late", "object-button-late"),
        (false, false, true) => ("object-h2-refuse", "object-button-refuse"),
        (false, false, false) => ("object-h2", "object-button"),
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
    let limit = TEXT_CHARACTERS_MAX.to_string();
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
        which: words.get(if refuses { "object-which-refuse" } else { "object-which" }),
        choices: personal.objectable().map(choice).collect(),
        changes_error: empty,
        grounds: GROUNDS.iter().map(ground).collect(),
        text: filled.text.clone(),
        text_hint: words.get(if reasons { "object-text-hint-reasons" } else { "object-text-hint" }),
        text_error: too_long,
        text_max: TEXT_CHARACTERS_MAX,
        file_accept: FILE_ENDINGS.map(|ending| format!(".{ending}")).join(","),
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
