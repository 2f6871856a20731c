//! The customers as a file: one row a contact, with its customer, the contract and the terms in it.
//!
//! [`read`] takes a row cell by cell and gives every reason at once; nothing is guessed: what reads two ways is refused,
//! what was read otherwise than it stands is remarked. [`Seen`] holds the rows of one file against one another.
//! [`write_row`] writes what `read` reads back. An empty cell of the terms is the policy's; `until_effect` is not.

mod seen;
mod terms;
mod values;
mod write;

use std::borrow::Cow;

use chrono::NaiveDate;

use super::UnknownWord;
use super::calendar::DaysOutOfRange;
use super::country::{Language, UnknownLanguage};
use super::customer::Terms;
use super::holidays::UnknownCalendar;
use super::recipient::{AddressFault, PRIVACY_ROLE, parse_address};
use super::table::{self, Altered, CellFault, Field, TextFault};
use super::zone::UnknownZone;

pub use seen::{Clash, Place, Seen};
pub use write::{Exported, cells, write_header, write_row};

const NAME_CHARS_MAX: usize = 300;
const REFERENCE_CHARS_MAX: usize = 100;

macro_rules! fields {
    ($($name:literal $(= $also:literal)*),+ $(,)?) => { &[$(Field { name: $name, also: &[$($also),*] }),+] };
}

/// The header, in the order in which files are written: the first twelve, then those that may be left out. The
/// other names are those of the exports of CRM programs.
pub const FIELDS: &[Field] = fields![
    "reference" = "customer reference" = "customer id" = "account id" = "crm id" = "company id",
    "customer" = "customer name" = "company" =
        "company name" = "associated company" = "account" = "account name" = "organisation" = "organization",
    "contact_name" = "contact" = "full name" = "contact: full name",
    "email" = "e-mail address" = "email address" = "contact: email",
    "language" = "preferred language" = "locale",
    "products" = "product",
    "customer_since" = "signed" = "signed on" = "contract date",
    "notice_days" = "notice" = "notice period",
    "objection_days" = "objection period",
    "convention",
    "time_zone" = "tz",
    "holidays" = "holiday calendar",
    "contract" = "contract reference",
    "clause",
    "authorisation" = "authorization",
    "start",
    "objection_convention",
    "kinds",
    "emergency_days",
    "grounds",
    "role",
    "rank",
    "notice_address",
    "first_name" = "contact: first name",
    "last_name" = "contact: last name",
];
/// How many of [`FIELDS`] are written: first and last name are read only.
const WRITTEN: usize = 23;

/// The columns without which a file holds no customers.
pub const NEEDED: &[&str] = &["email", "customer"];

/// A row as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The processor's own reference; the customer's name where the file has no such column.
    pub reference: String,
    pub customer: String,
    /// None: the customer's only contract.
    pub contract: Option<String>,
    pub clause: Option<String>,
    /// Empty: all.
    pub products: Vec<String>,
    pub since: Option<NaiveDate>,
    pub terms: Terms,
    pub contact: Contact,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub address: String,
    pub name: String,
    pub language: Language,
    pub role: String,
    pub rank: i16,
    pub notice_address: bool,
}

/// What rows are measured by.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The products of `[site]`.
    pub products: &'a [String],
    /// Whether the file has the column `reference`.
    pub has_reference: bool,
}

