//! A person's mail: it holds back what it may object to, from the instant it reached us, until it is known what it is.

use chrono::TimeDelta;

use super::matching::Match;
use super::{Mail, Outcome};
use crate::actions::Error;
use crate::domain::change::ChangeId;
use crate::domain::customer::{CustomerId, Subscribers};
use crate::domain::inbound::{Rule, Unanswerable};
use crate::domain::inbox::Ruling;
use crate::domain::ledger::Event;
use crate::domain::objection::{ObjectionId, State, Timeliness, Voice, answer_due_on};
use crate::domain::zone::Zone;
use crate::mail::letter::{Alarm, ChangeName, Deadline, MailMatter, Occasional, ReplyReceipt};
use crate::store::inbox::{self, Named};
use crate::store::letter::{To, queue};
use crate::store::objection::{Added, Objection};
use crate::store::{self, Tx, objection};

/// A receipt that arrives later than this is of no use.
const RECEIPT_USEFUL: TimeDelta = TimeDelta::days(14);

/// A change that waits until it is known what the mail is.
struct Held {
    id: ChangeId,
    name: ChangeName,
    deadline: Deadline,
    zone: Zone,
}

/// What of a person's mail belongs to cases on file, and what else it may object to.
#[derive(Default)]
struct Heard {
    /// The first of them.
    case: Option<ObjectionId>,
    /// By the letters that it answers.
    about: Vec<ChangeId>,
    /// By reference, and of no letter or case that it answers.
    named: Vec<ChangeId>,
    events: Vec<Event>,
}

/// What a customer's mail is about.
struct Meant {
    /// It is lodged against these, if it objects.
    about: Vec<ChangeId>,
    /// It holds these back as far as it is in time.
    open: Vec<ChangeId>,
}

