//! Whole mails: what a reader's program shows of them, and what must hold whatever the values are.

mod groups;
mod languages;
mod look;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;

use super::*;
use crate::domain::change::{ChangeKind, InUse, State};
use crate::domain::customer::{Authorisation, Grounds};
use crate::domain::notice::{NoticeFacts, NoticeKind, Processor, Replaced};
use crate::domain::objection::{Remedies, Resolution, Step};
use crate::domain::subprocessor::List;
use crate::domain::zone::Zone;
use crate::mail::letter::{
    Alarm, Arrival, ChangeName, Deadline, EmergencyNotice, InForce, Kind, Reader, Standing, sample,
};

const CONFIGURATION: &str = r#"
[site]
name = "Processor"
base_url = "https://privacy.processor.example"
dpo_address = "dpo@processor.example"
[database]
url = "postgres://app@db.example/forenotice"
[smtp]
url = "smtp://relay.example:587"
from = "Processor GmbH Privacy <privacy@processor.example>"
from_subscribers = "Processor notices <notices@news.processor.example>"
bounce_address = "{token}@bounces.processor.example"
[inbound]
reply_address = "{token}@replies.processor.example"
[ledger]
key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
"#;

pub(super) fn office() -> Office {
    let variables = std::iter::empty::<(String, String)>().collect();
    Office::of(
        &crate::config::parse(Path::new("forenotice.toml"), CONFIGURATION, &variables).unwrap().settings,
    )
}

fn processor() -> Processor {
    Processor {
        name: "Processor".to_owned(),
        legal_name: "Processor GmbH".to_owned(),
        dpo_name: "Dr. Ada Vogt".to_owned(),
        dpo_address: "dpo@processor.example".to_owned(),
        postal_address: "Lindenstr. 1, 10969 Berlin, Germany".to_owned(),
        base_url: "https://privacy.processor.example".to_owned(),
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-23T09:00:04Z".parse().unwrap()
}

fn berlin() -> Zone {
    Zone::get("Europe/Berlin").unwrap()
}

pub(super) fn reader() -> Reader {
    sample::reader(&berlin(), now())
}

pub(super) fn notice(kind: NoticeKind) -> NoticeFacts {
    sample::notice(kind, processor(), &berlin(), now())
}

fn announcement_to(reader: Reader) -> Letter {
    Letter::notice(Arc::new(notice(NoticeKind::Announcement)), reader)
}

fn templates() -> &'static Templates {
    static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::embedded().unwrap());
    &TEMPLATES
}

/// An announcement as it goes to a contact.
pub(in crate::mail) fn announcement() -> Composed {
    Desk::new().compose(&announcement_to(reader())).unwrap()
}

/// Of an announcement.
pub(super) fn form() -> Form {
    let desk = Desk::new();
    let envelope = desk.envelope();
    super::Draft::of(&announcement_to(reader()), &envelope).unwrap().form(templates()).unwrap()
}

/// To Petra Lindqvist, as delivery 3 of batch 41; `keys` and the rest are the same each time.
struct Desk {
    office: Office,
    keys: Keys,
    to: Mailbox,
    earlier: Vec<String>,
}

impl Desk {
    fn new() -> Self {
        Self {
            office: office(),
            keys: Keys::from_master(&[3; 32]),
            to: Mailbox {
                name: Some("Petra Lindqvist".to_owned()),
                address: "p.lindqvist@halden.example".to_owned(),
            },
            earlier: Vec::new(),
        }
    }

    fn envelope(&self) -> Envelope<'_> {
        Envelope {
            office: &self.office,
            keys: &self.keys,
            delivery: DeliveryId(41 * 1024 + 3),
            recipient: Some(RecipientId(7)),
            link_epoch: 0,
            to: self.to.clone(),
            thread: Some(DeliveryId(41 * 1024 + 3)),
            earlier: &self.earlier,
            in_reply_to: None,
            date: now(),
        }
    }

    fn compose(&self, letter: &Letter) -> Result<Composed, ComposeError> {
        compose(templates(), letter, &self.envelope())
    }
}

struct Read {
    headers: String,
    subject: String,
    text: String,
    html: String,
}

/// The mail as a program reads it that is not ours.
fn read(bytes: &[u8]) -> Read {
    let whole = std::str::from_utf8(bytes).unwrap();
    let mail = MessageParser::default().parse(bytes).unwrap();
    assert_eq!(mail.parts.len(), 3);
    for part in &mail.parts[1..] {
        assert_eq!(part.content_transfer_encoding(), Some("quoted-printable"));
    }
    Read {
        headers: whole.split_once("\r\n\r\n").unwrap().0.replace("\r\n", "\n"),
        subject: mail.subject().unwrap().to_owned(),
        text: mail.body_text(0).unwrap().replace("\r\n", "\n"),
        html: mail.body_html(0).unwrap().replace("\r\n", "\n"),
    }
}

