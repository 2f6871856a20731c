//! Derives where one customer stands with a change from everything on record: letters, services by other means, words,
//! waivers, and the contracts as they are now. What was promised stays promised.

use super::{Context, Error};
use crate::config::Proof;
use crate::domain::change::Change;
use crate::domain::clearing::{self, Asked, Means, Waivable};
use crate::domain::customer::{ContractId, CustomerId};
use crate::domain::obligation::{Clearance, Standing};
use crate::store::clearing::Stands;
use crate::store::{self, Tx};

impl Context {
    /// Writes where the customer stands; nothing where it is exempt, or in force already. Call with the change locked. Returns
    /// what a service has left behind for it now, and the contract that decides.
    pub(super) async fn stand_anew(
        &self,
        tx: &mut Tx,
        change: &Change,
        customer: CustomerId,
    ) -> Result<Option<(Option<ContractId>, Clearance)>, Error> {
        let Some((_, announced_at)) = store::notice::begun_announcement(tx.conn(), change.id).await? else {
            return Ok(None);
        };
        let Some(owed) = store::clearing::lock(tx, change.id, customer).await? else { return Ok(None) };
        if owed.in_force_at.is_some() || matches!(owed.standing, Standing::Exempt { .. }) {
            return Ok(None);
        }
        let letters = (owed.served_by, self.settings.notice.proof == Proof::Received);
        let facts = store::clearing::facts(tx.conn(), change.id, customer, announced_at, letters).await?;
        let today = self.policy.zone.day_of(tx.now());
        let announced_on = self.policy.zone.day_of(announced_at);
        let asked = Asked {
            draft: &change.draft,
            versions: &facts.versions,
            deciding: owed.contract,
            announced_on,
            signed_by: self.policy.counts_signed_by(announced_on, today),
            today,
        };
        let (said, yes_at) = clearing::consent(&asked.contracts(), &facts.said);
        let means = Means {
            letters: facts.letters.clone(),
            other: facts.service,
            yes_at,
            waived: facts.waived.clone(),
        };
        let served = means.clearance(|at| asked.time(&self.policy, at), owed.told);
        let window_shuts = !means.waived.contains_key(&Waivable::WindowOpen);
        let mut consent = owed.consent.followed_by(said);
        if let Some((_, clearance)) = &served {
            let until_effect = change.effective_at.max(clearance.clear_at);
            consent = consent.with_time_until(clearance.window_closes_at.unwrap_or(until_effect), tx.now());
        }
        let notice_waived_at = means.waived.get(&Waivable::NoticeShort).copied();
        let stands = Stands { served, consent, window_shuts, notice_waived_at };
        store::clearing::settle(tx, change.id, customer, &stands).await?;
        let clearance = served.map(|(_, clearance)| clearance);
        // Of whom nothing serves, the next letter tells by the contract of today, not by one that is over.
        let served_at = clearance.map_or(tx.now(), |clearance| clearance.served_at);
        let contract = asked.deciding_at(&self.policy, served_at);
        store::clearing::name_contract(tx, change.id, customer, contract).await?;
        Ok(clearance.map(|clearance| (contract, clearance)))
    }
}
