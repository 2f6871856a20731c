//! A fixed address in front of one that changes: what a virtual address or a load balancer does before two databases.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Forwarder {
    pub port: u16,
    to: watch::Sender<u16>,
}

impl Forwarder {
    /// Connections to its port go on to this port of loopback.
    pub async fn start(to: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (to, target) = watch::channel(to);
        tokio::spawn(async move {
            // Ends with the sender.
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(forward(stream, target.clone()));
                if target.has_changed().is_err() {
                    return;
                }
            }
        });
        Self { port, to }
    }

    /// From now on to another port; what went to the former one is cut.
    pub fn switch(&self, to: u16) {
        self.to.send_replace(to);
    }
}

async fn forward(mut here: TcpStream, mut target: watch::Receiver<u16>) {
    let to = *target.borrow_and_update();
    let Ok(mut there) = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, to))).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut here, &mut there) => {}
        _ = target.changed() => {}
    }
}
