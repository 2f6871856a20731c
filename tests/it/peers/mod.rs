//! The real programs of others that forenotice talks to.

mod deliveries;
mod dovecot;
mod postfix;
