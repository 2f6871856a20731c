//! Quoted-printable (RFC 2045, 6.7), line by line: what stands in a line decides where it is broken, and nothing else,
//! so lines that are the same in many letters are encoded once. A line goes on where it was left.

/// Octets of an encoded line, its soft line break included.
const LINE_OCTETS_MAX: usize = 76;
const SOFT_BREAK: &[u8] = b"=\r\n";
const CRLF: &[u8] = b"\r\n";

/// Where an encoded line has got to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    column: usize,
    /// Octets of what was written last. It moves to the next line if it fills this one and more follows.
    last: usize,
}

impl Line {
    /// More of the line. It must not hold a line end: one is encoded like any octet.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, mut bytes: &[u8]) {
        while let Some(&first) = bytes.first() {
            let room = LINE_OCTETS_MAX.saturating_sub(self.column + 2).min(bytes.len());
            let plain = bytes[..room].iter().position(|&byte| !is_plain(byte)).unwrap_or(room);
            if plain > 0 {
                out.extend_from_slice(&bytes[..plain]);
                (self.column, self.last) = (self.column + plain, 1);
                bytes = &bytes[plain..];
                continue;
            }
            if is_plain(first) {
                self.put(out, &[first]);
            } else {
                self.put(out, &escaped(first));
            }
            bytes = &bytes[1..];
        }
    }

    /// The line's end. A blank must not be the last of it.
    pub(super) fn end(mut self, out: &mut Vec<u8>) {
        if let Some(&blank @ (b' ' | b'\t')) = out.last().filter(|_| self.column > 0) {
            out.pop();
            self.column -= 1;
            self.put(out, &escaped(blank));
        }
        out.extend_from_slice(CRLF);
    }

    /// One octet as it is written.
    fn put(&mut self, out: &mut Vec<u8>, written: &[u8]) {
        if self.column + written.len() > LINE_OCTETS_MAX {
            if self.column == LINE_OCTETS_MAX {
                let mut moved = [0; 3];
                let from = out.len() - self.last;
                moved[..self.last].copy_from_slice(&out[from..]);
                out.truncate(from);
                out.extend_from_slice(SOFT_BREAK);
                out.extend_from_slice(&moved[..self.last]);
                self.column = self.last;
            } else {
                out.extend_from_slice(SOFT_BREAK);
                self.column = 0;
            }
        }
        out.extend_from_slice(written);
        self.column += written.len();
        self.last = written.len();
    }
}

/// A whole line with its end.
pub(super) fn line(out: &mut Vec<u8>, content: &str) {
    let mut line = Line::default();
    line.push(out, content.as_bytes());
    line.end(out);
}

/// Which octets stand for themselves: a look into a table is quicker than to compare.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        plain[byte as usize] = byte != b'=';
        byte += 1;
    }
    plain[b'\t' as usize] = true;
    plain
};

fn is_plain(byte: u8) -> bool {
    PLAIN[usize::from(byte)]
}

fn escaped(byte: u8) -> [u8; 3] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    [b'=', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

#[cfg(test)]
mod tests {
    use lettre::message::{Body, header::ContentTransferEncoding};
    use proptest::prelude::*;

    use super::*;

    /// The same by somebody else.
    fn by_lettre(text: &str) -> Vec<u8> {
        Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::QuotedPrintable).unwrap().into_vec()
    }

    fn ours(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        text.split_terminator('\n').for_each(|content| line(&mut out, content));
        out
    }

    #[test]
    fn a_line_of_any_length_breaks_where_lettre_breaks_it() {
        for piece in ["x", "=", "é", "x=", "xx=", "a ", "日", "\t"] {
            for times in 0..240 {
                let text = format!("{}\n", piece.repeat(times));
                assert_eq!(ours(&text), by_lettre(&text), "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_encoded_as_lettre_does(text in "(([a-z ]{0,40}|\\PC{0,30}|[= \t]{0,4}){0,6}\n){0,8}") {
            prop_assert_eq!(ours(&text), by_lettre(&text));
        }

        #[test]
        fn a_line_in_pieces_is_the_line(pieces in proptest::collection::vec("[a-z= é]{0,60}", 0..6)) {
            let mut whole = Vec::new();
            line(&mut whole, &pieces.concat());
            let (mut out, mut line) = (Vec::new(), Line::default());
            for piece in &pieces {
                line.push(&mut out, piece.as_bytes());
            }
            line.end(&mut out);
            prop_assert_eq!(out, whole);
        }
    }
}
