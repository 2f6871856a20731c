//! A file's bytes as UTF-8 text, whatever program wrote them: told from its first bytes, decoded piece by piece.
//!
//! A byte order mark is believed. Without one a file is UTF-8, and a byte that is none is a fault of its cell; only what
//! is divided by semicolons or tabs and is no UTF-8 at its first letter beyond ASCII is Windows-1252, as spreadsheets
//! outside the English-speaking world write it, and that is said. A workbook becomes the text of its first sheet.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{BYTE_ORDER_MARK, workbook};

/// Bytes from which it is told what kind of file this is; its first line should be among them.
const HEAD_BYTES: usize = 16 * 1024;
/// Bytes of the longest character.
const CHARACTER_BYTES_MAX: usize = 4;
/// What may stand between cells; where two stand equally often in the first line, the first of these.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Why a file holds no rows at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATable {
    #[error("the file is empty; was the export finished?")]
    Empty,
    #[error("this is a spreadsheet (.xlsx) or another zip file, and it cannot be read: {why}")]
    Workbook { why: String },
    #[error(
        "this is a spreadsheet (.xlsx) of more than {max} bytes{}; save its sheet as \"CSV UTF-8\"",
        if *unpacked { " once unpacked" } else { "" }
    )]
    WorkbookTooLarge { max: u64, unpacked: bool },
    #[error("this is an old spreadsheet (.xls), not CSV; save the sheet as \"CSV UTF-8\" or as .xlsx")]
    OldSpreadsheet,
    #[error("this is a PDF, not CSV")]
    Pdf,
}

#[derive(Debug)]
enum State {
    /// Nothing is told yet.
    Head(Vec<u8>),
    /// ASCII so far; the bytes of a character that is not complete.
    Ascii(Vec<u8>),
    Utf8,
    Encoded(Box<encoding_rs::Decoder>),
    Workbook(Vec<u8>),
}

/// Makes UTF-8 text of bytes pushed into it. Cells that are no UTF-8 in a file that else is go through as they are.
#[derive(Debug)]
pub struct Decoder {
    state: State,
    given: Option<&'static Encoding>,
    separator: u8,
    /// What the reader should know of how the file was read.
    notes: Vec<String>,
}

impl Decoder {
    /// `given`: the encoding that somebody says it is; told from the bytes otherwise.
    pub fn new(given: Option<&'static Encoding>) -> Self {
        Self { state: State::Head(Vec::new()), given, separator: b',', notes: Vec::new() }
    }

    /// What stands between the cells, once text has come out.
    pub fn separator(&self) -> u8 {
        self.separator
    }

    /// The encoding, where it was told from the bytes and might be another.
    pub fn guessed(&self) -> Option<&'static str> {
        match (&self.state, self.given) {
            (State::Encoded(decoder), None) if decoder.encoding() == WINDOWS_1252 => Some("windows-1252"),
            _ => None,
        }
    }

    /// What should be said of how the file was read, once.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Takes the next bytes of the file; appends the text that they make.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), NotATable> {
        match &mut self.state {
            State::Head(head) => {
                head.extend_from_slice(bytes);
                if head.len() >= HEAD_BYTES { self.begin(out) } else { Ok(()) }
            }
            State::Workbook(all) if all.len() + bytes.len() > workbook::BYTES_MAX => {
                *all = Vec::new();
                Err(NotATable::WorkbookTooLarge { max: workbook::BYTES_MAX as u64, unpacked: false })
            }
            State::Workbook(all) => {
                all.extend_from_slice(bytes);
                Ok(())
            }
            State::Ascii(_) | State::Utf8 | State::Encoded(_) => {
                self.decode(bytes, false, out);
                Ok(())
            }
        }
    }

    /// The file is over.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), NotATable> {
        if matches!(self.state, State::Head(_)) {
            self.begin(out)?;
        }
        if let State::Workbook(all) = &mut self.state {
            let read = workbook::text(std::mem::take(all))?;
            self.notes.extend(read.note);
            *out = read.text;
            return Ok(());
        }
        self.decode(&[], true, out);
        Ok(())
    }

    /// Tells what it is, and reads the first bytes so.
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), NotATable> {
        let State::Head(head) = std::mem::replace(&mut self.state, State::Utf8) else { return Ok(()) };
        if head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head).is_empty() {
            return Err(NotATable::Empty);
        }
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            self.state = State::Workbook(head);
            return Ok(());
        }
        if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(NotATable::OldSpreadsheet);
        }
        if head.starts_with(b"%PDF") {
            return Err(NotATable::Pdf);
        }
        let encoding = if head.starts_with(BYTE_ORDER_MARK) { None } else { utf16(&head).or(self.given) };
        let ascii = match encoding {
            Some(encoding) => {
                let mut text = Vec::new();
                decode(&mut encoding.new_decoder_without_bom_handling(), &head, false, &mut text);
                self.separator = separator(&text);
                State::Encoded(Box::new(encoding.new_decoder_without_bom_handling()))
            }
            None => {
                self.separator = separator(&head);
                State::Ascii(Vec::new())
            }
        };
        self.state = if head.starts_with(BYTE_ORDER_MARK) { State::Utf8 } else { ascii };
        self.decode(&head, false, out);
        Ok(())
    }

    fn decode(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) {
        match &mut self.state {
            State::Encoded(decoder) => decode(decoder, bytes, last, out),
            State::Ascii(held) => {
                let mut all = std::mem::take(held);
                all.extend_from_slice(bytes);
                let plain = all.iter().position(|byte| !byte.is_ascii()).unwrap_or(all.len());
                out.extend_from_slice(&all[..plain]);
                let rest = &all[plain..];
                if rest.is_empty() {
                    return;
                }
                if rest.len() < CHARACTER_BYTES_MAX && !last {
                    *held = rest.to_vec();
                    return;
                }
                self.decide(rest);
                self.decode(rest, last, out);
            }
            State::Utf8 => out.extend_from_slice(bytes),
            State::Head(_) | State::Workbook(_) => {}
        }
    }

    /// `rest` begins with the first byte that is no ASCII.
    fn decide(&mut self, rest: &[u8]) {
        let first = &rest[..rest.len().min(CHARACTER_BYTES_MAX)];
        let is_utf8 = std::str::from_utf8(first).map_or_else(|error| error.valid_up_to() > 0, |_| true);
        self.state = if is_utf8 || !matches!(self.separator, b';' | b'\t') {
            State::Utf8
        } else {
            self.notes
                .push("the file is no UTF-8 and was read as Windows-1252; look at its umlauts".to_owned());
            State::Encoded(Box::new(WINDOWS_1252.new_decoder_without_bom_handling()))
        };
    }
}

