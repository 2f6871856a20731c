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
fn only_what_is_one_word_of_a_line_is_answered_to() {
    let id = |id: &str| {
        let raw = REPLY.replace("<1@customer.example>", id);
        read_to("privacy@processor.example", &raw).message_id
    };
    assert_eq!(id("<1@customer.example>").as_deref(), Some("1@customer.example"));
    for hostile in
        ["<1@x> <2@x>", "<a b@x>", "<j\u{f6}@x>", "<\u{1b}[1m@x>", &format!("<{}@x>", "a".repeat(900))]
    {
        assert_eq!(id(hostile), None, "{hostile}");
    }
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

#[test]
fn a_letter_is_found_by_what_is_returned_of_it_and_by_its_thread() {
    let at = |purpose| format!("{}@replies.processor.example", token(purpose));
    let bounce = format!(
        "From: MAILER-DAEMON@relay.example\nTo: privacy@processor.example\nSubject: failure notice\n\n<jane@customer.example>:\nno such user\n\n\
         --- Below this line is a copy of the message.\n\nReturn-Path: <x@y.example>\nMessage-ID: <{}>\n",
        at(MailPurpose::Message)
    );
    let report = format!(
        "From: MAILER-DAEMON@relay.example\nContent-Type: multipart/report; boundary=b; report-type=delivery-status\n\n--b\n\
         Content-Type: message/delivery-status\n\nOriginal-Envelope-Id: {}\n\nFinal-Recipient: rfc822;jane@customer.example\n\
         Action: failed\nStatus: 5.1.1\n\n--b--\n",
        token(MailPurpose::Delivery)
    );
    let thread = format!(
        "From: jane@customer.example\nReferences: <{}> <x@y.example>\n\nWho?\n",
        at(MailPurpose::Thread)
    );
    let quoted = format!(
        "From: jane@customer.example\n\nWho?\n\n> mailto:{}?subject=OBJECT\n",
        at(MailPurpose::Objection)
    );
    for (raw, purpose, rule) in [
        (bounce, MailPurpose::Message, Rule::ReturnedDelivery),
        (report, MailPurpose::Delivery, Rule::ReturnedDelivery),
        (thread, MailPurpose::Thread, Rule::Thread),
        (quoted, MailPurpose::Objection, Rule::QuotedToken),
    ] {
        let reading = read_to("privacy@processor.example", &raw);
        assert_eq!(reading.delivery(), Some((DELIVERY, purpose, rule)), "{raw}");
        assert!(!reading.objects, "a quoted address objects to nothing: {raw}");
    }
}

#[test]
fn a_relays_message_id_goes_before_the_thread() {
    let thread = format!("<{}@replies.processor.example>", token(MailPurpose::Thread));
    let raw = format!(
        "From: jane@customer.example\nIn-Reply-To: <0102@eu.relay.example>\nReferences: {thread}\n\nWho?\n"
    );
    let rules: Vec<Rule> =
        read_to("privacy@processor.example", &raw).identifiers.iter().map(|found| found.rule).collect();
    assert_eq!(rules, [Rule::WireMessageId, Rule::Thread, Rule::Sender]);
}

#[test]
fn nothing_that_a_machine_a_list_or_we_wrote_is_answered() {
    for (fields, why) in [
        ("From: jane@customer.example\nReturn-Path: <>", Unanswerable::NullSender),
        ("From: noreply@customer.example", Unanswerable::RobotAddress),
        ("From: privacy@processor.example", Unanswerable::OwnMail),
        ("From: jane@customer.example\nList-Id: <a.customer.example>", Unanswerable::List),
        ("From: jane@customer.example\nAuto-Submitted: auto-replied", Unanswerable::NotAPerson),
        ("X-From: jane@customer.example", Unanswerable::NoSender),
    ] {
        let reading = read_to("privacy@processor.example", &format!("{fields}\n\nWho?\n"));
        assert_eq!(reading.unanswerable, Some(why), "{fields}");
    }
    let own =
        format!("From: privacy@processor.example\nX-Forenotice-Delivery: {}", token(MailPurpose::Delivery));
    for fields in [own.clone(), format!("{own}\nReturn-Path: <>\nAuto-Submitted: auto-replied")] {
        let reading = read_to("privacy@processor.example", &format!("{fields}\n\nWho?\n"));
        assert_eq!(reading.unanswerable, Some(Unanswerable::OwnLetter), "{fields}");
    }
    let looping = format!("{}From: jane@customer.example\n\nWho?\n", "Received: from a by b\n".repeat(51));
    assert_eq!(read_to("privacy@processor.example", &looping).unanswerable, Some(Unanswerable::Loop));
}

/// Fifteen parts of HTML that quotes itself as deep as it can, a mark for each two bytes.
fn of_many_quotes() -> String {
    let page = format!("{}<pre>{}", "<blockquote type=cite>".repeat(200), "a\n".repeat(500_000));
    let parts = format!("--b\nContent-Type: text/html\n\n{page}\n").repeat(15);
    format!("{}Content-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n", head_of(REPLY))
}

/// As many short header fields as there are bytes for, in the mail and in each of its parts.
fn of_many_fields() -> String {
    let fields = "X:a\n".repeat(260_000);
    let parts = format!("--b\nContent-Type: text/plain\n{fields}\nNo.\n").repeat(12);
    format!("{}Content-Type: multipart/mixed; boundary=b\n{fields}\n{parts}--b--\n", head_of(REPLY))
}

fn head_of(mail: &str) -> &str {
    mail.split_once("\n\n").map_or(mail, |(head, _)| &mail[..=head.len()])
}

/// What this process has had at most, in MiB.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok().map(|kilobytes: usize| kilobytes / 1024)
}

