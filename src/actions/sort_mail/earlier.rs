//! A mail that is on file as an objection, and was found to have reached us earlier, by another door: the earlier instant counts.

use crate::actions::{Context, Error};
use crate::domain::customer::CustomerId;
use crate::domain::objection::ObjectionId;
use crate::store::inbound::MessageId;
use crate::store::inbox::{self, Unsorted};
use crate::store::{Tx, objection};

/// What the correspondence says of it, so that the instant has its cause on file.
const SAME_MAIL: &str = "(the same mail, as another of our servers had it earlier)";

/// Measures the objection by the mail's own instant where that is earlier; one late until now may be in time.
pub(super) async fn measure_anew(
    cx: &Context,
    tx: &mut Tx,
    id: MessageId,
    mail: &Unsorted,
    lodged: ObjectionId,
) -> Result<(), Error> {
    if mail.objection_at.is_none_or(|at| mail.received_at >= at) {
        return Ok(());
    }
    let changes = objection::lock(tx, lodged).await?;
    let customer = mail.objection_of.map(CustomerId);
    let measured = objection::measure(tx.conn(), &changes, customer, mail.received_at, &cx.policy).await?;
    inbox::add_to_case(tx, id, lodged, mail.received_at, SAME_MAIL).await?;
    for one in measured {
        objection::came_earlier(tx, lodged, mail.received_at, &one).await?;
    }
    Ok(())
}
