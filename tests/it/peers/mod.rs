//! The real programs of others that forenotice talks to.

mod deliveries;
mod dovecot;
mod mailbox_over_tls;
mod postfix;
