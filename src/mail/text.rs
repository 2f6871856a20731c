//! Text as letters need it: values made harmless, lines of 72 columns, labels in a column.

use std::borrow::Cow;

use super::slot;

/// Width of a letter's text part: a quotation of a quotation still fits 80.
pub const COLUMNS: usize = 72;

/// The longest a name stands in a letter; the record has it whole.
pub const NAME_CHARACTERS_MAX: usize = 200;

/// The longest a fact of the fact sheet stands in a letter.
pub const FACT_CHARACTERS_MAX: usize = 2_000;

/// The longest that somebody's own words stand in a letter.
pub const PROSE_CHARACTERS_MAX: usize = 8_000;

/// A value for the inside of a sentence: one line, no control characters, nothing that turns the writing direction
/// of what follows. Where it holds right-to-left letters it is isolated, so that the words around it keep their order.
pub fn in_line(value: &str) -> String {
    let kept: String = value.chars().filter_map(printable).collect();
    let line = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().any(is_right_to_left) { format!("\u{2068}{line}\u{2069}") } else { line }
}

/// Somebody's own words, kept in their lines; control characters and direction overrides are left out.
pub fn prose(value: &str) -> String {
    let unified = value.replace("\r\n", "\n").replace('\r', "\n");
    let lines = unified.split('\n').map(|line| line.chars().filter_map(printable).collect::<String>());
    lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The first `characters` of a value, and a sign that there is more.
pub fn clip(value: &str, characters: usize) -> String {
    match value.char_indices().nth(characters) {
        None => value.to_owned(),
        Some((end, _)) => format!("{}…", value[..end].trim_end()),
    }
}

/// Links in somebody else's words, made so that no mail program turns them into one.
pub fn disarm(words: &str) -> String {
    let mut disarmed = words.replace("://", "[:]//");
    for scheme in ["www.", "WWW.", "mailto:", "MAILTO:"] {
        let (head, last) = scheme.split_at(scheme.len() - 1);
        disarmed = disarmed.replace(scheme, &format!("{head}[{last}]"));
    }
    disarmed
}

fn printable(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{061c}'
        | '\u{feff}' => None,
        // Nobody outside may write what we mark our own places with.
        c if slot::is_mark(c) => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// The lines of a letter's text, not yet wrapped: no blanks at their ends, none empty at either end of the text, at most
/// two empty ones together.
pub fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        let crowded = lines.len() >= 2 && lines[lines.len() - 2..].iter().all(|line| line.is_empty());
        if line.is_empty() && (crowded || lines.is_empty()) {
            continue;
        }
        lines.push(line);
    }
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

/// One of these lines, set: at most [`COLUMNS`] wide, URLs unbroken. If it begins with blanks, so does its continuation.
pub fn set(line: &str) -> Vec<Cow<'_, str>> {
    let words = line.trim_start_matches(' ');
    let indent = line.len() - words.len();
    let lines = broken(words, COLUMNS, indent, indent);
    if indent == 0 {
        return lines.into_iter().map(Cow::Borrowed).collect();
    }
    lines.into_iter().map(|line| Cow::Owned(format!("{:indent$}{line}", ""))).collect()
}

/// `Label:  value` in two columns, the value wrapped beside its label; the colon as the language writes it.
pub fn in_columns<'a>(rows: impl Iterator<Item = (&'a str, &'a str)> + Clone, colon: &str) -> String {
    const LABEL_COLUMNS_MAX: usize = 24;
    let widest =
        rows.clone().map(|(label, _)| label.chars().count() + colon.chars().count()).max().unwrap_or(0);
    let column = widest.min(LABEL_COLUMNS_MAX) + 2;
    let mut lines = Vec::new();
    for (label, value) in rows {
        let head = format!("{label}{colon}");
        let mut values =
            value.lines().flat_map(|line| wrap(line, column, column)).collect::<Vec<_>>().into_iter();
        if head.chars().count() + 2 > column {
            lines.push(head);
        } else {
            let first = values.next().unwrap_or_default();
            let padding = column - head.chars().count();
            lines.push(format!("{head}{:padding$}{}", "", first.trim_start()).trim_end().to_owned());
        }
        lines.extend(values);
    }
    lines.join("\n")
}

