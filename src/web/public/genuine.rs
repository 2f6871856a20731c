//! `/genuine`: whether a letter is ours, by the code that is printed in it. Nothing is told of who got it.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::wording::{self, Tense};
use crate::domain::access::MailPurpose;
use crate::domain::notice::NoticeKind;
use crate::domain::objection;
use crate::store::page::{self, PublicChange, Sent};
use crate::web::Site;
use crate::web::dates;
use crate::web::error::PageError;
use crate::web::limits::Network;
use crate::web::page::{Shell, rendered};
use crate::web::words::Html;

/// A code with what people copy along.
const CODE_CHARACTERS_MAX: usize = 200;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub code: String,
}

#[derive(Debug, Template)]
#[template(path = "genuine.html")]
struct Page {
    shell: Shell,
    title: String,
    lede: String,
    code: String,
    /// Why the code is none of ours.
    fault: Option<String>,
    what_to_do: Option<Html>,
    letter: Option<Known>,
}

#[derive(Debug)]
struct Known {
    ours: Html,
    kind: String,
    number: Option<String>,
    sent: String,
    senders: String,
    about: Vec<About>,
    links: Html,
}

#[derive(Debug)]
struct About {
    headline: String,
    planned: String,
    href: String,
}

/// `GET /genuine?code=`
pub async fn show(site: Site, network: Network, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let words = site.words();
    let code: String = asked.code.trim().chars().take(CODE_CHARACTERS_MAX).collect();
    let mut page = Page {
        shell: site.shell("", true),
        title: words.get("genuine-title"),
        lede: words.with("genuine-lede", [("processor", &site.processor().name)]),
        code,
        fault: None,
        what_to_do: None,
        letter: None,
    };
    if page.code.is_empty() {
        return rendered(StatusCode::OK, &page);
    }
    site.limits().lookup(&network)?;
    page.letter = known(&site, &page.code).await?;
    if page.letter.is_some() {
        return rendered(StatusCode::OK, &page);
    }
    let is_number = ["NTC-", "CHG-", "OBJ-"].iter().any(|kind| page.code.to_uppercase().starts_with(kind));
    page.fault = Some(words.get(if is_number { "genuine-number-typed" } else { "genuine-unknown" }));
    page.what_to_do = (!is_number).then(|| site.with_dpo("genuine-not-ours"));
    rendered(StatusCode::NOT_FOUND, &page)
}

async fn known(site: &Site, code: &str) -> Result<Option<Known>, PageError> {
    // As it stands in the letter, perhaps with the point of its sentence.
    let code = code.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let Some((MailPurpose::Genuine, delivery)) = site.keys().read_mail_token(code) else { return Ok(None) };
    let mut snapshot = site.cx().snapshot().await?;
    let Some(sent) = page::sent(snapshot.conn(), delivery.0).await? else { return Ok(None) };
    let objection = sent.letter_key.as_deref().and_then(objection::in_letter_key);
    let changes = page::changes_of_delivery(snapshot.conn(), delivery.0, objection).await?;
    Ok(Some(told(site, &sent, &changes)))
}

fn told(site: &Site, sent: &Sent, changes: &[PublicChange]) -> Known {
    let (words, zone) = (site.words(), &site.cx().policy.zone);
    let smtp = &site.cx().settings.smtp;
    let mut senders = vec![smtp.from.address.clone(), smtp.from_subscribers.address.clone()];
    senders.dedup();
    let about = |change: &PublicChange| About {
        headline: wording::headline(words, change, Tense::Planned),
        planned: words.with("genuine-planned", [("day", &dates::long(words, change.effective_on))]),
        href: format!("/changes/{}", change.reference),
    };
    Known {
        ours: words.rich("genuine-ours", [("processor", site.processor().name.as_str())]),
        kind: words.get(kind(sent)),
        number: sent.notice_reference.clone(),
        sent: sent
            .accepted_at
            .map_or_else(|| words.get("genuine-not-sent"), |at| dates::moment(words, at, zone)),
        senders: senders.join(", "),
        about: changes.iter().map(about).collect(),
        links: words.rich("genuine-links", [("site", &format!("{}/", site.processor().base_url))]),
    }
}

/// What sort of letter it is. Of a letter about an objection only that it is one of ours: its reader may not want more known.
fn kind(sent: &Sent) -> &'static str {
    match (&sent.notice_kind, sent.letter_key.as_deref().and_then(|key| key.split(':').next())) {
        (Some(kind), _) => kind_of_notice(kind),
        (None, Some("confirm")) => "genuine-kind-confirmation",
        (None, Some("receipt" | "answer" | "reply" | "authorised")) => "genuine-kind-answer",
        (None, _) => "genuine-kind-other",
    }
}

/// What sort of notice it is.
pub(super) fn kind_of_notice(kind: &str) -> &'static str {
    let Ok(kind) = kind.parse() else { return "genuine-kind-other" };
    match kind {
        NoticeKind::Announcement => "genuine-kind-announcement",
        NoticeKind::Reminder => "genuine-kind-reminder",
        NoticeKind::Rescheduled => "genuine-kind-rescheduled",
        NoticeKind::Withdrawn => "genuine-kind-withdrawn",
        NoticeKind::Held => "genuine-kind-held",
        NoticeKind::Effective => "genuine-kind-effective",
        NoticeKind::Corrected => "genuine-kind-corrected",
    }
}
