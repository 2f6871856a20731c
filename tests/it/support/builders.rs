//! A world stated in a few lines, by the acts that a processor's people and customers do.
//!
//! ```ignore
//! let world = World::on("2026-11-23T09:00Z").await;
//! world.customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n").await;
//! let planned = world.schedule(&addition("Nimbus", "2027-02-01")).await;
//! world.advance_to(ANNOUNCED).await;
//! world.object("dpo@acme.example", "We object.").await;
//! ```

use forenotice::actions::import_customers::{Import, Mode};
use forenotice::actions::lodge_objection::{self, Lodged, Statement};
use forenotice::actions::schedule_change::{self, Done};
use forenotice::demo::mailbox::Mail;
use forenotice::domain::account::Role;
use forenotice::domain::change::{Change, ChangeKind};
use forenotice::domain::ledger::Actor;
use forenotice::domain::objection::{Asked, Channel, Outcome};
use forenotice::domain::recipient::RecipientId;
use forenotice::domain::request::Request;
use forenotice::domain::table::Mapping;
use forenotice::store::{self, account, change};

use super::World;

/// The addition of a subprocessor for everybody, its fact sheet complete.
pub fn addition(name: &str, effective: &str) -> Request {
    let facts = [
        ("legal_entity", "Nimbus GmbH"),
        ("address", "Ring 2, 10115 Berlin"),
        ("contact", "privacy@nimbus.example"),
        ("category", "hosting"),
        ("purpose", "hosting of the service"),
        ("nature", "storage, while the agreement lasts"),
        ("countries", "DE"),
        ("data_types", "names"),
        ("data_subjects", "employees"),
        ("transfer_mechanism", "none"),
        ("safeguards", "encryption at rest"),
        ("products", "all"),
    ];
    Request {
        kind: ChangeKind::Addition,
        name: name.to_owned(),
        replaces: None,
        facts: facts.map(|(fact, value)| (fact.to_owned(), value.to_owned())).to_vec(),
        reason: "more capacity".to_owned(),
        effective: Some(effective.parse().unwrap()),
        emergency: None,
        attested: None,
    }
}

/// A resolution that opens the gate at once: the customer has agreed on a condition.
pub fn mitigated_as_agreed() -> Asked {
    Asked {
        outcome: Outcome::Mitigated,
        reason: "as agreed".to_owned(),
        condition: Some("data stay in the EU".to_owned()),
        how: None,
        last_day: None,
        remedies: None,
        refund: None,
        agreed: None,
        contacts_asked: None,
        attached: None,
    }
}

impl World {
    /// Imports customers from the text of a file, every row of which is taken.
    pub async fn customers(&self, csv: &str) {
        let mut import = Import::new(&self.cx, self.dpo.clone(), Mode::Write, Mapping::default());
        import.push(csv.as_bytes()).await.unwrap();
        let imported = import.finish().await.unwrap();
        assert!(!imported.refused && imported.rejected.is_empty(), "{imported:?}");
    }

    /// Schedules a change, as the data protection officer.
    pub async fn schedule(&self, request: &Request) -> Done {
        schedule_change::schedule(&self.cx, self.dpo.clone(), request).await.unwrap()
    }

    /// Another of the processor's people, who may approve.
    pub async fn second_person(&self) -> Actor {
        let email = "second@processor.example".to_owned();
        let mut tx = self.cx.begin(self.dpo.clone()).await.unwrap();
        let id = account::insert(&mut tx, &email, "Sam Second", Role::Approver).await.unwrap().unwrap();
        tx.commit_unrecorded().await.unwrap();
        Actor::Account { id: id.0, email }
    }

    /// The contact with this address objects now, by the link of its letter, to every change that is open.
    pub async fn object(&self, address: &str, text: &str) -> Lodged {
        let mut snapshot = self.cx.snapshot().await.unwrap();
        let recipient = sqlx::query_scalar("select id from recipient where address = $1")
            .bind(address)
            .fetch_one(snapshot.conn())
            .await
            .unwrap();
        let door = sqlx::query_scalar("select id from door where state = 'open' and kind = 'web'")
            .fetch_one(snapshot.conn())
            .await
            .unwrap();
        let changes = change::open(snapshot.conn()).await.unwrap();
        drop(snapshot);
        let statement = Statement {
            recipient: RecipientId(recipient),
            page: None,
            changes: changes.iter().map(|change| change.id).collect(),
            channel: Channel::Link,
            door: Some(store::door::DoorId(door)),
            received_at: self.now().await,
            text: text.to_owned(),
            grounds: Vec::new(),
            condition: None,
            on_behalf_of: None,
            file: None,
        };
        lodge_objection::lodge(&self.cx, &statement).await.unwrap()
    }

    pub async fn change(&self, reference: &str) -> Change {
        let mut snapshot = self.cx.snapshot().await.unwrap();
        change::by_reference(snapshot.conn(), reference).await.unwrap()
    }

    /// The subjects of the mails to this address, in the order of arrival.
    pub fn subjects(&self, address: &str) -> Vec<String> {
        self.mailbox.mails_to(address).iter().map(Mail::subject).collect()
    }
}
