//! The stage of the demo and of the browser tests: a private Postgres, a mailbox with its pages, and a configuration
//! file that names them and free ports. Whoever sets it runs `migrate` and `serve` with that file.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tempfile::TempDir;
use tokio::net::TcpListener;

use super::embedded_postgres::{self, Durability, Lifetime, Postgres};
use super::mailbox::{self, Mailbox};
use crate::clock::Clock;
use crate::entropy::Entropy;

/// The processor of the demo, before its addresses are known.
const SETTINGS: &str = include_str!("../../config/demo/forenotice.toml");

/// Everything that a play needs besides the daemon. Dropping it ends it all and removes all that it wrote.
#[derive(Debug)]
pub struct Stage {
    pub mailbox: Mailbox,
    pub site: SocketAddr,
    pub admin: SocketAddr,
    pub mailbox_pages: SocketAddr,
    /// The superuser's, over loopback.
    pub database_url: String,
    postgres: Postgres,
    directory: TempDir,
}

impl Stage {
    /// Starts Postgres and the mailbox, whose mails are dated by `clock`. `binaries`: where Postgres's programs are.
    pub async fn set(binaries: Option<PathBuf>, clock: Clock) -> Result<Self, Error> {
        let options =
            embedded_postgres::Options { binaries, durability: Durability::None, lifetime: Lifetime::Owner };
        let postgres = Postgres::start(&options, &Entropy::os()).await?;
        let mailbox = Mailbox::start(mailbox::Options { clock, ..mailbox::Options::default() }).await?;
        let [site, admin] = free_addresses()?;
        let stage = Self {
            database_url: postgres.url("postgres"),
            mailbox_pages: serve_pages(&mailbox).await?,
            directory: tempfile::Builder::new().prefix("forenotice-stage-").tempdir()?,
            mailbox,
            site,
            admin,
            postgres,
        };
        std::fs::write(stage.config(), stage.settings()?)?;
        Ok(stage)
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.directory.path().join("forenotice.toml")
    }

    /// Ends it all in order.
    pub async fn clear(self) -> Result<(), Error> {
        self.mailbox.stop().await;
        Ok(self.postgres.stop().await?)
    }

    fn settings(&self) -> Result<String, Error> {
        let mut settings: toml::Table = SETTINGS.parse()?;
        for (section, key, value) in [
            ("site", "base_url", format!("http://{}", self.site)),
            ("web", "listen", self.site.to_string()),
            ("admin", "listen", self.admin.to_string()),
            ("database", "url", self.database_url.clone()),
            ("smtp", "url", self.mailbox.smtp_url()),
        ] {
            let section = settings.entry(section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let Some(section) = section.as_table_mut() {
                section.insert(key.to_owned(), toml::Value::String(value));
            }
        }
        Ok(settings.to_string())
    }
}

/// Both at once, so that they differ.
fn free_addresses() -> std::io::Result<[SocketAddr; 2]> {
    let one = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let other = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok([one.local_addr()?, other.local_addr()?])
}

async fn serve_pages(mailbox: &Mailbox) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(axum::serve(listener, mailbox.pages()).into_future());
    Ok(address)
}

/// Why the stage is not set.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Postgres(#[from] embedded_postgres::Error),
    #[error(transparent)]
    Mailbox(#[from] mailbox::Error),
    #[error("the demo's configuration")]
    Settings(#[from] toml::de::Error),
    #[error("the demo's files or ports")]
    Io(#[from] std::io::Error),
}

impl Error {
    /// The way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Postgres(error) => error.hint(),
            Self::Mailbox(_) | Self::Settings(_) | Self::Io(_) => {
                "the temporary directory must be writable, and a loopback port free"
            }
        }
    }
}
