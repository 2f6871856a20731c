//! Who acted, as each act of the ledger says.

use crate::domain::account::Account;

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The daemon by itself.
    Daemon,
    /// A person of the processor, by the account's address.
    Account { id: i64, email: String },
    /// Whoever held a letter's link.
    Link { recipient: i64 },
    /// Anybody on the public page.
    Public,
}

impl Actor {
    /// The account acts.
    pub fn account(account: &Account) -> Self {
        Self::Account { id: account.id.0, email: account.email.clone() }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Daemon => f.write_str("daemon"),
            Self::Account { email, .. } => write!(f, "account:{email}"),
            Self::Link { recipient } => write!(f, "recipient:{recipient}"),
            Self::Public => f.write_str("public"),
        }
    }
}
