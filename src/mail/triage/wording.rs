//! Words made comparable: small letters, one blank between them, no accents; so that a phrase is found however a
//! server or a person wrote and wrapped it, and tables of phrases are plain ASCII for Latin scripts.

use std::sync::OnceLock;

/// Phrases stand at the beginning of what machines and people write.
const COMPARED_BYTES_MAX: usize = 24 * 1024;

pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len().min(COMPARED_BYTES_MAX));
    let mut blank = true;
    for c in text.chars() {
        if plain.len() >= COMPARED_BYTES_MAX {
            break;
        }
        if c.is_whitespace() || c == '\u{a0}' {
            if !blank {
                plain.push(' ');
            }
            blank = true;
            continue;
        }
        blank = false;
        if c.is_ascii() {
            plain.push(c.to_ascii_lowercase());
        } else {
            c.to_lowercase().for_each(|c| unaccented(c, &mut plain));
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

fn unaccented(c: char, out: &mut String) {
    let ascii = match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ą' | 'ă' => "a",
        'ä' => "ae",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' | 'ē' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ő' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ů' | 'ű' | 'ū' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        '’' | '‘' | '´' | '`' => "'",
        '“' | '”' | '„' | '«' | '»' => "\"",
        '–' | '—' => "-",
        // Marks of direction and joiners, which mail programs strew in.
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{301}' => "",
        other => {
            out.push(other);
            return;
        }
    };
    out.push_str(ascii);
}

/// A list of phrases, parted by bars and line ends where it is written.
pub(super) struct Phrases {
    written: &'static str,
    list: OnceLock<Vec<&'static str>>,
}

impl Phrases {
    pub const fn of(written: &'static str) -> Self {
        Self { written, list: OnceLock::new() }
    }

    pub fn each(&self) -> impl Iterator<Item = &'static str> {
        let parted =
            || self.written.split(['|', '\n']).map(str::trim).filter(|phrase| !phrase.is_empty()).collect();
        self.list.get_or_init(parted).iter().copied()
    }
}

/// The first of `phrases` that stands in `plain`.
pub(super) fn found(plain: &str, phrases: &Phrases) -> Option<&'static str> {
    phrases.each().find(|phrase| memchr::memmem::find(plain.as_bytes(), phrase.as_bytes()).is_some())
}

/// The first of `phrases` that stands in `plain` as words of their own.
pub(super) fn found_whole(plain: &str, phrases: &Phrases) -> Option<&'static str> {
    let bounded = |at: usize, length: usize| {
        !plain[..at].ends_with(char::is_alphanumeric)
            && !plain[at + length..].starts_with(char::is_alphanumeric)
    };
    phrases.each().find(|phrase| plain.match_indices(phrase).any(|(at, _)| bounded(at, phrase.len())))
}

pub(super) fn begins(plain: &str, phrases: &Phrases) -> Option<&'static str> {
    phrases.each().find(|phrase| plain.starts_with(phrase))
}

/// The whole of `word` is one of `words`.
pub(super) fn is_one(word: &str, words: &Phrases) -> bool {
    words.each().any(|one| one == word)
}

/// A subject without what replying and forwarding put before it, and whether anything was.
pub(super) fn without_prefixes(plain: &str) -> (&str, bool) {
    const PREFIXES: [&str; 26] = [
        "re",
        "aw",
        "antw",
        "antwort",
        "rif",
        "ref",
        "res",
        "sv",
        "vs",
        "vl",
        "vb",
        "odp",
        "odpoved",
        "r",
        "fw",
        "fwd",
        "wg",
        "tr",
        "rv",
        "i",
        "enc",
        "doorst",
        "pd",
        "videresendt",
        "回复",
        "転送",
    ];
    let mut rest = plain.trim_start();
    let mut any = false;
    // Lists put their name before it: [name] Re: ….
    if let Some((_, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let after = after.trim_start();
        if PREFIXES.iter().any(|prefix| after.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(':')))
        {
            rest = after;
        }
    }
    while let Some((prefix, after)) = rest.split_once([':', '：']) {
        let prefix = prefix.trim_end().trim_end_matches(|c: char| c.is_ascii_digit() || "[]()^".contains(c));
        if !PREFIXES.contains(&prefix) {
            break;
        }
        any = true;
        rest = after.trim_start();
    }
    (rest, any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_however_they_are_written() {
        assert_eq!(plain("  N’a pas\r\n\tÉTÉ  délivré "), "n'a pas ete delivre");
        assert_eq!(plain("Rück\u{200e}kehr"), "rueckkehr");
        assert_eq!(
            found("the mailbox is full", &Phrases::of("over quota |\n mailbox is full")),
            Some("mailbox is full")
        );
    }

    #[test]
    fn prefixes_of_replies_and_forwards_come_off() {
        assert_eq!(without_prefixes("re: aw: fwd: object"), ("object", true));
        assert_eq!(without_prefixes("re[2]: object"), ("object", true));
        assert_eq!(without_prefixes("[privacy] re: object"), ("object", true));
        assert_eq!(without_prefixes("object: no"), ("object: no", false));
    }
}