/// Headers in order, then both parts decoded.
fn shown(letter: &Letter) -> String {
    let mail = read(&Desk::new().compose(letter).unwrap().bytes);
    format!("{}\n\n{}\n{}\n{}", mail.headers, mail.text, "=".repeat(72), mail.html)
}

fn text_of(letter: &Letter) -> String {
    let mail = read(&Desk::new().compose(letter).unwrap().bytes);
    format!("{}\n\n{}", mail.subject, mail.text)
}

/// What must hold of every mail, whatever its values.
fn sound(composed: &Composed) -> Result<(), TestCaseError> {
    let text = std::str::from_utf8(&composed.bytes).unwrap();
    prop_assert!(text.is_ascii(), "7-bit throughout");
    prop_assert!(text.ends_with("\r\n"));
    prop_assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "a bare LF");
    prop_assert_eq!(text.matches('\r').count(), text.matches("\r\n").count(), "a bare CR");
    prop_assert!(!text.contains('\0'));
    let (headers, body) = text.split_once("\r\n\r\n").unwrap();
    for line in body.split("\r\n") {
        prop_assert!(line.len() <= 76, "{line}");
    }
    for line in headers.split("\r\n") {
        // A word cannot be broken; the first of a header stands behind its name.
        let value = line.split_once(": ").map_or(line, |(_, value)| value);
        prop_assert!(line.len() <= 76 || !value.trim().contains(' '), "{line}");
    }
    let read = read(&composed.bytes);
    for line in read.text.lines() {
        prop_assert!(line.chars().count() <= 72 || !line.trim().contains(' '), "{line}");
    }
    let injected = headers.split("\r\n").any(|line| line.to_ascii_lowercase().starts_with("bcc"));
    prop_assert!(!injected, "{}", headers);
    prop_assert!(!read.html.contains("<script"));
    prop_assert!(!read.html.contains("<img"));
    Ok(())
}

#[test]
fn every_kind_of_letter_as_it_leaves() {
    for kind in Kind::ALL {
        let letter = sample::letter(kind, processor(), reader(), now());
        insta::assert_snapshot!(format!("letter-{}", kind.as_str()), shown(&letter));
    }
}

#[test]
fn an_announcement_of_several_changes_tells_each() {
    let facts = sample::of_several(notice(NoticeKind::Announcement));
    insta::assert_snapshot!("variant-several", shown(&Letter::notice(Arc::new(facts), reader())));
}

#[test]
fn under_specific_authorisation_the_letter_asks_and_silence_is_refusal() {
    let reader = Reader { authorisation: Authorisation::Specific, ..reader() };
    insta::assert_snapshot!("variant-specific", text_of(&announcement_to(reader)));
}

#[test]
fn an_emergency_says_why_and_that_the_right_to_object_stays() {
    let mut facts = notice(NoticeKind::Announcement);
    facts.changes[0].kind = ChangeKind::Replacement;
    facts.changes[0].replaces = Some("OpenAI".to_owned());
    facts.changes[0].emergency = Some("the present provider ends its service on 1 December.".to_owned());
    let reader =
        Reader { emergency: Some(EmergencyNotice { days: 5, window_after_start: true }), ..reader() };
    insta::assert_snapshot!("variant-emergency", text_of(&Letter::notice(Arc::new(facts), reader)));
}

#[test]
fn who_writes_all_means_all_products() {
    let mut facts = notice(NoticeKind::Announcement);
    let mut written = |products: &[&str]| {
        let products = products.iter().map(|&product| product.to_owned()).collect();
        facts.changes[0].facts.products = List(products);
        text_of(&Letter::notice(Arc::new(facts.clone()), reader()))
    };
    let of_none = written(&[]);
    assert!(of_none.contains("All our products"), "{of_none}");
    assert_eq!(written(&["All"]), of_none);
}

#[test]
fn a_removal_that_gives_no_objection_asks_for_nothing() {
    let mut facts = notice(NoticeKind::Announcement);
    facts.changes[0].kind = ChangeKind::Removal;
    let reader = Reader { deadline: None, ..reader() };
    let text = text_of(&Letter::notice(Arc::new(facts), reader));
    insta::assert_snapshot!("variant-removal", text);
    assert!(!text.contains("object"));
}

