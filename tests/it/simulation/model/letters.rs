//! Who gets the letters of an announcement, and what the relay says of them.

use super::{At, Case, Contact, Customer, Model};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    Waiting,
    Accepted(At),
    Failed,
}

/// All privacy contacts and notice addresses at once; where none of them can be reached, the first of the others.
fn at_once(customer: &Customer) -> Vec<&Contact> {
    let alive = || customer.contacts.iter().filter(|contact| !contact.dead);
    let first: Vec<&Contact> = alive().filter(|contact| contact.privacy || contact.notice_address).collect();
    if first.is_empty() { alive().min_by_key(|contact| contact.rank).into_iter().collect() } else { first }
}

/// Nobody gets the same announcement twice.
pub fn write_to(case: &mut Case, customer: &Customer) {
    for contact in at_once(customer) {
        case.letters.entry(contact.address.clone()).or_insert(Letter::Waiting);
    }
}

impl Model {
    /// The relay took, or refused, a letter. Where all of a customer's were refused, the next contact is asked.
    pub fn relay_said(&mut self, change: &str, customer: &str, address: &str, said: Letter) {
        if said == Letter::Failed {
            let refused = |contact: &&mut Contact| contact.address == address && !contact.takes_mail;
            if let Some(contact) = self.customer_mut(customer).contacts.iter_mut().find(refused) {
                contact.dead = true;
            }
        }
        let contacts = self.customer(customer).contacts.clone();
        let case = self.case_mut(change, customer);
        case.letters.insert(address.to_owned(), said);
        if case.letters.values().all(|letter| *letter == Letter::Failed) {
            let asked = |contact: &&Contact| case.letters.contains_key(&contact.address);
            let left = contacts.iter().filter(|contact| !contact.dead && !asked(contact));
            if let Some(next) = left.min_by_key(|contact| (!contact.privacy, contact.rank)) {
                case.letters.insert(next.address.clone(), Letter::Waiting);
            }
        }
        if let Letter::Accepted(at) = said {
            let first = &mut self.change_mut(change).first_letter;
            *first = first.map_or(Some(at), |earlier| Some(earlier.min(at)));
        }
    }
}
