//! Subprocessors: the facts that a customer needs to judge one, and what differs between two states of them.
//!
//! The [register](super::register) lists them, a [change](super::change) is the only thing that alters them.
//! The fact sheet follows SCC 2021/915 clause 7.7 and EDPB Opinion 22/2024: "none" is a fact, empty is not.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

id!(SubprocessorId);

/// Several values of one fact, in the order given, without blanks around them or empty ones between.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct List(pub Vec<String>);

impl List {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The values joined as a file's cell has them.
    pub fn join(&self, separator: &str) -> String {
        self.0.join(separator)
    }

    fn split(cell: &str) -> Vec<String> {
        cell.split(';').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect()
    }

    fn adds_to(&self, before: &Self) -> bool {
        self.0.iter().any(|value| !before.0.contains(value))
    }
}

impl FromStr for List {
    type Err = Infallible;

    fn from_str(cell: &str) -> Result<Self, Self::Err> {
        Ok(Self(
            cell.split(';').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect(),
        ))
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.join("; "))
    }
}

/// Everything the register says of a subprocessor in one state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    pub name: String,
    pub legal_entity: String,
    pub address: String,
    pub contact: String,
    pub website: String,
    pub category: String,
    pub purpose: String,
    /// Nature and duration of the processing.
    pub nature: String,
    /// ISO 3166-1 alpha-2.
    pub countries: List,
    pub regions: List,
    pub data_types: List,
    pub data_subjects: List,
    /// Tags of the products it serves; empty = all.
    pub products: List,
    pub transfer_mechanism: String,
    pub safeguards: String,
    /// "yes", "no" or empty where not stated.
    pub affiliate: String,
    /// The subprocessor that engages it; empty = the processor itself.
    pub engaged_by: String,
}

/// A name that no fact has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no fact of a subprocessor")]
pub struct UnknownFact {
    pub given: String,
}

/// One fact, named as files and flags name it, in its state before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub field: String,
    pub before: String,
    pub after: String,
}

const LEGAL_ENTITY: &str = "legal_entity";

impl Facts {
    /// Each fact with its name, in the order of the fact sheet.
    pub fn fields(&self) -> [(&'static str, String); 17] {
        [
            ("name", self.name.clone()),
            ("legal_entity", self.legal_entity.clone()),
            ("address", self.address.clone()),
            ("contact", self.contact.clone()),
            ("website", self.website.clone()),
            ("category", self.category.clone()),
            ("purpose", self.purpose.clone()),
            ("nature", self.nature.clone()),
            ("countries", self.countries.join(";")),
            ("regions", self.regions.to_string()),
            ("data_types", self.data_types.to_string()),
            ("data_subjects", self.data_subjects.to_string()),
            ("products", self.products.to_string()),
            ("transfer_mechanism", self.transfer_mechanism.clone()),
            ("safeguards", self.safeguards.clone()),
            ("affiliate", self.affiliate.clone()),
            ("engaged_by", self.engaged_by.clone()),
        ]
    }

    /// Sets the fact that files call `field`; several values are divided by `;`.
    pub fn set(&mut self, field: &str, value: &str) -> Result<(), UnknownFact> {
        let list = || List(List::split(value));
        match field {
            "name" => value.clone_into(&mut self.name),
            "legal_entity" => value.clone_into(&mut self.legal_entity),
            "address" => value.clone_into(&mut self.address),
            "contact" => value.clone_into(&mut self.contact),
            "website" => value.clone_into(&mut self.website),
            "category" => value.clone_into(&mut self.category),
            "purpose" => value.clone_into(&mut self.purpose),
            "nature" => value.clone_into(&mut self.nature),
            "countries" => self.countries = list(),
            "regions" => self.regions = list(),
            "data_types" => self.data_types = list(),
            "data_subjects" => self.data_subjects = list(),
            "products" => self.products = list(),
            "transfer_mechanism" => value.clone_into(&mut self.transfer_mechanism),
            "safeguards" => value.clone_into(&mut self.safeguards),
            "affiliate" => value.clone_into(&mut self.affiliate),
            "engaged_by" => value.clone_into(&mut self.engaged_by),
            _ => return Err(UnknownFact { given: field.to_owned() }),
        }
        Ok(())
    }

    /// The facts still empty that a customer needs to judge an engagement, by the name of their flag.
    pub fn missing(&self) -> Vec<&'static str> {
        let stated = |text: &str| !text.trim().is_empty();
        let needed = [
            ("name", stated(&self.name)),
            ("legal-entity", stated(&self.legal_entity)),
            ("address", stated(&self.address)),
            ("contact", stated(&self.contact)),
            ("purpose", stated(&self.purpose)),
            ("data-types", !self.data_types.is_empty()),
            ("data-subjects", !self.data_subjects.is_empty()),
            ("country", !self.countries.is_empty() || !self.regions.is_empty()),
            ("transfer-mechanism", stated(&self.transfer_mechanism)),
        ];
        needed.into_iter().filter(|(_, given)| !given).map(|(name, _)| name).collect()
    }

