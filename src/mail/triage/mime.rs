//! The mail taken apart: header fields decoded, parts in the order in which they stand, text as text.
//!
//! mail-parser reads the fields and knows the encodings and charsets. The walk through the parts is ours: it is one pass
//! over the lines for each level, and what goes deeper, has more parts or is longer than a mail of people and mail
//! servers ever is, stays unread. So no mail costs more than its length, whatever its sender meant by it.

use super::html;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, Header, HeaderValue, MessageParser};

/// Text and reports stand at the beginning; what is behind is attachments.
const LOOKED_AT_BYTES_MAX: usize = 16 << 20;
/// A parsed field takes up to fifty times its bytes. The parts' headers together are as much at most as the mail's own.
const HEADER_BYTES_MAX: usize = 1 << 20;
const HEADER_LINES_MAX: usize = 10_000;
const FIELD_BYTES_MAX: usize = 32 << 10;
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Of what is read of all parts together.
const READ_BYTES_MAX: usize = 2 << 20;
const PARTS_MAX: usize = 200;
const DEPTH_MAX: usize = 12;

/// The header fields of a mail or of a part.
pub(super) struct Fields<'a> {
    raw: &'a [u8],
    fields: Vec<Header<'a>>,
}

impl<'a> Fields<'a> {
    pub fn of(raw: &'a [u8]) -> Self {
        Self::within(raw, &mut Room::default())
    }

    /// As many of them as there is room for.
    fn within(raw: &'a [u8], room: &mut Room) -> Self {
        let raw = room.take(raw);
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
        Some(in_line(&value))
    }

    /// Names and addresses in `name`.
    pub fn mailboxes(&self, name: &str) -> Vec<(Option<String>, String)> {
        self.named(name)
            .filter_map(|field| field.value.as_address())
            .flat_map(|list| list.iter())
            .filter_map(|entry| {
                let address = entry.address()?.trim();
                (!address.is_empty()).then(|| (entry.name().map(in_line), in_line(address)))
            })
            .take(PARTS_MAX)
            .collect()
    }

    fn content_type(&self) -> Option<&ContentType<'a>> {
        self.named("Content-Type").find_map(|field| field.value.as_content_type())
    }

    fn unfolded(&self, field: &Header<'_>) -> String {
        let value = self.raw.get(field.offset_start() as usize..field.offset_end() as usize);
        in_line(&String::from_utf8_lossy(value.unwrap_or_default()))
    }
}

/// What may still be read of header fields.
struct Room {
    bytes: usize,
    lines: usize,
    /// Something had no room.
    is_short: bool,
}

impl Default for Room {
    fn default() -> Self {
        Self { bytes: HEADER_BYTES_MAX, lines: HEADER_LINES_MAX, is_short: false }
    }
}

impl Room {
    fn take<'a>(&mut self, header: &'a [u8]) -> &'a [u8] {
        let within = &header[..header.len().min(self.bytes)];
        let mut ends = memchr::memchr_iter(b'\n', within);
        let end =
            if self.lines == 0 { 0 } else { ends.nth(self.lines - 1).map_or(within.len(), |end| end + 1) };
        let taken = &within[..end];
        self.bytes -= taken.len();
        self.lines -= memchr::memchr_iter(b'\n', taken).count().min(self.lines);
        self.is_short |= taken.len() < header.len();
        taken
    }
}

/// In one line, one blank between words; no NUL, which no database takes.
fn in_line(value: &str) -> String {
    let value = &value[..value.floor_char_boundary(FIELD_BYTES_MAX)];
    let words = value.split(|c: char| c.is_whitespace() || c == '\0').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
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
    /// The number of the multipart/alternative that it is in: one of its parts is read, not all.
    alternative: Option<usize>,
}

