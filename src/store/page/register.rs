//! The register: everything that its page and feeds say is one statement, which needs no transaction around it to be of one state.

use std::collections::HashMap;

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
    /// The newest, by number.
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
    logged: Vec<i64>,
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
            published: self.logged.into_iter().filter_map(|id| by_id.remove(&ChangeId(id))).collect(),
            events: self.events.0,
            newest_act: self.newest_act,
        })
    }
}

/// The register with the newest `logged` changes, and what was told of them until `until`.
pub async fn register(conn: &mut PgConnection, logged: i64, until: DateTime<Utc>) -> Result<Register, Error> {
    let row: Row =
        sqlx::query_as(include_str!("register.sql")).bind(logged).bind(until).fetch_one(conn).await?;
    row.read()
}
