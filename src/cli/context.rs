//! What a command stands on: the settings, the database, the clock, and who acts.

use std::sync::Arc;

use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::os_user::os_user;
use super::{Failure, Global, OrHint as _, load};
use crate::actions::Context;
use crate::clock::{Clock, Simulated};
use crate::config::{LANGUAGES, Settings};
use crate::domain::access::Keys;
use crate::domain::account::{Account, Role};
use crate::domain::ledger::Actor;
use crate::entropy::Entropy;
use crate::mail::events::Sns;
use crate::mail::relay::Post;
use crate::mail::templates::Templates;
use crate::store::bell::Bells;
use crate::store::freshness::Freshness;
use crate::store::{self, Db};

/// Loads the settings and opens the database, which is asked nothing yet.
pub fn open(global: &Global) -> Result<Context, Failure> {
    let cx = context(load(global)?.settings, Entropy::os())?;
    Ok(global.opened.get_or_init(|| cx).clone())
}

/// [`open`], and the person on whose behalf the command acts: one who may maintain records.
pub async fn acting(global: &Global) -> Result<(Context, Actor), Failure> {
    acting_as(global, Role::Editor).await
}

/// [`open`], and the person on whose behalf the command acts; refused unless the role is at least `needed`.
pub async fn acting_as(global: &Global, needed: Role) -> Result<(Context, Actor), Failure> {
    let cx = open(global)?;
    let account = account(&cx, global.acts_as.as_deref()).await?;
    account
        .may(needed)
        .or_hint("act with another account: --as EMAIL; forenotice user list shows who may what")?;
    Ok((cx, Actor::account(&account)))
}

/// The customer's reference as it is on file, if it was given in other letters, small or capital.
pub async fn customer(cx: &Context, given: &str) -> Result<String, Failure> {
    Ok(store::customer::as_on_file(cx.snapshot().await?.conn(), given).await?)
}

async fn account(cx: &Context, acts_as: Option<&str>) -> Result<Account, Failure> {
    let mut snapshot = cx.snapshot().await?;
    let (named, found) = match acts_as {
        Some(email) => (email.to_owned(), store::account::by_email(snapshot.conn(), email).await?),
        None => {
            let user =
                os_user().ok_or_else(|| Failure::new("nobody acts").hint("say who with --as EMAIL"))?;
            let found = store::account::of_os_user(snapshot.conn(), &user).await?;
            (user, found)
        }
    };
    let unknown = || {
        Failure::new(format!("{named:?} has no account"))
            .hint("say who acts with --as EMAIL; forenotice user list names them")
    };
    found.ok_or_else(unknown)
}

/// A language of the processor's own may be begun and not done: what it lacks is English meanwhile, and is told.
fn tell_missing(settings: &Settings) {
    let added = settings.site.languages.iter().filter(|tag| !LANGUAGES.contains(&tag.as_str()));
    for language in added {
        let missing = settings.site.sentences.missing(language);
        if let Some(first) = missing.first() {
            warn!(
                language,
                first,
                "site.locales lacks {} sentences in {language}: they are English",
                missing.len()
            );
        }
    }
}

/// The context of these settings.
pub fn context(settings: Settings, entropy: Entropy) -> Result<Context, Failure> {
    let db = Db::open(settings.database.url.expose_secret(), settings.database.max_connections)
        .or_hint("check database.url")?;
    // A simulated clock stands where the database says; the settings only start an empty one.
    let clock = settings.clock.map_or(Clock::System, |start| Clock::Simulated(Simulated::at(start)));
    let policy = Arc::new(settings.policy.clone());
    let keys = Keys::from_master(settings.ledger.key.bytes()?);
    let post = Post::of(&settings)?;
    let site = &settings.site;
    let templates = Arc::new(Templates::in_languages(&site.languages, &site.sentences, &site.brand)?);
    tell_missing(&settings);
    Ok(Context {
        clock,
        entropy,
        db,
        settings: Arc::new(settings),
        policy,
        bells: Bells::default(),
        freshness: Freshness::default(),
        post,
        keys,
        templates,
        sns: Sns::default(),
        taken: Arc::default(),
        stopping: CancellationToken::new(),
    })
}
