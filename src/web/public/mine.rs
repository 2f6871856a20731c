//! `/mine/{token}`: the register as it concerns one customer: what is used for its data, what comes and until when it can object, the
//! letters it had, its contacts.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};

use super::genuine;
use super::link;
use super::object::status::masked;
use super::start::own_day;
use super::subprocessor;
use super::wording::{self, Fact, Tense};
use crate::actions::ask_clearance;
use crate::domain::access::LinkPurpose;
use crate::domain::change::{ChangeId, ChangeKind};
use crate::domain::clearance::{Answer, Kept, Reason};
use crate::domain::customer::{Contract, CustomerKind};
use crate::domain::recipient::Recipient;
use crate::domain::register::{Version, on_day};
use crate::domain::subprocessor::SubprocessorId;
use crate::store::page::{self, Addressee, Duty, Had, PublicChange};
use crate::store::{self, Snapshot};
use crate::web::Site;
use crate::web::dates;
use crate::web::error::PageError;
use crate::web::page::{Shell, rendered};
use crate::web::words::Words;

/// How many notices the list of letters looks back on.
const NOTICES_LISTED: i64 = 200;

#[derive(Debug, Template)]
#[template(path = "mine.html")]
struct Page {
    shell: Shell,
    title: String,
    lede: String,
    agreements: Vec<Fact>,
    caption: String,
    rows: Vec<Row>,
    coming: Vec<Coming>,
    letters: Vec<Letter>,
    contacts: Vec<Contact>,
    manage: String,
    successor: Option<String>,
}

/// A subprocessor, and whether it is used for this customer's data.
#[derive(Debug)]
struct Row {
    href: String,
    name: String,
    data_types: String,
    places: String,
    badge: String,
    tone: &'static str,
}

/// An announced change, with this customer's dates.
#[derive(Debug)]
struct Coming {
    headline: String,
    day_label: String,
    day: String,
    /// None: held, and no day is known.
    iso: Option<String>,
    until: String,
    /// This reader's own page of it, or everybody's.
    href: String,
}

#[derive(Debug)]
struct Letter {
    day: String,
    iso: String,
    what: String,
    /// Of a letter to this reader.
    href: Option<String>,
    to: String,
}

#[derive(Debug)]
struct Contact {
    name: String,
    address: String,
    is_reader: bool,
    state: Option<String>,
}

/// What one snapshot says of a customer.
struct Mine<'a> {
    site: &'a Site,
    who: Addressee,
    now: DateTime<Utc>,
    today: NaiveDate,
    contracts: Vec<Contract>,
    /// Those of today, by name.
    listed: Vec<Version>,
    /// Whether its data may go to each of them; none where no contract says that there is any.
    answers: Vec<Answer>,
    open: Vec<PublicChange>,
    duties: Vec<Duty>,
    pages: Vec<(ChangeId, i64)>,
    letters: Vec<Had>,
    contacts: Vec<Recipient>,
}

pub fn path(site: &Site, who: &Addressee) -> String {
    format!("/mine/{}", site.keys().link(LinkPurpose::Mine, who.recipient.0, who.link_epoch))
}

/// `GET /mine/{token}`
pub async fn show(site: Site, Path(token): Path<String>) -> Result<Response, PageError> {
    let mut snapshot = site.cx().snapshot().await?;
    let who = link::open(&site, &mut snapshot, &token, LinkPurpose::Mine).await?.who;
    let mine = Mine::read(&site, &mut snapshot, who).await?;
    rendered(StatusCode::OK, &mine.page())
}

