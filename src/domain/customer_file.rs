//! The customers as a file: one row a contact, with its customer, the contract and the terms in it.
//!
//! [`read`] takes a row cell by cell and gives every reason at once; nothing is guessed: what reads two ways is refused,
//! what was read otherwise than it stands is remarked. [`Seen`] holds the rows of one file against one another.
//! [`write_row`] writes what `read` reads back. An empty cell of the terms is the policy's; `until_effect` is not.

mod own_words;
mod seen;
mod terms;
mod values;
mod write;

use chrono::{DateTime, NaiveDate, Utc};

use super::UnknownWord;
use super::calendar::DaysOutOfRange;
use super::country::{Language, UnknownLanguage};
use super::customer::{Oddity, Policy, Terms};
use super::holidays::UnknownCalendar;
use super::recipient::{AddressFault, PRIVACY_ROLE, parse_address};
use super::table::{self, Altered, CellFault, Field, Format, RowReader, TextFault};
use super::zone::UnknownZone;

pub use own_words::OwnWords;
pub use seen::{Clash, Place, Seen};
pub use write::{Exported, cells, write_header, write_row};

const NAME_CHARS_MAX: usize = 300;
const REFERENCE_CHARS_MAX: usize = 100;

macro_rules! fields {
    ($($name:literal $(= $also:literal)*),+ $(,)?) => { &[$(Field { name: $name, also: &[$($also),*] }),+] };
}

/// The header, in the order in which files are written: the first twelve, then those that may be left out. The
/// other names are those of the exports of CRM programs, in the languages of our letters.
const FIELDS: &[Field] = fields![
    "reference" = "customer reference" = "customer id" = "customer no" = "customer number" = "account id" =
        "crm id" = "company id" =
            "kundennr" = "kundennummer" = "debitorennummer" = "référence client" = "referencia",
    "customer" = "customer name" = "company" = "company name" = "associated company" = "account" = "account name" =
        "organisation" = "organization" =
            "firma" = "kunde" = "kundenname" = "unternehmen" = "client" = "société" = "cliente" = "empresa",
    "contact_name" = "contact" = "full name" =
        "contact: full name" = "ansprechpartner" = "kontakt" = "kontaktperson" = "interlocuteur" = "contacto",
    "email" = "e-mail address" =
        "email address" = "contact: email" = "e-mail-adresse" = "mail" = "courriel" = "correo electrónico",
    "language" = "preferred language" = "locale" = "sprache" = "langue" = "idioma",
    "products" = "product" = "produkt" = "produkte" = "produits" = "productos",
    "customer_since" = "signed" = "signed on" = "contract date" =
        "kunde seit" = "vertragsbeginn" = "vertragsdatum" = "client depuis" = "cliente desde",
    "notice_days" = "notice" = "notice period" =
        "benachrichtigungsfrist" = "ankündigungsfrist" = "délai de préavis" = "plazo de preaviso",
    "objection_days" = "objection period" = "widerspruchsfrist" = "délai d'opposition" = "plazo de oposición",
    "convention" = "day count" = "zählweise" = "tageart" = "fristart",
    "time_zone" = "tz" = "zeitzone" = "fuseau horaire" = "zona horaria",
    "holidays" = "holiday calendar" = "feiertage" = "feiertagskalender" = "jours fériés" = "festivos",
    "contract" = "contract reference" = "vertrag" = "vertragsnummer" = "contrat" = "contrato",
    "clause" = "klausel" = "cláusula",
    "authorisation" = "authorization" = "genehmigung" = "genehmigungsart" = "autorisation" = "autorización",
    "start" = "fristbeginn",
    "objection_convention",
    "kinds",
    "emergency_days",
    "grounds" = "begründung",
    "role" = "rolle" = "rôle" = "rol",
    "rank",
    "notice_address" = "meldeadresse" = "benachrichtigungsadresse",
    "resolution_days" = "resolution period",
    "resolution_unit",
    "resolution_then",
    "regimes" = "regime",
    "emergency_window",
    "first_name" = "contact: first name" = "vorname" = "prénom",
    "last_name" = "contact: last name" = "nachname" = "apellidos",
];
/// How many of the fields are written: first and last name are read only.
const WRITTEN: usize = 28;

