//! The inbox: what follows from a mail once it is read and matched, and what a person may say that it is.
//!
//! Promise: what only costs us (a letter taken back, an objection) is believed easily; what helps us is never believed of a
//! mail. A machine's mail is never an objection, a person's is one until somebody says otherwise.

use super::inbound::{AddressVerdict, Automatic, Class, LetterVerdict, Reading, Rule, Unanswerable};

words!(
    /// What a mail is, as a person says, its sender by the link in the receipt, or the mail by itself.
    Ruling {
        Objection = "objection",
        /// A question, a comment: nothing that shuts a gate.
        Question = "question",
        Automatic = "automatic",
        NotAboutUs = "not_about_us",
    }
);

/// What is to be done about a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// The letter did not arrive: the service is taken back.
    Failed { address_dead: bool },
    /// It may still arrive: the service waits.
    Delayed,
    /// The recipient's server has it.
    Delivered,
    /// A machine at the recipient's answered: the mailbox is there.
    Present { left_company: bool },
    /// The recipient, or its provider, does not want it.
    Complaint,
    /// The recipient wants no more letters, by the address meant for that.
    Unsubscribe,
    /// An objection at once.
    Objection,
    /// A person's reply: an objection until somebody says otherwise.
    Reply,
    /// A person's mail of nobody we know: it may be anybody's objection.
    Stranger,
    /// Nothing is believed of it, but a person should see it.
    Show,
    /// Read, and nothing follows.
    Nothing,
}

/// By what a mail was matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    pub rule: Rule,
    /// Only those have it by whom the letter passed: the return path, the id in its headers. Anybody to whom a letter was forwarded has
    /// its other addresses.
    pub of_the_way: bool,
}

/// What follows from a mail that was matched by `sign`; none = nothing in it is ours.
pub fn course(reading: &Reading, sign: Option<Sign>) -> Course {
    if reading.unanswerable == Some(Unanswerable::OwnLetter) {
        return Course::Show;
    }
    let Some(sign) = sign.filter(|sign| sign.rule != Rule::Reference) else {
        return match reading.class {
            Class::Reply | Class::Unmatched => Course::Stranger,
            Class::Bounce | Class::Complaint | Class::RelayEvent => Course::Show,
            Class::AutoReply | Class::DeliveryReport | Class::Probe => Course::Nothing,
        };
    };
    let rule = sign.rule;
    match reading.class {
        Class::Probe => Course::Nothing,
        Class::Bounce | Class::DeliveryReport | Class::RelayEvent if names_the_letter(rule) => {
            fate(reading, sign)
        }
        Class::Bounce | Class::RelayEvent => Course::Show,
        Class::DeliveryReport => Course::Nothing,
        Class::Complaint if !reading.complaint.as_ref().is_some_and(|complaint| complaint.accuses) => {
            Course::Nothing
        }
        Class::Complaint if names_the_letter(rule) => Course::Complaint,
        Class::Complaint => Course::Show,
        // It waits until a person has answered the robot.
        Class::AutoReply
            if reading.automatic == Some(Automatic::Challenge)
                && (names_the_letter(rule) || rule == Rule::Thread) =>
        {
            Course::Delayed
        }
        Class::AutoReply if names_the_letter(rule) || rule == Rule::Thread => {
            Course::Present { left_company: reading.left_company() }
        }
        Class::AutoReply => Course::Nothing,
        // Whoever says nothing of himself may be anybody who was forwarded the letter: a person looks first.
        Class::Reply if reading.objects && reading.sender.is_some() => Course::Objection,
        Class::Reply if reading.unsubscribe && !reading.cut => Course::Unsubscribe,
        Class::Reply => Course::Reply,
        Class::Unmatched => Course::Stranger,
    }
}

fn fate(reading: &Reading, sign: Sign) -> Course {
    match reading.letter {
        Some(LetterVerdict::Failed) => Course::Failed {
            address_dead: reading.address == Some(AddressVerdict::Dead)
                && sign.of_the_way
                && names_the_recipient(sign.rule),
        },
        Some(LetterVerdict::Delayed) => Course::Delayed,
        // The newest letter to an address need not be the one that arrived, or that somebody complained of.
        Some(LetterVerdict::Delivered) if sign.of_the_way && sign.rule != Rule::EventAddress => {
            Course::Delivered
        }
        Some(LetterVerdict::Delivered) => Course::Nothing,
        None if sign.rule == Rule::EventAddress => Course::Show,
        None if reading.complaint.as_ref().is_some_and(|complaint| complaint.accuses) => Course::Complaint,
        None => Course::Nothing,
    }
}

