//! Deliveries: one letter to one address, until the relay has it or we know that it never will.
//!
//! Announcing and answering make them, `actions/deliver.rs` leases and sends them, the gate reads what they
//! served. Here are their states, what a relay's reply means at each point of the conversation ([`verdict`]), and
//! what follows from it ([`step`]). Promise: handed over at least once; a second copy only if the connection or
//! we died between the relay's 250 and our commit, and then with the same bytes.

use chrono::{DateTime, TimeDelta, Utc};

id!(
    /// One letter to one address: batch times 1,024 plus its place in the batch.
    DeliveryId
);
id!(
    /// What one sender leases as a whole: the letters of one notice, or a single letter.
    BatchId
);

impl DeliveryId {
    /// A batch's letters are one range of ids, so that a lease reads them without an index of its own.
    pub const PER_BATCH: i64 = 1 << 10;

    pub const fn batch(self) -> BatchId {
        BatchId(self.0 >> 10)
    }
}

impl BatchId {
    /// The id of the letter at `place`; places beyond a batch's end do not exist.
    pub const fn letter(self, place: u16) -> Option<DeliveryId> {
        if (place as i64) < DeliveryId::PER_BATCH {
            Some(DeliveryId(self.0 * DeliveryId::PER_BATCH + place as i64))
        } else {
            None
        }
    }

    /// The first letter's id, and the first of the next batch.
    pub const fn range(self) -> (i64, i64) {
        (self.0 * DeliveryId::PER_BATCH, (self.0 + 1) * DeliveryId::PER_BATCH)
    }
}

words!(
    /// Where a delivery stands. `accepted` is the relay's 250, no more.
    State { Queued = "queued", Accepted = "accepted", Failed = "failed", Cancelled = "cancelled" }
);

words!(
    /// Which queue a batch stands in: a single letter never waits behind a mailing.
    Lane { Single = "single", Mailing = "mailing" }
);

impl Lane {
    pub const fn number(self) -> i16 {
        match self {
            Self::Single => 0,
            Self::Mailing => 1,
        }
    }
}

impl State {
    /// The state after `step`. A late 250 is a fact and counts in every state; nothing else moves a letter that
    /// is done with.
    pub fn after(self, step: &Step) -> Result<Self, IllegalStep> {
        match (self, step) {
            (_, Step::Done) => Ok(Self::Accepted),
            (Self::Queued, Step::Again { .. }) => Ok(Self::Queued),
            (Self::Queued, Step::GiveUp { .. }) => Ok(Self::Failed),
            (Self::Accepted | Self::Failed | Self::Cancelled, Step::Again { .. } | Step::GiveUp { .. }) => {
                Err(IllegalStep { from: self })
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a letter that is {from} waits for no further answer; only a late acceptance still counts")]
pub struct IllegalStep {
    pub from: State,
}

/// Where in the conversation a reply came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Greeting, EHLO, STARTTLS, AUTH: before any letter.
    Session,
    Mail,
    Rcpt,
    Data,
    /// After the final dot.
    Dot,
}

/// A relay's reply: its code, and all its lines in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    pub words: String,
}

impl Reply {
    /// Subject and detail of the enhanced status code (RFC 2034) that agrees with the reply code.
    pub fn enhanced(&self) -> Option<(u16, u16)> {
        let mut parts = self.words.split_whitespace().next()?.splitn(3, '.');
        let class: u16 = parts.next()?.parse().ok()?;
        let subject = parts.next()?.parse().ok()?;
        let detail = parts.next()?.parse().ok()?;
        (class == self.code / 100).then_some((subject, detail))
    }

    fn speaks_of_a_limit(&self) -> bool {
        let words = self.words.to_lowercase();
        words.contains("limit") || words.contains("quota")
    }
}

/// Whether the relay has lately taken other recipients: only then does a bare 550 speak of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherRecipients {
    Pass,
    Unknown,
}

/// What a reply means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on; after the dot: accepted.
    Good,
    /// Not now (greylisting, a full queue): the same letter later.
    Deferred,
    /// The relay wants us slower.
    Slow,
    /// The session is at its end, the letter untouched: at once on another connection.
    SessionOver,
    /// This address takes no mail, now and later.
    AddressDead,
    /// This letter will not be taken for this address, which may live.
    Refused,
    /// The relay's or its owner's policy, a quota: says nothing of the address.
    Policy,
    /// This letter will be taken for nobody.
    LetterFault,
    /// The relay does not work with us; says nothing of the letter.
    RelayFault,
}

