//! The words of notices: announcement, reminder, and what follows them.

use serde::Serialize;

use super::{Row, Words, WordsError};
use crate::domain::change::ChangeKind;
use crate::domain::country::Country;
use crate::domain::customer::{Authorisation, Grounds};
use crate::domain::notice::{ChangeFacts, NoticeFacts};
use crate::domain::subprocessor::{Facts, List};
use crate::mail::dates;
use crate::mail::letter::{Deadline, Reader, Standing};
use crate::mail::slot::Slot;
use crate::mail::text;

/// Changes that the first sentence of a letter names; of more it gives the count.
const STEPS_IN_HEAD_MAX: usize = 3;

/// One change as a section of the letter.
#[derive(Serialize)]
struct Section {
    title: String,
    reference: String,
    /// What differs; empty unless something existing changes.
    compare: Vec<Row>,
    rows: Vec<Row>,
}

pub(super) fn tell(words: &mut Words<'_>, facts: &NoticeFacts, reader: &Reader) -> Result<(), WordsError> {
    words.named("notice_ref", &facts.reference);
    the_reader(words, reader)?;
    the_plan(words, facts)?;
    the_dates(words, facts, reader)?;
    what_came_before(words, facts)?;
    let sections =
        facts.changes.iter().map(|change| section(words, change)).collect::<Result<Vec<_>, _>>()?;
    words.list("changes", &sections);
    the_pages(words);
    Ok(())
}

fn the_reader(words: &mut Words<'_>, reader: &Reader) -> Result<(), WordsError> {
    words.greeting(reader.contact_name.as_deref(), &reader.customer)?;
    let named = !text::in_line(&reader.customer).is_empty();
    if named {
        words.own("customer", Slot::Customer, &reader.customer);
        words.own("reader", Slot::Customer, &reader.customer);
    } else {
        words.formed("reader", words.locale.word("reader-you")?);
        if !matches!(reader.standing, Standing::Subscriber { .. }) {
            words.formed("customer", words.locale.word("reader-organisation")?);
        }
    }
    if let Some(reference) = reader.customer_reference.as_deref().filter(|_| named) {
        words.own("customer_reference", Slot::CustomerReference, reference);
    }
    let clause = clause(words, reader)?;
    words.formed("clause_first", capitalised(&clause));
    words.formed("clause", clause);
    match reader.standing {
        Standing::Contact => {}
        Standing::LateJoiner { signed_on } => words.day("signed_on", signed_on)?,
        Standing::Subscriber { subscribed_on } => words.day("subscribed_on", subscribed_on)?,
    }
    if let Some(objection) = &reader.objection {
        words.own("objection_ref", Slot::Objection, objection);
    }
    if let Some(day) = reader.authorised_on {
        words.day("authorised_on", day)?;
    }
    if let Some(emergency) = &reader.emergency {
        words.number("notice_days", i64::from(emergency.days));
    }
    if let Some(in_force) = &reader.in_force {
        words.day("in_force_since", in_force.since)?;
        words.day("stops_on", in_force.stops_on)?;
        words.day("deletion_due", in_force.deletion_due)?;
    }
    words.flag(
        "window_after_start",
        reader.emergency.as_ref().is_some_and(|notice| notice.window_after_start),
    );
    words.flag("grounds", reader.grounds == Grounds::Reasonable);
    words.flag("excluded", reader.excluded);
    words.flag("acts_for_others", reader.acts_for_others);
    words.flag("was_not_meant", reader.was_not_meant);
    Ok(())
}

/// "section 6 of your data processing agreement of 3 May 2024", as far as the contract says so.
fn clause(words: &Words<'_>, reader: &Reader) -> Result<String, WordsError> {
    let stated = |text: &Option<String>| {
        let line = text.as_deref().map(text::in_line).filter(|line| !line.is_empty())?;
        Some(text::clip(&line, text::NAME_CHARACTERS_MAX))
    };
    let sentence = match (stated(&reader.clause), stated(&reader.document)) {
        (Some(clause), Some(document)) => {
            words.locale.sentence("clause-both", &[("clause", &clause), ("document", &document)])?
        }
        (Some(clause), None) => words.locale.sentence("clause-only", &[("clause", &clause)])?,
        (None, Some(document)) => document,
        (None, None) => words.locale.word("clause-none")?,
    };
    Ok(sentence)
}

