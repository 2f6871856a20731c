//! Customers, their contacts and contracts, and subscribers.

use chrono::Days;
use forenotice::actions::{end_contract, link_subscriber, subscribe};
use forenotice::domain::customer::Wishes;
use forenotice::domain::delivery::DeliveryId;
use forenotice::domain::ledger::Actor;
use forenotice::domain::obligation::ExemptWhy;
use forenotice::domain::recipient::RecipientId;

use super::{Change, Simulation};
use crate::simulation::model::{Case, Contact, Contract, Customer, Letter};
use crate::simulation::world::{contact, contract, customer, file, policy_terms, terms};
use forenotice::demo::mailbox::{Fault, Reply, Times};

impl Simulation {
    /// The customer as a file says it, from now on.
    pub(super) async fn record(&mut self, customer: Customer) {
        for contact in customer.contacts.iter().filter(|contact| !contact.takes_mail) {
            let refused = Fault::RefusesRecipient(contact.address.clone(), Reply::no_such_user());
            self.world.mailbox.arrange(refused, Times::Always);
        }
        let file = file(&mut self.random, &customer);
        self.world.customers(&file).await;
        let reads = |contact: &&Contact| !contact.takes_mail;
        let dead: Vec<&str> =
            customer.contacts.iter().filter(reads).map(|contact| contact.address.as_str()).collect();
        let rows: Vec<&str> = file.lines().skip(1).collect();
        self.did("record", format!("{} (take no mail: {dead:?})", rows.join("\n    ")));
        let reference = customer.reference.clone();
        match self.model.customers.iter_mut().find(|known| known.reference == reference) {
            Some(known) => *known = customer,
            None => self.model.customers.push(customer),
        }
        self.model.settled(&reference, self.model.now);
    }

    fn pick_customer(&mut self) -> Option<Customer> {
        let customers: Vec<Customer> =
            self.model.customers.iter().filter(|customer| !customer.subscribes).cloned().collect();
        if customers.is_empty() { None } else { Some(self.random.pick(&customers)) }
    }

    pub(super) async fn write_people(&mut self) {
        match self.random.below(8) {
            0 | 1 => self.join().await,
            2 | 3 => self.alter_contacts().await,
            4 => self.alter_terms().await,
            5 => self.end_contract().await,
            6 => self.another_contract().await,
            _ => self.alter_scope().await,
        }
    }

    /// Somebody who signed long ago and was forgotten, today, or from a day to come.
    async fn join(&mut self) {
        let today = self.model.day_of(self.model.now);
        let signed = match self.random.below(4) {
            0 => today,
            1 => today + Days::new(3),
            _ => today - Days::new(self.random.pick(&[1, 20, 400])),
        };
        let joined = customer(&mut self.random, self.model.customers.len(), signed);
        self.record(joined).await;
    }

    async fn alter_contacts(&mut self) {
        let Some(mut customer) = self.pick_customer() else { return };
        let n = customer.contacts.len();
        let place = usize::try_from(self.random.below(n as u64)).unwrap();
        match self.random.below(4) {
            0 => customer.contacts[place].notice_address ^= true,
            1 => customer.contacts[place].privacy ^= true,
            _ => customer.contacts.push(contact(&mut self.random, &customer.reference, n as u64)),
        }
        self.record(customer).await;
    }

    /// Better or worse, from today on.
    async fn alter_terms(&mut self) {
        let Some(mut customer) = self.pick_customer().filter(|customer| customer.contracts.len() == 1) else {
            return;
        };
        let today = self.model.day_of(self.model.now);
        let contract = &mut customer.contracts[0];
        // Terms of today may have served somebody today: one day, one version.
        let is_new = contract.versions.iter().all(|(from, _)| *from < today);
        if !is_new || self.anything_today(&customer.reference) {
            return;
        }
        contract.versions.push((today, terms(&mut self.random)));
        self.record(customer).await;
    }

    /// Whether something was said to or by the customer on this day of the policy's.
    fn anything_today(&self, customer: &str) -> bool {
        let today = self.model.day_of(self.model.now);
        let on_file = |change: &&Change| change.is_open() && change.cases.contains_key(customer);
        let spoke = |change: &Change| {
            let case = &change.cases[customer];
            let said = case.said.values().map(|(_, at)| *at);
            let letters = case.letters.values().filter_map(|letter| match letter {
                Letter::Accepted(at) | Letter::Arrived(at, _) | Letter::Delayed(at) => Some(*at),
                Letter::Waiting | Letter::Failed { .. } => None,
            });
            let announced = change.announced.map(|announced| announced.at);
            let mut all = said
                .chain(announced)
                .chain(letters)
                .chain(case.other_service)
                .chain(case.waived.values().copied());
            all.any(|at| self.model.day_of(at) == today)
        };
        self.model.changes.iter().filter(on_file).any(spoke)
    }

    async fn end_contract(&mut self) {
        let Some(customer) = self.pick_customer() else { return };
        let contract = self.random.pick(&customer.contracts).reference;
        let today = self.model.day_of(self.model.now);
        let last = today + Days::new(self.random.pick(&[0, 1, 6, 21])) - Days::new(1);
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        let ended = end_contract::end_contract(cx, dpo, &customer.reference, Some(&contract), last).await;
        if let Err(refused) = ended {
            return self.did("end contract, refused", format!("{contract}: {refused}"));
        }
        self.did("end contract", format!("{contract} on {last}"));
        let known = self.model.customer_mut(&customer.reference);
        known.contracts.iter_mut().find(|known| known.reference == contract).unwrap().ended = Some(last);
        self.model.settled(&customer.reference, self.model.now);
    }

