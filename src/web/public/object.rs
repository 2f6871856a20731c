//! `/object/{token}`: the personal page of one letter, with this reader's own dates, and the form to object.
//!
//! A GET shows, and changes nothing; sending is a POST to [`lodge_objection`], whose
//! instant is that of the request's first byte ([`Arrived`]). After it the reader is sent to the status page, so
//! that a reload is a reading. Whatever fails, what was written stays in the form.

pub mod authorise;
pub mod clock;
mod follows;
mod form;
mod notes;
mod over;
pub mod receipt;
pub mod said;
pub mod status;
pub mod take_back;
pub mod view;

use askama::Template;
use axum::Extension;
use axum::body::to_bytes;
use axum::extract::{FromRequest as _, Multipart, Path, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};

use super::link::{self, Opened};
use super::start::own_day;
use crate::actions::Attachment;
use crate::actions::lodge_objection::{self, Statement};
use crate::domain::access::LinkPurpose;
use crate::domain::change::{ChangeId, State as ChangeState};
use crate::domain::customer::{CustomerId, CustomerKind, Terms};
use crate::domain::delivery::DeliveryId;
use crate::domain::objection::{Channel, Reach, answer_due_on};
use crate::domain::zone::Zone;
use crate::store::page::{self, Duty, Letter, PublicChange, Sent, Spoken};
use crate::web::Site;
use crate::web::error::PageError;
use crate::web::letters;
use crate::web::page::{Message, Shell, rendered, see_other};
use crate::web::watermark::Arrived;
use form::{Fault, Filled};

/// What one statement says of a letter and what became of it.
#[derive(Debug)]
pub struct Personal<'a> {
    pub site: &'a Site,
    pub token: &'a str,
    pub opened: Opened,
    pub now: DateTime<Utc>,
    /// The customer whose dates these are.
    pub customer: CustomerId,
    pub sent: Sent,
    pub changes: Vec<PublicChange>,
    /// Those of them for which no announcement counts.
    pub waiting: Vec<ChangeId>,
    pub duties: Vec<Duty>,
    /// Nothing of it is shown to the link of a former contact.
    pub objections: Vec<page::Statement>,
    pub spoken: Vec<Spoken>,
    /// The customer's, by its contract.
    pub zone: Zone,
    pub terms: Terms,
}

impl<'a> Personal<'a> {
    pub async fn read(site: &'a Site, token: &'a str, purpose: LinkPurpose) -> Result<Self, PageError> {
        let link = link::claimed(site, token, purpose)?;
        let (now, letter) = letters::read(site, link.id).await?;
        let Letter { who, sent, changes, waiting, duties, objections, spoken } =
            letter.ok_or(PageError::UnknownLink)?;
        let opened = link::opened(site, &link, who)?;
        let (objections, spoken) =
            if opened.former { (Vec::new(), Vec::new()) } else { (objections, spoken) };
        // The terms that decide: those of the first contract among the duties.
        let terms = duties.iter().find_map(|duty| duty.terms.clone()).unwrap_or_default();
        Ok(Self {
            site,
            token,
            now,
            customer: opened.who.linked_to.unwrap_or(opened.who.customer),
            opened,
            sent,
            changes,
            waiting,
            duties,
            objections,
            spoken,
            zone: terms.time_zone.clone().unwrap_or_else(|| site.cx().policy.zone.clone()),
            terms,
        })
    }

    /// A subscriber whom the DPO has linked to no customer: it is told of everything, and objections are its customer's right.
    fn is_nobodys_customer(&self) -> bool {
        let who = &self.opened.who;
        who.kind == CustomerKind::Subscriber && who.linked_to.is_none() && self.duties.is_empty()
    }

    /// The changes that can still be objected to, be it late.
    fn objectable(&self) -> impl Iterator<Item = &PublicChange> {
        self.changes.iter().filter(|change| match change.state {
            ChangeState::Scheduled | ChangeState::InNotice | ChangeState::Held | ChangeState::Effective => {
                true
            }
            ChangeState::Draft | ChangeState::Withdrawn | ChangeState::Discarded => false,
        })
    }

    /// Those of them that concern the customer; all, where none does. A subscriber's letter tells more than its customer may object to.
    fn concerning(&self) -> impl Iterator<Item = &PublicChange> {
        let concerns_none = self.objectable().all(|change| self.duty(change).is_none());
        self.objectable().filter(move |change| concerns_none || self.duty(change).is_some())
    }

