//! What the model is told of the world outside: when a notice went out, what the relay said of its letters.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{At, Simulation};
use crate::simulation::model::{Announcement, Heard, Letter};

#[derive(sqlx::FromRow)]
struct Begun {
    change: String,
    notice: i64,
    at: At,
    valid_until: At,
}

#[derive(sqlx::FromRow)]
struct Sent {
    notice_id: i64,
    customer: String,
    address: String,
    state: String,
    accepted_at: Option<At>,
    is_too_big: bool,
}

impl Simulation {
    /// What the daemon has done, and the model after it.
    pub(super) async fn settled(&mut self) {
        if !std::mem::replace(&mut self.rests, true) {
            self.world.settle().await;
        }
        let now = self.world.now().await;
        self.notices_due = self.notices_due().await;
        let died = self.dead_addresses().await;
        for contact in self.model.customers.iter_mut().flat_map(|customer| &mut customer.contacts) {
            contact.died = died.get(&contact.address).copied();
        }
        self.model.heard = self.letters().await;
        self.model.days_seen = self.days_seen().await;
        for begun in self.begun().await {
            if begun.notice <= self.model.change(&begun.change).last_notice {
                continue;
            }
            self.model.live_until(begun.at);
            let Begun { notice, at, valid_until, .. } = begun;
            self.model.announced(&begun.change, Announcement { notice, at, valid_until });
        }
        self.model.hear();
        self.model.live_until(now);
        for contact in self.model.customers.iter_mut().flat_map(|customer| &mut customer.contacts) {
            contact.dead = contact.died.is_some();
        }
    }

    async fn days_seen(&self) -> BTreeMap<String, NaiveDate> {
        let days: Vec<(String, NaiveDate)> = sqlx::query_as("select reference, effective_on from change")
            .fetch_all(self.world.cx.db.pool())
            .await
            .unwrap();
        days.into_iter().collect()
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

    /// The letters of all announcements, in the order in which their contacts were asked.
    async fn letters(&self) -> Vec<Heard> {
        let sent: Vec<Sent> = sqlx::query_as(
            "select d.notice_id, c.reference as customer, r.address, d.state, d.accepted_at,
                    coalesce(d.relay_code = 552, false) as is_too_big
             from delivery d join notice n on n.id = d.notice_id and n.kind = 'announcement'
             join recipient r on r.id = d.recipient_id join customer c on c.id = r.customer_id order by d.id",
        )
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap();
        let heard = |sent: Sent| Heard {
            notice: sent.notice_id,
            customer: sent.customer,
            address: sent.address,
            letter: match (sent.state.as_str(), sent.accepted_at) {
                (_, Some(at)) => Letter::Accepted(at),
                ("failed", None) => Letter::Failed { asks_next: !sent.is_too_big },
                (_, None) => Letter::Waiting,
            },
        };
        sent.into_iter().map(heard).collect()
    }
}
