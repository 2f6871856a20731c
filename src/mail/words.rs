//! Words: a letter's facts as the values that its templates and sentences name.
//!
//! Everything a template prints passes here: values are made harmless ([`text::in_line`]), dates are put into the
//! reader's zone and language, and what a letter does not have is not defined, so that a template that needs it fails
//! instead of printing a hole.

mod notice;
mod occasional;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use fluent_bundle::FluentArgs;
use minijinja::Value;

use super::dates;
use super::letter::{Deadline, Letter};
use super::locale::{Locale, LocaleError};
use super::slot::{self, Own, Slot};
use super::text;
use crate::domain::notice::Processor;
use crate::domain::zone::Zone;

/// Whose words they are.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// Of a group of readers: marks stand where each has a value of its own.
    Group,
    /// Of the one reader whose pages and addresses these are.
    Reader(&'a Own),
}

/// Why a letter's words cannot be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    #[error(transparent)]
    Locale(#[from] LocaleError),
    #[error("a letter of this kind needs {fact}, and its frozen facts have none")]
    Missing { fact: &'static str },
}

#[derive(Clone, Debug)]
enum Given {
    Text(String),
    Number(i64),
}

/// The values of one letter.
pub(super) struct Words<'a> {
    pub locale: Arc<Locale>,
    whose: Whose<'a>,
    named: BTreeMap<&'static str, Given>,
    more: BTreeMap<&'static str, Value>,
}

/// A label and its value in a table of facts; with what it was before, in a comparison.
#[derive(Clone, Debug, serde::Serialize)]
struct Row {
    label: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
}

impl Row {
    fn new(label: String, value: impl Into<String>) -> Self {
        Self { label, value: value.into(), before: None }
    }
}

impl<'a> Words<'a> {
    /// The words of `letter` in the language of `locale`.
    pub fn of(letter: &Letter, whose: Whose<'a>, locale: &Arc<Locale>) -> Result<Self, WordsError> {
        let locale = Arc::clone(locale);
        let mut words = Self { locale, whose, named: BTreeMap::new(), more: BTreeMap::new() };
        words.processor(letter.processor());
        words.url("register_url", &format!("{}/", letter.site()));
        words.formed("genuine_url", format!("{}/genuine", letter.site()));
        words.code();
        let refs = letter.change_refs().into_iter().map(text::in_line).collect::<Vec<_>>().join(", ");
        words.more.insert("change_refs", refs.clone().into());
        words.named("change_ref", &refs);
        match letter {
            Letter::Notice { facts, reader } => notice::tell(&mut words, facts, reader)?,
            Letter::Occasional(occasional) => occasional::tell(&mut words, occasional)?,
        }
        Ok(words)
    }

    fn processor(&mut self, processor: &Processor) {
        self.named("processor", &processor.name);
        self.named("processor_legal", &processor.legal_name);
        self.named("dpo_name", &processor.dpo_name);
        self.named("dpo_address", &processor.dpo_address);
        if !processor.postal_address.trim().is_empty() {
            self.named("postal_address", &processor.postal_address);
        }
    }

    /// A value from outside: made harmless, and cut where it is absurdly long.
    fn named(&mut self, name: &'static str, value: &str) {
        let value = text::clip(&text::in_line(value), text::NAME_CHARACTERS_MAX);
        self.named.insert(name, Given::Text(value));
    }

    /// A value from outside that each reader of a group has for itself; what is empty is empty for all of them.
    fn own(&mut self, name: &'static str, slot: Slot, value: &str) {
        let value = self.own_value(slot, value);
        self.named.insert(name, Given::Text(value));
    }

    fn own_value(&self, slot: Slot, value: &str) -> String {
        let value = text::clip(&text::in_line(value), text::NAME_CHARACTERS_MAX);
        match self.whose {
            Whose::Group if !value.is_empty() => slot.mark().to_string(),
            Whose::Group | Whose::Reader(_) => value,
        }
    }

    fn code(&mut self) {
        let code = match self.whose {
            Whose::Group => Slot::Code.mark().to_string(),
            Whose::Reader(own) => own.get(Slot::Code).to_owned(),
        };
        self.formed("letter_code", code);
    }

    /// A personal page or address.
    fn page(&mut self, name: &'static str, slot: Slot) {
        match self.whose {
            Whose::Group => {
                self.more.insert(name, Value::from_safe_string(slot.mark().to_string()));
            }
            Whose::Reader(own) => self.url(name, own.get(slot)),
        }
    }

    /// A value that we formed ourselves out of harmless ones.
    fn formed(&mut self, name: &'static str, value: String) {
        self.named.insert(name, Given::Text(value));
    }

    fn number(&mut self, name: &'static str, number: i64) {
        self.named.insert(name, Given::Number(number));
    }

    fn flag(&mut self, name: &'static str, flag: bool) {
        self.more.insert(name, flag.into());
    }

    fn list<T: serde::Serialize>(&mut self, name: &'static str, list: &T) {
        self.more.insert(name, Value::from(minijinja::value::Serde(list)));
    }

    /// A URL that we made: printed as it is, for escaping `/` would only blur it.
    fn url(&mut self, name: &'static str, url: &str) {
        let plain = slot::is_plain_url(url);
        self.more.insert(name, if plain { Value::from_safe_string(url.to_owned()) } else { url.into() });
    }

