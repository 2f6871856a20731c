//! What a relay's reply means at each point of the conversation, and the id it names.

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

    /// Whether it speaks of the relay itself, its system or its network (RFC 3463, X.3 and X.4), and not of what we asked.
    pub fn is_about_the_relay(&self) -> bool {
        matches!(self.enhanced(), Some((3 | 4, _)))
    }

    /// Whether a relay can say this at `point` at all: what it cannot belongs to another command.
    pub fn may_answer(&self, point: Point) -> bool {
        match self.code {
            200..=299 => point != Point::Data,
            354 => point == Point::Data,
            code => (400..600).contains(&code),
        }
    }

    /// SES throttles at the dot, too, and by words alone.
    fn speaks_of_throttling(&self) -> bool {
        self.words.to_lowercase().contains("throttl")
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
        (Point::Rcpt | Point::Data | Point::Dot, 422..=499) if reply.speaks_of_throttling() => Verdict::Slow,
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
            (Point::Rcpt | Point::Data, 550 | 551 | 553, OtherRecipients::Pass) => Verdict::AddressDead,
            (Point::Rcpt | Point::Data, 501 | 552, _) => Verdict::Refused,
            _ => Verdict::Policy,
        },
    }
}

/// The id the relay gave a letter, from the words of its 250: `queued as ID` of Postfix, `SendGrid`, Postmark and Mailjet,
/// Exim's `id=ID`, Exchange's `<ID>`, `OpenSMTPD`'s and Sendmail's `ID Message accepted`, SES's `Ok ID`, Google's `ID - gsmtp`,
/// Haraka's `Queued (ID)`. Mailgun names none: there the Message-ID stays ours.
pub fn wire_id(words: &str) -> Option<String> {
    // An id may begin or end with a hyphen or an underline.
    let bare = |word: &str| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation() && !matches!(c, '-' | '_'));
        (!word.is_empty()).then(|| word.to_owned())
    };
    let mut tokens: Vec<&str> = words.split_whitespace().collect();
    if tokens.first().is_some_and(|first| first.starts_with("2.")) {
        tokens.remove(0);
    }
    let queued = tokens.iter().position(|token| token.eq_ignore_ascii_case("queued"));
    if let Some(behind) = queued.and_then(|at| tokens.get(at + 1..)) {
        match behind {
            ["as", id, ..] => return bare(id),
            [id, ..] if id.starts_with('(') => return bare(id),
            _ => {}
        }
    }
    if let Some(id) = tokens.iter().find_map(|token| token.strip_prefix("id=")) {
        return bare(id);
    }
    if let Some(id) = tokens.iter().find(|token| token.starts_with('<') && token.contains('@')) {
        return bare(id);
    }
    match tokens.as_slice() {
        [.., id, "-", "gsmtp"] => bare(id),
        [id, message, ..] if message.eq_ignore_ascii_case("message") => bare(id),
        [ok, id] if ok.eq_ignore_ascii_case("ok") && id.len() >= 8 => bare(id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (Data, "550 no such user", pass, AddressDead),
            (Data, "550 no such user", unknown, Policy),
            (Data, "554 no valid recipients", pass, Policy),
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
    fn a_relay_that_throttles_by_words_is_told_from_a_greylist() {
        for (point, text, expected) in [
            (Point::Dot, "454 Throttling failure: Maximum sending rate exceeded.", Verdict::Slow),
            (Point::Rcpt, "454 Throttling failure: Daily message quota exceeded.", Verdict::Slow),
            (Point::Dot, "421 4.7.0 throttled", Verdict::Deferred),
            (Point::Rcpt, "450 4.2.1 receiving mail at a rate that prevents delivery", Verdict::Deferred),
        ] {
            assert_eq!(verdict(point, &reply(text), OtherRecipients::Pass), expected, "{point:?}: {text}");
        }
    }

    #[test]
    fn the_relays_own_id_is_read_from_its_250() {
        for (words, expected) in [
            // Postfix.
            ("2.0.0 Ok: queued as 4bXyZ1", Some("4bXyZ1")),
            // SendGrid; its ids may begin with a hyphen.
            ("Ok: queued as nhIMmON9SFOPcT0ii4nt2A", Some("nhIMmON9SFOPcT0ii4nt2A")),
            ("Ok: queued as -8Qf-2SR_", Some("-8Qf-2SR_")),
            // Postmark.
            ("2.0.0 Ok: queued as 6A59", Some("6A59")),
            // Amazon SES.
            (
                "Ok 0102018f3c5e7a91-2b1f6c1e-7f0a-4a55-9d5e-1c2f3a4b5c6d-000000",
                Some("0102018f3c5e7a91-2b1f6c1e-7f0a-4a55-9d5e-1c2f3a4b5c6d-000000"),
            ),
            // Mailgun.
            ("Great success", None),
            // Google: the time of day stands before the id.
            (
                "2.0.0 OK  1776615135 ffacd0b85a97d-43fe4e3a341sm24258874f8f.24 - gsmtp",
                Some("ffacd0b85a97d-43fe4e3a341sm24258874f8f.24"),
            ),
            // Microsoft 365, to a client and to a server.
            (
                "2.0.0 OK <AS8PR04MB8867@AS8PR04MB8867.eurprd04.prod.example> [Hostname=AS8PR04MB8867.eurprd04.prod.example]",
                Some("AS8PR04MB8867@AS8PR04MB8867.eurprd04.prod.example"),
            ),
            (
                "2.6.0 <20111025103822.7F94E1C0299@nagios> [InternalId=274498] Queued mail for delivery",
                Some("20111025103822.7F94E1C0299@nagios"),
            ),
            // Exim, OpenSMTPD, Haraka, Mailjet.
            ("OK id=1tEXyz-0000Ab-2C", Some("1tEXyz-0000Ab-2C")),
            ("2.0.0 9f3c2a1b Message accepted for delivery", Some("9f3c2a1b")),
            (
                "Message Queued (6C7B2A1E-0F3D-4D0C-9C1B-1A2B3C4D5E6F.1)",
                Some("6C7B2A1E-0F3D-4D0C-9C1B-1A2B3C4D5E6F.1"),
            ),
            ("OK queued as 9a1b2c3d", Some("9a1b2c3d")),
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
}