/// Rules 1 to 5 and 8: nobody who has not had the letter, or its relay, could say so.
fn names_the_letter(rule: Rule) -> bool {
    match rule {
        Rule::EnvelopeToken
        | Rule::RecipientToken
        | Rule::RelayEvent
        | Rule::ReturnedDelivery
        | Rule::WireMessageId
        | Rule::EventAddress => true,
        Rule::Thread | Rule::QuotedToken | Rule::Sender | Rule::Reference => false,
    }
}

/// Rules 1 to 3; by any other a second sign must say that the address is dead.
fn names_the_recipient(rule: Rule) -> bool {
    matches!(rule, Rule::EnvelopeToken | Rule::RecipientToken | Rule::RelayEvent)
}

/// Whether anybody may have an address there: such a domain says nothing about whose the mail is.
pub fn is_public_provider(domain: &str) -> bool {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    let named = |provider: &str| {
        domain == provider || domain.strip_suffix(provider).is_some_and(|head| head.ends_with('.'))
    };
    PUBLIC_PROVIDERS.iter().any(|provider| named(provider))
        // Their domains of many countries: yahoo.co.jp, hotmail.fr, live.nl.
        || matches!(domain.split('.').next(), Some("yahoo" | "hotmail" | "live" | "outlook" | "gmx" | "yandex" | "protonmail"))
}

