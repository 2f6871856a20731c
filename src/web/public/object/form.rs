//! The form to object, as it comes in.

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use url::form_urlencoded;

use super::Personal;
use crate::domain::change::ChangeId;
use crate::domain::objection::STATEMENT_CHARACTERS_MAX;
use crate::store::page::PublicChange;

/// Reasons that the page offers, as they are stored.
pub const GROUNDS: [&str; 5] = ["transfer", "data", "security", "law", "other"];
/// What the text may hold, so that condition and name fit beside it.
pub const TEXT_CHARACTERS_MAX: usize = STATEMENT_CHARACTERS_MAX - 4 * 1024;
const LINE_CHARACTERS_MAX: usize = 2000;
/// Of what is typed: the longest text with each byte of it escaped, and as much again of one that is told to be too long.
pub const TYPED_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The largest file that is kept.
pub const FILE_BYTES_MAX: usize = 5 * 1024 * 1024;

/// What the name of a file that is kept ends with.
pub const FILE_ENDINGS: [&str; 11] =
    ["pdf", "png", "jpg", "jpeg", "txt", "docx", "odt", "xlsx", "ods", "pptx", "odp"];

/// What was filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// References of the changes ticked.
    pub changes: Vec<String>,
    pub grounds: Vec<String>,
    pub text: String,
    pub condition: String,
    pub behalf: String,
    pub name: String,
    pub file: Option<Enclosed>,
}

/// A file as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosed {
    pub name: String,
    pub bytes: Vec<u8>,
    /// It was longer than what is kept, and was not kept at all.
    pub too_large: bool,
}

/// What the reader must mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Empty,
    TooLong,
    FileTooLarge,
    FileOfNoKind,
}

impl Filled {
    /// The form as it is first shown: every change that concerns the customer is ticked, for a tick too many is asked about and one too
    /// few lost.
    pub fn blank(personal: &Personal<'_>) -> Self {
        Self {
            changes: personal.concerning().map(|change| change.reference.clone()).collect(),
            name: personal.opened.who.name.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    pub fn from_body(body: &[u8]) -> Self {
        let mut filled = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            filled.take(&name, &value);
        }
        filled
    }

    /// The form as a browser sends it with a file. What is too large is told to be so; what breaks off was never sent.
    pub async fn from_parts(mut parts: Multipart) -> Result<Self, MultipartError> {
        let mut filled = Self::default();
        loop {
            match parts.next_field().await {
                Ok(Some(part)) => filled.take_part(part).await?,
                Ok(None) => return Ok(filled),
                // Of a file that went on for ever.
                Err(fault) if filled.file.is_some() && is_too_large(&fault) => return Ok(filled),
                Err(fault) => return Err(fault),
            }
        }
    }

    async fn take_part(&mut self, mut part: Field<'_>) -> Result<(), MultipartError> {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(file_name);
        let most = if file.is_some() { FILE_BYTES_MAX } else { TYPED_BYTES_MAX };
        let (mut bytes, mut too_large) = (Vec::new(), false);
        // Read to its end also when it is too large: only then does a browser listen.
        loop {
            match part.chunk().await {
                Ok(Some(chunk)) => {
                    too_large |= bytes.len() + chunk.len() > most;
                    if !too_large {
                        bytes.extend_from_slice(&chunk);
                    } else if file.is_some() {
                        bytes.clear();
                    }
                }
                Ok(None) => break,
                Err(fault) if too_large && is_too_large(&fault) => break,
                Err(fault) => return Err(fault),
            }
        }
        match file {
            None => self.take(&name, &String::from_utf8_lossy(&bytes)),
            Some(file) if name == "file" && (too_large || !bytes.is_empty()) => {
                self.file = Some(Enclosed { name: file, bytes, too_large });
            }
            Some(_) => {}
        }
        Ok(())
    }

    fn take(&mut self, name: &str, value: &str) {
        // Browsers send CRLF; what was typed is a line end. The database keeps no NUL, and a statement is not lost for one.
        let value = value.replace("\r\n", "\n").replace('\0', "\u{fffd}");
        match name {
            "change" => self.changes.push(value),
            "ground" if GROUNDS.contains(&value.as_str()) => self.grounds.push(value),
            "text" => value.trim().clone_into(&mut self.text),
            "condition" => self.condition = line(&value),
            "behalf" => self.behalf = line(&value),
            "name" => self.name = line(&value),
            _ => {}
        }
    }

    pub fn faults(&self, personal: &Personal<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.changes_meant(personal).is_empty() && personal.objectable().next().is_some() {
            faults.push(Fault::Empty);
        }
        if self.text.chars().count() > TEXT_CHARACTERS_MAX {
            faults.push(Fault::TooLong);
        }
        if let Some(file) = &self.file {
            if file.too_large {
                faults.push(Fault::FileTooLarge);
            } else if !(is_kept(&file.bytes) && is_named_so(&file.name)) {
                faults.push(Fault::FileOfNoKind);
            }
        }
        faults
    }

    /// The changes ticked; whoever ticks none and writes a sentence means all that concern the customer.
    pub fn changes_meant(&self, personal: &Personal<'_>) -> Vec<ChangeId> {
        let is_ticked = |change: &&PublicChange| self.changes.contains(&change.reference);
        let ticked: Vec<ChangeId> = personal.objectable().filter(is_ticked).map(|change| change.id).collect();
        let says_something = !self.text.is_empty()
            || !self.condition.is_empty()
            || !self.grounds.is_empty()
            || self.file.is_some();
        if ticked.is_empty() && says_something {
            personal.concerning().map(|change| change.id).collect()
        } else {
            ticked
        }
    }

    /// What is kept word for word: the text, signed if a name was given other than the one on file.
    pub fn words(&self, on_file: Option<&str>) -> String {
        if self.name.is_empty() || on_file == Some(self.name.as_str()) {
            self.text.clone()
        } else {
            format!("{}\n\n{}", self.text, self.name).trim().to_owned()
        }
    }

    /// Whether its words are kept already with an objection.
    pub fn is_on_file(&self, personal: &Personal<'_>) -> bool {
        let words = self.words(personal.opened.who.name.as_deref());
        personal.objections.iter().any(|said| said.statement == words)
    }

    /// Whether the same person has sent the same against the same changes: a second click, or a reload.
    pub fn was_said_before(&self, personal: &Personal<'_>) -> bool {
        if self.file.is_some() {
            return false;
        }
        let words = self.words(personal.opened.who.name.as_deref());
        let who = personal.opened.who.recipient.0;
        self.changes_meant(personal).iter().all(|change| {
            personal.objections.iter().any(|said| {
                said.recipient_id == Some(who)
                    && said.change_id == change.0
                    && said.statement == words
                    && said.grounds == self.grounds
                    && said.condition.as_deref().unwrap_or_default() == self.condition
                    && said.on_behalf_of.as_deref().unwrap_or_default() == self.behalf
                    && said.resolved_at.is_none()
            })
        })
    }

    /// Everything but the text, for a page that only sends it again.
    pub fn hidden(&self) -> Vec<(&'static str, String)> {
        let changes = self.changes.iter().map(|change| ("change", change.clone()));
        let grounds = self.grounds.iter().map(|ground| ("ground", ground.clone()));
        let lines = [("condition", &self.condition), ("behalf", &self.behalf), ("name", &self.name)];
        changes.chain(grounds).chain(lines.map(|(name, value)| (name, value.clone()))).collect()
    }
}

/// The last part of what may be a path, without marks that show it in another order.
fn file_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().replace(turns, "");
    line(&name.replace(char::is_control, "\u{fffd}"))
}

