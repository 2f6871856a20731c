//! What a change and a subprocessor's facts are called on a page.

use url::Url;

use crate::domain::change::ChangeKind;
use crate::domain::country::Country;
use crate::domain::subprocessor::{Difference, Facts};
use crate::store::page::PublicChange;
use crate::web::words::{Html, Words};

/// Members of the European Economic Area: no transfer mechanism is needed within it.
const EEA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT",
    "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Whether a headline tells what is planned or what has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tense {
    Planned,
    Done,
}

/// One line of a fact sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    pub label: String,
    pub value: String,
    /// Where the value leads, if it is a web page.
    pub href: Option<String>,
    /// A second line of the same fact.
    pub second: String,
}

impl Fact {
    pub fn of(label: String, value: impl Into<String>) -> Self {
        Self { label, value: value.into(), href: None, second: String::new() }
    }
}

/// A table of what is different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    pub caption: String,
    pub before: String,
    pub after: String,
    /// The column heads as a phone shows them, beside each value.
    pub before_short: String,
    pub after_short: String,
    pub rows: Vec<Compared>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    pub label: String,
    pub before: String,
    pub after: String,
}

/// "Anthropic joins", "Pinecone: region added"
pub fn headline(words: &Words, change: &PublicChange, tense: Tense) -> String {
    let name = [("name", change.facts.name.as_str())];
    let said = |planned: &str, done: &str| match tense {
        Tense::Planned => words.with(planned, name),
        Tense::Done => words.with(done, name),
    };
    match change.kind {
        ChangeKind::Addition => said("joins", "joined"),
        ChangeKind::Removal => said("leaves", "left"),
        ChangeKind::Correction => words.with("corrected", name),
        ChangeKind::Replacement => {
            let both = [
                ("name", change.facts.name.as_str()),
                ("old", change.replaces.as_deref().unwrap_or_default()),
            ];
            words.with(if tense == Tense::Planned { "replaces" } else { "replaced" }, both)
        }
        ChangeKind::MaterialChange => {
            match change.before.as_ref().map(|before| only_added(before, &change.facts)) {
                Some(Some("places")) => said("region-added", "region-added-past"),
                Some(Some("data_types")) => said("data-added", "data-added-past"),
                Some(_) | None => said("changes", "changed"),
            }
        }
    }
}

/// What a material change does, if all it does is to add places or data.
fn only_added(before: &Facts, after: &Facts) -> Option<&'static str> {
    let differences = before.differences(after);
    let only = |fields: &[&str]| differences.iter().all(|d| fields.contains(&d.field.as_str()));
    let keeps = |before: &crate::domain::subprocessor::List, after: &crate::domain::subprocessor::List| {
        before.iter().all(|value| after.0.iter().any(|kept| kept == value))
    };
    if differences.is_empty() {
        None
    } else if only(&["countries", "regions"])
        && keeps(&before.countries, &after.countries)
        && keeps(&before.regions, &after.regions)
    {
        Some("places")
    } else if only(&["data_types"]) && keeps(&before.data_types, &after.data_types) {
        Some("data_types")
    } else {
        None
    }
}

/// The country's name, or the text itself where it is no code.
pub fn country(words: &Words, code: &str) -> String {
    let named = |country: Country| country.name_in(words.language()).to_owned();
    code.parse::<Country>().map_or_else(|_| code.to_owned(), named)
}

/// Where data is processed: the countries, with the regions where they say more.
pub fn places(words: &Words, facts: &Facts) -> String {
    let countries: Vec<String> = facts.countries.iter().map(|code| country(words, code)).collect();
    let further: Vec<&str> = facts.regions.iter().filter(|region| says_more(region, facts)).collect();
    match (countries.is_empty(), further.is_empty()) {
        (true, _) => facts.regions.join(", "),
        (false, true) => countries.join(", "),
        (false, false) => format!("{} ({})", countries.join(", "), further.join(", ")),
    }
}

/// Regions are the processor's words, in its language or in English.
fn says_more(region: &str, facts: &Facts) -> bool {
    let names = |code: &str| code.parse::<Country>().is_ok_and(|country| country.is_called(region));
    let is_the_union = matches!(region, "EU" | "EEA" | "European Union" | "European Economic Area");
    let is_one_of_them = facts.countries.iter().any(|code| code.eq_ignore_ascii_case(region) || names(code));
    !(is_one_of_them || stays_in_eea(facts) && is_the_union)
}

/// Whether the data stays in the European Economic Area, as far as the facts say.
pub fn stays_in_eea(facts: &Facts) -> bool {
    !facts.countries.is_empty() && facts.countries.iter().all(|code| EEA.contains(&code))
}

/// How data may go there, in a table's cell.
pub fn transfer(words: &Words, facts: &Facts) -> String {
    match facts.transfer_mechanism.trim() {
        "" if stays_in_eea(facts) => words.get("transfer-none-needed"),
        "" => words.get("not-stated"),
        stated => stated.to_owned(),
    }
}

/// The address of a web page, if it is one that a link may lead to.
pub fn web_page(text: &str) -> Option<String> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&whole).ok()?;
    let good = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| host.contains('.'))
        && url.username().is_empty();
    good.then(|| url.into())
}