/// Why a row cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("empty")]
    Empty,
    #[error(transparent)]
    Cell(#[from] CellFault),
    #[error(transparent)]
    Text(#[from] TextFault),
    #[error(transparent)]
    Address(#[from] AddressFault),
    #[error(transparent)]
    Language(#[from] UnknownLanguage),
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    #[error(transparent)]
    Holidays(#[from] UnknownCalendar),
    #[error(transparent)]
    Word(#[from] UnknownWord),
    #[error(transparent)]
    Days(#[from] DaysOutOfRange),
    #[error("{given:?} is not a whole number from 0 to 366{hint}")]
    NotDays { given: String, hint: &'static str },
    #[error("{given:?} is not a whole number from 0 to 1000")]
    NotRank { given: String },
    #[error("{given:?} is no day; write it as 2026-03-01{hint}")]
    NotDay { given: String, hint: &'static str },
    #[error("there is no {given}")]
    NoSuchDay { given: String },
    #[error("the product {given:?} is not declared; [site] products has {known}")]
    Product { given: String, known: String },
    #[error("{given:?} is neither yes nor no")]
    YesOrNo { given: String },
    #[error("months need a number of their own: the policy's count is of days")]
    MonthsWithoutNumber,
    #[error(transparent)]
    Clash(#[from] Clash),
    #[error("it must be a text, a number or a list of them")]
    NotText,
}

/// What was read in a way that should be looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Remark {
    #[error("{0}")]
    Altered(Altered),
    #[error("{given:?} was read as {read}")]
    ReadAs { given: String, read: String },
    #[error("{zone} names no place; its rules for summer time may not be the customer's")]
    ZoneWithoutPlace { zone: String },
    #[error("working days without a holiday calendar: Monday to Friday")]
    NoCalendar,
    #[error("the objection window is longer than the notice: the window decides")]
    WindowOutlastsNotice,
}

/// A row that was read, with the remarks on it, by column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub row: Row,
    pub remarks: Vec<(&'static str, Remark)>,
}

/// Reads one row by its cells; every reason at once.
pub fn read<'a>(
    frame: Frame<'_>,
    cell: &dyn Fn(&'static str) -> Result<Cow<'a, str>, Reason>,
) -> Result<Read, Vec<(&'static str, Reason)>> {
    let mut reader = RowReader { frame, cell, remarks: Vec::new(), reasons: Vec::new() };
    let customer = reader.needed("customer", NAME_CHARS_MAX);
    let reference =
        if frame.has_reference { reader.needed("reference", REFERENCE_CHARS_MAX) } else { customer.clone() };
    let contact = reader.contact();
    let row = Row {
        reference,
        customer,
        contract: reader.optional("contract", REFERENCE_CHARS_MAX),
        clause: reader.optional("clause", NAME_CHARS_MAX),
        products: reader.products(),
        since: reader.value("customer_since", values::day),
        terms: reader.terms(),
        contact,
    };
    if reader.reasons.is_empty() { Ok(Read { row, remarks: reader.remarks }) } else { Err(reader.reasons) }
}

struct RowReader<'f, 'c, 'a> {
    frame: Frame<'f>,
    cell: &'c dyn Fn(&'static str) -> Result<Cow<'a, str>, Reason>,
    remarks: Vec<(&'static str, Remark)>,
    reasons: Vec<(&'static str, Reason)>,
}

impl RowReader<'_, '_, '_> {
    /// The cell as one line; empty after a reason was noted.
    fn text(&mut self, column: &'static str, max: usize) -> String {
        match (self.cell)(column).and_then(|cell| Ok(table::line(&cell, max)?)) {
            Ok(line) => {
                self.remarks.extend(line.altered.into_iter().map(|what| (column, Remark::Altered(what))));
                line.text
            }
            Err(reason) => {
                self.reasons.push((column, reason));
                String::new()
            }
        }
    }

    fn needed(&mut self, column: &'static str, max: usize) -> String {
        let reasons_before = self.reasons.len();
        let text = self.text(column, max);
        if text.is_empty() && self.reasons.len() == reasons_before {
            self.reasons.push((column, Reason::Empty));
        }
        text
    }

    fn optional(&mut self, column: &'static str, max: usize) -> Option<String> {
        Some(self.text(column, max)).filter(|text| !text.is_empty())
    }

    /// A value by its reader; none where the cell is empty or a reason was noted.
    fn value<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Result<(T, Option<Remark>), Reason>,
    ) -> Option<T> {
        let text = self.optional(column, NAME_CHARS_MAX)?;
        match read(&text) {
            Ok((value, remark)) => {
                self.remarks.extend(remark.map(|remark| (column, remark)));
                Some(value)
            }
            Err(reason) => {
                self.reasons.push((column, reason));
                None
            }
        }
    }

    fn word<T: std::str::FromStr<Err = UnknownWord>>(&mut self, column: &'static str) -> Option<T> {
        self.value(column, |text| Ok((text.parse()?, None)))
    }

    fn products(&mut self) -> Vec<String> {
        let declared = self.frame.products;
        let read = |text: &str| {
            let given: Vec<_> = values::list(text).map(str::to_owned).collect();
            match given.iter().find(|product| !declared.contains(product)) {
                Some(unknown) => Err(Reason::Product { given: unknown.clone(), known: declared.join(", ") }),
                None => Ok((given, None)),
            }
        };
        self.value("products", read).unwrap_or_default()
    }

    fn contact(&mut self) -> Contact {
        let address = match (self.cell)("email").and_then(|cell| Ok(parse_address(&cell)?)) {
            Ok(address) => address,
            Err(reason) => {
                self.reasons.push(("email", reason));
                String::new()
            }
        };
        let whole = self.text("contact_name", NAME_CHARS_MAX);
        let parts = [self.text("first_name", NAME_CHARS_MAX), self.text("last_name", NAME_CHARS_MAX)];
        let role = self.text("role", REFERENCE_CHARS_MAX).to_lowercase();
        Contact {
            address,
            name: if whole.is_empty() { parts.join(" ").trim().to_owned() } else { whole },
            language: self
                .value("language", |text| Ok((text.parse()?, None)))
                .unwrap_or_else(Language::english),
            role: if role.is_empty() { PRIVACY_ROLE.to_owned() } else { role },
            rank: self.value("rank", values::rank).unwrap_or_default(),
            notice_address: self.value("notice_address", values::yes_or_no).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests;