/// What `reply` at `point` means (the table "reply at each point" of the mail chapter).
pub fn verdict(point: Point, reply: &Reply, others: OtherRecipients) -> Verdict {
    match (point, reply.code) {
        (Point::Session | Point::Mail | Point::Rcpt | Point::Dot, 200..=299) | (Point::Data, 354) => {
            Verdict::Good
        }
        (Point::Session, _) => Verdict::RelayFault,
        (Point::Mail | Point::Rcpt | Point::Data, 421) => Verdict::SessionOver,
        (Point::Mail, 400..=499) => Verdict::Slow,
        (Point::Mail, 500..=599) => match (reply.code, reply.enhanced()) {
            (_, Some((3, 4))) | (552, None) => Verdict::LetterFault,
            _ => Verdict::RelayFault,
        },
        (Point::Rcpt | Point::Data | Point::Dot, 400..=499) => Verdict::Deferred,
        (Point::Rcpt | Point::Data, 500..=599) => refusal(point, reply, others),
        (Point::Dot, 500..=599) => match (reply.code, reply.enhanced()) {
            (_, Some((3, 4) | (6, _))) | (552, None) => Verdict::LetterFault,
            _ => refusal(point, reply, others),
        },
        _ => Verdict::RelayFault,
    }
}

/// A permanent refusal of a recipient: who is to blame?
fn refusal(point: Point, reply: &Reply, others: OtherRecipients) -> Verdict {
    match reply.enhanced() {
        Some((1, 7 | 8)) => Verdict::Policy, // the sender's address, not the recipient's
        Some((1, _) | (2, 1)) => Verdict::AddressDead,
        Some((2, _)) => Verdict::Refused,
        Some((6, _)) => Verdict::LetterFault,
        Some((4, 5) | (3 | 5 | 7, _)) => Verdict::Policy,
        _ if reply.speaks_of_a_limit() => Verdict::Policy,
        Some(_) => Verdict::Refused,
        None => match (point, reply.code, others) {
            (Point::Rcpt, 550 | 551 | 553, OtherRecipients::Pass) => Verdict::AddressDead,
            (Point::Rcpt, 501 | 552, _) => Verdict::Refused,
            _ => Verdict::Policy,
        },
    }
}

/// The id the relay gave a letter, from the words of its 250: Postfix's and `SendGrid`'s `queued as ID`, Exim's
/// `id=ID`, Exchange's `<ID>`, `OpenSMTPD`'s and Sendmail's `ID Message accepted`, SES's `Ok ID`.
pub fn wire_id(words: &str) -> Option<String> {
    let bare = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        (!word.is_empty()).then(|| word.to_owned())
    };
    let mut tokens: Vec<&str> = words.split_whitespace().collect();
    if tokens.first().is_some_and(|first| first.starts_with("2.")) {
        tokens.remove(0);
    }
    if let Some(at) =
        tokens.windows(2).position(|pair| pair[0].eq_ignore_ascii_case("queued") && pair[1] == "as")
    {
        return tokens.get(at + 2).and_then(|id| bare(id));
    }
    if let Some(id) = tokens.iter().find_map(|token| token.strip_prefix("id=")) {
        return bare(id);
    }
    if let Some(id) = tokens.iter().find(|token| token.starts_with('<') && token.contains('@')) {
        return bare(id);
    }
    match tokens.as_slice() {
        [id, message, ..] if message.eq_ignore_ascii_case("message") => bare(id),
        [ok, id] if ok.eq_ignore_ascii_case("ok") && id.len() >= 8 => bare(id),
        _ => None,
    }
}

