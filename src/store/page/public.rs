//! The announced changes and what happened to them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::word;
use crate::domain::change::{ChangeId, ChangeKind, State};
use crate::domain::customer::GoLive;
use crate::domain::subprocessor::{Facts, SubprocessorId};
use crate::domain::zone::Zone;
use crate::store::Error;
use crate::store::change::Sheet;

/// A change as anybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicChange {
    pub id: ChangeId,
    pub reference: String,
    pub kind: ChangeKind,
    pub state: State,
    pub subprocessor_id: SubprocessorId,
    pub replaces_id: Option<SubprocessorId>,
    /// As they will be; of a removal, as they were last.
    pub facts: Facts,
    pub before: Option<Facts>,
    /// The name of the subprocessor replaced.
    pub replaces: Option<String>,
    pub reason: String,
    pub effective_on: NaiveDate,
    pub effective_at: DateTime<Utc>,
    pub emergency: Option<String>,
    /// None only of a correction, which nobody announces.
    pub published_at: Option<DateTime<Utc>>,
    /// When the announcement in force began, or will: later than the first, where the change was announced anew. Read with the register.
    pub announced_at: Option<DateTime<Utc>>,
    pub in_use_since: Option<NaiveDate>,
    /// The last day of that use; none: it goes on, or ended with the effect.
    pub in_use_until: Option<NaiveDate>,
    pub in_use_why: Option<String>,
    go_live: GoLive,
    first_in_force_at: Option<DateTime<Utc>>,
    pub took_effect_at: Option<DateTime<Utc>>,
}

impl PublicChange {
    /// Whether each customer starts by itself, on a day of its own.
    pub fn is_for_each(&self) -> bool {
        self.go_live == GoLive::PerCustomer && self.kind.may_start_for_each()
    }

    /// Since when it is in force for some of its customers and not for all.
    pub fn in_force_for_some(&self) -> Option<DateTime<Utc>> {
        self.first_in_force_at.filter(|_| self.state.is_open())
    }

    /// Since when it is in use on `day` without completed notice, if it is.
    pub fn in_use_on(&self, day: NaiveDate, zone: &Zone) -> Option<NaiveDate> {
        let took_effect_on = self.took_effect_at.map(|at| zone.day_of(at));
        let still = self.in_use_until.is_none_or(|last| day <= last)
            && took_effect_on.is_none_or(|effect| day < effect);
        self.in_use_since.filter(|since| *since <= day && still)
    }

    /// Whether it alters an entry that stays: then what differs is what a reader asks for.
    pub fn is_alteration(&self) -> bool {
        matches!(self.kind, ChangeKind::MaterialChange | ChangeKind::Correction)
    }

    /// Whether its subprocessor is in use before it takes effect, and is while it is held.
    pub fn is_in_use_before(&self) -> bool {
        self.is_alteration() || self.kind == ChangeKind::Removal
    }
}

/// Something that happened to a change after its announcement, told by a notice.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Deserialize)]
pub struct ChangeEvent {
    pub change_id: i64,
    /// `rescheduled`, `withdrawn` or `held`
    pub kind: String,
    pub at: DateTime<Utc>,
    /// Of a withdrawal: why, if said.
    pub why: Option<String>,
}

#[derive(FromRow, Deserialize)]
pub(super) struct ChangeRow {
    id: i64,
    reference: String,
    kind: String,
    state: String,
    subprocessor_id: i64,
    replaces_id: Option<i64>,
    facts: Json<Sheet>,
    reason: String,
    effective_on: NaiveDate,
    effective_at: DateTime<Utc>,
    emergency: Option<String>,
    published_at: Option<DateTime<Utc>>,
    #[sqlx(default)]
    #[serde(default)]
    announced_at: Option<DateTime<Utc>>,
    in_use_since: Option<NaiveDate>,
    in_use_until: Option<NaiveDate>,
    in_use_why: Option<String>,
    go_live: String,
    first_in_force_at: Option<DateTime<Utc>>,
    took_effect_at: Option<DateTime<Utc>>,
}

