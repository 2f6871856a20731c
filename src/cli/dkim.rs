//! `dkim`: a key to sign letters with, and whether receivers can check what it signs.

use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use chrono::Datelike as _;
use serde::Serialize;

use super::{Failure, Global, OrHint as _, Output, config, context, mail, print};
use crate::actions::Context;
use crate::clock::Clock;
use crate::config::{Dkim, KeyPair, Settings};
use crate::mail::dkim::keys::{self, Algorithm};
use crate::mail::dkim::{Receiver, Signer};

/// Sign letters ourselves, where the relay does not
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Keygen(Keygen),
    Check(Check),
}

/// Make a key, and print the DNS record to publish and the lines for the configuration
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forenotice dkim keygen --domain processor.example\n  forenotice dkim keygen --ed25519 --out /run/secrets/dkim-ed25519.pem"
)]
struct Keygen {
    /// In whose name letters are signed (default: smtp.dkim.domain, or the domain of smtp.from)
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// The key's name in DNS; never used before (default: after the half-year, as fn2026b)
    #[arg(long, value_name = "NAME")]
    selector: Option<String>,
    /// An Ed25519 key, to stand beside an RSA one; many receivers cannot check it
    #[arg(long)]
    ed25519: bool,
    /// Where the private key goes, for its owner only (default: dkim.pem or dkim-ed25519.pem)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Sign a letter with the configured keys, and check it with what DNS says, as a receiver would
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forenotice dkim check\n  forenotice dkim check --dns 192.0.2.53:53   # ask the zone's own server, before caches know"
)]
struct Check {
    /// The DNS server to ask (default: the system's)
    #[arg(long, value_name = "IP:PORT")]
    dns: Option<SocketAddr>,
    #[command(flatten)]
    output: Output,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Keygen(args) => keygen(global, args),
        Command::Check(args) => check(&context::open(global)?, args).await,
    }
}

#[derive(Serialize)]
struct Made<'a> {
    file: &'a Path,
    domain: &'a str,
    selector: &'a str,
    name: &'a str,
    record: &'a str,
}

fn keygen(global: &Global, args: &Keygen) -> Result<(), Failure> {
    let domain = match &args.domain {
        Some(domain) => domain.clone(),
        None => signing_domain(&config::load(global)?.settings),
    };
    let domain = Dkim::parse_domain(&domain).map_err(|why| Failure::new(format!("--domain: {why}")))?;
    let selector = args.selector.clone().unwrap_or_else(|| selector(args.ed25519));
    let selector =
        Dkim::parse_selector(&selector).map_err(|why| Failure::new(format!("--selector: {why}")))?;
    let (algorithm, file, key, selector_key) = if args.ed25519 {
        (Algorithm::Ed25519, "dkim-ed25519.pem", "ed25519_key_file", "ed25519_selector")
    } else {
        (Algorithm::Rsa, "dkim.pem", "key_file", "selector")
    };
    let file = args.out.clone().unwrap_or_else(|| PathBuf::from(file));
    let pem = keys::generate(algorithm)?;
    let pair = KeyPair::from_pem(&pem).map_err(|why| Failure::new(format!("the key made {why}")))?;
    write_secret(&file, &pem)?;
    let (name, record) = (keys::name(&selector, &domain), keys::record(&pair));
    if args.output.json {
        let made = Made { file: &file, domain: &domain, selector: &selector, name: &name, record: &record };
        return print(serde_json::to_string_pretty(&made)?);
    }
    print(format_args!(
        "The private key is in {file}; nobody but its owner may read it.\n\n\
         Publish this TXT record at {name}:\n\n{record}\n\nor, in a zone file:\n\n{zone}\n\n\
         Then, in the configuration:\n\n[smtp.dkim]\ndomain = \"{domain}\"\n{selector_key} = \"{selector}\"\n{key} = \"{file}\"\n\n\
         and see with `forenotice dkim check` that receivers find it.",
        file = file.display(),
        zone = keys::zone_line(&name, &record),
    ))
}

fn signing_domain(settings: &Settings) -> String {
    match &settings.smtp.dkim {
        Some(dkim) => dkim.domain.clone(),
        None => {
            let of = settings.smtp.from.address.rsplit_once('@');
            of.map(|(_, domain)| domain.to_owned()).unwrap_or_default()
        }
    }
}

/// A key is exchanged every half-year, so its name says when it was made.
fn selector(ed25519: bool) -> String {
    let today = Clock::System.now().date_naive();
    let half = if today.month() <= 6 { 'a' } else { 'b' };
    format!("fn{}{half}{}", today.year(), if ed25519 { "-ed" } else { "" })
}

/// A file of its own: one that is there may hold the only copy of a key in use.
fn write_secret(file: &Path, text: &str) -> Result<(), Failure> {
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    opened
        .and_then(|mut opened| opened.write_all(text.as_bytes()))
        .map_err(|error| Failure::new(format!("{}: {error}", file.display())))
        .or_hint("name a file that is not there yet with --out, in a directory you may write to")
}

#[derive(Serialize)]
struct Line {
    selector: String,
    name: String,
    record: String,
    holds: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

async fn check(cx: &Context, args: &Check) -> Result<(), Failure> {
    let (Some(dkim), Some(signer)) = (&cx.settings.smtp.dkim, Signer::of(&cx.settings)) else {
        return Err(Failure::new("letters are not signed by us: [smtp.dkim] names no key")
            .hint("leave it so where the relay signs; else make a key with forenotice dkim keygen"));
    };
    let letter = mail::test_letter(cx, &cx.settings.site.dpo_address)?;
    let mail = [signer.sign(&letter).await?.as_bytes(), &letter.bytes].concat();
    let verdicts = Receiver::new(args.dns)?.check(dkim, &mail).await?;
    let lines: Vec<Line> = verdicts
        .into_iter()
        .map(|v| Line {
            holds: v.wrong.is_none(),
            selector: v.selector,
            name: v.name,
            record: v.record,
            why: v.wrong,
        })
        .collect();
    if args.output.json {
        print(serde_json::to_string_pretty(&lines)?)?;
    } else {
        for line in &lines {
            match &line.why {
                None => print(format_args!("{}: receivers can check what this key signs", line.name))?,
                Some(why) => print(format_args!(
                    "{}: {why}\n  publish this TXT record there: {}",
                    line.name, line.record
                ))?,
            }
        }
    }
    if lines.iter().all(|line| line.holds) { Ok(()) } else { Err(Failure::already_said()) }
}