/// How one attempt to hand a letter over ended. `code` is the reply's, none where no reply came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The relay has it. `wire_id` is the id it gave the letter, where it named one.
    Accepted { code: u16, words: String, wire_id: Option<String> },
    /// Not now. Without a code: we could not compose it.
    Deferred { code: Option<u16>, words: String },
    /// Not for this address. Where the address itself is dead it gets no further letter.
    Refused { address_dead: bool, code: Option<u16>, words: String },
    /// The relay's policy stands in the way, not the address: other relay or a person.
    Policy { code: u16, words: String },
    /// The relay is away or does not work with us: the letter is untouched. `retry_after`: sooner is no use.
    RelayFault { code: Option<u16>, words: String, retry_after: TimeDelta },
    /// No relay will take this letter: a person must look.
    LetterFault { code: Option<u16>, words: String },
    /// Handed over or not: nobody can say. The same bytes again.
    InDoubt { words: String },
}

impl Said {
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Accepted { code, .. } | Self::Policy { code, .. } => Some(*code),
            Self::Deferred { code, .. }
            | Self::Refused { code, .. }
            | Self::RelayFault { code, .. }
            | Self::LetterFault { code, .. } => *code,
            Self::InDoubt { .. } => None,
        }
    }

    pub fn words(&self) -> &str {
        match self {
            Self::Accepted { words, .. }
            | Self::Deferred { words, .. }
            | Self::Refused { words, .. }
            | Self::Policy { words, .. }
            | Self::RelayFault { words, .. }
            | Self::LetterFault { words, .. }
            | Self::InDoubt { words } => words,
        }
    }
}

/// What becomes of a letter after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Done,
    Again {
        at: DateTime<Utc>,
        /// Whether the attempt counts against [`ATTEMPTS_MAX`].
        counted: bool,
        /// From now on the bytes must not change.
        in_doubt: bool,
    },
    GiveUp {
        /// The address is dead: no letter goes there any more.
        suppress: bool,
        /// Another address of the same customer may do better.
        ask_next: bool,
    },
}

/// Tries before a letter is given up, if its latest useful instant does not end it before.
pub const ATTEMPTS_MAX: u16 = 24;
const BACKOFF_MINUTES_FIRST: i64 = 5;
const BACKOFF_MINUTES_MAX: i64 = 4 * 60;
const POLICY_RETRY_MINUTES: i64 = 30;
const IN_DOUBT_RETRY_MINUTES: i64 = 1;

/// A share of a tenth by which a wait is stretched, 0 to 255, so that letters deferred together do not come back
/// together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jitter(pub u8);

impl Jitter {
    fn stretch(self, wait: TimeDelta) -> TimeDelta {
        wait + wait / 10 * i32::from(self.0) / 255
    }
}

/// When to hand the letter over again after `attempts` tries, the last of which failed at `failed_at`; `None`
/// once the tries are used up or `latest_at` is past.
///
/// Five minutes, doubled with each try up to four hours, and never after `latest_at`: a wait that would go beyond
/// it is cut short, so that the last lawful instant is used.
pub fn next_attempt(
    attempts: u16,
    failed_at: DateTime<Utc>,
    latest_at: DateTime<Utc>,
    jitter: Jitter,
) -> Option<DateTime<Utc>> {
    if attempts >= ATTEMPTS_MAX || failed_at >= latest_at {
        return None;
    }
    let doublings = u32::from(attempts.saturating_sub(1)).min(10);
    let minutes = (BACKOFF_MINUTES_FIRST << doublings).min(BACKOFF_MINUTES_MAX);
    Some((failed_at + jitter.stretch(TimeDelta::minutes(minutes))).min(latest_at))
}