impl Part<'_> {
    /// The content as text. No charset or encoding is wrong enough to leave it unread.
    pub fn text(&self) -> String {
        let bytes = &*self.decoded(&self.body[..self.body.len().min(TEXT_BYTES_MAX)]);
        let charset = self.fields.content_type().and_then(|kind| kind.attribute("charset"));
        // Neither a page nor a database takes a NUL.
        match charset.and_then(|charset| charset_decoder(charset.as_bytes())) {
            Some(decode) if !looks_like_utf8(bytes) || charset.is_some_and(is_wide) => decode(bytes),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        }
        .replace('\0', "")
    }

    /// The content without its encoding.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        self.decoded(self.body)
    }

    fn decoded<'b>(&self, body: &'b [u8]) -> Cow<'b, [u8]> {
        let encoding =
            self.fields.first("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase();
        let decoded = match encoding.trim() {
            "base64" => base64_decode(body).or_else(|| leniently(body)),
            "quoted-printable" => quoted_printable_decode(body),
            _ => None,
        };
        decoded.map_or(Cow::Borrowed(body), Cow::Owned)
    }

    pub fn is_text(&self) -> bool {
        matches!(&*self.kind, "text/plain" | "text/html") && !self.is_attachment()
    }

    fn is_attachment(&self) -> bool {
        let disposition = self.fields.first("Content-Disposition").unwrap_or_default();
        disposition.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("attachment"))
    }
}

/// What is UTF-8 and more than ASCII is no other charset, whatever its header says. Seven-bit charsets that switch by
/// escapes look like ASCII.
fn looks_like_utf8(bytes: &[u8]) -> bool {
    let is_shifted = memchr::memchr(0x1b, bytes).is_some() || memchr::memmem::find(bytes, b"~{").is_some();
    !is_shifted && std::str::from_utf8(bytes).is_ok()
}

/// UTF-16, UTF-32 and UTF-7 look like ASCII, too.
fn is_wide(charset: &str) -> bool {
    ["utf-16", "utf-32", "utf-7"].iter().any(|wide| charset.to_ascii_lowercase().starts_with(wide))
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
    readable: OnceCell<Text>,
    /// Some of its header fields or parts were left out.
    is_partial: bool,
}

/// What people read of a mail, and whether there is more of it.
struct Text {
    words: String,
    is_cut: bool,
}

impl<'a> Mail<'a> {
    pub fn of(raw: &'a [u8]) -> Self {
        let looked_at = &raw[..raw.len().min(LOOKED_AT_BYTES_MAX)];
        let (head, body) = head_and_body(without_leading_lines(looked_at));
        let mut own = Room::default();
        let fields = Fields::within(head, &mut own);
        let place = Place { depth: 0, returned: false, alternative: None, default: "text/plain" };
        let mut walk = Walk { parts: Vec::new(), alternatives: 0, room: Room::default(), is_full: false };
        walk.go(Fields::of(head), body, place);
        let is_partial = looked_at.len() < raw.len() || own.is_short || walk.room.is_short || walk.is_full;
        Self { fields, parts: walk.parts, readable: OnceCell::new(), is_partial }
    }

    /// Of what a multipart/report says that it is one.
    pub fn report_type(&self) -> Option<String> {
        self.fields.content_type()?.attribute("report-type").map(str::to_ascii_lowercase)
    }

    /// The parts of this mail itself that people read, in all their forms.
    pub fn texts(&self) -> impl Iterator<Item = &Part<'a>> {
        self.parts.iter().filter(|part| part.is_text() && !part.returned)
    }

    /// The text as a person reads it: of several forms the plain one, if anything stands in it.
    pub fn readable(&self) -> &str {
        &self.read().words
    }

    /// There is more to read than was.
    pub fn is_cut(&self) -> bool {
        self.is_partial || self.read().is_cut
    }

    fn read(&self) -> &Text {
        self.readable.get_or_init(|| {
            // One part's text at a time: all of them together may be many times the mail.
            let is_plain = |part: &Part<'_>| part.kind == "text/plain";
            let said = |part: &&Part<'_>| is_plain(part) && !part.text().trim().is_empty();
            let with_plain: BTreeSet<usize> = self
                .texts()
                .filter(|part| part.alternative.is_some())
                .filter(said)
                .filter_map(|part| part.alternative)
                .collect();
            let mut text = Text { words: String::new(), is_cut: false };
            for part in self.texts() {
                if part.alternative.is_some_and(|number| with_plain.contains(&number)) && !is_plain(part) {
                    continue;
                }
                text.add(part);
            }
            text
        })
    }

    /// What holds the header of the mail that this one returns.
    pub fn returned_part(&self) -> Option<&Part<'a>> {
        const KINDS: [&str; 5] = [
            "message/rfc822",
            "message/global",
            "text/rfc822-headers",
            "message/rfc822-headers",
            "message/global-headers",
        ];
        self.parts.iter().find(|part| KINDS.contains(&&*part.kind))
    }
}

