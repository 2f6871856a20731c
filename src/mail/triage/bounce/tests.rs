//! How mail systems of many makers and languages word their bounces, and who only seems to.

use crate::domain::access::Keys;
use crate::domain::inbound::AddressVerdict::{Alive, Dead};
use crate::domain::inbound::LetterVerdict::{Delayed, Failed};
use crate::domain::inbound::{Class, Envelope, Reading, Trust};
use crate::mail::triage::{Own, read};

fn reading(raw: &str) -> Reading {
    let keys = Keys::from_master(&[7; 32]);
    read(raw.as_bytes(), &Envelope::default(), &keys, &Trust::default(), &Own::default())
}

#[test]
fn each_maker_and_language_has_its_own_words_for_it() {
    let mails = include_str!("bounces.txt").split("%%%%%\n").filter(|mail| !mail.trim().is_empty());
    let mut read = 0;
    for mail in mails {
        let (wanted, raw) = mail.split_once('\n').unwrap();
        let (letter, verdict) = match wanted {
            "failed dead" => (Failed, Dead),
            "failed alive" => (Failed, Alive),
            "delayed alive" => (Delayed, Alive),
            other => panic!("{other:?} is no verdict"),
        };
        let reading = reading(raw);
        assert_eq!(reading.class, Class::Bounce, "{raw}");
        assert_eq!(reading.failed_address.as_deref(), Some("jane@customer.example"), "{raw}");
        assert_eq!((reading.letter, reading.address), (Some(letter), Some(verdict)), "{raw}");
        read += 1;
    }
    assert_eq!(read, 31);
}

#[test]
fn who_writes_about_a_bounce_or_forwards_one_is_a_person() {
    for raw in [
        "From: Bob <bob@c.example>\nTo: r-x@r.example\nSubject: Re: CHG-2026-0001\nIn-Reply-To: <x@y.example>\n\nYour letter could not be delivered to Jane, she has a full mailbox. We object.\n",
        "From: Bob <bob@c.example>\nTo: r-x@r.example\nSubject: FW: Undeliverable: CHG-2026-0001\n\nSee below, what is this?\n\nFrom: postmaster@x.example\nSent: Monday\nTo: bob\nSubject: Undeliverable\n\nDelivery has failed to these recipients:\njane@c.example\n550 5.1.1 unknown\n",
    ] {
        assert_eq!(reading(raw).class, Class::Reply, "{raw}");
    }
}

#[test]
fn an_answer_with_the_null_sender_is_no_bounce() {
    for raw in [
        "Return-Path: <>\nFrom: Bob <bob@c.example>\nTo: r-x@r.example\nSubject: Re: CHG\n\nI no longer work here. Your mail was not delivered to anybody. Please write to dpo@c.example.\n",
        "Return-Path: <>\nFrom: Filter <f@c.example>\nTo: r-x@r.example\nSubject: Your message is waiting\n\nYour message has not been delivered yet because you are unknown. Please verify yourself: http://x\n",
    ] {
        assert_eq!(reading(raw).class, Class::AutoReply, "{raw}");
    }
}