/// What becomes of a letter after an attempt at `at`, its `attempts`th counted one, ended with `said`.
///
/// A letter that the relay never touched is not given up, however late: a late notice still informs, and the gate
/// holds the change.
pub fn step(said: &Said, attempts: u16, at: DateTime<Utc>, latest_at: DateTime<Utc>, jitter: Jitter) -> Step {
    match said {
        Said::Accepted { .. } => Step::Done,
        Said::Deferred { .. } => match next_attempt(attempts, at, latest_at, jitter) {
            Some(at) => Step::Again { at, counted: true, in_doubt: false },
            None => Step::GiveUp { suppress: false, ask_next: true },
        },
        Said::InDoubt { .. } if attempts < ATTEMPTS_MAX => {
            let wait =
                TimeDelta::minutes(IN_DOUBT_RETRY_MINUTES << u32::from(attempts.saturating_sub(1)).min(8));
            Step::Again { at: at + jitter.stretch(wait), counted: true, in_doubt: true }
        }
        Said::InDoubt { .. } => Step::GiveUp { suppress: false, ask_next: true },
        Said::Policy { .. } => match next_attempt(attempts, at, latest_at, jitter) {
            Some(_) => {
                let at = at + jitter.stretch(TimeDelta::minutes(POLICY_RETRY_MINUTES));
                Step::Again { at: at.min(latest_at), counted: true, in_doubt: false }
            }
            None => Step::GiveUp { suppress: false, ask_next: true },
        },
        Said::RelayFault { retry_after, .. } => {
            Step::Again { at: at + jitter.stretch(*retry_after), counted: false, in_doubt: false }
        }
        Said::Refused { address_dead, .. } => Step::GiveUp { suppress: *address_dead, ask_next: true },
        Said::LetterFault { .. } => Step::GiveUp { suppress: false, ask_next: false },
    }
}

