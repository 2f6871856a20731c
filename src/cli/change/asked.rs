//! What the DPO asks for, as flags, a file, or both.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Subcommand;
use serde_json::Value;

use super::super::{Failure, Output};
use crate::actions::schedule_change::Alteration;
use crate::domain::change::ChangeKind;
use crate::domain::request::Request;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct WhatArgs {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    together: TogetherArgs,
}

/// Several changes at once.
#[derive(Debug, clap::Args)]
pub(super) struct TogetherArgs {
    /// A JSON file with a list of changes that one notice announces: each with "kind" (add, replace, alter, remove) and
    /// any of the flags' names
    #[arg(long, value_name = "FILE.json")]
    from: Option<PathBuf>,
    /// The day that all of them take effect on
    #[arg(long, value_name = "DAY", value_parser = crate::cli::when::day)]
    effective: Option<NaiveDate>,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Subcommand)]
pub(super) enum What {
    /// A new subprocessor
    #[command(
        after_help = "Example:\n  forenotice change plan add --name Nimbus --legal-entity \"Nimbus GmbH\" --address \"Unter den Linden 1, Berlin\" \\\n    --contact privacy@nimbus.example --purpose Hosting --country DE --data-types \"names; addresses\" \\\n    --data-subjects users --transfer-mechanism none --reason \"More capacity\" --effective 2027-01-15"
    )]
    Add(ChangeArgs),
    /// Another subprocessor instead of one on the register
    #[command(
        after_help = "Example:\n  forenotice change plan replace --replaces Vercel --name Nimbus --from nimbus.json --effective 2027-01-15"
    )]
    Replace(ChangeArgs),
    /// Other facts of a subprocessor on the register: give those that will differ
    #[command(
        after_help = "Example:\n  forenotice change plan alter --name Pinecone --country \"US;DE\" --reason \"A region in the EU\" --effective 2027-01-15"
    )]
    Alter(ChangeArgs),
    /// A subprocessor that is no longer used
    #[command(
        after_help = "A past --effective says since when it has not been used: nothing is left to give notice of.\n\nExample:\n  forenotice change plan remove --name Vercel --reason \"We host ourselves\" --effective 2027-01-15"
    )]
    Remove(ChangeArgs),
    /// A slip in the facts of the same legal person: no new processing, no period
    #[command(
        after_help = "Example:\n  forenotice change schedule correct --name Pinecone --website https://pinecone.io --reason \"Wrong address\" --effective 2026-11-24 \\\n    --attest \"Same company, as their site says\""
    )]
    Correct(ChangeArgs),
}

/// The facts as flags; lists are divided by `;`.
#[derive(Debug, clap::Args)]
pub(super) struct ChangeArgs {
    /// A JSON file with any of these, by the names of the flags; flags win over it
    #[arg(long, value_name = "FILE.json")]
    from: Option<PathBuf>,
    /// The subprocessor's name
    #[arg(long)]
    name: Option<String>,
    /// Of a replacement: the name of whom it replaces
    #[arg(long, value_name = "NAME")]
    replaces: Option<String>,
    #[arg(long)]
    legal_entity: Option<String>,
    #[arg(long)]
    address: Option<String>,
    /// Where its privacy team is reached
    #[arg(long)]
    contact: Option<String>,
    #[arg(long)]
    category: Option<String>,
    #[arg(long)]
    purpose: Option<String>,
    /// Nature and duration of the processing
    #[arg(long)]
    nature: Option<String>,
    /// ISO 3166-1 alpha-2 codes
    #[arg(long, value_name = "CODES")]
    country: Option<String>,
    #[arg(long)]
    region: Option<String>,
    #[arg(long)]
    data_types: Option<String>,
    #[arg(long)]
    data_subjects: Option<String>,
    #[arg(long)]
    transfer_mechanism: Option<String>,
    #[arg(long)]
    safeguards: Option<String>,
    /// Product tags; none = all products
    #[arg(long)]
    products: Option<String>,
    #[arg(long)]
    website: Option<String>,
    #[arg(long)]
    affiliate: Option<String>,
    #[arg(long)]
    engaged_by: Option<String>,
    /// Why, in words that customers read
    #[arg(long)]
    reason: Option<String>,
    /// The first day on which it is in force, in the policy's zone; a plan without it asks for the earliest
    #[arg(long, value_name = "DAY", value_parser = crate::cli::when::day)]
    effective: Option<NaiveDate>,
    /// It cannot wait for the full period: why
    #[arg(long, value_name = "JUSTIFICATION")]
    emergency: Option<String>,
    /// Of a correction: how you know that it is the same legal person and no new processing
    #[arg(long, value_name = "HOW")]
    attest: Option<String>,
    #[command(flatten)]
    pub(super) output: Output,
}

