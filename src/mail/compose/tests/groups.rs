//! Letters of a group: each is, to the byte, what it would be if its reader were the only one.

use super::*;
use crate::mail::slot::is_mark;
use crate::mail::words::Whose;

/// The letter through the templates with its reader's own values: the long way, for comparison.
fn by_itself(templates: &Templates, letter: &Letter, envelope: &Envelope<'_>) -> Composed {
    let draft = super::super::Draft::of(letter, envelope).unwrap();
    let own = draft.own(Slots::ALL);
    let written = templates.write(letter, Whose::Reader(&own)).unwrap();
    Form::of(letter, envelope.office, &written).unwrap().fill(&draft).unwrap()
}

const NOTICES: [NoticeKind; 7] = [
    NoticeKind::Announcement,
    NoticeKind::Reminder,
    NoticeKind::Rescheduled,
    NoticeKind::Withdrawn,
    NoticeKind::Held,
    NoticeKind::Effective,
    NoticeKind::Corrected,
];

/// Readers who get different sentences.
fn circumstances() -> Vec<Reader> {
    let subscribed_on = "2026-09-01".parse().unwrap();
    let day = |day: &str| day.parse().unwrap();
    let in_force =
        InForce { since: day("2026-11-01"), stops_on: day("2026-11-30"), deletion_due: day("2026-12-31") };
    vec![
        reader(),
        Reader { authorisation: Authorisation::Specific, deadline: None, excluded: true, ..reader() },
        Reader { standing: Standing::LateJoiner { signed_on: day("2026-11-20") }, ..reader() },
        Reader { standing: Standing::Subscriber { subscribed_on }, ..reader() },
        Reader { acts_for_others: true, was_not_meant: true, in_force: Some(in_force), ..reader() },
        Reader { deadline: Some(Deadline::At(now() - chrono::TimeDelta::hours(10))), ..reader() },
    ]
}

/// Names that are hard on escaping, encoding, wrapping or clipping.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "[^\r\n\0]{0,60}",
        "[a-z =.<>&\"'%/-]{0,120}",
        "(wörter ){0,60}",
        "=\\?utf-8\\?q\\?Evil\\?=",
        "%EF%B7%9[0-9]|&#xfdd0;|\\{\\{ 7 \\}\\}",
        "שלום [a-z]{1,9}|مرحبا",
        "(👩‍👩‍👧‍👦|日本 ){1,90}",
        "[\u{fdd0}-\u{fdef} a]{0,9}",
    ]
}

prop_compose! {
    fn somebody()(
        customer in hostile(),
        reference in proptest::option::of(hostile()),
        contact in proptest::option::of(hostile()),
        objection in proptest::option::of(hostile()),
        to in hostile(),
        delivery in 0_i64..1 << 40,
        recipient in 0_i64..1 << 40,
    ) -> (Reader, Mailbox, DeliveryId, RecipientId) {
        let own = Reader {
            customer, customer_reference: reference, contact_name: contact, objection, ..reader()
        };
        let to = Mailbox { name: Some(to), address: format!("r{recipient}@halden.example") };
        (own, to, DeliveryId(delivery), RecipientId(recipient))
    }
}

/// `who` in the circumstances of another.
fn as_in(circumstances: &Reader, who: &Reader) -> Reader {
    Reader {
        customer: who.customer.clone(),
        customer_reference: who.customer_reference.clone(),
        contact_name: who.contact_name.clone(),
        objection: who.objection.clone(),
        ..circumstances.clone()
    }
}

