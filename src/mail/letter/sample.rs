//! Dull facts for every kind of letter: what `mail preview` shows before there is a change, and what tests begin with.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::{
    Alarm, Alert, Answer, Arrival, Authorised, ChangeName, Confirmation, Deadline, Digest, DigestChange,
    DigestFailure, DigestObjection, HeldBack, Kind, Letter, Occasional, Reader, Receipt, ReplyReceipt,
    Standing, Test,
};
use crate::domain::change::{ChangeId, ChangeKind, State};
use crate::domain::customer::{Authorisation, Grounds, Wishes};
use crate::domain::notice::{ChangeFacts, Correction, NoticeFacts, NoticeKind, Processor};
use crate::domain::objection::Resolution;
use crate::domain::subprocessor::{Facts, List, SubprocessorId};
use crate::domain::zone::Zone;

/// A letter of `kind` from `processor` as it would look if it left `now`, with invented facts, to `reader`.
pub fn letter(kind: Kind, processor: Processor, reader: Reader, now: DateTime<Utc>) -> Letter {
    let notice_kind = match kind {
        Kind::Announcement => NoticeKind::Announcement,
        Kind::Reminder => NoticeKind::Reminder,
        Kind::Rescheduled => NoticeKind::Rescheduled,
        Kind::Withdrawn => NoticeKind::Withdrawn,
        Kind::Held => NoticeKind::Held,
        Kind::Effective => NoticeKind::Effective,
        Kind::Corrected => NoticeKind::Corrected,
        Kind::Receipt
        | Kind::Reply
        | Kind::Answer
        | Kind::Authorised
        | Kind::Confirmation
        | Kind::Alert
        | Kind::Digest
        | Kind::Test => {
            return Letter::occasional(occasional(kind, processor, &reader, now));
        }
    };
    Letter::notice(Arc::new(notice(notice_kind, processor, &reader.zone, now)), reader)
}

/// A notice about one addition, 53 days ahead.
pub fn notice(kind: NoticeKind, processor: Processor, zone: &Zone, now: DateTime<Utc>) -> NoticeFacts {
    let today = zone.day_of(now);
    let mut facts = NoticeFacts::about(kind, processor, zone.clone(), vec![addition(zone, later(today, 53))]);
    "NTC-2026-0012".clone_into(&mut facts.reference);
    facts.announced_on = (kind != NoticeKind::Announcement).then_some(today);
    facts.old_effective_on = matches!(kind, NoticeKind::Rescheduled).then(|| later(today, 39));
    facts.why = (kind == NoticeKind::Withdrawn).then(|| "We found a way without it.".to_owned());
    facts.correction = (kind == NoticeKind::Corrected).then(|| Correction {
        field: "the address of Anthropic".to_owned(),
        old_value: "584 Market Street".to_owned(),
        new_value: "548 Market Street".to_owned(),
    });
    facts
}

/// A notice about three changes of one day: the addition, a material change, and a removal.
pub fn of_several(mut facts: NoticeFacts) -> NoticeFacts {
    let Some(first) = facts.changes.first().cloned() else { return facts };
    let stated = |name: &str, entity: &str, purpose: &str| Facts {
        name: name.to_owned(),
        legal_entity: entity.to_owned(),
        purpose: purpose.to_owned(),
        ..subprocessor()
    };
    let list = |value: &str| List(vec![value.to_owned()]);
    let today = stated("Pinecone", "Pinecone Systems, Inc.", "Keeps the texts from which bots answer");
    let planned = Facts { regions: list("European Union"), products: list("Bots"), ..today.clone() };
    facts.changes.extend([
        ChangeFacts {
            id: ChangeId(2),
            reference: "CHG-2026-0008".to_owned(),
            kind: ChangeKind::MaterialChange,
            subprocessor: SubprocessorId(2),
            facts: planned,
            before: Some(today),
            reason: "Lower latency for European customers".to_owned(),
            ..first.clone()
        },
        ChangeFacts {
            id: ChangeId(3),
            reference: "CHG-2026-0009".to_owned(),
            kind: ChangeKind::Removal,
            subprocessor: SubprocessorId(3),
            facts: stated("Heap", "Heap, Inc.", "Counts how pages are used"),
            reason: "We count nothing any more".to_owned(),
            ..first
        },
    ]);
    facts
}

