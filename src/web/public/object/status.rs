//! The receipt on the page, and what has become of an objection since.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use super::form::TEXT_CHARACTERS_MAX;
use super::view::agreement;
use super::{Personal, receipt, take_back};
use crate::domain::change::{ChangeKind, State as ChangeState};
use crate::domain::objection::{Channel, Resolution, State};
use crate::store::page::{PublicChange, Statement};
use crate::web::dates;
use crate::web::page::{Back, Message, Shell};
use crate::web::public::wording::{self, Fact, Tense};
use crate::web::words::{Html, Words};

/// A receipt that has not left by then is said to be waiting.
const RECEIPT_LEAVES_WITHIN: TimeDelta = TimeDelta::minutes(10);

#[derive(Debug, Template)]
#[template(path = "objection.html")]
pub struct Page {
    shell: Shell,
    title: String,
    for_whom: String,
    cases: Vec<Case>,
    back: String,
}

/// One objection, against one or more of the changes.
#[derive(Debug)]
pub struct Case {
    tone: &'static str,
    pub reference: String,
    pub received: Html,
    pub lines: Vec<String>,
    points: Vec<Step>,
    pub meanwhile: Vec<String>,
    pub talk: Vec<Said>,
    add: Option<Add>,
    /// Where it can be taken back, by this reader.
    take_back: Option<String>,
    receipt: String,
    pub facts: Vec<Fact>,
}

#[derive(Debug)]
struct Step {
    class: &'static str,
    label: String,
    day: String,
}

#[derive(Debug)]
pub struct Said {
    ours: bool,
    pub who: String,
    pub at: String,
    pub grounds: String,
    pub lines: Vec<String>,
}

#[derive(Debug)]
struct Add {
    action: String,
    changes: Vec<String>,
    max: usize,
}

/// Its address.
pub fn path(token: &str) -> String {
    format!("/object/{token}/objection")
}

pub fn page_of(personal: &Personal<'_>) -> Page {
    let words = personal.site.words();
    let newest = said_by_case(personal).into_iter().next();
    let is_new =
        newest.as_ref().is_some_and(|case| case.iter().all(|said| said.state != State::Resolved.as_str()));
    let is_late = newest.is_some_and(|case| case.iter().any(|said| said.is_late()));
    let title = match (is_new, is_late) {
        (true, true) => "objection-title-late",
        (true, false) => "objection-title",
        (false, _) => "objection-title-status",
    };
    Page {
        shell: personal.site.shell("", true),
        title: words.get(title),
        for_whom: for_whom(personal),
        cases: cases(personal),
        back: format!("/object/{}", personal.token),
    }
}

pub fn for_whom(personal: &Personal<'_>) -> String {
    let changes: Vec<&str> = personal.changes.iter().map(|change| change.reference.as_str()).collect();
    let customer = personal.opened.who.customer_name.as_str();
    personal.site.words().with("object-for", [("customer", customer), ("change", &changes.join(", "))])
}

/// The objections that this page tells of, the newest first.
pub fn cases(personal: &Personal<'_>) -> Vec<Case> {
    said_by_case(personal).iter().filter_map(|case| case_of(personal, case)).collect()
}

fn said_by_case<'a>(personal: &'a Personal<'_>) -> Vec<Vec<&'a Statement>> {
    let mut references: Vec<&str> = Vec::new();
    for said in &personal.objections {
        if !references.contains(&said.reference.as_str()) {
            references.push(&said.reference);
        }
    }
    let of =
        |reference: &&str| personal.objections.iter().filter(|said| said.reference == **reference).collect();
    references.iter().rev().map(of).collect()
}

/// What a former contact sees after sending: that it is kept, and no more.
pub fn kept(personal: &Personal<'_>) -> Message {
    let words = personal.site.words();
    let customer = ("customer", personal.opened.who.customer_name.as_str());
    Message {
        title: words.get("objection-title"),
        lede: Some(words.rich("object-former-kept", [customer])),
        back: Back { href: format!("/object/{}", personal.token), text: words.get("to-object-page") },
        ..Message::new(personal.site)
    }
}

