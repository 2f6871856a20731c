//! What is said in one connection: bytes in, replies out; a whole mail comes out to be kept, and is answered when it is.
//!
//! 5xx is for whoever is not ours, is the bounce probe or is too large; a command that is none gets one too. Everything else that cannot
//! be had now is 4xx. An envelope is read kindly: an odd sender's mail is a mail.

mod line;

use std::net::IpAddr;

use memchr::memchr;
use smtp_proto::{Error as Malformed, Request};
use tokio::time::Instant;

use super::content::{Content, Lost};
use super::{NotKept, Shared};
use crate::config::plain_domain;
use crate::in_flight::UnderWay;
use crate::mail::inbox::{Arrival, Held, What};

/// A command with its parameters (RFC 5321 4.5.3.1.4 and the extensions) is far shorter.
const COMMAND_BYTES_MAX: usize = 4096;
const MISTAKES_MAX: u32 = 20;

/// What whoever moves the bytes does next.
#[derive(Debug)]
pub enum Step {
    /// Send the replies, read on.
    More,
    /// Keep it, then say so to [`Session::kept`].
    Keep(Arrival, Held),
    StartTls,
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaks {
    Smtp,
    Lmtp,
}

#[derive(Debug)]
pub struct Session<'a> {
    shared: &'a Shared,
    peer: IpAddr,
    encrypted: bool,
    speaks: Option<Speaks>,
    envelope: Option<Envelope>,
    coming: Option<Coming>,
    /// A mail that is being kept, by the number of replies that are due.
    keeping: Option<usize>,
    /// Since the last mail that was taken, or the beginning.
    commands: u32,
    mail_until: Instant,
    command: Vec<u8>,
    replies: Vec<u8>,
    mistakes: u32,
    closes: bool,
}

#[derive(Debug)]
struct Envelope {
    sender: String,
    recipients: Vec<String>,
}

#[derive(Debug)]
struct Coming {
    content: Content,
    envelope: Envelope,
    under_way: UnderWay,
    until: Instant,
}

impl<'a> Session<'a> {
    pub fn new(shared: &'a Shared, peer: IpAddr) -> Self {
        Self {
            shared,
            peer,
            encrypted: false,
            speaks: None,
            envelope: None,
            coming: None,
            keeping: None,
            commands: 0,
            mail_until: Instant::now() + shared.listener.bounds.mail_within,
            command: Vec::new(),
            replies: Vec::new(),
            mistakes: 0,
            closes: false,
        }
    }

    /// After STARTTLS: nothing that was said before counts.
    pub fn encrypted(shared: &'a Shared, peer: IpAddr) -> Self {
        Self { encrypted: true, ..Self::new(shared, peer) }
    }

    pub fn greet(&mut self) {
        let name = &self.shared.listener.name;
        self.say(&format!("220 {name} ESMTP and LMTP"));
    }

