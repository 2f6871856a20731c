//! A probe that came back: which one it is, and what is on it to show where it has been. Whether it counts is the rule's to say.

use super::address;
use super::identify::Found;
use super::mime::Mail;
use crate::domain::access::{Keys, MailPurpose};
use crate::domain::delivery::DeliveryId;
use crate::domain::inbound::Homecoming;

const HOSTS_MAX: usize = 50;
const HOST_CHARACTERS_MAX: usize = 255;

/// One to our own sender: nothing in its address says so. It is from us, and answers to it would go to a probe's address.
pub(super) fn is_probe(mail: &Mail<'_>, keys: &Keys, is_ours: impl Fn(&str) -> bool) -> bool {
    let from = mail.fields.mailboxes("From");
    let from_us = matches!(&*from, [(_, sender)] if is_ours(&address::bare(sender)));
    from_us && answers_to(mail, keys).is_some_and(|probe| named(mail, keys) == Some(probe))
}

/// Whether it names the letter of ours that it is, where no client's answer does.
pub(super) fn is_letter(mail: &Mail<'_>, keys: &Keys) -> bool {
    let message_id = mail.fields.first("Message-ID").unwrap_or_default();
    named(mail, keys).is_some()
        || matches!(address::token(keys, &message_id), Some((MailPurpose::Message, _)))
}

/// Of a mail of the class probe.
pub(super) fn of(mail: &Mail<'_>, found: &Found, keys: &Keys) -> Option<Homecoming> {
    let probe = found.to(MailPurpose::Probe).or_else(|| answers_to(mail, keys))?;
    let message_id = mail.fields.first("Message-ID").unwrap_or_default();
    Some(Homecoming {
        probe,
        named: named(mail, keys),
        kept_message_id: address::token(keys, &message_id) == Some((MailPurpose::Message, probe)),
        passed: mail.fields.raw("Received").filter_map(|field| host(&field)).take(HOSTS_MAX).collect(),
    })
}

fn answers_to(mail: &Mail<'_>, keys: &Keys) -> Option<DeliveryId> {
    let reply_to = mail.fields.first("Reply-To")?;
    address::token(keys, &reply_to).and_then(|(purpose, id)| (purpose == MailPurpose::Probe).then_some(id))
}

fn named(mail: &Mail<'_>, keys: &Keys) -> Option<DeliveryId> {
    let named = mail.fields.first("X-Forenotice-Delivery")?;
    address::token(keys, &named).and_then(|(purpose, id)| (purpose == MailPurpose::Delivery).then_some(id))
}

/// Who received it, by its own name.
fn host(received: &str) -> Option<String> {
    let mut words = received.split([' ', ';']).filter(|word| !word.is_empty());
    words.find(|word| word.eq_ignore_ascii_case("by"))?;
    let host = words.next()?.trim_matches(['(', ')', '[', ']', '.']);
    let whole = !host.is_empty() && host.len() <= HOST_CHARACTERS_MAX;
    whole.then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::inbound::{Class, Envelope, Reading, Trust};
    use crate::mail::triage::{Own, read};

    fn keys() -> Keys {
        Keys::from_master(&[42; 32])
    }

    fn token(purpose: MailPurpose, number: i64) -> String {
        keys().mail_token(purpose, DeliveryId(number)).unwrap()
    }

    fn triaged(mail: &str) -> Reading {
        let own = Own { from: vec!["privacy@processor.example".to_owned()] };
        read(mail.replace('\n', "\r\n").as_bytes(), &Envelope::default(), &keys(), &Trust::default(), &own)
    }

    /// To our own sender, with these numbers in Reply-To, `X-Forenotice-Delivery` and Message-ID.
    fn to_from(from: &str, numbers: [i64; 3]) -> Reading {
        let [reply, named, message] = numbers;
        triaged(&format!(
            "Received: from out.relay.example (out.relay.example [192.0.2.7])\n by mx.processor.example. with ESMTPS; Mon, 23 Nov 2026 09:00:04 +0000\n\
             Received: from forenotice by relay.example; Mon, 23 Nov 2026 09:00:01 +0000\n\
             From: Processor <{from}>\nTo: privacy@processor.example\nReply-To: Processor <{}@replies.processor.example>\n\
             X-Forenotice-Delivery: {}\nMessage-ID: <{}@replies.processor.example>\nSubject: Test\n\nHello.\n",
            token(MailPurpose::Probe, reply),
            token(MailPurpose::Delivery, named),
            token(MailPurpose::Message, message),
        ))
    }

    #[test]
    fn a_probe_to_our_own_sender_is_told_from_a_persons_mail() {
        let reading = to_from("Privacy@processor.example", [7, 7, 7]);
        assert_eq!(reading.class, Class::Probe);
        let home = reading.homecoming.unwrap();
        assert_eq!(
            (home.probe, home.named, home.kept_message_id),
            (DeliveryId(7), Some(DeliveryId(7)), true)
        );
        assert_eq!(home.passed, ["mx.processor.example", "relay.example"]);
        assert!(!to_from("privacy@processor.example", [7, 7, 8]).homecoming.unwrap().kept_message_id);
        // Another's mail, and one that says two things, is a person's.
        assert_eq!(to_from("jane@acme.example", [7, 7, 7]).class, Class::Reply);
        assert_eq!(to_from("privacy@processor.example", [7, 8, 7]).class, Class::Reply);
    }

    #[test]
    fn a_probe_to_the_reply_address_is_known_by_its_token_alone() {
        let to = token(MailPurpose::Probe, 9);
        let reading =
            triaged(&format!("From: x@acme.example\nTo: {to}@replies.processor.example\n\nHello.\n"));
        assert_eq!(reading.class, Class::Probe);
        let home = reading.homecoming.unwrap();
        assert_eq!((home.probe, home.named, home.kept_message_id), (DeliveryId(9), None, false));
        assert!(home.passed.is_empty());
    }

    #[test]
    fn the_host_that_received_it_is_the_word_after_by() {
        for (field, expected) in [
            ("from a by b.example with SMTP id 1; Mon", Some("b.example")),
            ("by [192.0.2.1]; Mon", Some("192.0.2.1")),
            ("from by", None),
            ("(qmail 1 invoked by uid 0); 1 Jan", Some("uid")),
            ("", None),
        ] {
            assert_eq!(host(field).as_deref(), expected, "{field}");
        }
    }
}