impl Mail<'_> {
    /// A customer's: an objection at once, or one until somebody says otherwise.
    pub(super) async fn hear_customer(&self, tx: &mut Tx, objects: bool) -> Result<Outcome, Error> {
        let Some(found) = self.found else { return self.hear_stranger(tx, Vec::new()).await };
        if self.is_our_own(found) {
            return Ok(Outcome { waits: true, ..Outcome::default() });
        }
        // What says that we wrote it proves nothing of its reader.
        let is_evidence = self.reading.unanswerable != Some(Unanswerable::OwnMail);
        if let Some(letter) = found.letter.as_ref().filter(|_| is_evidence) {
            let changes = super::letter::lock(tx, &letter.changes).await?;
            if inbox::mark_answered(tx, letter.delivery, self.received_at).await? {
                self.stand_anew(tx, letter, &changes).await?;
            }
        }
        let mut heard = self.hear_cases(tx, found).await?;
        let events = std::mem::take(&mut heard.events);
        let customers = self.speaks_for(tx, found).await?;
        let [customer] = customers.as_slice() else {
            let of_nobodys = objects && customers.is_empty() && found.recipient.is_some();
            return self.hear_anybody(tx, heard, events, of_nobodys).await;
        };
        let meant = self.meant(tx, &heard, *customer, objects).await?;
        if heard.case.is_some() && meant.about.is_empty() {
            return Ok(Outcome { case: heard.case, events, ..Outcome::default() });
        }
        let held = self.hold(tx, &meant.open, *customer).await?;
        let heard = Outcome { waits: true, events, about: meant.about, ..Outcome::default() };
        if objects {
            return Ok(Outcome { ruling: Some(Ruling::Objection), ..heard });
        }
        self.ask_back(tx, found, &held).await?;
        self.tell_of_reply(tx, !held.is_empty()).await?;
        Ok(heard)
    }

    /// It may be any customer's. `of_nobodys`: the objection of a subscriber who speaks for none is on file as its link's page would have it.
    async fn hear_anybody(
        &self,
        tx: &mut Tx,
        heard: Heard,
        events: Vec<Event>,
        of_nobodys: bool,
    ) -> Result<Outcome, Error> {
        let about = [heard.about, heard.named].concat();
        if heard.case.is_some() && about.is_empty() {
            return Ok(Outcome { case: heard.case, events, ..Outcome::default() });
        }
        if of_nobodys {
            // No gate opens until it is on file.
            let mut held = inbox::hold_open_at(tx, self.received_at, None).await?;
            held.retain(|change| about.is_empty() || about.contains(change));
            inbox::hold(tx, self.id, &held, None).await?;
            let ruling = Some(Ruling::Objection);
            return Ok(Outcome { waits: true, ruling, about, events, ..Outcome::default() });
        }
        Ok(Outcome { events, ..self.hear_stranger(tx, about).await? })
    }

    async fn tell_of_reply(&self, tx: &mut Tx, holds: bool) -> Result<(), Error> {
        let again = if self.decided { ":again" } else { "" };
        self.tell(tx, &format!("mail:{}{again}", self.id.0), MailMatter::Reply { holds }).await
    }

    /// A reply to receipts and answers belongs to their cases. What else it is about is what it was sent to besides: the letter that began
    /// the thread is no further one.
    async fn hear_cases(&self, tx: &mut Tx, found: &Match) -> Result<Heard, Error> {
        let mut heard = Heard::default();
        let mut of_cases = Vec::new();
        for (_, letter) in found.letters() {
            if let Some(reference) = &letter.objection
                && let Some((case, event)) = self.add_to_case(tx, reference, letter).await?
            {
                heard.case = heard.case.or(Some(case.id()));
                heard.events.extend(event);
                of_cases.extend(case.changes.iter().map(objection::Change::id));
            }
        }
        let is_sent_to = |rule| matches!(rule, Rule::EnvelopeToken | Rule::RecipientToken);
        let about = found.letters().filter(|(rule, _)| heard.case.is_none() || is_sent_to(*rule));
        heard.about = about.flat_map(|(_, letter)| letter.changes.iter().copied()).collect();
        heard.about.retain(|change| !of_cases.contains(change));
        if !self.decided {
            heard.named = inbox::changes_called(tx.conn(), &self.reading.changes).await?;
            heard.named.retain(|change| !of_cases.contains(change) && !heard.about.contains(change));
        }
        Ok(heard)
    }

    /// Asks the contact whose letter was answered, by a receipt, whether it objects. Nobody is asked who only says who he is, and nobody
    /// twice a day: so no two machines write to each other.
    async fn ask_back(&self, tx: &mut Tx, found: &Match, held: &[Held]) -> Result<(), Error> {
        let proved = matches!(
            found.rule,
            Rule::EnvelopeToken | Rule::RecipientToken | Rule::WireMessageId | Rule::Thread
        );
        let (Some(letter), Some(first), true) =
            (&found.letter, held.first(), proved && self.reading.answerable())
        else {
            return Ok(());
        };
        let (Some(recipient), Some(customer)) = (letter.recipient, letter.customer) else { return Ok(()) };
        let policy = &self.cx.policy;
        let today = policy.zone.day_of(tx.now());
        let received_on = policy.zone.day_of(self.received_at);
        let within = self.cx.settings.objections.answer_within;
        let receipt = Occasional::Reply(ReplyReceipt {
            processor: self.cx.settings.site.processor(),
            language: letter.language.clone(),
            zone: first.zone.clone(),
            message: self.id.0,
            in_reply_to: self.reading.message_id.clone(),
            changes: held.iter().map(|one| one.name.clone()).collect(),
            customer: letter.customer_name.clone(),
            received_at: self.received_at,
            deadline: first.deadline,
            answer_due_on: answer_due_on(received_on, within, |day| policy.holidays.is_working_day(day)),
            statement: self.reading.own_words.clone(),
            answers: Some(letter.delivery),
        });
        let to = To::OnFile { recipient, customer };
        let latest_at = tx.now() + RECEIPT_USEFUL;
        queue(tx, &format!("reply:{recipient}:{today}"), to, &receipt, latest_at).await?;
        Ok(())
    }

    /// What this customer may still object to by the mail. Where its letters are about nothing of that, or about no change at all, it may be
    /// about anything that the customer was told of.
    async fn meant(
        &self,
        tx: &mut Tx,
        heard: &Heard,
        customer: CustomerId,
        objects: bool,
    ) -> Result<Meant, Error> {
        let open = inbox::hold_open_at(tx, self.received_at, Some(customer)).await?;
        let by_letter = inbox::open_to_objection(tx, &heard.about, Some(customer)).await?;
        let is_known = self.decided || heard.case.is_some() || !by_letter.is_empty();
        let mut about = by_letter;
        about.extend(inbox::open_to_objection(tx, &heard.named, Some(customer)).await?);
        if !is_known {
            about.extend(open.iter().filter(|change| !heard.named.contains(change)));
        }
        let mut held: Vec<ChangeId> = open.iter().copied().filter(|change| about.contains(change)).collect();
        // Who answers a letter about what is over, and does not say what he wants, may mean another.
        if held.is_empty() && !objects && !self.decided && heard.case.is_none() {
            held = open;
        }
        Ok(Meant { about, open: held })
    }

    /// Nobody's that we know: it may be anybody's objection to anything in notice when it came.
    pub(super) async fn hear_stranger(&self, tx: &mut Tx, about: Vec<ChangeId>) -> Result<Outcome, Error> {
        if self.is_from_the_office() {
            return Ok(Outcome { waits: true, ..Outcome::default() });
        }
        let changes = inbox::hold_open_at(tx, self.received_at, None).await?;
        inbox::hold(tx, self.id, &changes, None).await?;
        let matter = MailMatter::Stranger { holds: !changes.is_empty() };
        // Once an hour, however many write: the inbox has them all.
        self.tell(tx, &format!("stranger:{}", self.received_at.format("%Y-%m-%dT%H")), matter).await?;
        Ok(Outcome { waits: true, about, ..Outcome::default() })
    }

    /// The DPO or a deputy: whoever answers our alarms must not be told of its own answer, and objects to nothing.
    fn is_from_the_office(&self) -> bool {
        let site = &self.cx.settings.site;
        let office = || std::iter::once(&site.dpo_address).chain(&site.deputies);
        let sender = self.reading.sender.as_deref();
        sender.is_some_and(|sender| office().any(|address| address.eq_ignore_ascii_case(sender)))
    }

    /// The DPO's, or an answer to what we write to the DPO alone: an alarm, a digest.
    fn is_our_own(&self, found: &Match) -> bool {
        let is_ours = found.letter.is_some() && found.letters().all(|(_, letter)| letter.is_ours);
        self.is_from_the_office() || is_ours
    }

    /// A subscriber speaks for the customer that it is linked to; for itself only where the policy has every subscriber count.
    async fn speaks_for(&self, tx: &mut Tx, found: &Match) -> Result<Vec<CustomerId>, Error> {
        let Some(recipient) = found.recipient else { return Ok(found.customers.clone()) };
        let speaker = objection::speaker(tx.conn(), recipient).await?;
        let customer = match (speaker.is_subscriber, self.cx.policy.subscribers) {
            (false, _) => speaker.of,
            (true, Subscribers::Linked) => speaker.linked_to,
            (true, Subscribers::Require) => speaker.linked_to.or(speaker.of),
        };
        Ok(customer.into_iter().collect())
    }

    /// Holds those of the changes for which the mail is in time.
    async fn hold(&self, tx: &mut Tx, meant: &[ChangeId], customer: CustomerId) -> Result<Vec<Held>, Error> {
        let changes = objection::hold_changes(tx, meant).await?;
        let policy = &self.cx.policy;
        let measured =
            objection::measure(tx.conn(), &changes, Some(customer), self.received_at, policy).await?;
        let held = changes.iter().zip(measured).filter(|(_, one)| one.timeliness == Timeliness::InTime);
        let held: Vec<Held> = held
            .map(|(change, one)| Held {
                id: change.id,
                name: ChangeName {
                    reference: change.reference.clone(),
                    subprocessor: change.subprocessor_name.clone(),
                },
                deadline: one.deadline_at.map_or(Deadline::UntilEffect(change.effective_at), Deadline::At),
                zone: one.zone,
            })
            .collect();
        let ids: Vec<ChangeId> = held.iter().map(|one| one.id).collect();
        inbox::hold(tx, self.id, &ids, Some(customer)).await?;
        Ok(held)
    }

    /// None: that case is resolved, and what comes now may be a new one.
    async fn add_to_case(
        &self,
        tx: &mut Tx,
        case: &str,
        letter: &Named,
    ) -> Result<Option<(Objection, Option<Event>)>, Error> {
        let known = objection::by_reference(tx.conn(), case).await?;
        objection::hold(tx, known.id()).await?;
        let known = objection::by_reference(tx.conn(), &known.reference).await?;
        if known.state == State::Resolved.as_str() {
            return Ok(None);
        }
        if inbox::is_in_case(tx.conn(), self.id, known.id()).await? {
            return Ok(Some((known, None)));
        }
        let from = self.reading.sender.as_deref().unwrap_or("somebody");
        let said = Added::by(Voice::Theirs, Some(from), self.reading.words()).with_mail(self.id);
        objection::insert_correspondence(tx, known.id(), self.received_at, &said).await?;
        let matter = MailMatter::Case { objection_ref: case.to_owned() };
        self.tell(tx, &format!("mail:{}", self.id.0), matter).await?;
        let change = letter.changes.first().copied().or(known.changes.first().map(objection::Change::id));
        let event = change.map(|change| Event::StatementAdded {
            objection: case.to_owned(),
            change,
            customer: letter.customer,
            attached: None,
        });
        Ok(Some((known, event)))
    }

    /// Tells the DPO; once for each occasion.
    pub(super) async fn tell(&self, tx: &mut Tx, key: &str, matter: MailMatter) -> Result<(), Error> {
        let customer = match self.found.and_then(Match::customer) {
            Some(customer) => store::customer::name(tx.conn(), customer).await?,
            None => String::new(),
        };
        let letter = self.found.and_then(|found| found.letter.as_ref());
        let reader = letter.and_then(|letter| letter.address.clone());
        let sender = match matter {
            // A machine says so of whom the letter went to, from wherever it writes.
            MailMatter::ContactLeft | MailMatter::Complaint => reader.or_else(|| self.reading.sender.clone()),
            _ => self.reading.sender.clone().or(reader),
        };
        let alarm = Alarm::Mail {
            message: self.id.0,
            customer,
            sender: sender.unwrap_or_default(),
            subject: self.reading.subject.clone().unwrap_or_default(),
            words: self.reading.words().to_owned(),
            delegate: self.reading.delegate.clone(),
            matter,
        };
        let customer = self.found.and_then(Match::customer);
        self.cx.alert_of_mail(tx, key, customer, alarm).await?;
        Ok(())
    }
}
