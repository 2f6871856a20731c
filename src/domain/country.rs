//! Countries and languages by their ISO codes: what a register may name as a place, a letter as its language.
//!
//! A code is taken only if ISO assigned it: `UK` and `EU` are not codes of countries, and a name is not a code. The
//! refusal names the code that was probably meant. The tables are generated from CLDR (`script/generate-countries`).

mod table;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use table::{COUNTRIES, LANGUAGE_NAMES, LANGUAGES, NAMES_IN, OTHER_NAMES};

/// A country or territory of ISO 3166-1, shown by its alpha-2 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(u16);

impl Country {
    /// The alpha-2 code, in capitals.
    pub fn code(self) -> &'static str {
        COUNTRIES[usize::from(self.0)].0
    }

    /// The English name.
    ///
    /// ```
    /// # use forenotice::domain::country::Country;
    /// let country: Country = "DE".parse()?;
    /// assert_eq!(country.name(), "Germany");
    /// # Ok::<(), forenotice::domain::country::UnknownCountry>(())
    /// ```
    pub fn name(self) -> &'static str {
        COUNTRIES[usize::from(self.0)].1
    }

    /// The name in a language of letters and pages; in English where there is none.
    ///
    /// ```
    /// # use forenotice::domain::country::Country;
    /// let country: Country = "DE".parse()?;
    /// assert_eq!((country.name_in("fr"), country.name_in("ja")), ("Allemagne", "Germany"));
    /// # Ok::<(), forenotice::domain::country::UnknownCountry>(())
    /// ```
    pub fn name_in(self, language: &str) -> &'static str {
        let kind = language.split('-').next().unwrap_or_default();
        let names = NAMES_IN.iter().find(|(known, _)| *known == kind).map(|(_, names)| names);
        names.map_or_else(|| self.name(), |names| names[usize::from(self.0)])
    }

    fn by_code(code: &str) -> Option<Self> {
        let at = COUNTRIES.binary_search_by(|(known, _)| known.cmp(&code)).ok()?;
        u16::try_from(at).ok().map(Self)
    }

    /// Whether that is its name, in English or in a language of letters and pages.
    pub fn is_called(self, name: &str) -> bool {
        Self::by_name(name) == Some(self)
    }

    fn by_name(name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        if let Some(at) = COUNTRIES.iter().position(|(_, known)| known.to_lowercase() == lower) {
            return u16::try_from(at).ok().map(Self);
        }
        let (_, code) = OTHER_NAMES.iter().find(|(known, _)| known.to_lowercase() == lower)?;
        Self::by_code(code)
    }

    /// What was probably meant by something that is no code: a name, or a habit.
    fn meant_by(text: &str) -> Option<Self> {
        let habit = match text.to_ascii_uppercase().as_str() {
            "UK" => "GB",
            "EL" => "GR",
            "USA" => "US",
            other => return Self::by_code(other).or_else(|| Self::by_name(text)),
        };
        Self::by_code(habit)
    }
}

impl FromStr for Country {
    type Err = UnknownCountry;

    fn from_str(text: &str) -> Result<Self, UnknownCountry> {
        Self::by_code(text)
            .ok_or_else(|| UnknownCountry { given: text.to_owned(), meant: Self::meant_by(text) })
    }
}

impl TryFrom<String> for Country {
    type Error = UnknownCountry;

    fn try_from(text: String) -> Result<Self, UnknownCountry> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.code().to_owned()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCountry {
    pub given: String,
    /// The country that was probably meant.
    pub meant: Option<Country>,
}

impl fmt::Display for UnknownCountry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = &self.given;
        match self.meant {
            Some(meant) => {
                write!(f, "{given:?} is no ISO 3166 code; for {} write {meant}", meant.name())
            }
            None => write!(
                f,
                "{given:?} is no country of ISO 3166 (two letters, as in DE or US); what is not one country belongs into regions"
            ),
        }
    }
}

impl std::error::Error for UnknownCountry {}

/// A language of ISO 639-1, with a country where one was given (`de`, `pt-BR`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

impl Language {
    pub fn english() -> Self {
        Self("en".to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language of that name in English, German, Spanish or French.
    ///
    /// ```
    /// # use forenotice::domain::country::Language;
    /// assert_eq!(Language::by_name("Französisch").unwrap().as_str(), "fr");
    /// ```
    pub fn by_name(name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        let (_, code) = LANGUAGE_NAMES.iter().find(|(known, _)| known.to_lowercase() == lower)?;
        Some(Self((*code).to_owned()))
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        let unknown = || UnknownLanguage { given: text.to_owned() };
        let mut parts = text.split(['-', '_']);
        let language = parts.next().unwrap_or_default().to_ascii_lowercase();
        let country = parts.next().map(str::to_ascii_uppercase);
        if LANGUAGES.binary_search(&language.as_str()).is_err() || parts.next().is_some() {
            return Err(unknown());
        }
        match country {
            None => Ok(Self(language)),
            Some(country) if Country::by_code(&country).is_some() => {
                Ok(Self(format!("{language}-{country}")))
            }
            Some(_) => Err(unknown()),
        }
    }
}

impl TryFrom<String> for Language {
    type Error = UnknownLanguage;

    fn try_from(text: String) -> Result<Self, UnknownLanguage> {
        text.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is no language of ISO 639-1; write two letters, with a country where it matters (de, en, pt-BR)"
)]
pub struct UnknownLanguage {
    pub given: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_and_prints_as_itself() {
        for (code, name) in COUNTRIES {
            let country: Country = code.parse().unwrap();
            assert_eq!((country.code(), country.name()), (code, name));
        }
    }

    #[test]
    fn what_is_no_code_is_refused_with_the_code_that_was_meant() {
        let says = |text: &str| text.parse::<Country>().unwrap_err().to_string();
        assert_eq!(says("UK"), "\"UK\" is no ISO 3166 code; for United Kingdom write GB");
        assert_eq!(says("Germany"), "\"Germany\" is no ISO 3166 code; for Germany write DE");
        assert_eq!(says("us"), "\"us\" is no ISO 3166 code; for United States write US");
        for wrong in ["XX", "XK", "EU", "Worldwide", "", "DEU", "D\u{c9}"] {
            assert!(says(wrong).contains("belongs into regions"), "{wrong}: {}", says(wrong));
        }
    }

    #[test]
    fn a_language_is_two_letters_with_or_without_a_country() {
        let read = |text: &str| text.parse::<Language>().map(|language| language.to_string());
        assert_eq!(read("DE").unwrap(), "de");
        assert_eq!(read("pt_br").unwrap(), "pt-BR");
        for wrong in ["klingon", "", "xx", "en-XX", "en-GB-oxendict", "english"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
