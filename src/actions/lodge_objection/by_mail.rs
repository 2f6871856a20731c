//! The mails that are objections: by their own words or address, or because somebody has said so.
//!
//! Each is measured by the instant it reached us, however late it was sorted or ruled on. From the mail's arrival until here it held
//! its changes back itself, so no gate opened in between.

use super::{Error, Said, Voice, Who, write_down};
use crate::actions::{self, Context, Report};
use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::delivery::DeliveryId;
use crate::domain::ledger::Actor;
use crate::domain::objection::{Channel, STATEMENT_BYTES_MAX};
use crate::domain::recipient::RecipientId;
use crate::store;
use crate::store::inbound::MessageId;
use crate::store::inbox::{self, Waiting};

/// The pass, and its bell.
pub const PASS: &str = "lodge_mail";
const MAILS_PER_PASS: i64 = 200;
/// What stands for the words of a mail that has none: where it was sent says what it is.
const NO_WORDS: &str = "(the mail says nothing; where it was sent makes it an objection)";

/// Lodges the mails that are objections.
pub async fn run_once(cx: &Context) -> Result<Report, actions::Error> {
    let mails = inbox::to_lodge(cx.snapshot().await?.conn(), MAILS_PER_PASS).await?;
    let mut lodged: Vec<String> = Vec::new();
    for id in mails {
        lodged.extend(lodge_mail(cx, id).await?);
    }
    if lodged.is_empty() {
        return Ok(Report::idle(PASS));
    }
    Ok(Report::did(PASS, lodged.len() as u64, format!("lodged {}", lodged.join(", "))))
}

/// None: somebody else has, or there is nothing left to object to.
async fn lodge_mail(cx: &Context, id: MessageId) -> Result<Option<String>, actions::Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let Some(mail) = inbox::lock_waiting(&mut tx, id).await? else { return Ok(None) };
    let changes = against(&mut tx, &mail).await?;
    let door = inbox::first_door(tx.conn(), id).await?;
    let hand = who(&mut tx, &mail).await?;
    tx.rollback().await?;
    let words = mail.findings.own_words.trim();
    let words = if words.is_empty() { NO_WORDS } else { words };
    let text = &words[..words.floor_char_boundary(STATEMENT_BYTES_MAX)];
    let said = Said {
        actor: Actor::Daemon,
        who: match (mail.recipient_id, &hand) {
            (Some(recipient), _) => Voice::Link(RecipientId(recipient)),
            (None, hand) => Voice::Hand(hand),
        },
        page: mail.delivery_id.map(DeliveryId),
        changes: &changes,
        channel: Channel::Reply,
        door,
        mail: Some(id),
        received_at: mail.received_at,
        text,
        grounds: &[],
        condition: None,
        on_behalf_of: None,
        file: None,
    };
    match write_down(cx, &said).await {
        Ok(lodged) => Ok(Some(lodged.reference)),
        Err(Error::Store(store::Error::Stale { .. })) => Ok(None),
        Err(Error::Store(error)) => Err(error.into()),
        Err(Error::Begin(error)) => Err(error),
        // Withdrawn or nothing open: the statement is kept with the mail, and a person has been told of it.
        Err(_) => {
            let mut tx = cx.begin(Actor::Daemon).await?;
            inbox::lodged(&mut tx, id, None).await?;
            inbox::release(&mut tx, id).await?;
            tx.commit_unrecorded().await?;
            Ok(None)
        }
    }
}

/// What the mail holds back, else what the answered letter was about, else all that its customer was told of.
async fn against(tx: &mut store::Tx, mail: &Waiting) -> Result<Vec<ChangeId>, store::Error> {
    let held: Vec<ChangeId> = mail.changes.iter().copied().map(ChangeId).collect();
    if !held.is_empty() && mail.customer_id.is_none() {
        return Ok(held);
    }
    let letter = match mail.delivery_id {
        Some(delivery) => inbox::named(tx.conn(), DeliveryId(delivery)).await?,
        None => None,
    };
    match letter.map(|letter| letter.changes).filter(|changes| !changes.is_empty()) {
        Some(changes) => Ok(changes),
        None if !held.is_empty() => Ok(held),
        None => {
            let customer = mail.customer_id.map(CustomerId);
            inbox::hold_open_at(tx, mail.received_at, customer).await
        }
    }
}

/// Somebody of the customer, or an address that is nobody's yet.
async fn who(tx: &mut store::Tx, mail: &Waiting) -> Result<Who, store::Error> {
    let address = mail.findings.sender.clone();
    Ok(match mail.customer_id {
        Some(customer) => {
            let reference = store::customer::reference(tx.conn(), CustomerId(customer)).await?;
            Who::Customer { reference, address }
        }
        None => Who::Address(address.unwrap_or_default()),
    })
}
