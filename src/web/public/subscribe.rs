//! Subscribing: ask, confirm, manage. Each step that changes something is a POST; links only open pages.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use url::form_urlencoded;

use super::choices::{self, Wanted};
use super::feed;
use super::link::{self, Opened};
use super::mine;
use super::register::Choice;
use super::wording::Fact;
use crate::actions::subscribe::{self, Error, LEFT, Shown, Standing};
use crate::domain::access::LinkPurpose;
use crate::domain::customer::{CustomerKind, Wishes};
use crate::domain::delivery::DeliveryId;
use crate::domain::ledger::Actor;
use crate::domain::recipient::parse_address;
use crate::store::page::Addressee;
use crate::store::subscriber::AskedFor;
use crate::web::Site;
use crate::web::dates;
use crate::web::error::PageError;
use crate::web::language::own_name;
use crate::web::limits::Network;
use crate::web::page::{Act, Back, Message, Notice, Shell, rendered, see_other};
use crate::web::words::Html;

/// The form as it was filled in.
#[derive(Debug)]
pub struct Form {
    pub mail: String,
    pub error: Option<String>,
    pub languages: Vec<Choice>,
    pub wanted: Wanted,
}

impl Form {
    /// As it was sent, with what is wrong with it.
    fn again(site: &Site, mail: String, error: Option<String>, body: &Bytes) -> Self {
        let languages = languages(site, &field(body, "lang"));
        Self { mail, error, languages, wanted: Wanted::of(site, &ticked(site, body)) }
    }

    pub fn empty(site: &Site) -> Self {
        let languages = languages(site, site.words().language());
        Self { mail: String::new(), error: None, languages, wanted: Wanted::of(site, &Wishes::default()) }
    }
}

/// What the boxes of a form say.
fn ticked(site: &Site, body: &Bytes) -> Wishes {
    let all = |name: &str| -> Vec<String> {
        let named = form_urlencoded::parse(body).filter(|(key, _)| key == name);
        named.map(|(_, value)| value.into_owned()).collect()
    };
    Wishes::ticked(&all("product"), &all("kind"), &site.cx().settings.site.products)
}

/// The languages of the letters, each by its own name.
fn languages(site: &Site, chosen: &str) -> Vec<Choice> {
    let choice =
        |tag: &String| Choice { value: tag.clone(), label: own_name(tag).to_owned(), chosen: tag == chosen };
    site.cx().settings.site.languages.iter().map(choice).collect()
}

#[derive(Debug, Template)]
#[template(path = "subscribe.html")]
struct Page {
    shell: Shell,
    title: String,
    lede: String,
    subscribe: Form,
}

impl Page {
    fn of(site: &Site, subscribe: Form) -> Self {
        let words = site.words();
        Self {
            shell: site.shell("subscribe", false),
            title: words.get("subscribe-title"),
            lede: words.get("subscribe-lede"),
            subscribe,
        }
    }
}

/// `GET /subscribe`
pub async fn form(site: Site, headers: HeaderMap) -> Result<Response, PageError> {
    let response = rendered(StatusCode::OK, &Page::of(&site, Form::empty(&site)))?;
    Ok(feed::revalidated(response, &headers, None).await)
}

/// `POST /subscribe`: the same answer, after the same work, whether or not the address is known.
pub async fn ask(site: Site, network: Network, body: Bytes) -> Result<Response, PageError> {
    let mail = field(&body, "mail");
    let Ok(address) = parse_address(&mail) else {
        let error = Some(site.words().get("subscribe-bad-address"));
        let form = Form::again(&site, mail, error, &body);
        return rendered(StatusCode::UNPROCESSABLE_ENTITY, &Page::of(&site, form));
    };
    if let Err(limited) = site.limits().subscribe(&network) {
        let error = Some(site.words().with("too-many-form", [("wait", &limited.wait(site.words()))]));
        let form = Form::again(&site, mail, error, &body);
        return limited.answered_by(&Page::of(&site, form));
    }
    send_letter(&site, &address, &field(&body, "lang"), &ticked(&site, &body)).await?;
    rendered(StatusCode::OK, &look_in_your_mail(&site, &address))
}