    /// One that was forgotten, or signed today.
    async fn another_contract(&mut self) {
        let Some(mut customer) = self.pick_customer() else { return };
        let signed = self.model.day_of(self.model.now) - Days::new(self.random.pick(&[0, 400]));
        let reference = format!("{}-{}", customer.contracts[0].reference, customer.contracts.len() + 1);
        let added: Contract = contract(&mut self.random, reference, signed);
        customer.contracts.push(added);
        self.record(customer).await;
    }

    /// A contract covers one product more or less.
    async fn alter_scope(&mut self) {
        let Some(mut customer) = self.pick_customer() else { return };
        let place = usize::try_from(self.random.below(customer.contracts.len() as u64)).unwrap();
        let contract = &mut customer.contracts[place];
        contract.product = match contract.product {
            Some("api") => self.random.pick(&[None, Some("chat")]),
            Some(_) => None,
            None => Some("api"),
        };
        self.record(customer).await;
    }

    pub(super) async fn subscribers(&mut self) {
        let subscribers: Vec<Customer> =
            self.model.customers.iter().filter(|customer| customer.subscribes).cloned().collect();
        if subscribers.is_empty() || self.random.once_in(3) {
            return self.subscribe(subscribers.len()).await;
        }
        let subscriber = self.random.pick(&subscribers);
        if self.random.once_in(4) { self.leave(&subscriber).await } else { self.link(&subscriber).await }
    }

    async fn subscribe(&mut self, number: usize) {
        let address = format!("reader{number}@readers.example");
        let cx = self.world.cx.clone();
        subscribe::ask(&cx, Actor::Public, &address, "en", &Wishes::default()).await.unwrap();
        self.world.settle().await;
        let letter: i64 =
            sqlx::query_scalar("select max(id) from delivery where letter_key like 'confirm:%'")
                .fetch_one(cx.db.pool())
                .await
                .unwrap();
        subscribe::confirm(&cx, DeliveryId(letter), "203.0.113.7", None).await.unwrap();
        let reference: String = sqlx::query_scalar(
            "select c.reference from customer c join recipient r on r.customer_id = c.id where r.address = $1",
        )
        .bind(&address)
        .fetch_one(cx.db.pool())
        .await
        .unwrap();
        self.did("subscribe", format!("{address} as {reference}"));
        let zone = self.model.policy.zone;
        let counts = self.model.policy.subscribers_count;
        let contract = Contract {
            reference: "policy".to_owned(),
            signed: chrono::NaiveDate::MIN,
            ended: None,
            product: None,
            versions: vec![(chrono::NaiveDate::MIN, policy_terms(zone))],
        };
        let reader = Contact {
            address,
            takes_mail: true,
            died: None,
            dead: false,
            privacy: true,
            rank: 0,
            notice_address: false,
        };
        self.model.customers.push(Customer {
            reference: reference.clone(),
            subscribes: true,
            linked_to: None,
            contacts: vec![reader],
            contracts: if counts { vec![contract] } else { Vec::new() },
            excluded: std::collections::BTreeSet::new(),
        });
        // It came in sight of what is announced already, and has no claim on it.
        let announced = |change: &&mut Change| change.is_open() && change.published_at.is_some();
        for change in self.model.changes.iter_mut().filter(announced).filter(|_| counts) {
            let exempt = Some(ExemptWhy::JoinedAfterAnnouncement);
            change.cases.insert(reference.clone(), Case { exempt, ..Case::default() });
            // It has no data that could go anywhere.
            change.out.insert(reference.clone());
        }
    }

    async fn leave(&mut self, subscriber: &Customer) {
        if subscriber.contacts[0].dead {
            return;
        }
        let recipient = self.recipient(&subscriber.contacts[0].address).await;
        subscribe::leave(&self.world.cx, recipient).await.unwrap();
        self.did("unsubscribe", subscriber.reference.clone());
        self.model.reader_left(&subscriber.reference);
    }

    /// What the address said while it was nobody's is the customer's from its first instant.
    async fn link(&mut self, subscriber: &Customer) {
        let Some(customer) = self.pick_customer() else { return };
        let address = &subscriber.contacts[0].address;
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        let linked = link_subscriber::link(cx, dpo, address, &customer.reference).await;
        let words = format!("{address} to {}", customer.reference);
        if let Err(refused) = linked {
            return self.did("link, refused", format!("{words}: {refused}"));
        }
        self.did("link", words);
        self.model.customer_mut(&subscriber.reference).linked_to = Some(customer.reference.clone());
        let now = self.model.now;
        for place in 0..self.model.lines.len() {
            let line = self.model.lines[place].clone();
            if line.customer.is_some() || line.resolved || line.address != *address {
                continue;
            }
            let in_time = self.model.is_in_time(&line.change, &customer.reference, line.received_at);
            let open = self.model.open_line(&line.change, Some(&customer.reference), address);
            if let Some(open) = open {
                self.model.lines[open].in_time |= in_time;
                let joined = &mut self.model.lines[place];
                (joined.resolved, joined.clear_at) = (true, Some(now));
            } else {
                let counted = &mut self.model.lines[place];
                (counted.customer, counted.in_time) = (Some(customer.reference.clone()), in_time);
            }
        }
        self.observe_lapses().await;
    }

    pub(super) async fn recipient(&self, address: &str) -> RecipientId {
        let recipient = sqlx::query_scalar("select id from recipient where address = $1").bind(address);
        RecipientId(recipient.fetch_one(self.world.cx.db.pool()).await.unwrap())
    }
}
