//! The mails on pages, for a person: the list, one mail (its HTML in a sandboxed frame, its text, its headers) and the
//! raw bytes. What a mail contains is foreign: it is escaped, and the frame has neither scripts nor an origin.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use mail_parser::{MessageParser, MimeHeaders};

use super::{Mail, Mailbox};

const STYLE: &str = concat!(include_str!("../../web/assets/style.css"), include_str!("mailbox.css"));

/// Letters bring their styles inline, and a frame's document inherits this policy; nothing is loaded from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; form-action 'self'; \
                      base-uri 'self'; frame-ancestors 'none'";

/// The newest mails shown on the list.
const LISTED_MAX: usize = 200;

pub(super) fn router(mailbox: Mailbox) -> Router {
    Router::new()
        .route("/", get(list))
        .route("/mails/{serial}", get(mail))
        .route("/mails/{serial}/raw", get(raw))
        .route("/style.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }))
        .with_state(mailbox)
}

#[derive(Debug, serde::Deserialize)]
struct Filter {
    /// Only mails to addresses that contain this.
    #[serde(default)]
    to: String,
}

#[derive(Template)]
#[template(path = "mailbox_list.html")]
struct ListPage {
    to: String,
    shown: Vec<Line>,
    matching: usize,
    received: u64,
}

struct Line {
    serial: u64,
    subject: String,
    to: String,
    received_at: String,
    received_at_rfc3339: String,
}

async fn list(State(mailbox): State<Mailbox>, Query(filter): Query<Filter>) -> Response {
    let wanted = filter.to.trim().to_lowercase();
    let mut mails = mailbox.mails();
    mails.retain(|mail| mail.envelope_to.iter().any(|to| to.address.to_lowercase().contains(&wanted)));
    let page = ListPage {
        matching: mails.len(),
        shown: mails.iter().rev().take(LISTED_MAX).map(line).collect(),
        received: *mailbox.shared.received.borrow(),
        to: filter.to,
    };
    html(&page)
}

fn line(mail: &Mail) -> Line {
    Line {
        serial: mail.serial,
        subject: mail.subject(),
        to: addresses(mail),
        received_at: mail.received_at.format("%a %-d %b %Y, %H:%M:%S UTC").to_string(),
        received_at_rfc3339: mail.received_at.to_rfc3339(),
    }
}

fn addresses(mail: &Mail) -> String {
    mail.envelope_to.iter().map(|to| to.address.as_str()).collect::<Vec<_>>().join(", ")
}

#[derive(Template)]
#[template(path = "mailbox_mail.html")]
struct MailPage {
    line: Line,
    from: String,
    envelope_from: String,
    html: Option<String>,
    text: Vec<Piece>,
    links: Vec<String>,
    headers: String,
    attachments: Vec<String>,
    bytes: usize,
}

/// A stretch of the text part.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Link(String),
}

async fn mail(State(mailbox): State<Mailbox>, Path(serial): Path<u64>) -> Response {
    let Some(mail) = find(&mailbox, serial) else { return not_kept() };
    let message = MessageParser::default().parse(&mail.bytes[..]).unwrap_or_default();
    let text = mail.text();
    let page = MailPage {
        line: line(&mail),
        from: mail.header("From").unwrap_or_default(),
        envelope_from: mail.envelope_from.clone(),
        html: (message.html_body_count() > 0).then(|| framed(&mail.html())),
        links: links(&text),
        text: pieces(&text),
        headers: headers(&mail.bytes),
        attachments: message
            .attachments()
            .filter_map(|part| part.attachment_name())
            .map(str::to_owned)
            .collect(),
        bytes: mail.bytes.len(),
    };
    html(&page)
}

async fn raw(State(mailbox): State<Mailbox>, Path(serial): Path<u64>) -> Response {
    let Some(mail) = find(&mailbox, serial) else { return not_kept() };
    let name = format!("attachment; filename=\"{serial}.eml\"");
    let headers = [(header::CONTENT_TYPE, "message/rfc822".to_owned()), (header::CONTENT_DISPOSITION, name)];
    (headers, mail.bytes.to_vec()).into_response()
}

fn find(mailbox: &Mailbox, serial: u64) -> Option<Mail> {
    mailbox.shared.kept().mails.iter().find(|mail| mail.serial == serial).cloned()
}

fn not_kept() -> Response {
    (StatusCode::NOT_FOUND, "This mail is not kept here, or no longer. Go back to the list.\n")
        .into_response()
}

fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(body) => {
            ([(HeaderName::from_static("content-security-policy"), POLICY)], Html(body)).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The letter for the frame: its links open beside the mailbox, not inside the frame.
fn framed(letter: &str) -> String {
    format!("<base target=\"_blank\">{letter}")
}

/// The header block as it came over the wire.
fn headers(bytes: &[u8]) -> String {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// The links of a text, in order, each once.
pub(super) fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in pieces(text) {
        if let Piece::Link(link) = piece
            && !found.contains(&link)
        {
            found.push(link);
        }
    }
    found
}

/// Divides a text into words and `http(s)` links; a link ends at white space or at an angle bracket, and closing
/// punctuation after it is not part of it.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = next_link(rest) {
        let (words, from_link) = rest.split_at(start);
        let end =
            from_link.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(from_link.len());
        let link = from_link[..end].trim_end_matches(['.', ',', ';', ':', ')', '!', '?', '\'']);
        if !words.is_empty() {
            pieces.push(Piece::Words(words.to_owned()));
        }
        pieces.push(Piece::Link(link.to_owned()));
        rest = &from_link[link.len()..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest.to_owned()));
    }
    pieces
}

fn next_link(text: &str) -> Option<usize> {
    [text.find("https://"), text.find("http://")].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_end_before_white_space_brackets_and_closing_punctuation() {
        let text = "Object here: https://a.example/object/Ab_C-1, or see (http://b.example/x?y=1).\n<https://c.example>";
        assert_eq!(
            links(text),
            ["https://a.example/object/Ab_C-1", "http://b.example/x?y=1", "https://c.example"]
        );
    }

    #[test]
    fn the_pieces_of_a_text_are_the_whole_text() {
        let text = "a https://b.example. c\nhttp://d.example";
        let whole: String = pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Words(text) | Piece::Link(text) => text,
            })
            .collect();
        assert_eq!(whole, text);
    }
}