impl ChangeRow {
    fn read(self) -> Result<PublicChange, Error> {
        let sheet = self.facts.0;
        Ok(PublicChange {
            id: ChangeId(self.id),
            reference: self.reference,
            kind: word::<ChangeKind>("kind of a change", &self.kind)?,
            state: word::<State>("state of a change", &self.state)?,
            subprocessor_id: SubprocessorId(self.subprocessor_id),
            replaces_id: self.replaces_id.map(SubprocessorId),
            facts: sheet.facts,
            before: sheet.before,
            replaces: sheet.replaces,
            reason: self.reason,
            effective_on: self.effective_on,
            effective_at: self.effective_at,
            emergency: self.emergency,
            published_at: self.published_at,
            announced_at: self.announced_at,
            in_use_since: self.in_use_since,
            in_use_until: self.in_use_until,
            in_use_why: self.in_use_why,
            go_live: word::<GoLive>("go-live of a change", &self.go_live)?,
            first_in_force_at: self.first_in_force_at,
            took_effect_at: self.took_effect_at,
        })
    }
}

pub(super) fn read_all(rows: Vec<ChangeRow>) -> Result<Vec<PublicChange>, Error> {
    rows.into_iter().map(ChangeRow::read).collect()
}

/// The announced changes that may still take effect, the nearest first: a few dozen at most.
pub async fn open_changes(conn: &mut PgConnection) -> Result<Vec<PublicChange>, Error> {
    let rows = sqlx::query_as(
        "select id, reference, kind, state, subprocessor_id, replaces_id, facts, reason, effective_on, effective_at,
                emergency, published_at, in_use_since, in_use_until, in_use_why, go_live, first_in_force_at, took_effect_at
         from change
         where state in ('scheduled', 'in_notice', 'held') and published_at is not null
         order by effective_at, id",
    )
    .fetch_all(conn)
    .await?;
    read_all(rows)
}

/// How often each of `changes` was told of anew since its announcement, be it that the notice was cancelled since: it only grows.
pub async fn times_revised(
    conn: &mut PgConnection,
    changes: &[ChangeId],
) -> Result<BTreeMap<ChangeId, i64>, Error> {
    let ids: Vec<i64> = changes.iter().map(|id| id.0).collect();
    let counts: Vec<(i64, i64)> = sqlx::query_as(
        "select notice_change.change_id, count(*) - 1
         from notice_change join notice on notice.id = notice_change.notice_id
         where notice_change.change_id = any($1) and notice.kind <> 'reminder'
         group by notice_change.change_id",
    )
    .bind(ids)
    .fetch_all(conn)
    .await?;
    Ok(counts.into_iter().map(|(change, count)| (ChangeId(change), count)).collect())
}

/// The changes that a letter is about: those of its notice that it told, or of the objection it answers, by number. It told what
/// concerns its customer, or all where nothing does.
///
/// `objection` is the reference in the letter's key, of a letter that is no notice.
pub async fn changes_of_delivery(
    conn: &mut PgConnection,
    delivery: i64,
    objection: Option<&str>,
) -> Result<Vec<PublicChange>, Error> {
    let rows = sqlx::query_as(
        "select id, reference, kind, state, subprocessor_id, replaces_id, facts, reason, effective_on, effective_at,
                emergency, published_at, in_use_since, in_use_until, in_use_why, go_live, first_in_force_at, took_effect_at
         from change
         where id in (
             select notice_change.change_id from delivery
             join notice_change on notice_change.notice_id = delivery.notice_id
             where delivery.id = $1
               and (exists (select from obligation o where o.customer_id = delivery.customer_id and o.change_id = notice_change.change_id)
                    or not exists (select from obligation o join notice_change n on n.change_id = o.change_id
                                   where o.customer_id = delivery.customer_id and n.notice_id = delivery.notice_id))
             union
             select objection_change.change_id from objection
             join objection_change on objection_change.objection_id = objection.id where objection.reference = $2)
         order by id",
    )
    .bind(delivery)
    .bind(objection)
    .fetch_all(conn)
    .await?;
    read_all(rows)
}