impl<'a> Mine<'a> {
    async fn read(site: &'a Site, snapshot: &mut Snapshot, who: Addressee) -> Result<Self, PageError> {
        let now = site.cx().now().await?;
        let today = site.cx().policy.zone.day_of(now);
        let customer = who.linked_to.unwrap_or(who.customer);
        let conn = snapshot.conn();
        let agreements = in_force(store::customer::contract_versions(conn, customer).await?, today);
        let versions = store::subprocessor::versions(conn).await?;
        let open = page::open_changes(conn).await?;
        let changes: Vec<ChangeId> = open.iter().map(|change| change.id).collect();
        let duties = page::duties(conn, customer, &changes, &site.cx().policy.zone, today).await?;
        let pages = page::pages_of(conn, who.recipient, &changes).await?;
        let letters = page::letters(conn, who.customer, NOTICES_LISTED).await?;
        let contacts = store::recipient::of_customer(conn, who.customer).await?;
        let listed: Vec<Version> = on_day(&versions, today).into_iter().cloned().collect();
        let ids: Vec<SubprocessorId> = listed.iter().map(|version| version.subprocessor_id).collect();
        let answers = if who.kind == CustomerKind::Contract || who.linked_to.is_some() {
            ask_clearance::for_each(site.cx(), snapshot, customer, &ids, now).await?
        } else {
            Vec::new()
        };
        Ok(Self {
            site,
            who,
            now,
            today,
            contracts: agreements,
            listed,
            answers,
            open,
            duties,
            pages,
            letters,
            contacts,
        })
    }

    fn words(&self) -> &Words {
        self.site.words()
    }

    fn page(&self) -> Page {
        let (words, who) = (self.words(), &self.who);
        let is_contact = who.kind == CustomerKind::Contract;
        let customer = if is_contact { who.customer_name.as_str() } else { who.address.as_str() };
        let link = |purpose| self.site.keys().link(purpose, who.recipient.0, who.link_epoch);
        let day = dates::long(words, self.today);
        Page {
            shell: self.site.shell("", true),
            title: words.with("mine-title", [("customer", customer)]),
            lede: words
                .with("mine-lede", [("processor", self.site.processor().name.as_str()), ("day", &day)]),
            agreements: self.contracts.iter().map(|contract| self.agreement(contract)).collect(),
            caption: words.with("mine-caption", [("day", &day)]),
            rows: self.rows(),
            coming: self.open.iter().map(|change| self.coming(change)).collect(),
            letters: self.letters.iter().map(|had| self.letter(had)).collect(),
            contacts: if is_contact {
                self.contacts.iter().filter_map(|contact| self.contact(contact)).collect()
            } else {
                Vec::new()
            },
            manage: format!("/manage/{}", link(LinkPurpose::Manage)),
            successor: is_contact.then(|| format!("/unsubscribe/{}", link(LinkPurpose::Unsubscribe))),
        }
    }

    /// The contract, by what letters quote of it, and the products it is about.
    fn agreement(&self, contract: &Contract) -> Fact {
        let words = self.words();
        let named = [contract.clause.as_deref(), contract.document.as_deref()];
        let named: Vec<&str> = named.into_iter().flatten().collect();
        let name = if named.is_empty() { contract.reference.clone() } else { named.join(", ") };
        let products = match contract.products.as_slice() {
            [] => words.get("mine-all-products"),
            some => some.join(", "),
        };
        Fact::of(name, products)
    }

    fn rows(&self) -> Vec<Row> {
        let row = |(place, version): (usize, &Version)| {
            let (badge, tone) = self.answers.get(place).map(|answer| self.said(answer)).unwrap_or_default();
            Row {
                href: subprocessor::path(&version.slug),
                name: version.facts.name.clone(),
                data_types: version.facts.data_types.join(", "),
                places: wording::places(self.words(), &version.facts),
                badge,
                tone,
            }
        };
        self.listed.iter().enumerate().map(row).collect()
    }

    fn said(&self, answer: &Answer) -> (String, &'static str) {
        let words = self.words();
        let Answer::NotCleared { whys, .. } = answer else { return (words.get("mine-used"), "ok") };
        let kept = |kept| whys.iter().any(|why| why.reason == Reason::Kept(kept));
        if kept(Kept::Excluded) {
            (words.get("mine-excluded"), "key")
        } else if kept(Kept::NotCovered) {
            (words.get("mine-not-covered"), "")
        } else if kept(Kept::NotInForce) {
            (words.get("mine-not-yet"), "key")
        } else {
            (words.get("mine-kept-back"), "warn")
        }
    }

