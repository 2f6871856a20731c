//! The register as a file: CSV or JSON in, the same facts out.
//!
//! [`Facts`] are read cell by cell, each with its reasons and remarks; lists are divided by `;`. What is read and
//! written again gives the same facts. Who may write them into the register is not decided here but in
//! [`settle`](mod@settle): facts change only by a change, so a file may state what is new and nothing else.

mod settle;

use chrono::NaiveDate;

use super::country::{Country, UnknownCountry};
use super::subprocessor::{Facts, List};
use super::table::{self, Altered, CellFault, Field, Format, RowReader, TextFault, Writer};

pub use settle::{Begun, Known, Refusal, Settled, settle};

const NAME_CHARS_MAX: usize = 300;
const TEXT_CHARS_MAX: usize = 4000;
/// Rows of one file: a register is read by people.
pub const ROWS_MAX: usize = 10_000;

macro_rules! fields {
    ($($name:literal $(= $also:literal)*),+ $(,)?) => { &[$(Field { name: $name, also: &[$($also),*] }),+] };
}

/// The header, in the order in which files are written; the first nine are always there, the others may be.
const FIELDS: &[Field] = fields![
    "name" = "subprocessor" = "vendor" = "unterauftragsverarbeiter" = "sous-traitant" = "subencargado",
    "legal_entity" = "entity" = "firma" = "raison sociale" = "razón social",
    "category" = "kategorie" = "catégorie" = "categoría",
    "purpose" = "service" = "zweck" = "finalité" = "finalidad",
    "countries" = "country" = "land" = "länder" = "pays" = "país" = "países",
    "regions" = "region" = "regionen" = "région" = "régions" = "región" = "regiones",
    "data_types" = "data" = "datenarten" = "datenkategorien" = "données" = "datos",
    "transfer_mechanism" = "übermittlungsgrundlage" = "mécanisme de transfert" = "mecanismo de transferencia",
    "website" = "url" = "webseite" = "site web" = "sitio web",
    "address" = "anschrift" = "adresse" = "dirección",
    "contact" = "kontakt" = "contacto",
    "data_subjects" = "betroffene" = "betroffene personen" = "personnes concernées" = "interesados",
    "products" = "produkte" = "produits" = "productos",
    "affiliate",
    "engaged_by",
    "safeguards" = "garantien" = "garanties" = "garantías",
    "nature",
];

/// A file of subprocessors.
pub static FORMAT: Format = Format { fields: FIELDS, needed: &["name"], list: "subprocessors" };

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
    Country(#[from] UnknownCountry),
    #[error("{given:?} is no web address; it begins with https:// or http://")]
    Website { given: String },
    #[error("{given:?} is neither yes nor no")]
    YesOrNo { given: String },
}

/// What was read in a way that should be looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Remark {
    #[error("{given:?} was read as {} ({})", read.code(), read.name())]
    CountryMeant { given: String, read: Country },
    #[error("divided by commas; lists are divided by semicolons")]
    Commas,
    #[error("{0}")]
    Altered(#[from] Altered),
    #[error("{} lies outside the EEA and the countries with an adequacy decision, and no transfer mechanism is named", .0.name())]
    NoMechanism(Country),
}

pub type Read = table::Read<Facts, Remark>;
pub type Unread = table::Unread<Reason, Remark>;