fn case_of(personal: &Personal<'_>, case: &[&Statement]) -> Option<Case> {
    let first = case.first()?;
    let late = case.iter().find(|said| said.is_late());
    let decides = late.or_else(|| case.iter().find(|said| said.admitted)).unwrap_or(first);
    let is_open = case.iter().any(|said| said.resolved_at.is_none());
    let changes: Vec<(&PublicChange, &Statement)> = case
        .iter()
        .filter_map(|said| {
            Some((personal.changes.iter().find(|change| change.id.0 == said.change_id)?, *said))
        })
        .collect();
    let may_take_back = case.iter().any(|said| take_back::may(personal, said));
    Some(Case {
        tone: if late.is_some() { "warn" } else { "ok" },
        reference: first.reference.clone(),
        received: received(personal, decides),
        lines: receipt_lines(personal, decides, is_open),
        points: points(personal, first, case),
        meanwhile: changes.iter().filter_map(|(change, said)| meanwhile(personal, change, said)).collect(),
        talk: talk(personal, first),
        add: is_open.then(|| Add {
            action: format!("/object/{}", personal.token),
            changes: changes.iter().map(|(change, _)| change.reference.clone()).collect(),
            max: TEXT_CHARACTERS_MAX,
        }),
        take_back: may_take_back.then(|| take_back::path(personal.token, &first.reference)),
        receipt: receipt::path(personal.token, &first.reference),
        facts: facts(personal, first, &changes),
    })
}

fn received(personal: &Personal<'_>, said: &Statement) -> Html {
    let (words, zone) = (personal.site.words(), &personal.zone);
    let received = dates::moment(words, said.received_at, zone);
    let deadline = said.deadline_at.map(|at| dates::deadline(words, at, zone)).unwrap_or_default();
    let answer = dates::long(words, said.answer_due_on);
    let parts = [
        ("received", received.as_str()),
        ("deadline", &deadline),
        ("answer", &answer),
        ("customer", &personal.opened.who.customer_name),
    ];
    let key = match (said.customer_id.is_some(), said.in_time, said.deadline_at.is_some()) {
        (false, _, _) => "receipt-unlinked",
        (true, false, _) if said.admitted => "receipt-admitted",
        (true, true, true) => "receipt-in-time",
        (true, true, false) => "receipt-in-time-effect",
        (true, false, true) => "receipt-late",
        (true, false, false) => "receipt-late-effect",
    };
    words.rich(key, parts)
}

fn receipt_lines(personal: &Personal<'_>, said: &Statement, is_open: bool) -> Vec<String> {
    let words = personal.site.words();
    let mut lines = Vec::new();
    let answer = dates::long(words, said.answer_due_on);
    if is_open && !said.is_late() {
        lines.push(words.with("receipt-answer", [("answer", &answer)]));
    }
    if said.receipt_left || personal.now < said.received_at + RECEIPT_LEAVES_WITHIN {
        let addresses: Vec<String> = said.receipt_addresses.iter().map(|address| masked(address)).collect();
        if !addresses.is_empty() {
            lines.push(words.with("receipt-mail", [("addresses", addresses.join(", ").as_str())]));
        }
    } else {
        lines.push(words.get("receipt-mail-waiting"));
    }
    lines
}

/// An address for somebody who may hold only the link: enough to be recognised by its owner.
pub fn masked(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}

