//! Whose a mail is: the first of its identifiers, in chapter 10's order, that names a letter or a customer on file.

use chrono::TimeDelta;

use crate::domain::access::MailPurpose;
use crate::domain::customer::CustomerId;
use crate::domain::inbound::{Identifier, Names, Reading, Rule};
use crate::domain::inbox::{Sign, is_public_provider};
use crate::domain::recipient::RecipientId;
use crate::store::inbox::{self, Named};
use crate::store::{Error, Tx};

/// One customer is whose it is; of two or more a person must say which, however many there are.
const CUSTOMERS_MAX: i64 = 2;

/// An event that names nothing but an address is about the newest letter to it that left so long ago at most.
const EVENTS_COME_WITHIN: TimeDelta = TimeDelta::days(7);

/// What a mail was matched to.
#[derive(Debug)]
pub(super) struct Match {
    pub rule: Rule,
    of_the_way: bool,
    /// The letter that it is about, or answers.
    pub letter: Option<Named>,
    /// Several where one address is a contact of several, or several share its domain.
    pub customers: Vec<CustomerId>,
    /// Who wrote it, or whom the letter was for.
    pub recipient: Option<RecipientId>,
}

impl Match {
    pub(super) fn sign(&self) -> Sign {
        Sign { rule: self.rule, of_the_way: self.of_the_way }
    }

    /// Whose it is, if it is one customer's.
    pub(super) fn customer(&self) -> Option<CustomerId> {
        match self.customers.as_slice() {
            [customer] => Some(*customer),
            _ => None,
        }
    }
}

pub(super) async fn find(tx: &mut Tx, reading: &Reading) -> Result<Option<Match>, Error> {
    for Identifier { rule, names } in &reading.identifiers {
        let found = match names {
            Names::Delivery { id, purpose } => {
                let of_the_way =
                    matches!(purpose, MailPurpose::Bounce | MailPurpose::Delivery | MailPurpose::Message);
                let letter = inbox::named(tx.conn(), *id).await?;
                letter.map(|letter| Match { of_the_way, ..of_letter(*rule, letter) })
            }
            Names::MessageId(id) => match inbox::by_wire_id(tx.conn(), id).await? {
                Some(delivery) => {
                    inbox::named(tx.conn(), delivery).await?.map(|letter| of_letter(*rule, letter))
                }
                None => None,
            },
            Names::Address(address) if *rule == Rule::Sender => of_sender(tx, address).await?,
            Names::Address(address) if *rule == Rule::EventAddress => {
                let since = tx.now() - EVENTS_COME_WITHIN;
                match inbox::newest_to(tx.conn(), address, since).await? {
                    Some(delivery) => {
                        inbox::named(tx.conn(), delivery).await?.map(|letter| of_letter(*rule, letter))
                    }
                    None => None,
                }
            }
            Names::Change(_) => Some(nobodys(Rule::Reference)),
            Names::Address(_) => None,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn of_letter(rule: Rule, letter: Named) -> Match {
    let customers = letter.customer.into_iter().collect();
    Match { rule, of_the_way: true, recipient: letter.recipient, customers, letter: Some(letter) }
}

fn nobodys(rule: Rule) -> Match {
    Match { rule, of_the_way: false, letter: None, customers: Vec::new(), recipient: None }
}

/// A contact's own address, else the domain of a customer's contacts.
async fn of_sender(tx: &mut Tx, address: &str) -> Result<Option<Match>, Error> {
    let contacts = inbox::contacts_at(tx.conn(), address, CUSTOMERS_MAX).await?;
    if let Some((recipient, _)) = contacts.first() {
        let one = (contacts.len() == 1).then_some(*recipient);
        let customers = contacts.into_iter().map(|(_, customer)| customer).collect();
        return Ok(Some(Match {
            rule: Rule::Sender,
            of_the_way: false,
            letter: None,
            customers,
            recipient: one,
        }));
    }
    let Some((_, domain)) = address.rsplit_once('@') else { return Ok(None) };
    if is_public_provider(domain) {
        return Ok(None);
    }
    let customers = inbox::customers_at(tx.conn(), domain, CUSTOMERS_MAX).await?;
    Ok((!customers.is_empty()).then_some(Match {
        rule: Rule::Sender,
        of_the_way: false,
        letter: None,
        customers,
        recipient: None,
    }))
}
