//! A connection to a relay as replies and bytes: it keeps the relay's words whole and knows how much of ours has left.
//!
//! It sits above TLS, so it sees plain text. Replies are read here and not by `smtp-proto`, whose receiver cuts the
//! enhanced code out of the words and refuses what is longer than 4,096 octets: after the dot that would be a second copy.

use std::fmt;
use std::io;

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
    left: usize,
}

impl Dialogue {
    pub(super) fn over(wire: Box<dyn Wire>) -> Self {
        Self { wire, heard: Vec::new(), left: 0 }
    }

    /// The wire below, if the relay has said nothing that was not asked for.
    pub(super) fn into_wire(self) -> io::Result<Box<dyn Wire>> {
        if self.heard.is_empty() {
            return Ok(self.wire);
        }
        Err(io::Error::other("the relay went on in plain text behind its reply"))
    }

    pub(super) async fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.left = 0;
        while let Some(rest) = bytes.get(self.left..).filter(|rest| !rest.is_empty()) {
            match self.wire.write(rest).await? {
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
    pub(super) async fn hear(&mut self) -> io::Result<Lines> {
        loop {
            if let Some(lines) = self.whole_reply() {
                return Ok(lines);
            }
            if self.heard.len() > REPLY_BYTES_MAX {
                return Err(io::Error::other("the relay's reply does not end"));
            }
            let before = self.heard.len();
            self.heard.resize(before + READ_BYTES, 0);
            let read = self.wire.read(&mut self.heard[before..]).await;
            self.heard.truncate(before + read.as_ref().copied().unwrap_or(0));
            if read? == 0 {
                return Err(io::Error::other("the relay closed the connection"));
            }
        }
    }

    fn whole_reply(&mut self) -> Option<Lines> {
        let mut lines = Vec::new();
        let mut end = 0;
        loop {
            let rest = self.heard.get(end..)?;
            let newline = rest.iter().position(|byte| *byte == b'\n')?;
            let line = String::from_utf8_lossy(&rest[..newline]).trim_end().to_owned();
            end += newline + 1;
            let more = line.as_bytes().get(3) == Some(&b'-');
            lines.push(line);
            if !more {
                self.heard.drain(..end);
                return Some(Lines(lines));
            }
        }
    }
}

/// The lines of one reply, each still with its code.
#[derive(Clone, Debug)]
pub(super) struct Lines(Vec<String>);

impl Lines {
    /// What follows the code on each line.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|line| line.get(4..).unwrap_or_default().trim())
    }

    /// Code and words; `None` where the relay does not speak SMTP.
    pub(super) fn reply(&self) -> Option<Reply> {
        let code = self.0.last()?.get(..3)?.parse().ok()?;
        let mut words = String::new();
        for text in self.texts() {
            if !words.is_empty() && !text.is_empty() {
                words.push(' ');
            }
            words.push_str(text);
        }
        Some(Reply { code, words: words.chars().take(WORDS_CHARS_MAX).filter(|c| !c.is_control()).collect() })
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
