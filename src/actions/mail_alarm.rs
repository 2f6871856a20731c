//! Tells the DPO of mail that a person must see. Of more than anybody reads in an hour, once, that there is more: whoever writes without
//! end, from however many addresses, makes us write no more than that. The inbox has them all, and what may object holds its change.

use chrono::{DurationRound as _, TimeDelta};

use super::Context;
use crate::domain::customer::CustomerId;
use crate::mail::letter::{Alarm, MailMatter};
use crate::store::{self, Tx};

/// Told one by one in an hour, of one customer.
const OF_ONE_MAX: i32 = 20;
/// Told one by one in an hour, of all customers.
const OF_ALL_MAX: i32 = 200;

impl Context {
    /// Each occasion once.
    pub(super) async fn alert_of_mail(
        &self,
        tx: &mut Tx,
        key: &str,
        customer: Option<CustomerId>,
        mut alarm: Alarm,
    ) -> Result<(), store::Error> {
        if store::letter::is_known(tx.conn(), &format!("alert:{key}")).await? {
            return Ok(());
        }
        let now = tx.now();
        let hour = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
        let (of_one, of_all) = store::mail_told::count(tx, hour, customer).await?;
        let hour = hour.format("%Y-%m-%dT%H");
        let key = match customer {
            _ if of_all > OF_ALL_MAX => format!("mails:{hour}"),
            Some(customer) if of_one > OF_ONE_MAX => format!("mails:{customer}:{hour}"),
            _ => key.to_owned(),
        };
        if key.starts_with("mails:")
            && let Alarm::Mail { matter, .. } = &mut alarm
        {
            *matter = MailMatter::Many;
        }
        self.alert(tx, &key, alarm).await?;
        Ok(())
    }
}