    /// The facts that differ, in the order of the fact sheet.
    pub fn differences(&self, after: &Self) -> Vec<Difference> {
        self.fields()
            .into_iter()
            .zip(after.fields())
            .filter(|((_, before), (_, after))| before != after)
            .map(|((field, before), (_, after))| Difference { field: field.to_owned(), before, after })
            .collect()
    }

    /// The facts by which `after` adds a purpose, place, datum, subject, product, mechanism or entity: then customers
    /// must be told anew. Products: from some to all is wider, from all to some is not.
    pub fn widening(&self, after: &Self) -> Vec<&'static str> {
        let products = match (self.serves_all(), after.serves_all()) {
            (true, _) => false,
            (false, true) => true,
            (false, false) => after.products.adds_to(&self.products),
        };
        let wider = [
            (LEGAL_ENTITY, after.legal_entity != self.legal_entity),
            ("purpose", after.purpose != self.purpose),
            ("nature", after.nature != self.nature),
            ("countries", after.countries.adds_to(&self.countries)),
            ("regions", after.regions.adds_to(&self.regions)),
            ("data_types", after.data_types.adds_to(&self.data_types)),
            ("data_subjects", after.data_subjects.adds_to(&self.data_subjects)),
            ("products", products),
            ("transfer_mechanism", after.transfer_mechanism != self.transfer_mechanism),
            ("engaged_by", after.engaged_by != self.engaged_by),
        ];
        wider.into_iter().filter(|(_, wider)| *wider).map(|(field, _)| field).collect()
    }

    /// The facts by which `after` means other processing than these: any of [`widening`](Self::widening) but the legal
    /// name, which a person may get without becoming another.
    pub fn new_processing(&self, after: &Self) -> Vec<&'static str> {
        self.widening(after).into_iter().filter(|field| *field != LEGAL_ENTITY).collect()
    }

    /// These facts with whatever differs between `before` and `after` taken from `after`: an alteration planned
    /// against `before` leaves alone what others have altered meanwhile.
    #[must_use]
    pub fn altered(&self, before: &Self, after: &Self) -> Self {
        macro_rules! altered {
            ($($field:ident),+ $(,)?) => {
                Self { $($field: if before.$field == after.$field { &self.$field } else { &after.$field }.clone()),+ }
            };
        }
        altered!(
            name,
            legal_entity,
            address,
            contact,
            website,
            category,
            purpose,
            nature,
            countries,
            regions,
            data_types,
            data_subjects,
            products,
            transfer_mechanism,
            safeguards,
            affiliate,
            engaged_by,
        )
    }

    /// Whether it serves every product: none is named, or the word for all of them.
    pub fn serves_all(&self) -> bool {
        is_every_product(&self.products.0)
    }

    /// Whether it serves one of `products`; an empty side means all.
    pub fn serves(&self, products: &[String]) -> bool {
        overlap(&self.products.0, products)
    }
}

/// Whether a scope of product tags is every product: it is empty, or says so. Who writes `--products all` means all.
fn is_every_product(scope: &[String]) -> bool {
    scope.is_empty() || scope.iter().any(|tag| tag.eq_ignore_ascii_case("all"))
}

/// Whether two scopes of product tags meet.
pub fn overlap(one: &[String], other: &[String]) -> bool {
    is_every_product(one) || is_every_product(other) || one.iter().any(|tag| other.contains(tag))
}

/// A name as part of an address: lower-case ASCII letters, digits and single hyphens; never empty. A letter with an
/// accent is the letter without it.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.nfkd().filter(|c| !is_combining_mark(*c)) {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let trimmed = slug.trim_end_matches('-');
    if trimmed.is_empty() { "subprocessor".to_owned() } else { trimmed.to_owned() }
}

/// Whether two spellings name one subprocessor.
pub fn same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// What a subprocessor is or was called, and the legal entity behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAs {
    pub id: SubprocessorId,
    pub name: String,
    pub legal_entity: String,
}

/// Whom somebody means by what is nobody's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// The only one whose legal entity is called so.
    One(SubprocessorId),
    /// The names of those it may be; empty: nobody is called much alike.
    Perhaps(Vec<String>),
}

const SUGGESTED_MAX: usize = 3;
const ALIKE: f64 = 0.88;