fn addition(zone: &Zone, effective_on: NaiveDate) -> ChangeFacts {
    ChangeFacts {
        id: ChangeId(1),
        reference: "CHG-2026-0007".to_owned(),
        kind: ChangeKind::Addition,
        subprocessor: SubprocessorId(1),
        facts: subprocessor(),
        before: None,
        replaces: None,
        reason: "Customers have asked for a second family of language models.".to_owned(),
        effective_on,
        effective_at: zone.first_instant(effective_on),
        emergency: None,
        for_each: false,
    }
}

/// A subprocessor with every fact of the fact sheet.
pub fn subprocessor() -> Facts {
    let list = |values: &[&str]| List(values.iter().map(|value| (*value).to_owned()).collect());
    Facts {
        name: "Anthropic".to_owned(),
        legal_entity: "Anthropic, PBC".to_owned(),
        address: "548 Market Street, San Francisco, CA 94104, United States".to_owned(),
        contact: "privacy@anthropic.example".to_owned(),
        website: "https://anthropic.example".to_owned(),
        category: "AI Services".to_owned(),
        purpose: "Answers from a language model, where you choose one of its models for a bot".to_owned(),
        nature: "Messages are processed when a bot is asked, and kept for 30 days".to_owned(),
        countries: list(&["US"]),
        regions: list(&[]),
        data_types: list(&["Conversation messages", "context submitted to AI models"]),
        data_subjects: list(&["People who talk to your bots"]),
        products: list(&["Bots", "Widgets", "API"]),
        transfer_mechanism: "SCC (2021), module three, and UK IDTA".to_owned(),
        safeguards: "Encrypted in transit and at rest; no training on your data".to_owned(),
        affiliate: "no".to_owned(),
        engaged_by: String::new(),
    }
}

/// A contact of an invented customer whose deadline is 30 days ahead.
pub fn reader(zone: &Zone, now: DateTime<Utc>) -> Reader {
    Reader {
        standing: Standing::Contact,
        customer: "Halden Logistics GmbH".to_owned(),
        customer_reference: Some("C-1042".to_owned()),
        contact_name: Some("Petra Lindqvist".to_owned()),
        language: "en".to_owned(),
        zone: zone.clone(),
        document: Some("your data processing agreement of 3 May 2024".to_owned()),
        clause: Some("section 6".to_owned()),
        authorisation: Authorisation::General,
        grounds: Grounds::None,
        deadline: Some(Deadline::At(zone.first_instant(later(zone.day_of(now), 31)))),
        now,
        objection: None,
        excluded: false,
        authorised_on: None,
        emergency: None,
        acts_for_others: false,
        in_force: None,
        was_not_meant: false,
    }
}