fn capitalised(sentence: &str) -> String {
    let mut rest = sentence.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

fn the_plan(words: &mut Words<'_>, facts: &NoticeFacts) -> Result<(), WordsError> {
    let first = facts.first_change().ok_or(WordsError::Missing { fact: "a change" })?;
    let several = facts.changes.len() > 1;
    let mut names: Vec<String> = Vec::new();
    for change in &facts.changes {
        let name = name(&change.facts.name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    words.flag("several", several);
    words.flag("afterwards", facts.afterwards);
    words.number("count", i64::try_from(facts.changes.len()).unwrap_or(i64::MAX));
    words.formed("kind", if several { "several".to_owned() } else { first.kind.to_string() });
    words.formed("subprocessor", words.joined(&names)?);
    words.formed("products", products(words, &first.facts)?);
    if let Some(old) = &first.replaces {
        words.named("old_subprocessor", old);
    }
    if let Some(emergency) = &first.emergency {
        words.formed("emergency_reason", without_full_stop(&text::in_line(emergency)));
    }
    let steps = facts.changes.iter().map(|change| of_change(words, "section", change));
    words.formed("steps", words.joined(&steps.collect::<Result<Vec<_>, _>>()?)?);
    let headline = match facts.changes.len() {
        0 | 1 => of_change(words, "headline", first)?,
        2..=STEPS_IN_HEAD_MAX => words.sentence("headline-several.steps")?,
        _ => words.sentence("headline-several")?,
    };
    words.formed("headline", headline);
    Ok(())
}

/// The sentence `prefix` has for this kind of change.
fn of_change(words: &Words<'_>, prefix: &str, change: &ChangeFacts) -> Result<String, WordsError> {
    let old_name = name(change.replaces.as_deref().unwrap_or_default());
    let products = products(words, &change.facts)?;
    let values = [("name", name(&change.facts.name)), ("old_name", old_name), ("products", products)];
    let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
    Ok(words.locale.sentence(&format!("{prefix}-{}", change.kind), &values)?)
}

fn the_dates(words: &mut Words<'_>, facts: &NoticeFacts, reader: &Reader) -> Result<(), WordsError> {
    let first = facts.first_change().ok_or(WordsError::Missing { fact: "a change" })?;
    let (zone, ours) = (&reader.zone, &facts.policy_zone);
    let locale = words.locale.clone();
    words.formed("effective", dates::effective(&locale, first.effective_at, zone, ours)?);
    words.formed("effective_short", dates::short(&locale, zone.day_of(first.effective_at))?);
    let old_at = facts.old_effective_on.map_or(first.effective_at, |day| ours.first_instant(day));
    words.formed("old_effective", dates::effective(&locale, old_at, zone, ours)?);
    words.formed("old_effective_short", dates::short(&locale, zone.day_of(old_at))?);

    let specific = reader.authorisation == Authorisation::Specific
        && matches!(reader.standing, Standing::Contact)
        && facts.changes.iter().any(|change| change.kind != ChangeKind::Removal);
    let informed_only = matches!(reader.standing, Standing::LateJoiner { .. });
    let deadline = match reader.deadline {
        _ if informed_only => None,
        // Under a specific authorisation there is always a day by which we need the answer.
        None if specific => Some(Deadline::UntilEffect(first.effective_at)),
        given => given,
    };
    if let Some(deadline) = deadline {
        words.deadline(deadline, zone)?;
        words.number("days_left", dates::days_left(reader.now, deadline.instant(), zone));
    }
    words.flag("specific", specific);
    words.flag("asked", deadline.is_some());
    words.flag("open", deadline.is_some_and(|deadline| reader.now < deadline.instant()));
    Ok(())
}

fn what_came_before(words: &mut Words<'_>, facts: &NoticeFacts) -> Result<(), WordsError> {
    if let Some(day) = facts.announced_on {
        words.day("announced", day)?;
    }
    if let Some(replaced) = &facts.replaces {
        words.named("replaced_ref", &replaced.reference);
        words.day("replaced_announced", replaced.announced_on)?;
        words.named("what_changed", &without_full_stop(&replaced.what_changed));
    }
    if let Some(correction) = &facts.correction {
        words.named("field", &correction.field);
        words.named("old_value", &correction.old_value);
        words.named("new_value", &without_full_stop(&correction.new_value));
    }
    if let Some(in_use) = &facts.in_use {
        words.day("in_use_since", in_use.since)?;
        words.formed("in_use_short", dates::short(&words.locale, in_use.since)?);
        let why = without_full_stop(&text::in_line(&text::prose(&in_use.why)));
        words.formed("in_use_why", text::clip(&why, text::PROSE_CHARACTERS_MAX));
    }
    if let Some(why) = facts.why.as_deref().map(text::prose).filter(|why| !why.is_empty()) {
        words.formed("why", text::clip(&text::in_line(&why), text::PROSE_CHARACTERS_MAX));
    }
    Ok(())
}

fn the_pages(words: &mut Words<'_>) {
    words.page("object_url", Slot::ObjectUrl);
    words.page("ics_url", Slot::IcsUrl);
    words.page("letter_url", Slot::LetterUrl);
    words.page("contacts_url", Slot::ContactsUrl);
    words.page("unsubscribe_url", Slot::UnsubscribeUrl);
    words.page("object_mail", Slot::ObjectMail);
}

fn section(words: &Words<'_>, change: &ChangeFacts) -> Result<Section, WordsError> {
    let compare = match (change.kind, &change.before) {
        (ChangeKind::MaterialChange | ChangeKind::Correction, Some(before)) => {
            comparison(words, before, &change.facts)?
        }
        _ => Vec::new(),
    };
    let mut rows = match change.kind {
        ChangeKind::Addition | ChangeKind::Replacement => sheet(words, &change.facts)?,
        ChangeKind::Removal => sheet(words, &change.facts)?
            .into_iter()
            .filter(|(key, _)| matches!(*key, "fact-company" | "fact-purpose" | "fact-products"))
            .collect(),
        ChangeKind::MaterialChange | ChangeKind::Correction => Vec::new(),
    };
    rows.push(("fact-reason", text::in_line(&change.reason)));
    let engaged_by = text::in_line(&change.facts.engaged_by);
    if matches!(change.kind, ChangeKind::Addition | ChangeKind::Replacement) {
        rows.push(("fact-engaged_by", engaged_by));
    }
    let rows = rows
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| {
            Ok(Row::new(words.locale.word(key)?, text::clip(&value, text::FACT_CHARACTERS_MAX)))
        })
        .collect::<Result<Vec<_>, WordsError>>()?;
    Ok(Section {
        title: of_change(words, "section", change)?,
        reference: text::in_line(&change.reference),
        compare,
        rows,
    })
}

/// The fact sheet, label by label, in the order of the model letter; an empty value is no row.
fn sheet(words: &Words<'_>, facts: &Facts) -> Result<Vec<(&'static str, String)>, WordsError> {
    let transfer = match text::in_line(&facts.transfer_mechanism) {
        stated if stated.is_empty() => words.locale.word("fact-none")?,
        stated => stated,
    };
    Ok(vec![
        ("fact-company", company(words, facts)?),
        ("fact-purpose", text::in_line(&facts.purpose)),
        ("fact-data_types", listed(&facts.data_types)),
        ("fact-data_subjects", listed(&facts.data_subjects)),
        ("fact-nature", text::in_line(&facts.nature)),
        ("fact-places", places(words, facts)),
        ("fact-transfer_mechanism", transfer),
        ("fact-safeguards", text::in_line(&facts.safeguards)),
        ("fact-products", capitalised(&products(words, facts)?)),
    ])
}

/// "Anthropic, PBC, 548 Market Street; contact: privacy@anthropic.example; website", as far as it is stated.
fn company(words: &Words<'_>, facts: &Facts) -> Result<String, WordsError> {
    let entity =
        text::in_line(if facts.legal_entity.trim().is_empty() { &facts.name } else { &facts.legal_entity });
    let address = text::in_line(&facts.address);
    let who = [entity, address].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let contact = match text::in_line(&facts.contact) {
        contact if contact.is_empty() => contact,
        contact => words.locale.sentence("fact-company.contact", &[("contact", &contact)])?,
    };
    let parts = [who, contact, text::in_line(&facts.website)];
    Ok(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; "))
}

/// Only what differs, as it is today and as it is planned.
fn comparison(words: &Words<'_>, before: &Facts, after: &Facts) -> Result<Vec<Row>, WordsError> {
    let (today, planned) = (comparable(words, before)?, comparable(words, after)?);
    let unstated = words.locale.word("fact-unstated")?;
    let shown = |value: String| match value {
        value if value.is_empty() => unstated.clone(),
        value => text::clip(&value, text::FACT_CHARACTERS_MAX),
    };
    let differing = today.into_iter().zip(planned).filter(|((_, before), (_, after))| before != after);
    differing
        .map(|((key, before), (_, after))| {
            Ok(Row { label: words.locale.word(key)?, value: shown(after), before: Some(shown(before)) })
        })
        .collect()
}

fn comparable(words: &Words<'_>, facts: &Facts) -> Result<[(&'static str, String); 16], WordsError> {
    Ok([
        ("fact-name", name(&facts.name)),
        ("fact-legal_entity", text::in_line(&facts.legal_entity)),
        ("fact-address", text::in_line(&facts.address)),
        ("fact-contact", text::in_line(&facts.contact)),
        ("fact-website", text::in_line(&facts.website)),
        ("fact-category", text::in_line(&facts.category)),
        ("fact-purpose", text::in_line(&facts.purpose)),
        ("fact-data_types", listed(&facts.data_types)),
        ("fact-data_subjects", listed(&facts.data_subjects)),
        ("fact-nature", text::in_line(&facts.nature)),
        ("fact-places", places(words, facts)),
        ("fact-transfer_mechanism", text::in_line(&facts.transfer_mechanism)),
        ("fact-safeguards", text::in_line(&facts.safeguards)),
        ("fact-products", products(words, facts)?),
        ("fact-affiliate", text::in_line(&facts.affiliate)),
        ("fact-engaged_by", text::in_line(&facts.engaged_by)),
    ])
}

fn name(name: &str) -> String {
    text::clip(&text::in_line(name), text::NAME_CHARACTERS_MAX)
}

fn listed(list: &List) -> String {
    text::in_line(&list.join(", "))
}

/// Countries by their names, then the regions of processing.
fn places(words: &Words<'_>, facts: &Facts) -> String {
    let countries = facts.countries.iter().map(|code| {
        code.parse::<Country>()
            .map_or_else(|_| text::in_line(code), |country| country.name_in(words.locale.tag()).to_owned())
    });
    countries.chain(facts.regions.iter().map(text::in_line)).collect::<Vec<_>>().join(", ")
}

fn products(words: &Words<'_>, facts: &Facts) -> Result<String, WordsError> {
    if facts.serves_all() {
        return Ok(words.locale.word("products-all")?);
    }
    let names: Vec<String> = facts.products.iter().map(name).collect();
    Ok(text::clip(&words.joined(&names)?, text::NAME_CHARACTERS_MAX))
}

/// What becomes the middle of a sentence does not end one.
fn without_full_stop(sentence: &str) -> String {
    sentence.trim_end().trim_end_matches('.').to_owned()
}
