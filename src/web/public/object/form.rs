//! The form to object, as it comes in.

use axum::body::Bytes;
use url::form_urlencoded;

use super::Personal;
use crate::domain::change::ChangeId;
use crate::domain::objection::STATEMENT_BYTES_MAX;

/// Reasons that the page offers, as they are stored.
pub const GROUNDS: [&str; 5] = ["transfer", "data", "security", "law", "other"];
/// What the text may hold, so that condition and name fit beside it.
pub const TEXT_BYTES_MAX: usize = STATEMENT_BYTES_MAX - 4 * 1024;
const LINE_BYTES_MAX: usize = 2000;

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
}

/// What the reader must mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Empty,
    TooLong,
}

impl Filled {
    /// The form as it is first shown: every change is ticked, for a tick too many is asked about and one too few lost.
    pub fn blank(personal: &Personal<'_>) -> Self {
        Self {
            changes: personal.objectable().map(|change| change.reference.clone()).collect(),
            name: personal.opened.who.name.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    pub fn from_body(body: &Bytes) -> Self {
        let mut filled = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            // Browsers send CRLF; what was typed is a line end. The database keeps no NUL, and a statement is not lost for one.
            let value = value.replace("\r\n", "\n").replace('\0', "\u{fffd}");
            match name.as_ref() {
                "change" => filled.changes.push(value),
                "ground" if GROUNDS.contains(&value.as_str()) => filled.grounds.push(value),
                "text" => value.trim().clone_into(&mut filled.text),
                "condition" => filled.condition = line(&value),
                "behalf" => filled.behalf = line(&value),
                "name" => filled.name = line(&value),
                _ => {}
            }
        }
        filled
    }

    pub fn faults(&self, personal: &Personal<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.changes_meant(personal).is_empty() && personal.objectable().next().is_some() {
            faults.push(Fault::Empty);
        }
        if self.text.len() > TEXT_BYTES_MAX {
            faults.push(Fault::TooLong);
        }
        faults
    }

    /// The changes ticked; whoever ticks none and writes a sentence means all.
    pub fn changes_meant(&self, personal: &Personal<'_>) -> Vec<ChangeId> {
        let all = || personal.objectable();
        let ticked: Vec<ChangeId> =
            all().filter(|change| self.changes.contains(&change.reference)).map(|change| change.id).collect();
        let says_something = !self.text.is_empty() || !self.condition.is_empty() || !self.grounds.is_empty();
        if ticked.is_empty() && says_something { all().map(|change| change.id).collect() } else { ticked }
    }

    /// What is kept word for word: the text, signed if a name was given other than the one on file.
    pub fn words(&self, on_file: Option<&str>) -> String {
        if self.name.is_empty() || on_file == Some(self.name.as_str()) {
            self.text.clone()
        } else {
            format!("{}\n\n{}", self.text, self.name).trim().to_owned()
        }
    }

    /// Whether the same person has sent the same against the same changes: a second click, or a reload.
    pub fn was_said_before(&self, personal: &Personal<'_>) -> bool {
        let words = self.words(personal.opened.who.name.as_deref());
        let who = personal.opened.who.recipient.0;
        self.changes_meant(personal).iter().all(|change| {
            personal.objections.iter().any(|said| {
                said.recipient_id == Some(who)
                    && said.change_id == change.0
                    && said.statement == words
                    && said.condition.as_deref().unwrap_or_default() == self.condition
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

/// The text, if there is one.
pub fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// One line, cut where no honest answer is longer.
fn line(value: &str) -> String {
    let mut line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    while line.len() > LINE_BYTES_MAX {
        line.pop();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(body: &str) -> Filled {
        Filled::from_body(&Bytes::from(body.to_owned()))
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
        assert_eq!(Filled::from_body(&Bytes::from_static(&[0xff, 0x00, b'&', b'='])), Filled::default());
    }

    #[test]
    fn a_line_is_cut_between_characters() {
        let long = "\u{e9}".repeat(3000);
        assert_eq!(line(&long).len(), LINE_BYTES_MAX);
    }
}
