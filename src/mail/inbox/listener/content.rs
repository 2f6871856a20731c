//! Where a mail ends: CRLF . CRLF, and nothing else (RFC 5321, 4.1.1.4). Every other CR and LF is content, and is kept.
//!
//! Servers that took other line ends for the end could be made to see two mails where their neighbour saw one. We see one, whatever is
//! in it.

use std::sync::Arc;

use memchr::memmem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A mail takes room for its bytes by so much.
pub const ROOM_STEP: usize = 64 * 1024;

/// A mail that is coming in.
#[derive(Debug)]
pub struct Content {
    bytes: Vec<u8>,
    bytes_max: usize,
    room: Arc<Semaphore>,
    taken: Option<OwnedSemaphorePermit>,
    lost: Option<Lost>,
    place: Place,
}

/// Why the bytes of a mail were not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    TooLarge,
    /// Too many mails are on their way.
    NoRoom,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Behind a CRLF. DATA's own counts: a dot right after it ends an empty mail.
    #[default]
    LineStart,
    Line,
    /// Behind a CR that is kept already.
    Cr,
    /// Behind a dot at a line's start.
    Dot,
    DotCr,
}

impl Content {
    pub fn of_at_most(bytes_max: usize, room: Arc<Semaphore>) -> Self {
        Self { bytes: Vec::new(), bytes_max, room, taken: None, lost: None, place: Place::default() }
    }

    /// Takes from `heard` what is of this mail. True: it is whole.
    pub fn hear(&mut self, heard: &mut &[u8]) -> bool {
        while let Some((&byte, rest)) = heard.split_first() {
            if self.place == Place::LineStart && byte != b'.' || self.place == Place::Line {
                self.hear_lines(heard);
                continue;
            }
            match (self.place, byte) {
                (Place::LineStart, b'.') => self.place = Place::Dot,
                (Place::Dot, b'\r') => self.place = Place::DotCr,
                (Place::DotCr, b'\n') => {
                    *heard = rest;
                    return true;
                }
                (Place::DotCr, _) => {
                    self.keep(b"\r");
                    self.keep_at_line(byte);
                }
                (Place::Cr, b'\n') => {
                    self.keep(b"\n");
                    self.place = Place::LineStart;
                }
                // Behind a dot that stands before other words: it was put there by the client (RFC 5321, 4.5.2).
                (Place::LineStart | Place::Line | Place::Dot | Place::Cr, _) => self.keep_at_line(byte),
            }
            *heard = rest;
        }
        false
    }

    /// Keeps all up to the next dot at a line's start, or all that is here.
    fn hear_lines(&mut self, heard: &mut &[u8]) {
        let dot = memmem::find(heard, b"\r\n.");
        let (lines, rest) = heard.split_at(dot.map_or(heard.len(), |at| at + 2));
        self.keep(lines);
        self.place = match lines {
            [.., b'\r', b'\n'] => Place::LineStart,
            [.., b'\r'] => Place::Cr,
            _ => Place::Line,
        };
        *heard = rest;
    }

    /// The mail, and the room that its bytes take.
    pub fn whole(self) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Lost> {
        self.lost.map_or(Ok((self.bytes, self.taken)), Err)
    }

    fn keep_at_line(&mut self, byte: u8) {
        self.keep(&[byte]);
        self.place = if byte == b'\r' { Place::Cr } else { Place::Line };
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.lost.is_some() {
            return;
        }
        let size = self.bytes.len() + bytes.len();
        if size > self.bytes_max {
            return self.lose(Lost::TooLarge);
        }
        if !self.has_room(size) {
            return self.lose(Lost::NoRoom);
        }
        self.bytes.extend_from_slice(bytes);
    }

    fn lose(&mut self, lost: Lost) {
        (self.bytes, self.taken, self.lost) = (Vec::new(), None, Some(lost));
    }

    fn has_room(&mut self, size: usize) -> bool {
        let more = size.saturating_sub(self.taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits));
        if more == 0 {
            return true;
        }
        let Ok(step) = u32::try_from(more.max(ROOM_STEP)) else { return false };
        let Ok(more) = self.room.clone().try_acquire_many_owned(step) else { return false };
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_at_most(bytes_max: usize) -> Content {
        Content::of_at_most(bytes_max, Arc::new(Semaphore::new(2 * ROOM_STEP)))
    }

