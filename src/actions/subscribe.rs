//! Subscribing, from the public page to one-click unsubscribe.
//!
//! Asking writes a letter, or that its letter was asked for again, and what was chosen last, and nothing else: the same work, and the same
//! answer, whether or not the address is known or has just been asked for; nobody is on file, and nothing on file changes, before the link in
//! that letter was used. Leaving takes one act. A contact of
//! a customer is owed its letters by contract: it names a successor, whom the DPO sees to.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::Context;
use crate::domain::customer::{CustomerId, CustomerKind, Subscribers, Wishes};
use crate::domain::delivery::DeliveryId;
use crate::domain::ledger::{Actor, Event};
use crate::domain::recipient::{RecipientId, same_address_key};
use crate::mail::letter::{Alarm, Confirmation, Occasional};
use crate::store::delivery::contact::suppress;
use crate::store::letter::{self, To};
use crate::store::page::{self, Addressee};
use crate::store::subscriber::{AskedFor, ConfirmedBy, Subscriber};
use crate::store::{self, Tx, entitlement, subscriber};

/// Links of confirmation letters live so long.
pub const LINK_LIVES: TimeDelta = TimeDelta::days(7);
/// One address gets one confirmation letter in this time, however often it is typed in, at whichever replica: five an hour.
const SECONDS_BETWEEN_LETTERS: i64 = 720;
/// What `recipient.suppressed_why` says of somebody who left by the link.
pub const LEFT: &str = "unsubscribed";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("this letter asks nobody to confirm")]
    NotAsked,
    #[error("the link has expired; ask for a new one")]
    Expired(AskedFor),
    #[error("this address was subscribed by this link and has left since")]
    Left(AskedFor),
    #[error("{address} is no subscriber")]
    NoSubscriber { address: String },
    #[error("a contact is owed its letters by contract; name a successor")]
    IsContact,
    #[error("letters are not written in {language:?}")]
    Language { language: String },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

/// Where a subscription stands that a letter asks to confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The button confirms it.
    Open(AskedFor),
    /// It is confirmed, by this letter or another.
    Confirmed(AskedFor, Subscriber),
    Expired(AskedFor),
    /// It was confirmed by this letter, and then left.
    Left(AskedFor),
}

impl Standing {
    pub fn asked(&self) -> &AskedFor {
        match self {
            Self::Open(asked) | Self::Confirmed(asked, _) | Self::Expired(asked) | Self::Left(asked) => asked,
        }
    }
}

/// Where the subscription stands that this letter asks to confirm; none: it asks nothing of the kind.
pub async fn standing(cx: &Context, letter: DeliveryId) -> Result<Option<Standing>, store::Error> {
    let now = cx.now().await?;
    let mut snapshot = cx.snapshot().await?;
    let Some(asked) = subscriber::asked_for(snapshot.conn(), letter).await? else { return Ok(None) };
    let known = subscriber::by_address(snapshot.conn(), &asked.address).await?;
    Ok(Some(judge(asked, known, now)))
}

fn judge(asked: AskedFor, known: Option<Subscriber>, now: DateTime<Utc>) -> Standing {
    let is_over = now > asked.chosen_at + LINK_LIVES;
    match known {
        Some(known) if known.suppressed_at.is_none() => {
            if is_over || !alters(&asked, &known) {
                Standing::Confirmed(asked, known)
            } else {
                Standing::Open(asked)
            }
        }
        Some(known) if known.suppressed_at.is_some_and(|left| left >= asked.chosen_at) => {
            Standing::Left(asked)
        }
        _ if is_over => Standing::Expired(asked),
        _ => Standing::Open(asked),
    }
}

/// Whether a subscriber has asked since it confirmed, and for something else.
fn alters(asked: &AskedFor, known: &Subscriber) -> bool {
    known.confirmed_at.is_none_or(|confirmed| confirmed < asked.chosen_at)
        && (known.language != asked.language || known.wishes != asked.wishes)
}

/// Sends the letter that asks to confirm. The address must have been read by `parse_address`.
pub async fn ask(
    cx: &Context,
    actor: Actor,
    address: &str,
    language: &str,
    wishes: &Wishes,
) -> Result<(), Error> {
    let mut tx = cx.begin(actor).await?;
    let now = tx.now();
    let letter = Occasional::Confirmation(Confirmation {
        processor: cx.settings.site.processor(),
        language: language.to_owned(),
        zone: cx.policy.zone.clone(),
        valid_until: now + LINK_LIVES,
        wishes: wishes.clone(),
    });
    let key = format!("confirm:{}:{}", reference(address), now.timestamp() / SECONDS_BETWEEN_LETTERS);
    let event = match letter::queue(&mut tx, &key, To::Address(address), &letter, now + LINK_LIVES).await? {
        Some(_) => Event::LetterQueued { letter: key.clone() },
        // Committed all the same: what ends sooner tells whoever measures it that somebody has asked for this address.
        None => Event::LetterAskedAgain { letter: key.clone() },
    };
    subscriber::choose_again(&mut tx, &key, language, wishes).await?;
    tx.commit([event]).await?;
    cx.bells.ring("deliver");
    Ok(())
}

