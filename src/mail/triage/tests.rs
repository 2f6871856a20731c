//! What a reading says of the common cases.

use super::*;
use crate::domain::delivery::DeliveryId;
use crate::domain::inbound::{AddressVerdict, Names, Rule};

const DELIVERY: DeliveryId = DeliveryId(1_024_001);

fn keys() -> Keys {
    Keys::from_master(&[7; 32])
}

fn token(purpose: MailPurpose) -> String {
    keys().mail_token(purpose, DELIVERY).unwrap()
}

fn own() -> Own {
    Own { from: vec!["privacy@processor.example".into()] }
}

fn read_to(recipient: &str, raw: &str) -> Reading {
    let envelope = Envelope { sender: None, recipients: vec![recipient.to_owned()] };
    read(raw.replace('\n', "\r\n").as_bytes(), &envelope, &keys(), &Trust::default(), &own())
}

const REPLY: &str = "From: Jane Roe <Jane@customer.example>\nTo: privacy@processor.example\nSubject: Re: CHG-2026-0001\n\
    Message-ID: <1@customer.example>\n\nWho is this?\n";

#[test]
fn a_reply_is_matched_by_the_token_in_its_envelope_however_the_address_comes_back() {
    let token = token(MailPurpose::Reply);
    for address in [
        format!("{token}@replies.processor.example"),
        format!("<{}@REPLIES.processor.example>", token.to_uppercase()),
        format!("prvs=123456789a={token}@replies.processor.example"),
        format!("btv1==123ab==objections+{token}@processor.example"),
        format!("SRS0=xY1z=AB=replies.processor.example={token}@forwarder.example"),
        format!("SRS1=xY1z=first.example==AbCd=AB=replies.processor.example={token}@second.example"),
        format!("objections%2B{token}@processor.example"),
        format!("\"objections+{token}\"@processor.example"),
    ] {
        let reading = read_to(&address, REPLY);
        assert_eq!(reading.class, Class::Reply);
        assert_eq!(
            reading.delivery(),
            Some((DELIVERY, MailPurpose::Reply, Rule::EnvelopeToken)),
            "{address}"
        );
    }
}

#[test]
fn without_any_token_the_sender_and_the_reference_are_left() {
    let reading = read_to("privacy@processor.example", REPLY);
    let named: Vec<_> = reading.identifiers.iter().map(|found| (found.rule, found.names.clone())).collect();
    assert_eq!(
        named,
        [
            (Rule::Sender, Names::Address("jane@customer.example".into())),
            (Rule::Reference, Names::Change("CHG-2026-0001".into()))
        ]
    );
    assert!(reading.answerable());
}

#[test]
fn whatever_a_person_sends_to_an_objection_address_is_an_objection() {
    let token = token(MailPurpose::Objection);
    assert!(read_to(&format!("{token}@replies.processor.example"), REPLY).objects);
    let automatic = REPLY.replace("Subject:", "Auto-Submitted: auto-replied\nSubject:");
    let reading = read_to(&format!("{token}@replies.processor.example"), &automatic);
    assert_eq!(reading.class, Class::AutoReply);
    assert!(!reading.objects && !reading.answerable());
}

#[test]
fn a_report_gives_one_verdict_on_the_letter_and_one_on_the_address() {
    let report = |action: &str, status: &str| {
        format!(
            "From: MAILER-DAEMON@relay.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
             --b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\n\
             Final-Recipient: rfc822; jane@customer.example\nAction: {action}\nStatus: {status}\n\
             Diagnostic-Code: smtp; 550 {status} no\n\n--b--\n"
        )
    };
    let recipient = format!("{}@bounces.processor.example", token(MailPurpose::Bounce));
    for (action, status, class, letter, address) in [
        ("failed", "5.1.1", Class::Bounce, LetterVerdict::Failed, Some(AddressVerdict::Dead)),
        ("failed", "5.2.2", Class::Bounce, LetterVerdict::Failed, Some(AddressVerdict::Alive)),
        ("failed", "5.7.1", Class::Bounce, LetterVerdict::Failed, Some(AddressVerdict::Alive)),
        ("failed", "4.4.1", Class::Bounce, LetterVerdict::Failed, Some(AddressVerdict::Alive)),
        ("delayed", "4.4.1", Class::Bounce, LetterVerdict::Delayed, Some(AddressVerdict::Alive)),
        ("delivered", "2.0.0", Class::DeliveryReport, LetterVerdict::Delivered, None),
        ("relayed", "2.0.0", Class::DeliveryReport, LetterVerdict::Delivered, None),
    ] {
        let reading = read_to(&recipient, &report(action, status));
        assert_eq!(
            (reading.class, reading.letter, reading.address),
            (class, Some(letter), address),
            "{action} {status}"
        );
        assert_eq!(reading.relayed_only, action == "relayed");
        assert_eq!(reading.delivery(), Some((DELIVERY, MailPurpose::Bounce, Rule::EnvelopeToken)));
        assert_eq!(reading.recipients[0].address.as_deref(), Some("jane@customer.example"));
    }
}
