//! What comes by mail: objections, replies that a person rules on, what machines answer, and withdrawals, which no mail can make.

use std::collections::BTreeSet;

use forenotice::actions::lodge_objection::{Became, Lodged};
use forenotice::actions::{receive_mail, rule_on_mail};
use forenotice::domain::access::MailPurpose;
use forenotice::domain::change::State;
use forenotice::domain::delivery::DeliveryId;
use forenotice::domain::inbox::Ruling;
use forenotice::domain::objection::Timeliness;
use forenotice::mail::inbox::{Arrival, What};
use forenotice::store::inbound::MessageId;

use super::Simulation;
use crate::simulation::model::{Customer, Report, SECOND};

/// An announcement about one change that somebody has.
#[derive(Clone, sqlx::FromRow)]
struct Letter {
    id: i64,
    notice: i64,
    change: String,
    owner: String,
    address: String,
}

/// What became of a mail that is an objection.
#[derive(sqlx::FromRow)]
struct OnFile {
    reference: String,
    is_new: bool,
    late: bool,
    answer_due_on: chrono::NaiveDate,
}

impl Simulation {
    /// For whom a customer's contacts, or a subscriber, speak.
    pub(super) fn spoken_for(&self, speaker: &Customer) -> Option<String> {
        let own = !speaker.subscribes || self.model.policy.subscribers_count;
        speaker.linked_to.clone().or_else(|| own.then(|| speaker.reference.clone()))
    }

    pub(super) async fn write_mail(&mut self) {
        match self.random.below(6) {
            0..2 => self.object_by_mail().await,
            2..4 => self.reply().await,
            4 => self.answer_by_machine().await,
            _ => self.withdraw_by_mail().await,
        }
    }

    /// A letter about something that is open or in force, of which its reader's customer was to be told.
    async fn pick_letter(&mut self) -> Option<(Letter, Option<String>)> {
        let letters: Vec<Letter> = sqlx::query_as(
            "select d.id, n.id as notice, c.reference as change, k.reference as owner, r.address
             from delivery d join notice n on n.id = d.notice_id and n.kind = 'announcement'
             join notice_change nc on nc.notice_id = n.id join change c on c.id = nc.change_id
             join recipient r on r.id = d.recipient_id join customer k on k.id = r.customer_id
             where d.accepted_at is not null and (select count(*) from notice_change x where x.notice_id = n.id) = 1
             order by d.id, c.id",
        )
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap();
        let fits = |letter: &Letter| {
            let change = self.model.change(&letter.change);
            let customer = self.spoken_for(self.model.customer(&letter.owner));
            let is_owed = |customer: &String| {
                change.cases.get(customer).is_some_and(|case| !case.informed && case.exempt.is_none())
            };
            (change.is_open() || change.state == State::Effective) && customer.as_ref().is_none_or(is_owed)
        };
        let fitting: Vec<Letter> = letters.into_iter().filter(fits).collect();
        if fitting.is_empty() {
            return None;
        }
        let letter = self.random.pick(&fitting);
        let customer = self.spoken_for(self.model.customer(&letter.owner));
        Some((letter, customer))
    }

    pub(super) fn address_of(&self, purpose: MailPurpose, letter: i64) -> String {
        let token = self.world.cx.keys.mail_token(purpose, DeliveryId(letter)).unwrap();
        let domain = if purpose == MailPurpose::Bounce { "bounces" } else { "replies" };
        format!("{token}@{domain}.processor.example")
    }