/// The fact sheet as a page shows it: what is stated, in the order in which a reader asks.
pub fn fact_sheet(words: &Words, facts: &Facts) -> Vec<Fact> {
    let label = |key: &str| words.get(&format!("fact-{key}"));
    let products = if facts.serves_all() { words.get("all-products") } else { facts.products.join(", ") };
    let affiliate = match facts.affiliate.as_str() {
        "yes" => words.get("yes"),
        "no" => words.get("no"),
        other => other.to_owned(),
    };
    let entity = match facts.legal_entity.trim() {
        "" => &facts.name,
        stated => stated,
    };
    let sheet = vec![
        Fact { second: facts.address.clone(), ..Fact::of(label("legal_entity"), entity) },
        Fact::of(label("category"), facts.category.as_str()),
        Fact::of(label("purpose"), facts.purpose.as_str()),
        Fact::of(label("data_types"), facts.data_types.join(", ")),
        Fact::of(label("data_subjects"), facts.data_subjects.join(", ")),
        Fact::of(label("nature"), facts.nature.as_str()),
        Fact::of(label("places"), places(words, facts)),
        Fact::of(label("transfer_mechanism"), transfer(words, facts)),
        Fact::of(label("safeguards"), facts.safeguards.as_str()),
        Fact::of(label("products"), products),
        Fact::of(label("affiliate"), affiliate),
        Fact::of(label("engaged_by"), facts.engaged_by.as_str()),
        Fact::of(label("contact"), facts.contact.as_str()),
        Fact { href: web_page(&facts.website), ..Fact::of(label("website"), facts.website.as_str()) },
    ];
    sheet.into_iter().filter(|fact| !fact.value.trim().is_empty()).collect()
}

/// What differs, in words: country codes by name.
pub fn compared(words: &Words, before: &Facts, after: &Facts) -> Vec<Compared> {
    before.differences(after).iter().map(|difference| one_compared(words, difference)).collect()
}

fn one_compared(words: &Words, Difference { field, before, after }: &Difference) -> Compared {
    Compared {
        label: words.get(&format!("fact-{field}")),
        before: in_words(words, field, before),
        after: in_words(words, field, after),
    }
}

/// What differs, a sentence each.
pub fn in_sentences(words: &Words, differences: &[Difference]) -> Vec<Html> {
    differences.iter().map(|one| difference_sentence(words, &one_compared(words, one))).collect()
}

fn in_words(words: &Words, field: &str, value: &str) -> String {
    match field {
        "countries" => {
            let codes = value.split(';').filter(|code| !code.is_empty());
            codes.map(|code| country(words, code)).collect::<Vec<_>>().join(", ")
        }
        "regions" | "data_types" | "data_subjects" | "products" => value.replace("; ", ", "),
        _ => value.to_owned(),
    }
}

/// One difference as a sentence; the parts that differ are marked.
fn difference_sentence(words: &Words, difference: &Compared) -> Html {
    let Compared { label, before, after } = difference;
    let parts = [("fact", label.as_str()), ("before", before.as_str()), ("after", after.as_str())];
    let key = match (before.is_empty(), after.is_empty()) {
        (true, _) => "from-nothing-to",
        (false, true) => "to-nothing",
        (false, false) => "from-to",
    };
    words.rich(key, parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(countries: &str, regions: &str) -> Facts {
        Facts { countries: countries.parse().unwrap(), regions: regions.parse().unwrap(), ..Facts::default() }
    }

    #[test]
    fn places_name_countries_and_say_regions_only_where_they_say_more() {
        let words = Words::english();
        assert_eq!(places(&words, &facts("DE", "European Union")), "Germany");
        assert_eq!(places(&words, &facts("US", "United States")), "United States");
        assert_eq!(places(&words, &facts("US", "us-east-1")), "United States (us-east-1)");
        assert_eq!(
            places(&words, &facts("US;DE", "European Union")),
            "United States, Germany (European Union)"
        );
        assert_eq!(places(&words, &facts("", "Worldwide")), "Worldwide");
        let german = Words::of("de");
        assert_eq!(places(&german, &facts("US;DE", "United States")), "Vereinigte Staaten, Deutschland");
    }

    #[test]
    fn no_mechanism_is_none_needed_only_within_the_eea() {
        let words = Words::english();
        assert_eq!(transfer(&words, &facts("DE;FR", "")), "None needed (EU)");
        assert_eq!(transfer(&words, &facts("DE;US", "")), "Not stated");
        assert_eq!(transfer(&words, &facts("", "")), "Not stated");
    }

    #[test]
    fn only_pages_of_the_web_become_links() {
        assert_eq!(web_page("openai.com/policies").as_deref(), Some("https://openai.com/policies"));
        assert_eq!(web_page("http://a.example").as_deref(), Some("http://a.example/"));
        for refused in
            ["javascript:alert(1)//a.b", "data:text/html,x", "https://a:b@evil.example", "", "nonsense"]
        {
            assert_eq!(web_page(refused), None, "{refused}");
        }
    }
}
