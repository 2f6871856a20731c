//! The post: composing letters and handing them to a relay. It knows SMTP and MIME, not the database.
//!
//! A [`letter`] is a value with all that its words need; its [`words`] are put into the reader's language by a
//! [`locale`] and into form by [`templates`]; [`compose`] makes exact bytes of it, and the [`relay`] hands them over.
//! What comes back is read by [`triage`], once the [`inbox`] has taken it in; relays say by [`events`] what became of a letter.

mod slot;
mod text;
mod locale;
mod dates;
pub mod letter;
mod words;
pub mod templates;
pub mod compose;
pub mod dkim;
pub mod relay;
pub mod triage;
pub mod inbox;
pub mod events;

pub use compose::Composed;
pub use templates::Bundle as TemplateBundle;
