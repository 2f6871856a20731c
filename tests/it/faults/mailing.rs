//! A mailing to be troubled: customers written as rows, one addition scheduled and fanned out by the actions.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use forenotice::actions::{announce, deliver, schedule_change};
use forenotice::demo::mailbox::Mail;
use forenotice::domain::change::ChangeKind;
use forenotice::domain::request::Request;
use sha2::{Digest, Sha256};
use sqlx::FromRow;

use crate::support::World;

/// A contact of a customer: its address is `<name>@<customer>.example`.
pub struct Contact {
    pub name: &'static str,
    pub role: &'static str,
}

pub const DPO: Contact = Contact { name: "dpo", role: "privacy" };

pub struct Mailing {
    pub world: World,
}

/// What a test asks about a letter's row.
#[derive(Debug, Clone, FromRow)]
pub struct Row {
    pub id: i64,
    pub state: String,
    pub attempts: i16,
    pub in_doubt: bool,
    pub relay_code: Option<i16>,
    pub relay_words: Option<String>,
    pub composed_at: Option<DateTime<Utc>>,
    pub message_hash: Option<Vec<u8>>,
    pub suppressed: bool,
}

impl Mailing {
    /// The announcement of an addition, fanned out to these customers at its send window.
    pub async fn to(customers: &[(&str, &[Contact])]) -> Self {
        Self::configured(&[], customers).await
    }

    /// The same under other settings.
    pub async fn configured(settings: &[(&str, &str)], customers: &[(&str, &[Contact])]) -> Self {
        let world = World::configured("2026-11-23T06:00Z", settings).await;
        let mut rows = String::new();
        for (customer, contacts) in customers {
            write!(
                rows,
                "with c as (insert into customer (reference, name) values ('{customer}', '{customer} Ltd') returning id),
                 k as (insert into contract (customer_id, reference, document, clause, products, signed_on)
                       select id, 'main', 'data processing agreement', 'section 6', '{{}}', '2025-01-01' from c returning id),
                 t as (insert into contract_terms (contract_id, valid_from, terms) select id, '2025-01-01',
                       '{{\"time_zone\": \"Europe/Berlin\", \"notice\": {{\"n\": 30, \"start\": \"handed_over\"}},
                         \"objection\": {{\"n\": 14}}}}' from k)
                 insert into recipient (customer_id, address, name, role, rank)
                 select id, r.name || '@{customer}.example', r.name, r.role, r.rank from c, (values {}) r(name, role, rank);",
                contacts
                    .iter()
                    .enumerate()
                    .map(|(rank, contact)| format!("('{}', '{}', {rank})", contact.name, contact.role))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
            .unwrap();
        }
        world.as_superuser(&rows).await;
        let facts = [
            ("legal_entity", "Nimbus GmbH"),
            ("address", "Ring 2, 10115 Berlin"),
            ("contact", "privacy@nimbus.example"),
            ("category", "hosting"),
            ("purpose", "hosting of the service"),
            ("nature", "storage, while the agreement lasts"),
            ("countries", "DE"),
            ("data_types", "names; addresses"),
            ("data_subjects", "employees"),
            ("transfer_mechanism", "none"),
            ("safeguards", "encryption at rest"),
            ("products", "all"),
        ];
        let request = Request {
            kind: ChangeKind::Addition,
            name: "Nimbus".to_owned(),
            replaces: None,
            facts: facts.map(|(fact, value)| (fact.to_owned(), value.to_owned())).to_vec(),
            reason: "more capacity".to_owned(),
            effective: Some("2027-02-15".parse().unwrap()),
            emergency: None,
            attested: None,
        };
        let done = schedule_change::schedule(&world.cx, world.dpo.clone(), &request).await.unwrap();
        let mailing = Self { world };
        mailing.at(done.notice_at.unwrap()).await;
        announce::run_once(&mailing.world.cx).await.unwrap();
        mailing
    }

    /// One customer with one contact, `dpo@acme.example`.
    pub async fn to_one() -> Self {
        Self::to(&[("acme", &[DPO])]).await
    }

    /// Moves the clock, and nothing else.
    pub async fn at(&self, instant: DateTime<Utc>) {
        let sql = format!("update installation set simulated_at = '{}'", instant.to_rfc3339());
        self.world.as_superuser(&sql).await;
    }

    pub async fn later(&self, by: TimeDelta) {
        // How long a relay that failed is left alone is real time, 20 ms in a rehearsal; the queue's instants are simulated.
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        self.at(self.world.now().await + by).await;
    }

    /// A pass over the letters of each lane; what they did.
    pub async fn send(&self) -> u64 {
        let mailings = deliver::mailings(&self.world.cx).await.unwrap();
        mailings.done + deliver::singles(&self.world.cx).await.unwrap().done
    }

    /// The letter of the notice to this address.
    pub async fn row(&self, address: &str) -> Row {
        sqlx::query_as(
            "select d.id, d.state, d.attempts, d.in_doubt, d.relay_code, d.relay_words, d.composed_at, d.message_hash,
                    r.suppressed_at is not null as suppressed
             from delivery d join recipient r on r.id = d.recipient_id where r.address = $1",
        )
        .bind(address)
        .fetch_one(self.world.cx.db.pool())
        .await
        .unwrap()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.world.cx.db.pool()).await.unwrap()
    }

    pub async fn obligations(&self, state: &'static str) -> i64 {
        sqlx::query_scalar("select count(*) from obligation where state = $1")
            .bind(state)
            .fetch_one(self.world.cx.db.pool())
            .await
            .unwrap()
    }

    pub async fn change_state(&self) -> String {
        sqlx::query_scalar("select state from change").fetch_one(self.world.cx.db.pool()).await.unwrap()
    }

    /// The letters to the data protection officer about somebody who could not be reached.
    pub fn alerts(&self) -> Vec<Mail> {
        self.world.mailbox.mails_to("dpo@processor.example")
    }

    /// From now on no acceptance can be recorded: the database answers with this code.
    pub async fn records_none(&self, code: &str) {
        let refuse = format!(
            "create sequence refusals; grant select on refusals to public;
             create function refuse() returns trigger language plpgsql security definer set search_path = forenotice as $$
             begin perform nextval('refusals'); raise exception 'refused' using errcode = '{code}'; end $$;
             create trigger refuse before update on delivery for each row
             when (new.state = 'accepted') execute function refuse()"
        );
        self.world.as_superuser(&refuse).await;
    }

    /// They can again.
    pub async fn records_again(&self) {
        self.world
            .as_superuser("drop trigger refuse on delivery; drop function refuse; drop sequence refusals")
            .await;
    }

    /// The letter of the notice by which the customer is served.
    pub async fn served_by(&self) -> i64 {
        self.count("select served_by from obligation").await
    }

    /// A lease that its sender will not come back to has run out.
    pub async fn lease_runs_out(&self) {
        self.world
            .as_superuser("update batch set leased_until = clock_timestamp() - interval '1 second' where leased_until is not null")
            .await;
    }
}

pub fn sha256(mail: &Mail) -> Vec<u8> {
    Sha256::digest(&mail.bytes).to_vec()
}
