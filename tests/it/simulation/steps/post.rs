//! What the relay has, against what the daemon says of it.

use std::collections::BTreeMap;

use forenotice::demo::mailbox::Mail;
use forenotice::domain::access::MailPurpose;
use sha2::{Digest, Sha256};

use super::Simulation;

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    state: String,
    in_doubt: bool,
    message_hash: Option<Vec<u8>>,
    address: Option<String>,
}

impl Simulation {
    /// Each letter that counts as handed over lies at the relay, each at the relay is a letter's; copies are the same to the byte, and
    /// no more are too many than blows explain.
    pub(super) async fn unlike_copies(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut copies: BTreeMap<i64, Vec<Mail>> = BTreeMap::new();
        for mail in self.world.mailbox.mails() {
            let token = mail.header("X-Forenotice-Delivery").unwrap_or_default();
            match self.world.cx.keys.read_mail_token(&token) {
                Some((MailPurpose::Delivery, id)) => copies.entry(id.0).or_default().push(mail),
                _ => wrong.push(format!("{token:?} at the relay is no letter of ours")),
            }
        }
        let too_many: usize = copies.values().map(|copies| copies.len() - 1).sum();
        // A process that dies may have several letters under way.
        let explained = self.blows * self.model.customers.len().max(4) * 4;
        if too_many > explained {
            wrong.push(format!("{too_many} copies too many, {} blows", self.blows));
        }
        let rows: Vec<Row> = sqlx::query_as(
            "select d.id, d.state, d.in_doubt, d.message_hash, r.address from delivery d left join recipient r on r.id = d.recipient_id",
        )
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap();
        for row in rows {
            let (id, copies) = (row.id, copies.remove(&row.id).unwrap_or_default());
            let state = &row.state;
            if state == "accepted" && copies.is_empty() {
                wrong.push(format!("delivery {id} counts as accepted, and the relay has no copy"));
            }
            if state != "accepted" && !row.in_doubt && !copies.is_empty() {
                wrong.push(format!("delivery {id} is {state}, nothing in doubt, and the relay has it"));
            }
            let differs = |mail: &Mail| row.message_hash.as_deref() != Some(&Sha256::digest(&mail.bytes)[..]);
            if copies.iter().any(differs) {
                wrong.push(format!("delivery {id} ({state}): a copy of other bytes"));
            }
            let elsewhere = |mail: &Mail| row.address.as_ref().is_some_and(|address| !mail.is_to(address));
            if copies.iter().any(elsewhere) {
                wrong.push(format!("delivery {id} went to another address"));
            }
        }
        wrong.extend(copies.keys().map(|id| format!("the relay has delivery {id}, which has no row")));
        wrong
    }
}