fn decode(decoder: &mut encoding_rs::Decoder, bytes: &[u8], last: bool, out: &mut Vec<u8>) {
    let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len().saturating_mul(3));
    let start = out.len();
    out.resize(start + room, 0);
    let (_, _, written, _) = decoder.decode_to_utf8(bytes, &mut out[start..], last);
    out.truncate(start + written);
}

fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    let halves_empty = |offset: usize| {
        let places = head.iter().skip(offset).step_by(2);
        head.len() >= 8 && places.clone().filter(|&&byte| byte == 0).count() * 2 > places.count()
    };
    if head.starts_with(&[0xFF, 0xFE]) || halves_empty(1) {
        Some(UTF_16LE)
    } else if head.starts_with(&[0xFE, 0xFF]) || halves_empty(0) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// What stands most often in the first line, outside quotes.
fn separator(head: &[u8]) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && counts.iter().any(|count| *count > 0) => break,
            _ if quoted => {}
            _ => {
                for (count, known) in counts.iter_mut().zip(SEPARATORS) {
                    *count += usize::from(byte == known);
                }
            }
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    counts.iter().position(|count| *count == most).map_or(b',', |at| SEPARATORS[at])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_by(bytes: &[u8], step: usize, given: Option<&'static Encoding>) -> (String, u8, Vec<String>) {
        let (mut decoder, mut text) = (Decoder::new(given), Vec::new());
        for piece in bytes.chunks(step) {
            decoder.push(piece, &mut text).unwrap();
        }
        decoder.finish(&mut text).unwrap();
        let text = String::from_utf8_lossy(&text).into_owned();
        (text, decoder.separator(), decoder.take_notes())
    }

    fn fault(bytes: &[u8]) -> NotATable {
        let (mut decoder, mut text) = (Decoder::new(None), Vec::new());
        decoder.push(bytes, &mut text).and_then(|()| decoder.finish(&mut text)).unwrap_err()
    }

    #[test]
    fn german_spreadsheets_are_windows_1252_and_it_is_said() {
        let (text, separator, notes) = read_by(b"Firma;Ort\nB\xE4cker \x80;K\xF6ln\n", 3, None);
        assert_eq!((text.as_str(), separator, notes.len()), ("Firma;Ort\nBäcker €;Köln\n", b';', 1));
        let (text, _, notes) = read_by("Firma;Ort\nBäcker;Köln\n".as_bytes(), 1, None);
        assert_eq!((text.as_str(), notes.len()), ("Firma;Ort\nBäcker;Köln\n", 0));
    }

    #[test]
    fn a_stray_byte_between_commas_is_a_fault_and_no_other_encoding() {
        assert_eq!(read_by(b"a,b\nCaf\xE9,x\n", 5, None).0, "a,b\nCaf\u{fffd},x\n");
        assert_eq!(read_by(b"a,b\nCaf\xE9,x\n", 5, Some(WINDOWS_1252)).0, "a,b\nCafé,x\n");
    }

    #[test]
    fn utf_16_is_read_with_and_without_its_mark() {
        let le: Vec<u8> = "\u{feff}a\tb\nΑΒΓ\tx\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = "name\temail\nΑΒ\tx\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read_by(&le, 3, None).0, "\u{feff}a\tb\nΑΒΓ\tx\n");
        assert_eq!(read_by(&be, 1000, None), ("name\temail\nΑΒ\tx\n".to_owned(), b'\t', Vec::new()));
    }

    #[test]
    fn what_is_no_table_says_so() {
        assert_eq!(fault(b""), NotATable::Empty);
        assert_eq!(fault(b"\xEF\xBB\xBF"), NotATable::Empty);
        assert!(fault(b"PK\x03\x04rest").to_string().contains("spreadsheet"));
        assert_eq!(fault(b"%PDF-1.7"), NotATable::Pdf);
        assert_eq!(fault(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1]), NotATable::OldSpreadsheet);
    }

    #[test]
    fn cells_in_quotes_do_not_say_what_divides_them() {
        assert_eq!(separator(b"\"a;b;c\",d\n1;2;3;4"), b',');
        assert_eq!(separator(b"\r\na;b,c;d\n"), b';');
        assert_eq!(separator(b"one"), b',');
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            bytes in proptest::collection::vec(prop_oneof![Just(b';'), Just(b'\n'), Just(b'a'), any::<u8>()], 1..80),
            step in 1usize..9,
        ) {
            prop_assume!(!bytes.starts_with(b"PK") && !bytes.starts_with(&[0xD0]) && !bytes.starts_with(BYTE_ORDER_MARK));
            prop_assert_eq!(read_by(&bytes, step, None), read_by(&bytes, 1000, None));
        }
    }
}