/// What the page showed of a subscription when its button was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub language: String,
    pub wishes: Wishes,
}

/// Puts the subscriber on file whom this letter asked, with what was chosen last, or with what its page showed: whoever asked for this
/// address meanwhile has not been confirmed. `from`: the network the act came from.
pub async fn confirm(
    cx: &Context,
    letter: DeliveryId,
    from: &str,
    shown: Option<Shown>,
) -> Result<(AskedFor, Subscriber), Error> {
    let mut tx = cx.begin(Actor::Public).await?;
    entitlement::lock_shared(&mut tx).await?;
    let now = tx.now();
    let mut asked = subscriber::asked_for(tx.conn(), letter).await?.ok_or(Error::NotAsked)?;
    if let Some(Shown { language, wishes }) = shown {
        asked = AskedFor { language, wishes, ..asked };
    }
    let known = subscriber::by_address(tx.conn(), &asked.address).await?;
    let asked = match judge(asked, known, now) {
        Standing::Open(asked) => asked,
        Standing::Confirmed(asked, known) => return Ok((asked, known)),
        Standing::Expired(asked) => return Err(Error::Expired(asked)),
        Standing::Left(asked) => return Err(Error::Left(asked)),
    };
    let by = ConfirmedBy { delivery: letter, from: from.to_owned() };
    let events = write(cx, &mut tx, &asked, &by).await?;
    let known = subscriber::by_address(tx.conn(), &asked.address).await?;
    let known = known.ok_or(store::Error::Stale { what: "subscription" })?;
    if events.is_empty() {
        tx.rollback().await?;
    } else {
        tx.commit(events).await?;
    }
    Ok((asked, known))
}

/// Nothing: another request has just done the same.
async fn write(cx: &Context, tx: &mut Tx, asked: &AskedFor, by: &ConfirmedBy) -> Result<Vec<Event>, Error> {
    let (customer, recipient) = match subscriber::by_address(tx.conn(), &asked.address).await? {
        Some(known) if known.suppressed_at.is_none() => {
            let (customer, recipient) = (known.customer, known.recipient);
            return chosen(tx, customer, recipient, &asked.language, Some(&asked.wishes)).await;
        }
        Some(known) => {
            if !subscriber::take_back(tx, known.recipient, &asked.language, by).await? {
                return Ok(Vec::new());
            }
            subscriber::set_wishes(tx, known.customer, &asked.wishes).await?;
            (known.customer, known.recipient)
        }
        None => {
            let reference = format!("SUB-{}", reference(&asked.address));
            let Some(added) = subscriber::insert(tx, &reference, asked, by).await? else {
                return Ok(Vec::new());
            };
            added
        }
    };
    if cx.policy.subscribers == Subscribers::Require {
        subscriber::exempt_from_open(tx, customer).await?;
    }
    Ok(vec![Event::SubscriberConfirmed { customer, recipient: recipient.0 }])
}

/// Writes what a recipient chose where it differs, and returns what that is in the ledger.
async fn chosen(
    tx: &mut Tx,
    customer: CustomerId,
    recipient: RecipientId,
    language: &str,
    wishes: Option<&Wishes>,
) -> Result<Vec<Event>, Error> {
    let mut events = Vec::new();
    if subscriber::set_language(tx, recipient, language).await? {
        let language = language.to_owned();
        events.push(Event::LanguageChosen { customer, recipient: recipient.0, language });
    }
    if let Some(wishes) = wishes
        && subscriber::set_wishes(tx, customer, wishes).await?
    {
        let Wishes { products, kinds } = wishes.clone();
        events.push(Event::SubscriptionChosen { customer, recipient: recipient.0, products, kinds });
    }
    Ok(events)
}

/// One act, and no further letter goes there. Done twice it is done once.
pub async fn leave(cx: &Context, recipient: RecipientId) -> Result<(), Error> {
    let mut tx = cx.begin(Actor::Link { recipient: recipient.0 }).await?;
    let who = addressee(&mut tx, recipient).await?;
    if who.kind == CustomerKind::Contract {
        return Err(Error::IsContact);
    }
    if !suppress(&mut tx, recipient, LEFT).await? {
        return Ok(tx.rollback().await?);
    }
    subscriber::exempt_owed(&mut tx, who.customer).await?;
    tx.commit([Event::SubscriberLeft { customer: who.customer, recipient: recipient.0 }]).await?;
    Ok(())
}

/// The DPO's word that a subscriber gets no further letter.
pub async fn remove(cx: &Context, actor: Actor, address: &str, reason: &str) -> Result<(), Error> {
    let mut tx = cx.begin(actor).await?;
    let known = subscriber::by_address(tx.conn(), address).await?;
    let known = known.ok_or_else(|| Error::NoSubscriber { address: address.to_owned() })?;
    if !suppress(&mut tx, known.recipient, reason).await? {
        return Ok(tx.rollback().await?);
    }
    subscriber::exempt_owed(&mut tx, known.customer).await?;
    let (customer, recipient) = (known.customer, known.recipient);
    tx.commit([Event::RecipientSuppressed { customer, recipient, why: reason.to_owned() }]).await?;
    Ok(())
}