    fn duty(&self, change: &PublicChange) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.change == change.id)
    }

    /// Whether its next letter replaces the dates that were told, and asks anew.
    fn waits_to_be_announced(&self, change: &PublicChange) -> bool {
        change.state.is_open() && self.waiting.contains(&change.id)
    }

    /// Since when the change is in force for this customer. Never, where its silence keeps it out.
    fn in_force_at(&self, change: &PublicChange) -> Option<DateTime<Utc>> {
        let duty = self.duty(change);
        let kept_out = duty.is_some_and(|duty| duty.is_owed() && duty.consent.excludes());
        let own = duty.and_then(|duty| duty.in_force_at);
        own.into_iter().chain(change.took_effect_at).min().filter(|_| !kept_out)
    }

    /// Whether the terms let the window of this emergency run on after the start.
    fn runs_on(&self, change: &PublicChange) -> bool {
        let stated = self.duty(change).and_then(|duty| duty.terms.as_ref());
        let reach = |terms: &Terms| Reach::of(terms, change.emergency.is_some());
        stated.map_or_else(|| reach(&Terms::default()), reach) == Reach::AfterStart
    }

    /// The day planned for this customer, or on which it began. None: held or kept back, and no day is known.
    pub fn day(&self, change: &PublicChange) -> Option<NaiveDate> {
        let zone = &self.site.cx().policy.zone;
        own_day(change, self.duty(change), zone, zone.day_of(self.now))
    }

    /// The days of what its letter told and is not withdrawn; of all, where everything is.
    fn days(&self) -> Vec<Option<NaiveDate>> {
        let goes_on =
            |change: &&PublicChange| !matches!(change.state, ChangeState::Withdrawn | ChangeState::Discarded);
        let mut days: Vec<_> = self.changes.iter().filter(goes_on).map(|change| self.day(change)).collect();
        if days.is_empty() {
            days.extend(self.changes.iter().map(|change| self.day(change)));
        }
        days
    }

    /// The first of them.
    pub fn first_day(&self) -> Option<NaiveDate> {
        self.days().into_iter().flatten().min()
    }

    pub fn days_differ(&self) -> bool {
        let days = self.days();
        days.iter().any(|day| days.first() != Some(day))
    }

    /// When it is planned to start for this customer, if a day is known.
    fn starts_at(&self, change: &PublicChange) -> Option<DateTime<Utc>> {
        self.day(change).map(|day| self.site.cx().policy.zone.first_instant(day))
    }

    /// The day by which something said now is answered.
    fn answer_by(&self) -> NaiveDate {
        let cx = self.site.cx();
        let today = cx.policy.zone.day_of(self.now);
        let within = cx.settings.objections.answer_within;
        answer_due_on(today, within, |day| cx.policy.holidays.is_working_day(day))
    }
}

/// `GET /object/{token}`
pub async fn show(site: Site, Path(token): Path<String>) -> Result<Response, PageError> {
    let personal = Personal::read(&site, &token, LinkPurpose::Object).await.map_err(unknown)?;
    rendered(StatusCode::OK, &view::page_of(&personal, &Filled::blank(&personal), &[]))
}

/// `POST /object/{token}`: what is written here has reached us.
pub async fn object(
    site: Site,
    Path(token): Path<String>,
    Extension(Arrived(arrived)): Extension<Arrived>,
    request: Request,
) -> Response {
    // Before anything of a file is read: who has no link sends none.
    if site.keys().open_link(&token).is_none_or(|link| link.purpose != LinkPurpose::Object) {
        return unknown_link(&site);
    }
    let filled = match filled(request).await {
        Ok(filled) => filled,
        Err(refused) => return refused,
    };
    match lodge(&site, &token, arrived, &filled).await {
        Ok(response) => response,
        Err(PageError::UnknownLink | PageError::NotFound) => unknown_link(&site),
        Err(failure) => retry(&site, &token, &filled, &failure),
    }
}

/// The form, with a file or without.
async fn filled(request: Request) -> Result<Filled, Response> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let parts = Multipart::from_request(request, &()).await.map_err(IntoResponse::into_response)?;
        return Filled::from_parts(parts).await.map_err(IntoResponse::into_response);
    }
    let body = to_bytes(request.into_body(), form::TYPED_BYTES_MAX).await;
    Ok(Filled::from_body(&body.map_err(|_| PageError::TooLarge.into_response())?))
}