#[test]
fn a_late_joiner_is_informed_and_not_asked() {
    let signed_on = "2026-11-20".parse().unwrap();
    let reader = Reader { standing: Standing::LateJoiner { signed_on }, ..reader() };
    let text = text_of(&announcement_to(reader));
    insta::assert_snapshot!("variant-late-joiner", text);
    assert!(!text.contains("You can object"));
}

#[test]
fn a_subscriber_may_leave_with_one_click_and_a_contact_may_not() {
    let subscribed_on = "2026-09-01".parse().unwrap();
    let reader = Reader {
        standing: Standing::Subscriber { subscribed_on },
        customer: String::new(),
        customer_reference: None,
        contact_name: None,
        document: None,
        clause: None,
        ..reader()
    };
    let to_subscriber = shown(&announcement_to(reader));
    assert!(to_subscriber.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"));
    assert!(!shown(&announcement_to(super::tests::reader())).contains("List-"));
    insta::assert_snapshot!("variant-subscriber", to_subscriber);
}

#[test]
fn a_window_open_until_effect_says_so() {
    let effective_at = notice(NoticeKind::Announcement).changes[0].effective_at;
    let reader = Reader {
        deadline: Some(Deadline::UntilEffect(effective_at)),
        grounds: Grounds::Reasonable,
        ..reader()
    };
    insta::assert_snapshot!("variant-until-effect", text_of(&announcement_to(reader)));
}

#[test]
fn who_is_asked_for_a_yes_without_objection_days_is_told_until_when_in_every_language() {
    let effective_at = notice(NoticeKind::Announcement).changes[0].effective_at;
    let asked = |language: &str| Reader {
        language: language.to_owned(),
        authorisation: Authorisation::Specific,
        deadline: Some(Deadline::UntilEffect(effective_at)),
        ..reader()
    };
    for (language, sentence) in [
        ("en", "If we hear nothing before the change takes effect, section 6 of your"),
        ("de", "Wenn wir nichts hören, bevor die Änderung wirksam wird, gilt das nach"),
        ("fr", "Sans nouvelles de vous avant que la modification prenne effet, cela vaut"),
        ("es", "Si no sabemos nada antes de que el cambio surta efecto, se entiende como"),
    ] {
        let in_one_line = |letter: &Letter| text_of(letter).split_whitespace().collect::<Vec<_>>().join(" ");
        let text = in_one_line(&announcement_to(asked(language)));
        assert!(text.contains(sentence), "{text}");
        let reminder = Letter::notice(Arc::new(notice(NoticeKind::Reminder)), asked(language));
        let text = in_one_line(&reminder);
        assert!(!text.contains("by the change") && !text.contains("bis die Änderung"), "{text}");
    }
}

#[test]
fn a_held_change_alone_is_a_thing_that_needs_the_dpo() {
    let subject = |state: State| {
        let Letter::Occasional(letter) = sample::letter(Kind::Digest, processor(), reader(), now()) else {
            panic!("a notice");
        };
        let Occasional::Digest(mut digest) = *letter else { panic!("another letter") };
        digest.objections.clear();
        digest.failures.clear();
        digest.changes[0].state = state;
        let shown = shown(&Letter::occasional(Occasional::Digest(digest)));
        shown.lines().find(|line| line.starts_with("Subject: ")).unwrap().to_owned()
    };
    assert!(subject(State::Held).ends_with("one thing needs you"), "{}", subject(State::Held));
    assert!(subject(State::InNotice).ends_with("nothing needs you"), "{}", subject(State::InNotice));
}

#[test]
fn a_new_announcement_says_which_it_replaces() {
    let mut facts = notice(NoticeKind::Announcement);
    facts.replaces = Some(Replaced {
        reference: "NTC-2026-0010".to_owned(),
        announced_on: "2026-11-02".parse().unwrap(),
        what_changed: "the start is two weeks earlier".to_owned(),
    });
    let reader = Reader {
        objection: Some("OBJ-2026-0003".to_owned()),
        acts_for_others: true,
        contact_name: None,
        ..reader()
    };
    insta::assert_snapshot!("variant-replaces", text_of(&Letter::notice(Arc::new(facts), reader)));
}

#[test]
fn what_is_in_use_all_the_same_is_said_with_since_when_and_why() {
    let facts = NoticeFacts {
        in_use: Some(InUse {
            since: "2026-11-30".parse().unwrap(),
            why: "An engineer switched it on.\nIt is off again.".to_owned(),
        }),
        old_effective_on: None,
        ..notice(NoticeKind::Held)
    };
    let letter = Letter::notice(Arc::new(facts), reader());
    insta::assert_snapshot!("variant-in-use", text_of(&letter));
    assert!(!shown(&letter).contains("is not used for your data"));
}

#[test]
fn follow_ups_know_whether_the_window_has_closed() {
    let closed = Reader { deadline: Some(Deadline::At(now() - chrono::TimeDelta::hours(10))), ..reader() };
    let held = Letter::notice(Arc::new(notice(NoticeKind::Held)), closed.clone());
    let rescheduled = Letter::notice(
        Arc::new(notice(NoticeKind::Rescheduled)),
        Reader { objection: Some("OBJ-2026-0003".to_owned()), ..closed },
    );
    insta::assert_snapshot!("variant-closed", format!("{}\n\n{}", text_of(&held), text_of(&rescheduled)));
}

#[test]
fn a_withdrawal_after_a_start_says_when_the_data_go() {
    let reader = Reader {
        objection: Some("OBJ-2026-0003".to_owned()),
        in_force: Some(InForce {
            since: "2026-11-01".parse().unwrap(),
            stops_on: "2026-11-30".parse().unwrap(),
            deletion_due: "2026-12-31".parse().unwrap(),
        }),
        ..reader()
    };
    insta::assert_snapshot!(
        "variant-withdrawn",
        text_of(&Letter::notice(Arc::new(notice(NoticeKind::Withdrawn)), reader))
    );
}

#[test]
fn receipts_differ_by_how_the_objection_came() {
    let deadline = Deadline::At(now() - chrono::TimeDelta::hours(10));
    let arrivals = [
        Arrival::Late { deadline },
        Arrival::UnknownSender,
        Arrival::AlreadyInForce { since: "2026-11-01".parse().unwrap() },
        Arrival::AfterStart { deadline, since: "2026-11-01".parse().unwrap() },
    ];
    let texts = arrivals.map(|arrival| {
        let Letter::Occasional(mut letter) = sample::letter(Kind::Receipt, processor(), reader(), now())
        else {
            panic!("a receipt is occasional")
        };
        if let Occasional::Receipt(receipt) = &mut *letter {
            receipt.customer =
                if arrival == Arrival::UnknownSender { String::new() } else { receipt.customer.clone() };
            receipt.on_behalf_of = Some("Halden Sverige AB".to_owned());
            receipt.statement = "OBJECT\n\nsee https://halden.example/why\nand www.halden.example".to_owned();
            receipt.arrival = arrival;
        }
        text_of(&Letter::Occasional(letter))
    });
    insta::assert_snapshot!("variant-receipts", texts.join("\n\n"));
}

#[test]
fn each_outcome_has_its_sentence() {
    let reason = "No alternative of the same quality exists.".to_owned();
    let last_day = "2027-01-31".parse().unwrap();
    let outcomes = [
        Resolution::Mitigated {
            reason: reason.clone(),
            condition: "only pseudonymised data".to_owned(),
            agreed: Some("Ms Lindqvist by mail of 2 December".to_owned()),
            proof: None,
        },
        Resolution::Withdrawn { reason: reason.clone(), proof: Some(String::new()) },
        Resolution::Terminated { reason: reason.clone(), last_day, refund: Some("pro rata".to_owned()) },
        Resolution::ChangeWithdrawn { reason: reason.clone() },
        Resolution::NotUpheld {
            reason: reason.clone(),
            remedies: Some(Remedies { what: "a right to terminate".to_owned(), last_day }),
        },
        Resolution::Lapsed { reason: reason.clone(), last_day: Some(last_day) },
        Resolution::NotEntitled { reason, asked: Some("Petra Lindqvist, on 2 December".to_owned()) },
    ];
    let texts = outcomes.into_iter().map(Some).chain([None]).map(|outcome| {
        let Letter::Occasional(mut letter) = sample::letter(Kind::Answer, processor(), reader(), now())
        else {
            panic!("an answer is occasional")
        };
        if let Occasional::Answer(answer) = &mut *letter {
            answer.outcome = outcome;
        }
        let text = text_of(&Letter::Occasional(letter));
        text.split("\n\n\n").next().unwrap().to_owned()
    });
    insta::assert_snapshot!("variant-outcomes", texts.collect::<Vec<_>>().join("\n\n----\n\n"));
}

fn postponed(change: ChangeName) -> Alarm {
    Alarm::Postponed {
        change,
        old_effective_on: "2027-01-15".parse().unwrap(),
        to: "2027-01-22".parse().unwrap(),
        reasons: vec!["somebody's objection window is still open".to_owned()],
    }
}

fn kept_back(change: ChangeName) -> Alarm {
    Alarm::KeptBack {
        change,
        effective_on: "2027-01-15".parse().unwrap(),
        in_force: 238,
        waiting: 2,
        reasons: vec!["an objection received in time is not resolved".to_owned()],
    }
}

fn undecided(change: ChangeName) -> Alarm {
    let fault =
        "CHG-2026-0007 does not take effect: its gate is open by its indexes and shut derived in full.";
    Alarm::Undecided { change, fault: fault.to_owned() }
}

fn too_old(change: ChangeName) -> Alarm {
    let (since, earliest_on) = ("2027-05-22".parse().unwrap(), "2027-07-02".parse().unwrap());
    Alarm::NoticeTooOld { change, since, earliest_on }
}

fn lodged(change: ChangeName, after_start: bool) -> Alarm {
    Alarm::ObjectionLodged {
        change,
        objection_ref: "OBJ-2026-0003".to_owned(),
        customer: "Halden Logistics GmbH".to_owned(),
        in_time: true,
        after_start,
        answer_due_on: "2026-12-07".parse().unwrap(),
    }
}

fn at_risk(change: ChangeName) -> Alarm {
    let latest_at = "2026-12-14T23:00:00Z".parse().unwrap();
    let out_at = Some("2026-12-15T08:00:00Z".parse().unwrap());
    Alarm::AtRisk { change, waiting: 3, latest_at, out_at }
}

fn unheard(change: ChangeName) -> Alarm {
    let to = ["Halden Logistics GmbH, p.lindqvist@halden.example", "Bolt Freight Ltd, dpo@bolt.example"];
    Alarm::Unheard { change, letters: 2, to: to.map(str::to_owned).to_vec() }
}

fn silent(change: ChangeName) -> Alarm {
    Alarm::SilentExcluded {
        change: ChangeName { subprocessor: "Anthropic, PBC".to_owned(), ..change },
        count: 3,
        customers: vec!["C-7".to_owned(), "Halden & Sons".to_owned()],
    }
}

#[test]
fn each_alarm_says_what_to_do() {
    let change =
        || ChangeName { reference: "CHG-2026-0007".to_owned(), subprocessor: "Anthropic".to_owned() };
    let customer = || "Halden Logistics GmbH".to_owned();
    let waits = |step, day: &str| Alarm::ObjectionWaits {
        change: change(),
        objection_ref: "OBJ-2026-0003".to_owned(),
        customer: customer(),
        step,
        day: day.parse().unwrap(),
    };
    let alarms = [
        waits(Step::AnswerDue, "2026-12-08"),
        waits(Step::AnswerOver, "2026-12-08"),
        waits(Step::Unattended, "2026-12-08"),
        waits(Step::LapseNear, "2026-12-24"),
        waits(Step::Lapse, "2026-12-24"),
        Alarm::FoundAfterEffect {
            change: change(),
            objection_ref: "OBJ-2026-0003".to_owned(),
            customer: customer(),
            since: "2027-01-15".parse().unwrap(),
        },
        Alarm::Refused {
            change: change(),
            customer: customer(),
            address: "p.lindqvist@halden.example".to_owned(),
            code: Some(550),
            words: "550 5.1.1 no such user".to_owned(),
            next: "dpo@halden.example".to_owned(),
        },
        Alarm::Held {
            change: change(),
            old_effective_on: "2027-01-15".parse().unwrap(),
            reasons: vec!["One customer's objection window has not closed.".to_owned()],
            earliest_on: Some("2027-01-22".parse().unwrap()),
        },
        postponed(change()),
        kept_back(change()),
        too_old(change()),
        undecided(change()),
        lodged(change(), false),
        lodged(change(), true),
        silent(change()),
        at_risk(change()),
        unheard(change()),
        Alarm::RelayRefusesUs {
            relay: "relay.example".to_owned(),
            code: 550,
            words: "5.7.60 client does not have permissions to send as this sender".to_owned(),
        },
        Alarm::SuccessorNamed {
            customer: customer(),
            address: "p.lindqvist@halden.example".to_owned(),
            successor: "j.berg@halden.example".to_owned(),
            name: "Jonas Berg".to_owned(),
        },
    ];
    let texts = alarms.map(|what| {
        let Letter::Occasional(mut letter) = sample::letter(Kind::Alert, processor(), reader(), now()) else {
            panic!("an alert is occasional")
        };
        if let Occasional::Alert(alert) = &mut *letter {
            alert.what = what;
        }
        text_of(&Letter::Occasional(letter))
    });
    insta::assert_snapshot!("variant-alarms", texts.join("\n\n"));
}

#[test]
fn the_same_letter_twice_is_the_same_bytes() {
    let frozen = templates().bundle().clone();
    for kind in Kind::ALL {
        let letter = sample::letter(kind, processor(), reader(), now());
        let first = Desk::new().compose(&letter).unwrap();
        let again =
            compose(&Templates::from_bundle(&frozen.bytes).unwrap(), &letter, &Desk::new().envelope())
                .unwrap();
        assert_eq!(first, again);
        assert_eq!(first.hash, <[u8; 32]>::from(Sha256::digest(&first.bytes)));
    }
}

#[test]
fn a_reader_elsewhere_sees_its_own_time_and_ours_where_the_day_differs() {
    let los_angeles = Zone::get("America/Los_Angeles").unwrap();
    let effective_at = notice(NoticeKind::Announcement).changes[0].effective_at;
    let reader = Reader { zone: los_angeles, deadline: Some(Deadline::At(effective_at)), ..reader() };
    let text = text_of(&announcement_to(reader)).replace('\n', " ");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Planned start: Thursday 14 January 2027, 15:00 (Los Angeles time), which is Friday 15 January 2027 in Berlin"), "{words}");
    assert!(
        words.contains("You can object until: Thursday 14 January 2027, 15:00 (Los Angeles time)"),
        "{words}"
    );
}

#[test]
fn a_deadline_at_the_end_of_a_day_is_that_day_even_where_midnight_is_skipped() {
    let beirut = Zone::get("Asia/Beirut").unwrap();
    let deadline = beirut.first_instant("2027-03-28".parse().unwrap());
    assert_eq!(deadline.to_rfc3339(), "2027-03-27T22:00:00+00:00");
    let reader = Reader { zone: beirut, deadline: Some(Deadline::At(deadline)), ..reader() };
    let mail = read(&Desk::new().compose(&announcement_to(reader)).unwrap().bytes);
    assert!(mail.text.contains("Saturday 27 March 2027, 24:00 (Beirut time)"), "{}", mail.text);
    assert!(mail.subject.ends_with("you can object until 27 Mar 2027"));
}

#[test]
fn what_comes_back_names_the_delivery() {
    let desk = Desk::new();
    let composed = desk.compose(&announcement_to(reader())).unwrap();
    let delivery = DeliveryId(41 * 1024 + 3);
    let found = |text: &str| desk.keys.find_mail_token(text);
    assert_eq!(found(&composed.envelope_from), Some((MailPurpose::Bounce, delivery)));
    assert_eq!(found(&composed.message_id), Some((MailPurpose::Message, delivery)));
    let mail = MessageParser::default().parse(&composed.bytes).unwrap();
    let reply_to = mail.reply_to().unwrap().first().unwrap().address().unwrap();
    assert_eq!(found(reply_to), Some((MailPurpose::Reply, delivery)));
    assert_eq!(found(mail.references().as_text().unwrap()), Some((MailPurpose::Thread, delivery)));
    let html = mail.body_html(0).unwrap();
    let mailto = html.split("mailto:").nth(1).unwrap().split('?').next().unwrap();
    assert_eq!(found(mailto), Some((MailPurpose::Objection, delivery)));
    let object = html.split("/object/").nth(1).unwrap().split('"').next().unwrap();
    assert!(desk.keys.verify_link(&desk.keys.open_link(object).unwrap(), 0));
}

#[test]
fn an_answer_names_the_mail_it_answers_and_the_thread_before_it() {
    let mut desk = Desk::new();
    desk.earlier =
        vec!["m-old@replies.processor.example".to_owned(), "<evil".to_owned() + "\r\nBcc: a@b.example"];
    let letter = sample::letter(Kind::Answer, processor(), reader(), now());
    assert!(matches!(
        desk.compose(&letter),
        Err(ComposeError::ControlCharacter { field: "an earlier Message-ID" })
    ));
    desk.earlier.pop();
    let envelope = Envelope { in_reply_to: Some("abc@halden.example"), ..desk.envelope() };
    let headers = read(&compose(templates(), &letter, &envelope).unwrap().bytes).headers;
    assert!(headers.contains("\nIn-Reply-To: <abc@halden.example>\n"));
    let references = headers.split("References: ").nth(1).unwrap().split("\nMIME").next().unwrap();
    let references: Vec<_> = references.split_whitespace().collect();
    assert_eq!(references[1..], ["<m-old@replies.processor.example>", "<abc@halden.example>"]);
}

#[test]
fn a_name_with_a_line_break_is_refused_and_the_field_named() {
    let letter =
        announcement_to(Reader { customer: "Halden\r\nBcc: evil@evil.example".to_owned(), ..reader() });
    assert_eq!(
        Desk::new().compose(&letter).unwrap_err().to_string(),
        "the customer's name holds a line break or a NUL and cannot stand in a mail's header; correct it on record"
    );
}

#[test]
fn a_notice_without_a_recipient_on_file_is_refused() {
    let desk = Desk::new();
    let envelope = Envelope { recipient: None, ..desk.envelope() };
    let refusal = compose(templates(), &announcement_to(reader()), &envelope).unwrap_err();
    assert!(matches!(refusal, ComposeError::NoRecipient { .. }));
}

#[test]
fn an_address_beyond_ascii_is_marked_and_its_domain_is_not() {
    let mut desk = Desk::new();
    desk.to.address = "jürgen@bücher.example".to_owned();
    let composed = desk.compose(&announcement_to(reader())).unwrap();
    assert!(composed.smtputf8);
    assert_eq!(composed.envelope_to, "jürgen@xn--bcher-kva.example");
    desk.to.address = "juergen@bücher.example".to_owned();
    let composed = desk.compose(&announcement_to(reader())).unwrap();
    assert!(!composed.smtputf8 && composed.bytes.is_ascii());
}

/// The office with these lines more in `[smtp]`.
fn office_with(smtp: &str) -> Office {
    let text = CONFIGURATION.replace("[smtp]", &format!("[smtp]\n{smtp}"));
    let variables = std::iter::empty::<(String, String)>().collect();
    let text = format!("environment = \"test\"\n{text}");
    Office::of(&crate::config::parse(Path::new("forenotice.toml"), &text, &variables).unwrap().settings)
}

#[test]
fn a_relays_own_headers_name_the_delivery_and_switch_tracking_off() {
    for (smtp, expected) in [
        ("profile = \"ses\"", "X-SES-MESSAGE-TAGS: d=TOKEN\n"),
        (
            "profile = \"ses\"\nconfiguration_set = \"notices\"",
            "X-SES-CONFIGURATION-SET: notices\nX-SES-MESSAGE-TAGS: d=TOKEN\n",
        ),
        (
            "profile = \"sendgrid\"",
            "X-SMTPAPI: {\"unique_args\": {\"d\": \"TOKEN\"}, \"filters\": {\"clicktrack\": {\"settings\": {\"enable\": 0}}, \
             \"opentrack\": {\"settings\": {\"enable\": 0}}, \"subscriptiontrack\": {\"settings\": {\"enable\": 0}}}}\n",
        ),
        (
            "profile = \"postmark\"",
            "X-PM-Metadata-d: TOKEN\nX-PM-TrackOpens: false\nX-PM-TrackLinks: None\nX-PM-Message-Stream: outbound\n\
             X-PM-KeepID: true\n",
        ),
        ("profile = \"mailgun\"", "X-Mailgun-Variables: {\"d\": \"TOKEN\"}\nX-Mailgun-Track: no\n"),
    ] {
        let desk = Desk { office: office_with(smtp), ..Desk::new() };
        let composed = desk.compose(&announcement_to(reader())).unwrap();
        sound(&composed).unwrap();
        let text = String::from_utf8(composed.bytes).unwrap().replace("\r\n", "\n");
        let head = text.split_once("\n\n").unwrap().0.replace("\n ", " ") + "\n";
        let token = head.lines().find_map(|line| line.strip_prefix("X-Forenotice-Delivery: ")).unwrap();
        assert!(head.contains(&expected.replace("TOKEN", token)), "{head}");
    }
}

#[test]
fn a_relay_that_sends_as_its_mailbox_gets_that_on_the_envelope() {
    let envelope_from = |smtp: &str| {
        let desk = Desk { office: office_with(smtp), ..Desk::new() };
        desk.compose(&announcement_to(reader())).unwrap().envelope_from
    };
    assert_eq!(envelope_from("profile = \"m365\""), "privacy@processor.example");
    let verp = envelope_from("profile = \"google\"");
    assert!(verp.starts_with("b-") && verp.ends_with("@bounces.processor.example"), "{verp}");
}

#[test]
fn what_is_no_address_is_refused() {
    let mut desk = Desk::new();
    for address in ["", "jane", "jane@", "@halden.example", "a b@halden.example", "jane@halden.example>"] {
        desk.to.address = address.to_owned();
        assert!(
            matches!(desk.compose(&announcement_to(reader())), Err(ComposeError::Address { .. })),
            "{address}"
        );
    }
}

#[test]
fn twenty_changes_fit_and_two_hundred_are_refused_by_size() {
    let mut facts = notice(NoticeKind::Announcement);
    let change = facts.changes[0].clone();
    facts.changes = vec![change.clone(); 12];
    let composed = Desk::new().compose(&Letter::notice(Arc::new(facts.clone()), reader())).unwrap();
    sound(&composed).unwrap();
    facts.changes = vec![change; 200];
    let refusal = Desk::new().compose(&Letter::notice(Arc::new(facts), reader())).unwrap_err();
    assert!(matches!(refusal, ComposeError::TooLarge { .. }), "{refusal}");
}

/// Every text of a letter's facts replaced, one at a time.
fn with_hostile_texts(letter: &Letter, hostile: &str) -> Vec<(String, Letter)> {
    let (facts, reader) = match letter {
        Letter::Notice { facts, reader } => (serde_json::to_value(&**facts), serde_json::to_value(&**reader)),
        Letter::Occasional(letter) => (serde_json::to_value(&**letter), Ok(serde_json::Value::Null)),
    };
    let whole = serde_json::json!({ "facts": facts.unwrap(), "reader": reader.unwrap() });
    let mut paths = Vec::new();
    texts(&whole, "", &mut paths);
    let replaced = paths.into_iter().filter_map(|path| {
        let mut changed = whole.clone();
        *changed.pointer_mut(&path).unwrap() = hostile.into();
        let letter = match letter {
            Letter::Notice { .. } => Letter::notice(
                Arc::new(serde_json::from_value(changed["facts"].clone()).ok()?),
                serde_json::from_value(changed["reader"].clone()).ok()?,
            ),
            Letter::Occasional(_) => {
                Letter::occasional(serde_json::from_value(changed["facts"].clone()).ok()?)
            }
        };
        Some((path, letter))
    });
    replaced.collect()
}

fn texts(value: &serde_json::Value, path: &str, found: &mut Vec<String>) {
    match value {
        serde_json::Value::String(_) => found.push(path.to_owned()),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| texts(item, &format!("{path}/{at}"), found));
        }
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| texts(field, &format!("{path}/{name}"), found));
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

