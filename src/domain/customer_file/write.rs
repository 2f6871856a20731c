//! Rows written as [`read`](super::read) reads them.

use chrono::NaiveDate;

use super::super::calendar::Convention;
use super::super::customer::{EmergencyWindow, Policy, Terms, Window};
use super::super::recipient::PRIVACY_ROLE;
use super::super::table::Writer;
use super::terms::UNTIL_EFFECT;
use super::{FIELDS, WRITTEN};

/// One contact of one contract, as it is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    pub reference: String,
    pub customer: String,
    pub contract: String,
    pub clause: String,
    pub products: Vec<String>,
    pub since: NaiveDate,
    pub terms: Terms,
    pub address: String,
    pub contact_name: String,
    pub language: String,
    pub role: String,
    pub rank: i16,
    pub notice_address: bool,
}

pub fn write_header(writer: &mut Writer) {
    writer.record(FIELDS.iter().take(WRITTEN).map(|field| field.name));
}

/// Writes one row. `policy` only where a cell left empty would be read as something else.
pub fn write_row(writer: &mut Writer, row: &Exported, policy: &Policy) {
    let cells = cells(row, policy);
    writer.record(FIELDS.iter().take(WRITTEN).map(|field| {
        cells.iter().find(|(name, _)| *name == field.name).map_or("", |(_, cell)| cell.as_str())
    }));
}

/// The cells of a row by field, as files and JSON have them.
pub fn cells(row: &Exported, policy: &Policy) -> Vec<(&'static str, String)> {
    let terms = &row.terms;
    let (objection_days, objection_convention) = objection(terms, policy);
    let resolution = terms.resolution;
    let words = |value: Option<&dyn std::fmt::Display>| value.map(ToString::to_string).unwrap_or_default();
    vec![
        ("reference", row.reference.clone()),
        ("customer", row.customer.clone()),
        ("contact_name", row.contact_name.clone()),
        ("email", row.address.clone()),
        ("language", row.language.clone()),
        ("products", row.products.join(";")),
        ("customer_since", row.since.to_string()),
        ("notice_days", terms.notice.n.map(|n| n.get().to_string()).unwrap_or_default()),
        ("objection_days", objection_days),
        ("convention", words(terms.notice.convention.as_ref().map(|word| word as _))),
        ("time_zone", terms.time_zone.as_ref().map(|zone| zone.name().to_owned()).unwrap_or_default()),
        ("holidays", terms.holidays.as_ref().map(|holidays| holidays.codes().join(";")).unwrap_or_default()),
        ("contract", row.contract.clone()),
        ("clause", row.clause.clone()),
        ("authorisation", words(terms.authorisation.as_ref().map(|word| word as _))),
        ("start", words(terms.notice.start.as_ref().map(|word| word as _))),
        ("objection_convention", objection_convention),
        ("kinds", kinds(terms)),
        (
            "emergency_days",
            terms.emergency.as_ref().map(|terms| terms.n.get().to_string()).unwrap_or_default(),
        ),
        ("grounds", words(terms.grounds.as_ref().map(|word| word as _))),
        ("role", if row.role == PRIVACY_ROLE { String::new() } else { row.role.clone() }),
        ("rank", if row.rank == 0 { String::new() } else { row.rank.to_string() }),
        ("resolution_days", resolution.map(|terms| terms.n.get().to_string()).unwrap_or_default()),
        ("resolution_unit", words(resolution.as_ref().map(|terms| &terms.unit as _))),
        ("resolution_then", words(resolution.as_ref().map(|terms| &terms.then as _))),
        ("emergency_window", emergency_window(terms)),
        ("regimes", terms.regimes.iter().map(ToString::to_string).collect::<Vec<_>>().join(";")),
        ("notice_address", if row.notice_address { "yes".to_owned() } else { String::new() }),
    ]
}

fn objection(terms: &Terms, policy: &Policy) -> (String, String) {
    let Window::Days(window) = &terms.objection else {
        let days = if terms.objection == Window::UntilEffect { UNTIL_EFFECT } else { "" };
        return (days.to_owned(), String::new());
    };
    let days = window.n.map(|n| n.get().to_string()).unwrap_or_default();
    let convention: Option<Convention> = match (window.n, window.convention, terms.notice.convention) {
        (Some(_), Some(own), Some(notice)) if own == notice => None,
        (Some(_), None, Some(_)) => Some(policy.objection_convention),
        (_, own, _) => own,
    };
    (days, convention.map(|word| word.to_string()).unwrap_or_default())
}

fn kinds(terms: &Terms) -> String {
    let kinds = terms.kinds.iter().flatten().map(ToString::to_string);
    kinds.collect::<Vec<_>>().join(";")
}

/// Empty where it is as it is unless a file says otherwise.
fn emergency_window(terms: &Terms) -> String {
    let after = terms.emergency.as_ref().is_some_and(|terms| terms.window_after_start);
    if after { EmergencyWindow::AfterStart.to_string() } else { String::new() }
}
