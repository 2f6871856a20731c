//! Who answers: a machine, or a person who only seems one.

use crate::domain::access::Keys;
use crate::domain::inbound::{Automatic, Class, Envelope, Reading, Trust};
use crate::mail::triage::{Own, read};

fn reading(raw: &str) -> Reading {
    let keys = Keys::from_master(&[7; 32]);
    read(raw.as_bytes(), &Envelope::default(), &keys, &Trust::default(), &Own::default())
}

fn mail(fields: &str, text: &str) -> String {
    format!("From: Bo <bo@customer.example>\nTo: privacy@processor.example\n{fields}\n\n{text}\n")
}

#[test]
fn absence_is_known_in_the_languages_in_which_people_are_absent() {
    for (subject, text) in [
        ("Automatic reply: CHG", "I am out of the office until Monday."),
        ("Abwesenheitsnotiz: CHG", "Ich bin bis Montag nicht im Büro."),
        ("Réponse automatique : CHG", "Je suis absent jusqu'à lundi."),
        ("Respuesta automática: CHG", "Estoy de vacaciones."),
        ("Fuori ufficio", "Sono in ferie."),
        ("Automatisch antwoord: CHG", "Ik ben op vakantie."),
        ("Resposta automática: CHG", "Estou ausente até segunda."),
        ("Odpowiedź automatyczna: CHG", "Jestem na urlopie."),
        ("Autosvar: CHG", "Jag är på semester."),
        ("Automatisk svar: CHG", "Jeg er på ferie til mandag."),
        ("Automaattinen vastaus: CHG", "Olen lomalla."),
        ("Automatická odpověď: CHG", "Jsem mimo kancelář."),
        ("自動応答: CHG", "休暇をいただいております。"),
        ("Urlaub: CHG", "Ich bin im Urlaub."),
    ] {
        let reading = reading(&mail(&format!("Subject: {subject}"), text));
        assert_eq!(reading.class, Class::AutoReply, "{subject}");
        assert_eq!(reading.automatic, Some(Automatic::OutOfOffice), "{subject}");
    }
}

#[test]
fn people_who_will_be_away_thank_or_use_a_ticket_system_are_people() {
    let ticket = "Subject: [Customer] Re: CHG\nAuto-Submitted: auto-generated\nX-Zendesk-From-Account-Id: 1";
    let forwarded = "Subject: FW: CHG\nAuto-Submitted: auto-generated\nX-MS-Exchange-Inbox-Rules-Loop: bo@customer.example";
    for (fields, text) in [
        ("Subject: Re: CHG", "I am out of the office until Monday, but we object to this change."),
        (
            "Subject: Re: CHG\nX-Auto-Response-Suppress: All",
            "I am out of the office until Monday, we object.",
        ),
        ("Subject: Thank you", "Thank you for your message. We have received your notice."),
        ("Subject: Holiday schedule and data", "Where are the data? I am on leave from Monday."),
        ("Subject: Re: CHG\nPrecedence: list\nList-Id: <privacy.customer.example>", "Which region?"),
        ("Return-Path: <>\nSubject: Re: CHG", "Why?"),
        (ticket, "##- Please type your reply above this line -##\n\nWe object. Thank you for contacting us."),
        (forwarded, "We object to this change."),
    ] {
        let reading = reading(&mail(fields, text));
        assert_eq!(reading.class, Class::Reply, "{fields}: {}", reading.why);
    }
}

#[test]
fn who_has_left_names_a_successor_and_a_robot_nobody() {
    let gone = reading(&mail(
        "Subject: Automatic reply: CHG\nAuto-Submitted: auto-replied",
        "Bo no longer works here. Please write to dpo@customer.example.",
    ));
    assert!(gone.left_company());
    assert_eq!(gone.delegate.as_deref(), Some("dpo@customer.example"));

    let robot = reading(&mail(
        "Subject: Re: CHG\nAuto-Submitted: auto-replied",
        "To deliver your message to eve@customer.example, please confirm that you are a person.",
    ));
    assert_eq!((robot.automatic, robot.delegate), (Some(Automatic::Challenge), None));
}
