//! The stream below lettre's connection: it keeps the relay's words whole, knows how much of a letter has left,
//! and hands lettre only replies it can read.
//!
//! lettre joins a reply's lines, forgets which of its network errors came before the last byte was written, takes
//! a reply outside UTF-8 for a broken connection (after the dot that would be a second copy), and stops the task
//! at a capability line of blanks. It sits above TLS, so it sees plain text.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::domain::delivery::Reply;

const REPLY_BYTES_MAX: usize = 64 * 1024;

/// A plain or an encrypted connection.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug> Wire for T {}

#[derive(Debug)]
pub(super) struct Tap {
    wire: Box<dyn Wire>,
    peer: SocketAddr,
    heard: Heard,
    /// Bytes lettre reads before those of the wire: the greeting that was read before TLS.
    prelude: VecDeque<u8>,
    column: usize,
}

/// What the relay has said and how much we have written, shared with whoever holds the connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    replies: Vec<u8>,
    written: usize,
}

impl Heard {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The oldest whole reply not taken yet.
    pub(super) fn take_reply(&self) -> Option<Lines> {
        let mut inner = self.lock();
        let mut lines = Vec::new();
        let mut end = 0;
        loop {
            let rest = inner.replies.get(end..)?;
            let newline = rest.iter().position(|byte| *byte == b'\n')?;
            let line = String::from_utf8_lossy(&rest[..newline]).trim_end().to_owned();
            end += newline + 1;
            let more = line.as_bytes().get(3) == Some(&b'-');
            lines.push(line);
            if !more {
                inner.replies.drain(..end);
                return Some(Lines(lines));
            }
        }
    }

    /// Bytes the system has taken from us since the last call of [`Heard::count_from_here`].
    pub(super) fn written(&self) -> usize {
        self.lock().written
    }

    pub(super) fn count_from_here(&self) {
        self.lock().written = 0;
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
        Some(Reply { code, words: words.chars().take(1_000).filter(|c| !c.is_control()).collect() })
    }
}

impl Tap {
    pub(super) fn new(wire: Box<dyn Wire>, peer: SocketAddr, prelude: &[u8]) -> (Self, Heard) {
        let heard = Heard::default();
        let prelude = prelude.iter().copied().collect();
        (Self { wire, peer, heard: heard.clone(), prelude, column: 0 }, heard)
    }

    /// What lettre may see of a byte: printable ASCII, and never a line of blanks.
    fn legible(&mut self, byte: u8) -> u8 {
        if byte == b'\n' {
            self.column = 0;
            return byte;
        }
        self.column += 1;
        match byte {
            b'\r' => byte,
            b' ' if self.column == 5 => b'_',
            b' '..=b'~' => byte,
            _ => b'?',
        }
    }
}

impl AsyncRead for Tap {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let tap = self.get_mut();
        if !tap.prelude.is_empty() {
            let taken = tap.prelude.len().min(buf.remaining());
            let bytes: Vec<u8> = tap.prelude.drain(..taken).collect();
            buf.put_slice(&bytes);
            return Poll::Ready(Ok(()));
        }
        let mut raw = vec![0; buf.remaining().min(8 * 1024)];
        let mut fresh = ReadBuf::new(&mut raw);
        match Pin::new(&mut tap.wire).poll_read(cx, &mut fresh) {
            Poll::Ready(Ok(())) => {}
            other => return other,
        }
        let bytes = fresh.filled().to_vec();
        {
            let mut inner = tap.heard.lock();
            if inner.replies.len() + bytes.len() > REPLY_BYTES_MAX {
                return Poll::Ready(Err(io::Error::other("the relay's reply does not end")));
            }
            inner.replies.extend_from_slice(&bytes);
        }
        let legible: Vec<u8> = bytes.into_iter().map(|byte| tap.legible(byte)).collect();
        buf.put_slice(&legible);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tap {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let tap = self.get_mut();
        let written = Pin::new(&mut tap.wire).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = &written {
            tap.heard.lock().written += count;
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Tap {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_taken_whole_and_in_order() {
        let heard = Heard::default();
        heard
            .lock()
            .replies
            .extend_from_slice(b"550-5.1.1 no such\r\n550 5.1.1 user h\xfcbner\r\n421 bye\r\n250 ha");
        let reply = heard.take_reply().unwrap().reply().unwrap();
        assert_eq!((reply.code, reply.words.as_str()), (550, "5.1.1 no such 5.1.1 user h\u{fffd}bner"));
        assert_eq!(heard.take_reply().unwrap().reply().unwrap().code, 421);
        assert!(heard.take_reply().is_none(), "a reply that has not ended is none");
    }

    #[test]
    fn lettre_is_shown_no_line_of_blanks_and_no_byte_outside_ascii() {
        let (mut tap, _) =
            Tap::new(Box::new(tokio::io::empty()), SocketAddr::from(([127, 0, 0, 1], 25)), b"");
        let seen: Vec<u8> = b"250-  \r\n250 \xe9t\xe9 ok\r\n".iter().map(|b| tap.legible(*b)).collect();
        assert_eq!(String::from_utf8(seen).unwrap(), "250-_ \r\n250 ?t? ok\r\n");
    }
}
