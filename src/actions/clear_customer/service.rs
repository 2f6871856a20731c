//! A notice that reached the customer by post, portal or hand, with the file that proves it.

use chrono::{DateTime, Utc};

use super::{Case, Done, Error, account, customer_called};
use crate::actions::{Attachment, Context};
use crate::domain::clearing::ServiceChannel;
use crate::domain::ledger::{Actor, Event};
use crate::store;

/// How and when a customer received the notice.
#[derive(Clone, Debug)]
pub struct Received<'a> {
    pub customer: &'a str,
    pub channel: ServiceChannel,
    pub at: DateTime<Utc>,
}

/// Records it: the periods run from that instant, unless an earlier service counts.
pub async fn record(
    cx: &Context,
    actor: Actor,
    change: &str,
    received: &Received<'_>,
    file: &Attachment,
) -> Result<Done, Error> {
    let recorder = account(&actor)?;
    let mut tx = cx.begin(actor).await?;
    let customer = customer_called(&mut tx, received.customer).await?;
    let case = Case::lock(&mut tx, change, customer, received.customer).await?;
    case.check_instant("received", received.at, tx.now())?;
    let known = store::clearing::service(tx.conn(), case.change.id, customer).await?;
    if let Some(known) = known.filter(|known| *known >= case.announced_at && *known <= received.at) {
        return Err(Error::ReceivedBefore { customer: case.name, known });
    }
    let hash = file.keep(&mut tx).await?;
    let of = (case.change.id, customer);
    store::clearing::serve(&mut tx, of, received.channel, received.at, hash, recorder).await?;
    let stands = case.settle(cx, &mut tx).await?;
    let done = case.done(&stands);
    tx.commit([Event::ServiceRecorded {
        change: case.change.id,
        customer,
        channel: received.channel,
        received_at: received.at,
        attached: hex::encode(hash),
        clear_at: done.clear_at,
    }])
    .await?;
    cx.bells.ring("take_effect");
    Ok(done)
}
