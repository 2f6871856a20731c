//! The list of subprocessors on a day: searched, filtered and sorted by the address of the page.

use chrono::NaiveDate;
use url::form_urlencoded::Serializer;

use super::{Asked, Register};
use crate::domain::change::ChangeKind;
use crate::domain::register::{Version, listed_since, on_day};
use crate::domain::subprocessor::Facts;
use crate::store::page::PublicChange;
use crate::web::dates;
use crate::web::public::start::known_day;
use crate::web::public::wording::{self, Fact, Tense};

/// What fits into the last column without squeezing the others.
const ONE_LINE_CHARS: usize = 22;

/// An option of a select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// The form above the list, as it was filled in.
#[derive(Debug)]
pub struct Filter {
    pub q: String,
    pub categories: Vec<Choice>,
    pub countries: Vec<Choice>,
    /// None where no product is declared and none is named.
    pub products: Vec<Choice>,
    pub on: String,
    pub on_error: Option<String>,
    pub today: String,
    pub sort: String,
}

/// A column's head.
#[derive(Debug)]
pub struct Head {
    pub label: String,
    /// Where a press on it leads; empty: not to be sorted by.
    pub href: String,
    /// `ascending`, `descending` or nothing
    pub sorted: &'static str,
}

#[derive(Debug)]
pub struct Row {
    pub slug: String,
    pub name: String,
    pub category: String,
    pub data_types: String,
    pub places: String,
    pub transfer: String,
    /// Short enough to stand on one line.
    pub transfer_is_short: bool,
    pub changes: Option<Coming>,
    pub more: Vec<Fact>,
}

/// A note that this entry is about to change.
#[derive(Debug)]
pub struct Coming {
    pub href: String,
    pub text: String,
}

/// Why the list is empty, and the way on.
#[derive(Debug)]
pub struct Empty {
    pub heading: String,
    pub way: String,
    pub href: Option<String>,
    pub link: String,
}

/// A way for data to leave Europe that the list uses.
#[derive(Debug)]
pub struct Mechanism {
    pub name: String,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Name,
    Where,
    Transfer,
}

impl Column {
    fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Where => "where",
            Self::Transfer => "transfer",
        }
    }
}

#[derive(Debug)]
pub struct List {
    pub filter: Filter,
    pub empty: Option<Empty>,
    pub caption: String,
    pub heads: Vec<Head>,
    pub rows: Vec<Row>,
    pub mechanisms: Vec<Mechanism>,
}

impl List {
    pub fn of(register: &Register<'_>, asked: &Asked, day: NaiveDate, refused: Option<String>) -> Self {
        let all = on_day(&register.seen.versions, day);
        let (column, down) = order(&asked.sort);
        let mut shown: Vec<&Version> =
            all.iter().copied().filter(|version| fits(register, asked, &version.facts)).collect();
        shown.sort_by_key(|version| sort_key(register, column, version));
        if down {
            shown.reverse();
        }
        let is_today = day == register.today;
        Self {
            filter: filter(register, asked, day, refused, &all),
            empty: empty(register, day, all.len(), shown.len()),
            caption: caption(register, day, all.len(), shown.len(), column, down),
            heads: heads(register, asked, column, down),
            rows: shown.iter().map(|version| row(register, version, is_today)).collect(),
            mechanisms: mechanisms(register, &all),
        }
    }
}

fn order(sort: &str) -> (Column, bool) {
    let (name, down) = sort.strip_prefix('-').map_or((sort, false), |name| (name, true));
    match name {
        "where" => (Column::Where, down),
        "transfer" => (Column::Transfer, down),
        _ => (Column::Name, down),
    }
}

fn sort_key(register: &Register<'_>, column: Column, version: &Version) -> (String, String) {
    let name = version.facts.name.to_lowercase();
    match column {
        Column::Name => (name, version.slug.clone()),
        Column::Where => (wording::places(register.words, &version.facts).to_lowercase(), name),
        Column::Transfer => (wording::transfer(register.words, &version.facts).to_lowercase(), name),
    }
}

