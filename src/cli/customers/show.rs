//! `customers show`: one customer with everything on file.

use chrono::NaiveDate;
use serde::Serialize;

use super::super::context::open;
use super::super::{Failure, Global, Output, print};
use crate::domain::customer::{Policy, Terms};
use crate::domain::recipient::Recipient;
use crate::store;
use crate::store::customer::{ContractVersion, Customer};

/// Show one customer: contracts, every version of their terms, contacts
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  forenotice customers show C-001")]
pub struct Args {
    #[arg(value_name = "REF")]
    reference: String,
    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
struct Shown<'a> {
    reference: &'a str,
    name: &'a str,
    kind: String,
    contracts: Vec<ShownContract<'a>>,
    contacts: Vec<ShownContact<'a>>,
}

#[derive(Serialize)]
struct ShownContract<'a> {
    reference: &'a str,
    clause: Option<&'a str>,
    /// Empty: all.
    products: &'a [String],
    signed_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    valid_from: NaiveDate,
    terms: &'a Terms,
}

#[derive(Serialize)]
struct ShownContact<'a> {
    email: &'a str,
    name: &'a str,
    language: &'a str,
    role: &'a str,
    rank: i16,
    notice_address: bool,
    suppressed: Option<&'a str>,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let cx = open(global)?;
    let reference = crate::cli::context::customer(&cx, &args.reference).await?;
    let mut snapshot = cx.snapshot().await?;
    let Some(customer) = store::customer::by_reference(snapshot.conn(), &reference).await? else {
        let like = store::customer::references_like(snapshot.conn(), &args.reference).await?;
        let hint = match like.as_slice() {
            [] => "forenotice customers export lists them".to_owned(),
            like => format!("is it {}?", like.join(", ")),
        };
        return Err(Failure::new(format!("there is no customer {:?}", args.reference)).hint(hint));
    };
    let versions = store::customer::contract_versions(snapshot.conn(), customer.id).await?;
    let contacts = store::recipient::of_customer(snapshot.conn(), customer.id).await?;
    let shown = shown(&customer, &versions, &contacts);
    if args.output.json {
        return print(serde_json::to_string_pretty(&shown)?);
    }
    tell(&shown, &cx.policy)
}

fn shown<'a>(
    customer: &'a Customer,
    versions: &'a [ContractVersion],
    contacts: &'a [Recipient],
) -> Shown<'a> {
    Shown {
        reference: &customer.reference,
        name: &customer.name,
        kind: customer.kind.to_string(),
        contracts: versions
            .iter()
            .map(|ContractVersion { valid_from, contract }| ShownContract {
                reference: &contract.reference,
                clause: contract.clause.as_deref(),
                products: &contract.products,
                signed_on: contract.signed_on,
                ended_on: contract.ended_on,
                valid_from: *valid_from,
                terms: &contract.terms,
            })
            .collect(),
        contacts: contacts
            .iter()
            .map(|contact| ShownContact {
                email: &contact.address,
                name: &contact.name,
                language: &contact.language,
                role: &contact.role,
                rank: contact.rank,
                notice_address: contact.notice_address,
                suppressed: contact.suppressed_why.as_deref(),
            })
            .collect(),
    }
}

fn tell(shown: &Shown<'_>, policy: &Policy) -> Result<(), Failure> {
    print(format_args!("{}  {}", shown.reference, shown.name))?;
    for contract in &shown.contracts {
        let products = if contract.products.is_empty() {
            "all products".to_owned()
        } else {
            contract.products.join(", ")
        };
        let clause = contract.clause.map(|clause| format!(", clause {clause}")).unwrap_or_default();
        let ended = contract.ended_on.map(|day| format!(", ended {day}")).unwrap_or_default();
        print(format_args!(
            "contract {}{clause}: {products}, signed {}{ended}",
            contract.reference, contract.signed_on
        ))?;
        print(format_args!("  from {}: {}", contract.valid_from, in_words(contract.terms, policy)))?;
    }
    for contact in &shown.contacts {
        let rank = if contact.rank == 0 { String::new() } else { format!(" {}", contact.rank) };
        let notice = if contact.notice_address { ", notice address" } else { "" };
        let suppressed = contact.suppressed.map(|why| format!(", suppressed: {why}")).unwrap_or_default();
        let name = if contact.name.is_empty() { String::new() } else { format!(" ({})", contact.name) };
        print(format_args!(
            "contact {}{name}: {}{rank}, {}{notice}{suppressed}",
            contact.email, contact.role, contact.language
        ))?;
    }
    Ok(())
}

/// The terms as they count, the policy's where the contract is silent.
fn in_words(terms: &Terms, policy: &Policy) -> String {
    let timing = terms.timing(policy, false);
    let (notice, convention) = &timing.notice;
    let objection = match &timing.objection {
        Some((days, convention)) => format!("objections {} {convention}", days.get()),
        None => "objections until the change takes effect".to_owned(),
    };
    let calendar = match timing.holidays.codes() {
        [] => String::new(),
        codes => format!(", holidays {}", codes.join(";")),
    };
    format!(
        "{} authorisation, notice {} {convention} from {}, {objection}, {}{calendar}{}",
        terms.authorisation(),
        notice.get(),
        timing.start,
        timing.zone.name(),
        what_else(terms),
    )
}

/// What the contract says besides, each under its name in a customers file.
fn what_else(terms: &Terms) -> String {
    let joined = |words: Vec<String>| Some(words.join(";")).filter(|words| !words.is_empty());
    let kinds = terms.kinds.iter().flatten().map(ToString::to_string).collect();
    let resolution =
        terms.resolution.map(|then| format!("{} {}, then {}", then.n.get(), then.unit, then.then));
    let said = [
        ("kinds", joined(kinds)),
        ("emergency_days", terms.emergency.as_ref().map(|terms| terms.n.get().to_string())),
        ("grounds", terms.grounds.map(|grounds| grounds.to_string())),
        ("resolution", resolution),
        ("regimes", joined(terms.regimes.iter().map(ToString::to_string).collect())),
    ];
    said.into_iter().filter_map(|(name, said)| Some(format!(", {name} {}", said?))).collect()
}
