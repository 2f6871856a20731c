//! What the model is told of the world outside: when a notice went out, what the relay said of its letters.

use std::collections::BTreeMap;

use super::{At, Simulation};
use crate::simulation::model::{Announcement, Letter};

#[derive(sqlx::FromRow)]
struct Begun {
    change: String,
    notice: i64,
    at: At,
    valid_until: At,
}

#[derive(sqlx::FromRow)]
pub(super) struct Sent {
    pub(super) notice_id: i64,
    pub(super) customer: String,
    pub(super) address: String,
    pub(super) state: String,
    accepted_at: Option<At>,
}

impl Simulation {
    /// What the daemon has done, and the model after it.
    pub(super) async fn settled(&mut self) {
        self.world.settle().await;
        let now = self.world.now().await;
        self.notices_due = self.notices_due().await;
        let dead = self.dead_addresses().await;
        for begun in self.begun().await {
            if begun.notice <= self.model.change(&begun.change).last_notice {
                continue;
            }
            self.model.live_until(begun.at);
            // Of those announced at once, none knows yet what the relay will say.
            self.bury(dead.iter().filter(|(_, died)| **died < begun.at).map(|(address, _)| address));
            let Begun { notice, at, valid_until, .. } = begun;
            self.model.announced(&begun.change, Announcement { notice, at, valid_until });
        }
        for letter in self.letters().await {
            let said = match (letter.state.as_str(), letter.accepted_at) {
                (_, Some(at)) => Letter::Accepted(at),
                ("failed", None) => Letter::Failed,
                (_, None) => continue,
            };
            for change in self.announced_by(letter.notice_id) {
                let case = self.model.change(&change).cases.get(&letter.customer);
                if case.is_some_and(|case| case.letters.get(&letter.address) == Some(&Letter::Waiting)) {
                    self.model.relay_said(&change, &letter.customer, &letter.address, said);
                }
            }
        }
        self.bury(dead.keys());
        self.model.live_until(now);
    }

    fn bury<'a>(&mut self, addresses: impl Iterator<Item = &'a String>) {
        for address in addresses {
            let contacts = self.model.customers.iter_mut().flat_map(|customer| &mut customer.contacts);
            contacts.filter(|contact| contact.address == *address).for_each(|contact| contact.dead = true);
        }
    }

    pub(super) fn announced_by(&self, notice: i64) -> Vec<String> {
        let by = |announced: &Announcement| announced.notice == notice;
        let told = self.model.changes.iter().filter(|change| change.announced.as_ref().is_some_and(by));
        told.map(|change| change.reference.clone()).collect()
    }

    async fn notices_due(&self) -> std::collections::BTreeSet<At> {
        let due = sqlx::query_scalar(
            "select due_at from notice where kind = 'announcement' and barrier_at is null and cancelled_at is null",
        );
        due.fetch_all(self.world.cx.db.pool()).await.unwrap().into_iter().collect()
    }

    /// Addresses that their server refused for good, and when.
    async fn dead_addresses(&self) -> BTreeMap<String, At> {
        let dead: Vec<(String, At)> = sqlx::query_as(
            "select address, suppressed_at from recipient where suppressed_at is not null and address is not null",
        )
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap();
        dead.into_iter().collect()
    }

    async fn begun(&self) -> Vec<Begun> {
        sqlx::query_as(
            "select c.reference as change, n.id as notice, n.barrier_at as at, n.valid_until
             from notice n join notice_change nc on nc.notice_id = n.id join change c on c.id = nc.change_id
             where n.kind = 'announcement' and n.barrier_at is not null order by n.barrier_at, n.id, c.id",
        )
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap()
    }

    /// The letters of the announcements that count, in the order in which their contacts were asked.
    pub(super) async fn letters(&self) -> Vec<Sent> {
        let announced = self.model.changes.iter().filter_map(|change| change.announced);
        sqlx::query_as(
            "select d.notice_id, c.reference as customer, r.address, d.state, d.accepted_at
             from delivery d join recipient r on r.id = d.recipient_id join customer c on c.id = r.customer_id
             where d.notice_id = any($1) order by d.id",
        )
        .bind(announced.map(|announced| announced.notice).collect::<Vec<_>>())
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap()
    }
}