    /// The mail, and what stands behind it; none: it does not end. Heard as a whole and byte by byte.
    fn heard(sent: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut whole = of_at_most(1_000);
        let mut rest = sent;
        let ended = whole.hear(&mut rest);
        let at_once = ended.then(|| (whole.whole().unwrap().0, rest.to_vec()));
        let mut slowly = of_at_most(1_000);
        for (place, byte) in sent.iter().enumerate() {
            if slowly.hear(&mut std::slice::from_ref(byte)) {
                let one_by_one = (slowly.whole().unwrap().0, sent[place + 1..].to_vec());
                assert_eq!(Some(&one_by_one), at_once.as_ref(), "{sent:?}");
                return at_once;
            }
        }
        assert_eq!(at_once, None, "{sent:?}");
        None
    }

    #[test]
    fn only_crlf_dot_crlf_ends_a_mail_and_every_other_line_end_is_kept() {
        let ends =
            ["\r\n", "\n", "\r", "\r\r\n", "\n\r", "\r\n\r", "\0\r\n", "\r\0\n", "\r\n ", "\n\n", "\r\r"];
        for before in ends {
            for after in ends {
                let sent = format!("one{before}.{after}MAIL FROM:<x>\r\n.\r\nQUIT\r\n");
                let (mail, behind) = heard(sent.as_bytes()).unwrap();
                let mail = String::from_utf8(mail).unwrap();
                // What a line is to whoever sent it: dots at its start were doubled, so one is taken away.
                let at_line_start = before.ends_with("\r\n");
                if at_line_start && after.starts_with("\r\n") {
                    assert_eq!(mail, format!("one{before}"), "{before:?} {after:?}");
                    assert!(behind.starts_with(&after.as_bytes()[2..]));
                } else {
                    let dot = if at_line_start { "" } else { "." };
                    assert_eq!(
                        mail,
                        format!("one{before}{dot}{after}MAIL FROM:<x>\r\n"),
                        "{before:?} {after:?}"
                    );
                    assert_eq!(behind, b"QUIT\r\n");
                }
            }
        }
    }

    #[test]
    fn mails_that_come_at_once_have_so_much_room_together() {
        let room = Arc::new(Semaphore::new(2 * ROOM_STEP));
        let comes = || {
            let mut content = Content::of_at_most(10 * ROOM_STEP, room.clone());
            assert!(content.hear(&mut [vec![b'x'; ROOM_STEP], b"\r\n.\r\n".to_vec()].concat().as_slice()));
            content.whole()
        };
        let first = comes().unwrap();
        assert_eq!(comes().unwrap_err(), Lost::NoRoom);
        drop(first);
        assert!(comes().is_ok());
        assert_eq!(room.available_permits(), 2 * ROOM_STEP);
    }

    #[test]
    fn a_mail_may_be_empty_and_dots_at_line_starts_are_taken_off_once() {
        let mail = |sent: &str| heard(sent.as_bytes()).map(|(mail, _)| String::from_utf8(mail).unwrap());
        assert_eq!(mail(".\r\n").as_deref(), Some(""));
        assert_eq!(mail("\r\n.\r\n").as_deref(), Some("\r\n"));
        assert_eq!(mail("..\r\n...\r\n.a\r\n.\r\n").as_deref(), Some(".\r\n..\r\na\r\n"));
        assert_eq!(mail("a.\r\n.\r\n").as_deref(), Some("a.\r\n"));
        assert_eq!(mail("a\r\n.\r"), None);
        assert_eq!(mail("a\r\n.\n"), None);
    }

    #[test]
    fn a_mail_that_is_too_large_is_heard_to_its_end_and_not_kept() {
        let mut content = of_at_most(5);
        assert!(content.hear(&mut b"12345678\r\n.\r\n".as_slice()));
        assert_eq!(content.whole().unwrap_err(), Lost::TooLarge);
        let mut content = of_at_most(5);
        assert!(content.hear(&mut b"123\r\n.\r\n".as_slice()));
        assert_eq!(content.whole().unwrap().0, b"123\r\n");
    }
}
