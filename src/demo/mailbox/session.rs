//! One SMTP session (RFC 5321), the server's side.
//!
//! [`Conversation`] is values in, values out: bytes from the client go in, replies and the wish to close come out.
//! [`serve`] moves the bytes. Commands that came together are answered together (RFC 2920).

use std::sync::Arc;
use std::time::Duration;

use smtp_proto::request::receiver::{DataReceiver, RequestReceiver};
use smtp_proto::{Error as Malformed, MAIL_SMTPUTF8, MailFrom, RCPT_NOTIFY_FAILURE, RcptTo, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Fault, MAIL_BYTES_MAX, Mail, Recipient, Reply, Shared};

const RECIPIENTS_MAX: usize = 100;
const READ_BYTES_MAX: usize = 64 * 1024;

/// Serves one client until it leaves or is made to.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // A client that vanishes is how sessions end; nobody is to be told.
    let _ = talk(stream, &shared).await;
}

async fn talk(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    // Without it every second small reply waits 40 ms for an acknowledgement (Nagle and delayed ACK).
    stream.set_nodelay(true)?;
    let mut conversation = Conversation::new(shared);
    conversation.greet();
    let mut buffer = vec![0; READ_BYTES_MAX];
    loop {
        let replies = std::mem::take(&mut conversation.replies);
        send(&mut stream, &replies, conversation.drip).await?;
        if conversation.closes {
            return stream.shutdown().await;
        }
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            read => conversation.hear(&buffer[..read]),
        }
    }
}

async fn send(stream: &mut TcpStream, bytes: &[u8], drip: Option<Duration>) -> std::io::Result<()> {
    let Some(pause) = drip else { return stream.write_all(bytes).await };
    for byte in bytes {
        tokio::time::sleep(pause).await;
        stream.write_all(&[*byte]).await?;
    }
    Ok(())
}

struct Conversation<'a> {
    shared: &'a Shared,
    replies: Vec<u8>,
    closes: bool,
    /// Whatever comes is not heard any more.
    hangs: bool,
    drip: Option<Duration>,
    requests: RequestReceiver,
    greeted: bool,
    envelope: Option<Envelope>,
    message: Option<Message>,
}

struct Envelope {
    from: MailFrom<String>,
    to: Vec<Recipient>,
}

/// A message that is coming in.
struct Message {
    unstuff: DataReceiver,
    bytes: Vec<u8>,
    too_large: bool,
}

impl Message {
    fn new() -> Self {
        let mut unstuff = DataReceiver::new();
        // The line end of DATA itself precedes the message: a lone dot right after it ends an empty message.
        unstuff.ingest(&mut b"\r\n".iter(), &mut Vec::new());
        Self { unstuff, bytes: Vec::new(), too_large: false }
    }
}

impl<'a> Conversation<'a> {
    fn new(shared: &'a Shared) -> Self {
        Self {
            shared,
            replies: Vec::new(),
            closes: false,
            hangs: false,
            drip: None,
            requests: RequestReceiver::default(),
            greeted: false,
            envelope: None,
            message: None,
        }
    }

    fn greet(&mut self) {
        self.drip = self.shared.strike(|fault| match fault {
            Fault::Drips(pause) => Some(*pause),
            _ => None,
        });
        if self.shared.strike(|fault| (*fault == Fault::ClosesAtConnect).then_some(())).is_some() {
            self.closes = true;
            return;
        }
        let refusal = self.shared.strike(|fault| match fault {
            Fault::GreetsWith(reply) => Some(reply.clone()),
            _ => None,
        });
        match refusal {
            Some(reply) => {
                reply.write(&mut self.replies);
                self.closes = true;
            }
            None => self.say(220, "mailbox.forenotice.example ESMTP, keeps everything and forwards nothing"),
        }
    }