    /// A mail comes in by a door of its own, and what follows from it is done. Its number.
    pub(super) async fn comes(&mut self, raw: &str, to: &str) -> i64 {
        let (door, first_byte_at) = receive_mail::open_door(&self.world.cx, "a test").await.unwrap();
        assert_eq!(first_byte_at, self.model.now);
        let arrival = Arrival {
            what: What::Mail,
            raw: raw.as_bytes().to_vec(),
            first_byte_at,
            by_our_server: true,
            sender: None,
            recipients: vec![to.to_owned()],
        };
        receive_mail::receive(&self.world.cx, door, vec![arrival]).await.unwrap();
        receive_mail::close_door(&self.world.cx, door).await.unwrap();
        self.world.settle().await;
        sqlx::query_scalar("select max(id) from inbound_message")
            .fetch_one(self.world.cx.db.pool())
            .await
            .unwrap()
    }

    fn mail(&self, from: &str, subject: &str, words: &str) -> String {
        let number = self.log.len();
        format!(
            "From: {from}\r\nTo: privacy@processor.example\r\nSubject: {subject}\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n\
             Message-ID: <{number}@mail.example>\r\n\r\n{words} {number}\r\n"
        )
    }

    /// To the address for objections, or as an answer that begins with the word; now and then two doors see it.
    async fn object_by_mail(&mut self) {
        let Some((letter, customer)) = self.pick_letter().await else { return };
        let (purpose, subject) =
            self.random.pick(&[(MailPurpose::Objection, "Nimbus"), (MailPurpose::Reply, "OBJECT")]);
        let (raw, to) = (self.mail(&letter.address, subject, "No."), self.address_of(purpose, letter.id));
        let mail = self.comes(&raw, &to).await;
        if self.random.once_in(2) {
            assert_eq!(self.comes(&format!("Received: from a by b; never\r\n{raw}"), &to).await, mail);
        }
        self.did("object by mail", format!("{mail}, {} to {}", letter.address, letter.change));
        self.has_it(&letter);
        self.on_file(mail, &letter, customer.as_deref()).await;
    }

    /// Whoever answers, or whose machine does, has the letter.
    fn has_it(&mut self, letter: &Letter) {
        self.model.reported(letter.notice, &letter.owner, &letter.address, Report::Arrived(None));
    }

    async fn on_file(&mut self, mail: i64, letter: &Letter, customer: Option<&str>) {
        let on_file: Option<OnFile> = sqlx::query_as(
            "select o.reference, o.message_id is not distinct from m.id as is_new, o.answer_due_on,
                    exists (select from objection_change x where x.objection_id = o.id and not x.in_time) as late
             from inbound_message m join objection o on o.id = m.objection_id where m.id = $1 and m.state = 'done'",
        )
        .bind(mail)
        .fetch_optional(self.world.cx.db.pool())
        .await
        .unwrap();
        let Some(on_file) = on_file else {
            panic!("SEED={} mail {mail} is not on file\n{}", self.seed, self.story())
        };
        let lodged = Lodged {
            became: if on_file.is_new { Became::AnObjection } else { Became::PartOf },
            reference: on_file.reference,
            timeliness: if on_file.late { Timeliness::Late } else { Timeliness::InTime },
            received_at: self.model.now,
            answer_due_on: on_file.answer_due_on,
            receipts_to: Vec::new(),
        };
        let changes = [letter.change.clone()];
        self.lodged(&changes, customer, &letter.address, self.model.now, &lodged).await;
    }

    /// It holds what it may object to, until a person says what it is.
    async fn reply(&mut self) {
        let Some((letter, customer)) = self.pick_letter().await else { return };
        let raw = self.mail(&letter.address, "Re: your letter", "Where are its servers?");
        let mail = self.comes(&raw, &self.address_of(MailPurpose::Reply, letter.id)).await;
        self.has_it(&letter);
        let expected = self.held_by_reply(&letter.change, customer.as_deref());
        let held: Vec<String> = sqlx::query_scalar(
            "select c.reference from inbound_hold h join change c on c.id = h.change_id
             where h.message_id = $1 and h.released_at is null and 'reply_untriaged' = any (array(select gate_shut_by(c.id, $2)))",
        )
        .bind(mail)
        .bind(self.model.now + SECOND)
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap();
        let held: BTreeSet<String> = held.into_iter().collect();
        let words = format!("{mail}, {} about {}, holds {expected:?}", letter.address, letter.change);
        assert_eq!(held, expected, "SEED={} {words}\n{}", self.seed, self.story());
        let ruling =
            if customer.is_some() && self.random.once_in(2) { Ruling::Objection } else { Ruling::Question };
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        rule_on_mail::rule(cx, dpo, MessageId(mail), ruling, None, None).await.unwrap();
        self.world.settle().await;
        self.did("reply", format!("{words}: {ruling}"));
        if ruling == Ruling::Objection {
            self.on_file(mail, &letter, customer.as_deref()).await;
        }
    }

