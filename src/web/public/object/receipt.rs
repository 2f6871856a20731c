//! `/object/{token}/objection/{reference}/receipt.txt`: the receipt as a file to keep.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::status::{self, Case};
use super::{Personal, unknown};
use crate::domain::access::LinkPurpose;
use crate::web::Site;
use crate::web::error::PageError;
use crate::web::page::without_markup;

pub(super) fn path(token: &str, reference: &str) -> String {
    format!("/object/{token}/objection/{reference}/receipt.txt")
}

/// What the status page says of one objection, as plain text.
pub async fn file(
    site: Site,
    Path((token, reference)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let personal = Personal::read(&site, &token, LinkPurpose::Object).await.map_err(unknown)?;
    let case = status::cases(&personal).into_iter().find(|case| case.reference == reference);
    let text = text(&personal, &case.ok_or(PageError::UnknownLink)?);
    // Of our own making: letters, digits and hyphens.
    let disposition = format!("attachment; filename=\"{reference}.txt\"");
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_DISPOSITION, &disposition),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}

fn text(personal: &Personal<'_>, case: &Case) -> String {
    let (words, processor) = (personal.site.words(), personal.site.processor());
    let mut blocks = vec![
        format!("{}: {} {}", processor.name, words.get("receipt-h2"), case.reference),
        status::for_whom(personal),
        without_markup(&case.received.0),
    ];
    blocks.extend(case.lines.iter().cloned());
    blocks.extend(case.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.value)));
    for said in &case.talk {
        let quoted: Vec<String> = said.lines.iter().map(|line| format!("> {line}")).collect();
        let head = format!("{} · {}", said.who, said.at);
        blocks.push([&head, &said.grounds, &quoted.join("\n")].map(String::as_str).join("\n"));
    }
    blocks.extend(case.meanwhile.iter().cloned());
    blocks.push(format!("{}{}", processor.base_url, status::path(personal.token)));
    blocks.join("\n\n").replace("\n\n>", "\n>") + "\n"
}
