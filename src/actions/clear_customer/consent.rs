//! What a customer says under one of its contracts: yes, no, or neither any longer.

use chrono::{DateTime, Utc};

use super::receipt::queue_receipts;
use super::{Case, Done, Error, account, contract_called, words};
use crate::actions::{Attachment, Context};
use crate::domain::clearing::Word;
use crate::domain::customer::{Authorisation, ContractId};
use crate::domain::ledger::{Actor, Event};
use crate::domain::objection::Channel;
use crate::domain::recipient::RecipientId;
use crate::store::clearing::Statement;
use crate::store::{self, Tx};

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
        account: Some(recorder),
    };
    hear(cx, tx, &case, said.word, &[(said.contract, statement)]).await
}

/// The yes of a customer that is asked for one, by the personal link of a contact who speaks for it: under each of its contracts that asks,
/// as of now, which its privacy contacts are told by a receipt. Where it has said so before, nothing is said again.
pub async fn authorise(cx: &Context, who: RecipientId, change: &str) -> Result<Done, Error> {
    let mut tx = cx.begin(Actor::Link { recipient: who.0 }).await?;
    let speaker = store::recipient::by_id(tx.conn(), who).await?;
    let speaker =
        speaker.ok_or_else(|| store::Error::NotFound { what: "recipient", key: who.0.to_string() })?;
    let customer = speaker.customer_id;
    let name = store::customer::reference(tx.conn(), customer).await?;
    if !speaker.addressee().speaks_for_customer() {
        return Err(Error::NotTheirs { customer: name });
    }
    store::entitlement::lock_shared(&mut tx).await?;
    let case = Case::lock_to_hear(&mut tx, change, customer, &name, Word::Yes).await?;
    let now = tx.now();
    let facts = case.facts(cx, &mut tx).await?;
    let asked = case.asked(cx, &facts, now).contracts();
    let unsaid = |id: &ContractId| {
        asked.get(id) == Some(&Authorisation::Specific) && !facts.said.get(id).is_some_and(|said| said.yes)
    };
    let (mut statements, mut zone) = (Vec::new(), None);
    for version in &facts.versions {
        let (contract, reference) = (version.contract.id, version.contract.reference.as_str());
        let is_told = statements.iter().any(|(told, _): &(&str, Statement<'_>)| *told == reference);
        if unsaid(&contract) && !is_told {
            let statement = Statement {
                change: case.change.id,
                contract,
                yes: Some(true),
                said_by: &speaker.address,
                channel: Channel::Link,
                said_at: now,
                file: None,
                account: None,
            };
            statements.push((reference, statement));
            zone = zone.or(version.contract.terms.time_zone.as_ref());
        }
    }
    if statements.is_empty() {
        return Err(Error::NoYesAsked { change: case.change.reference, customer: name });
    }
    queue_receipts(cx, &mut tx, &case, &speaker, zone).await?;
    hear(cx, tx, &case, Word::Yes, &statements).await
}

/// Keeps what was said under each contract, and writes what follows.
async fn hear(
    cx: &Context,
    mut tx: Tx,
    case: &Case,
    word: Word,
    statements: &[(&str, Statement<'_>)],
) -> Result<Done, Error> {
    for (_, statement) in statements {
        store::clearing::say(&mut tx, statement).await?;
    }
    let stands = case.settle(cx, &mut tx).await?;
    let done = case.done(&stands);
    let said = |(contract, statement): &(&str, Statement<'_>)| Event::ConsentRecorded {
        change: case.change.id,
        customer: case.customer,
        contract: (*contract).to_owned(),
        word,
        said_by: statement.said_by.to_owned(),
        said_at: statement.said_at,
        channel: statement.channel,
        attached: statement.file.map(hex::encode),
        clear_at: done.clear_at,
    };
    let mut events: Vec<Event> = statements.iter().map(said).collect();
    if done.exclusion_ended {
        events.extend(cx.end_exclusions(&mut tx, &case.change, Some(&[case.customer])).await?);
        events.extend(cx.settle(&mut tx, &[case.customer]).await?);
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
