//! A mail that somebody has said is an objection, or that is on file, and that another door has seen: earlier, or at one more of our addresses.
//!
//! The earlier instant counts. A letter that only the other address names may be about a change, or a customer, that nobody has weighed the
//! mail for: for these it is an objection, too, or waits until somebody says so. What was decided stays.

use super::matching::{Match, find};
use super::read_mail;
use crate::actions::{Context, Error};
use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::inbound::{Identifier, Names, Reading, Rule};
use crate::domain::inbox::{self as inbox_rules, Course, Ruling};
use crate::domain::objection::{ObjectionId, Voice};
use crate::store::inbound::MessageId;
use crate::store::inbox::{self, Case, Named, Unsorted};
use crate::store::objection::Added;
use crate::store::{Tx, objection};

/// What the correspondence says of it, so that the instant has its cause on file.
const SAME_MAIL: &str = "(the same mail, as another of our servers had it earlier)";

/// What is new of a mail besides what was decided.
pub(super) struct Further {
    pub reading: Reading,
    pub found: Match,
    pub course: Course,
}

/// Measures what the mail is part of by its own instant where that is earlier. Some: it is to be sorted for this, too.
pub(super) async fn weigh(
    cx: &Context,
    tx: &mut Tx,
    id: MessageId,
    mail: &Unsorted,
) -> Result<Option<Further>, Error> {
    let cases = inbox::cases(tx.conn(), id).await?;
    for case in &cases {
        measure_anew(cx, tx, id, mail, case).await?;
    }
    let is_objection = mail.ruling.as_deref() == Some(Ruling::Objection.as_str());
    if mail.relay.is_some() || (mail.ruling.is_some() && !is_objection) {
        return Ok(None);
    }
    let reading = read_mail(cx, mail);
    let Some(found) = find(tx, &reading).await? else { return Ok(None) };
    let course = inbox_rules::course(&reading, Some(found.sign()));
    if !matches!(course, Course::Objection | Course::Reply) {
        return Ok(None);
    }
    let known = mail.findings.as_ref();
    let mut letters = Vec::new();
    for (rule, letter) in found.letters().filter(|(rule, letter)| is_new(*rule, letter, known)) {
        letters.extend(not_weighed(tx, id, &cases, rule, letter).await?);
    }
    let Some(found) = Match::of_letters(letters) else { return Ok(None) };
    let course = match (is_objection, found.customer()) {
        (false, _) => course,
        (true, Some(_)) => Course::Objection,
        // Whose it is besides, a person must say.
        (true, None) => {
            inbox::reopen(tx, id).await?;
            Course::Reply
        }
    };
    Ok(Some(Further { reading, found, course }))
}

/// Its bytes are those that were read before: what is new stands in the addresses that it was brought to.
fn is_new(rule: Rule, letter: &Named, known: Option<&Reading>) -> bool {
    let names = |identifier: &Identifier| matches!(identifier.names, Names::Delivery { id, .. } if id == letter.delivery);
    matches!(rule, Rule::EnvelopeToken | Rule::RecipientToken)
        && !known.is_some_and(|known| known.identifiers.iter().any(names))
}

/// The letter with those of its changes to which the mail may still object; none: there is nothing to add.
async fn not_weighed(
    tx: &mut Tx,
    id: MessageId,
    cases: &[Case],
    rule: Rule,
    letter: &Named,
) -> Result<Option<(Rule, Named)>, Error> {
    let covers = |case: &Case, change: ChangeId| {
        case.changes.contains(&change.0)
            && (letter.is_subscriber || case.customer_id == letter.customer.map(|customer| customer.0))
    };
    let mut changes = letter.changes.clone();
    changes.retain(|change| !cases.iter().any(|case| covers(case, *change)));
    let changes = inbox::open_to_objection(tx, &changes, letter.customer).await?;
    let is_of_another_case = match &letter.objection {
        Some(case) => {
            let case = objection::by_reference(tx.conn(), case).await?;
            !inbox::is_in_case(tx.conn(), id, case.id()).await?
        }
        None => false,
    };
    let adds = is_of_another_case || !changes.is_empty();
    Ok(adds.then(|| (rule, Named { changes, ..letter.clone() })))
}

/// One late until now may be in time.
async fn measure_anew(
    cx: &Context,
    tx: &mut Tx,
    id: MessageId,
    mail: &Unsorted,
    case: &Case,
) -> Result<(), Error> {
    if mail.received_at >= case.received_at {
        return Ok(());
    }
    let lodged = ObjectionId(case.id);
    let changes = objection::lock(tx, lodged).await?;
    let customer = case.customer_id.map(CustomerId);
    let measured = objection::measure(tx.conn(), &changes, customer, mail.received_at, &cx.policy).await?;
    let remark = Added::by(Voice::Record, None, SAME_MAIL).with_mail(id);
    objection::insert_correspondence(tx, lodged, mail.received_at, &remark).await?;
    for one in measured {
        objection::came_earlier(tx, lodged, mail.received_at, &one).await?;
    }
    Ok(())
}
