//! The doors by which mail comes in, of a replica in the role `receive`.

use std::net::SocketAddr;

use chrono::TimeDelta;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{ENLIST_AGAIN_AFTER, listen};
use crate::actions::Context;
use crate::actions::receive_mail::{Intake, Room};
use crate::cli::{Failure, print};
use crate::config::Imap;
use crate::daemon::{Daemon, ReadTo, Source};
use crate::in_flight::InFlight;
use crate::mail::inbox::imap::Mailbox;
use crate::mail::inbox::listener::{Arrive, Bounds, Listener};
use crate::store::door::{DoorId, Kind};

/// Opens those that are configured. What is returned ends after `watch`, once all that came in is answered.
pub async fn open(
    cx: &Context,
    daemon: &Daemon,
    watch: &CancellationToken,
) -> Result<Vec<JoinHandle<()>>, Failure> {
    let inbound = &cx.settings.inbound;
    let mut served = Vec::new();
    if let Some(imap) = inbound.imap.clone() {
        served.extend(read_mailbox(cx, daemon, imap, watch).await);
    }
    match inbound.listen {
        Some(address) => served.extend(listen_for_mail(cx, daemon, address, watch).await?),
        // No pipe is open between two mails: this door stands for the queue before it.
        None if inbound.settle > TimeDelta::zero() => {
            let queue = Source::named("inbound.settle".to_owned());
            opened(daemon, Kind::Pipe, inbound.settle, ReadTo::new(|now| now), queue, watch).await;
        }
        None => {}
    }
    if let Err(error) = daemon.close_other_sources().await {
        warn!("what is no source of mail any more holds changes back until the next start: {error}");
    }
    Ok(served)
}

async fn read_mailbox(
    cx: &Context,
    daemon: &Daemon,
    imap: Imap,
    watch: &CancellationToken,
) -> Option<JoinHandle<()>> {
    let name = format!("{}@{}", imap.user(), imap.host);
    let mailbox = Mailbox::new(imap, cx.settings.inbound.bytes_max);
    let watermark = mailbox.watermark();
    let read_to = ReadTo::new(move |_| watermark.read_to());
    let source = Source::named(format!("inbound.imap {name}"));
    let door = opened(daemon, Kind::Mailbox, TimeDelta::zero(), read_to, source, watch).await?;
    Some(tokio::spawn(mailbox.run(Room::of(cx, door, name), watch.clone())))
}

async fn listen_for_mail(
    cx: &Context,
    daemon: &Daemon,
    address: SocketAddr,
    watch: &CancellationToken,
) -> Result<Option<JoinHandle<()>>, Failure> {
    let socket = listen(address, "inbound.listen").await?;
    print(format_args!("mail:  {}", socket.local_addr()?))?;
    let in_flight = InFlight::default();
    let read_to = ReadTo::new({
        let in_flight = in_flight.clone();
        move |now| in_flight.read_to(now)
    });
    let settle = cx.settings.inbound.settle;
    let source = Source::named("inbound.listen".to_owned());
    let Some(door) = opened(daemon, Kind::Listener, settle, read_to, source, watch).await else {
        return Ok(None);
    };
    let listener = listener(cx, door, in_flight);
    Ok(Some(tokio::spawn(listener.serve(socket, watch.clone()))))
}

/// The listener of these settings.
pub fn listener(cx: &Context, door: DoorId, in_flight: InFlight) -> Listener {
    let (inbound, smtp) = (&cx.settings.inbound, &cx.settings.smtp);
    let reply_domain = inbound.reply_address.domain();
    let clock = cx.clock.clone();
    Listener {
        name: smtp.helo_name.clone().unwrap_or_else(|| reply_domain.to_owned()),
        domains: inbound.domains(smtp),
        bounce_probe: inbound.bounce_probe(),
        bytes_max: inbound.bytes_max,
        mails_per_minute: inbound.mails_per_minute,
        trusted_servers: inbound.trusted_servers.clone(),
        tls: inbound.tls.clone(),
        bounds: Bounds::default(),
        arrive: Arrive::new(move || in_flight.enter(&clock)),
        keep: Intake::of(cx, door).keep(),
    }
}

/// Tries until it is open. None: told to stop before that.
async fn opened(
    daemon: &Daemon,
    kind: Kind,
    settle: TimeDelta,
    read_to: ReadTo,
    source: Source,
    watch: &CancellationToken,
) -> Option<DoorId> {
    while !watch.is_cancelled() {
        match daemon.open_door(kind, settle, read_to.clone(), Some(source.clone())).await {
            Ok(door) => return Some(door),
            Err(error) => warn!("the door for mail is not open yet: {error}"),
        }
        sleep(ENLIST_AGAIN_AFTER).await;
    }
    None
}
