//! People's own words in a file: values that no cell may hold, gathered with their places, each with what it means where
//! that can be said.
//!
//! Nothing of this is read: it is proposed for the `[values]` of a [mapping](super::table::Mapping), for a person to
//! correct. What is proposed is what the reader takes; what two people could read differently is left to them.

mod dates;
mod vocabulary;

use std::collections::BTreeMap;

use super::super::table::{self, ProposedValue, ProposedValues};
use super::{Frame, NAME_CHARS_MAX, Reason, read};

/// The columns whose cells may be lists.
const LISTS: [&str; 4] = ["products", "holidays", "kinds", "regimes"];
/// Values of one column that are kept; a column of free text has more and none that a mapping could help with.
const VALUES_PER_COLUMN_MAX: usize = 1000;

/// The values of a file that were not taken, each once a column.
#[derive(Debug, Default)]
pub struct OwnWords {
    columns: BTreeMap<&'static str, BTreeMap<String, Place>>,
}

/// Where a value stands first, in how many rows, and what the reader said of it.
#[derive(Debug)]
struct Place {
    line: u64,
    rows: u64,
    why: String,
}

impl OwnWords {
    /// Gathers the values for which a row was refused.
    pub fn of_refused(&mut self, frame: Frame<'_>, row: &table::Row, reasons: &[(&'static str, Reason)]) {
        for (column, reason) in reasons.iter().filter(|(_, reason)| reason.is_of_a_value()) {
            let Ok(cell) = row.cell(column) else { continue };
            if !LISTS.contains(column) {
                self.add(column, cell, row.line, &reason.to_string());
                continue;
            }
            for value in cell.split(';').map(str::trim).filter(|value| !value.is_empty()) {
                if let Some(why) = refusal(frame, column, value) {
                    self.add(column, value, row.line, &why);
                }
            }
        }
    }

    /// A role in other words is taken as it stands, and would get its letters only when all others have failed.
    pub fn of_role(&mut self, row: &table::Row) {
        if let Ok(cell) = row.cell("role")
            && !cell.is_empty()
            && vocabulary::meant("role", cell).is_some_and(|role| !role.eq_ignore_ascii_case(cell))
        {
            self.add("role", cell, row.line, "");
        }
    }

    fn add(&mut self, column: &'static str, value: &str, line: u64, why: &str) {
        let values = self.columns.entry(column).or_default();
        if let Some(place) = values.get_mut(value) {
            place.rows += 1;
        } else if values.len() < VALUES_PER_COLUMN_MAX && value.chars().count() <= NAME_CHARS_MAX {
            values.insert(value.to_owned(), Place { line, rows: 1, why: why.to_owned() });
        }
    }

    /// What the values probably mean, by column, in the order of the file.
    pub fn proposed(&self, frame: Frame<'_>) -> ProposedValues {
        let mut proposed = ProposedValues::new();
        for (column, values) in &self.columns {
            let order = dates::Order::shown_by(values.keys().map(String::as_str));
            let mut values: Vec<_> = values
                .iter()
                .map(|(theirs, place)| ProposedValue {
                    theirs: theirs.clone(),
                    ours: meant(frame, column, theirs, order),
                    line: place.line,
                    rows: place.rows,
                    why: place.why.clone(),
                })
                .collect();
            values.sort_by_key(|value| value.line);
            proposed.insert(*column, values);
        }
        proposed
    }
}

/// What a value probably means, as the reader takes it.
fn meant(
    frame: Frame<'_>,
    column: &'static str,
    theirs: &str,
    order: Option<dates::Order>,
) -> Option<String> {
    let word = |value: &str| -> Option<String> {
        match column {
            "customer_since" => dates::day(value, order).map(|day| day.to_string()),
            "products" => vocabulary::alike(value, frame.products),
            _ => None,
        }
        .or_else(|| vocabulary::meant(column, value))
    };
    let whole = word(theirs);
    let meant = whole.or_else(|| {
        let parts = theirs.split([',', '/', '+', '&', '\n']).map(str::trim).filter(|part| !part.is_empty());
        let known = |part: &str| match refusal(frame, column, part) {
            None => Some(part.to_owned()),
            Some(_) => word(part),
        };
        let parts: Option<Vec<String>> = LISTS.contains(&column).then(|| parts.map(known).collect())?;
        parts.map(|parts| parts.join(";"))
    })?;
    refusal(frame, column, &meant).is_none().then_some(meant)
}