    fn day(&mut self, name: &'static str, day: NaiveDate) -> Result<(), WordsError> {
        self.formed(name, dates::long(&self.locale, day)?);
        Ok(())
    }

    fn moment(&mut self, name: &'static str, at: DateTime<Utc>, zone: &Zone) -> Result<(), WordsError> {
        self.formed(name, dates::moment(&self.locale, at, zone)?);
        Ok(())
    }

    fn until(&mut self, name: &'static str, at: DateTime<Utc>, zone: &Zone) -> Result<(), WordsError> {
        self.formed(name, dates::until(&self.locale, at, zone)?);
        Ok(())
    }

    /// `deadline` as it stands in a sentence ("until …"), `deadline_at` as the bare instant, and the short form.
    fn deadline(&mut self, deadline: Deadline, zone: &Zone) -> Result<(), WordsError> {
        let instant = dates::deadline(&self.locale, deadline.instant(), zone)?;
        let phrase = match deadline {
            Deadline::At(_) => instant.clone(),
            Deadline::UntilEffect(_) => self.locale.sentence("until-effect", &[("instant", &instant)])?,
        };
        let short = dates::short(&self.locale, dates::last_day(deadline.instant(), zone))?;
        self.formed("deadline_label", phrase.clone());
        self.formed("deadline", phrase);
        self.formed("deadline_at", instant);
        self.formed("deadline_short", short);
        self.flag("until_effect", matches!(deadline, Deadline::UntilEffect(_)));
        Ok(())
    }

    /// "Anthropic", "Anthropic and Pinecone", "A, B and C".
    fn joined(&self, names: &[String]) -> Result<String, WordsError> {
        let Some((last, first)) = names.split_last() else { return Ok(String::new()) };
        let Some((head, rest)) = first.split_first() else { return Ok(last.clone()) };
        let mut sentence = head.clone();
        for name in rest {
            sentence = self.locale.sentence("list-comma", &[("first", &sentence), ("rest", name)])?;
        }
        Ok(self.locale.sentence("list-and", &[("first", &sentence), ("last", last)])?)
    }

    fn greeting(&mut self, contact_name: Option<&str>, customer: &str) -> Result<(), WordsError> {
        let named = |name: &&str| !text::in_line(name).is_empty();
        let greeting = match (contact_name.filter(named), Some(customer).filter(named)) {
            (Some(name), _) => {
                let name = self.own_value(Slot::ContactName, name);
                self.locale.sentence("greeting", &[("contact_name", &name)])?
            }
            (None, Some(customer)) => {
                let customer = self.own_value(Slot::Customer, customer);
                self.locale.sentence("greeting.team", &[("customer", &customer)])?
            }
            (None, None) => self.locale.word("greeting.nobody")?,
        };
        self.formed("greeting", greeting);
        Ok(())
    }

    /// A sentence of this letter's own values.
    fn sentence(&self, key: &str) -> Result<String, WordsError> {
        Ok(self.locale.form(key, &self.args(usize::MAX))?)
    }

    /// The values as a sentence takes them, texts cut to `characters`.
    fn args(&self, characters: usize) -> FluentArgs<'static> {
        let mut args = FluentArgs::with_capacity(self.named.len());
        for (&name, value) in &self.named {
            match value {
                Given::Text(value) => args.set(name, text::clip(value, characters)),
                Given::Number(number) => args.set(name, *number),
            }
        }
        args
    }

    /// What a template sees: every value by its name, and `t` to form sentences of them.
    pub fn context(&self, name_characters: usize) -> BTreeMap<String, Value> {
        let named = self.named.iter().map(|(name, value)| {
            let value = match value {
                Given::Text(value) => Value::from(value.as_str()),
                Given::Number(number) => Value::from(*number),
            };
            ((*name).to_owned(), value)
        });
        let more = self.more.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let mut context: BTreeMap<String, Value> = named.chain(more).collect();
        let values = self
            .named
            .iter()
            .map(|(name, value)| match value {
                Given::Text(value) => (*name, Given::Text(text::clip(value, name_characters))),
                number @ Given::Number(_) => (*name, number.clone()),
            })
            .collect();
        context.insert(
            "t".to_owned(),
            Value::from_object(Sentences { locale: Arc::clone(&self.locale), values }),
        );
        context.insert("language".to_owned(), Value::from(self.locale.tag()));
        context.insert("direction".to_owned(), Value::from("ltr"));
        context
    }
}

/// `t("key")` in a template: the sentence of that name with the letter's own values.
#[derive(Debug)]
struct Sentences {
    locale: Arc<Locale>,
    values: BTreeMap<&'static str, Given>,
}

impl minijinja::value::Object for Sentences {
    fn call(
        self: &Arc<Self>,
        _state: &mut minijinja::State<'_, '_>,
        args: &[Value],
    ) -> Result<Value, minijinja::Error> {
        let (key,): (&str,) = minijinja::value::from_args(args)?;
        let mut values = FluentArgs::with_capacity(self.values.len());
        for (&name, value) in &self.values {
            match value {
                Given::Text(value) => values.set(name, value.as_str()),
                Given::Number(number) => values.set(name, *number),
            }
        }
        self.locale.form(key, &values).map(Value::from).map_err(|error| {
            minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, error.to_string())
                .with_source(error)
        })
    }
}