fn fits(register: &Register<'_>, asked: &Asked, facts: &Facts) -> bool {
    let sought = asked.q.trim().to_lowercase();
    let text = || {
        let mut text: Vec<String> = facts.fields().into_iter().map(|(_, value)| value).collect();
        text.extend([wording::places(register.words, facts), wording::transfer(register.words, facts)]);
        text.join("\n").to_lowercase()
    };
    (asked.category.is_empty() || facts.category == asked.category)
        && (asked.country.is_empty() || facts.countries.iter().any(|code| code == asked.country))
        && (asked.product.is_empty() || facts.serves(std::slice::from_ref(&asked.product)))
        && (sought.is_empty() || sought.split_whitespace().all(|word| text().contains(word)))
}

fn filter(
    register: &Register<'_>,
    asked: &Asked,
    day: NaiveDate,
    refused: Option<String>,
    all: &[&Version],
) -> Filter {
    let choices = |mut values: Vec<(String, String)>, chosen: &str| {
        values.sort();
        values.dedup();
        values
            .into_iter()
            .map(|(label, value)| Choice { chosen: value == chosen, label, value })
            .collect::<Vec<_>>()
    };
    let categories = all.iter().map(|v| v.facts.category.clone()).filter(|category| !category.is_empty());
    let countries = all.iter().flat_map(|v| {
        v.facts.countries.iter().map(|code| (wording::country(register.words, code), code.to_owned()))
    });
    let named = all.iter().filter(|v| !v.facts.serves_all()).flat_map(|v| v.facts.products.iter());
    let products = register.site.cx().settings.site.products.iter().map(String::as_str).chain(named);
    let today = register.today.to_string();
    Filter {
        q: asked.q.clone(),
        categories: choices(categories.map(|name| (name.clone(), name)).collect(), &asked.category),
        countries: choices(countries.collect(), &asked.country),
        products: choices(products.map(|tag| (tag.to_owned(), tag.to_owned())).collect(), &asked.product),
        on: if refused.is_some() { today.clone() } else { day.to_string() },
        on_error: refused,
        today,
        sort: asked.sort.clone(),
    }
}

fn empty(register: &Register<'_>, day: NaiveDate, all: usize, shown: usize) -> Option<Empty> {
    let words = register.words;
    if shown > 0 {
        return None;
    }
    let of = |key: &str, way: String, href: Option<String>| Empty {
        heading: words.get(key),
        way,
        link: href.as_ref().map(|_| words.get(&format!("{key}-link"))).unwrap_or_default(),
        href,
    };
    Some(match register.first_day() {
        None => of("empty-not-begun", words.get("empty-not-begun-way"), None),
        Some(first) if day < first => {
            let way = words.with("empty-before-way", [("day", &dates::plain(words, first))]);
            of("empty-before", way, Some(format!("/?on={first}#today")))
        }
        Some(_) if all > 0 => {
            let href = if day == register.today { "/#today".to_owned() } else { format!("/?on={day}#today") };
            of("empty-nothing-found", words.get("empty-nothing-found-way"), Some(href))
        }
        Some(_) => of("empty-register", words.get("empty-register-way"), None),
    })
}

fn caption(
    register: &Register<'_>,
    day: NaiveDate,
    all: usize,
    shown: usize,
    column: Column,
    down: bool,
) -> String {
    let words = register.words;
    let day = dates::long(words, day);
    let order = words.get(&format!("order-{}{}", column.key(), if down { "-down" } else { "" }));
    let (all_text, shown_text) = (all.to_string(), shown.to_string());
    if shown < all {
        let parts = [("shown", shown_text.as_str()), ("count", &all_text), ("day", &day), ("order", &order)];
        return words.with("caption-filtered", parts);
    }
    words.count_with("caption", all, [("day", &day), ("order", &order)])
}

fn heads(register: &Register<'_>, asked: &Asked, sorted_by: Column, down: bool) -> Vec<Head> {
    let words = register.words;
    let head = |label: &str, column: Column| {
        let is_it = column == sorted_by;
        let sort = if is_it && !down { format!("-{}", column.key()) } else { column.key().to_owned() };
        Head {
            label: words.get(label),
            href: format!("/?{}#today", query(asked, &sort)),
            sorted: match (is_it, down) {
                (false, _) => "",
                (true, false) => "ascending",
                (true, true) => "descending",
            },
        }
    };
    vec![
        head("head-name", Column::Name),
        Head { label: words.get("fact-data_types"), href: String::new(), sorted: "" },
        head("fact-places", Column::Where),
        head("fact-transfer_mechanism", Column::Transfer),
    ]
}

