//! Bells: "there is something for you" from whoever committed rows to the task that moves them on.
//!
//! A bell carries no data and may be lost: the task's period catches up. In this process it is a [`Notify`]; to the
//! other replicas it goes by NOTIFY in a transaction of its own, after the commit and at most every 100 ms, because
//! NOTIFY inside a commit takes a lock over all commits that notify.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::PgListener;
use tokio::sync::Notify;

use super::{Db, Error};

/// The bells of one process, by the name of the task that hears them. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Bells(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    here: Mutex<BTreeMap<String, Arc<Notify>>>,
    /// Rung here, and the other replicas not told yet.
    to_tell: Mutex<BTreeSet<&'static str>>,
    something_to_tell: Notify,
}

impl Bells {
    /// Rings for the task `name`, here and everywhere. Call it after the commit.
    pub fn ring(&self, name: &'static str) {
        self.ring_here(name);
        self.0.to_tell.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
        self.0.something_to_tell.notify_one();
    }

    /// Rings in this process only: another replica rang.
    pub fn ring_here(&self, name: &str) {
        self.bell(name).notify_one();
    }

    /// Returns when the bell rings; at once if it rang since the last call.
    pub async fn wait(&self, name: &str) {
        self.bell(name).notified().await;
    }

    /// Returns when a bell has rung that the other replicas have not heard.
    pub async fn something_to_tell(&self) {
        self.0.something_to_tell.notified().await;
    }

    /// Tells the other replicas of every bell rung here since the last call; returns how many.
    pub async fn tell(&self, db: &Db) -> Result<usize, Error> {
        let names: Vec<String> = {
            let mut to_tell = self.0.to_tell.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *to_tell).into_iter().map(channel).collect()
        };
        if !names.is_empty() {
            sqlx::query("select pg_notify(name, '') from unnest($1::text[]) as name")
                .bind(&names)
                .execute(db.pool())
                .await?;
        }
        Ok(names.len())
    }

    fn bell(&self, name: &str) -> Arc<Notify> {
        let mut here = self.0.here.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(here.entry(name.to_owned()).or_default())
    }
}

/// The ear for what other replicas ring. It needs a connection of its own, past any pooler.
#[derive(Debug)]
pub struct Ear(PgListener);

impl Ear {
    /// Listens on the channels of the tasks `names`.
    pub async fn open(url: &str, names: &[&'static str]) -> Result<Self, Error> {
        let mut listener = PgListener::connect(url).await?;
        let channels: Vec<String> = names.iter().copied().map(channel).collect();
        listener.listen_all(channels.iter().map(String::as_str)).await?;
        Ok(Self(listener))
    }

    /// Whether the connection stands, and what was told before this call is heard.
    pub async fn ask(&mut self) -> Result<(), Error> {
        sqlx::query("select").execute(&mut self.0).await?;
        Ok(())
    }

    /// The name of the task whose bell rang; none when the connection was lost, and bells with it.
    pub async fn hear(&mut self) -> Result<Option<String>, Error> {
        let heard = self.0.try_recv().await?;
        Ok(heard.map(|heard| heard.channel().trim_start_matches(CHANNEL).to_owned()))
    }
}

const CHANNEL: &str = "forenotice_";

fn channel(name: &str) -> String {
    format!("{CHANNEL}{name}")
}
