//! One connection to a relay, and one letter's way over it: MAIL, RCPT, DATA, content, one command at a time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use secrecy::ExposeSecret;
use tokio::time::timeout;

use super::dial::{Away, Roots, Secured, dial, hello};
use super::parcel::Parcel;
use super::route::Route;
use super::tap::{Heard, Tap};
use crate::domain::delivery::{OtherRecipients, Point, Reply, Verdict, verdict};

/// How one letter's way ended.
#[derive(Debug)]
pub(super) enum End {
    Told {
        verdict: Verdict,
        point: Point,
        reply: Reply,
    },
    /// The address needs what this relay does not offer.
    UnfitAddress {
        why: String,
    },
    /// The letter is larger than this relay takes.
    TooLarge {
        why: String,
    },
    /// Cut before the dot had left: the relay has nothing.
    Unsent {
        why: String,
    },
    /// Cut after it: nobody can say.
    InDoubt {
        why: String,
    },
}

/// What the relay offered after EHLO, over TLS where there is one.
#[derive(Clone, Copy, Debug, Default)]
struct Offers {
    dsn: bool,
    smtputf8: bool,
    size: Option<usize>,
}

pub(super) struct Session {
    connection: AsyncSmtpConnection,
    heard: Heard,
    offers: Offers,
    route: Arc<Route>,
    /// Letters this connection has carried.
    pub(super) letters: u32,
    /// Whether another letter may follow on this connection.
    pub(super) usable: bool,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("offers", &self.offers)
            .field("letters", &self.letters)
            .finish_non_exhaustive()
    }
}