/// A control of the bidirectional algorithm.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_named_so(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| FILE_ENDINGS.contains(&ending.as_str()))
}

fn is_too_large(fault: &MultipartError) -> bool {
    fault.status() == StatusCode::PAYLOAD_TOO_LARGE
}

/// Whether it is of a kind that a person's evidence is, by what it holds. It is kept, and never shown.
fn is_kept(bytes: &[u8]) -> bool {
    // PDF, PNG, JPEG, and the packages of office documents.
    const BEGINNINGS: [&[u8]; 4] = [b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04"];
    let is_text = || {
        std::str::from_utf8(bytes).is_ok_and(|text| {
            !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
        })
    };
    BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning)) || is_text()
}

/// The text, if there is one.
pub fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// One line, cut where no honest answer is longer.
fn line(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(LINE_CHARACTERS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(body: &str) -> Filled {
        Filled::from_body(body.as_bytes())
    }

    #[test]
    fn the_form_takes_what_it_offers_and_nothing_else() {
        let got = filled(
            "change=CHG-1&change=CHG-2&ground=transfer&ground=%3Cscript%3E&text=+No%0D%0Athanks+&condition=a%0Ab&x=1",
        );
        assert_eq!(got.changes, ["CHG-1", "CHG-2"]);
        assert_eq!(got.grounds, ["transfer"]);
        assert_eq!(got.text, "No\nthanks");
        assert_eq!(got.condition, "a b");
    }

    #[test]
    fn a_name_signs_the_words_and_an_empty_statement_stays_empty() {
        assert_eq!(filled("text=No&name=Petra").words(None), "No\n\nPetra");
        assert_eq!(filled("text=No&name=Petra").words(Some("Petra")), "No");
        assert_eq!(filled("name=Petra").words(None), "Petra");
        assert_eq!(filled("").words(None), "");
    }

    #[test]
    fn bytes_that_are_no_form_are_an_empty_one() {
        assert_eq!(Filled::from_body(&[0xff, 0x00, b'&', b'=']), Filled::default());
    }

    #[test]
    fn a_file_is_known_by_what_it_holds() {
        for kept in [
            &b"%PDF-1.7"[..],
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xe0",
            b"PK\x03\x04",
            "Grüße\r\n".as_bytes(),
        ] {
            assert!(is_kept(kept), "{kept:?}");
        }
        for refused in [&b"MZ\x90\x00"[..], b"\x7fELF\x02\x01\x01\x00", b"\xff\xfe\x00", b"GIF89a\x00"] {
            assert!(!is_kept(refused), "{refused:?}");
        }
    }

    #[test]
    fn a_name_is_the_end_of_a_path_in_the_order_in_which_it_reads() {
        assert_eq!(file_name("C:\\a\\why\u{202e}fdp.exe"), "whyfdp.exe");
        assert!(is_named_so("why.PDF") && is_named_so("a.b.docx"));
        for refused in ["why.exe", "pdf", "why.pdf.html", "why.", ""] {
            assert!(!is_named_so(refused), "{refused}");
        }
    }

    #[test]
    fn a_line_is_cut_after_characters() {
        let long = "\u{e9}".repeat(3000);
        assert_eq!(line(&long).chars().count(), LINE_CHARACTERS_MAX);
    }
}