fn points(personal: &Personal<'_>, first: &Statement, case: &[&Statement]) -> Vec<Step> {
    let (words, zone) = (personal.site.words(), &personal.zone);
    let at = |instant: DateTime<Utc>| dates::minute(words, instant, zone);
    let step = |class, label: &str, day: String| Step { class, label: words.get(label), day };
    let mut steps = vec![step("past", "status-received", at(first.received_at))];
    let resolved = case
        .iter()
        .map(|said| said.resolved_at)
        .collect::<Option<Vec<_>>>()
        .and_then(|all| all.into_iter().max());
    let outcomes: Vec<String> = {
        let mut outcomes: Vec<&str> = case
            .iter()
            .filter(|said| said.resolved_at.is_some())
            .filter_map(|said| said.outcome.as_deref())
            .collect();
        outcomes.dedup();
        outcomes.into_iter().map(|outcome| words.get(&format!("outcome-{outcome}"))).collect()
    };
    match resolved {
        Some(at_last) => {
            steps.push(step("past", "status-resolved", at(at_last)));
            steps.push(step("now", "status-outcome", outcomes.join(", ")));
        }
        None => {
            steps.push(step("now", "status-now", words.get(&format!("status-{}", first.state))));
            steps.push(step("", "status-answer", dates::short(words, first.answer_due_on)));
            steps.push(step("", "status-outcome", words.get("status-open")));
        }
    }
    steps
}

fn meanwhile(personal: &Personal<'_>, change: &PublicChange, said: &Statement) -> Option<String> {
    let words = personal.site.words();
    let name = ("name", change.facts.name.as_str());
    if said.resolved_at.is_some() {
        let resolution = said.resolution.clone()?;
        return serde_json::from_value(resolution).ok().map(|resolution| outcome(words, change, &resolution));
    }
    if said.is_late() {
        return Some(words.get("meanwhile-late"));
    }
    if personal.in_force_at(change).is_some_and(|since| said.received_at >= since) {
        return Some(words.with("meanwhile-after-start", [name]));
    }
    let is_used = personal.in_force_at(change).is_some()
        || change.in_use_since.is_some()
        || change.kind == ChangeKind::Removal
        || matches!(change.state, ChangeState::Withdrawn | ChangeState::Discarded);
    let key = if change.is_alteration() { "meanwhile-not-changed" } else { "meanwhile-not-used" };
    (!is_used && said.customer_id.is_some()).then(|| words.with(key, [name]))
}