    fn coming(&self, change: &PublicChange) -> Coming {
        let words = self.words();
        let duty = self.duties.iter().find(|duty| duty.change == change.id);
        // A letter told what concerns its customer, and its page tells nothing else.
        let is_told = duty.is_some() || self.duties.is_empty();
        let page = self.pages.iter().find(|(id, _)| is_told && *id == change.id);
        let href = page.map_or_else(
            || format!("/changes/{}", change.reference),
            |(_, delivery)| {
                let token = self.site.keys().link(LinkPurpose::Object, *delivery, self.who.link_epoch);
                format!("/object/{token}")
            },
        );
        let day = own_day(change, duty, &self.site.cx().policy.zone, self.today);
        let ends = change.kind == ChangeKind::Removal;
        Coming {
            day_label: words.get(if ends { "mine-planned-end" } else { "letter-planned" }),
            headline: wording::headline(words, change, Tense::Planned),
            day: day.map_or_else(|| words.get("held-no-day"), |day| dates::long(words, day)),
            iso: day.map(|day| day.to_string()),
            until: self.until(change, duty),
            href,
        }
    }

    /// This customer's own deadline, in the zone of the contract that decides.
    fn until(&self, change: &PublicChange, duty: Option<&Duty>) -> String {
        let words = self.words();
        if change.kind == ChangeKind::Removal {
            return words.get("mine-not-asked");
        }
        let Some(duty) = duty.filter(|duty| duty.is_owed()) else { return words.get("mine-not-owed") };
        let stated = duty.terms.as_ref().and_then(|terms| terms.time_zone.as_ref());
        let zone = stated.unwrap_or(&self.site.cx().policy.zone);
        if duty.consent.excludes() {
            return words.get("mine-excluded");
        }
        match (duty.window_closes_at, duty.served_at) {
            (Some(at), _) if at < self.now => {
                words.with("mine-was-until", [("deadline", &dates::deadline(words, at, zone))])
            }
            (Some(at), _) => words.with("mine-until", [("deadline", &dates::deadline(words, at, zone))]),
            (None, Some(_)) => words.get("letter-until-effect"),
            (None, None) => words.get("object-not-served"),
        }
    }

    fn letter(&self, had: &Had) -> Letter {
        let words = self.words();
        let is_own = had.recipient_id == self.who.recipient.0;
        let day = self.site.cx().policy.zone.day_of(had.accepted_at);
        let token = self.site.keys().link(LinkPurpose::Letter, had.delivery_id, self.who.link_epoch);
        Letter {
            day: dates::plain(words, day),
            iso: day.to_string(),
            what: format!(
                "{} {}",
                words.get(genuine::kind_of_notice(&had.notice_kind)),
                had.notice_reference
            ),
            href: is_own.then(|| format!("/letter/{token}")),
            to: address(had.address.as_deref().unwrap_or_default(), is_own),
        }
    }

    /// None: forgotten.
    fn contact(&self, contact: &Recipient) -> Option<Contact> {
        let is_reader = contact.id == self.who.recipient;
        (!contact.address.is_empty()).then(|| Contact {
            name: contact.name.clone(),
            address: address(&contact.address, is_reader),
            is_reader,
            state: (!contact.reachable()).then(|| self.words().get("mine-unreachable")),
        })
    }
}

/// In full only for whom it belongs to: whoever the letter was forwarded to sees this page too.
fn address(address: &str, is_own: bool) -> String {
    if is_own || address.is_empty() { address.to_owned() } else { masked(address) }
}

/// Of each contract that runs today the version that holds.
fn in_force(versions: Vec<store::customer::ContractVersion>, today: NaiveDate) -> Vec<Contract> {
    let mut contracts: Vec<Contract> = Vec::new();
    for version in versions {
        let contract = version.contract;
        let runs = contract.signed_on <= today && contract.ended_on.is_none_or(|last| today <= last);
        if runs && version.valid_from <= today && contracts.iter().all(|known| known.id != contract.id) {
            contracts.push(contract);
        }
    }
    contracts
}
