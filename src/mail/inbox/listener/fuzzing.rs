//! A dialogue without a socket, for `fuzz/targets/listener.rs`.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::rates::Rates;
use super::session::{Session, Step};
use super::{Arrive, Bounds, Listener, Shared};
use crate::mail::inbox::{Arrival, Keep};

const BYTES_MAX: usize = 64 * 1024;

/// The mails that a client hands over by saying these pieces, each kept, and what it is told.
pub fn mails_of<'a>(said: impl Iterator<Item = &'a [u8]>, arrive: Arrive) -> (Vec<Arrival>, Vec<u8>) {
    let shared = shared(arrive);
    let mut session = Session::new(&shared, IpAddr::V4(Ipv4Addr::LOCALHOST));
    let (mut mails, mut replies) = (Vec::new(), Vec::new());
    for mut piece in said {
        loop {
            match session.hear(&mut piece) {
                Step::Keep(mail, _) => {
                    mails.push(mail);
                    session.kept(Ok(()));
                }
                Step::More => break,
                Step::StartTls | Step::Close => {
                    replies.extend(session.take_replies());
                    return (mails, replies);
                }
            }
        }
        replies.extend(session.take_replies());
    }
    (mails, replies)
}

fn shared(arrive: Arrive) -> Shared {
    let listener = Listener {
        name: "mail.processor.example".to_owned(),
        domains: vec!["replies.processor.example".to_owned(), "bounces.processor.example".to_owned()],
        bounce_probe: "bounce-probe@replies.processor.example".to_owned(),
        bytes_max: BYTES_MAX,
        mails_per_minute: u32::MAX,
        trusted_servers: Vec::new(),
        tls: None,
        bounds: Bounds::default(),
        arrive,
        keep: Keep::new(|_, _| Box::pin(async { Ok(()) })),
    };
    let bytes = Arc::new(Semaphore::new(2 * BYTES_MAX));
    Shared { rates: Rates::new(u32::MAX, 1, Vec::new()), listener, bytes }
}
