//! `receive`: a mail on standard input, from an MTA's pipe.
//!
//! Exit 0: it is committed. Exit 65: it is no mail, or too large; the MTA tells its sender. Exit 75: not now, whatever the reason, a
//! command line that is not understood too; the MTA keeps it and comes again. Its door is one of its own, open from before the first byte is read until the mail is committed.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _};
use std::process;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Failure, Global, context};
use crate::actions::{Context, receive_mail};
use crate::mail::inbox::{Arrival, What};
use crate::store::door::DoorId;

/// An MTA hands over what it has: slower is stuck. Shorter than the silence after which our door is fenced.
const READ_WITHIN: Duration = Duration::from_secs(25);

/// Take in a mail on standard input, as an MTA's pipe gives it
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Exit 0: committed. Exit 65: empty or too large. Exit 75: not now, or not understood; the MTA must keep it.

Example (Postfix, master.cf; null_sender= with nothing behind it):
  flags=q user=forenotice null_sender= argv=/usr/bin/forenotice receive --from=${sender} --to=${recipient}")]
pub struct Args {
    /// The envelope's sender; empty for the null sender
    #[arg(long, value_name = "ADDRESS")]
    from: Option<OsString>,
    /// A recipient of the envelope; may be given several times
    #[arg(long, value_name = "ADDRESS", num_args = 1..)]
    to: Vec<OsString>,
}

/// Whether an MTA may be calling, which would send our customer a bounce if it heard that its command was not understood.
pub fn is_meant(words: impl IntoIterator<Item = OsString>) -> bool {
    words.into_iter().any(|word| word == "receive")
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let (global, args) = (global.clone(), args.clone());
    // In a task: a panic must make the MTA wait as any other fault does, and not send our customer a bounce.
    match tokio::spawn(async move { take(&global, &args).await }).await {
        Ok(done) => done,
        Err(panic) => Err(Failure::from(panic).not_now()),
    }
}

async fn take(global: &Global, args: &Args) -> Result<(), Failure> {
    let cx = context::open(global).map_err(Failure::not_now)?;
    let (door, first_byte_at) = receive_mail::open_door(&cx, &format!("pipe {}", process::id()))
        .await
        .map_err(|error| Failure::from(error).not_now())?;
    let taken = async {
        let raw = read(cx.settings.inbound.bytes_max).await?;
        // An address need not be UTF-8; what it is not is no reason to lose the mail.
        let text = |address: &OsString| OsStr::to_string_lossy(address).into_owned();
        let (sender, recipients) = (args.from.as_ref().map(text), args.to.iter().map(text).collect());
        let arrival =
            Arrival { what: What::Mail, raw, first_byte_at, by_our_server: true, sender, recipients };
        receive_mail::receive(&cx, door, vec![arrival]).await.map_err(|error| Failure::from(error).not_now())
    };
    let taken = taken.await;
    close(&cx, door).await;
    taken.map(drop)
}

async fn read(bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let (whole, read) = oneshot::channel();
    // A thread that nobody waits for: the process can end while it is stuck.
    thread::spawn(move || {
        let mut raw = Vec::new();
        let done = io::stdin().lock().take(bytes_max as u64 + 1).read_to_end(&mut raw);
        whole.send(done.map(|_| raw))
    });
    let stuck = || Failure::new(format!("the mail was not there in {} s", READ_WITHIN.as_secs())).not_now();
    let read = timeout(READ_WITHIN, read).await.map_err(|_| stuck())?.map_err(|_| stuck())?;
    match read {
        Err(error) => Err(Failure::from(error).not_now()),
        Ok(raw) if raw.is_empty() => Err(Failure::new("there is no mail on standard input").bad_data()),
        Ok(raw) if raw.len() > bytes_max => {
            Err(Failure::new(format!("the mail is larger than {bytes_max} bytes"))
                .hint("inbound.megabytes_max says how large one may be")
                .bad_data())
        }
        Ok(raw) => Ok(raw),
    }
}

/// A door that cannot be closed is fenced when it is silent; the gate waits for it so long.
async fn close(cx: &Context, door: DoorId) {
    if let Err(error) = receive_mail::close_door(cx, door).await {
        tracing::warn!("the pipe's door was not closed: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    #[test]
    fn an_address_need_not_be_utf_8() {
        let odd = OsString::from_vec(b"--from=j\xf6rg@acme.example".to_vec());
        let words = ["forenotice".into(), "receive".into(), odd, "--to=\u{f6}@x".into()];
        let Command::Receive(args) = Cli::try_parse_from(words).unwrap().command else { panic!() };
        assert_eq!(args.from.unwrap().to_string_lossy(), "j\u{fffd}rg@acme.example");
    }
}
