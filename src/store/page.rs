//! What pages and feeds read: nothing here writes, and a page is one [`Snapshot`](super::Snapshot).
//!
//! The public reads show a change only once its announcement has started (`published_at`), and a correction once it
//! is in force: what is planned but not announced exists for nobody outside.

mod letter;
mod personal;
mod public;
mod register;

pub use letter::{Letter, Spoken, Statement, letters_called};
pub use personal::{
    Addressee, Duty, Had, Sent, addressee, addressee_of_delivery, duties, letters, pages_of, sent,
};
pub use public::{ChangeEvent, PublicChange, changes_of_delivery, open_changes, times_revised};
pub use register::{
    Announced, Register, announced_with, register, register_about, register_before, register_revised,
};

use super::Error;

fn word<T: std::str::FromStr>(what: &'static str, text: &str) -> Result<T, Error>
where
    T::Err: ToString,
{
    text.parse().map_err(|why: T::Err| Error::unreadable(what, &why))
}
