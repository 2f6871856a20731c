//! Probes are eaten first: what came back of a letter to ourselves is noted, and nobody is shown it.

use tracing::{info, warn};

use crate::actions::{Context, Error};
use crate::domain::inbound::{Class, LetterVerdict, Reading};
use crate::domain::ledger::Event;
use crate::domain::reply_path::{Expected, Way, judge};
use crate::mail::relay::profile;
use crate::store::Tx;
use crate::store::inbound::MessageId;
use crate::store::inbox::{self, Sorted, Unsorted};
use crate::store::reply_path::{self, Sent};

/// The probe that a machine's mail is about. A person's words are never taken for one.
pub(super) async fn about(tx: &mut Tx, reading: &Reading) -> Result<Option<Sent>, Error> {
    if matches!(reading.class, Class::Reply | Class::Unmatched) {
        return Ok(None);
    }
    // What it names first: a report about a letter is no probe's because it mentions one.
    let homecoming = reading.homecoming.as_ref().map(|home| home.probe);
    match homecoming.or(reading.delivery().map(|(id, _, _)| id)) {
        Some(id) => Ok(reply_path::sent(tx, id).await?),
        None => Ok(None),
    }
}

/// Notes what came back, and lays the mail aside.
pub(super) async fn eat(
    cx: &Context,
    mut tx: Tx,
    id: MessageId,
    mail: &Unsorted,
    reading: &Reading,
    sent: &Sent,
) -> Result<bool, Error> {
    note(cx, &mut tx, id, mail, reading, sent).await?;
    let sorted = Sorted {
        class: reading.class,
        rule: None,
        delivery: None,
        customer: None,
        recipient: None,
        findings: reading,
        waits: false,
        ruling: None,
        about: &[],
    };
    inbox::sort(&mut tx, id, &sorted).await?;
    inbox::release(&mut tx, id).await?;
    let sorted = Event::MailSorted {
        message: id.0,
        customer: None,
        class: reading.class,
        matched_by: None,
        waits: false,
    };
    tx.commit([sorted]).await?;
    // When the next one is due depends on it, and what waited for it may go.
    cx.bells.ring("prove_reply_path");
    cx.bells.ring("mailings");
    Ok(true)
}

async fn note(
    cx: &Context,
    tx: &mut Tx,
    id: MessageId,
    mail: &Unsorted,
    reading: &Reading,
    sent: &Sent,
) -> Result<(), Error> {
    let (relay, way) = (&sent.relay, sent.way);
    if let (Class::Probe, Some(homecoming)) = (reading.class, &reading.homecoming) {
        if sent.is_home || way == Way::Bounce {
            return Ok(());
        }
        let inbound = &cx.settings.inbound;
        let smtp = &cx.settings.smtp;
        let expected = Expected {
            begun_at: sent.begun_at,
            from_domain: smtp.from.address.rsplit_once('@').map_or("", |(_, domain)| domain),
            authenticated: inbound.trusted_authserv_id.is_some(),
            may_rename: profile::may_rename(smtp.profile),
            our_host: smtp.helo_name.as_deref(),
        };
        match judge(homecoming, reading.authentication.as_ref(), mail.received_at, &expected) {
            Ok(home) => {
                reply_path::home(tx, sent, id, Some(home.renamed)).await?;
                info!(relay.name = %relay, mail.id = id.0, "the {way} probe of {relay} is home");
            }
            Err(flaw) => {
                reply_path::flawed(tx, sent, id, &flaw.to_string()).await?;
                warn!(relay.name = %relay, mail.id = id.0, "the {way} probe of {relay} does not count: {flaw}");
            }
        }
        return Ok(());
    }
    match (reading.letter, way) {
        (Some(LetterVerdict::Failed), Way::Bounce) if !sent.is_home => {
            reply_path::home(tx, sent, id, None).await?;
            info!(relay.name = %relay, mail.id = id.0, "the bounce of the probe of {relay} is home");
        }
        (Some(LetterVerdict::Delivered), Way::Reply) if reading.class == Class::RelayEvent => {
            reply_path::reported(tx, sent).await?;
        }
        (Some(LetterVerdict::Failed), Way::Reply | Way::From) => {
            let words = reading.diagnostic.as_deref().unwrap_or(&reading.why);
            reply_path::flawed(tx, sent, id, &format!("It bounced: {words}")).await?;
            warn!(relay.name = %relay, mail.id = id.0, "the {way} probe of {relay} bounced");
        }
        _ => {}
    }
    Ok(())
}
