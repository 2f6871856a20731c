//! A world stated in a few lines, by the acts that a processor's people and customers do.
//!
//! ```ignore
//! let world = World::on("2026-11-23T09:00Z").await;
//! world.customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n").await;
//! let planned = world.schedule(&addition("Nimbus", "2027-02-01")).await;
//! ```

use forenotice::actions::import_customers::{Import, Mode};
use forenotice::actions::schedule_change::{self, Done};
use forenotice::domain::change::{Change, ChangeKind};
use forenotice::domain::request::Request;
use forenotice::store::change;

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
        effective: effective.parse().unwrap(),
        emergency: None,
    }
}

impl World {
    /// Imports customers from the text of a file, every row of which is taken.
    pub async fn customers(&self, csv: &str) {
        let mut import = Import::new(&self.cx, self.dpo.clone(), Mode::Write);
        import.push(csv.as_bytes()).await.unwrap();
        let imported = import.finish().await.unwrap();
        assert!(!imported.refused && imported.rejected.is_empty(), "{imported:?}");
    }

    /// Schedules a change, as the data protection officer.
    pub async fn schedule(&self, request: &Request) -> Done {
        schedule_change::schedule(&self.cx, self.dpo.clone(), request).await.unwrap()
    }

    pub async fn change(&self, reference: &str) -> Change {
        let mut snapshot = self.cx.snapshot().await.unwrap();
        change::by_reference(snapshot.conn(), reference).await.unwrap()
    }
}
