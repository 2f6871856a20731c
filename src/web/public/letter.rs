//! `/letter/{token}`: a letter as a page, in the shell of our own site, so that its reader can tell it is ours.
//!
//! The letter is shown as it was sent, composed again of what was frozen with it; above it stands what holds today. Its links to pages that
//! do what this page's link does not allow are left without their secret part.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::object::Personal;
use super::object::clock::{Window, window};
use super::object::said;
use super::object::view::{lede, planned_day, title};
use super::wording::{self, Fact, Tense};
use crate::actions::deliver::again::{self, AsSent};
use crate::domain::access::LinkPurpose;
use crate::domain::delivery::DeliveryId;
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
    /// The personal objection page, where there is something to object to, and what it is called.
    object: Option<(String, String)>,
    language: Option<String>,
    /// As it was sent; empty: it is not kept.
    letter: Vec<Line>,
}

/// A line of the letter, and where it leads if it is a link.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    text: String,
    href: Option<String>,
}

/// `GET /letter/{token}`
pub async fn show(site: Site, Path(token): Path<String>) -> Result<Response, PageError> {
    let personal = Personal::read(&site, &token, LinkPurpose::Letter).await?;
    let letter = again::as_sent(site.cx(), DeliveryId(personal.sent.id)).await?;
    rendered(StatusCode::OK, &page_of(&personal, letter))
}

fn page_of(personal: &Personal<'_>, letter: Option<AsSent>) -> Page {
    let words = personal.site.words();
    let who = &personal.opened.who;
    let reference = personal.sent.notice_reference.as_deref().or(personal.sent.letter_key.as_deref());
    let reference = ("reference", reference.unwrap_or_default());
    let address = ("address", who.address.as_str());
    let sent = personal.sent.accepted_at.map(|at| dates::moment(words, at, &personal.zone));
    let window = window(personal);
    let base_url = &personal.site.processor().base_url;
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
        object: window.map(|window| (format!("/object/{object}"), words.get(leads_to(personal, window)))),
        language: letter.as_ref().and_then(|letter| letter.language.clone()),
        letter: letter
            .map(|letter| letter.text.lines().map(|text| line(text, base_url)).collect())
            .unwrap_or_default(),
    }
}

/// What its reader finds on the objection page.
fn leads_to(personal: &Personal<'_>, window: Window) -> &'static str {
    match window {
        Window::NotAsked | Window::Closed { .. } | Window::InForce { .. } => "letter-dates",
        _ if said::lacks_every_yes(personal) => "object-answer",
        _ => "letter-object",
    }
}

/// A link grants its one purpose: this one shows the letter, and leads to the objection page as its button does.
fn line(text: &str, base_url: &str) -> Line {
    let plain = || Line { text: text.to_owned(), href: None };
    if !text.starts_with("http") || text.contains(char::is_whitespace) {
        return plain();
    }
    let leads_on = |purpose: &LinkPurpose| match purpose {
        LinkPurpose::Object | LinkPurpose::Letter => false,
        LinkPurpose::Unsubscribe
        | LinkPurpose::Confirm
        | LinkPurpose::Manage
        | LinkPurpose::Mine
        | LinkPurpose::Reply => true,
    };
    let secret = LinkPurpose::ALL.into_iter().filter(leads_on).find_map(|purpose| {
        let path = format!("/{}/", purpose.path());
        text.find(&path).map(|at| at + path.len())
    });
    let ours = text.starts_with(&format!("{base_url}/"));
    match secret {
        Some(at) => Line { text: format!("{}…", &text[..at]), href: None },
        None => Line { href: ours.then(|| text.to_owned()), ..plain() },
    }
}

fn facts(personal: &Personal<'_>, window: Option<Window>) -> Vec<Fact> {
    let words = personal.site.words();
    let mut facts = Vec::new();
    if personal.days_differ() {
        facts.extend(personal.changes.iter().map(|change| {
            let headline = wording::headline(words, change, Tense::Planned);
            Fact { label: headline, ..planned_day(personal, change) }
        }));
    } else {
        facts.extend(personal.changes.first().map(|change| planned_day(personal, change)));
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
        Some(Window::InForce { .. } | Window::NotServed | Window::NotOwed | Window::NotAsked) | None => {}
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letters_links_lead_where_its_page_may_and_the_others_lose_their_secret() {
        let line = |text: &str| line(text, "https://s.example");
        let object = "https://s.example/object/AQEEAA";
        assert_eq!(line(object), Line { text: object.into(), href: Some(object.into()) });
        let register = "https://s.example/";
        assert_eq!(line(register).href.as_deref(), Some(register));
        for path in ["manage", "unsubscribe", "confirm", "mine", "reply"] {
            let shown = line(&format!("https://s.example/{path}/AQEEAA"));
            assert_eq!(shown, Line { text: format!("https://s.example/{path}/…"), href: None });
        }
        assert_eq!(line("https://elsewhere.example/").href, None);
        assert_eq!(line("See https://s.example/manage/x").href, None);
    }
}