/// The requests that flags and file make together.
pub(super) fn requests(what: &WhatArgs) -> Result<(Vec<Request>, Output), Failure> {
    let (kind, args) = match &what.what {
        Some(What::Add(args)) => (ChangeKind::Addition, args),
        Some(What::Replace(args)) => (ChangeKind::Replacement, args),
        Some(What::Alter(args)) => (ChangeKind::MaterialChange, args),
        Some(What::Remove(args)) => (ChangeKind::Removal, args),
        Some(What::Correct(args)) => (ChangeKind::Correction, args),
        None => return Ok((several(&what.together)?, what.together.output)),
    };
    Ok((vec![request(kind, given(args)?)?], args.output))
}

/// The changes that a file lists, each with its kind; flags hold for all of them.
fn several(args: &TogetherArgs) -> Result<Vec<Request>, Failure> {
    let Some(path) = &args.from else {
        return Err(Failure::new("say what: add, replace, alter, remove or correct")
            .hint("or --from FILE.json with a list of changes")
            .usage());
    };
    let listed = from_file(path)?;
    if listed.is_empty() {
        return Err(Failure::new(format!("{}: the list is empty: it names no change", path.display())));
    }
    let read = |mut given: Given| {
        given.extend(args.effective.map(|day| ("effective".to_owned(), day.to_string())));
        let kind = given.remove("kind").unwrap_or_default();
        let known = KINDS.iter().find(|(word, _)| *word == kind);
        let (_, kind) = known.ok_or_else(|| {
            Failure::new(format!("{}: \"kind\": {kind:?} is no kind of change", path.display()))
                .hint("add, replace, alter, remove or correct")
        })?;
        request(*kind, given)
    };
    listed.into_iter().map(read).collect()
}

const KINDS: [(&str, ChangeKind); 5] = [
    ("add", ChangeKind::Addition),
    ("replace", ChangeKind::Replacement),
    ("alter", ChangeKind::MaterialChange),
    ("remove", ChangeKind::Removal),
    ("correct", ChangeKind::Correction),
];

fn request(kind: ChangeKind, mut given: Given) -> Result<Request, Failure> {
    let name = given
        .remove("name")
        .ok_or_else(|| Failure::new("--name is missing").hint("forenotice change plan --help").usage())?;
    let effective = day(given.remove("effective"))?;
    let reason = given.remove("reason").unwrap_or_default();
    let (replaces, emergency) = (given.remove("replaces"), given.remove("emergency"));
    if emergency.as_deref().is_some_and(|why| why.trim().is_empty()) {
        return Err(Failure::new("--emergency is empty: say why it cannot wait").usage());
    }
    let attested = given.remove("attest");
    Ok(Request { kind, name, replaces, facts: facts(given), reason, effective, emergency, attested })
}