    fn hear(&mut self, heard: &[u8]) {
        let mut bytes = heard.iter();
        while !self.closes && !self.hangs && !bytes.as_slice().is_empty() {
            if let Some(message) = &mut self.message {
                let whole = message.unstuff.ingest(&mut bytes, &mut message.bytes);
                if message.bytes.len() > MAIL_BYTES_MAX {
                    message.too_large = true;
                    message.bytes.clear();
                }
                if whole {
                    self.message_is_whole();
                }
                continue;
            }
            match self.requests.ingest(&mut bytes).map(Request::into_owned) {
                Ok(request) => self.answer(request),
                Err(Malformed::NeedsMoreData { .. }) => return,
                Err(malformed) => self.refuse(&malformed),
            }
        }
    }

    fn answer(&mut self, request: Request<String>) {
        if self.shared.strike(|fault| (*fault == Fault::ShutsDown).then_some(())).is_some() {
            return self.shut_down();
        }
        match request {
            Request::Ehlo { .. } => self.hello(),
            Request::Helo { .. } => {
                self.greeted = true;
                self.envelope = None;
                self.say(250, "mailbox.forenotice.example");
            }
            Request::Mail { from } => self.mail(from),
            Request::Rcpt { to } => self.recipient(to),
            Request::Data => self.data(),
            Request::Rset => {
                self.envelope = None;
                self.say(250, "2.0.0 forgotten");
            }
            Request::Noop { .. } => self.say(250, "2.0.0 still here"),
            Request::Vrfy { .. } => self.say(252, "2.5.0 send a mail and see"),
            Request::Quit => {
                self.say(221, "2.0.0 goodbye");
                self.closes = true;
            }
            _ => self.say(502, "5.5.1 not offered here"),
        }
    }

    fn hello(&mut self) {
        self.greeted = true;
        self.envelope = None;
        let offered = self.shared.strike(|fault| match fault {
            Fault::OffersOnly(extensions) => Some(extensions.join("\n")),
            _ => None,
        });
        let offered = offered.unwrap_or_else(|| {
            format!("PIPELINING\n8BITMIME\nSMTPUTF8\nSIZE {MAIL_BYTES_MAX}\nDSN\nENHANCEDSTATUSCODES")
        });
        self.say(250, &format!("mailbox.forenotice.example\n{offered}"));
    }

    fn mail(&mut self, from: MailFrom<String>) {
        let refusal = self.shared.strike(|fault| match fault {
            Fault::RefusesSender(reply) => Some(reply.clone()),
            _ => None,
        });
        if let Some(reply) = refusal {
            return reply.write(&mut self.replies);
        }
        if !self.greeted || self.envelope.is_some() {
            return self.say(503, "5.5.1 EHLO first, and one MAIL at a time");
        }
        if from.size > MAIL_BYTES_MAX {
            return self.say(552, "5.3.4 message too large");
        }
        self.envelope = Some(Envelope { from, to: Vec::new() });
        self.say(250, "2.1.0 sender ok");
    }

    fn recipient(&mut self, to: RcptTo<String>) {
        let Some(envelope) = &mut self.envelope else { return self.say(503, "5.5.1 MAIL first") };
        if envelope.to.len() >= RECIPIENTS_MAX {
            return self.say(452, "4.5.3 too many recipients");
        }
        let address = to.address;
        let refusal = self.shared.strike(|fault| match fault {
            Fault::RefusesRecipient(refused, reply) if refused.eq_ignore_ascii_case(&address) => {
                Some(reply.clone())
            }
            Fault::RefusesDomain(domain, reply)
                if address.rsplit_once('@').is_some_and(|(_, at)| at.eq_ignore_ascii_case(domain)) =>
            {
                Some(reply.clone())
            }
            _ => None,
        });
        if let Some(reply) = refusal {
            return reply.write(&mut self.replies);
        }
        let closes = self.shared.strike(|fault| match fault {
            Fault::ClosesAtRecipient(at) if at.eq_ignore_ascii_case(&address) => Some(()),
            _ => None,
        });
        if closes.is_some() {
            self.closes = true;
            return;
        }
        envelope.to.push(Recipient {
            original: to.orcpt,
            notify_failure: to.flags & RCPT_NOTIFY_FAILURE != 0,
            address,
        });
        self.say(250, "2.1.5 recipient ok");
    }

