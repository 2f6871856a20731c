//! From a row to a letter: reads what the letters of a batch need, and composes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tracing::error;

use super::reader::Reading;
use crate::actions::{Context, Error};
use crate::config::Mailbox;
use crate::domain::access::MailPurpose;
use crate::domain::customer::Policy;
use crate::domain::delivery::{DeliveryId, Said};
use crate::domain::ledger::Actor;
use crate::domain::notice::{NoticeFacts, NoticeId, NoticeKind};
use crate::domain::recipient::RecipientId;
use crate::mail::Composed;
use crate::mail::compose::{ComposeError, Envelope, Forms, Office};
use crate::mail::letter::{Letter as Words, Occasional};
use crate::mail::relay::profile;
use crate::mail::templates::{TemplateError, Templates};
use crate::store::delivery::lease::Lease;
use crate::store::delivery::letter::{Duty, Earlier, Letter, Notice};
use crate::store::letter::Frozen;
use crate::store::{self, Snapshot};

/// A letter with what is to be handed over.
#[derive(Debug)]
pub(super) struct Sheet {
    pub letter: Letter,
    /// The letter's `Date`.
    pub date: DateTime<Utc>,
    /// `Err`: it cannot be handed over at all, and what that means for it.
    pub composed: Result<Composed, Said>,
}

/// What the letters of one batch have in common.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub notice: Option<NoticePage>,
    /// Of each letter that is none of a notice: its reader's letters about the same changes.
    threads: HashMap<DeliveryId, Vec<Earlier>>,
    /// Relays that these letters must not leave by.
    pub barred: Vec<Arc<str>>,
}

#[derive(Debug)]
pub(super) struct NoticePage {
    pub notice: Notice,
    pub facts: Arc<NoticeFacts>,
    duties: HashMap<DeliveryId, Vec<Duty>>,
    /// Of each recipient: its earlier letters about the same changes.
    threads: HashMap<RecipientId, Vec<Earlier>>,
    pub policy: Arc<Policy>,
}

impl NoticePage {
    /// What this letter's reader is owed; none where it goes to nobody on file.
    pub(super) fn reading<'a>(&'a self, letter: &'a Letter) -> Option<Reading<'a>> {
        let duties = self.duties.get(&letter.id).map(Vec::as_slice).unwrap_or_default();
        let to = letter.to.as_ref()?;
        Some(Reading { facts: &self.facts, policy: &self.policy, to, duties })
    }
}

