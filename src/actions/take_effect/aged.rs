//! What waits long: when a held change is looked at next, and the DPO's one letter when its notice has grown too old.
//!
//! It is not given again by itself, whatever the policy: a yes falls with it, and while anything else stands in the way
//! it would only grow old again.

use chrono::{DateTime, Days, Utc};

use crate::actions::{Context, Error};
use crate::domain::change::Change;
use crate::domain::customer::Hold;
use crate::mail::letter::{Alarm, ChangeName};
use crate::store::{self, Tx};

/// Tells the DPO, once for each announcement. None: it is not too old, or that was told.
pub(super) async fn tell(cx: &Context, tx: &mut Tx, change: &Change) -> Result<Option<String>, store::Error> {
    let now = tx.now();
    let Some(since) = store::notice::too_old_since(tx.conn(), change, now).await? else { return Ok(None) };
    let key = format!("aged:{}:{}", change.reference, since.timestamp());
    // Asked each day, and the earliest day costs a look at every customer.
    if store::letter::is_known(tx.conn(), &format!("alert:{key}")).await? {
        return Ok(None);
    }
    let candidates = store::entitlement::all(tx.conn(), cx.policy.zone.day_of(now)).await?;
    let alarm = Alarm::NoticeTooOld {
        change: ChangeName {
            reference: change.reference.clone(),
            subprocessor: change.draft.facts.name.clone(),
        },
        since: cx.policy.zone.day_of(since),
        earliest_on: cx.earliest_anew(&candidates, change, now),
    };
    cx.alert(tx, &key, alarm).await?;
    Ok(Some(format!("the notice of {} is too old", change.reference)))
}

/// Under `hold = "ask"` a held change is looked at for the age of its notice alone: what its gate says is the DPO's to ask.
pub(super) async fn only_tell(cx: &Context, mut tx: Tx, change: &Change) -> Result<Option<String>, Error> {
    let said = tell(cx, &mut tx, change).await?;
    let next = next_look(cx, &mut tx, change).await?;
    store::change::set_next_look(&mut tx, change.id, next).await?;
    tx.commit_unrecorded().await?;
    Ok(said)
}

/// When a held change is looked at next: at the start of the policy's next day, so that it takes effect the day after
/// its gate opens; where the DPO is to say so, when its notice is too old.
pub(super) async fn next_look(
    cx: &Context,
    tx: &mut Tx,
    change: &Change,
) -> Result<Option<DateTime<Utc>>, store::Error> {
    let now = tx.now();
    let tomorrow = cx.policy.zone.day_of(now) + Days::new(1);
    match cx.policy.hold {
        Hold::Wait | Hold::Postpone => Ok(Some(cx.policy.zone.first_instant(tomorrow))),
        Hold::Ask => Ok(store::notice::valid_until(tx.conn(), change.id).await?.filter(|until| *until > now)),
    }
}
