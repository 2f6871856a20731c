//! What clears or serves one customer without a letter: its word, a service by other means, its waiver.

use chrono::TimeDelta;
use forenotice::actions::clear_customer::{self, AskedWaiver, Received, Said};
use forenotice::domain::clearing::{ServiceChannel, Waivable, Word};
use forenotice::domain::objection::Channel;

use super::{Change, Simulation, paper, short};

impl Simulation {
    pub(super) async fn say(&mut self) {
        let Some((change, customer)) = self.pick_case() else { return };
        if self.random.once_in(3) {
            return self.say_yes_by_link(&change, &customer).await;
        }
        let contract = self.random.pick(&self.model.customer(&customer).contracts).reference;
        let word = self.random.pick(&[Word::Yes, Word::Yes, Word::Yes, Word::No, Word::TakenBack]);
        let said = Said {
            contract: &contract,
            customer: Some(&customer),
            word,
            by: "Ada",
            channel: Channel::Letter,
            at: None,
        };
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        let recorded = clear_customer::record_consent(cx, dpo, &change.reference, &said, None).await;
        let words = format!("{word} of {customer} to {} under {contract}", change.reference);
        if let Err(refused) = recorded {
            return self.did("say, refused", format!("{words}: {refused}"));
        }
        self.did("say", words);
        let now = self.model.now;
        let case = self.model.case_mut(&change.reference, &customer);
        match word {
            Word::Yes | Word::No => case.said.insert(contract, (word == Word::Yes, now)),
            Word::TakenBack => case.said.remove(&contract),
        };
    }

    /// Under every contract that asks for it, by whoever speaks for the customer.
    async fn say_yes_by_link(&mut self, change: &Change, customer: &str) {
        let known = self.model.customer(customer).clone();
        let contact = self.random.pick(&known.contacts);
        let speaks = contact.privacy || contact.notice_address;
        let case = &change.cases[customer];
        let asking = if speaks && case.exempt.is_none() && change.announced.is_some() {
            self.model.asks_for_yes(change, &known, case)
        } else {
            Vec::new()
        };
        let recipient = self.recipient(&contact.address).await;
        let said = clear_customer::authorise(&self.world.cx, recipient, &change.reference).await;
        let words = format!("{} to {} under {asking:?}", contact.address, change.reference);
        if let Err(refused) = said {
            assert!(asking.is_empty(), "SEED={} {words}: {refused}\n{}", self.seed, self.story());
            return self.did("yes by link, refused", format!("{words}: {refused}"));
        }
        assert!(!asking.is_empty(), "SEED={} {words}\n{}", self.seed, self.story());
        self.did("yes by link", words);
        let now = self.model.now;
        let case = self.model.case_mut(&change.reference, customer);
        case.said.extend(asking.into_iter().map(|contract| (contract, (true, now))));
    }

    /// By post, now or some hours ago.
    pub(super) async fn serve(&mut self) {
        let Some((change, customer)) = self.pick_case() else { return };
        let at = self.model.now - TimeDelta::hours(self.random.pick(&[0, 0, 5, 40]));
        let received = Received { customer: &customer, channel: ServiceChannel::Post, at };
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        let recorded = clear_customer::record_service(cx, dpo, &change.reference, &received, &paper()).await;
        let words = format!("{customer} with {} at {}", change.reference, short(at));
        if let Err(refused) = recorded {
            return self.did("serve, refused", format!("{words}: {refused}"));
        }
        self.did("serve", words);
        let service = &mut self.model.case_mut(&change.reference, &customer).other_service;
        *service = service.map_or(Some(at), |known| Some(known.min(at)));
    }

    /// A waiver, with the second person's yes.
    pub(super) async fn waive(&mut self) {
        let Some((change, customer)) = self.pick_case() else { return };
        let reason = self.random.pick(Waivable::ALL);
        let asked = AskedWaiver { customer: &customer, reason, justification: "They asked for it." };
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        let words = format!("{reason} by {customer} for {}", change.reference);
        let proposed = clear_customer::propose_override(cx, dpo, &change.reference, &asked, &paper()).await;
        if let Err(refused) = proposed {
            return self.did("waive, refused", format!("{words}: {refused}"));
        }
        let second = self.second.clone();
        clear_customer::approve_override(cx, second, &change.reference, &customer, reason).await.unwrap();
        self.did("waive", words);
        let now = self.model.now;
        self.model.case_mut(&change.reference, &customer).waived.insert(reason, now);
    }
}