/// The large ones, and those of the countries whose languages we speak.
const PUBLIC_PROVIDERS: &[&str] = &[
    "126.com",
    "163.com",
    "aol.com",
    "aruba.it",
    "bluewin.ch",
    "btinternet.com",
    "comcast.net",
    "daum.net",
    "email.com",
    "fastmail.com",
    "fastmail.fm",
    "foxmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "googlemail.com",
    "gmx.net",
    "hanmail.net",
    "hey.com",
    "hushmail.com",
    "icloud.com",
    "inbox.com",
    "inbox.lv",
    "interia.pl",
    "laposte.net",
    "libero.it",
    "list.ru",
    "mac.com",
    "mail.com",
    "mail.de",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "naver.com",
    "o2.pl",
    "onet.pl",
    "orange.fr",
    "outlook.com",
    "pm.me",
    "posteo.de",
    "proton.me",
    "qq.com",
    "rediffmail.com",
    "rocketmail.com",
    "runbox.com",
    "sapo.pt",
    "seznam.cz",
    "sfr.fr",
    "sina.com",
    "sky.com",
    "t-online.de",
    "talktalk.net",
    "terra.com.br",
    "tuta.com",
    "tutanota.com",
    "tutanota.de",
    "uol.com.br",
    "verizon.net",
    "virgilio.it",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "ymail.com",
    "zoho.com",
    "ziggo.nl",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::inbound::Complaint;

    fn by(rule: Rule) -> Sign {
        Sign { rule, of_the_way: true }
    }

    fn read(class: Class) -> Reading {
        serde_json::from_value(serde_json::json!({ "class": class, "why": "a test" })).unwrap()
    }

    #[test]
    fn a_failure_is_believed_of_whoever_had_the_letter_and_kills_an_address_only_by_its_token() {
        let failed = Reading {
            letter: Some(LetterVerdict::Failed),
            address: Some(AddressVerdict::Dead),
            ..read(Class::Bounce)
        };
        for (rule, expected) in [
            (Some(Rule::EnvelopeToken), Course::Failed { address_dead: true }),
            (Some(Rule::RelayEvent), Course::Failed { address_dead: true }),
            (Some(Rule::ReturnedDelivery), Course::Failed { address_dead: false }),
            (Some(Rule::WireMessageId), Course::Failed { address_dead: false }),
            // Anybody can know an address, a reference or what stands in a forwarded letter.
            (Some(Rule::QuotedToken), Course::Show),
            (Some(Rule::Sender), Course::Show),
            (Some(Rule::Reference), Course::Show),
            (None, Course::Show),
        ] {
            assert_eq!(course(&failed, rule.map(by)), expected, "{rule:?}");
        }
        // Whoever was forwarded the letter has the address for answers: that costs us a letter, and kills nobody's address.
        let forwarded = Some(Sign { rule: Rule::EnvelopeToken, of_the_way: false });
        assert_eq!(course(&failed, forwarded), Course::Failed { address_dead: false });
        let delivered = Reading { letter: Some(LetterVerdict::Delivered), ..failed.clone() };
        assert_eq!(course(&delivered, forwarded), Course::Nothing);
        assert_eq!(course(&delivered, Some(by(Rule::EnvelopeToken))), Course::Delivered);
        let alive = Reading { address: Some(AddressVerdict::Alive), ..failed };
        assert_eq!(course(&alive, Some(by(Rule::EnvelopeToken))), Course::Failed { address_dead: false });
    }

    #[test]
    fn what_names_an_address_alone_takes_a_letter_back_and_proves_nothing() {
        let event = |letter| Reading { letter, ..read(Class::RelayEvent) };
        let delivered = event(Some(LetterVerdict::Delivered));
        assert_eq!(course(&delivered, Some(by(Rule::EventAddress))), Course::Nothing);
        assert_eq!(course(&delivered, Some(by(Rule::RelayEvent))), Course::Delivered);
        let failed = Reading { address: Some(AddressVerdict::Dead), ..event(Some(LetterVerdict::Failed)) };
        assert_eq!(course(&failed, Some(by(Rule::EventAddress))), Course::Failed { address_dead: false });
        let complaint = Some(Complaint { accuses: true, ..Complaint::default() });
        let complained = Reading { complaint, ..event(None) };
        assert_eq!(course(&complained, Some(by(Rule::EventAddress))), Course::Show);
        assert_eq!(course(&complained, Some(by(Rule::RelayEvent))), Course::Complaint);
    }

    #[test]
    fn a_persons_mail_is_an_objection_a_reply_or_a_strangers_and_a_machines_is_none_of_them() {
        let reply = read(Class::Reply);
        let objects =
            Reading { objects: true, sender: Some("jane@customer.example".into()), ..reply.clone() };
        let nobody = Reading { sender: None, ..objects.clone() };
        assert_eq!(course(&nobody, Some(by(Rule::EnvelopeToken))), Course::Reply);
        assert_eq!(course(&reply, Some(by(Rule::Thread))), Course::Reply);
        assert_eq!(course(&reply, Some(by(Rule::Sender))), Course::Reply);
        assert_eq!(course(&objects, Some(by(Rule::QuotedToken))), Course::Objection);
        assert_eq!(course(&objects, None), Course::Stranger);
        assert_eq!(course(&reply, Some(by(Rule::Reference))), Course::Stranger);
        assert_eq!(course(&read(Class::Unmatched), None), Course::Stranger);
        for class in [Class::AutoReply, Class::Bounce, Class::Complaint, Class::DeliveryReport, Class::Probe]
        {
            for rule in Rule::ALL.iter().copied().map(Some).chain([None]) {
                let found = course(&Reading { objects: true, ..read(class) }, rule.map(by));
                assert!(
                    !matches!(found, Course::Objection | Course::Reply | Course::Stranger),
                    "{class} by {rule:?}"
                );
            }
        }
    }

    #[test]
    fn a_letter_of_ours_that_comes_back_is_shown_and_nothing_else() {
        for class in [Class::Reply, Class::AutoReply, Class::Unmatched] {
            let own = Reading { unanswerable: Some(Unanswerable::OwnLetter), ..read(class) };
            for rule in Rule::ALL.iter().copied().map(Some).chain([None]) {
                assert_eq!(course(&own, rule.map(by)), Course::Show, "{class} by {rule:?}");
            }
        }
    }

    #[test]
    fn a_robot_that_asks_for_an_answer_first_has_not_let_the_letter_through() {
        let robot = |automatic| Reading { automatic: Some(automatic), ..read(Class::AutoReply) };
        assert_eq!(course(&robot(Automatic::Challenge), Some(by(Rule::EnvelopeToken))), Course::Delayed);
        let present = Course::Present { left_company: false };
        assert_eq!(course(&robot(Automatic::OutOfOffice), Some(by(Rule::EnvelopeToken))), present);
        assert_eq!(course(&robot(Automatic::OutOfOffice), Some(by(Rule::Sender))), Course::Nothing);
    }

    #[test]
    fn only_a_complaint_that_accuses_counts() {
        let accuses = |accuses| Reading {
            complaint: Some(Complaint { accuses, ..Complaint::default() }),
            ..read(Class::Complaint)
        };
        assert_eq!(course(&accuses(true), Some(by(Rule::EnvelopeToken))), Course::Complaint);
        assert_eq!(course(&accuses(false), Some(by(Rule::EnvelopeToken))), Course::Nothing);
        assert_eq!(course(&accuses(true), None), Course::Show);
    }

    #[test]
    fn a_public_provider_is_nobodys_own_domain() {
        for public in ["gmail.com", "GMail.com.", "yahoo.co.jp", "mail.gmx.net", "hotmail.fr"] {
            assert!(is_public_provider(public), "{public}");
        }
        for own in ["customer.example", "notgmail.com", "web.de.customer.example"] {
            assert!(!is_public_provider(own), "{own}");
        }
    }
}
