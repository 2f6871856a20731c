//! HTML as text: the words in their lines, and before each line as many `>` as quotes that it stands in.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

/// Deeper than any client nests quotes.
const DEPTH_MAX: usize = 200;
/// Deeper is as deep as this: each line has its marks, and there may be very many lines.
const MARKS_MAX: usize = 20;

/// The text, of up to `bytes_max`, and whether there is more.
pub(super) fn text(html: &str, bytes_max: usize) -> (String, bool) {
    let mut emitter = DefaultEmitter::default();
    // Scripts and styles are no markup.
    emitter.naively_switch_states(true);
    let mut page = Page::default();
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        page.is_full = page.out.len() + page.line.len() >= bytes_max;
        if page.is_full {
            break;
        }
        match token {
            Token::StartTag(tag) => page.open(&tag),
            Token::EndTag(tag) => page.close(&tag.name),
            Token::String(text) => page.say(&String::from_utf8_lossy(&text), bytes_max),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    page.end_line();
    let is_longer = page.is_full || page.out.len() > bytes_max;
    page.out.truncate(page.out.floor_char_boundary(bytes_max));
    (page.out, is_longer)
}

#[derive(Default)]
struct Page {
    out: String,
    line: String,
    /// Each open blockquote, and whether it quotes a mail or only indents.
    quotes: Vec<bool>,
    /// The element whose content nobody sees.
    hidden: Option<Vec<u8>>,
    preformatted: usize,
    is_full: bool,
}

impl Page {
    fn open(&mut self, tag: &StartTag<()>) {
        if self.hidden.is_some() {
            return;
        }
        match tag.name.as_slice() {
            b"style" | b"script" | b"title" | b"noscript" | b"template" => {
                self.hidden = Some(tag.name.to_vec());
            }
            b"br" => self.end_line(),
            b"hr" => {
                self.end_line();
                self.blank_line();
            }
            b"pre" => {
                self.end_line();
                self.preformatted += 1;
            }
            b"blockquote" => {
                self.end_line();
                let quotes = quotes(tag) || self.is_announced();
                if self.quotes.len() < DEPTH_MAX {
                    self.quotes.push(quotes);
                }
            }
            b"td" | b"th" => self.say(" ", usize::MAX),
            name if is_block(name) => self.end_line(),
            _ => {}
        }
    }

    fn close(&mut self, name: &[u8]) {
        if self.hidden.as_deref() == Some(name) {
            self.hidden = None;
            return;
        }
        match name {
            b"blockquote" => {
                self.end_line();
                self.quotes.pop();
            }
            b"pre" => {
                self.end_line();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            b"p" | b"table" | b"ul" | b"ol" | b"h1" | b"h2" | b"h3" => {
                self.end_line();
                self.blank_line();
            }
            name if is_block(name) => self.end_line(),
            _ => {}
        }
    }

    fn say(&mut self, text: &str, bytes_max: usize) {
        if self.hidden.is_some() {
            return;
        }
        if self.preformatted > 0 {
            let mut lines = text.split('\n');
            self.line.push_str(lines.next().unwrap_or_default());
            for line in lines {
                self.end_line();
                if self.out.len() > bytes_max {
                    break;
                }
                self.line.push_str(line);
            }
            return;
        }
        for c in text.chars() {
            if c.is_whitespace() && c != '\u{a0}' {
                if !self.line.is_empty() && !self.line.ends_with(' ') {
                    self.line.push(' ');
                }
            } else {
                self.line.push(if c == '\u{a0}' { ' ' } else { c });
            }
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if line.is_empty() {
            // `<div><br></div>` is one empty line, `</div><div>` none.
            return;
        }
        self.prefix();
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn blank_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.prefix();
            self.out.push('\n');
        }
    }

    fn prefix(&mut self) {
        let depth = self.quotes.iter().filter(|quotes| **quotes).take(MARKS_MAX).count();
        self.out.extend(std::iter::repeat_n('>', depth));
        if depth > 0 {
            self.out.push(' ');
        }
    }

    /// The line before says who wrote what follows.
    fn is_announced(&self) -> bool {
        self.out.trim_end().ends_with(':')
    }
}

/// Clients mark what they quote; a person's indentation has no mark.
fn quotes(tag: &StartTag<()>) -> bool {
    let attribute = |name: &[u8]| {
        let value = tag.attributes.iter().find(|(key, _)| key.as_slice() == name).map(|(_, value)| value);
        value.map(|value| String::from_utf8_lossy(value).to_ascii_lowercase()).unwrap_or_default()
    };
    let style = attribute(b"style").replace(' ', "");
    let border = style.split(';').any(|rule| {
        rule.starts_with("border-left")
            && !rule.ends_with(":none")
            && !rule.ends_with(":0")
            && !rule.ends_with(":0px")
    });
    attribute(b"type") == "cite"
        || attribute(b"class").contains("quote")
        || !attribute(b"cite").is_empty()
        || border
}

fn is_block(name: &[u8]) -> bool {
    const BLOCKS: [&[u8]; 22] = [
        b"p", b"div", b"tr", b"li", b"ul", b"ol", b"table", b"h1", b"h2", b"h3", b"h4", b"h5", b"h6",
        b"section", b"article", b"header", b"footer", b"center", b"address", b"dl", b"dt", b"dd",
    ];
    BLOCKS.contains(&name)
}

#[cfg(test)]
mod tests {
    fn text(html: &str) -> String {
        super::text(html, usize::MAX).0
    }

    #[test]
    fn a_page_is_read_up_to_its_bound_and_says_when_there_is_more() {
        assert_eq!(super::text("one<br>two", 100), ("one\ntwo\n".to_owned(), false));
        assert_eq!(super::text("one<br>two<br>three", 5), ("one\nt".to_owned(), true));
        let quoted = "<blockquote type=cite>".repeat(50);
        assert_eq!(text(&format!("{quoted}a")), format!("{} a\n", ">".repeat(20)));
        let (long, is_longer) = super::text(&format!("{quoted}<pre>{}", "a\n".repeat(100_000)), 10_000);
        assert_eq!((long.len(), is_longer), (10_000, true));
    }

    #[test]
    fn words_stand_in_their_lines_and_quotes_are_marked() {
        let html = "<html><head><title>x</title><style>p > a { color: red }</style></head><body>\
            <div>We&nbsp;object &amp; \n wait.</div><p>Jane</p>On Monday Bob wrote:<br>\
            <blockquote type=\"cite\"><div>old</div><blockquote style='border-left: 1px solid'>older</blockquote></blockquote>\
            <blockquote style=\"margin:0 0 0 40px; border:none\">indented</blockquote>below</body></html>";
        assert_eq!(
            text(html),
            "We object & wait.\nJane\n\nOn Monday Bob wrote:\n> old\n>> older\nindented\nbelow\n"
        );
    }

    #[test]
    fn script_is_no_text() {
        assert_eq!(text("a<script>if (a < b) alert('<p>b</p>')</script>c"), "ac\n");
        assert_eq!(text("<script>never closed"), "");
    }
}
