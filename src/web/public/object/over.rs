//! What was sent against a change that had been withdrawn: not kept, and given back to whoever wrote it.

use axum::http::StatusCode;
use axum::response::Response;

use super::Personal;
use super::form::Filled;
use crate::web::error::PageError;
use crate::web::page::{Back, Message, Notice, rendered};
use crate::web::words::{Html, escaped};

pub(super) fn answer(personal: &Personal<'_>, filled: &Filled) -> Result<Response, PageError> {
    let words = personal.site.words();
    let written = [&filled.text, &filled.condition].map(|part| escaped(part).replace('\n', "<br>"));
    let written: Vec<String> = written.into_iter().filter(|part| !part.is_empty()).collect();
    let page = Message {
        title: words.get("object-over-title"),
        lede: Some(words.rich("object-over-lede", [])),
        notice: (!written.is_empty())
            .then(|| Notice { heading: words.get("object-over-yours"), text: Html(written.join("<br>")) }),
        back: Back { href: format!("/object/{}", personal.token), text: words.get("to-object-page") },
        ..Message::new(personal.site)
    };
    rendered(StatusCode::CONFLICT, &page)
}