#[test]
fn a_hostile_value_in_any_field_gives_a_sound_mail_or_a_refusal() {
    let long = "Ω".repeat(10_000);
    let nasty = concat!(
        "\"><script>alert(1)</script><img src=https://evil.example/x.png> Evil\u{202e}gro.live\u{2066} ",
        "👩‍👩‍👧‍👦 שלום مرحبا 日本語 {{ 7 * 7 }} {% raw %} { $deadline } =?utf-8?q?Evil?=",
    );
    let breaking = "Evil\r\nBcc: evil@evil.example\r\n\r\nHello\0";
    let hostile = [nasty, breaking, long.as_str(), ""];
    let (mut composed, mut refused) = (0, 0);
    for kind in Kind::ALL {
        let letter = sample::letter(kind, processor(), reader(), now());
        for value in hostile {
            for (path, letter) in with_hostile_texts(&letter, value) {
                match Desk::new().compose(&letter) {
                    Ok(mail) => {
                        sound(&mail).unwrap_or_else(|fault| panic!("{path} = {value:?}: {fault}"));
                        composed += 1;
                    }
                    Err(ComposeError::ControlCharacter { .. } | ComposeError::TooLarge { .. }) => {
                        refused += 1;
                    }
                    Err(other) => panic!("{path} = {value:?}: {other}"),
                }
            }
        }
    }
    assert!(composed > 500 && refused > 20, "{composed} composed, {refused} refused");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_names_give_a_sound_mail(
        customer in "[^\r\n\0]{0,80}", contact in "[^\r\n\0]{0,80}", name in "[^\r\n\0]{0,80}", to in "[^\r\n\0]{0,80}",
    ) {
        let mut facts = notice(NoticeKind::Announcement);
        facts.changes[0].facts.name = name;
        let reader = Reader { customer, contact_name: Some(contact), ..reader() };
        let mut desk = Desk::new();
        desk.to.name = Some(to);
        let composed = desk.compose(&Letter::notice(Arc::new(facts), reader)).unwrap();
        sound(&composed)?;
    }
}