    /// What the letter is about, while it is open; else all that its reader's customer was told of. What is late holds nothing.
    fn held_by_reply(&self, about: &str, customer: Option<&str>) -> BTreeSet<String> {
        let told = self.model.changes.iter().filter(|change| {
            let is_owed = |customer: &str| {
                change.cases.get(customer).is_some_and(|case| case.exempt.is_none() && !case.informed)
            };
            change.is_open() && change.published_at.is_some() && customer.is_none_or(is_owed)
        });
        let told: Vec<&str> = told.map(|change| change.reference.as_str()).collect();
        let is_meant = |change: &str| customer.is_none() || !told.contains(&about) || change == about;
        let in_time =
            |change: &str| customer.is_none_or(|c| self.model.is_in_time(change, c, self.model.now));
        told.iter()
            .filter(|change| is_meant(change) && in_time(change))
            .map(|&change| change.to_owned())
            .collect()
    }

    /// Nothing follows from it, and nobody is written to.
    async fn answer_by_machine(&mut self) {
        let Some((letter, _)) = self.pick_letter().await else { return };
        let before = self.world.mailbox.mails().len();
        let raw =
            self.mail(&letter.address, "Automatic reply: your letter", "OBJECT. I am away until Monday.");
        let raw = format!("Auto-Submitted: auto-replied\r\n{raw}");
        let mail = self.comes(&raw, &self.address_of(MailPurpose::Bounce, letter.id)).await;
        self.did("answer by machine", format!("{mail}, of {} about {}", letter.address, letter.change));
        self.has_it(&letter);
        let done: bool = sqlx::query_scalar(
            "select class = 'auto_reply' and state = 'done' and objection_id is null from inbound_message where id = $1",
        )
        .bind(mail)
        .fetch_one(self.world.cx.db.pool())
        .await
        .unwrap();
        assert!(done && self.world.mailbox.mails().len() == before, "SEED={} {}", self.seed, self.story());
    }

    /// An answer to a receipt is part of its case, and ends nothing: that takes the link.
    async fn withdraw_by_mail(&mut self) {
        let open: Vec<(i64, String, String)> = sqlx::query_as(
            "select d.id, o.reference, r.address from delivery d join recipient r on r.id = d.recipient_id
             join objection o on d.letter_key = 'receipt:' || o.reference || ':' || r.id
             where d.accepted_at is not null and o.state <> 'resolved' order by d.id",
        )
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap();
        if open.is_empty() {
            return;
        }
        let (receipt, case, address) = self.random.pick(&open);
        let raw = self.mail(&address, &format!("Re: Receipt {case}"), "We withdraw our objection.");
        let mail = self.comes(&raw, &self.address_of(MailPurpose::Reply, receipt)).await;
        self.did("withdraw by mail", format!("{mail}, of {case} by {address}"));
        let is_part: bool = sqlx::query_scalar(
            "select exists (select from correspondence q join objection o on o.id = q.objection_id
                            where q.message_id = $1 and o.reference = $2 and o.state <> 'resolved')",
        )
        .bind(mail)
        .bind(&case)
        .fetch_one(self.world.cx.db.pool())
        .await
        .unwrap();
        assert!(is_part, "SEED={} {}", self.seed, self.story());
    }
}
