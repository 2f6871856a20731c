//! A connection to a relay as replies and bytes: it keeps the relay's words whole and knows how much of ours has left.
//!
//! It sits above TLS, so it sees plain text. Replies are read here and not by `smtp-proto`, whose receiver cuts the
//! enhanced code out of the words and refuses what is longer than 4,096 octets: after the dot that would be a second copy.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, IoSlice};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::domain::delivery::Reply;

const REPLY_BYTES_MAX: usize = 64 * 1024;
const READ_BYTES: usize = 4 * 1024;
const WORDS_CHARS_MAX: usize = 1_000;

/// A plain or an encrypted connection.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug> Wire for T {}

#[derive(Debug)]
pub(super) struct Dialogue {
    wire: Box<dyn Wire>,
    heard: Vec<u8>,
    /// How much of `heard` has been read as replies.
    told: usize,
    left: usize,
}

impl Dialogue {
    pub(super) fn over(wire: Box<dyn Wire>) -> Self {
        Self { wire, heard: Vec::new(), told: 0, left: 0 }
    }

    /// The wire below, if the relay has said nothing that was not asked for.
    pub(super) fn into_wire(self) -> io::Result<Box<dyn Wire>> {
        if self.told == self.heard.len() {
            return Ok(self.wire);
        }
        Err(io::Error::other("the relay went on in plain text behind its reply"))
    }

    pub(super) async fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.say_both(bytes, &[]).await
    }

    /// Says `first` and `then` in one write, as far as the system takes them.
    pub(super) async fn say_both(&mut self, first: &[u8], then: &[u8]) -> io::Result<()> {
        self.left = 0;
        while self.left < first.len() + then.len() {
            let rest = [
                IoSlice::new(first.get(self.left..).unwrap_or_default()),
                IoSlice::new(then.get(self.left.saturating_sub(first.len())..).unwrap_or_default()),
            ];
            match self.wire.write_vectored(&rest).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                taken => self.left += taken,
            }
        }
        self.wire.flush().await
    }

    /// How many of the bytes last said the system has taken from us.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// The oldest reply not read yet.
    pub(super) async fn hear(&mut self) -> io::Result<Lines<'_>> {
        let mut searched = self.told;
        let end = loop {
            match whole_reply(&self.heard, searched) {
                Ok(end) => break end,
                Err(last_line) => searched = last_line,
            }
            if self.told > 0 {
                self.heard.drain(..self.told);
                searched -= std::mem::take(&mut self.told);
            }
            if self.heard.len() > REPLY_BYTES_MAX {
                return Err(io::Error::other("the relay's reply does not end"));
            }
            self.heard.reserve(READ_BYTES);
            if self.wire.read_buf(&mut self.heard).await? == 0 {
                return Err(io::Error::other("the relay closed the connection"));
            }
        };
        let begin = std::mem::replace(&mut self.told, end);
        Ok(Lines(&self.heard[begin..end]))
    }
}

/// Where the reply ends whose lines begin at `from`; `Err`: the beginning of the line that is not whole yet.
fn whole_reply(heard: &[u8], from: usize) -> Result<usize, usize> {
    let mut line = from;
    while let Some(length) = heard[line..].iter().position(|byte| *byte == b'\n') {
        let end = line + length + 1;
        if length < 4 || heard[line + 3] != b'-' {
            return Ok(end);
        }
        line = end;
    }
    Err(line)
}

/// The lines of one reply, each still with its code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines<'a>(&'a [u8]);

impl<'a> Lines<'a> {
    /// What follows the code on each line.
    pub(super) fn texts(self) -> impl Iterator<Item = Cow<'a, str>> {
        self.lines().map(|line| String::from_utf8_lossy(line.get(4..).unwrap_or_default().trim_ascii()))
    }

    fn lines(self) -> impl DoubleEndedIterator<Item = &'a [u8]> {
        self.0.strip_suffix(b"\n").unwrap_or(self.0).split(|byte| *byte == b'\n')
    }

    /// Code and words; `None` where the relay does not speak SMTP.
    pub(super) fn reply(self) -> Option<Reply> {
        let code = std::str::from_utf8(self.lines().next_back()?.get(..3)?).ok()?.parse().ok()?;
        let mut words = String::with_capacity(self.0.len());
        for text in self.texts() {
            if !words.is_empty() && !text.is_empty() {
                words.push(' ');
            }
            words.extend(text.chars().filter(|c| !c.is_control()));
        }
        if let Some((end, _)) = words.char_indices().nth(WORDS_CHARS_MAX) {
            words.truncate(end);
        }
        Some(Reply { code, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn replies_come_one_by_one_however_the_packets_fall() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let mut dialogue = Dialogue::over(Box::new(ours));
        theirs.write_all(b"250-2.1.0 one\r\n250 2.1.0 more\r\n550 5.1.1").await.unwrap();
        let reply = dialogue.hear().await.unwrap().reply().unwrap();
        assert_eq!((reply.code, reply.words.as_str()), (250, "2.1.0 one 2.1.0 more"));
        theirs.write_all(b" nobody\n354\r\n\xe9\r\n").await.unwrap();
        let codes = [dialogue.hear().await.unwrap().reply(), dialogue.hear().await.unwrap().reply()];
        assert_eq!(codes.map(|reply| reply.map(|reply| reply.code)), [Some(550), Some(354)]);
        assert_eq!(dialogue.hear().await.unwrap().reply(), None, "what speaks no SMTP has no code");
        drop(theirs);
        assert!(dialogue.hear().await.is_err());
    }

    #[tokio::test]
    async fn a_reply_without_end_is_an_end() {
        let (ours, mut theirs) = tokio::io::duplex(READ_BYTES);
        let mut dialogue = Dialogue::over(Box::new(ours));
        let flood = tokio::spawn(async move { while theirs.write_all(&[b'2'; READ_BYTES]).await.is_ok() {} });
        assert!(dialogue.hear().await.unwrap_err().to_string().contains("does not end"));
        drop(dialogue);
        flood.await.unwrap();
    }
}