/// What is to be different about a change, by flags and file.
pub(super) fn alteration(args: &ChangeArgs) -> Result<Alteration, Failure> {
    let mut given = given(args)?;
    for flag in ["replaces", "reason", "emergency", "attest"] {
        if given.contains_key(flag) {
            return Err(Failure::new(format!("--{flag} cannot be altered"))
                .hint("withdraw the change and schedule another"));
        }
    }
    let effective = day(given.remove("effective"))?;
    Ok(Alteration { effective, facts: facts(given) })
}

fn given(args: &ChangeArgs) -> Result<Given, Failure> {
    let mut given = match &args.from {
        None => Given::new(),
        Some(path) => match <[Given; 1]>::try_from(from_file(path)?) {
            Ok([given]) => given,
            Err(several) => {
                let found = format!("{}: {} changes where one is wanted", path.display(), several.len());
                return Err(
                    Failure::new(found).hint("leave add, replace, … out and name \"kind\" in the file")
                );
            }
        },
    };
    for (flag, value) in args.flags() {
        if let Some(value) = value {
            given.insert(flag.to_owned(), value.clone());
        }
    }
    given.extend(args.effective.map(|day| ("effective".to_owned(), day.to_string())));
    Ok(given)
}

fn day(text: Option<String>) -> Result<Option<NaiveDate>, Failure> {
    let parse = |text: String| {
        text.parse().map_err(|_| {
            Failure::new(format!("\"effective\": {text:?} is no day")).hint("write it as 2027-01-15")
        })
    };
    text.map(parse).transpose()
}

fn facts(given: Given) -> Vec<(String, String)> {
    given.into_iter().map(|(flag, value)| (field(&flag), value)).collect()
}

/// The fact that a flag gives, by the name that files use.
fn field(flag: &str) -> String {
    match flag {
        "country" => "countries".to_owned(),
        "region" => "regions".to_owned(),
        flag => flag.replace('-', "_"),
    }
}

type Given = BTreeMap<String, String>;

/// A JSON object of texts and lists of texts, by the names of flags or of facts; or a list of such.
fn from_file(path: &Path) -> Result<Vec<Given>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        Failure::new(format!("{}:{}:{}: {error}", path.display(), error.line(), error.column()))
    })?;
    match value {
        Value::Array(items) => items.into_iter().map(|item| from_object(path, item)).collect(),
        object => Ok(vec![from_object(path, object)?]),
    }
}

fn from_object(path: &Path, value: Value) -> Result<Given, Failure> {
    let Value::Object(fields) = value else {
        return Err(Failure::new(format!("{}: not a JSON object, or a list of them", path.display())));
    };
    let mut given = Given::new();
    for (name, value) in fields {
        let text = match value {
            Value::String(text) => text,
            Value::Null => continue,
            Value::Array(items) if items.iter().all(Value::is_string) => {
                items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";")
            }
            other => {
                return Err(Failure::new(format!(
                    "{}: {name}: {other} is neither a text nor a list of texts",
                    path.display()
                )));
            }
        };
        let flag = match name.as_str() {
            "countries" => "country".to_owned(),
            "regions" => "region".to_owned(),
            name => name.replace('_', "-"),
        };
        given.insert(flag, text);
    }
    Ok(given)
}

impl ChangeArgs {
    fn flags(&self) -> [(&'static str, &Option<String>); 21] {
        [
            ("name", &self.name),
            ("replaces", &self.replaces),
            ("legal-entity", &self.legal_entity),
            ("address", &self.address),
            ("contact", &self.contact),
            ("category", &self.category),
            ("purpose", &self.purpose),
            ("nature", &self.nature),
            ("country", &self.country),
            ("region", &self.region),
            ("data-types", &self.data_types),
            ("data-subjects", &self.data_subjects),
            ("transfer-mechanism", &self.transfer_mechanism),
            ("safeguards", &self.safeguards),
            ("products", &self.products),
            ("website", &self.website),
            ("affiliate", &self.affiliate),
            ("engaged-by", &self.engaged_by),
            ("reason", &self.reason),
            ("emergency", &self.emergency),
            ("attest", &self.attest),
        ]
    }
}
