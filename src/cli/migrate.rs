//! `migrate`: roles, schema, key file and first admin, as far as they are not there yet.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use secrecy::ExposeSecret as _;
use serde_json::json;

use super::os_user::os_user;
use super::{Failure, Global, OrHint, load, print};
use crate::clock::Clock;
use crate::config::{LedgerKey, Settings};
use crate::domain::access::Keys;
use crate::domain::ledger::{Actor, Event};
use crate::entropy::Entropy;
use crate::store::migrate::{self, Migrated, Order};
use crate::store::{Db, account};

/// Make the database and bring it up to date
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Uses database.direct_url, whose user needs CREATEROLE and CREATE on the database; makes the roles forenotice_owner,
forenotice_app and forenotice_read, the schema, ledger.key_file and the first admin, as far as they are missing.

Example:
  forenotice migrate --admin dpo@processor.example")]
pub struct Args {
    /// Only say which migrations are missing; exit 1 if any is
    #[arg(long)]
    check: bool,
    #[arg(long, requires = "check", help = "Print JSON for programs")]
    json: bool,
    /// The first admin's address (default: the name of the operating system's user)
    #[arg(long, value_name = "EMAIL", conflicts_with = "check")]
    admin: Option<String>,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let settings = load(global)?.settings;
    if args.check {
        return check(&settings, args.json).await;
    }
    let order = Order {
        url: settings.database.direct_url().expose_secret(),
        serve_url: settings.database.url.expose_secret(),
        origin: &origin(&settings),
        now: Clock::System.now(),
    };
    let migrated = migrate::migrate(order)
        .await
        .or_hint("check database.direct_url and the rights of its user; nothing half-done remains")?;
    tell(&migrated)?;
    let mark = key(&settings).await?;
    migrate::keep_key_mark(order.url, mark).await?;
    make_admin(&settings, args.admin.as_deref()).await
}

async fn check(settings: &Settings, json: bool) -> Result<(), Failure> {
    let db = Db::open(settings.database.url.expose_secret(), 1)?;
    let mut snapshot = db.snapshot().await.or_hint("run `forenotice migrate`")?;
    let pending = migrate::pending(snapshot.conn()).await?;
    if json {
        print(json!({ "missing": pending }))?;
    } else if pending.is_empty() {
        print("the database is up to date")?;
    } else {
        pending.iter().try_for_each(|name| print(format_args!("missing: {name}")))?;
    }
    if pending.is_empty() {
        return Ok(());
    }
    Err(Failure::new("the database is older than this program").hint("run `forenotice migrate`"))
}

fn tell(migrated: &Migrated) -> Result<(), Failure> {
    if migrated.applied.is_empty() {
        print("schema: up to date")?;
    }
    for name in &migrated.applied {
        print(format_args!("schema: {name}"))?;
    }
    if let Some(user) = &migrated.let_in {
        print(format_args!("role: {user} may now act as forenotice_app"))?;
    }
    if migrated.installed {
        print("installation: new, its ledger is empty")?;
    }
    Ok(())
}

/// The ledger's name for ever: as configured, else the site's host.
fn origin(settings: &Settings) -> String {
    let host = || settings.site.base_url.host_str().unwrap_or("localhost").to_owned();
    settings.ledger.origin.clone().unwrap_or_else(host)
}

/// Makes the key where nothing was ever made by one, and answers its mark.
async fn key(settings: &Settings) -> Result<[u8; 32], Failure> {
    let db = Db::open(settings.database.url.expose_secret(), 1)?;
    let mut snapshot = db.snapshot().await?;
    match &settings.ledger.key {
        LedgerKey::Given(key) => {
            let keys = Keys::from_master(key.expose_secret());
            super::key::refuse_another(&mut snapshot, &keys).await?;
            print("key: there")?;
            Ok(keys.mark())
        }
        LedgerKey::Awaited(path) if migrate::has_used_its_key(snapshot.conn()).await? => {
            Err(Failure::new(format!(
                "{} is not there, and the ledger of this database is not empty: with a new key it would end, and the links of \
                 every letter sent would be dead",
                path.display()
            ))
            .hint(format!("put {} back from the backup, then run it again", path.display())))
        }
        LedgerKey::Awaited(path) => {
            let key: [u8; 32] = Entropy::os().bytes()?;
            write_key(path, &key)
                .or_hint(format!("make the folder of {} and let this user write there", path.display()))?;
            print(format_args!(
                "key: made {}; back it up, without it letters cannot be made again and the ledger ends",
                path.display()
            ))?;
            Ok(Keys::from_master(&key).mark())
        }
    }
}

/// Writes the key for its owner alone, to the disk, and never over another one.
fn write_key(path: &Path, key: &[u8; 32]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", hex::encode(key))?;
    file.sync_all()
}

async fn make_admin(settings: &Settings, address: Option<&str>) -> Result<(), Failure> {
    let user = os_user();
    let (name, email) = match (&user, address) {
        (Some(user), address) => (user.as_str(), address.unwrap_or(user)),
        (None, Some(address)) => (address, address),
        (None, None) => {
            return Err(Failure::new("the operating system's user has no name").hint("give --admin EMAIL"));
        }
    };
    let db = Db::open(settings.database.url.expose_secret(), 1)?;
    let seed = Entropy::os().bytes()?;
    let mut tx = db.begin(Clock::System.now(), Actor::Daemon, seed).await?;
    if !migrate::first_admin(&mut tx, email, name).await? {
        let known = account::by_email(tx.conn(), email).await?;
        tx.rollback().await?;
        if address.is_some() && known.is_none() {
            return print(format_args!(
                "account: {email} has none, for there is an admin already; as one: forenotice user add {email} --name NAME --role admin"
            ));
        }
        return Ok(());
    }
    tx.commit([Event::FirstAdminMade { email: email.to_owned() }]).await?;
    print(format_args!("account: {email} is the first admin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_owners_alone_and_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.key");
        write_key(&path, &[7; 32]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{}\n", "07".repeat(32)));
        let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&path).unwrap());
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(write_key(&path, &[8; 32]).unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
    }
}
