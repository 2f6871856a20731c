//! What is read of mails that are signed, encrypted or boxed, as their programs make them.

use super::*;
use crate::domain::access::{Keys, MailPurpose};
use crate::domain::delivery::DeliveryId;
use crate::domain::inbound::{Class, Envelope, Reading, Trust};
use crate::mail::triage::{Own, read};

const SAID: &str = "OBJECT\n\nWe object to transfers without safeguards – Jane Roe, Acme.";

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/mail/wrapped/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn reading(raw: &[u8]) -> Reading {
    let keys = Keys::from_master(&[7; 32]);
    let to = keys.mail_token(MailPurpose::Reply, DeliveryId(1_024_001)).unwrap();
    let envelope = Envelope { sender: None, recipients: vec![format!("{to}@replies.processor.example")] };
    read(raw, &envelope, &keys, &Trust::default(), &Own::default())
}

#[test]
fn what_a_signature_encloses_is_read_as_if_there_were_none() {
    for name in ["signed-beside", "signed-whole", "signed-in-pieces", "signed-unnamed", "signed-twice"] {
        let raw = fixture(name);
        for raw in [String::from_utf8(raw.clone()).unwrap().replace('\n', "\r\n").into_bytes(), raw] {
            let read = reading(&raw);
            assert_eq!(read.own_words, SAID, "{name}");
            assert_eq!((read.class, read.objects, read.wrapped), (Class::Reply, true, false), "{name}");
            assert_eq!(read.sender.as_deref(), Some("jane@acme.example"));
            assert_eq!(read.subject.as_deref(), Some("Re: CHG-2026-0001"));
            assert_eq!(read.message_id.as_deref(), Some(&*format!("{name}@acme.example")));
            assert!(read.answerable());
        }
    }
}

#[test]
fn what_nobody_can_open_here_is_a_persons_to_read_and_never_a_machines_by_its_subject() {
    for name in ["encrypted", "pgp", "winmail-alone"] {
        let read = reading(&fixture(name));
        assert_eq!((read.class, &*read.why, read.wrapped), (Class::Reply, WHY, true), "{name}");
        assert!(read.answerable() && read.words().starts_with("(it is encrypted or wrapped"), "{name}");
    }
    // In the clear that subject is a machine's, and so is this one by its own header.
    let encrypted = String::from_utf8(fixture("encrypted")).unwrap();
    let machine = format!("Auto-Submitted: auto-replied\n{encrypted}");
    assert_eq!(reading(machine.as_bytes()).class, Class::AutoReply);
    let armour = "From: jane@acme.example\nSubject: x\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n";
    assert!(reading(armour.as_bytes()).wrapped);
}

#[test]
fn what_stands_beside_a_box_is_read() {
    let read = reading(&fixture("winmail-beside"));
    assert_eq!(
        (&*read.own_words, read.objects, read.wrapped),
        ("OBJECT\n\nWe object to transfers without safeguards.", true, false)
    );
}

#[test]
fn a_signature_that_is_cut_or_broken_is_a_persons_reply_all_the_same() {
    for name in ["signed-whole", "signed-in-pieces"] {
        let raw = fixture(name);
        let body = raw.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
        for at in (body..raw.len()).step_by(7) {
            assert_eq!(reading(&raw[..at]).class, Class::Reply, "{name} to {at}");
            let mut odd = raw.clone();
            odd[at] = if odd[at] == b'A' { b'/' } else { b'A' };
            assert_eq!(reading(&odd).class, Class::Reply, "{name} at {at}");
        }
    }
}

#[test]
fn lengths_that_lie_and_boxes_in_boxes_enclose_nothing() {
    for cms in [
        &b""[..],
        b"\x30",
        b"\x30\x80",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x30\x81",
        &[0x24, 0x80].repeat(100_000),
    ] {
        assert_eq!(signed_content(cms), None);
    }
    let nested = |piece: [u8; 2]| [signed_head().as_slice(), &piece.repeat(100_000)].concat();
    assert_eq!(signed_content(&nested([0x24, 0x80])), None);
    assert_eq!(signed_content(&nested([0x24, 0x00])), None);
}

/// Signed data up to where its content begins, every length unsaid.
fn signed_head() -> Vec<u8> {
    let open = |tag: u8| vec![tag, 0x80];
    let oid = |of: ConstOid| [&[0x06, 9][..], of.0].concat();
    let (version, algorithms) = (vec![0x02, 1, 1], vec![0x31, 0]);
    [
        open(0x30),
        oid(SIGNED_DATA),
        open(0xa0),
        open(0x30),
        version,
        algorithms,
        open(0x30),
        oid(DATA),
        open(0xa0),
    ]
    .concat()
}

#[test]
fn what_stands_behind_the_content_does_not_matter() {
    let whole = [signed_head().as_slice(), &[0x04, 2, b'h', b'i', 0, 0]].concat();
    assert_eq!(signed_content(&whole).as_deref(), Some(&b"hi"[..]));
    let followed = [whole.as_slice(), b"nonsense"].concat();
    assert_eq!(signed_content(&followed).as_deref(), Some(&b"hi"[..]));
}
