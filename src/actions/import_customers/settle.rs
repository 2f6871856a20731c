//! Customers written while changes are open: whoever has become entitled is told, and stands in the gate's way from here on.
//!
//! A change not announced yet needs nothing: announcing passes the entitlement barrier and scans whoever was written
//! before. For one that is, this writes what announcing would have written. Who signed after the announcement saw the
//! change on the public list, and is exempt unless the policy has late joiners entitled.

use chrono::NaiveDate;

use super::super::{Context, Error};
use crate::domain::change::Change;
use crate::domain::customer::{Authorisation, ContractId, CustomerId, LateJoiners};
use crate::domain::notice::NoticeId;
use crate::domain::obligation::{Consent, ExemptWhy};
use crate::domain::plan::{Candidate, Entitled, Standing, latest_service_at};
use crate::domain::recipient::{PRIVACY_ROLE, RecipientId};
use crate::store::entitlement::Addressee;
use crate::store::fan_out::{LETTERS_PER_BATCH, Letter, Owed};
use crate::store::{self, Tx};

pub(super) async fn settle(cx: &Context, tx: &mut Tx, customers: &[CustomerId]) -> Result<(), Error> {
    if customers.is_empty() {
        return Ok(());
    }
    let published = store::entitlement::lock_published(tx).await?;
    if published.is_empty() {
        return Ok(());
    }
    let changes = store::change::open(tx.conn()).await?;
    let today = cx.policy.zone.day_of(tx.now());
    let candidates = store::entitlement::candidates_of(tx.conn(), today, customers).await?;
    let addressees = store::entitlement::addressees_of(tx.conn(), customers).await?;
    for change in changes.iter().filter(|change| published.contains(&change.id)) {
        let Some((notice, _)) = store::notice::live_announcement(tx.conn(), change.id).await? else {
            continue;
        };
        let joined = Joined::among(cx, tx, change, &candidates);
        owe(tx, change, &joined.entitled).await?;
        store::fan_out::insert_exempt(tx, change.id, &joined.late, ExemptWhy::JoinedAfterAnnouncement)
            .await?;
        tell(tx, notice, change, &joined.entitled, &addressees).await?;
    }
    Ok(())
}

/// Whom an announced change concerns among those just written.
struct Joined {
    entitled: Vec<Entitled>,
    late: Vec<(CustomerId, Option<ContractId>)>,
}

impl Joined {
    fn among(cx: &Context, tx: &Tx, change: &Change, candidates: &[Candidate]) -> Self {
        let mut joined = Self { entitled: Vec::new(), late: Vec::new() };
        let standing = |candidate: &Candidate| candidate.standing(&change.draft, &cx.policy, tx.now());
        for candidate in candidates {
            let Standing::Entitled(now) = standing(candidate) else { continue };
            let announced_on = change.published_at.map(|at| cx.policy.zone.day_of(at));
            let then = announced_on.map(|day| standing(&signed_by(candidate, day)));
            match (then, cx.policy.late_joiners) {
                (Some(Standing::Entitled(then)), _) => joined.entitled.push(then),
                (_, LateJoiners::Entitled) => joined.entitled.push(now),
                (_, LateJoiners::Exempt) => joined.late.push((now.customer, now.contract)),
            }
        }
        joined
    }
}

/// The customer with those of its contracts that were signed by `day`.
fn signed_by(candidate: &Candidate, day: NaiveDate) -> Candidate {
    let mut before = candidate.clone();
    before.contracts.retain(|contract| contract.signed_on <= day);
    before
}

async fn owe(tx: &mut Tx, change: &Change, entitled: &[Entitled]) -> Result<(), Error> {
    let owed = |entitled: &Entitled| Owed {
        change: change.id,
        customer: entitled.customer,
        contract: entitled.contract,
        consent: match entitled.authorisation {
            Authorisation::General => Consent::Silence,
            Authorisation::Specific => Consent::Awaited,
        },
    };
    let owed: Vec<Owed> = entitled.iter().map(owed).collect();
    Ok(store::fan_out::insert_owed(tx, &owed, false).await?)
}

/// The announcement's letter to each of their contacts that has not had it.
async fn tell(
    tx: &mut Tx,
    notice: NoticeId,
    change: &Change,
    entitled: &[Entitled],
    addressees: &[Addressee],
) -> Result<(), Error> {
    let now = tx.now();
    let mut letters = Vec::new();
    for entitled in entitled {
        let latest_at = latest_service_at(&entitled.timing, change.effective_at).unwrap_or(now);
        let customer = entitled.customer;
        let recipients = addressed(customer, addressees);
        letters.extend(recipients.map(|recipient| Letter { recipient, customer, latest_at }));
    }
    if letters.is_empty() {
        return Ok(());
    }
    let pieces: Vec<&[Letter]> = letters.chunks(LETTERS_PER_BATCH).collect();
    let ids = store::fan_out::batch_ids(tx, pieces.len()).await?;
    let batches: Vec<_> = ids.into_iter().zip(pieces).collect();
    store::fan_out::insert_letters(tx, notice, now, &batches).await?;
    Ok(())
}

/// All privacy contacts and notice addresses; without one, the first by rank of the others.
fn addressed(customer: CustomerId, addressees: &[Addressee]) -> impl Iterator<Item = RecipientId> {
    let own = move || addressees.iter().filter(move |addressee| addressee.customer_id == customer.0);
    let at_once = |addressee: &&Addressee| addressee.role == PRIVACY_ROLE || addressee.notice_address;
    let first_of_others = if own().any(|addressee| at_once(&addressee)) { None } else { own().next() };
    own().filter(at_once).chain(first_of_others).map(|addressee| RecipientId(addressee.id))
}
