//! Says what a reply is: the two links of its receipt, each a page with one button. The links show, the buttons act.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::subscribe::opened;
use crate::actions::rule_on_mail::{self, Error};
use crate::domain::access::LinkPurpose;
use crate::domain::inbox::Ruling;
use crate::domain::ledger::Actor;
use crate::store::inbound::MessageId;
use crate::store::inbox::{self, Asked};
use crate::web::Site;
use crate::web::error::PageError;
use crate::web::page::{Act, Back, Message, rendered};

/// `GET /reply/{token}/{what}`: shows a button, and changes nothing.
pub async fn show(site: Site, Path((token, what)): Path<(String, String)>) -> Result<Response, PageError> {
    let ruling = ruling(&what)?;
    let asked = asked(&site, &token).await?;
    let page = if asked.waits { to_say(&site, &token, ruling, &asked) } else { said(&site, &asked) };
    rendered(StatusCode::OK, &page)
}

/// `POST /reply/{token}/{what}`: says it; pressed again, or when somebody else has said it, the page tells what is.
pub async fn say(site: Site, Path((token, what)): Path<(String, String)>) -> Result<Response, PageError> {
    let ruling = ruling(&what)?;
    let who = opened(&site, &token, LinkPurpose::Reply).await?.who;
    let before = asked(&site, &token).await?;
    if before.waits {
        let actor = Actor::Link { recipient: who.recipient.0 };
        match rule_on_mail::rule(site.cx(), actor, MessageId(before.message), ruling, None, None).await {
            Ok(_) | Err(Error::NotWaiting { .. }) => {}
            Err(Error::Store(cause)) => return Err(cause.into()),
            Err(Error::Begin(cause)) => return Err(cause.into()),
            Err(Error::NobodyActs | Error::WhoseIsIt { .. }) => return Err(PageError::Form),
        }
    }
    rendered(StatusCode::OK, &said(&site, &asked(&site, &token).await?))
}

/// The only two things that a link can say.
fn ruling(what: &str) -> Result<Ruling, PageError> {
    match what {
        "objection" => Ok(Ruling::Objection),
        "question" => Ok(Ruling::Question),
        _ => Err(PageError::UnknownLink),
    }
}

async fn asked(site: &Site, token: &str) -> Result<Asked, PageError> {
    let id = opened(site, token, LinkPurpose::Reply).await?.id;
    let mut snapshot = site.cx().snapshot().await?;
    inbox::asked_by(snapshot.conn(), id).await?.ok_or(PageError::UnknownLink)
}

fn to_say(site: &Site, token: &str, ruling: Ruling, asked: &Asked) -> Message {
    let words = site.words();
    let (title, lede, button) = if ruling == Ruling::Objection {
        ("reply-objection-title", "reply-objection-lede", "reply-objection-button")
    } else {
        ("reply-question-title", "reply-question-lede", "reply-question-button")
    };
    Message {
        shell: site.shell("object", true),
        title: words.get(title),
        lede: Some(words.rich(lede, [("subprocessor", asked.subprocessor.as_str())])),
        act: Some(Act {
            action: format!("/reply/{token}/{ruling}"),
            label: words.get(button),
            hidden: Vec::new(),
            plain: false,
        }),
        small: Some(words.get("reply-nothing")),
        ..Message::new(site)
    }
}

fn said(site: &Site, asked: &Asked) -> Message {
    let words = site.words();
    let objects = asked.ruling.as_deref() == Some(Ruling::Objection.as_str()) || asked.objection.is_some();
    let (title, lede) = if objects {
        ("reply-said-objection-title", "reply-said-objection-lede")
    } else {
        ("reply-said-question-title", "reply-said-question-lede")
    };
    Message {
        shell: site.shell("object", true),
        title: words.get(title),
        lede: Some(words.rich(lede, [("subprocessor", asked.subprocessor.as_str())])),
        back: Back { href: "/".to_owned(), text: words.get("reply-back") },
        ..Message::new(site)
    }
}
