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
    let case = Case::lock(&mut tx, change, customer, &name).await?;
    let now = tx.now();
    let at = said.at.unwrap_or(now);
    case.check_instant("said", at, now)?;
    let facts = case.facts(cx, &mut tx).await?;
    let refused = || (said.contract.to_owned(), name.clone(), case.change.reference.clone());
    let Some(authorisation) = case.asked(cx, &facts, now).contracts().get(&contract).copied() else {
        let (contract, customer, change) = refused();
        return Err(Error::NotInScope { contract, customer, change });
    };
    match said.word {
        Word::No if authorisation == Authorisation::General => {
            let (contract, customer, _) = refused();
            return Err(Error::NoUnderGeneral { contract, customer });
        }
        Word::TakenBack if !facts.said.contains_key(&contract) => {
            let (contract, customer, change) = refused();
            return Err(Error::NothingToTakeBack { contract, customer, change });
        }
        Word::Yes | Word::No | Word::TakenBack => {}
    }
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
    tx.commit([Event::ConsentRecorded {
        change: case.change.id,
        customer,
        contract: said.contract.to_owned(),
        word: said.word,
        said_by: by.to_owned(),
        said_at: at,
        channel: said.channel,
        attached: hash.map(hex::encode),
        clear_at: done.clear_at,
    }])
    .await?;
    cx.bells.ring("take_effect");
    Ok(done)
}
