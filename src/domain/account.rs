//! Accounts: the processor's people, and what each may do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

id!(AccountId);

words! {
    /// What an account may do; each may all that those before it may.
    Role {
        /// Read everything.
        Viewer = "viewer",
        /// Maintain records, plan and schedule changes, answer objections.
        Editor = "editor",
        /// Be the second person of four eyes.
        Approver = "approver",
        /// Make and disable accounts and keys.
        Admin = "admin",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub disabled_at: Option<DateTime<Utc>>,
}

/// Why an account may not act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNot {
    #[error("the account {email} is disabled")]
    Disabled { email: String },
    #[error("{email} is {role}; this takes {needed}")]
    Role { email: String, role: Role, needed: Role },
}

impl Account {
    /// Refused unless it may act, and its role is at least `needed`.
    pub fn may(&self, needed: Role) -> Result<(), MayNot> {
        let email = self.email.clone();
        if self.disabled_at.is_some() {
            return Err(MayNot::Disabled { email });
        }
        if self.role < needed {
            return Err(MayNot::Role { email, role: self.role, needed });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_may_what_the_lesser_ones_may_and_a_disabled_account_nothing() {
        let editor = Account {
            id: AccountId(1),
            email: "eva@processor.example".into(),
            name: "Eva".into(),
            role: Role::Editor,
            disabled_at: None,
        };
        assert!(editor.may(Role::Viewer).is_ok() && editor.may(Role::Editor).is_ok());
        assert_eq!(
            editor.may(Role::Admin).unwrap_err().to_string(),
            "eva@processor.example is editor; this takes admin"
        );
        let disabled = Account { disabled_at: Some(DateTime::UNIX_EPOCH), ..editor };
        assert!(matches!(disabled.may(Role::Viewer), Err(MayNot::Disabled { .. })));
    }
}
