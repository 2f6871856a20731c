//! The mails that are objections: by their own words or address, or because somebody has said so.
//!
//! Each is measured by the instant it reached us, however late it was sorted or ruled on. From the mail's arrival until here it held
//! its changes back itself, so no gate opened in between.

use super::{ByMail, Error, Said, Voice, Who, counts_for, write_down};
use crate::actions::{self, Context, Report};
use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::delivery::DeliveryId;
use crate::domain::ledger::Actor;
use crate::domain::objection::{Channel, STATEMENT_CHARACTERS_MAX};
use crate::domain::recipient::RecipientId;
use crate::store;
use tracing::{error, warn};

use crate::mail::letter::{Alarm, MailMatter};
use crate::store::inbound::MessageId;
use crate::store::inbox::{self, Waiting};
use crate::store::objection;

/// The pass, and its bell.
pub const PASS: &str = "lodge_mail";
const MAILS_PER_PASS: i64 = 200;
/// What stands for the words of a mail that has none: where it was sent says what it is.
const NO_WORDS: &str = "(the mail says nothing; where it was sent makes it an objection)";

/// Lodges the mails that are objections.
pub async fn run_once(cx: &Context) -> Result<Report, actions::Error> {
    let mails = inbox::to_lodge(cx.snapshot().await?.conn(), MAILS_PER_PASS).await?;
    let mut lodged: Vec<String> = Vec::new();
    let mut failed = None;
    for id in mails {
        // One that fails must not keep the others waiting.
        match lodge_mail(cx, id).await {
            Ok(reference) => lodged.extend(reference),
            Err(error) => {
                error!(mail.id = id.0, %error, "the objection of mail {} is not lodged; it is tried again", id.0);
                failed = Some(error);
            }
        }
    }
    if let Some(error) = failed.filter(|_| lodged.is_empty()) {
        return Err(error);
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
    let customer = whose(cx, &mut tx, &mail).await?;
    let changes = against(&mut tx, &mail, customer).await?;
    let door = inbox::first_door(tx.conn(), id).await?;
    let hand = who(&mut tx, &mail).await?;
    tx.rollback().await?;
    if changes.is_empty() {
        return give_back(cx, id, &mail, "no change is left to which it could object").await;
    }
    let words = mail.findings.words();
    let words = if words.is_empty() { NO_WORDS } else { words };
    let end = words.char_indices().nth(STATEMENT_CHARACTERS_MAX).map_or(words.len(), |(end, _)| end);
    let text = &words[..end];
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
        mail: Some(ByMail {
            id,
            from: mail.findings.sender.as_deref(),
            message_id: mail.findings.message_id.as_deref(),
            answerable: mail.findings.answerable(),
        }),
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
        Err(refused) => give_back(cx, id, &mail, &refused.to_string()).await,
    }
}

/// It waits for a person, who hears of it, and goes on holding what it holds.
async fn give_back(
    cx: &Context,
    id: MessageId,
    mail: &Waiting,
    why: &str,
) -> Result<Option<String>, actions::Error> {
    warn!(mail.id = id.0, "mail {} cannot be lodged and waits for a person: {why}", id.0);
    let mut tx = cx.begin(Actor::Daemon).await?;
    inbox::unrule(&mut tx, id).await?;
    let customer = match mail.customer_id {
        Some(customer) => store::customer::name(tx.conn(), CustomerId(customer)).await?,
        None => String::new(),
    };
    let alarm = Alarm::Mail {
        message: id.0,
        customer,
        sender: mail.findings.sender.clone().unwrap_or_default(),
        subject: mail.findings.subject.clone().unwrap_or_default(),
        words: mail.findings.words().to_owned(),
        delegate: None,
        matter: MailMatter::Reply { holds: !mail.changes.is_empty() },
    };
    let customer = mail.customer_id.map(CustomerId);
    cx.alert_of_mail(&mut tx, &format!("given-back:{}", id.0), customer, alarm).await?;
    tx.commit_unrecorded().await?;
    Ok(None)
}

/// For whom it counts: a subscriber is a customer of its own on file, and speaks for another, or for none.
async fn whose(cx: &Context, tx: &mut store::Tx, mail: &Waiting) -> Result<Option<CustomerId>, store::Error> {
    match mail.recipient_id {
        Some(recipient) => {
            let speaker = objection::speaker(tx.conn(), RecipientId(recipient)).await?;
            Ok(counts_for(&speaker, cx.policy.subscribers))
        }
        None => Ok(mail.customer_id.map(CustomerId)),
    }
}

/// What the mail is about, else what it holds back, else what the answered letter was about, else all that its customer was told of: of
/// these what this customer can still object to.
async fn against(
    tx: &mut store::Tx,
    mail: &Waiting,
    customer: Option<CustomerId>,
) -> Result<Vec<ChangeId>, store::Error> {
    let letter = match mail.delivery_id {
        Some(delivery) => inbox::named(tx.conn(), DeliveryId(delivery)).await?,
        None => None,
    };
    let ids = |ids: &[i64]| ids.iter().copied().map(ChangeId).collect::<Vec<_>>();
    let answered = letter.map(|letter| letter.changes).unwrap_or_default();
    for meant in [ids(&mail.about), ids(&mail.changes), answered] {
        let open = inbox::open_to_objection(tx, &meant, customer).await?;
        if !open.is_empty() {
            return Ok(open);
        }
    }
    inbox::hold_open_at(tx, mail.received_at, customer).await
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