async fn send_letter(site: &Site, address: &str, language: &str, wishes: &Wishes) -> Result<(), PageError> {
    let known = &site.cx().settings.site.languages;
    let chosen = known.iter().find(|tag| *tag == language).or(known.first()).map_or("en", String::as_str);
    Ok(subscribe::ask(site.cx(), Actor::Public, address, chosen, wishes).await?)
}

fn look_in_your_mail(site: &Site, address: &str) -> Message {
    let words = site.words();
    Message {
        shell: site.shell("subscribe", true),
        title: words.get("subscribed-title"),
        lede: Some(words.rich("subscribed-lede", [("address", address)])),
        notice: Some(Notice {
            heading: words.get("subscribed-no-letter"),
            text: words.rich("subscribed-no-letter-text", []),
        }),
        small: Some(words.get("subscribed-same")),
        ..Message::new(site)
    }
}

/// `GET /confirm/{token}`: shows a button, and changes nothing.
pub async fn confirm_page(site: Site, Path(token): Path<String>) -> Result<Response, PageError> {
    let letter = DeliveryId(link::confirmation(&site, &token)?);
    let standing = subscribe::standing(site.cx(), letter).await?.ok_or(PageError::UnknownLink)?;
    site.read_by(&standing.asked().language);
    let page = match standing {
        Standing::Open(asked) => to_confirm(&site, &token, &asked),
        Standing::Confirmed(asked, known) => {
            let manage = site.keys().link(LinkPurpose::Manage, known.recipient.0, known.link_epoch);
            Message {
                paragraphs: vec![escaped(&site.words().get("confirmed-already"))],
                ..confirmed(&site, &asked.address, &manage)
            }
        }
        Standing::Expired(asked) => expired(&site, &token, &asked.address),
        Standing::Left(_) => left_since(&site),
    };
    rendered(StatusCode::OK, &page)
}

/// `POST /confirm/{token}`: puts the subscriber on file; pressed again it says so.
pub async fn confirm(
    site: Site,
    network: Network,
    Path(token): Path<String>,
    body: Bytes,
) -> Result<Response, PageError> {
    let letter = DeliveryId(link::confirmation(&site, &token)?);
    if !field(&body, "again").is_empty() {
        return another_letter(&site, &network, &token, letter).await;
    }
    let page = match subscribe::confirm(site.cx(), letter, &network.0, shown(&site, &body)).await {
        Ok((asked, known)) => {
            site.read_by(&asked.language);
            let manage = site.keys().link(LinkPurpose::Manage, known.recipient.0, known.link_epoch);
            confirmed(&site, &asked.address, &manage)
        }
        Err(Error::Expired(asked)) => {
            site.read_by(&asked.language);
            expired(&site, &token, &asked.address)
        }
        Err(Error::Left(asked)) => {
            site.read_by(&asked.language);
            left_since(&site)
        }
        Err(other) => return Err(other.into()),
    };
    rendered(StatusCode::OK, &page)
}

/// What the page showed whose button was pressed; none: it says nothing of that.
fn shown(site: &Site, body: &Bytes) -> Option<Shown> {
    let known = &site.cx().settings.site.languages;
    let language = Some(field(body, "lang")).filter(|tag| known.contains(tag))?;
    Some(Shown { language, wishes: ticked(site, body) })
}

