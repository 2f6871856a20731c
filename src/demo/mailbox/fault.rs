//! The ways in which a mailbox fails on purpose, as relays do by themselves.

use std::time::Duration;

/// What goes wrong. For every step there is *not done* and *done but not said*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Accepts the connection and closes it before the greeting.
    ClosesAtConnect,
    /// Greets with this instead of 220, and closes.
    GreetsWith(Reply),
    /// Offers only these extensions after EHLO (`"8BITMIME"`, `"SIZE 1000"`, ..).
    OffersOnly(Vec<String>),
    /// Answers `MAIL FROM` with this.
    RefusesSender(Reply),
    /// Answers `RCPT TO` this address with this.
    RefusesRecipient(String, Reply),
    /// Answers `RCPT TO` any address at this domain with this.
    RefusesDomain(String, Reply),
    /// Closes the connection instead of answering `RCPT TO` this address.
    ClosesAtRecipient(String),
    /// Answers `DATA` with this instead of 354.
    RefusesData(Reply),
    /// Answers `DATA` with 354 and closes in the middle of the message: nothing is kept.
    ClosesAfterData,
    /// Takes the whole message and answers with this: nothing is kept.
    AnswersMessage(Reply),
    /// Takes the whole message and closes without a reply: nothing is kept.
    ClosesAfterFinalDot,
    /// Takes and keeps the whole message and closes without a reply: *done but not said*.
    KeepsThenCloses,
    /// Takes and keeps the whole message, and says nothing any more.
    KeepsThenHangs,
    /// Takes, keeps and accepts the message, and closes after the 250.
    AcceptsThenCloses,
    /// Answers the next command, whatever it is, with 421 and closes.
    ShutsDown,
    /// Sends every byte of every reply this long after the one before.
    Drips(Duration),
}

/// How often an arranged fault acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    Always,
    Only(u32),
}

impl Times {
    /// Whether there is one more time; it is used up.
    pub(super) fn use_up(&mut self) -> bool {
        match self {
            Self::Always => true,
            Self::Only(0) => false,
            Self::Only(left) => {
                *left -= 1;
                true
            }
        }
    }
}

/// What the mailbox says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    /// The rest of the line, with its enhanced status code: `5.1.1 no such user`. Several lines are several replies
    /// of one code.
    pub words: String,
}

impl Reply {
    pub fn new(code: u16, words: impl Into<String>) -> Self {
        Self { code, words: words.into() }
    }

    /// The address does not exist and never will.
    pub fn no_such_user() -> Self {
        Self::new(550, "5.1.1 no such user here")
    }

    /// Come back later, as a greylisting relay says to strangers.
    pub fn greylisted() -> Self {
        Self::new(451, "4.7.1 greylisted, try again later")
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let lines: Vec<&str> = self.words.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let divider = if index + 1 < lines.len() { '-' } else { ' ' };
            out.extend_from_slice(format!("{}{divider}{line}\r\n", self.code).as_bytes());
        }
    }
}