/// Whom of the `known` somebody means who says `wanted`, which is the name of none of them.
pub fn meant(known: &[KnownAs], wanted: &str) -> Meant {
    let wanted = wanted.trim().to_lowercase();
    let legally: Vec<_> = known.iter().filter(|one| same_name(&one.legal_entity, &wanted)).collect();
    let mut ids: Vec<_> = legally.iter().map(|one| one.id).collect();
    ids.sort_unstable();
    ids.dedup();
    if let [only] = ids[..] {
        return Meant::One(only);
    }
    let alike = |text: &str| {
        let text = text.trim().to_lowercase();
        let within = text.len().min(wanted.len()) > 2 && (text.contains(&wanted) || wanted.contains(&text));
        within || strsim::jaro_winkler(&text, &wanted) >= ALIKE
    };
    let perhaps = known.iter().filter(|one| alike(&one.name) || alike(&one.legal_entity));
    let chosen: Vec<&KnownAs> = if legally.is_empty() { perhaps.collect() } else { legally };
    let mut names: Vec<String> = chosen.into_iter().map(|one| one.name.clone()).collect();
    names.sort();
    names.dedup();
    names.truncate(SUGGESTED_MAX);
    Meant::Perhaps(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Facts {
        Facts {
            name: "Nimbus".into(),
            legal_entity: "Nimbus GmbH".into(),
            address: "Unter den Linden 1, Berlin".into(),
            contact: "privacy@nimbus.example".into(),
            purpose: "Hosting".into(),
            countries: "DE;FR".parse().unwrap(),
            data_types: "names; addresses".parse().unwrap(),
            data_subjects: "users".parse().unwrap(),
            transfer_mechanism: "none".into(),
            products: "api".parse().unwrap(),
            ..Facts::default()
        }
    }

    #[test]
    fn a_full_fact_sheet_misses_nothing_and_an_empty_fact_is_named() {
        assert!(full().missing().is_empty());
        assert_eq!(Facts { transfer_mechanism: " ".into(), ..full() }.missing(), ["transfer-mechanism"]);
        assert!(
            Facts { countries: List::default(), regions: "EU".parse().unwrap(), ..full() }
                .missing()
                .is_empty()
        );
    }

    #[test]
    fn an_added_place_widens_and_a_dropped_one_does_not() {
        let fewer = Facts { countries: "DE".parse().unwrap(), ..full() };
        assert_eq!(fewer.widening(&full()), ["countries"]);
        assert!(full().widening(&fewer).is_empty());
        let all_products = Facts { products: List::default(), ..full() };
        assert_eq!(full().widening(&all_products), ["products"]);
        assert!(all_products.widening(&full()).is_empty());
    }

    #[test]
    fn the_word_all_is_every_product() {
        let all = Facts { products: "All".parse().unwrap(), ..full() };
        assert!(all.serves_all() && all.serves(&["api".to_owned()]));
        assert!(overlap(&["api".to_owned()], &["all".to_owned()]));
        assert_eq!(full().widening(&all), ["products"]);
        assert!(!full().serves(&["chat".to_owned()]));
    }

    #[test]
    fn another_legal_name_is_wider_and_yet_no_new_processing() {
        let renamed =
            Facts { legal_entity: "Nimbus SE".into(), website: "https://nimbus.example".into(), ..full() };
        assert_eq!(full().widening(&renamed), ["legal_entity"]);
        assert!(full().new_processing(&renamed).is_empty());
        assert_eq!(full().new_processing(&Facts { purpose: "Mail".into(), ..renamed }), ["purpose"]);
    }

    #[test]
    fn an_alteration_leaves_alone_what_others_altered_meanwhile() {
        let planned = Facts { countries: "DE;FR;US".parse().unwrap(), ..full() };
        let meanwhile = Facts { website: "https://nimbus.example".into(), ..full() };
        let both = Facts { website: "https://nimbus.example".into(), ..planned.clone() };
        assert_eq!(meanwhile.altered(&full(), &planned), both);
    }

    #[test]
    fn differences_name_the_field_as_files_do() {
        let fewer = Facts { countries: "DE".parse().unwrap(), ..full() };
        let differences = fewer.differences(&full());
        assert_eq!(
            differences,
            [Difference { field: "countries".into(), before: "DE".into(), after: "DE;FR".into() }]
        );
    }

    #[test]
    fn a_slug_is_never_empty() {
        assert_eq!(slug("Amazon Web Services, Inc."), "amazon-web-services-inc");
        assert_eq!(slug("Müller & Søn Café"), "muller-s-n-cafe");
        assert_eq!(slug("日本"), "subprocessor");
    }

    #[test]
    fn a_legal_entity_names_the_only_one_behind_which_it_stands_and_else_those_alike_are_named() {
        let known = |id, name: &str, legal_entity: &str| KnownAs {
            id: SubprocessorId(id),
            name: name.into(),
            legal_entity: legal_entity.into(),
        };
        let on_file = [
            known(1, "Nimbus", "Nimbus GmbH"),
            known(1, "Nimbus Cloud", "Nimbus GmbH"),
            known(2, "Amazon Web Services", "Amazon EMEA SARL"),
            known(3, "Amazon Bedrock", "Amazon EMEA SARL"),
        ];
        let perhaps = |names: &[&str]| Meant::Perhaps(names.iter().map(|&name| name.into()).collect());
        assert_eq!(meant(&on_file, " nimbus gmbh"), Meant::One(SubprocessorId(1)));
        assert_eq!(meant(&on_file, "Amazon EMEA SARL"), perhaps(&["Amazon Bedrock", "Amazon Web Services"]));
        assert_eq!(meant(&on_file, "Nimbsu"), perhaps(&["Nimbus"]));
        assert_eq!(meant(&on_file, "Hetzner"), perhaps(&[]));
    }
}