/// Reads one row by its cells; every reason at once. What else stands in a row (`slug`, `valid_from`) is not a fact.
pub fn read(row: &table::Row) -> Result<Read, Unread> {
    let mut reader = FactsReader { row: RowReader::new(row) };
    let facts = Facts {
        name: reader.row.needed("name", NAME_CHARS_MAX, Reason::Empty),
        legal_entity: reader.row.text("legal_entity", NAME_CHARS_MAX),
        address: reader.row.text("address", TEXT_CHARS_MAX),
        contact: reader.row.text("contact", TEXT_CHARS_MAX),
        website: reader.website(),
        category: reader.row.text("category", TEXT_CHARS_MAX),
        purpose: reader.row.text("purpose", TEXT_CHARS_MAX),
        nature: reader.row.text("nature", TEXT_CHARS_MAX),
        countries: reader.countries(),
        regions: reader.list("regions"),
        data_types: reader.list("data_types"),
        data_subjects: reader.list("data_subjects"),
        products: reader.list("products"),
        transfer_mechanism: reader.row.text("transfer_mechanism", TEXT_CHARS_MAX),
        safeguards: reader.row.text("safeguards", TEXT_CHARS_MAX),
        affiliate: reader.yes_or_no("affiliate"),
        engaged_by: reader.row.text("engaged_by", NAME_CHARS_MAX),
    };
    if let (true, Some(country)) = (facts.transfer_mechanism.is_empty(), third_country(&facts.countries)) {
        reader.row.remark("transfer_mechanism", Remark::NoMechanism(country));
    }
    reader.row.finish(facts)
}

/// The register as CSV, every column, in the order given.
pub fn write_csv<'a>(register: impl IntoIterator<Item = &'a Facts>) -> String {
    write_csv_with_others(register, &[])
}

/// Why somebody stands behind the register who is not on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    InForceForSome,
    InUse,
}

impl Beside {
    /// The column that says since when; there only where somebody is meant by it.
    const fn column(self) -> &'static str {
        match self {
            Self::InForceForSome => "in_force_for_some_customers_since",
            Self::InUse => "in_use_without_completed_notice_since",
        }
    }
}

/// [`write_csv`], and behind it those whose change is not in force, or not for all.
pub fn write_csv_with_others<'a>(
    register: impl IntoIterator<Item = &'a Facts>,
    beside: &[(&Facts, Beside, NaiveDate)],
) -> String {
    let mut writer = Writer::new();
    let needed = [Beside::InForceForSome, Beside::InUse]
        .into_iter()
        .filter(|why| beside.iter().any(|(_, other, _)| other == why));
    let columns: Vec<Beside> = needed.collect();
    let heads = columns.iter().map(|why| why.column());
    writer.record(FIELDS.iter().map(|field| field.name).chain(heads));
    let mut row = |facts: &Facts, since: Option<(Beside, String)>| {
        let cells = facts.fields();
        let cell =
            |name| cells.iter().find(|(known, _)| *known == name).map_or("", |(_, cell)| cell.as_str());
        let said = columns.iter().map(|column| match &since {
            Some((why, day)) if why == column => day.as_str(),
            Some(_) | None => "",
        });
        writer.record(FIELDS.iter().map(|field| cell(field.name)).chain(said));
    };
    for facts in register {
        row(facts, None);
    }
    for (facts, why, since) in beside {
        row(facts, Some((*why, since.to_string())));
    }
    writer.into_text()
}

struct FactsReader<'r> {
    row: RowReader<'r, Reason, Remark>,
}

impl FactsReader<'_> {
    fn list(&mut self, column: &'static str) -> List {
        let text = self.row.text(column, TEXT_CHARS_MAX);
        let Ok(list) = text.parse::<List>();
        list
    }

    fn countries(&mut self) -> List {
        const COLUMN: &str = "countries";
        let text = self.row.text(COLUMN, TEXT_CHARS_MAX);
        if text.contains(',') {
            self.row.remark(COLUMN, Remark::Commas);
        }
        let mut codes = Vec::new();
        for given in text.split([';', ',']).map(str::trim).filter(|given| !given.is_empty()) {
            match given.parse::<Country>() {
                Ok(country) => codes.push(country.code().to_owned()),
                Err(UnknownCountry { given, meant: Some(read) }) => {
                    codes.push(read.code().to_owned());
                    self.row.remark(COLUMN, Remark::CountryMeant { given, read });
                }
                Err(unknown) => self.row.refuse(COLUMN, unknown),
            }
        }
        List(codes)
    }

    fn website(&mut self) -> String {
        let text = self.row.text("website", TEXT_CHARS_MAX);
        let scheme_known = ["https://", "http://"].iter().any(|scheme| {
            text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
                && text.len() > scheme.len()
        });
        if !text.is_empty() && (!scheme_known || text.contains([' ', '"', '<', '>'])) {
            self.row.refuse("website", Reason::Website { given: text.chars().take(100).collect() });
        }
        text
    }

    fn yes_or_no(&mut self, column: &'static str) -> String {
        let text = self.row.text(column, TEXT_CHARS_MAX);
        match text.to_lowercase().as_str() {
            "" => String::new(),
            "yes" | "true" => "yes".to_owned(),
            "no" | "false" => "no".to_owned(),
            _ => {
                self.row.refuse(column, Reason::YesOrNo { given: text });
                String::new()
            }
        }
    }
}

