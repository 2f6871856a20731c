//! What a status (RFC 3463) and a server's words say of a letter and of an address.

use crate::domain::inbound::{AddressVerdict, LetterVerdict};

/// The address itself is named as the fault.
const DEAD: [&str; 6] = ["1.1", "1.2", "1.3", "1.6", "1.10", "2.1"];

/// The first status of the form `5.1.1`.
pub(super) fn status_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    words.map(|word| word.trim_matches('.')).find(|word| is_status(word)).map(str::to_owned)
}

fn is_status(word: &str) -> bool {
    let mut pieces = word.split('.');
    let class = matches!(pieces.next(), Some("2" | "4" | "5"));
    let numbers = pieces.by_ref().take(2).filter(|piece| (1..=3).contains(&piece.len())).count() == 2;
    class && numbers && pieces.next().is_none()
}

/// What became of the letter, where a report has no action.
pub(super) fn letter_by_status(status: Option<&str>) -> Option<LetterVerdict> {
    match status?.as_bytes().first()? {
        b'5' => Some(LetterVerdict::Failed),
        b'4' => Some(LetterVerdict::Delayed),
        b'2' => Some(LetterVerdict::Delivered),
        _ => None,
    }
}

/// Whether the address lives, by the status and by the server's words.
pub(super) fn address(status: Option<&str>, _words: &str) -> Option<AddressVerdict> {
    let status = status?;
    match status.split_once('.')? {
        ("5", detail) if DEAD.contains(&detail) => Some(AddressVerdict::Dead),
        ("5", "0.0") | ("2", _) => None,
        _ => Some(AddressVerdict::Alive),
    }
}
