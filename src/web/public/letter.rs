//! `/letter/{token}`: a letter as a page, in the shell of our own site, so that its reader can tell it is ours.
//!
//! It tells the letter's facts for this reader anew; the exact bytes are in the evidence, not here.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::object::Personal;
use super::object::clock::{Window, window};
use super::object::view::{Planned, lede, planned, title};
use super::wording::Fact;
use crate::domain::access::LinkPurpose;
use crate::web::Site;
use crate::web::dates;
use crate::web::error::PageError;
use crate::web::page::{Shell, rendered};
use crate::web::words::Html;

#[derive(Debug, Template)]
#[template(path = "letter.html")]
struct Page {
    shell: Shell,
    title: String,
    for_whom: String,
    lede: String,
    genuine: Html,
    headline: String,
    facts: Vec<Fact>,
    /// The personal objection page, where there is something to object to.
    object: Option<String>,
    changes: Vec<Planned>,
}

/// `GET /letter/{token}`
pub async fn show(site: Site, Path(token): Path<String>) -> Result<Response, PageError> {
    let personal = Personal::read(&site, &token, LinkPurpose::Letter).await?;
    rendered(StatusCode::OK, &page_of(&personal))
}

fn page_of(personal: &Personal<'_>) -> Page {
    let words = personal.site.words();
    let who = &personal.opened.who;
    let reference = personal.sent.notice_reference.as_deref().or(personal.sent.letter_key.as_deref());
    let reference = ("reference", reference.unwrap_or_default());
    let address = ("address", who.address.as_str());
    let sent = personal.sent.accepted_at.map(|at| dates::moment(words, at, &personal.zone));
    let window = window(personal);
    let object = personal.site.keys().link(LinkPurpose::Object, personal.sent.id, who.link_epoch);
    Page {
        shell: personal.site.shell("", true),
        title: words.with("letter-title", [reference]),
        for_whom: title(personal),
        lede: match &sent {
            Some(sent) => words.with("letter-lede", [address, ("sent", sent)]),
            None => words.with("letter-lede-waiting", [address]),
        },
        genuine: words
            .rich("letter-genuine", [("processor", personal.site.processor().name.as_str()), reference]),
        headline: lede(personal),
        facts: facts(personal, window),
        object: window.map(|_| format!("/object/{object}")),
        changes: personal.changes.iter().map(|change| planned(personal, change)).collect(),
    }
}

fn facts(personal: &Personal<'_>, window: Option<Window>) -> Vec<Fact> {
    let words = personal.site.words();
    let mut facts = Vec::new();
    if !personal.changes.is_empty() {
        let no_day = || words.get("held-no-day");
        let day = personal.first_day().map_or_else(no_day, |day| dates::long(words, day));
        facts.push(Fact::of(words.get("letter-planned"), day));
    }
    let said = |key: &str, at| Fact::of(words.get(key), dates::deadline(words, at, &personal.zone));
    match window {
        Some(Window::Open { until, .. } | Window::AfterStart { until }) => {
            facts.push(said("letter-until", until));
        }
        Some(Window::Closed { at }) => facts.push(said("letter-was-until", at)),
        Some(Window::UntilEffect { at: Some(at) }) => facts.push(said("letter-until-effect", at)),
        Some(Window::UntilEffect { at: None }) => {
            facts.push(Fact::of(words.get("letter-until-effect"), words.get("held-no-day")));
        }
        Some(Window::InForce { .. } | Window::NotServed | Window::NotOwed) | None => {}
    }
    facts
}