fn occasional(kind: Kind, processor: Processor, reader: &Reader, now: DateTime<Utc>) -> Occasional {
    let zone = reader.zone.clone();
    let language = reader.language.clone();
    let today = zone.day_of(now);
    let objection_ref = "OBJ-2026-0003".to_owned();
    match kind {
        Kind::Receipt => Occasional::Receipt(Receipt {
            processor,
            language,
            zone,
            objection_ref,
            changes: vec![change_name()],
            late: Vec::new(),
            held_back: HeldBack::Use,
            customer: reader.customer.clone(),
            on_behalf_of: None,
            sender: reader.contact_name.clone().unwrap_or_else(|| reader.customer.clone()),
            received_at: now,
            arrival: match reader.deadline {
                Some(deadline) => Arrival::InTime { deadline },
                None => Arrival::AlreadyInForce { since: today },
            },
            answer_due_on: later(today, 14),
            statement: "We object: our works council has not agreed to transfers to the United States."
                .to_owned(),
            object_page: None,
            in_reply_to: None,
        }),
        Kind::Reply => Occasional::Reply(reply_receipt(processor, reader, now)),
        Kind::Answer => Occasional::Answer(Answer {
            processor,
            language,
            zone,
            objection_ref,
            changes: vec![change_name()],
            held_back: HeldBack::Use,
            customer: reader.customer.clone(),
            contact_name: reader.contact_name.clone(),
            received_at: now - TimeDelta::days(3),
            words: "Thank you for your objection.\n\nWe have switched the new models off for your bots."
                .to_owned(),
            outcome: Some(Resolution::Accommodated {
                reason: "The customer does not want transfers to the United States.".to_owned(),
                how: Some("feature switch models.second_family".to_owned()),
            }),
            object_page: None,
            taken_back_by: None,
            in_reply_to: None,
        }),
        Kind::Authorised => Occasional::Authorised(authorised(processor, reader, now)),
        Kind::Confirmation => Occasional::Confirmation(Confirmation {
            processor,
            language,
            zone,
            valid_until: now + TimeDelta::days(7),
            wishes: Wishes::default(),
        }),
        Kind::Alert => Occasional::Alert(Alert { processor, zone, at: now, what: alarm(reader) }),
        Kind::Digest => Occasional::Digest(digest(processor, reader, now)),
        Kind::Announcement
        | Kind::Reminder
        | Kind::Rescheduled
        | Kind::Withdrawn
        | Kind::Held
        | Kind::Effective
        | Kind::Corrected
        | Kind::Test => Occasional::Test(Test { processor, zone, at: now }),
    }
}

fn reply_receipt(processor: Processor, reader: &Reader, now: DateTime<Utc>) -> ReplyReceipt {
    ReplyReceipt {
        processor,
        language: reader.language.clone(),
        zone: reader.zone.clone(),
        message: 17,
        in_reply_to: None,
        changes: vec![change_name()],
        customer: reader.customer.clone(),
        received_at: now,
        deadline: reader.deadline.unwrap_or(Deadline::UntilEffect(now)),
        answer_due_on: later(reader.zone.day_of(now), 14),
        statement: "Where are the servers of the new company?".to_owned(),
        answers: None,
    }
}

fn authorised(processor: Processor, reader: &Reader, now: DateTime<Utc>) -> Authorised {
    Authorised {
        processor,
        language: reader.language.clone(),
        zone: reader.zone.clone(),
        change: change_name(),
        customer: reader.customer.clone(),
        said_by: "privacy@halden.example".to_owned(),
        said_at: now,
        object_page: None,
    }
}

fn alarm(reader: &Reader) -> Alarm {
    Alarm::Unreachable {
        change: change_name(),
        customer: reader.customer.clone(),
        address: "privacy@halden.example".to_owned(),
        code: Some(550),
        words: "5.1.1 <privacy@halden.example>: Recipient address rejected: User unknown".to_owned(),
    }
}

fn digest(processor: Processor, reader: &Reader, now: DateTime<Utc>) -> Digest {
    let today = reader.zone.day_of(now);
    Digest {
        processor,
        day: today,
        zone: reader.zone.clone(),
        objections: vec![DigestObjection {
            reference: "OBJ-2026-0003".to_owned(),
            change_ref: "CHG-2026-0007".to_owned(),
            customer: reader.customer.clone(),
            in_time: true,
            answer_due_on: later(today, 4),
            overdue: false,
            settle_by: None,
        }],
        changes: vec![DigestChange {
            change: change_name(),
            state: State::InNotice,
            effective_on: later(today, 53),
            awaits_approval: false,
            in_use_since: None,
            reasons: vec!["One objection received in time is not resolved.".to_owned()],
        }],
        failures: vec![DigestFailure {
            customer: "Bolt Freight Ltd".to_owned(),
            address: "dpo@bolt.example".to_owned(),
            code: Some(550),
            words: "5.1.1 no such user".to_owned(),
        }],
        exclusions: Vec::new(),
        waiting: 2,
        latest_at: Some(now + TimeDelta::days(9)),
    }
}

fn change_name() -> ChangeName {
    ChangeName { reference: "CHG-2026-0007".to_owned(), subprocessor: "Anthropic".to_owned() }
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}
