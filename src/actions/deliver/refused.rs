//! The relay refuses us, not an address: our sender, our login, our quota. A person must mend that, so the DPO is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::talk::Answer;
use crate::actions::{Context, Error};
use crate::domain::delivery::{Reply, Said};
use crate::domain::ledger::Actor;
use crate::mail::letter::Alarm;
use crate::mail::relay::Handed;

/// Refusals of us by the relay that said them and their kind.
pub(super) type Refusals = BTreeMap<(Arc<str>, String), Reply>;

pub(super) fn refusals(answers: &[Answer]) -> Refusals {
    answers
        .iter()
        .flat_map(|(_, handed, _)| refusals_of_us(handed))
        .map(|(relay, reply)| ((Arc::clone(relay), kind(&reply)), reply))
        .collect()
}

/// Tells the DPO of each kind of refusal, once a day for a relay and a code however many letters met it. The alert waits
/// for the same relay, or goes with the first connection it takes. Returns how many alerts were queued.
pub(super) async fn tell(cx: &Context, met: Refusals) -> Result<u64, Error> {
    if met.is_empty() {
        return Ok(0);
    }
    let mut tx = cx.begin(Actor::Daemon).await?;
    let today = cx.policy.zone.day_of(tx.now());
    let mut told = 0;
    for ((relay, kind), Reply { code, words }) in met {
        let alarm = Alarm::RelayRefusesUs { relay: relay.to_string(), code, words };
        told += u64::from(cx.alert(&mut tx, &format!("relay:{relay}:{kind}:{today}"), alarm).await?);
    }
    tx.commit_unrecorded().await?;
    Ok(told)
}

/// A policy matters where no other relay has taken the letter; a relay that does not work with us matters always.
fn refusals_of_us(handed: &Handed) -> impl Iterator<Item = (&Arc<str>, Reply)> {
    let passed_by = handed.passed_by.iter().map(|(relay, said)| (relay, said));
    let passed_by = passed_by.filter(|(_, said)| matches!(said, Said::RelayFault { .. }));
    let all = std::iter::once((&handed.relay, &handed.said)).chain(passed_by);
    all.filter_map(|(relay, said)| Some((relay, refusal_of_us(said)?)))
}

fn refusal_of_us(said: &Said) -> Option<Reply> {
    match said {
        Said::Policy { code, words } => Some(Reply { code: *code, words: words.clone() }),
        Said::RelayFault { code: Some(code), words, .. } if *code >= 500 => {
            Some(Reply { code: *code, words: words.clone() })
        }
        Said::RelayFault { .. }
        | Said::Accepted { .. }
        | Said::Deferred { .. }
        | Said::Refused { .. }
        | Said::LetterFault { .. }
        | Said::InDoubt { .. }
        | Said::Arrived
        | Said::TakenBack => None,
    }
}

/// `550` or, where the relay says more, `550-5.7.1`.
fn kind(reply: &Reply) -> String {
    let code = reply.code;
    match reply.enhanced() {
        Some((subject, detail)) => format!("{code}-{}.{subject}.{detail}", code / 100),
        None => code.to_string(),
    }
}