/// Letters are written in `language` from now on, and tell a subscriber of what it chose; none: of what they did.
///
/// A choice holds for what is announced from now on: a change once told of is told to its end.
pub async fn choose(
    cx: &Context,
    recipient: RecipientId,
    language: &str,
    wishes: Option<&Wishes>,
) -> Result<(), Error> {
    if !cx.settings.site.languages.iter().any(|known| known == language) {
        return Err(Error::Language { language: language.to_owned() });
    }
    let mut tx = cx.begin(Actor::Link { recipient: recipient.0 }).await?;
    entitlement::lock_shared(&mut tx).await?;
    let who = addressee(&mut tx, recipient).await?;
    let wishes = wishes.filter(|_| who.kind == CustomerKind::Subscriber);
    let events = chosen(&mut tx, who.customer, recipient, language, wishes).await?;
    tx.commit(events).await?;
    Ok(())
}

/// Tells the DPO whom a contact names in its place. The contact goes on getting the letters until the DPO has seen to it.
pub async fn name_successor(
    cx: &Context,
    recipient: RecipientId,
    successor: &str,
    name: &str,
) -> Result<(), Error> {
    let mut tx = cx.begin(Actor::Link { recipient: recipient.0 }).await?;
    let who = addressee(&mut tx, recipient).await?;
    let alarm = Alarm::SuccessorNamed {
        customer: who.customer_name,
        address: who.address,
        successor: successor.to_owned(),
        name: name.to_owned(),
    };
    cx.alert(&mut tx, &format!("successor:{recipient}:{}", reference(successor)), alarm).await?;
    tx.commit([Event::SuccessorNamed { customer: who.customer, recipient: recipient.0 }]).await?;
    cx.bells.ring("deliver");
    Ok(())
}

async fn addressee(tx: &mut Tx, recipient: RecipientId) -> Result<Addressee, Error> {
    let known = page::addressee(tx.conn(), recipient).await?;
    known.ok_or_else(|| store::Error::NotFound { what: "recipient", key: recipient.to_string() }.into())
}

/// What stands for an address in keys, so that letters' keys and the ledger name nobody.
fn reference(address: &str) -> String {
    hex::encode(&Sha256::digest(same_address_key(address).as_bytes())[..10])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u32) -> DateTime<Utc> {
        format!("2026-12-{day:02}T09:00:00Z").parse().unwrap()
    }

    fn asked(day: u32) -> AskedFor {
        AskedFor {
            address: "jane@northwind.example".into(),
            language: "en".into(),
            asked_at: at(day),
            chosen_at: at(day),
            wishes: Wishes::default(),
        }
    }

    fn known(letter: i64, left: Option<DateTime<Utc>>) -> Subscriber {
        Subscriber {
            recipient: RecipientId(1),
            customer: CustomerId(1),
            confirmed_by: Some(ConfirmedBy { delivery: DeliveryId(letter), from: "203.0.113.7".into() }),
            confirmed_at: Some(at(1)),
            suppressed_at: left,
            link_epoch: 0,
            language: "en".into(),
            wishes: Wishes::default(),
        }
    }

    #[test]
    fn a_link_lives_seven_days_and_what_it_confirmed_stays_confirmed() {
        assert_eq!(judge(asked(1), None, at(8)), Standing::Open(asked(1)));
        let later = at(8) + TimeDelta::seconds(1);
        assert_eq!(judge(asked(1), None, later), Standing::Expired(asked(1)));
        assert!(matches!(judge(asked(1), Some(known(1024, None)), later), Standing::Confirmed(..)));
    }

    #[test]
    fn whoever_left_comes_back_only_by_a_link_asked_for_afterwards() {
        assert_eq!(judge(asked(2), Some(known(2048, Some(at(3)))), at(4)), Standing::Left(asked(2)));
        assert_eq!(judge(asked(2), Some(known(1024, Some(at(3)))), at(4)), Standing::Left(asked(2)));
        assert_eq!(judge(asked(4), Some(known(1024, Some(at(3)))), at(4)), Standing::Open(asked(4)));
    }

    #[test]
    fn what_a_subscriber_chooses_again_waits_for_its_link_and_what_it_had_confirmed_asks_nothing() {
        let german = |day| AskedFor { language: "de".into(), ..asked(day) };
        assert_eq!(judge(german(2), Some(known(1024, None)), at(3)), Standing::Open(german(2)));
        assert!(matches!(judge(german(2), Some(known(1024, None)), at(10)), Standing::Confirmed(..)));
        assert!(matches!(judge(asked(2), Some(known(1024, None)), at(3)), Standing::Confirmed(..)));
        // Chosen before it confirmed something else.
        assert!(matches!(judge(german(1), Some(known(1024, None)), at(3)), Standing::Confirmed(..)));
    }
}
