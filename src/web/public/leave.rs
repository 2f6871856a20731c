//! `/unsubscribe/{token}`: a subscriber leaves with one click; a contact, who is owed its letters, names a successor.

use askama::Template;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use url::form_urlencoded;

use super::subscribe::{field, opened};
use crate::actions::subscribe::{self, Error};
use crate::domain::access::LinkPurpose;
use crate::domain::customer::CustomerKind;
use crate::domain::recipient::parse_address;
use crate::store::page::Addressee;
use crate::web::Site;
use crate::web::error::PageError;
use crate::web::page::{Act, Message, Shell, rendered};
use crate::web::words::Html;

/// `GET /unsubscribe/{token}`: a button; a contact is asked for its successor instead.
pub async fn show(site: Site, Path(token): Path<String>) -> Result<Response, PageError> {
    let who = opened(&site, &token, LinkPurpose::Unsubscribe).await?.who;
    if who.kind == CustomerKind::Contract {
        return rendered(StatusCode::OK, &SuccessorPage::of(&site, &token, &who));
    }
    if who.suppressed_at.is_some() {
        return rendered(StatusCode::OK, &left(&site, &who.address));
    }
    let words = site.words();
    let parts = [("address", who.address.as_str()), ("processor", site.processor().name.as_str())];
    let page = Message {
        title: words.get("unsubscribe-title"),
        lede: Some(words.rich("unsubscribe-lede", parts)),
        act: Some(Act {
            action: format!("/unsubscribe/{token}"),
            label: words.get("leave-button"),
            hidden: Vec::new(),
            plain: false,
        }),
        ..Message::new(&site)
    };
    rendered(StatusCode::OK, &page)
}

/// `POST /unsubscribe/{token}`: one click, by our button or by a mail provider in the reader's name (RFC 8058), which
/// brings neither cookie nor origin. Answers 200 each time.
pub async fn leave(site: Site, Path(token): Path<String>, body: Bytes) -> Result<Response, PageError> {
    let who = opened(&site, &token, LinkPurpose::Unsubscribe).await?.who;
    match subscribe::leave(site.cx(), who.recipient).await {
        Ok(()) => rendered(StatusCode::OK, &left(&site, &who.address)),
        Err(Error::IsContact) => name_successor(&site, &token, &who, &body).await,
        Err(other) => Err(other.into()),
    }
}

fn left(site: &Site, address: &str) -> Message {
    let words = site.words();
    Message {
        title: words.get("unsubscribed-title"),
        lede: Some(words.rich("unsubscribed-lede", [("address", address)])),
        paragraphs: vec![words.rich("unsubscribed-again", [])],
        ..Message::new(site)
    }
}

#[derive(Debug, Template)]
#[template(path = "successor.html")]
struct SuccessorPage {
    shell: Shell,
    title: String,
    lede: Html,
    says: String,
    action: String,
    error: Option<String>,
    successor: String,
    name: String,
}

impl SuccessorPage {
    fn of(site: &Site, token: &str, who: &Addressee) -> Self {
        let words = site.words();
        let customer = ("customer", who.customer_name.as_str());
        Self {
            shell: site.shell("", true),
            title: words.get("unsubscribe-contact-title"),
            lede: words.rich("unsubscribe-contact-lede", [customer, ("address", who.address.as_str())]),
            says: words.with("leave-contact-says", [customer]),
            action: format!("/unsubscribe/{token}"),
            error: None,
            successor: String::new(),
            name: String::new(),
        }
    }
}

async fn name_successor(
    site: &Site,
    token: &str,
    who: &Addressee,
    body: &Bytes,
) -> Result<Response, PageError> {
    let (successor, name) = (field(body, "successor"), field(body, "name"));
    let page = SuccessorPage {
        successor: successor.clone(),
        name: name.clone(),
        ..SuccessorPage::of(site, token, who)
    };
    // A mail provider's click brings no form.
    if form_urlencoded::parse(body).all(|(field, _)| field != "successor") {
        return rendered(StatusCode::OK, &page);
    }
    let words = site.words();
    let Ok(address) = parse_address(&successor) else {
        let error = Some(words.get("subscribe-bad-address"));
        return rendered(StatusCode::UNPROCESSABLE_ENTITY, &SuccessorPage { error, ..page });
    };
    if let Err(limited) = site.limits().statement(token) {
        let error = Some(words.with("too-many-form", [("wait", &limited.wait(words))]));
        return limited.answered_by(&SuccessorPage { error, ..page });
    }
    subscribe::name_successor(site.cx(), who.recipient, &address, name.trim()).await?;
    let parts = [
        ("customer", who.customer_name.as_str()),
        ("successor", &address),
        ("address", who.address.as_str()),
    ];
    let thanks = Message {
        title: words.get("unsubscribe-contact-done-title"),
        lede: Some(words.rich("unsubscribe-contact-done-lede", parts)),
        ..Message::new(site)
    };
    rendered(StatusCode::OK, &thanks)
}