async fn another_letter(
    site: &Site,
    network: &Network,
    token: &str,
    letter: DeliveryId,
) -> Result<Response, PageError> {
    let standing = subscribe::standing(site.cx(), letter).await?.ok_or(PageError::UnknownLink)?;
    let asked = standing.asked();
    site.read_by(&asked.language);
    if let Err(limited) = site.limits().subscribe(network) {
        let words = site.words();
        let notice = Notice {
            heading: words.get("error-too-many"),
            text: words.rich("too-many-again", [("wait", &limited.wait(words))]),
        };
        let page = Message { notice: Some(notice), ..expired(site, token, &asked.address) };
        return limited.answered_by(&page);
    }
    send_letter(site, &asked.address, &asked.language, &asked.wishes).await?;
    rendered(StatusCode::OK, &look_in_your_mail(site, &asked.address))
}

fn to_confirm(site: &Site, token: &str, asked: &AskedFor) -> Message {
    let words = site.words();
    let address = asked.address.as_str();
    let only = (!asked.wishes.is_everything()).then(|| choices::in_words(words, &asked.wishes));
    let processor = site.processor().name.as_str();
    let kinds = asked.wishes.kinds.iter().map(|kind| ("kind", kind.to_string()));
    let products = asked.wishes.products.iter().map(|product| ("product", product.clone()));
    Message {
        shell: site.shell("subscribe", true),
        title: words.get("confirm-title"),
        lede: Some(words.rich("confirm-lede", [("address", address), ("processor", processor)])),
        paragraphs: only.map(|what| words.rich("confirm-only", [("what", &what)])).into_iter().collect(),
        act: Some(Act {
            action: format!("/confirm/{token}"),
            label: words.get("confirm-button"),
            hidden: kinds.chain(products).chain([("lang", asked.language.clone())]).collect(),
            plain: false,
        }),
        small: Some(words.get("confirm-nothing")),
        ..Message::new(site)
    }
}

fn confirmed(site: &Site, address: &str, manage: &str) -> Message {
    let words = site.words();
    Message {
        shell: site.shell("subscribe", true),
        title: words.get("confirmed-title"),
        lede: Some(words.rich("confirmed-lede", [("address", address)])),
        back: Back { href: format!("/manage/{manage}"), text: words.get("manage-link") },
        ..Message::new(site)
    }
}

fn expired(site: &Site, token: &str, address: &str) -> Message {
    let words = site.words();
    Message {
        title: words.get("confirm-expired-title"),
        lede: Some(words.rich("confirm-expired-lede", [("address", address)])),
        act: Some(Act {
            action: format!("/confirm/{token}"),
            label: words.get("confirm-expired-button"),
            hidden: vec![("again", "yes".to_owned())],
            plain: false,
        }),
        ..Message::new(site)
    }
}

fn left_since(site: &Site) -> Message {
    let words = site.words();
    Message {
        title: words.get("confirm-left-title"),
        lede: Some(words.rich("confirm-left-lede", [])),
        back: Back { href: "/subscribe".to_owned(), text: words.get("nav-subscribe") },
        ..Message::new(site)
    }
}

#[derive(Debug, Template)]
#[template(path = "manage.html")]
struct Manage {
    shell: Shell,
    title: String,
    lede: String,
    saved: Option<String>,
    facts: Vec<Fact>,
    action: String,
    languages: Vec<Choice>,
    /// None of a contact: its agreement says what it is told of.
    wanted: Option<Wanted>,
    leave: Option<String>,
    successor: Option<Successor>,
    mine: String,
}

#[derive(Debug)]
struct Successor {
    says: String,
    href: String,
}

/// What the page was sent back with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Saved {
    saved: String,
}