    pub fn take_replies(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.replies)
    }

    /// Until when the mail that is coming must be here; none: none is.
    pub fn content_until(&self) -> Option<Instant> {
        self.coming.as_ref().map(|coming| coming.until)
    }

    /// Until when another mail must have begun.
    pub fn mail_until(&self) -> Instant {
        self.mail_until
    }

    pub fn give_up(&mut self, why: &str) {
        self.coming = None;
        self.say(&format!("421 {why}"));
        self.closes = true;
    }

    /// Goes through `heard` as far as it can without being told that a mail is kept.
    pub fn hear(&mut self, heard: &mut &[u8]) -> Step {
        while !self.closes && !heard.is_empty() {
            if let Some(coming) = &mut self.coming {
                if coming.content.hear(heard)
                    && let Some(whole) = self.coming.take()
                    && let Some((arrival, held)) = self.whole(whole)
                {
                    return Step::Keep(arrival, held);
                }
                continue;
            }
            let Some(end) = memchr(b'\n', heard) else {
                self.command.extend_from_slice(heard);
                *heard = &[];
                self.refuse_endless();
                continue;
            };
            let (line, rest) = heard.split_at(end + 1);
            *heard = rest;
            let mut command = std::mem::take(&mut self.command);
            command.extend_from_slice(line);
            if command.len() > COMMAND_BYTES_MAX {
                self.mistake("500 5.5.2 the line is too long");
                continue;
            }
            if self.obey(&command) {
                return Step::StartTls;
            }
        }
        if self.closes { Step::Close } else { Step::More }
    }

    /// What became of the mail last given out.
    pub fn kept(&mut self, outcome: Result<(), NotKept>) {
        let Some(replies) = self.keeping.take() else { return };
        let reply = match outcome {
            Ok(()) => {
                self.commands = 0;
                self.mail_until = Instant::now() + self.shared.listener.bounds.mail_within;
                "250 2.0.0 kept".to_owned()
            }
            Err(NotKept { why }) => format!("451 4.3.0 {why}"),
        };
        (0..replies).for_each(|_| self.say(&reply));
    }

    fn refuse_endless(&mut self) {
        if self.command.len() > COMMAND_BYTES_MAX {
            self.say("500 5.5.2 the line is too long");
            self.closes = true;
        }
    }

    fn whole(&mut self, coming: Coming) -> Option<(Arrival, Held)> {
        let Coming { content, envelope: Envelope { sender, recipients }, under_way, .. } = coming;
        let replies = match self.speaks {
            Some(Speaks::Lmtp) => recipients.len(),
            Some(Speaks::Smtp) | None => 1,
        };
        let (raw, bytes) = match content.whole() {
            Ok(whole) => whole,
            Err(lost) => {
                let reply = match lost {
                    Lost::TooLarge => "552 5.3.4 the mail is too large",
                    Lost::NoRoom => "451 4.3.1 too many mails at once, come again later",
                };
                (0..replies).for_each(|_| self.say(reply));
                return None;
            }
        };
        let first_byte_at = under_way.arrived();
        self.keeping = Some(replies);
        let by_our_server = self.shared.rates.is_own(self.peer);
        let arrival =
            Arrival { what: What::Mail, raw, first_byte_at, by_our_server, sender: Some(sender), recipients };
        Some((arrival, Held { under_way: Some(under_way), bytes }))
    }

    /// True: TLS begins.
    fn obey(&mut self, command: &[u8]) -> bool {
        self.commands += 1;
        if self.commands > self.shared.listener.bounds.commands {
            self.give_up("4.7.0 too many commands without a mail");
            return false;
        }
        match Request::parse(&mut command.iter()).map(Request::into_owned) {
            Ok(Request::Ehlo { .. }) => self.hello(Speaks::Smtp),
            Ok(Request::Lhlo { .. }) => self.hello(Speaks::Lmtp),
            Ok(Request::Helo { .. }) => {
                (self.speaks, self.envelope) = (Some(Speaks::Smtp), None);
                let name = &self.shared.listener.name;
                self.say(&format!("250 {name}"));
            }
            Ok(Request::Mail { from }) => self.mail(from.address, from.size),
            // The parser makes nothing of `<Postmaster>`.
            Ok(Request::Rcpt { to }) if to.address.is_empty() => self.recipient("postmaster".to_owned()),
            Ok(Request::Rcpt { to }) => self.recipient(to.address),
            Ok(Request::Data) => self.data(),
            Ok(Request::Rset) => {
                self.envelope = None;
                self.say("250 2.0.0 forgotten");
            }
            Ok(Request::Noop { .. }) => self.say("250 2.0.0 still here"),
            Ok(Request::Vrfy { .. }) => self.say("252 2.5.0 send a mail and see"),
            Ok(Request::Quit) => {
                self.say("221 2.0.0 goodbye");
                self.closes = true;
            }
            Ok(Request::StartTls) => return self.start_tls(),
            Ok(_) => self.mistake("502 5.5.1 not offered here"),
            Err(malformed) => self.read_kindly(command, &malformed),
        }
        false
    }

    fn hello(&mut self, speaks: Speaks) {
        (self.speaks, self.envelope) = (Some(speaks), None);
        let listener = &self.shared.listener;
        let name = &listener.name;
        let tls = if listener.tls.is_some() && !self.encrypted { "250-STARTTLS\r\n" } else { "" };
        let size = listener.bytes_max;
        self.say(&format!(
            "250-{name}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n{tls}250-SIZE {size}\r\n250 ENHANCEDSTATUSCODES"
        ));
    }

    fn start_tls(&mut self) -> bool {
        if self.shared.listener.tls.is_none() || self.encrypted {
            self.mistake("502 5.5.1 not offered here");
            return false;
        }
        self.say("220 2.0.0 go ahead");
        true
    }

    fn mail(&mut self, sender: String, size: usize) {
        if self.speaks.is_none() || self.envelope.is_some() {
            return self.mistake("503 5.5.1 greet first, and one MAIL at a time");
        }
        if size > self.shared.listener.bytes_max {
            return self.say("552 5.3.4 the mail is too large");
        }
        if !self.shared.rates.mail(self.peer) {
            return self.say("450 4.7.1 too many mails, come again in a minute");
        }
        self.envelope = Some(Envelope { sender, recipients: Vec::new() });
        self.say("250 2.1.0 sender taken");
    }

    fn recipient(&mut self, address: String) {
        let recipients_max = self.shared.listener.bounds.recipients;
        let refusal = self.refusal(&address);
        let Some(envelope) = &mut self.envelope else { return self.mistake("503 5.5.1 MAIL first") };
        if let Some(refusal) = refusal {
            return self.mistake(refusal);
        }
        // A mail may have more of them than commands may be idle; those that are too many come again (RFC 5321, 4.5.3.1.10).
        self.commands -= 1;
        if envelope.recipients.len() >= recipients_max {
            return self.say("452 4.5.3 too many recipients, send it to the others again");
        }
        envelope.recipients.push(address);
        self.say("250 2.1.5 recipient taken");
    }

    /// A token that is none of ours is no reason: a person may have typed it.
    fn refusal(&self, address: &str) -> Option<&'static str> {
        let listener = &self.shared.listener;
        if address.eq_ignore_ascii_case(&listener.bounce_probe) {
            return Some("550 5.1.1 this address proves that bounces come home");
        }
        // Postmaster needs no domain (RFC 5321, 4.5.1).
        let ours = match address.rsplit_once('@') {
            Some((_, domain)) => listener.domains.contains(&plain_domain(domain)),
            None => address.eq_ignore_ascii_case("postmaster"),
        };
        (!ours).then_some("550 5.7.1 not a domain of ours")
    }

    fn data(&mut self) {
        match self.envelope.take() {
            Some(envelope) if !envelope.recipients.is_empty() => {
                let listener = &self.shared.listener;
                self.coming = Some(Coming {
                    content: Content::of_at_most(listener.bytes_max, self.shared.bytes.clone()),
                    envelope,
                    under_way: (listener.arrive.0)(),
                    until: Instant::now() + listener.bounds.content_within,
                });
                self.say("354 end with a dot on a line of its own");
            }
            envelope => {
                self.envelope = envelope;
                self.mistake("503 5.5.1 no recipient was taken");
            }
        }
    }

    /// An envelope that a strict reader does not take is taken as it stands, without its parameters.
    fn read_kindly(&mut self, command: &[u8], malformed: &Malformed) {
        match line::path(command) {
            Some(line::Path::Sender(address)) => self.mail(address, 0),
            Some(line::Path::Recipient(address)) => self.recipient(address),
            None => match malformed {
                Malformed::SyntaxError { syntax } => self.mistake(&format!("501 5.5.2 syntax: {syntax}")),
                _ => self.mistake("500 5.5.2 not a command"),
            },
        }
    }

    fn mistake(&mut self, reply: &str) {
        self.say(reply);
        self.mistakes += 1;
        if self.mistakes >= MISTAKES_MAX {
            self.give_up("4.7.0 too many mistakes");
        }
    }

    fn say(&mut self, reply: &str) {
        self.replies.extend_from_slice(reply.as_bytes());
        self.replies.extend_from_slice(b"\r\n");
    }
}
