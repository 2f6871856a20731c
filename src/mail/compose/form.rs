//! A form: the letter of a group of readers, written once, with gaps where each has a value of its own.
//!
//! Whatever is the same in every letter of the group lies ready as it goes over the wire. Only the lines that hold a
//! reader's own value are set, escaped and encoded when a letter is filled in, by the same code that made the rest, so
//! a letter's bytes never depend on whose letter came first.

use super::quoted::{self, Line};
use super::{ComposeError, HTML_BYTES_MAX, TEXT_BYTES_MAX};
use crate::mail::slot::{Own, Piece, Slots, pieces};
use crate::mail::templates::Written;
use crate::mail::text;

/// A letter's text and HTML, ready to be filled in.
#[derive(Debug)]
pub(super) struct Body {
    text: Part,
    html: Part,
}

#[derive(Debug)]
struct Part {
    /// Octets of the fixed lines before they were encoded.
    fixed_bytes: usize,
    runs: Vec<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    Text,
    Html,
}

#[derive(Debug)]
enum Run {
    /// Lines as they go over the wire.
    Fixed(Vec<u8>),
    Own(OwnLine),
}

/// A line that holds a value of the reader's own.
#[derive(Debug)]
enum OwnLine {
    /// Wrapped anew with each value.
    Text(Vec<Piece>),
    /// Its beginning is always the same, and encoded so far.
    Html { begun: Vec<u8>, at: Line, begun_bytes: usize, rest: Vec<Piece> },
}

impl Body {
    /// Both parts quoted-printable whatever they hold: no relay then has a reason to recode them.
    pub(super) fn of(written: &Written) -> Self {
        let text = text::lines(&written.text);
        let html = written.html.lines().map(str::trim).filter(|line| !line.is_empty());
        Self { text: Part::of(Media::Text, text.into_iter()), html: Part::of(Media::Html, html) }
    }

    /// Octets that it has at least.
    pub(super) fn octets(&self) -> usize {
        let of_run = |run: &Run| match run {
            Run::Fixed(encoded) | Run::Own(OwnLine::Html { begun: encoded, .. }) => encoded.len(),
            Run::Own(OwnLine::Text(_)) => 0,
        };
        self.text.runs.iter().chain(&self.html.runs).map(of_run).sum()
    }

    /// The slots that its lines have.
    pub(super) fn slots(&self) -> Slots {
        let of_line = |run: &Run| match run {
            Run::Fixed(_) => Slots::default(),
            Run::Own(OwnLine::Text(pieces) | OwnLine::Html { rest: pieces, .. }) => slots(pieces),
        };
        self.text
            .runs
            .iter()
            .chain(&self.html.runs)
            .map(of_line)
            .fold(Slots::default(), |all, of_line| all | of_line)
    }

    /// The body as RFC 2046, 5.1.4, has it: what a program shows that knows no HTML comes first.
    pub(super) fn fill(&self, out: &mut Vec<u8>, own: &Own, boundary: &str) -> Result<(), ComposeError> {
        const TEXT: &str =
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable";
        const HTML: &str =
            "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable";
        put(out, &["--", boundary, "\r\n", TEXT, "\r\n\r\n"]);
        fits("text", self.text.fill(out, own), TEXT_BYTES_MAX)?;
        put(out, &["\r\n--", boundary, "\r\n", HTML, "\r\n\r\n"]);
        fits("HTML", self.html.fill(out, own), HTML_BYTES_MAX)?;
        put(out, &["\r\n--", boundary, "--\r\n"]);
        Ok(())
    }
}

/// The parts one after another.
pub(super) fn put(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

pub(super) fn slots(pieces: &[Piece]) -> Slots {
    let slot = |piece: &Piece| match piece {
        Piece::Fixed(_) => None,
        Piece::Slot { slot, .. } => Some(*slot),
    };
    pieces.iter().filter_map(slot).collect()
}

fn fits(part: &'static str, bytes: usize, max: usize) -> Result<(), ComposeError> {
    if bytes > max {
        return Err(ComposeError::TooLarge { part, bytes, max });
    }
    Ok(())
}

impl Part {
    fn of<'a>(of: Media, lines: impl Iterator<Item = &'a str>) -> Self {
        let mut part = Self { fixed_bytes: 0, runs: Vec::new() };
        for line in lines {
            let pieces = pieces(line);
            match (of, pieces.as_slice()) {
                (Media::Text, [] | [Piece::Fixed(_)]) => {
                    for line in text::set(line) {
                        part.fixed(&line);
                    }
                }
                (Media::Html, [] | [Piece::Fixed(_)]) => part.fixed(line),
                (Media::Text, _) => part.runs.push(Run::Own(OwnLine::Text(pieces))),
                (Media::Html, _) => part.runs.push(Run::Own(OwnLine::html(pieces))),
            }
        }
        part
    }

    fn fixed(&mut self, line: &str) {
        self.fixed_bytes += line.len() + 1;
        if !matches!(self.runs.last(), Some(Run::Fixed(_))) {
            self.runs.push(Run::Fixed(Vec::new()));
        }
        if let Some(Run::Fixed(encoded)) = self.runs.last_mut() {
            quoted::line(encoded, line);
        }
    }

    /// Returns the octets of the content before it was encoded.
    fn fill(&self, out: &mut Vec<u8>, own: &Own) -> usize {
        let mut bytes = self.fixed_bytes;
        for run in &self.runs {
            match run {
                Run::Fixed(encoded) => out.extend_from_slice(encoded),
                Run::Own(line) => bytes += line.fill(out, own),
            }
        }
        bytes
    }
}

impl OwnLine {
    fn html(mut pieces: Vec<Piece>) -> Self {
        let (mut begun, mut at, mut begun_bytes) = (Vec::new(), Line::default(), 0);
        if let Some(Piece::Fixed(beginning)) = pieces.first() {
            at.push(&mut begun, beginning.as_bytes());
            begun_bytes = beginning.len();
            pieces.remove(0);
        }
        Self::Html { begun, at, begun_bytes, rest: pieces }
    }

    fn fill(&self, out: &mut Vec<u8>, own: &Own) -> usize {
        match self {
            Self::Text(pieces) => {
                let mut line = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Fixed(words) => line.push_str(words),
                        Piece::Slot { slot, in_query } => line.push_str(&own.in_text(*slot, *in_query)),
                    }
                }
                let mut bytes = 0;
                for line in text::set(&line) {
                    quoted::line(out, &line);
                    bytes += line.len() + 1;
                }
                bytes
            }
            Self::Html { begun, at, begun_bytes, rest } => {
                let (mut line, mut bytes) = (*at, *begun_bytes + 1);
                out.extend_from_slice(begun);
                let mut push = |words: &str| {
                    line.push(out, words.as_bytes());
                    bytes += words.len();
                };
                for piece in rest {
                    match piece {
                        Piece::Fixed(words) => push(words),
                        Piece::Slot { slot, in_query } => push(&own.in_html(*slot, *in_query)),
                    }
                }
                line.end(out);
                bytes
            }
        }
    }
}