/// `GET /manage/{token}`
pub async fn manage(
    site: Site,
    Path(token): Path<String>,
    Query(Saved { saved }): Query<Saved>,
) -> Result<Response, PageError> {
    let mut snapshot = site.cx().snapshot().await?;
    let Opened { who, .. } = link::open(&site, &mut snapshot, &token, LinkPurpose::Manage).await?;
    let words = site.words();
    let leave = format!(
        "/unsubscribe/{}",
        site.keys().link(LinkPurpose::Unsubscribe, who.recipient.0, who.link_epoch)
    );
    let is_contact = who.kind == CustomerKind::Contract;
    let (customer, address) = (("customer", who.customer_name.as_str()), ("address", who.address.as_str()));
    let page = Manage {
        shell: site.shell("subscribe", true),
        title: words.get(if is_contact { "manage-title-contact" } else { "manage-title" }),
        lede: if is_contact {
            words.with("manage-lede-contact", [customer, address])
        } else {
            words.with("manage-lede", [address])
        },
        saved: (!saved.is_empty()).then(|| words.get("manage-saved")),
        facts: known_of(&site, &who),
        action: format!("/manage/{token}"),
        languages: languages(&site, &who.language),
        wanted: (!is_contact).then(|| Wanted::of(&site, &who.wishes)),
        leave: (!is_contact && who.suppressed_at.is_none()).then(|| leave.clone()),
        successor: is_contact
            .then(|| Successor { says: words.with("leave-contact-says", [customer]), href: leave }),
        mine: mine::path(&site, &who),
    };
    rendered(StatusCode::OK, &page)
}

fn known_of(site: &Site, who: &Addressee) -> Vec<Fact> {
    let words = site.words();
    let state = match who.suppressed_why.as_deref() {
        None => words.get("manage-state-active"),
        Some(LEFT) => words.get("manage-state-left"),
        Some(why) => words.with("manage-state-suppressed", [("why", why)]),
    };
    let zone = &site.cx().policy.zone;
    let mut facts = vec![
        Fact::of(words.get("manage-address"), who.address.as_str()),
        Fact::of(words.get("manage-language"), own_name(&who.language)),
        Fact::of(words.get("manage-state"), state),
    ];
    if who.kind == CustomerKind::Subscriber {
        facts.push(Fact::of(words.get("manage-wanted"), choices::in_words(words, &who.wishes)));
    }
    if let Some(since) = who.confirmed_at.filter(|_| who.kind == CustomerKind::Subscriber) {
        facts.push(Fact::of(words.get("manage-since"), dates::moment(words, since, zone)));
    }
    facts
}

/// `POST /manage/{token}`: another language, and what to be told of.
pub async fn choose(site: Site, Path(token): Path<String>, body: Bytes) -> Result<Response, PageError> {
    let who = opened(&site, &token, LinkPurpose::Manage).await?.who;
    let language = Some(field(&body, "lang")).filter(|tag| !tag.is_empty()).unwrap_or(who.language);
    // A form without boxes, as of a contact, says nothing of them.
    let wishes = (!field(&body, "wanted").is_empty()).then(|| ticked(&site, &body));
    subscribe::choose(site.cx(), who.recipient, &language, wishes.as_ref()).await?;
    Ok(see_other(&format!("/manage/{token}?saved=yes")))
}

pub(super) async fn opened(site: &Site, token: &str, purpose: LinkPurpose) -> Result<Opened, PageError> {
    let mut snapshot = site.cx().snapshot().await?;
    link::open(site, &mut snapshot, token, purpose).await
}

/// A field of the form; empty where it is missing. Whatever else a mail provider sends is not looked at.
pub(super) fn field(body: &Bytes, name: &str) -> String {
    form_urlencoded::parse(body)
        .find(|(key, _)| key == name)
        // The database keeps no NUL.
        .map(|(_, value)| value.replace('\0', " "))
        .unwrap_or_default()
}

fn escaped(text: &str) -> Html {
    Html(crate::web::words::escaped(text))
}

impl From<Error> for PageError {
    fn from(cause: Error) -> Self {
        match cause {
            Error::NotAsked | Error::Expired(_) | Error::Left(_) | Error::NoSubscriber { .. } => {
                Self::UnknownLink
            }
            Error::IsContact | Error::Language { .. } => Self::Form,
            Error::Store(cause) => cause.into(),
            Error::Begin(cause) => cause.into(),
        }
    }
}
