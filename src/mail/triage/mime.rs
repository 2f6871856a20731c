//! The mail taken apart: header fields decoded, parts in the order in which they stand, text as text.
//!
//! mail-parser reads the fields and knows the encodings and charsets. The walk through the parts is ours: it is one pass
//! over the lines for each level, and what goes deeper, has more parts or is longer than a mail of people and mail
//! servers ever is, stays unread. So no mail costs more than its length, whatever its sender meant by it.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, Header, HeaderValue, MessageParser};

/// Text and reports stand at the beginning; what is behind is attachments.
const LOOKED_AT_BYTES_MAX: usize = 16 << 20;
const HEADER_BYTES_MAX: usize = 1 << 20;
const TEXT_BYTES_MAX: usize = 1 << 20;
const PARTS_MAX: usize = 200;
const DEPTH_MAX: usize = 12;

/// The header fields of a mail or of a part.
pub(super) struct Fields<'a> {
    raw: &'a [u8],
    fields: Vec<Header<'a>>,
}

impl<'a> Fields<'a> {
    pub fn of(raw: &'a [u8]) -> Self {
        let raw = &raw[..raw.len().min(HEADER_BYTES_MAX)];
        let parsed = MessageParser::default().parse_headers(raw);
        let fields = parsed.and_then(|mut message| message.parts.pop()).map(|part| part.headers);
        Self { raw, fields: fields.unwrap_or_default() }
    }

    pub fn has(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Header<'a>> {
        self.fields.iter().filter(move |field| field.name().eq_ignore_ascii_case(name))
    }

    /// Every field's name and its value as it stands, unfolded, in order.
    pub fn all(&self) -> impl Iterator<Item = (&str, String)> {
        self.fields.iter().map(|field| (field.name(), self.unfolded(field)))
    }

    /// The values of `name` as they stand, unfolded.
    pub fn raw(&self, name: &str) -> impl Iterator<Item = String> {
        self.named(name).map(|field| self.unfolded(field))
    }

    pub fn first(&self, name: &str) -> Option<String> {
        self.raw(name).next()
    }

    /// `name`'s value, encoded words read.
    pub fn text(&self, name: &str) -> Option<String> {
        let field = self.named(name).next()?;
        let value = match &field.value {
            HeaderValue::Text(text) => text.to_string(),
            HeaderValue::TextList(texts) => texts.join(" "),
            _ => self.unfolded(field),
        };
        Some(value.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Names and addresses in `name`.
    pub fn mailboxes(&self, name: &str) -> Vec<(Option<String>, String)> {
        self.named(name)
            .filter_map(|field| field.value.as_address())
            .flat_map(|list| list.iter())
            .filter_map(|entry| {
                let address = entry.address()?.trim();
                let name = entry.name().map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
                (!address.is_empty()).then(|| (name, address.to_owned()))
            })
            .take(PARTS_MAX)
            .collect()
    }

    fn content_type(&self) -> Option<&ContentType<'a>> {
        self.named("Content-Type").find_map(|field| field.value.as_content_type())
    }

    fn unfolded(&self, field: &Header<'_>) -> String {
        let value = self.raw.get(field.offset_start() as usize..field.offset_end() as usize);
        String::from_utf8_lossy(value.unwrap_or_default()).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A part that holds no others.
pub(super) struct Part<'a> {
    pub fields: Fields<'a>,
    /// `text/plain`, in small letters.
    pub kind: String,
    /// As it stands, encoded.
    pub body: &'a [u8],
    /// It belongs to a mail that this one brings along.
    pub returned: bool,
}

impl Part<'_> {
    /// The content as text. No charset or encoding is wrong enough to leave it unread.
    pub fn text(&self) -> String {
        let encoding =
            self.fields.first("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase();
        let body = &self.body[..self.body.len().min(TEXT_BYTES_MAX)];
        let decoded = match encoding.trim() {
            "base64" => base64_decode(body).or_else(|| leniently(body)),
            "quoted-printable" => quoted_printable_decode(body),
            _ => None,
        };
        let bytes = decoded.as_deref().unwrap_or(body);
        let charset = self.fields.content_type().and_then(|kind| kind.attribute("charset"));
        match charset.and_then(|charset| charset_decoder(charset.as_bytes())) {
            Some(decode) if std::str::from_utf8(bytes).is_err() || is_shifted(bytes) => decode(bytes),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    pub fn is_text(&self) -> bool {
        matches!(&*self.kind, "text/plain" | "text/html") && !self.is_attachment()
    }

    fn is_attachment(&self) -> bool {
        let disposition = self.fields.first("Content-Disposition").unwrap_or_default();
        disposition.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("attachment"))
    }
}

/// Seven-bit charsets that switch by escapes look like ASCII.
fn is_shifted(bytes: &[u8]) -> bool {
    memchr::memchr(0x1b, bytes).is_some() || memchr::memmem::find(bytes, b"~{").is_some()
}

/// What is left when everything outside the alphabet goes: lists put plain footers behind encoded text.
fn leniently(body: &[u8]) -> Option<Vec<u8>> {
    let in_alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut kept: Vec<u8> =
        body.iter().copied().take_while(|byte| *byte != b'=').filter(in_alphabet).collect();
    kept.truncate(kept.len() / 4 * 4);
    base64_decode(&kept)
}

/// A mail and its parts.
pub(super) struct Mail<'a> {
    pub fields: Fields<'a>,
    pub parts: Vec<Part<'a>>,
}

impl<'a> Mail<'a> {
    pub fn of(raw: &'a [u8]) -> Self {
        let raw = &raw[..raw.len().min(LOOKED_AT_BYTES_MAX)];
        let (head, body) = head_and_body(without_mbox_line(raw));
        let fields = Fields::of(head);
        let mut parts = Vec::new();
        let place = Place { depth: 0, returned: false, default: "text/plain" };
        walk(Fields::of(head), body, place, &mut parts);
        Self { fields, parts }
    }

    /// The parts of this mail itself that people read.
    pub fn texts(&self) -> impl Iterator<Item = &Part<'a>> {
        self.parts.iter().filter(|part| part.is_text() && !part.returned)
    }
}

#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    returned: bool,
    /// What a part is that does not say.
    default: &'static str,
}

