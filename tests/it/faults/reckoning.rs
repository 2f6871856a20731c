//! What must add up after every fault: each letter owed is accepted, failed or nobody's; each accepted one is at the relay,
//! in copies that are the same to the byte, no more than the faults that hit it explain; and `doctor` finds nothing.

use std::collections::BTreeMap;
use std::fmt;

use forenotice::demo::mailbox::Mail;
use forenotice::domain::access::{Keys, MailPurpose};
use forenotice::domain::delivery::DeliveryId;
use sqlx::FromRow;

use super::fleet::Fleet;
use super::mailing::sha256;

/// The key of the fleet's configuration.
const MASTER: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// A letter's row, and how many faults hit a lease that it was under.
#[derive(FromRow)]
struct Row {
    id: i64,
    state: String,
    message_hash: Option<Vec<u8>>,
    relay_code: Option<i16>,
    relay_words: Option<String>,
    address: Option<String>,
    hits: i64,
}

/// The figures, for whoever reads the test's output.
#[derive(Debug, Default)]
pub struct Reckoning {
    pub accepted: usize,
    pub failed: usize,
    pub cancelled: usize,
    /// Copies beyond the first of each letter.
    pub too_many: usize,
    pub most_of_one: usize,
    /// Leases that ended by a fault.
    pub hits: i64,
}

impl fmt::Display for Reckoning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} accepted, {} failed, {} cancelled, 0 lost; {} copies too many, at most {} of a letter; {} leases hit",
            self.accepted, self.failed, self.cancelled, self.too_many, self.most_of_one, self.hits
        )
    }
}

impl Reckoning {
    pub async fn of(fleet: &Fleet) -> Self {
        let mut copies = by_letter(&fleet.relay.mails());
        let mut reckoning =
            Self { hits: fleet.number("select count(*) from kit.hit").await, ..Self::default() };
        let rows: Vec<Row> = sqlx::query_as(
            "select d.id, state, message_hash, relay_code, relay_words, r.address,
                    (select count(*) from kit.hit where batch = d.id >> 10) as hits
             from delivery d left join recipient r on r.id = d.recipient_id order by d.id",
        )
        .fetch_all(&mut fleet.superuser().await)
        .await
        .unwrap();
        for row in &rows {
            reckoning.add(row, &copies.remove(&row.id).unwrap_or_default());
        }
        assert!(copies.is_empty(), "letters of no row came to the relay: {:?}", copies.keys());
        everybody_has_an_end(fleet).await;
        let doctor = fleet.doctor().await;
        assert_eq!(doctor["ok"], true, "{doctor:#}");
        println!("{reckoning}");
        reckoning
    }

    fn add(&mut self, row: &Row, copies: &[Mail]) {
        let id = row.id;
        match row.state.as_str() {
            "accepted" => {
                self.accepted += 1;
                assert!(
                    !copies.is_empty(),
                    "lost: delivery {id} counts as accepted, and the relay has no copy"
                );
                let kept: Vec<String> =
                    copies.iter().map(|mail| format!("2.0.0 kept as {}", mail.serial)).collect();
                let words = row.relay_words.as_ref().unwrap();
                assert_eq!(row.relay_code, Some(250), "delivery {id}");
                assert!(kept.contains(words), "delivery {id} has {words:?}, the relay said {kept:?}");
            }
            "failed" => self.failed += 1,
            "cancelled" => self.cancelled += 1,
            other => panic!("delivery {id} ends as {other}"),
        }
        self.too_many += copies.len().saturating_sub(1);
        self.most_of_one = self.most_of_one.max(copies.len());
        let explained = 1 + usize::try_from(row.hits).unwrap();
        assert!(copies.len() <= explained, "delivery {id}: {} copies, {} hits", copies.len(), row.hits);
        for copy in copies {
            // The same bytes, and so the same Message-ID.
            assert!(row.message_hash.as_ref() == Some(&sha256(copy)), "delivery {id}: a copy of other bytes");
            assert_eq!(copy.envelope_from, copies[0].envelope_from, "delivery {id}");
            if let Some(address) = &row.address {
                assert!(
                    copy.is_to(address) && copy.envelope_to.len() == 1,
                    "delivery {id}: to another address"
                );
            }
        }
    }
}

/// Each customer of the notice is served, or owed still by a letter that failed, or exempt.
async fn everybody_has_an_end(fleet: &Fleet) {
    let astray = fleet
        .number(
            "select count(*) from obligation o where o.state not in ('served', 'exempt') and not exists (
                 select from notice_change n join delivery d on d.notice_id = n.notice_id and d.customer_id = o.customer_id
                 where n.change_id = o.change_id and d.state in ('failed', 'cancelled'))",
        )
        .await;
    assert_eq!(astray, 0, "customers are owed a notice that nobody will send");
    let untold = fleet
        .number(
            "select count(*) from customer c where not exists (select from obligation o where o.customer_id = c.id)",
        )
        .await;
    assert_eq!(untold, 0, "customers were passed over");
}

/// How many copies of each letter the relay has.
pub fn copies_of(fleet: &Fleet) -> BTreeMap<i64, usize> {
    by_letter(&fleet.relay.mails()).into_iter().map(|(id, copies)| (id, copies.len())).collect()
}

/// The copies at the relay, by the letter whose token they bear.
fn by_letter(mails: &[Mail]) -> BTreeMap<i64, Vec<Mail>> {
    let master: [u8; 32] = hex::decode(MASTER).unwrap().try_into().unwrap();
    let keys = Keys::from_master(&master);
    let mut letters: BTreeMap<i64, Vec<Mail>> = BTreeMap::new();
    for mail in mails {
        let token = token(mail);
        let Some((MailPurpose::Delivery, DeliveryId(id))) = keys.read_mail_token(token) else {
            panic!("{token} is no letter's token");
        };
        letters.entry(id).or_default().push(mail.clone());
    }
    letters
}

/// The letter's name in its headers. A parser would take most of a big test's time.
fn token(mail: &Mail) -> &str {
    const NAME: &[u8] = b"\r\nX-Forenotice-Delivery: ";
    let from = memchr::memmem::find(&mail.bytes, NAME).unwrap() + NAME.len();
    let length = memchr::memchr(b'\r', &mail.bytes[from..]).unwrap();
    std::str::from_utf8(&mail.bytes[from..from + length]).unwrap()
}