fn query(asked: &Asked, sort: &str) -> String {
    let mut query = Serializer::new(String::new());
    let parts = [
        ("q", asked.q.as_str()),
        ("category", &asked.category),
        ("country", &asked.country),
        ("product", &asked.product),
        ("on", &asked.on),
        ("sort", sort),
    ];
    for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.finish()
}

fn row(register: &Register<'_>, version: &Version, is_today: bool) -> Row {
    let (words, facts) = (register.words, &version.facts);
    let shown_already = ["data_types", "places", "transfer_mechanism", "category"]
        .map(|key| words.get(&format!("fact-{key}")));
    let mut more = wording::fact_sheet(words, facts);
    more.retain(|fact| !shown_already.contains(&fact.label) && !is_said_by_the_name(fact, facts));
    let alone = more.iter().all(|fact| fact.value == words.get("all-products"));
    if alone {
        more.clear();
    }
    if !more.is_empty() {
        let since = listed_since(&register.seen.versions, version.subprocessor_id, version.valid_from);
        let since = since.unwrap_or(version.valid_from);
        more.push(Fact::of(words.get("fact-since"), dates::plain(words, since)));
    }
    let transfer = wording::transfer(words, facts);
    Row {
        slug: version.slug.clone(),
        name: facts.name.clone(),
        category: facts.category.clone(),
        data_types: facts.data_types.join(", "),
        places: wording::places(register.words, facts),
        transfer_is_short: transfer.chars().count() <= ONE_LINE_CHARS,
        transfer,
        changes: is_today.then(|| coming(register, version)).flatten(),
        more,
    }
}

fn is_said_by_the_name(fact: &Fact, facts: &Facts) -> bool {
    fact.value == facts.name && fact.second.is_empty()
}

fn coming(register: &Register<'_>, version: &Version) -> Option<Coming> {
    let concerns = |change: &&PublicChange| {
        change.subprocessor_id == version.subprocessor_id
            || change.replaces_id == Some(version.subprocessor_id)
    };
    let change = register.seen.open.iter().find(concerns)?;
    let leaves = change.kind == ChangeKind::Removal || change.replaces_id == Some(version.subprocessor_id);
    let key = if leaves { "row-leaves" } else { "row-changes" };
    let text = match known_day(change, &register.policy.zone) {
        Some(day) => register.words.with(key, [("day", &dates::plain(register.words, day))]),
        None => {
            let headline = register.headline(change, Tense::Planned);
            register.words.with("change-title-held", [("headline", &headline)])
        }
    };
    Some(Coming { href: format!("/changes/{}", change.reference), text })
}

/// Words by which a mechanism is recognised in what the register states.
const MECHANISMS: [(&str, &[&str]); 6] = [
    ("scc", &["scc", "standard contractual clause", "2021/914"]),
    ("idta", &["idta"]),
    ("addendum", &["addendum"]),
    ("dpf", &["dpf", "privacy framework"]),
    ("bcr", &["bcr", "binding corporate"]),
    ("adequacy", &["adequacy"]),
];

fn mechanisms(register: &Register<'_>, all: &[&Version]) -> Vec<Mechanism> {
    let words = register.words;
    let said = |key: &str, count: usize| {
        (count > 0).then(|| Mechanism {
            name: words.get(&format!("transfer-{key}")),
            text: format!(
                "{} {}",
                words.get(&format!("transfer-{key}-text")),
                words.count("used-with", i64::try_from(count).unwrap_or(i64::MAX))
            ),
        })
    };
    let uses = |signs: &[&str]| {
        let names = |version: &&&Version| {
            let stated = version.facts.transfer_mechanism.to_lowercase();
            signs.iter().any(|sign| stated.contains(sign))
        };
        all.iter().filter(names).count()
    };
    let none = all
        .iter()
        .filter(|v| v.facts.transfer_mechanism.trim().is_empty() && wording::stays_in_eea(&v.facts));
    let known = MECHANISMS.iter().filter_map(|(key, signs)| said(key, uses(signs)));
    known.chain(said("none", none.count())).collect()
}
