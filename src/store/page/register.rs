//! The register: everything that its page and feeds say is one statement, which needs no transaction around it to be of one state.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::public::{ChangeRow, read_all};
use super::{ChangeEvent, PublicChange};
use crate::domain::change::ChangeId;
use crate::domain::register::Version;
use crate::store::Error;

/// What the public may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Every version of every subprocessor, oldest first: a register is some hundred rows in its life.
    pub versions: Vec<Version>,
    /// The announced changes that may still take effect, the nearest first: a few dozen at most.
    pub open: Vec<PublicChange>,
    /// Those in use, or that were, without completed notice, by the day on which that began.
    pub in_use: Vec<PublicChange>,
    /// Those that were asked for, the newest number first.
    pub published: Vec<PublicChange>,
    /// What follow-up notices told of these, the oldest first.
    pub events: Vec<ChangeEvent>,
    /// The instant of the newest act: nothing that the public sees is younger. None: nothing has happened yet.
    pub newest_act: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    versions: Json<Vec<Version>>,
    changes: Json<Vec<ChangeRow>>,
    picked: Vec<i64>,
    events: Json<Vec<ChangeEvent>>,
    newest_act: Option<DateTime<Utc>>,
}

impl Row {
    fn read(self) -> Result<Register, Error> {
        let changes = read_all(self.changes.0)?;
        let published = changes.iter().filter(|change| change.published_at.is_some());
        let open = published.clone().filter(|change| change.state.is_open()).cloned().collect();
        let mut in_use: Vec<_> = published.filter(|change| change.in_use_since.is_some()).cloned().collect();
        in_use.sort_by_key(|change| (change.in_use_since, change.id));
        let mut by_id: HashMap<ChangeId, PublicChange> =
            changes.into_iter().map(|change| (change.id, change)).collect();
        Ok(Register {
            versions: self.versions.0,
            open,
            in_use,
            published: self.picked.into_iter().filter_map(|id| by_id.remove(&ChangeId(id))).collect(),
            events: self.events.0,
            newest_act: self.newest_act,
        })
    }
}

/// Which changes a page tells of: `$picked` finds them, by `$2` and `$3`. What it says besides is `$besides`.
macro_rules! telling_of {
    ($picked:expr) => {
        telling_of!($picked, "")
    };
    ($picked:expr, $besides:literal) => {
        concat!("with picked as materialized (", $picked, ") ", include_str!("register.sql"), $besides)
    };
}

/// What a calendar and a feed hold: the newest, and whatever is still to come.
macro_rules! newest_and_open {
    () => {
        concat!(
            "select id from change where published_at is not null and state in ('scheduled', 'in_notice', 'held')
             union (",
            newest!(),
            ") order by id desc"
        )
    };
}

macro_rules! newest {
    () => {
        "select id from change
         where (published_at is not null or (kind = 'correction' and state = 'effective'))
           and ($2::text is null or id <= (select id from change where reference = $2))
         order by id desc
         limit $3"
    };
}

const NEWEST: &str = telling_of!(newest!());

const NEWEST_AND_OPEN_REVISED: &str = telling_of!(
    newest_and_open!(),
    ", (select coalesce(json_agg(json_build_array(r.change_id, r.times)), '[]')
        from (select notice_change.change_id, count(*) - 1 as times
              from notice_change join notice on notice.id = notice_change.notice_id
              where notice_change.change_id = any (array(select id from picked)) and notice.kind <> 'reminder'
              group by notice_change.change_id) r) as revised"
);

const ABOUT: &str = telling_of!(
    "select id from change
     where (published_at is not null or (kind = 'correction' and state = 'effective'))
       and (subprocessor_id = (select id from subprocessor where slug = $2)
            or replaces_id = (select id from subprocessor where slug = $2))"
);

const ANNOUNCED_WITH: &str = telling_of!(
    "with asked as (
         select id from change
         where reference = $2 and (published_at is not null or (kind = 'correction' and state = 'effective')))
     select id from asked
     union
     select change.id from asked
     join notice_change mine on mine.change_id = asked.id
     join notice on notice.id = mine.notice_id and notice.kind = 'announcement' and notice.cancelled_at is null
     join notice_change other on other.notice_id = mine.notice_id
     join change on change.id = other.change_id and change.published_at is not null",
    ", (select s.slug from change c join subprocessor s on s.id = c.subprocessor_id where c.reference = $2) as slug"
);

/// The register with the newest `limit` changes, and what was told of them until `until`.
pub async fn register(conn: &mut PgConnection, limit: i64, until: DateTime<Utc>) -> Result<Register, Error> {
    let none: Option<&str> = None;
    let row: Row = sqlx::query_as(NEWEST).bind(until).bind(none).bind(limit).fetch_one(conn).await?;
    row.read()
}

/// The same with all that is still to come, and how often each of these changes was [revised](super::times_revised).
pub async fn register_revised(
    conn: &mut PgConnection,
    limit: i64,
    until: DateTime<Utc>,
) -> Result<(Register, BTreeMap<ChangeId, i64>), Error> {
    #[derive(FromRow)]
    struct Found {
        #[sqlx(flatten)]
        row: Row,
        revised: Json<Vec<(ChangeId, i64)>>,
    }
    let none: Option<&str> = None;
    let Found { row, revised } =
        sqlx::query_as(NEWEST_AND_OPEN_REVISED).bind(until).bind(none).bind(limit).fetch_one(conn).await?;
    Ok((row.read()?, revised.0.into_iter().collect()))
}

/// The register with the `limit` changes before that of a reference. None: the public may not see that one.
pub async fn register_before(
    conn: &mut PgConnection,
    reference: &str,
    limit: i64,
    until: DateTime<Utc>,
) -> Result<Option<Register>, Error> {
    // Itself comes along, so that one that is not there is told from the oldest.
    let with_itself = limit.saturating_add(1);
    let row: Row =
        sqlx::query_as(NEWEST).bind(until).bind(reference).bind(with_itself).fetch_one(conn).await?;
    let mut register = row.read()?;
    if register.published.first().is_none_or(|change| change.reference != reference) {
        return Ok(None);
    }
    register.published.remove(0);
    Ok(Some(register))
}

/// The register with the changes about the subprocessor of that slug.
pub async fn register_about(
    conn: &mut PgConnection,
    slug: &str,
    until: DateTime<Utc>,
) -> Result<Register, Error> {
    let row: Row = sqlx::query_as(ABOUT).bind(until).bind(slug).fetch_one(conn).await?;
    row.read()
}

/// One change, and the register with those that the same letters announced, itself among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    pub register: Register,
    pub change: PublicChange,
    /// Of its subprocessor.
    pub slug: String,
}

/// The change of that reference. None: there is none that the public may see.
pub async fn announced_with(
    conn: &mut PgConnection,
    reference: &str,
    until: DateTime<Utc>,
) -> Result<Option<Announced>, Error> {
    #[derive(FromRow)]
    struct Found {
        #[sqlx(flatten)]
        row: Row,
        slug: Option<String>,
    }
    let Found { row, slug } =
        sqlx::query_as(ANNOUNCED_WITH).bind(until).bind(reference).fetch_one(conn).await?;
    let register = row.read()?;
    let change = register.published.iter().find(|change| change.reference == reference).cloned();
    Ok(change.zip(slug).map(|(change, slug)| Announced { register, change, slug }))
}