fn outcome(words: &Words, change: &PublicChange, resolution: &Resolution) -> String {
    let name = ("name", change.facts.name.as_str());
    let reason = ("reason", resolution.said_by_us().unwrap_or_default());
    let day = |day| dates::plain(words, day);
    match resolution {
        Resolution::Accommodated { .. } => words.with("outcome-says-accommodated", [name, reason]),
        Resolution::Mitigated { condition, .. } => {
            words.with("outcome-says-mitigated", [("condition", condition.as_str()), reason])
        }
        Resolution::Withdrawn { .. } => words.with("outcome-says-withdrawn", [reason]).trim_end().to_owned(),
        Resolution::Terminated { last_day, .. } => {
            words.with("outcome-says-terminated", [name, ("day", &day(*last_day)), reason])
        }
        Resolution::ChangeWithdrawn { .. } => words.with("outcome-says-change_withdrawn", [reason]),
        Resolution::NotUpheld { remedies, .. } => {
            let first = words.with("outcome-says-not_upheld", [reason]);
            let then = remedies.as_ref().map(|remedies| {
                let parts = [("remedies", remedies.what.as_str()), ("day", &day(remedies.last_day))];
                words.with("outcome-says-not_upheld-remedies", parts)
            });
            [Some(first), then].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        Resolution::Lapsed { last_day, .. } => {
            let over = words.with("outcome-says-lapsed", [reason]);
            let then = last_day.map(|last| words.with("outcome-says-lapsed-until", [("day", &day(last))]));
            [Some(over), then].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        Resolution::NotEntitled { .. } => words.with("outcome-says-not_entitled", [reason]),
    }
}

fn talk(personal: &Personal<'_>, first: &Statement) -> Vec<Said> {
    let (words, zone) = (personal.site.words(), &personal.zone);
    let mine = first.recipient_id == Some(personal.opened.who.recipient.0);
    let who = match (mine, &first.address) {
        (true, _) => words.get("talk-you"),
        (false, Some(address)) => masked(address),
        (false, None) => personal.opened.who.customer_name.clone(),
    };
    let mut said = vec![Said {
        ours: false,
        who,
        at: dates::minute(words, first.received_at, zone),
        grounds: grounds(words, &first.grounds, first.condition.as_deref(), first.on_behalf_of.as_deref()),
        lines: lines(words, &first.statement, first.file.as_deref()),
    }];
    let of_it = personal.spoken.iter().filter(|spoken| spoken.objection_id == first.objection_id);
    said.extend(of_it.map(|spoken| Said {
        ours: spoken.ours,
        who: if spoken.ours {
            words.with("talk-us", [("processor", &personal.site.processor().name)])
        } else {
            said_by(personal, spoken.said_by.as_deref())
        },
        at: dates::minute(words, spoken.at, zone),
        grounds: grounds(words, &spoken.grounds, spoken.condition.as_deref(), spoken.on_behalf_of.as_deref()),
        lines: lines(words, &spoken.body, spoken.file.as_deref()),
    }));
    said
}

/// Whose words they are, for whoever may hold only the link: an address in full only where it is the reader's own.
fn said_by(personal: &Personal<'_>, who: Option<&str>) -> String {
    match who {
        None => personal.opened.who.customer_name.clone(),
        Some(own) if own.eq_ignore_ascii_case(&personal.opened.who.address) => own.to_owned(),
        Some(address) if address.contains('@') => masked(address),
        Some(name) => name.to_owned(),
    }
}

fn lines(words: &Words, said: &str, file: Option<&str>) -> Vec<String> {
    let enclosed = file.map(|name| words.with("talk-file", [("name", name)]));
    said.lines().map(str::to_owned).chain(enclosed).collect()
}

fn grounds(words: &Words, grounds: &[String], condition: Option<&str>, behalf: Option<&str>) -> String {
    let known: Vec<String> = grounds
        .iter()
        .map(|ground| {
            let offered = super::form::GROUNDS.contains(&ground.as_str());
            if offered { words.get(&format!("ground-{ground}")) } else { ground.clone() }
        })
        .collect();
    let parts = [
        (!known.is_empty()).then(|| words.with("talk-grounds", [("grounds", known.join(", ").as_str())])),
        condition.map(|condition| words.with("talk-condition", [("condition", condition)])),
        behalf.map(|behalf| words.with("talk-behalf", [("behalf", behalf)])),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn facts(personal: &Personal<'_>, first: &Statement, changes: &[(&PublicChange, &Statement)]) -> Vec<Fact> {
    let words = personal.site.words();
    let mut facts: Vec<Fact> = changes
        .iter()
        .map(|(change, _)| {
            let headline = wording::headline(words, change, Tense::Planned);
            let href = Some(format!("/changes/{}", change.reference));
            let text = match personal.day(change).map(|day| dates::plain(words, day)) {
                Some(day) => words.with("change-title", [("headline", headline.as_str()), ("day", &day)]),
                None => words.with("change-title-held", [("headline", &headline)]),
            };
            Fact { href, ..Fact::of(words.get("about-change"), text) }
        })
        .collect();
    facts.extend(agreement(personal).map(|text| Fact::of(words.get("about-agreement"), text)));
    facts.push(Fact::of(words.get("about-by"), by(words, &first.channel)));
    facts
}

fn by(words: &Words, channel: &str) -> String {
    let Ok(channel) = channel.parse::<Channel>() else { return channel.to_owned() };
    words.get(match channel {
        Channel::Link => "about-channel-link",
        Channel::Reply => "about-channel-reply",
        Channel::Console => "about-channel-console",
        Channel::Api => "about-channel-api",
        Channel::Letter => "about-channel-letter",
        Channel::Phone => "about-channel-phone",
        Channel::Ticket => "about-channel-ticket",
        Channel::Meeting => "about-channel-meeting",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_masked_to_what_its_owner_recognises() {
        assert_eq!(masked("p.lindqvist@halden.example"), "p…@halden.example");
        assert_eq!(masked("ä@halden.example"), "ä…@halden.example");
        assert_eq!(masked("nonsense"), "n…@");
    }
}