struct Command(String);

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Session {
    /// Connects, encrypts as the route says, and logs in.
    pub(super) async fn open(route: &Arc<Route>, roots: &Roots) -> Result<Self, Away> {
        let hello = hello(route);
        let Secured { wire, peer, prelude, encrypted } = dial(route, &hello, roots).await?;
        let (tap, heard) = Tap::new(wire, peer, prelude);
        let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(tap), &hello);
        let connected = timeout(route.patience.greeting, greeted).await;
        let mut replies = Vec::new();
        while let Some(lines) = heard.take_reply() {
            replies.push(lines);
        }
        let connection = match connected {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => {
                let refusal =
                    replies.last().and_then(super::tap::Lines::reply).filter(|reply| reply.code >= 400);
                return Err(
                    refusal.map_or_else(|| Away::new("greeting", error), |r| Away::reply("greeting", &r))
                );
            }
            Err(_) => return Err(Away::new("greeting", "no reply in time")),
        };
        let offers = replies.last().map(|lines| Offers::read(lines.texts())).unwrap_or_default();
        let mut session =
            Self { connection, heard, offers, route: Arc::clone(route), letters: 0, usable: true };
        session.log_in(encrypted).await?;
        Ok(session)
    }

    async fn log_in(&mut self, encrypted: bool) -> Result<(), Away> {
        let Some(login) = self.route.login.clone() else { return Ok(()) };
        if !encrypted && !self.route.is_loopback() {
            return Err(Away::new(
                "login",
                "the password would travel in plain text; set smtp.tls = \"required\"",
            ));
        }
        let credentials = Credentials::new(login.user, login.password.expose_secret().to_owned());
        let asked = self.connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
        match timeout(self.route.patience.command, asked).await {
            Err(_) => Err(Away::new("login", "no reply in time")),
            Ok(outcome) => {
                let mut last = None;
                while let Some(lines) = self.heard.take_reply() {
                    last = lines.reply();
                }
                match (outcome, last) {
                    (Ok(_), Some(reply)) if reply.code == 235 => Ok(()),
                    (_, Some(reply)) => Err(Away::reply("login", &reply)),
                    (Ok(_), None) => {
                        Err(Away::new("login", "the relay asked for more than name and password"))
                    }
                    (Err(error), None) => Err(Away::new("login", error)),
                }
            }
        }
    }

    /// Hands one letter over. Whatever the relay refuses, the connection is reset and stays, unless it broke.
    pub(super) async fn hand_over(&mut self, parcel: &Parcel, others: OtherRecipients) -> End {
        if let Some(end) = self.unfit(parcel) {
            return end;
        }
        let patience = self.route.patience;
        let steps = [
            (Point::Mail, self.mail(parcel), patience.command),
            (Point::Rcpt, self.rcpt(parcel), patience.command),
            (Point::Data, "DATA\r\n".to_owned(), patience.data),
        ];
        for (point, command, limit) in steps {
            let reply = match self.say(command, limit).await {
                Ok(reply) => reply,
                Err(why) => return End::Unsent { why },
            };
            let verdict = verdict(point, &reply, others);
            if verdict != Verdict::Good {
                self.reset(verdict, point).await;
                return End::Told { verdict, point, reply };
            }
        }
        self.content(parcel, others).await
    }

    async fn content(&mut self, parcel: &Parcel, others: OtherRecipients) -> End {
        self.heard.count_from_here();
        match self.say(parcel.stuffed().to_owned(), self.route.patience.content).await {
            Ok(reply) => {
                let verdict = verdict(Point::Dot, &reply, others);
                self.letters += u32::from(verdict == Verdict::Good);
                self.usable &= reply.code != 421 && verdict != Verdict::RelayFault;
                match verdict {
                    // Out of step: this reply belongs to something else.
                    Verdict::RelayFault => End::InDoubt { why: format!("{} {}", reply.code, reply.words) },
                    _ => End::Told { verdict, point: Point::Dot, reply },
                }
            }
            Err(why) if self.heard.written() < parcel.stuffed().len() => End::Unsent { why },
            Err(why) => End::InDoubt { why },
        }
    }

    /// After a refusal the relay must forget the envelope: a sender or recipient that stood would mix with the
    /// next letter's. After 354 out of turn the connection is closed without a dot, lest an empty letter go.
    async fn reset(&mut self, verdict: Verdict, point: Point) {
        let over = matches!(verdict, Verdict::SessionOver)
            || (verdict == Verdict::RelayFault && point != Point::Mail);
        if over {
            self.usable = false;
            return;
        }
        let reply = self.say("RSET\r\n".to_owned(), self.route.patience.command).await;
        self.usable &= reply.is_ok_and(|reply| reply.code == 250);
    }

    fn unfit(&self, parcel: &Parcel) -> Option<End> {
        if parcel.needs_smtputf8() && !self.offers.smtputf8 {
            let why =
                "the address is not ASCII before the @, and the relay does not offer SMTPUTF8".to_owned();
            return Some(End::UnfitAddress { why });
        }
        let size = parcel.stuffed().len();
        let most = self.offers.size.filter(|most| *most > 0 && size > *most)?;
        Some(End::TooLarge { why: format!("the letter has {size} bytes, and the relay takes {most}") })
    }

    fn mail(&self, parcel: &Parcel) -> String {
        let mut parts = vec![format!("MAIL FROM:<{}>", parcel.from())];
        if self.offers.size.is_some() {
            parts.push(format!("SIZE={}", parcel.stuffed().len()));
        }
        if parcel.needs_smtputf8() {
            parts.push("SMTPUTF8 BODY=8BITMIME".to_owned());
        }
        if self.offers.dsn {
            parts.push("RET=HDRS".to_owned());
            parts.extend(parcel.envelope_id().map(|id| format!("ENVID={id}")));
        }
        parts.join(" ") + "\r\n"
    }

    fn rcpt(&self, parcel: &Parcel) -> String {
        let mut line = format!("RCPT TO:<{}>", parcel.to());
        if self.offers.dsn {
            line += &parcel.reports(self.route.reports);
        }
        line + "\r\n"
    }

    async fn say(&mut self, command: String, limit: Duration) -> Result<Reply, String> {
        let outcome = timeout(limit, self.connection.command(Command(command))).await;
        let reply = self.heard.take_reply().and_then(|lines| lines.reply());
        match (outcome, reply) {
            (Ok(outcome), Some(reply)) => {
                let understood =
                    outcome.is_ok() || outcome.is_err_and(|e| e.is_transient() || e.is_permanent());
                self.usable &= understood;
                Ok(reply)
            }
            (Ok(outcome), None) => {
                self.usable = false;
                Err(outcome
                    .err()
                    .map_or_else(|| "no reply".to_owned(), |error| format!("connection lost: {error}")))
            }
            (Err(_), _) => {
                self.usable = false;
                Err(format!("no reply in {} s", limit.as_secs()))
            }
        }
    }

    /// Takes leave; what the relay says to it does not matter.
    pub(super) async fn close(mut self) {
        let _ =
            timeout(Duration::from_secs(2), self.connection.command(Command("QUIT\r\n".to_owned()))).await;
    }
}

impl Offers {
    fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut offers = Self::default();
        for line in lines {
            let mut words = line.split_ascii_whitespace();
            match words.next().map(str::to_ascii_uppercase).as_deref() {
                Some("DSN") => offers.dsn = true,
                Some("SMTPUTF8") => offers.smtputf8 = true,
                Some("SIZE") => offers.size = Some(words.next().and_then(|n| n.parse().ok()).unwrap_or(0)),
                _ => {}
            }
        }
        offers
    }
}