/// What is left until the last useful instant; negative once it is past.
pub fn slack(latest_at: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
    latest_at - now
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn reply(text: &str) -> Reply {
        let (code, words) = text.split_once(' ').unwrap_or((text, ""));
        Reply { code: code.parse().unwrap(), words: words.to_owned() }
    }

    #[test]
    fn a_reply_means_what_the_table_of_the_mail_chapter_says() {
        use Point::{Data, Dot, Mail, Rcpt, Session};
        use Verdict::{
            AddressDead, Deferred, Good, LetterFault, Policy, Refused, RelayFault, SessionOver, Slow,
        };
        let pass = OtherRecipients::Pass;
        let unknown = OtherRecipients::Unknown;
        for (point, text, others, expected) in [
            (Session, "220 ready", pass, Good),
            (Session, "421 too many connections", pass, RelayFault),
            (Session, "535 5.7.8 bad credentials", pass, RelayFault),
            (Session, "554 no service", pass, RelayFault),
            (Mail, "250 2.1.0 ok", pass, Good),
            (Mail, "421 4.7.0 too many messages", pass, SessionOver),
            (Mail, "450 4.2.1 Peak SMTP relay limit", pass, Slow),
            (Mail, "454 Throttling failure: Maximum sending rate exceeded", pass, Slow),
            (Mail, "550 5.7.60 client does not have permissions to send as this sender", pass, RelayFault),
            (Mail, "553 sender rejected", pass, RelayFault),
            (Mail, "552 5.3.4 message size exceeds fixed limit", pass, LetterFault),
            (Mail, "354 out of step", pass, RelayFault),
            (Rcpt, "250 ok", pass, Good),
            (Rcpt, "251 user not local; will forward", pass, Good),
            (Rcpt, "421 closing", pass, SessionOver),
            (Rcpt, "451 4.7.1 greylisted", pass, Deferred),
            (Rcpt, "450 mailbox busy", unknown, Deferred),
            (Rcpt, "550 5.1.1 no such user", unknown, AddressDead),
            (Rcpt, "550 5.1.10 recipient not found", unknown, AddressDead),
            (Rcpt, "550 5.2.1 mailbox disabled", unknown, AddressDead),
            (Rcpt, "553 5.1.8 sender's domain not found", pass, Policy),
            (Rcpt, "550 no such user", pass, AddressDead),
            (Rcpt, "551 user moved", pass, AddressDead),
            (Rcpt, "553 mailbox name not allowed", pass, AddressDead),
            (Rcpt, "550 no such user", unknown, Policy),
            (Rcpt, "550 daily limit reached", pass, Policy),
            (Rcpt, "552 5.2.2 mailbox full, over quota", pass, Refused),
            (Rcpt, "552 exceeded storage allocation", pass, Refused),
            (Rcpt, "550 5.4.5 daily sending quota exceeded", pass, Policy),
            (Rcpt, "550 5.4.1 recipient address rejected", pass, Refused),
            (Rcpt, "554 5.7.1 relay access denied", pass, Policy),
            (Rcpt, "550 5.7.1 Daily SMTP relay limit exceeded", pass, Policy),
            (Rcpt, "550 5.3.2 system not accepting", pass, Policy),
            (Rcpt, "553 5.6.7 SMTPUTF8 required", pass, LetterFault),
            (Rcpt, "503 5.5.1 need MAIL", pass, Policy),
            (Rcpt, "354 out of step", pass, RelayFault),
            (Data, "354 go ahead", pass, Good),
            (Data, "250 out of step", pass, RelayFault),
            (Data, "451 try later", pass, Deferred),
            (Data, "421 closing", pass, SessionOver),
            (Data, "554 5.5.1 no valid recipients", pass, Policy),
            (Data, "550 5.1.1 no such user", pass, AddressDead),
            (Dot, "250 2.0.0 Ok: queued as 4F1", pass, Good),
            (Dot, "421 closing", pass, Deferred),
            (Dot, "451 4.3.0 queue file write error", pass, Deferred),
            (Dot, "452 4.3.1 insufficient storage", pass, Deferred),
            (Dot, "552 message too large", pass, LetterFault),
            (Dot, "552 5.2.2 over quota", pass, Refused),
            (Dot, "554 5.3.4 message too big", pass, LetterFault),
            (Dot, "554 5.6.0 malformed", pass, LetterFault),
            (Dot, "550 5.7.1 looks like spam", pass, Policy),
            (Dot, "550 5.1.1 no such user", pass, AddressDead),
            (Dot, "550 rejected", pass, Policy),
            (Dot, "554 transaction failed", pass, Policy),
            (Dot, "354 out of step", pass, RelayFault),
        ] {
            assert_eq!(verdict(point, &reply(text), others), expected, "{point:?}: {text}");
        }
    }

    #[test]
    fn the_relays_own_id_is_read_from_its_250() {
        for (words, expected) in [
            ("2.0.0 Ok: queued as 4bXyZ1", Some("4bXyZ1")),
            ("Ok: queued as kx8Qf-2SR", Some("kx8Qf-2SR")),
            ("OK id=1tEXyz-0000Ab-2C", Some("1tEXyz-0000Ab-2C")),
            (
                "2.6.0 <AM9@eu.prod.example> [InternalId=42] Queued mail for delivery",
                Some("AM9@eu.prod.example"),
            ),
            ("2.0.0 9f3c2a1b Message accepted for delivery", Some("9f3c2a1b")),
            ("Ok 0102019a7c1e-5d2f-000000", Some("0102019a7c1e-5d2f-000000")),
            ("2.0.0 Ok", None),
            ("Ok thanks", None),
            ("", None),
        ] {
            assert_eq!(wire_id(words).as_deref(), expected, "{words}");
        }
    }

    #[test]
    fn an_enhanced_code_that_contradicts_the_reply_code_is_none() {
        assert_eq!(reply("550 5.1.1 gone").enhanced(), Some((1, 1)));
        assert_eq!(reply("550 4.1.1 gone").enhanced(), None);
        assert_eq!(reply("550 5.1 gone").enhanced(), None);
        assert_eq!(reply("550").enhanced(), None);
    }

    #[test]
    fn the_wait_doubles_from_five_minutes_to_four_hours() {
        let failed = at("2026-11-23T09:00:00Z");
        let latest = at("2027-01-01T00:00:00Z");
        let waits: Vec<i64> = (1..=9)
            .map(|n| (next_attempt(n, failed, latest, Jitter(0)).unwrap() - failed).num_minutes())
            .collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 240, 240, 240]);
        let stretched = next_attempt(1, failed, latest, Jitter(255)).unwrap();
        assert_eq!(stretched, failed + TimeDelta::seconds(330));
    }

    #[test]
    fn no_attempt_is_planned_after_the_latest_instant() {
        let failed = at("2026-11-23T09:00:00Z");
        let soon = at("2026-11-23T09:03:00Z");
        assert_eq!(next_attempt(1, failed, soon, Jitter(9)), Some(soon), "the last lawful instant is used");
        assert_eq!(next_attempt(2, soon, soon, Jitter(9)), None);
        assert_eq!(next_attempt(ATTEMPTS_MAX, failed, at("2027-01-01T00:00:00Z"), Jitter(0)), None);
    }

    #[test]
    fn what_follows_an_attempt() {
        let now = at("2026-11-23T09:00:00Z");
        let latest = at("2026-11-25T09:00:00Z");
        let words = String::new;
        let follows = |said: &Said, attempts| step(said, attempts, now, latest, Jitter(0));
        let again = |minutes, counted, in_doubt| Step::Again {
            at: now + TimeDelta::minutes(minutes),
            counted,
            in_doubt,
        };
        assert_eq!(follows(&Said::Accepted { code: 250, words: words(), wire_id: None }, 1), Step::Done);
        let deferred = Said::Deferred { code: Some(451), words: words() };
        assert_eq!(follows(&deferred, 2), again(10, true, false));
        assert_eq!(follows(&deferred, ATTEMPTS_MAX), Step::GiveUp { suppress: false, ask_next: true });
        assert_eq!(follows(&Said::InDoubt { words: words() }, 1), again(1, true, true));
        assert_eq!(follows(&Said::Policy { code: 550, words: words() }, 1), again(30, true, false));
        let fault = Said::RelayFault { code: None, words: words(), retry_after: TimeDelta::minutes(2) };
        assert_eq!(follows(&fault, ATTEMPTS_MAX), again(2, false, false), "an absent relay costs no attempt");
        let refused = |address_dead| Said::Refused { address_dead, code: Some(550), words: words() };
        assert_eq!(follows(&refused(true), 1), Step::GiveUp { suppress: true, ask_next: true });
        assert_eq!(follows(&refused(false), 1), Step::GiveUp { suppress: false, ask_next: true });
        let letter = Said::LetterFault { code: Some(552), words: words() };
        assert_eq!(follows(&letter, 1), Step::GiveUp { suppress: false, ask_next: false });
    }

    #[test]
    fn only_a_late_acceptance_moves_a_letter_that_is_done_with() {
        let again = Step::Again { at: at("2026-11-23T09:00:00Z"), counted: true, in_doubt: false };
        let give_up = Step::GiveUp { suppress: false, ask_next: true };
        assert_eq!(State::Queued.after(&again), Ok(State::Queued));
        assert_eq!(State::Queued.after(&give_up), Ok(State::Failed));
        for done in [State::Accepted, State::Failed, State::Cancelled] {
            assert_eq!(done.after(&Step::Done), Ok(State::Accepted));
            assert_eq!(done.after(&again), Err(IllegalStep { from: done }));
            assert_eq!(done.after(&give_up), Err(IllegalStep { from: done }));
        }
    }

    #[test]
    fn a_letter_knows_its_batch() {
        let letter = BatchId(7).letter(1023).unwrap();
        assert_eq!((letter.0, letter.batch()), (8191, BatchId(7)));
        assert_eq!(BatchId(7).letter(1024), None);
        assert_eq!(BatchId(7).range(), (7168, 8192));
    }
}
