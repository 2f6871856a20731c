//! Whose a mail is: the first of its identifiers, in chapter 10's order, that names a letter or a customer on file. What else a person's
//! mail was sent to, or answers, it may object to as well.

use chrono::TimeDelta;

use crate::domain::access::MailPurpose;
use crate::domain::customer::CustomerId;
use crate::domain::inbound::{Class, Identifier, Names, Reading, Rule};
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
    /// Of a person's mail: the other letters that it was sent to or answers, the best sign first.
    pub further: Vec<(Rule, Named)>,
    /// Several where one address is a contact of several, or several share its domain, or it names letters to several.
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

    /// The letters that it names, the best sign first.
    pub(super) fn letters(&self) -> impl Iterator<Item = (Rule, &Named)> {
        let best = self.letter.as_ref().map(|letter| (self.rule, letter));
        best.into_iter().chain(self.further.iter().map(|(rule, letter)| (*rule, letter)))
    }

    /// It answers letters that went to an address on no file: a subscription to be confirmed.
    fn is_to_nobody(&self) -> bool {
        let is_on_file = |letter: &Named| letter.recipient.is_some() || letter.objection.is_some();
        self.letter.is_some() && !self.letters().any(|(_, letter)| is_on_file(letter) || letter.is_ours)
    }

    fn knows(&self, identifier: &Identifier) -> bool {
        matches!(identifier.names, Names::Delivery { id, .. } if self.letters().any(|(_, known)| known.delivery == id))
    }

    fn add(&mut self, rule: Rule, letter: Named) {
        if self.letters().any(|(_, known)| known.delivery == letter.delivery) {
            return;
        }
        if let Some(customer) = letter.customer
            && !self.customers.contains(&customer)
        {
            self.customers.push(customer);
        }
        self.recipient = self.recipient.or(letter.recipient).filter(|_| self.customers.len() == 1);
        self.further.push((rule, letter));
    }

    /// Of these letters, which are in their order.
    pub(super) fn of_letters(letters: Vec<(Rule, Named)>) -> Option<Self> {
        let mut letters = letters.into_iter();
        let (rule, first) = letters.next()?;
        let mut found = of_letter(rule, first);
        letters.for_each(|(rule, letter)| found.add(rule, letter));
        Some(found)
    }
}

/// By this a mail was sent to a letter's address, or stands in its thread. What a text quotes, anybody may have written long ago.
fn answers(rule: Rule) -> bool {
    match rule {
        Rule::EnvelopeToken | Rule::RecipientToken | Rule::WireMessageId | Rule::Thread => true,
        Rule::RelayEvent
        | Rule::ReturnedDelivery
        | Rule::QuotedToken
        | Rule::EventAddress
        | Rule::Sender
        | Rule::Reference => false,
    }
}

pub(super) async fn find(tx: &mut Tx, reading: &Reading) -> Result<Option<Match>, Error> {
    let mut best: Option<Match> = None;
    for identifier in &reading.identifiers {
        match &mut best {
            None => best = by(tx, identifier).await?,
            // A machine's mail is about one letter.
            Some(best)
                if reading.class == Class::Reply && answers(identifier.rule) && !best.knows(identifier) =>
            {
                if let Some(Match { rule, letter: Some(letter), .. }) = by(tx, identifier).await? {
                    best.add(rule, letter);
                }
            }
            Some(_) => {}
        }
    }
    match (&best, &reading.sender) {
        // Anybody may have had that letter; who answers it is known by his address, if at all.
        (Some(known), Some(sender)) if reading.class == Class::Reply && known.is_to_nobody() => {
            of_sender(tx, sender).await
        }
        _ => Ok(best),
    }
}

async fn by(tx: &mut Tx, Identifier { rule, names }: &Identifier) -> Result<Option<Match>, Error> {
    let letter = match names {
        Names::Delivery { id, purpose } => {
            let of_the_way =
                matches!(purpose, MailPurpose::Bounce | MailPurpose::Delivery | MailPurpose::Message);
            let letter = inbox::named(tx.conn(), *id).await?;
            return Ok(letter.map(|letter| Match { of_the_way, ..of_letter(*rule, letter) }));
        }
        Names::MessageId(id) => inbox::by_wire_id(tx.conn(), id).await?,
        Names::Address(address) if *rule == Rule::Sender => return of_sender(tx, address).await,
        Names::Address(address) if *rule == Rule::EventAddress => {
            let since = tx.now() - EVENTS_COME_WITHIN;
            inbox::newest_to(tx.conn(), address, since).await?
        }
        Names::Change(_) => return Ok(Some(of_nobody(Rule::Reference))),
        Names::Address(_) => None,
    };
    let Some(letter) = letter else { return Ok(None) };
    Ok(inbox::named(tx.conn(), letter).await?.map(|letter| of_letter(*rule, letter)))
}

fn of_letter(rule: Rule, letter: Named) -> Match {
    let customers = letter.customer.into_iter().collect();
    Match {
        of_the_way: true,
        recipient: letter.recipient,
        customers,
        letter: Some(letter),
        ..of_nobody(rule)
    }
}

fn of_nobody(rule: Rule) -> Match {
    Match {
        rule,
        of_the_way: false,
        letter: None,
        further: Vec::new(),
        customers: Vec::new(),
        recipient: None,
    }
}

/// A contact's own address, else the domain of a customer's contacts.
async fn of_sender(tx: &mut Tx, address: &str) -> Result<Option<Match>, Error> {
    let contacts = inbox::contacts_at(tx.conn(), address, CUSTOMERS_MAX).await?;
    if let Some((recipient, _)) = contacts.first() {
        let recipient = (contacts.len() == 1).then_some(*recipient);
        let customers = contacts.into_iter().map(|(_, customer)| customer).collect();
        return Ok(Some(Match { customers, recipient, ..of_nobody(Rule::Sender) }));
    }
    let Some((_, domain)) = address.rsplit_once('@') else { return Ok(None) };
    if is_public_provider(domain) {
        return Ok(None);
    }
    let customers = inbox::customers_at(tx.conn(), domain, CUSTOMERS_MAX).await?;
    Ok((!customers.is_empty()).then_some(Match { customers, ..of_nobody(Rule::Sender) }))
}
