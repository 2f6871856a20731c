//! What a customer says under one of its contracts: yes, no, or neither any longer.

use chrono::{DateTime, Utc};

use super::{Case, Done, Error, account, contract_called, words};
use crate::actions::{Attachment, Context};
use crate::domain::clearing::Word;
use crate::domain::customer::Authorisation;
use crate::domain::ledger::{Actor, Event};
use crate::domain::objection::Channel;
use crate::store;
use crate::store::clearing::Statement;

/// The customer's word, as a person recorded it.
#[derive(Clone, Debug)]
pub struct Said<'a> {
    pub contract: &'a str,
    /// Where several customers call a contract alike.
    pub customer: Option<&'a str>,
    pub word: Word,
    /// Who said it.
    pub by: &'a str,
    pub channel: Channel,
    /// None: now.
    pub at: Option<DateTime<Utc>>,
}

/// Records it and what follows. A no under general authorisation is refused: that is an objection.
pub async fn record(
    cx: &Context,
    actor: Actor,
    change: &str,
    said: &Said<'_>,
    file: Option<&Attachment>,
) -> Result<Done, Error> {
    let recorder = account(&actor)?;
    let by = words("by", said.by)?;
    if matches!(said.channel, Channel::Link | Channel::Api) {
        return Err(Error::NotByHand { field: "channel", word: said.channel.to_string() });
    }
    let mut tx = cx.begin(actor).await?;
    let (contract, customer, name) = contract_called(&mut tx, said.contract, said.customer).await?;
    // An exclusion that ends makes it entitled to what else is open: written as customers are.
    store::entitlement::lock_shared(&mut tx).await?;
    let case = Case::lock_to_hear(&mut tx, change, customer, &name, said.word).await?;
    let now = tx.now();
    let at = said.at.unwrap_or(now);
    case.check_instant("said", at, now)?;
    let facts = case.facts(cx, &mut tx).await?;
    let authorisation = case.asked(cx, &facts, now).contracts().get(&contract).copied();
    let spoken = facts.said.contains_key(&contract);
    can_be_said(said, authorisation, spoken, (&case.name, &case.change.reference))?;
    if let Some(last) = store::clearing::last_word_at(tx.conn(), case.change.id, contract).await?
        && last > at
    {
        return Err(Error::NotTheLastWord { contract: said.contract.to_owned(), last });
    }
    let hash = match file {
        Some(file) => Some(file.keep(&mut tx).await?),
        None => None,
    };
    let statement = Statement {
        change: case.change.id,
        contract,
        yes: match said.word {
            Word::Yes => Some(true),
            Word::No => Some(false),
            Word::TakenBack => None,
        },
        said_by: by,
        channel: said.channel,
        said_at: at,
        file: hash,
        account: recorder,
    };
    store::clearing::say(&mut tx, &statement).await?;
    let stands = case.settle(cx, &mut tx).await?;
    let done = case.done(&stands);
    let mut events = vec![Event::ConsentRecorded {
        change: case.change.id,
        customer,
        contract: said.contract.to_owned(),
        word: said.word,
        said_by: by.to_owned(),
        said_at: at,
        channel: said.channel,
        attached: hash.map(hex::encode),
        clear_at: done.clear_at,
    }];
    if done.exclusion_ended {
        events.extend(cx.end_exclusions(&mut tx, &case.change, Some(&[customer])).await?);
        events.extend(cx.settle(&mut tx, &[customer]).await?);
    }
    tx.commit(events).await?;
    cx.bells.ring("deliver");
    cx.bells.ring("take_effect");
    Ok(done)
}

/// Refuses a word that is not asked for under the contract, or that says nothing there.
fn can_be_said(
    said: &Said<'_>,
    authorisation: Option<Authorisation>,
    spoken: bool,
    (customer, change): (&str, &str),
) -> Result<(), Error> {
    let (contract, customer, change) = (said.contract.to_owned(), customer.to_owned(), change.to_owned());
    match (said.word, authorisation) {
        (_, None) => Err(Error::NotInScope { contract, customer, change }),
        (Word::No, Some(Authorisation::General)) => Err(Error::NoUnderGeneral { contract, customer }),
        (Word::TakenBack, _) if !spoken => Err(Error::NothingToTakeBack { contract, customer, change }),
        (Word::Yes | Word::No | Word::TakenBack, Some(_)) => Ok(()),
    }
}
