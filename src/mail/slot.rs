//! Slots: the places in the letter of a group of readers where each has a value of its own.
//!
//! In the group's words a place is marked by a Unicode noncharacter (U+FDD0 to U+FDEF: kept for a program's own use,
//! never interchanged), which templates and sentences carry along like any letter. Nobody can forge one:
//! [`text::in_line`](super::text::in_line) and [`prose`](super::text::prose) drop them from everything that comes from
//! outside.

use std::borrow::Cow;

/// Marks are given out in two rows: a value as it is, and the same value to stand in a URL's query.
const FIRST_MARK: u32 = 0xfdd0;
const LAST_MARK: u32 = 0xfdef;
const IN_QUERY: u32 = 16;

/// A value that only one reader of a group has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    Customer,
    CustomerReference,
    ContactName,
    Objection,
    ObjectUrl,
    IcsUrl,
    LetterUrl,
    ContactsUrl,
    UnsubscribeUrl,
    ConfirmUrl,
    ObjectMail,
    ReplyUrl,
    /// What the letter is known by on `/genuine`.
    Code,
    /// The subject, where it holds one of the others.
    Subject,
}

impl Slot {
    pub const ALL: [Self; 14] = [
        Self::Customer,
        Self::CustomerReference,
        Self::ContactName,
        Self::Objection,
        Self::ObjectUrl,
        Self::IcsUrl,
        Self::LetterUrl,
        Self::ContactsUrl,
        Self::UnsubscribeUrl,
        Self::ConfirmUrl,
        Self::ObjectMail,
        Self::ReplyUrl,
        Self::Code,
        Self::Subject,
    ];

    pub fn mark(self) -> char {
        mark(self as u32)
    }

    /// What the mark `c` stands for, and whether for a URL's query.
    fn of(c: char) -> Option<(Self, bool)> {
        let place = u32::from(c).checked_sub(FIRST_MARK)?;
        let slot = Self::ALL.get((place % IN_QUERY) as usize)?;
        (place < 2 * IN_QUERY).then_some((*slot, place >= IN_QUERY))
    }

    /// A page or an address of ours: its characters are known to be harmless, or are escaped.
    fn is_url(self) -> bool {
        match self {
            Self::ObjectUrl
            | Self::IcsUrl
            | Self::LetterUrl
            | Self::ContactsUrl
            | Self::UnsubscribeUrl
            | Self::ConfirmUrl
            | Self::ObjectMail
            | Self::ReplyUrl => true,
            Self::Customer
            | Self::CustomerReference
            | Self::ContactName
            | Self::Objection
            | Self::Code
            | Self::Subject => false,
        }
    }
}

fn mark(place: u32) -> char {
    char::from_u32(FIRST_MARK + place).unwrap_or(char::REPLACEMENT_CHARACTER)
}

pub fn is_mark(c: char) -> bool {
    (FIRST_MARK..=LAST_MARK).contains(&u32::from(c))
}

/// What somebody may have marked, without the marks.
pub fn unmarked(value: &str) -> Cow<'_, str> {
    if value.contains(is_mark) { value.replace(is_mark, "").into() } else { value.into() }
}

/// Whether a URL has nothing that HTML would need to escape but `/`, which reads better as it is.
pub fn is_plain_url(url: &str) -> bool {
    url.bytes().all(|b| {
        matches!(b, b'a'..=b'z' | b'A'..=b'Z' | b'-'..=b':' | b'_' | b'~' | b'%' | b'@' | b'?' | b'=' | b'+')
    })
}

/// The filter of that name, which a mark goes through as a mark.
pub fn urlencode(words: &str) -> String {
    let mut encoded = String::new();
    for piece in pieces(words) {
        match piece {
            Piece::Fixed(words) => encoded.push_str(&in_query(&words)),
            Piece::Slot { slot, .. } => encoded.push(mark(slot as u32 + IN_QUERY)),
        }
    }
    encoded
}

fn in_query(words: &str) -> String {
    minijinja::filters::urlencode(&words.into()).unwrap_or_default()
}

/// A piece of a line: the same for the whole group, or each reader's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Fixed(String),
    Slot { slot: Slot, in_query: bool },
}