/// The EEA, and the countries for which the Commission has decided under GDPR Art. 45 that they protect adequately
/// (November 2026). The United States are not among them: the DPF covers certified companies only, so it is named.
const NO_MECHANISM_NEEDED: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK \
    AD AR BR CA CH FO GB GG IL IM JE JP KR NZ UY";

fn third_country(countries: &List) -> Option<Country> {
    countries
        .iter()
        .filter(|code| !NO_MECHANISM_NEEDED.split(' ').any(|known| known == *code))
        .find_map(|code| code.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[(&'static str, &str)]) -> Result<Read, Vec<(&'static str, Reason)>> {
        read(&table::Row::of(cells)).map_err(|unread| unread.reasons)
    }

    fn reasons(cells: &[(&'static str, &str)]) -> Vec<String> {
        row(cells).unwrap_err().iter().map(|(column, reason)| format!("{column}: {reason}")).collect()
    }

    fn remarks(cells: &[(&'static str, &str)]) -> Vec<String> {
        row(cells).unwrap().remarks.iter().map(|(column, remark)| format!("{column}: {remark}")).collect()
    }

    #[test]
    fn places_are_codes_and_what_was_meant_is_read_and_said() {
        assert_eq!(row(&[("name", "A"), ("countries", "DE;FR")]).unwrap().value.countries.join(";"), "DE;FR");
        assert_eq!(
            remarks(&[("name", "A"), ("countries", "Germany")]),
            ["countries: \"Germany\" was read as DE (Germany)"]
        );
        assert_eq!(
            remarks(&[("name", "A"), ("countries", "UK; FR ,ES")]),
            [
                "countries: divided by commas; lists are divided by semicolons",
                "countries: \"UK\" was read as GB (United Kingdom)"
            ]
        );
        for wrong in ["XX", "XK", "Worldwide"] {
            assert!(
                reasons(&[("name", "A"), ("countries", wrong)])[0].contains("belongs into regions"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_third_country_without_a_mechanism_is_remarked() {
        let said = remarks(&[("name", "A"), ("countries", "DE;IN")]);
        assert!(said[0].starts_with("transfer_mechanism: India lies outside the EEA"), "{said:?}");
        assert_eq!(
            remarks(&[("name", "A"), ("countries", "IN"), ("transfer_mechanism", "SCC")]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn every_reason_of_a_row_is_given_at_once() {
        assert_eq!(
            reasons(&[("website", "javascript:alert(1)"), ("affiliate", "perhaps")]),
            [
                "name: empty",
                "website: \"javascript:alert(1)\" is no web address; it begins with https:// or http://",
                "affiliate: \"perhaps\" is neither yes nor no",
            ]
        );
    }

    #[test]
    fn what_is_written_is_guarded_and_reads_back_the_same() {
        let facts = Facts { name: "=1+1".into(), regions: "EU; +1".parse().unwrap(), ..Facts::default() };
        let text = write_csv([&facts]);
        assert!(text.lines().nth(1).unwrap().starts_with("'=1+1,"), "{text}");
    }
}
