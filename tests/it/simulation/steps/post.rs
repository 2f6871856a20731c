//! What the relay has, against what the daemon says of it.

use std::collections::BTreeMap;

use forenotice::demo::mailbox::Mail;
use forenotice::domain::access::MailPurpose;
use sha2::{Digest, Sha256};

use super::Simulation;

/// One copy of a letter at the relay.
pub(super) struct Copy {
    /// None: its name is no letter's of ours.
    letter: Option<i64>,
    to: Vec<String>,
    hash: Vec<u8>,
    bytes: std::sync::Arc<[u8]>,
}

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
    pub(super) async fn unlike_copies(&mut self) -> Vec<String> {
        let mut wrong = Vec::new();
        let new: Vec<Copy> =
            self.world.mailbox.mails().iter().skip(self.copies.len()).map(|mail| self.copy(mail)).collect();
        self.copies.extend(new);
        let mut copies: BTreeMap<i64, Vec<&Copy>> = BTreeMap::new();
        for copy in &self.copies {
            match copy.letter {
                Some(id) => copies.entry(id).or_default().push(copy),
                None => wrong.push(format!("at the relay, to {:?}: no letter of ours", copy.to)),
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
            if copies.iter().any(|copy| row.message_hash.as_ref() != Some(&copy.hash)) {
                wrong.push(format!(
                    "delivery {id} ({state}): a copy of other bytes: {}",
                    unlike_lines(&copies)
                ));
            }
            let elsewhere =
                |copy: &&Copy| row.address.as_ref().is_some_and(|address| copy.to != [address.as_str()]);
            if copies.iter().any(elsewhere) {
                wrong.push(format!("delivery {id} went to another address"));
            }
        }
        wrong.extend(copies.keys().map(|id| format!("the relay has delivery {id}, which has no row")));
        wrong
    }

    fn copy(&self, mail: &Mail) -> Copy {
        let token = mail.header("X-Forenotice-Delivery").unwrap_or_default();
        let letter = match self.world.cx.keys.read_mail_token(&token) {
            Some((MailPurpose::Delivery, id)) => Some(id.0),
            _ => None,
        };
        let to = mail.envelope_to.iter().map(|to| to.address.clone()).collect();
        Copy { letter, to, hash: Sha256::digest(&mail.bytes).to_vec(), bytes: mail.bytes.clone() }
    }
}

/// The first lines in which two copies differ.
fn unlike_lines(copies: &[&Copy]) -> String {
    let lines = |copy: &Copy| -> Vec<String> {
        String::from_utf8_lossy(&copy.bytes).lines().map(str::to_owned).collect()
    };
    let (Some(first), Some(last)) = (copies.first(), copies.last()) else { return String::new() };
    let (first, last) = (lines(first), lines(last));
    let differing = first.iter().zip(&last).filter(|(a, b)| a != b).take(4);
    differing.flat_map(|(a, b)| ["\n    ", a.as_str(), "\n    ", b.as_str()]).collect()
}