/// What the reader has against a value in that column.
fn refusal(frame: Frame<'_>, column: &'static str, value: &str) -> Option<String> {
    let reasons = read(frame, &table::Row::of(&[(column, value)])).err()?.reasons;
    reasons.into_iter().find(|(of, _)| *of == column).map(|(_, reason)| reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::super::customer::Policy;
    use super::super::super::zone::Zone;
    use super::*;

    fn proposed(column: &'static str, cells: &[&str]) -> Vec<(String, Option<String>)> {
        let products = ["chat", "api"].map(str::to_owned);
        let policy = Policy::in_zone(Zone::utc());
        let at = "2026-11-23T09:00:00Z".parse().unwrap();
        let frame = Frame { products: &products, policy: &policy, at };
        let mut words = OwnWords::default();
        for cell in cells {
            let defaults = [("reference", "C-1"), ("customer", "Acme"), ("email", "a@acme.example")];
            let row = table::Row::of(&[&[(column, *cell)], defaults.as_slice()].concat());
            words.of_role(&row);
            if let Err(unread) = read(frame, &row) {
                words.of_refused(frame, &row, &unread.reasons);
            }
        }
        let proposed = words.proposed(frame).remove(column).unwrap_or_default();
        proposed.into_iter().map(|value| (value.theirs, value.ours)).collect()
    }

    fn means(column: &'static str, cell: &str) -> Option<String> {
        proposed(column, &[cell]).remove(0).1
    }

    #[test]
    fn words_of_other_languages_are_proposed_as_ours() {
        for (column, theirs, ours) in [
            ("convention", "Kalendertage", "calendar_days"),
            ("convention", "jours ouvrés", "working_days"),
            ("objection_convention", "Werktage", "working_days"),
            ("convention", "VO (EWG) 1182/71", "eu_1182_71"),
            ("authorisation", "Allgemeine Genehmigung", "general"),
            ("authorisation", "gesondert", "specific"),
            ("start", "Zugang", "received"),
            ("kinds", "Ersatz", "replacement"),
            ("grounds", "keine", "none"),
            ("notice_address", "Ja", "yes"),
            ("notice_address", "x", "yes"),
            ("language", "Deutsch", "de"),
            ("holidays", "Bayern", "DE-BY"),
            ("holidays", "Österreich", "AT"),
            ("holidays", "de", "DE"),
            ("time_zone", "Berlin", "Europe/Berlin"),
            ("time_zone", "Zürich", "Europe/Zurich"),
            ("time_zone", "Deutschland", "Europe/Berlin"),
            ("resolution_unit", "Arbeitstage", "working_days"),
            ("resolution_then", "Sonderkündigungsrecht", "customer_may_terminate"),
            ("regimes", "DSGVO", "eu"),
            ("role", "Datenschutzbeauftragter", "privacy"),
            ("products", "Chat", "chat"),
            ("products", "Chat, API", "chat;api"),
            ("notice_days", "30 Tage", "30"),
            ("notice_days", "4 Wochen", "28"),
            ("notice_days", "dreißig", "30"),
            ("objection_days", "bis zum Inkrafttreten", "until_effect"),
            ("notice_days", "-", ""),
            ("customer_since", "2. März 2026", "2026-03-02"),
        ] {
            assert_eq!(means(column, theirs).as_deref(), Some(ours), "{column}: {theirs}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_left_to_a_person() {
        for (column, theirs) in [
            ("convention", "Tage"),
            ("convention", "nach Absprache"),
            ("time_zone", "GMT+1"),
            ("notice_days", "10 business days"),
            ("notice_days", "3 Monate"),
            ("notice_days", "400 Tage"),
            ("notice_days", "1E+02"),
            ("products", "Widget Pro"),
            ("customer_since", "02/03/2026"),
            ("customer_since", "31.04.2025"),
        ] {
            assert_eq!(means(column, theirs), None, "{column}: {theirs}");
        }
    }

    #[test]
    fn of_a_list_only_what_is_not_taken_is_asked_about() {
        let found = proposed("products", &["chat;Chat Pro;API"]);
        assert_eq!(found, [("API".to_owned(), Some("api".to_owned())), ("Chat Pro".to_owned(), None)]);
    }

    #[test]
    fn one_day_beyond_the_twelfth_shows_the_order_of_the_whole_column() {
        let day = |text: &str| Some(text.to_owned());
        let order = |cells: &[&str]| -> Vec<_> {
            proposed("customer_since", cells).into_iter().map(|(_, ours)| ours).collect()
        };
        assert_eq!(order(&["02/03/2026", "25/03/2026"]), [day("2026-03-02"), day("2026-03-25")]);
        assert_eq!(order(&["02/03/2026", "03/25/2026"]), [day("2026-02-03"), day("2026-03-25")]);
        let torn = order(&["02/03/2026", "25/03/2026", "03/25/2026"]);
        assert_eq!(torn, [None, day("2026-03-25"), day("2026-03-25")]);
    }

    #[test]
    fn a_value_is_told_once_with_its_first_line_and_its_rows() {
        let mut words = OwnWords::default();
        for line in [7, 9, 9] {
            words.add("convention", "Werktage", line, "none of ours");
        }
        let place = &words.columns["convention"]["Werktage"];
        assert_eq!((place.line, place.rows), (7, 3));
    }
}
