//! The post: composing letters and handing them to a relay. It knows SMTP and MIME, not the database.

pub mod relay;

/// A letter as it goes over the wire: exact bytes, and the envelope they travel in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    pub bytes: Vec<u8>,
    /// Empty: the null sender.
    pub envelope_from: String,
    pub envelope_to: String,
    pub message_id: String,
    /// SHA-256 of the bytes.
    pub hash: [u8; 32],
    /// The address is not ASCII before the `@`.
    pub smtputf8: bool,
}

/// Every template and sentence that letters are made of, in one blob: frozen with each notice by its hash.
#[derive(Clone, Debug)]
pub struct TemplateBundle {
    /// SHA-256 of the bytes.
    pub hash: [u8; 32],
    pub bytes: std::sync::Arc<[u8]>,
}