async fn lodge(
    site: &Site,
    token: &str,
    arrived: DateTime<Utc>,
    filled: &Filled,
) -> Result<Response, PageError> {
    let personal = Personal::read(site, token, LinkPurpose::Object).await?;
    site.limits().statement(token)?;
    if personal.objectable().next().is_none() && !filled.is_on_file(&personal) {
        return over::answer(&personal, filled);
    }
    let faults = filled.faults(&personal);
    if !faults.is_empty() {
        let page = view::page_of(&personal, filled, &faults);
        return rendered(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let status = status::path(token);
    if filled.was_said_before(&personal) {
        return Ok(see_other(&status));
    }
    let statement = Statement {
        recipient: personal.opened.who.recipient,
        page: Some(DeliveryId(personal.opened.id)),
        changes: filled.changes_meant(&personal),
        channel: Channel::Link,
        door: Some(site.door()),
        received_at: arrived,
        text: filled.words(personal.opened.who.name.as_deref()),
        grounds: filled.grounds.clone(),
        condition: form::given(&filled.condition),
        on_behalf_of: form::given(&filled.behalf),
        file: filled
            .file
            .as_ref()
            .map(|file| Attachment { name: file.name.clone(), bytes: file.bytes.clone() }),
    };
    match lodge_objection::lodge(site.cx(), &statement).await {
        Ok(_) => Ok(see_other(&status)),
        Err(refused) => match fault_of(refused)? {
            Some(fault) => {
                let page = view::page_of(&personal, filled, &[fault]);
                rendered(StatusCode::UNPROCESSABLE_ENTITY, &page)
            }
            None => over::answer(&personal, filled),
        },
    }
}

/// What the reader can mend; none: the change was withdrawn meanwhile.
fn fault_of(refused: lodge_objection::Error) -> Result<Option<Fault>, PageError> {
    match refused {
        lodge_objection::Error::Empty => Ok(Some(Fault::Empty)),
        lodge_objection::Error::TooLong => Ok(Some(Fault::TooLong)),
        lodge_objection::Error::NothingToObjectTo { .. } => Ok(None),
        lodge_objection::Error::DoorClosed => Err(PageError::Away),
        lodge_objection::Error::Store(cause) => Err(cause.into()),
        lodge_objection::Error::Begin(cause) => Err(cause.into()),
        cause @ (lodge_objection::Error::Illegal(_) | lodge_objection::Error::ByHand(_)) => {
            Err(PageError::broke(&cause))
        }
    }
}

/// `GET /object/{token}/objection`: the receipt, and what has become of the objection since.
pub async fn objection(site: Site, Path(token): Path<String>) -> Result<Response, PageError> {
    let personal = Personal::read(&site, &token, LinkPurpose::Object).await.map_err(unknown)?;
    if personal.objections.is_empty() {
        let page = if personal.opened.former {
            status::kept(&personal)
        } else {
            return Ok(see_other(&format!("/object/{token}")));
        };
        return rendered(StatusCode::OK, &page);
    }
    rendered(StatusCode::OK, &status::page_of(&personal))
}

/// The link is unknown in the words of the objection page: replying to the letter counts as well.
fn unknown(error: PageError) -> PageError {
    if error == PageError::NotFound { PageError::UnknownLink } else { error }
}

fn unknown_link(site: &Site) -> Response {
    let page = Message {
        title: site.words().get("object-unknown-title"),
        lede: Some(site.with_dpo("object-unknown-lede")),
        ..Message::new(site)
    };
    rendered(StatusCode::NOT_FOUND, &page).into_response()
}

#[derive(Debug, Template)]
#[template(path = "retry.html")]
struct Retry {
    shell: Shell,
    title: String,
    says: crate::web::words::Html,
    action: String,
    hidden: Vec<(&'static str, String)>,
    text: String,
    /// A file cannot be sent back to be sent again.
    file_again: Option<String>,
}

/// Nothing was saved: the page needs no database and holds everything that was written.
fn retry(site: &Site, token: &str, filled: &Filled, failure: &PageError) -> Response {
    let words = site.words();
    let says = match failure {
        PageError::TooMany { .. } => words.rich("object-too-many", [("wait", &failure.wait(words))]),
        _ => words.rich("object-broke", []),
    };
    let page = Retry {
        shell: site.shell("", true),
        title: words.get("object-problem"),
        says,
        action: format!("/object/{token}"),
        hidden: filled.hidden(),
        text: filled.text.clone(),
        file_again: filled.file.as_ref().map(|file| words.with("object-file-again", [("name", &file.name)])),
    };
    failure.answered_by(&page).into_response()
}