#[test]
fn a_mail_costs_no_more_memory_than_a_few_times_its_length_whatever_is_in_it() {
    for hostile in [of_many_quotes(), of_many_fields()] {
        let (envelope, keys) = (Envelope::default(), keys());
        let before = peak();
        let reading = read(hostile.as_bytes(), &envelope, &keys, &Trust::default(), &own());
        if let (Some(before), Some(after)) = (before, peak()) {
            assert!(after - before < 100, "from {before} to {after} MiB");
        }
        assert!(reading.own_words.len() <= 2 << 20, "{} bytes are kept", reading.own_words.len());
        assert!(reading.cut, "there is more");
    }
}

#[test]
fn what_is_too_long_to_be_read_is_a_persons_and_no_subject_makes_it_a_machines() {
    let away = REPLY.replace("Re: CHG-2026-0001", "Automatic reply: out of office");
    assert_eq!(read_to("privacy@processor.example", &away).class, Class::AutoReply);
    let long = format!("{away}{}We object.\n", "I am away.\n".repeat(300_000));
    let reading = read_to("privacy@processor.example", &long);
    assert!(reading.cut && reading.class == Class::Reply, "{}", reading.why);
    assert!(!read_to("privacy@processor.example", REPLY).cut);
}

/// A person's answer in the letter's thread, as a mail program writes it.
fn answer(from: &str, fields: &str, words: &str) -> Reading {
    let raw = format!(
        "From: {from}\nSubject: Re: CHG-2026-0001: Nimbus planned\nIn-Reply-To: <m-1@processor.example>\n{fields}\
         Message-ID: <2@customer.example>\n\n{words}\n\n> You can object until 24 December.\n"
    );
    let envelope = Envelope {
        sender: Some(String::new()),
        recipients: vec![format!("{}@replies.processor.example", token(MailPurpose::Reply))],
    };
    read(raw.replace('\n', "\r\n").as_bytes(), &envelope, &keys(), &Trust::default(), &own())
}

#[test]
fn whoever_objects_is_heard_whatever_his_name_and_his_servers_marks() {
    let away = "X-Auto-Response-Suppress: All\n";
    for (from, fields, words) in [
        (
            "\"Root Insurance Privacy\" <amy@eta.example>",
            "",
            "We no longer accept transfers to the US and therefore object.",
        ),
        (
            "\"Bob Roe (System Administrator)\" <bob@alpha.example>",
            "",
            "We did not receive an answer last week, so we object.",
        ),
        (
            "Systemadministrator <it@beta.example>",
            "",
            "Die Unterlagen wurden uns nicht zugestellt. Wir widersprechen.",
        ),
        ("amy@eta.example", "", "We did not receive the transfer assessment. Until we have it we object."),
        ("tim@eta.example", "", "We did not receive the transfer assessment you spoke of."),
        (
            "jane@alpha.example",
            "Precedence: bulk\nRT-Ticket: alpha #7\nManaged-BY: RT\n",
            "Thank you for your message. Our board has decided against it: please do not use it for our data.",
        ),
        ("amy@eta.example", away, "Ich bin ab morgen im Urlaub. Wir lehnen Nimbus ab."),
        ("amy@eta.example", away, "Estoy de vacaciones desde mañana. No estamos de acuerdo con Nimbus."),
    ] {
        let reading = answer(from, fields, words);
        assert_eq!(reading.class, Class::Reply, "{from}: {words}: {}", reading.why);
    }
    // The machine itself, with a word of the kind in its notice.
    let notice = answer(
        "MAILER-DAEMON@mx.customer.example",
        "",
        "Your mail could not be delivered: 550 we object to it",
    );
    assert_eq!(notice.class, Class::Bounce, "{}", notice.why);
}

#[test]
fn whoever_returns_a_letter_and_objects_complains_of_nothing() {
    let returned = |words: &str| {
        let raw = format!(
            "From: amy@eta.example\nSubject: Re: CHG-2026-0001\nMessage-ID: <3@eta.example>\n\
             Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{words}\n--b\nContent-Type: message/rfc822\n\n\
             X-HmXmrOriginalRecipient: <amy@eta.example>\nSubject: CHG-2026-0001\n\nYou can object until then.\n--b--\n"
        );
        read_to(&format!("{}@replies.processor.example", token(MailPurpose::Reply)), &raw).class
    };
    assert_eq!(returned("We object to Nimbus, see your letter."), Class::Reply);
    assert_eq!(returned(""), Class::Complaint);
}
