//! What the command line says when it did not do what it was asked: a sentence, and the way out.

use std::error::Error;
use std::fmt;

use crate::store;

/// A command that was refused or failed. Made from any error by `?`; [`OrHint`] adds the way out.
#[derive(Debug)]
pub struct Failure {
    sentence: Option<String>,
    hint: Option<String>,
    exit_code: u8,
}

/// As sysexits.h has them, which mail servers go by.
const AWAY: &str = "does Postgres run where database.url says, and may this machine reach it? forenotice config show names it";
const BAD_DATA: u8 = 65;
pub const NOT_NOW: u8 = 75;

impl Failure {
    pub fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: Some(sentence.into()), hint: None, exit_code: 1 }
    }

    /// Exit 1 with nothing more to say: the command's own output said it (a shut gate, a refusal as JSON).
    pub fn already_said() -> Self {
        Self { sentence: None, hint: None, exit_code: 1 }
    }

    /// What was asked for makes no sense, where exit 1 is an answer.
    #[must_use]
    pub fn usage(mut self) -> Self {
        self.exit_code = 2;
        self
    }

    /// The same may succeed later: whoever called keeps what it has.
    #[must_use]
    pub fn not_now(mut self) -> Self {
        self.exit_code = NOT_NOW;
        self
    }

    /// What was given will never be taken.
    #[must_use]
    pub fn bad_data(mut self) -> Self {
        self.exit_code = BAD_DATA;
        self
    }

    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The lines for standard error, each ended.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sentence) = &self.sentence {
            writeln!(f, "error: {sentence}")?;
        }
        if let Some(hint) = &self.hint {
            writeln!(f, "hint: {hint}")?;
        }
        Ok(())
    }
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut sentence = error.to_string();
        let hint = is_away(&error).then(|| AWAY.to_owned());
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_sentence = cause.to_string();
            // A transparent error repeats its cause word for word.
            if !sentence.ends_with(&cause_sentence) {
                sentence = format!("{sentence}: {cause_sentence}");
            }
            source = cause.source();
        }
        Self { hint, ..Self::new(sentence) }
    }
}

/// Whether the database is away, be it the cause of the cause.
fn is_away(error: &(dyn Error + 'static)) -> bool {
    let away = error.downcast_ref::<store::Error>().is_some_and(store::Error::is_away);
    away || error.source().is_some_and(is_away)
}

/// `.or_hint("…")`: turns an error into a [`Failure`] that names the way out.
pub trait OrHint<T> {
    fn or_hint(self, hint: impl Into<String>) -> Result<T, Failure>;
}

impl<T, E: Into<Failure>> OrHint<T> for Result<T, E> {
    fn or_hint(self, hint: impl Into<String>) -> Result<T, Failure> {
        self.map_err(|error| error.into().hint(hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0} cannot be read")]
    struct Unreadable(&'static str, #[source] std::io::Error);

    #[test]
    fn a_failure_names_the_error_its_cause_and_the_way_out() {
        let failed: Result<(), _> =
            Err(Unreadable("customers.csv", std::io::Error::other("it is a directory")));
        let failure = failed.or_hint("name a file").unwrap_err();
        assert_eq!(
            failure.to_string(),
            "error: customers.csv cannot be read: it is a directory\nhint: name a file\n"
        );
    }

    #[test]
    fn what_was_already_said_is_not_said_again() {
        assert_eq!(Failure::already_said().to_string(), "");
    }

    #[test]
    fn where_the_database_is_away_the_way_out_is_to_look_where_it_is() {
        let away = Failure::from(store::Error::from(sqlx::Error::PoolTimedOut)).to_string();
        assert!(away.contains("hint: does Postgres run where database.url says"), "{away}");
        let other = Failure::from(store::Error::from(sqlx::Error::RowNotFound)).to_string();
        assert!(!other.contains("hint:"), "{other}");
    }
}