/// `marked`, taken apart at its marks.
pub fn pieces(marked: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = marked;
    while let Some(at) = rest.find(is_mark) {
        let (fixed, tail) = rest.split_at(at);
        if !fixed.is_empty() {
            pieces.push(Piece::Fixed(fixed.to_owned()));
        }
        let mut characters = tail.chars();
        if let Some((slot, in_query)) = characters.next().and_then(Slot::of) {
            pieces.push(Piece::Slot { slot, in_query });
        }
        rest = characters.as_str();
    }
    if !rest.is_empty() {
        pieces.push(Piece::Fixed(rest.to_owned()));
    }
    pieces
}

/// A set of slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slots(u16);

impl Slots {
    pub const ALL: Self = Self(u16::MAX);

    pub fn insert(&mut self, slot: Slot) {
        self.0 |= 1 << slot as u16;
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn contains(self, slot: Slot) -> bool {
        self.0 & 1 << slot as u16 != 0
    }
}

impl std::ops::BitOr for Slots {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<Slot> for Slots {
    fn from_iter<I: IntoIterator<Item = Slot>>(slots: I) -> Self {
        let mut set = Self::default();
        slots.into_iter().for_each(|slot| set.insert(slot));
        set
    }
}

/// One reader's own values, harmless and cut to the length that a letter gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own([String; Slot::ALL.len()]);

impl Own {
    pub fn set(&mut self, slot: Slot, value: String) {
        self.0[slot as usize] = value;
    }

    pub fn get(&self, slot: Slot) -> &str {
        &self.0[slot as usize]
    }

    /// As it stands in a text.
    pub fn in_text(&self, slot: Slot, query: bool) -> Cow<'_, str> {
        let value = self.get(slot);
        if query { in_query(value).into() } else { value.into() }
    }

    /// As it stands in HTML: what the templates' engine makes of such a value.
    pub fn in_html(&self, slot: Slot, query: bool) -> Cow<'_, str> {
        let value = self.in_text(slot, query);
        let plain = if slot.is_url() && !query { is_plain_url(&value) } else { needs_no_escape(&value) };
        if plain { value } else { minijinja::HtmlEscape(&value).to_string().into() }
    }
}

fn needs_no_escape(value: &str) -> bool {
    !value.bytes().any(|b| matches!(b, b'<' | b'>' | b'&' | b'"' | b'\'' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slot_has_marks_that_stand_for_it_alone() {
        for slot in Slot::ALL {
            assert_eq!(Slot::of(slot.mark()), Some((slot, false)));
            let in_query = urlencode(&slot.mark().to_string());
            assert_eq!(pieces(&in_query), [Piece::Slot { slot, in_query: true }]);
            assert!(in_query.chars().all(is_mark));
        }
    }

    #[test]
    fn a_marked_line_comes_apart_at_its_marks() {
        let line = format!("For {}, {}", Slot::Customer.mark(), Slot::CustomerReference.mark());
        let slot = |slot| Piece::Slot { slot, in_query: false };
        let fixed = |words: &str| Piece::Fixed(words.to_owned());
        let expected = [fixed("For "), slot(Slot::Customer), fixed(", "), slot(Slot::CustomerReference)];
        assert_eq!(pieces(&line), expected);
        assert_eq!(unmarked(&line), "For , ");
    }

    #[test]
    fn a_value_in_html_is_what_the_engine_makes_of_it() {
        let engine = {
            let mut engine = minijinja::Environment::new();
            engine.add_template("t.html", "{{ value }} {{ value|urlencode }}").unwrap();
            engine
        };
        for value in ["plain", "a&b <c> \"d\" 'e' /f", "Ω / %EF%B7%90", ""] {
            let mut own = Own::default();
            own.set(Slot::Customer, value.to_owned());
            let expected =
                engine.get_template("t.html").unwrap().render(minijinja::context! { value }).unwrap();
            let (plain, query) = (own.in_html(Slot::Customer, false), own.in_html(Slot::Customer, true));
            assert_eq!(format!("{plain} {query}"), expected);
        }
    }
}
