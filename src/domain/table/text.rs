//! One line of plain text out of a cell: what may go into a page, a mail header and a file without doing anything.

/// A text as it will be kept, and what was altered to make it harmless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    pub altered: Vec<Altered>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Altered {
    #[error("a line break became a blank")]
    LineBreak,
    #[error("a character that turns the direction of writing, or cannot be seen, was taken out")]
    Invisible,
    #[error("a character was lost before this file was written (U+FFFD stands for it)")]
    Lost,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    #[error("{chars} characters; at most {max} are kept")]
    TooLong { chars: usize, max: usize },
    #[error("a control character (U+{:04X})", *.0 as u32)]
    Control(char),
    #[error("{0} is the error of a formula in a spreadsheet")]
    Formula(String),
}

/// What spreadsheets write where a formula went wrong.
const FORMULA_ERRORS: [&str; 8] =
    ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!"];

/// Reads one line of at most `max` characters. Line breaks and tabs become a blank, what turns the direction of
/// writing is taken out; both are said. Other control characters are refused.
pub fn line(cell: &str, max: usize) -> Result<Line, TextFault> {
    let mut altered = Vec::new();
    let mut text = String::with_capacity(cell.len());
    let mut note = |what: Altered| {
        if !altered.contains(&what) {
            altered.push(what);
        }
    };
    let cell = cell.trim();
    if FORMULA_ERRORS.contains(&cell) {
        return Err(TextFault::Formula(cell.to_owned()));
    }
    for c in cell.chars() {
        match c {
            '\u{fffd}' => {
                note(Altered::Lost);
                text.push(c);
            }
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => {
                note(Altered::LineBreak);
                if !text.ends_with(' ') {
                    text.push(' ');
                }
            }
            '\t' => text.push(' '),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                note(Altered::Invisible);
            }
            c if c.is_control() => return Err(TextFault::Control(c)),
            c => text.push(c),
        }
    }
    let chars = text.chars().count();
    if chars > max { Err(TextFault::TooLong { chars, max }) } else { Ok(Line { text, altered }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_break_a_header_or_turn_a_name_round_is_made_harmless_and_said() {
        let read = line("Line\r\nBreak Ltd", 100).unwrap();
        assert_eq!((read.text.as_str(), read.altered), ("Line Break Ltd", vec![Altered::LineBreak]));
        let read = line("\u{202e}evitisneS Ltd", 100).unwrap();
        assert_eq!((read.text.as_str(), read.altered), ("evitisneS Ltd", vec![Altered::Invisible]));
        assert_eq!(line("<script>alert(1)</script>", 100).unwrap().altered, []);
        assert_eq!(line("bell\u{7}", 100).unwrap_err().to_string(), "a control character (U+0007)");
        assert_eq!(line("Caf\u{fffd}", 100).unwrap().altered, [Altered::Lost]);
        assert_eq!(line(" #N/A", 100), Err(TextFault::Formula("#N/A".to_owned())));
        assert_eq!(line("xxxx", 3), Err(TextFault::TooLong { chars: 4, max: 3 }));
    }
}