/// No mark in it, as a program shows it.
fn unmarked(composed: &Composed) -> Result<(), TestCaseError> {
    let read = read(&composed.bytes);
    for part in [&read.headers, &read.subject, &read.text, &read.html] {
        prop_assert!(!part.contains(is_mark), "{part}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_letter_from_anothers_form_is_the_letter_from_its_own(
        people in proptest::collection::vec(somebody(), 2..4), kind in 0_usize..7, place in 0_usize..6,
    ) {
        let facts = Arc::new(notice(NOTICES[kind]));
        let circumstances = &circumstances()[place];
        let forms = Forms::new();
        let desk = Desk::new();
        for (own, to, delivery, recipient) in people {
            let letter = Letter::notice(Arc::clone(&facts), as_in(circumstances, &own));
            let envelope = Envelope { delivery, to, recipient: Some(recipient), ..desk.envelope() };
            let shared = forms.compose(templates(), &letter, &envelope).map_err(|error| error.to_string());
            let own = compose(templates(), &letter, &envelope).map_err(|error| error.to_string());
            prop_assert_eq!(&shared, &own);
            // Nobody who only joined later is reminded: there is no such letter, for anybody of the group.
            let Ok(shared) = shared else { continue };
            let alone = by_itself(templates(), &letter, &envelope);
            prop_assert_eq!(String::from_utf8_lossy(&shared.bytes), String::from_utf8_lossy(&alone.bytes));
            sound(&shared)?;
            unmarked(&shared)?;
        }
    }
}

#[test]
fn a_mark_that_somebody_wrote_is_not_there() {
    let forged: String = ('\u{fdd0}'..='\u{fdef}').collect();
    for kind in Kind::ALL {
        let letter = |name: &str| {
            let who = Reader {
                customer: format!("{name}Halden"),
                contact_name: Some(format!("Petra{name} Lindqvist")),
                customer_reference: Some(format!("C-{name}1042")),
                ..reader()
            };
            sample::letter(kind, processor(), who, now())
        };
        let composed = Desk::new().compose(&letter(&forged)).unwrap();
        assert_eq!(composed, Desk::new().compose(&letter("")).unwrap());
        for (path, letter) in with_hostile_texts(&letter(""), &format!("x{forged}")) {
            let composed = Desk::new().compose(&letter).unwrap();
            unmarked(&composed).unwrap_or_else(|fault| panic!("{path}: {fault}"));
        }
    }
}

#[test]
fn the_instant_of_composing_tells_no_two_letters_of_a_day_apart_unless_a_deadline_lies_between() {
    let forms = Forms::new();
    let letter = |at: &str, deadline: &str| {
        let (now, deadline) = (at.parse().unwrap(), deadline.parse().unwrap());
        let who = Reader { now, deadline: Some(Deadline::At(deadline)), ..reader() };
        Letter::notice(Arc::new(notice(NoticeKind::Rescheduled)), who)
    };
    for at in ["2026-11-22T23:00:00Z", "2026-11-23T12:00:00Z", "2026-11-23T22:59:59Z", "2026-11-23T23:00:00Z"]
    {
        for deadline in ["2026-11-23T12:00:00Z", "2026-11-23T12:00:01Z", "2026-12-23T23:00:00Z"] {
            let letter = letter(at, deadline);
            let desk = Desk::new();
            let shared = forms.compose(templates(), &letter, &desk.envelope()).unwrap();
            assert_eq!(shared, by_itself(templates(), &letter, &desk.envelope()), "{at}, {deadline}");
        }
    }
}

#[test]
fn two_names_of_one_zone_are_two_groups() {
    let forms = Forms::new();
    let letter = |zone: &str| announcement_to(Reader { zone: Zone::get(zone).unwrap(), ..reader() });
    for zone in ["Asia/Kolkata", "Asia/Calcutta"] {
        let composed = forms.compose(templates(), &letter(zone), &Desk::new().envelope()).unwrap();
        let place = format!("({} time)", zone.rsplit('/').next().unwrap());
        assert!(read(&composed.bytes).text.contains(&place), "{zone}");
    }
}

/// The templates with some of their text replaced.
fn with(replaced: &[(&str, &str)]) -> Templates {
    let mut bundle = String::from_utf8(templates().bundle().bytes.to_vec()).unwrap();
    for (old, new) in replaced {
        assert!(bundle.contains(old), "{old}");
        bundle = bundle.replace(old, new);
    }
    Templates::from_bundle(bundle.as_bytes()).unwrap()
}

#[test]
fn a_subject_and_a_mail_begun_for_the_reader_may_name_it() {
    let templates = with(&[
        ("objection-mail-body = We object to", "objection-mail-body = We, { $customer }, object to"),
        (
            "announcement-subject = { $change_ref }:",
            "announcement-subject = For { $customer }, { $change_ref }:",
        ),
    ]);
    let forms = Forms::new();
    let long = "Halden & Søns ".repeat(20);
    for customer in ["Halden", "Søren =?utf-8?q?x?= <&> 100%", "שלום", long.as_str()] {
        let letter = announcement_to(Reader { customer: customer.to_owned(), ..reader() });
        let desk = Desk::new();
        let shared = forms.compose(&templates, &letter, &desk.envelope()).unwrap();
        let alone = by_itself(&templates, &letter, &desk.envelope());
        assert_eq!(String::from_utf8_lossy(&shared.bytes), String::from_utf8_lossy(&alone.bytes));
        sound(&shared).unwrap();
        unmarked(&shared).unwrap();
        assert!(read(&shared.bytes).subject.contains(&customer[..4]));
    }
}

#[test]
fn a_readers_own_value_cannot_stand_where_its_length_is_needed_first() {
    let templates = with(&[("{{ greeting }}", "{{ greeting|hanging }}")]);
    let refusal = compose(&templates, &announcement_to(reader()), &Desk::new().envelope()).unwrap_err();
    assert!(matches!(refusal, ComposeError::Templates(_)), "{refusal}");
}