/// A file of customers.
pub static FORMAT: Format = Format { fields: FIELDS, needed: &["email", "customer"], list: "customers" };

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
    /// The columns that the file has not: of what is known already they say nothing.
    pub unsaid: Vec<&'static str>,
}

impl Row {
    /// Whether the file has the column, be its cell empty.
    pub fn says(&self, column: &str) -> bool {
        !self.unsaid.contains(&column)
    }
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
    /// What holds where the terms say nothing.
    pub policy: &'a Policy,
    /// The instant at which a change might be announced, for which the terms are looked at.
    pub at: DateTime<Utc>,
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
    #[error("say what holds when the time is over: {known}")]
    NothingThen { known: String },
    #[error("say how long the time is in resolution_days")]
    NoTime,
    #[error("say how short the notice of an emergency may be in emergency_days")]
    NoEmergency,
    #[error("months need a number of their own: the policy's count is of days")]
    MonthsWithoutNumber,
    #[error(transparent)]
    Clash(#[from] Clash),
}

impl Reason {
    /// Whether it is about a value that other words could stand for, not about a text of the customer's own.
    fn is_of_a_value(&self) -> bool {
        match self {
            Self::Language(_)
            | Self::Zone(_)
            | Self::Holidays(_)
            | Self::Word(_)
            | Self::Days(_)
            | Self::NotDays { .. }
            | Self::NotRank { .. }
            | Self::NotDay { .. }
            | Self::NoSuchDay { .. }
            | Self::Product { .. }
            | Self::YesOrNo { .. } => true,
            Self::Empty
            | Self::Cell(_)
            | Self::Text(_)
            | Self::Address(_)
            | Self::NothingThen { .. }
            | Self::NoTime
            | Self::NoEmergency
            | Self::MonthsWithoutNumber
            | Self::Clash(_) => false,
        }
    }
}

/// What was read in a way that should be looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Remark {
    #[error("{0}")]
    Altered(#[from] Altered),
    #[error("{given:?} was read as {read}")]
    ReadAs { given: String, read: String },
    #[error("{zone} names no place; its rules for summer time may not be the customer's")]
    ZoneWithoutPlace { zone: String },
    #[error("{0}")]
    Odd(Oddity),
}

pub type Read = table::Read<Row, Remark>;
pub type Unread = table::Unread<Reason, Remark>;

/// Reads one row by its cells; every reason at once.
pub fn read(frame: Frame<'_>, row: &table::Row) -> Result<Read, Unread> {
    let mut reader = CustomerReader { frame, row: RowReader::new(row) };
    let customer = reader.row.needed("customer", NAME_CHARS_MAX, Reason::Empty);
    let reference = if row.has("reference") {
        reader.row.needed("reference", REFERENCE_CHARS_MAX, Reason::Empty)
    } else {
        customer.clone()
    };
    let contact = reader.contact();
    let value = Row {
        reference,
        customer,
        contract: reader.row.optional("contract", REFERENCE_CHARS_MAX),
        clause: reader.row.optional("clause", NAME_CHARS_MAX),
        products: reader.products(),
        since: reader.value("customer_since", values::day),
        terms: reader.terms(),
        contact,
        unsaid: FIELDS.iter().map(|field| field.name).filter(|name| !row.has(name)).collect(),
    };
    reader.row.finish(value)
}

struct CustomerReader<'f, 'r> {
    frame: Frame<'f>,
    row: RowReader<'r, Reason, Remark>,
}

impl CustomerReader<'_, '_> {
    fn value<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Result<(T, Option<Remark>), Reason>,
    ) -> Option<T> {
        self.row.value(column, NAME_CHARS_MAX, read)
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
        let address = match self.row.cell("email").map(parse_address) {
            Some(Ok(address)) => address,
            Some(Err(fault)) => {
                self.row.refuse("email", fault);
                String::new()
            }
            None => String::new(),
        };
        let whole = self.row.text("contact_name", NAME_CHARS_MAX);
        let parts = [self.row.text("first_name", NAME_CHARS_MAX), self.row.text("last_name", NAME_CHARS_MAX)];
        let role = self.row.text("role", REFERENCE_CHARS_MAX).to_lowercase();
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