impl Text {
    fn add(&mut self, part: &Part<'_>) {
        let left = READ_BYTES_MAX.saturating_sub(self.words.len());
        let (mut words, is_longer) = match &*part.kind {
            "text/html" => html::text(&part.text(), left),
            _ => (part.text().replace('\r', ""), false),
        };
        self.is_cut |= is_longer || words.len() > left || part.body.len() > TEXT_BYTES_MAX;
        words.truncate(words.floor_char_boundary(left));
        if words.trim().is_empty() {
            return;
        }
        if !self.words.is_empty() {
            self.words.push('\n');
        }
        self.words.push_str(&words);
    }
}

#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    returned: bool,
    alternative: Option<usize>,
    /// What a part is that does not say.
    default: &'static str,
}

struct Walk<'a> {
    parts: Vec<Part<'a>>,
    alternatives: usize,
    /// For the header fields of parts.
    room: Room,
    /// There are more parts.
    is_full: bool,
}

impl<'a> Walk<'a> {
    fn go(&mut self, fields: Fields<'a>, body: &'a [u8], place: Place) {
        if self.parts.len() >= PARTS_MAX {
            self.is_full = true;
            return;
        }
        let kind = kind(&fields, place.default);
        let deeper = Place { depth: place.depth + 1, default: "text/plain", ..place };
        if place.depth < DEPTH_MAX && kind.starts_with("multipart/") {
            let boundary = fields.content_type().and_then(|kind| kind.attribute("boundary"));
            let pieces =
                boundary.map(|boundary| pieces(body, boundary.trim_end().as_bytes())).unwrap_or_default();
            self.is_full |= pieces.len() >= PARTS_MAX;
            if !pieces.is_empty() {
                self.go_on(&kind, &pieces, deeper);
                return;
            }
        }
        let is_mail = matches!(&*kind, "message/rfc822" | "message/global") && !is_encoded(&fields);
        if place.depth < DEPTH_MAX && is_mail {
            // The returned mail is a part, and so are its own parts.
            let (head, inner) = head_and_body(body);
            self.parts.push(Part { fields, kind, body, returned: place.returned, alternative: None });
            let fields = Fields::within(head, &mut self.room);
            self.go(fields, inner, Place { returned: true, alternative: None, ..deeper });
            return;
        }
        // A multipart that has no parts is what it looks like.
        let kind = if kind.starts_with("multipart/") { "text/plain".to_owned() } else { kind };
        self.parts.push(Part {
            fields,
            kind,
            body,
            returned: place.returned,
            alternative: place.alternative,
        });
    }

    fn go_on(&mut self, kind: &str, pieces: &[&'a [u8]], mut inside: Place) {
        if kind == "multipart/alternative" {
            self.alternatives += 1;
            inside.alternative = Some(self.alternatives);
        }
        if kind == "multipart/digest" {
            inside.default = "message/rfc822";
        }
        for piece in pieces {
            let (head, body) = head_and_body(piece);
            let fields = Fields::within(head, &mut self.room);
            self.go(fields, body, inside);
        }
    }
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
    if !is_field(first) && !first.trim_ascii().is_empty() && !first.starts_with(b">") {
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

/// Pipes and mailboxes put lines before a mail: mbox's own, or empty ones.
pub(super) fn without_leading_lines(raw: &[u8]) -> &[u8] {
    let raw = if raw.starts_with(b"From ") { &raw[line_end(raw, 0)..] } else { raw };
    let rest = raw.trim_ascii_start();
    if is_field(&rest[..line_end(rest, 0)]) { rest } else { raw }
}

/// `Name: value`.
fn is_field(line: &[u8]) -> bool {
    memchr::memchr(b':', line).is_some_and(|colon| {
        let name = line[..colon].trim_ascii_end();
        !name.is_empty() && !name.contains(&b' ')
    })
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at + 1)
}