/// Why a letter could not be composed: it stays queued, and a person must look.
#[derive(Debug, thiserror::Error)]
enum NotComposed {
    #[error(transparent)]
    Compose(#[from] ComposeError),
    #[error(transparent)]
    Templates(#[from] TemplateError),
    #[error("its facts cannot be read: {0}")]
    Facts(#[from] serde_json::Error),
    #[error("it holds nothing to say")]
    Nothing,
}

/// Composes letters, for several batches at a time; keeps the templates of former days that it has read, for the length of
/// a pass.
pub(super) struct Scribe {
    office: Office,
    forms: Forms,
    templates: Mutex<HashMap<Vec<u8>, Arc<Templates>>>,
}

impl Scribe {
    pub(super) fn new(cx: &Context) -> Self {
        Self { office: Office::of(&cx.settings), forms: Forms::new(), templates: Mutex::default() }
    }

    /// The letters of a leased batch that are due, and what they have in common.
    pub(super) async fn read(&self, cx: &Context, held: &Lease) -> Result<(Page, Vec<Letter>), Error> {
        let now = cx.now().await?;
        let unproven = if held.notice.is_some() { cx.unproven_relays().await? } else { Vec::new() };
        let mut snapshot = cx.snapshot_by_key().await?;
        let letters = store::delivery::letter::of_batch(snapshot.conn(), held, now).await?;
        let Some(id) = held.notice else {
            let threads = threads(&mut snapshot, &letters).await?;
            return Ok((Page { threads, ..Page::default() }, letters));
        };
        let kept = |letter: &Letter| letter.composed_at.filter(|_| letter.in_doubt);
        let page =
            notice_page(cx, &mut snapshot, id, &letters, |letter| kept(letter).unwrap_or(held.composed_at))
                .await?;
        let barred = if page.notice.facts.kind == NoticeKind::Announcement { unproven } else { Vec::new() };
        Ok((Page { notice: Some(page), barred, ..Page::default() }, letters))
    }

    /// One letter as it was composed for its reader, or as it would be now where it was not yet; none: it is not kept, or cannot be
    /// composed any more.
    pub(super) async fn again(
        &self,
        cx: &Context,
        id: DeliveryId,
    ) -> Result<Option<(Letter, Composed)>, Error> {
        let now = cx.now().await?;
        let mut snapshot = cx.snapshot_by_key().await?;
        let Some(letter) = store::delivery::letter::one(snapshot.conn(), id).await? else { return Ok(None) };
        let date = letter.composed_at.unwrap_or(now);
        let one = std::slice::from_ref(&letter);
        let page = match letter.notice {
            Some(notice) => {
                let notice = Some(notice_page(cx, &mut snapshot, notice, one, |_| date).await?);
                Page { notice, ..Page::default() }
            }
            None => Page { threads: threads(&mut snapshot, one).await?, ..Page::default() },
        };
        drop(snapshot);
        let templates = self.templates(cx, &page).await?.map_err(NotComposed::from);
        let composed = templates.and_then(|templates| self.composed(cx, &page, &letter, date, &templates));
        match composed {
            Ok(composed) => Ok(Some((letter, composed))),
            // Nothing is kept of what was forgotten.
            Err(NotComposed::Nothing) => Ok(None),
            Err(error) => {
                error!(delivery.id = %id, %error, "letter {id} cannot be composed again");
                Ok(None)
            }
        }
    }

    /// Composes a group. A letter whose dates no longer hold gets a new `Date`, and keeps it: that is written before
    /// it leaves.
    pub(super) async fn compose(
        &self,
        cx: &Context,
        held: &Lease,
        page: &Page,
        letters: Vec<Letter>,
    ) -> Result<Vec<Sheet>, Error> {
        let dated: Vec<_> = letters.into_iter().map(|letter| (date(held, page, &letter), letter)).collect();
        let anew: Vec<DeliveryId> = dated
            .iter()
            .filter(|(date, letter)| letter.composed_at.is_some_and(|old| old != *date))
            .map(|(_, letter)| letter.id)
            .collect();
        if !anew.is_empty() {
            let mut tx = cx.begin_by_key(Actor::Daemon).await?;
            if !store::delivery::record::compose_anew(&mut tx, held, &anew).await? {
                return Err(store::Error::Stale { what: "lease" }.into());
            }
            tx.commit_unrecorded().await?;
        }
        let templates = self.templates(cx, page).await?;
        let sheets = dated.into_iter().map(|(date, letter)| {
            let composed = match &templates {
                Err(error) => Err(unfit(&error.to_string())),
                Ok(_) if unreachable(&letter) => Err(Said::Refused {
                    address_dead: false,
                    code: None,
                    words: "this address takes no more letters".to_owned(),
                }),
                Ok(templates) => self
                    .composed(cx, page, &letter, date, templates)
                    .map_err(|error| unfit(&error.to_string())),
            };
            Sheet { letter, date, composed }
        });
        Ok(sheets.collect())
    }

    /// The templates that were frozen with the notice; of a single letter today's.
    async fn templates(
        &self,
        cx: &Context,
        page: &Page,
    ) -> Result<Result<Arc<Templates>, TemplateError>, Error> {
        let today = &cx.templates;
        let Some(hash) = page.notice.as_ref().map(|page| &page.notice.template_hash) else {
            return Ok(Ok(Arc::clone(today)));
        };
        if hash[..] == today.bundle().hash {
            return Ok(Ok(Arc::clone(today)));
        }
        if let Some(known) = self.former().get(hash) {
            return Ok(Ok(Arc::clone(known)));
        }
        let bytes = store::notice::file(cx.snapshot().await?.conn(), hash).await?;
        Ok(Templates::from_bundle(&bytes).map(|templates| {
            let templates = Arc::new(templates);
            self.former().insert(hash.clone(), Arc::clone(&templates));
            templates
        }))
    }

    fn former(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Arc<Templates>>> {
        self.templates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn composed(
        &self,
        cx: &Context,
        page: &Page,
        letter: &Letter,
        date: DateTime<Utc>,
        templates: &Templates,
    ) -> Result<Composed, NotComposed> {
        let mut in_reply_to = None;
        let (words, address, thread, earlier) = if let Some(page) = &page.notice {
            let reading = page.reading(letter).ok_or(NotComposed::Nothing)?;
            let reader = reading.reader(date).ok_or(NotComposed::Nothing)?;
            let earlier = page.threads.get(&reading.to.recipient).map(Vec::as_slice).unwrap_or_default();
            let root = earlier.first().map_or(letter.id, |first| first.id);
            (Words::notice(reading.facts_told(&page.facts, date), reader), None, Some(root), earlier)
        } else {
            let facts = letter.facts.clone().ok_or(NotComposed::Nothing)?;
            let frozen: Frozen<Occasional> = serde_json::from_value(facts)?;
            let earlier = page.threads.get(&letter.id).map(Vec::as_slice).unwrap_or_default();
            let root = thread_of(&frozen.letter).map(|told| earlier.first().map_or(told, |first| first.id));
            in_reply_to = answered(&frozen.letter);
            (Words::occasional(frozen.letter), frozen.address, root, earlier)
        };
        let to = match (&letter.to, address) {
            (Some(to), _) => {
                Mailbox { name: to.name.clone(), address: to.address.clone().ok_or(NotComposed::Nothing)? }
            }
            (None, Some(address)) => Mailbox { name: None, address },
            (None, None) => return Err(NotComposed::Nothing),
        };
        let earlier = self.message_ids(cx, earlier, date)?;
        let envelope = Envelope {
            office: &self.office,
            keys: &cx.keys,
            delivery: letter.id,
            recipient: letter.to.as_ref().map(|to| to.recipient),
            link_epoch: letter.to.as_ref().map_or(0, |to| to.link_epoch),
            to,
            thread,
            earlier: &earlier,
            in_reply_to: in_reply_to.as_deref(),
            date,
        };
        Ok(self.forms.compose(templates, &words, &envelope)?)
    }
}

impl Scribe {
    /// What these letters are called in the thread of one of `date`: by us, and by a relay that renamed them. One that was taken
    /// later is not named otherwise by it, for the same letter may have to be made again.
    fn message_ids(
        &self,
        cx: &Context,
        letters: &[Earlier],
        date: DateTime<Utc>,
    ) -> Result<Vec<String>, ComposeError> {
        let mut ids = Vec::with_capacity(letters.len());
        for letter in letters {
            let token = cx.keys.mail_token(MailPurpose::Message, letter.id)?;
            let ours = format!("{token}@{}", self.office.reply_address.domain());
            let known = letter.taken.as_ref().filter(|(at, ..)| *at <= date);
            let seen = known
                .and_then(|(_, relay, words)| profile::message_id(cx.settings.smtp.profile, relay, words));
            let seen = seen.filter(|id| *id != ours);
            ids.push(ours);
            ids.extend(seen);
        }
        Ok(ids)
    }
}

/// What these letters of a notice have in common, each read as of `date`.
async fn notice_page(
    cx: &Context,
    snapshot: &mut Snapshot,
    id: NoticeId,
    letters: &[Letter],
    date: impl Fn(&Letter) -> DateTime<Utc>,
) -> Result<NoticePage, Error> {
    let conn = snapshot.conn();
    let notice = store::delivery::letter::notice(conn, id).await?;
    let readings: Vec<_> = letters
        .iter()
        .filter_map(|letter| {
            let (at, customer) = (date(letter), letter.to.as_ref()?.customer);
            let on = cx.policy.zone.day_of(at);
            Some(store::delivery::letter::Reading { letter: letter.id, customer, at, on })
        })
        .collect();
    let mut duties: HashMap<_, Vec<Duty>> = HashMap::new();
    for duty in store::delivery::letter::duties(conn, id, &readings).await? {
        duties.entry(duty.letter).or_default().push(duty);
    }
    let recipients: Vec<_> = letters.iter().filter_map(|l| l.to.as_ref()).map(|to| to.recipient).collect();
    let mut threads: HashMap<_, Vec<Earlier>> = HashMap::new();
    for (recipient, earlier) in store::delivery::letter::threads(conn, id, &recipients).await? {
        threads.entry(recipient).or_default().push(earlier);
    }
    let facts = Arc::new(notice.facts.clone());
    Ok(NoticePage { notice, facts, duties, threads, policy: Arc::clone(&cx.policy) })
}

/// What the readers of these letters had about what they are about; whoever reads another's letter had none of it.
async fn threads(
    snapshot: &mut Snapshot,
    letters: &[Letter],
) -> Result<HashMap<DeliveryId, Vec<Earlier>>, Error> {
    let mut threads = HashMap::new();
    for letter in letters {
        let facts = letter.facts.clone().and_then(|facts| serde_json::from_value(facts).ok());
        let told = facts.and_then(|frozen: Frozen<Occasional>| thread_of(&frozen.letter));
        if let (Some(to), Some(told)) = (&letter.to, told) {
            let conn = snapshot.conn();
            let earlier = store::delivery::letter::thread(conn, letter.id, told, to.recipient).await?;
            threads.insert(letter.id, earlier);
        }
    }
    Ok(threads)
}

/// The `Date` of a letter: that of its last attempt if it may be out or still says the truth, else the lease's.
fn date(held: &Lease, page: &Page, letter: &Letter) -> DateTime<Utc> {
    let Some(own) = letter.composed_at else { return held.composed_at };
    let reading = page.notice.as_ref().and_then(|page| page.reading(letter));
    if letter.in_doubt || reading.is_none_or(|reading| reading.dates_hold(own, held.composed_at)) {
        own
    } else {
        held.composed_at
    }
}

fn unreachable(letter: &Letter) -> bool {
    letter.to.as_ref().is_some_and(|to| to.suppressed || to.address.is_none())
}

/// A letter that we cannot compose is our fault: it is tried again like a deferred one, until somebody has mended it.
fn unfit(why: &str) -> Said {
    Said::Deferred { code: None, words: format!("this letter cannot be composed: {why}") }
}

fn thread_of(letter: &Occasional) -> Option<DeliveryId> {
    match letter {
        Occasional::Receipt(receipt) => receipt.object_page,
        Occasional::Reply(reply) => reply.answers,
        Occasional::Answer(answer) => answer.object_page,
        Occasional::Authorised(authorised) => authorised.object_page,
        Occasional::Confirmation(_)
        | Occasional::Alert(_)
        | Occasional::Digest(_)
        | Occasional::Test(_)
        | Occasional::Probe(_) => None,
    }
}

/// Message-ID of the mail that it answers.
fn answered(letter: &Occasional) -> Option<String> {
    match letter {
        Occasional::Reply(reply) => reply.in_reply_to.clone(),
        Occasional::Receipt(receipt) => receipt.in_reply_to.clone(),
        Occasional::Answer(answer) => answer.in_reply_to.clone(),
        Occasional::Authorised(_)
        | Occasional::Confirmation(_)
        | Occasional::Alert(_)
        | Occasional::Digest(_)
        | Occasional::Test(_)
        | Occasional::Probe(_) => None,
    }
}