fn walk<'a>(fields: Fields<'a>, body: &'a [u8], place: Place, parts: &mut Vec<Part<'a>>) {
    if parts.len() >= PARTS_MAX {
        return;
    }
    let kind = kind(&fields, place.default);
    let deeper = Place { depth: place.depth + 1, default: "text/plain", ..place };
    if place.depth < DEPTH_MAX {
        let boundary = fields.content_type().and_then(|kind| kind.attribute("boundary"));
        if let Some(boundary) = boundary.filter(|_| kind.starts_with("multipart/")) {
            let inside = Place {
                default: if kind == "multipart/digest" { "message/rfc822" } else { "text/plain" },
                ..deeper
            };
            let pieces = pieces(body, boundary.as_bytes());
            if !pieces.is_empty() {
                for piece in pieces {
                    let (head, body) = head_and_body(piece);
                    walk(Fields::of(head), body, inside, parts);
                }
                return;
            }
        }
        let encoded = fields.has("Content-Transfer-Encoding") && is_encoded(&fields);
        if matches!(&*kind, "message/rfc822" | "message/global") && !encoded {
            // The returned mail is a part, and so are its own parts.
            let (head, inner) = head_and_body(body);
            parts.push(Part { fields, kind, body, returned: place.returned });
            walk(Fields::of(head), inner, Place { returned: true, ..deeper }, parts);
            return;
        }
    }
    let kind = if kind.starts_with("multipart/") { "text/plain".to_owned() } else { kind };
    parts.push(Part { fields, kind, body, returned: place.returned });
}

fn is_encoded(fields: &Fields<'_>) -> bool {
    let encoding = fields.first("Content-Transfer-Encoding").unwrap_or_default();
    ["base64", "quoted-printable"].iter().any(|name| encoding.eq_ignore_ascii_case(name))
}

fn kind(fields: &Fields<'_>, default: &str) -> String {
    match fields.content_type() {
        Some(kind) => match kind.subtype() {
            Some(subtype) => format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase(),
            None if kind.ctype().eq_ignore_ascii_case("text") => "text/plain".to_owned(),
            None => kind.ctype().to_ascii_lowercase(),
        },
        None => default.to_owned(),
    }
}

/// What stands between the delimiter lines of `boundary`.
fn pieces<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let mut begins = None;
    let mut at = 0;
    while at < body.len() && pieces.len() < PARTS_MAX {
        let end = line_end(body, at);
        let delimiter = body[at..end].strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary));
        if let Some(rest) = delimiter {
            let rest = rest.trim_ascii();
            if rest.is_empty() || rest == b"--" {
                if let Some(begins) = begins {
                    pieces.push(&body[begins..at]);
                }
                begins = rest.is_empty().then_some(end);
                if begins.is_none() {
                    return pieces;
                }
            }
        }
        at = end;
    }
    if let Some(begins) = begins.filter(|_| pieces.len() < PARTS_MAX) {
        pieces.push(&body[begins..]);
    }
    pieces
}

/// The fields with their blank line, and what follows. Where the first line is no field, all is body.
pub(super) fn head_and_body(raw: &[u8]) -> (&[u8], &[u8]) {
    let first = &raw[..line_end(raw, 0)];
    let is_field = memchr::memchr(b':', first).is_some_and(|colon| {
        !first[..colon].trim_ascii_end().is_empty() && !first[..colon].trim_ascii_end().contains(&b' ')
    });
    if !is_field && !first.trim_ascii().is_empty() && !first.starts_with(b">") {
        return (&raw[..0], raw);
    }
    let mut at = 0;
    while at < raw.len() {
        let end = line_end(raw, at);
        if raw[at..end].trim_ascii().is_empty() {
            return raw.split_at(end);
        }
        at = end;
    }
    (raw, &raw[raw.len()..])
}

fn without_mbox_line(raw: &[u8]) -> &[u8] {
    if raw.starts_with(b"From ") { &raw[line_end(raw, 0)..] } else { raw }
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at + 1)
}