    fn data(&mut self) {
        if self.envelope.as_ref().is_none_or(|envelope| envelope.to.is_empty()) {
            return self.say(503, "5.5.1 RCPT first");
        }
        let refusal = self.shared.strike(|fault| match fault {
            Fault::RefusesData(reply) => Some(reply.clone()),
            _ => None,
        });
        if let Some(reply) = refusal {
            return reply.write(&mut self.replies);
        }
        self.say(354, "end with a dot on a line of its own");
        if self.shared.strike(|fault| (*fault == Fault::ClosesAfterData).then_some(())).is_some() {
            self.closes = true;
            return;
        }
        self.message = Some(Message::new());
    }

    fn message_is_whole(&mut self) {
        let (Some(message), Some(envelope)) = (self.message.take(), self.envelope.take()) else { return };
        if message.too_large {
            return self.say(552, "5.3.4 message too large");
        }
        let fault = self.shared.strike(|fault| match fault {
            Fault::AnswersMessage(_)
            | Fault::ClosesAfterFinalDot
            | Fault::KeepsThenCloses
            | Fault::KeepsThenHangs
            | Fault::AcceptsThenCloses => Some(fault.clone()),
            _ => None,
        });
        match fault {
            Some(Fault::AnswersMessage(reply)) => reply.write(&mut self.replies),
            Some(Fault::ClosesAfterFinalDot) => self.closes = true,
            Some(Fault::KeepsThenCloses) => {
                self.shared.keep(envelope.with(message.bytes));
                self.closes = true;
            }
            Some(Fault::KeepsThenHangs) => {
                self.shared.keep(envelope.with(message.bytes));
                self.hangs = true;
            }
            other => {
                let serial = self.shared.keep(envelope.with(message.bytes));
                self.say(250, &format!("2.0.0 kept as {serial}"));
                self.closes = other.is_some();
            }
        }
    }

    fn refuse(&mut self, malformed: &Malformed) {
        match malformed {
            Malformed::UnknownCommand => self.say(500, "5.5.2 unknown command"),
            Malformed::InvalidSenderAddress => self.say(501, "5.1.7 malformed sender address"),
            Malformed::InvalidRecipientAddress => self.say(501, "5.1.3 malformed recipient address"),
            Malformed::SyntaxError { syntax } => self.say(501, &format!("5.5.2 syntax: {syntax}")),
            Malformed::InvalidParameter { param } => self.say(501, &format!("5.5.4 bad parameter {param}")),
            Malformed::UnsupportedParameter { param } => {
                self.say(555, &format!("5.5.4 no parameter {param} here"));
            }
            Malformed::ResponseTooLong
            | Malformed::NeedsMoreData { .. }
            | Malformed::InvalidResponse { .. } => {
                self.shut_down();
            }
        }
    }

    fn shut_down(&mut self) {
        self.say(421, "4.3.2 shutting down");
        self.closes = true;
    }

    fn say(&mut self, code: u16, words: &str) {
        Reply::new(code, words).write(&mut self.replies);
    }
}

impl Envelope {
    /// Serial and instant are given when the mail is kept.
    fn with(self, bytes: Vec<u8>) -> Mail {
        Mail {
            serial: 0,
            received_at: chrono::DateTime::UNIX_EPOCH,
            envelope_from: self.from.address,
            envelope_to: self.to,
            envelope_id: self.from.env_id,
            smtputf8: self.from.flags & MAIL_SMTPUTF8 != 0,
            bytes: bytes.into(),
        }
    }
}
