//! A sink for letters: takes every one, offers PIPELINING or not, answers each read at once or a round trip later, and counts dots.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

const END: &[u8] = b"\r\n.\r\n";

/// How a sink behaves.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// Every answer comes so much later.
    pub rtt: Duration,
    pub pipelining: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self { rtt: Duration::ZERO, pipelining: true }
    }
}

pub struct Sink {
    pub address: SocketAddr,
    counted: Arc<Counted>,
    listening: AbortHandle,
}

#[derive(Default)]
struct Counted {
    so_far: Mutex<SoFar>,
    more: Notify,
}

#[derive(Default)]
struct SoFar {
    letters: u64,
    first: Option<Instant>,
    last: Option<Instant>,
    sample: Vec<u8>,
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Sink {
    pub async fn start(manners: Manners) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let counted = Arc::new(Counted::default());
        let counting = Arc::clone(&counted);
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, manners, Arc::clone(&counting)));
            }
        });
        Ok(Self { address, counted, listening: listening.abort_handle() })
    }

    /// Waits for that many letters: how long they took from the first greeting on, and one of them, without its dot.
    pub async fn wait_for(&self, letters: u64, at_most: Duration) -> anyhow::Result<(Duration, Vec<u8>)> {
        let deadline = tokio::time::Instant::now() + at_most;
        loop {
            let more = self.counted.more.notified();
            let seen = {
                let so_far = self.counted.so_far.lock().map_err(|_| anyhow::anyhow!("a session broke"))?;
                if so_far.letters >= letters {
                    let (first, last) = so_far.first.zip(so_far.last).context("no letter")?;
                    return Ok((last - first, so_far.sample.clone()));
                }
                so_far.letters
            };
            if tokio::time::timeout_at(deadline, more).await.is_err() {
                bail!("{seen} of {letters} letters came");
            }
        }
    }
}

impl Counted {
    fn letter(&self, sample: impl FnOnce() -> Vec<u8>) {
        if let Ok(mut so_far) = self.so_far.lock() {
            if so_far.letters == 0 {
                so_far.sample = sample();
            }
            so_far.letters += 1;
            so_far.last = Some(Instant::now());
        }
        self.more.notify_one();
    }
}

async fn serve(mut stream: TcpStream, manners: Manners, counted: Arc<Counted>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    if let Ok(mut so_far) = counted.so_far.lock() {
        so_far.first.get_or_insert_with(Instant::now);
    }
    stream.write_all(b"220 sink ready\r\n").await?;
    let (mut unread, mut replies, mut in_data) = (Vec::with_capacity(64 * 1024), Vec::new(), false);
    loop {
        if stream.read_buf(&mut unread).await? == 0 {
            return Ok(());
        }
        let mut from = 0;
        loop {
            if in_data {
                let Some(at) = memchr::memmem::find(&unread[from..], END) else { break };
                counted.letter(|| unread[from..from + at].to_vec());
                replies.extend_from_slice(b"250 2.0.0 taken\r\n");
                from += at + END.len();
                in_data = false;
                continue;
            }
            let Some(at) = memchr::memchr(b'\n', &unread[from..]) else { break };
            let line = &unread[from..=from + at];
            let reply: &[u8] = match line.get(..4) {
                Some(b"EHLO") if !manners.pipelining => b"250-sink\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n",
                Some(b"EHLO") => b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n",
                Some(b"DATA") => {
                    in_data = true;
                    b"354 go on\r\n"
                }
                Some(b"QUIT") => b"221 bye\r\n",
                Some(_) | None => b"250 2.1.0 ok\r\n",
            };
            replies.extend_from_slice(reply);
            from += at + 1;
        }
        unread.drain(..from);
        if !replies.is_empty() {
            if !manners.rtt.is_zero() {
                tokio::time::sleep(manners.rtt).await;
            }
            stream.write_all(&replies).await?;
            replies.clear();
        }
    }
}
