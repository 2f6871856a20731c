//! What others have written, as it may stand on a terminal.

use std::fmt::Display;

use super::Failure;

/// Prints lines that hold what others have written: a mail, a statement, a name.
pub fn print(text: impl Display) -> Result<(), Failure> {
    super::print(harmless(&text.to_string()))
}

/// A terminal obeys controls, and shows text in the order that marks of direction say: neither is somebody else's to command here.
pub fn harmless(text: &str) -> String {
    let is_mark = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_obeyed = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || is_mark(c);
    text.chars().map(|c| if is_obeyed(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let hostile = "a\u{1b}[2Jb\u{9b}31mc\rd\u{7}e\u{202e}f\u{2066}g\u{7f}";
        assert_eq!(
            harmless(hostile),
            "a\u{fffd}[2Jb\u{fffd}31mc\u{fffd}d\u{fffd}e\u{fffd}f\u{fffd}g\u{fffd}"
        );
        assert_eq!(harmless("Grüße,\n\tJ – \u{200f}שלום"), "Grüße,\n\tJ – \u{200f}שלום");
    }
}