/// Somebody else's words, marked as such on each line.
pub fn quoted(words: &str) -> String {
    let lines = words.lines().flat_map(|line| wrap_to(line, COLUMNS - 2, 0, 0));
    lines.map(|line| format!("> {line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// A text behind a dash or an indent of two columns: its further lines stand under its first.
pub fn hanging(text: &str) -> String {
    wrap(text, 2, 2).join("\n").trim_start().to_owned()
}

/// Greedy lines of at most [`COLUMNS`]; a word that is longer stands alone on its line, whole.
fn wrap(text: &str, first_indent: usize, indent: usize) -> Vec<String> {
    wrap_to(text, COLUMNS, first_indent, indent)
}

fn wrap_to(text: &str, width_max: usize, first_indent: usize, indent: usize) -> Vec<String> {
    let indents = std::iter::once(first_indent).chain(std::iter::repeat(indent));
    let lines = broken(text, width_max, first_indent, indent).into_iter().zip(indents);
    let mut lines: Vec<_> = lines.map(|(line, indent)| format!("{:indent$}{line}", "")).collect();
    if let Some(last) = lines.last_mut() {
        last.truncate(last.trim_end().len());
    }
    lines
}

/// The words of a text line by line, none wider than `width_max` with its indent, if it is not a single word.
fn broken(text: &str, width_max: usize, first_indent: usize, indent: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    // Of the line so far, and of the next word.
    let (mut line, mut word) = (0, 0);
    let mut columns = first_indent;
    for octets in text.as_bytes().split(|&octet| octet == b' ') {
        // One a character: those that go on with one are not counted.
        let width = octets.iter().filter(|&&octet| octet & 0xc0 != 0x80).count();
        if word == line {
            columns += width;
        } else if columns + 1 + width > width_max {
            lines.push(&text[line..word - 1]);
            (line, columns) = (word, indent + width);
        } else {
            columns += 1 + width;
        }
        word += octets.len() + 1;
    }
    lines.push(text[line..].trim_end());
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A text with each of its lines set.
    fn whole(text: &str) -> String {
        lines(text).into_iter().flat_map(set).fold(String::new(), |whole, line| whole + &line + "\n")
    }

    #[test]
    fn labels_stand_in_a_column_and_long_values_beside_them() {
        let rows = [
            ("Company", "Anthropic, PBC, 548 Market Street, San Francisco, CA 94104, United States"),
            ("Your data", "Messages"),
            ("Transfer outside your region", "none"),
        ];
        insta::assert_snapshot!(in_columns(rows.into_iter(), ":"), @r"
        Company:                  Anthropic, PBC, 548 Market Street, San
                                  Francisco, CA 94104, United States
        Your data:                Messages
        Transfer outside your region:
                                  none
        ");
    }

    #[test]
    fn a_url_is_never_broken() {
        let url = format!("https://privacy.processor.example/object/{}", "x".repeat(60));
        assert!(
            whole(&format!("Read and object, no account needed, at\n{url}\nor reply."))
                .contains(&format!("\n{url}\n"))
        );
    }

    #[test]
    fn words_wrap_by_characters_and_keep_their_indent() {
        let line = format!("  {} end", "é".repeat(66));
        assert_eq!(set(&line), [line.as_str()]);
        let line = format!("  {} ends", "é".repeat(66));
        assert_eq!(set(&line), [format!("  {}", "é".repeat(66)).as_str(), "  ends"]);
    }

    #[test]
    fn direction_overrides_are_dropped_and_right_to_left_names_isolated() {
        assert_eq!(in_line("Evil\u{202e}Corp\r\nBcc: x"), "EvilCorp Bcc: x");
        assert_eq!(in_line("שלום"), "\u{2068}שלום\u{2069}");
    }

    #[test]
    fn the_marks_of_our_own_places_are_dropped_from_what_others_wrote() {
        assert_eq!(in_line("Hal\u{fdd0}den\u{fdef}"), "Halden");
        assert_eq!(prose("one\u{fdd1}\ntwo"), "one\ntwo");
    }

    #[test]
    fn at_most_two_empty_lines_stand_together_and_none_at_the_ends() {
        assert_eq!(whole("\n\na  \n\n \n\n\nb\n\n"), "a\n\n\nb\n");
    }

    #[test]
    fn links_in_foreign_words_are_dead() {
        assert_eq!(
            disarm("see https://evil.example, www.evil.example"),
            "see https[:]//evil.example, www[.]evil.example"
        );
    }

    proptest! {
        #[test]
        fn no_set_line_is_too_long_unless_it_is_one_word(text in "(\\PC{0,30}[ \n]){0,30}") {
            for line in whole(&text).lines() {
                prop_assert!(line.chars().count() <= COLUMNS || !line.trim().contains(' '), "{line:?}");
            }
        }

        #[test]
        fn setting_twice_changes_nothing(text in "([a-z:/]{1,20}[ \n]){0,60}") {
            prop_assert_eq!(whole(&whole(&text)), whole(&text));
        }

        #[test]
        fn a_value_in_a_line_holds_no_control_character(value: String) {
            prop_assert!(in_line(&value).chars().all(|c| !c.is_control()));
            prop_assert!(prose(&value).chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
