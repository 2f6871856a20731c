//! The steps: each is done to the product by its own actions and told to the model; then the two are compared.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, SecondsFormat, TimeDelta};
use forenotice::actions::clear_customer::{self, Received, Said};
use forenotice::actions::lodge_objection::{Became, Statement, lodge};
use forenotice::actions::{Attachment, resolve_objection, schedule_change};
use forenotice::demo::mailbox::{Fault, Reply, Times};
use forenotice::domain::change::State;
use forenotice::domain::clearing::{ServiceChannel, Word};
use forenotice::domain::gate::Reason;
use forenotice::domain::objection::{Asked, Channel, Outcome, Timeliness};
use forenotice::domain::recipient::RecipientId;
use forenotice::store::door::DoorId;
use forenotice::store::gate;

use super::model::{At, Change, Model, Objection, SECOND, Standing};
use super::random::Random;
use super::world::{HEADER, POLICY_ZONES, customer, rows};
use crate::support::World;
use crate::support::builders::addition;

const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);
/// A change is moved only while its announcement is still good on the new day.
const MOVED_WITHIN_DAYS: u64 = 150;

pub struct Simulation {
    pub world: World,
    model: Model,
    random: Random,
    seed: u64,
    /// What was done so far, in words.
    log: Vec<String>,
    kinds: BTreeMap<&'static str, u32>,
}

fn short(at: At) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn paper() -> Attachment {
    Attachment { name: "paper.pdf".to_owned(), bytes: b"paper".to_vec() }
}

/// One obligation as it stands in the database.
type Row = (String, Option<String>, Option<At>, Option<At>, Option<At>);

impl Simulation {
    pub async fn begin(seed: u64) -> Self {
        let mut random = Random(seed);
        let zone = random.pick(&POLICY_ZONES);
        let start = DateTime::from_timestamp(1_795_000_000, 0).unwrap()
            + TimeDelta::minutes(random.below(500_000).cast_signed());
        let world = World::configured(&short(start), &[("policy.zone", zone)]).await;
        let model = Model { zone, customers: Vec::new(), changes: Vec::new() };
        let mut simulation = Self { world, model, random, seed, log: Vec::new(), kinds: BTreeMap::new() };
        simulation.did("begin", format!("{} in {zone}", short(start)));
        let signed = simulation.model.day_of(start) - Days::new(400);
        for number in 0..=simulation.random.below(7) {
            let mut customer = customer(&mut simulation.random, usize::try_from(number).unwrap(), signed);
            customer.takes_mail = !simulation.random.once_in(6);
            simulation.record(customer).await;
        }
        for _ in 0..=simulation.random.below(3) {
            simulation.schedule().await;
        }
        simulation
    }

    /// One random step, and the comparison after it.
    pub async fn step(&mut self) {
        match self.random.below(20) {
            0..7 => self.advance().await,
            7..10 => self.object().await,
            10..12 => self.resolve().await,
            12..14 => self.say().await,
            14..16 => self.serve().await,
            16 => self.move_later().await,
            17 => self.withdraw().await,
            18 => self.join().await,
            _ => self.schedule().await,
        }
        self.settled().await;
        let mut wrong = self.disagreements().await;
        wrong.extend(self.world.broken_promises().await);
        assert!(
            wrong.is_empty(),
            "SEED={}\nsteps:\n{}\nthen:\n{}",
            self.seed,
            self.log.join("\n"),
            wrong.join("\n")
        );
    }

    /// How often each kind of step was done.
    pub async fn finish(self) -> BTreeMap<&'static str, u32> {
        self.world.finish().await;
        self.kinds
    }

    pub fn anybody_served(&self) -> bool {
        self.model.changes.iter().any(|change| change.is_open() && self.served(change).next().is_some())
    }

    fn did(&mut self, kind: &'static str, mut words: String) {
        *self.kinds.entry(kind).or_default() += 1;
        words.insert_str(0, &format!("{kind}: "));
        self.log.push(words);
    }

    /// What the daemon has done, and the model after it.
    async fn settled(&mut self) {
        self.world.settle().await;
        for reference in self.references() {
            let known = self.model.change_mut(&reference).published_at;
            if let (None, Some(at)) = (known, self.world.change(&reference).await.published_at) {
                self.model.published(&reference, at);
            }
        }
        self.model.decide_until(self.world.now().await);
    }

    fn references(&self) -> Vec<String> {
        self.model.changes.iter().map(|change| change.reference.clone()).collect()
    }

    fn served<'a>(&'a self, change: &'a Change) -> impl Iterator<Item = super::model::Instants> {
        let published = change.published_at.unwrap_or_default();
        change.cases.iter().filter_map(move |(customer, case)| {
            match self.model.owed(self.model.customer(customer), case, published) {
                Standing::Served(instants) => Some(instants),
                Standing::Owed | Standing::JoinedLate => None,
            }
        })
    }

    /// The instants about a change at which something may turn over.
    fn instants(&self, change: &Change) -> BTreeSet<At> {
        let start = self.model.start_of(change.effective_on);
        let of_served = self
            .served(change)
            .flat_map(|s| [Some(s.earliest_by_notice), s.window_closes_at, Some(s.clear_at)]);
        let remedies = change.objections.iter().map(|objection| objection.clear_at);
        of_served.chain(remedies).chain([Some(start), change.next_look]).flatten().collect()
    }

    pub async fn disagreements(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let now = self.world.now().await;
        for change in &self.model.changes {
            let real = self.world.change(&change.reference).await;
            let (daemon, model) = ((real.state, real.took_effect_at), (change.state, change.took_effect_at));
            if daemon != model {
                wrong.push(format!(
                    "{} at {}: daemon {daemon:?}, model {model:?}",
                    change.reference,
                    short(now)
                ));
            }
            wrong.extend(self.unlike_obligations(change, real.id.0).await);
            if !change.is_open() {
                continue;
            }
            let about =
                self.instants(change).into_iter().flat_map(|at| [at - MICROSECOND, at, at + MICROSECOND]);
            for at in about.chain([now - SECOND, now]) {
                let mut expected = self.model.reasons(change, at);
                if at + SECOND > now {
                    expected.insert(Reason::InboundBehind);
                }
                let mut snapshot = self.world.cx.snapshot().await.unwrap();
                let found = gate::shut_by(snapshot.conn(), real.id, at).await.unwrap();
                if found != expected {
                    wrong.push(format!(
                        "gate of {} for {}: daemon {found:?}, model {expected:?}",
                        change.reference,
                        short(at)
                    ));
                }
            }
        }
        wrong
    }

    async fn unlike_obligations(&self, change: &Change, id: i64) -> Vec<String> {
        let rows: Vec<(String, Row)> = sqlx::query_as::<
            _,
            (String, String, Option<String>, Option<At>, Option<At>, Option<At>),
        >(
            "select c.reference, o.state, o.exempt_why, o.earliest_by_notice, o.window_closes_at, o.clear_at
             from obligation o join customer c on c.id = o.customer_id where o.change_id = $1",
        )
        .bind(id)
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap()
        .into_iter()
        .map(|(customer, state, why, earliest, closes, clear)| {
            (customer, (state, why, earliest, closes, clear))
        })
        .collect();
        let published = change.published_at.unwrap_or_default();
        let expected = change.cases.iter().map(|(reference, case)| {
            let owed = match self.model.owed(self.model.customer(reference), case, published) {
                Standing::Owed => ("owed".to_owned(), None, None, None, None),
                Standing::JoinedLate => {
                    ("exempt".to_owned(), Some("joined_after_announcement".to_owned()), None, None, None)
                }
                Standing::Served(s) => (
                    "served".to_owned(),
                    None,
                    Some(s.earliest_by_notice),
                    s.window_closes_at,
                    Some(s.clear_at),
                ),
            };
            (reference.clone(), owed)
        });
        let (found, expected): (BTreeMap<String, Row>, BTreeMap<String, Row>) =
            (rows.into_iter().collect(), expected.collect());
        let all: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
        let unlike = all.into_iter().filter(|customer| found.get(*customer) != expected.get(*customer));
        unlike
            .map(|customer| {
                format!(
                    "{} {customer}: daemon {:?}\n  model {:?}",
                    change.reference,
                    found.get(customer),
                    expected.get(customer)
                )
            })
            .collect()
    }

    fn pick_change(&mut self, fits: impl Fn(&Change) -> bool) -> Option<Change> {
        let fitting: Vec<Change> = self.model.changes.iter().filter(|change| fits(change)).cloned().collect();
        if fitting.is_empty() { None } else { Some(self.random.pick(&fitting)) }
    }

    async fn record(&mut self, customer: super::model::Customer) {
        if !customer.takes_mail {
            let refused = Fault::RefusesRecipient(customer.address.clone(), Reply::no_such_user());
            self.world.mailbox.arrange(refused, Times::Always);
        }
        let rows = rows(&mut self.random, &customer);
        self.world.customers(&format!("{HEADER}{rows}")).await;
        let mail = if customer.takes_mail { "" } else { " (takes no mail)" };
        self.did("join", format!("{}{mail}", rows.trim_end()));
        let now = self.world.now().await;
        self.model.joined(customer, now);
    }

    /// To an instant at which something turns over, a moment before or after it; or some days on.
    async fn advance(&mut self) {
        let now = self.world.now().await;
        let mut ahead: BTreeSet<At> = BTreeSet::new();
        for change in self.model.changes.iter().filter(|change| change.is_open()) {
            ahead.extend(self.instants(change));
        }
        let ahead: Vec<At> = ahead.into_iter().filter(|at| *at > now + SECOND).take(6).collect();
        let by = TimeDelta::minutes(1 + self.random.below(20_000).cast_signed());
        let to = if ahead.is_empty() || self.random.once_in(4) {
            now + by
        } else {
            self.random.pick(&ahead)
                + self.random.pick(&[-MICROSECOND, TimeDelta::zero(), SECOND - MICROSECOND, SECOND])
        };
        self.did("advance", format!("to {}", short(to)));
        self.world.daemon.advance_to(to).await.unwrap();
    }

    async fn schedule(&mut self) {
        let name = format!("Nimbus {}", self.model.changes.len());
        let mut request = addition(&name, "2030-01-01");
        request.effective = None;
        let Ok(plan) = schedule_change::plan(&self.world.cx, &request).await else { return };
        let day = plan.earliest + Days::new(self.random.pick(&[0, 0, 1, 7, 30]));
        request.effective = Some(day);
        let done = self.world.schedule(&request).await;
        self.did("schedule", format!("{} for {day}", done.reference));
        self.model.changes.push(Change {
            reference: done.reference,
            name,
            effective_on: day,
            state: State::Scheduled,
            published_at: None,
            next_look: None,
            took_effect_at: None,
            cases: BTreeMap::new(),
            objections: Vec::new(),
        });
    }

    async fn move_later(&mut self) {
        let Some(change) = self.pick_change(Change::is_told) else { return };
        let today = self.model.day_of(self.world.now().await);
        let day = change.effective_on.max(today) + Days::new(1 + self.random.below(20));
        let good = self.model.day_of(change.published_at.unwrap()) + Days::new(MOVED_WITHIN_DAYS);
        if day > good {
            return;
        }
        schedule_change::reschedule(&self.world.cx, self.world.dpo.clone(), &change.reference, day)
            .await
            .unwrap();
        self.did("reschedule", format!("{} for {day}", change.reference));
        let moved = self.model.change_mut(&change.reference);
        (moved.effective_on, moved.state, moved.next_look) = (day, State::InNotice, None);
    }

    async fn withdraw(&mut self) {
        // Seldom: a world without an open change has little to say.
        let open = self.model.changes.iter().filter(|change| change.is_open()).count();
        let Some(change) = self.pick_change(Change::is_open).filter(|_| open > 1) else { return };
        schedule_change::withdraw(&self.world.cx, self.world.dpo.clone(), &change.reference, "other plans")
            .await
            .unwrap();
        self.did("withdraw", change.reference.clone());
        self.model.change_mut(&change.reference).state = State::Withdrawn;
    }

    /// Somebody who signed long ago and was forgotten, or today.
    async fn join(&mut self) {
        let today = self.model.day_of(self.world.now().await);
        let signed = today - Days::new(self.random.pick(&[1, 90, 400]));
        let joined = customer(&mut self.random, self.model.customers.len(), signed);
        self.record(joined).await;
    }

    fn pick_case(&mut self) -> Option<(Change, String)> {
        let change = self.pick_change(|change| change.is_open() && !change.cases.is_empty())?;
        let customers: Vec<String> = change.cases.keys().cloned().collect();
        Some((change, self.random.pick(&customers)))
    }

    async fn say(&mut self) {
        let Some((change, customer)) = self.pick_case() else { return };
        let contract = self.random.pick(&self.model.customer(&customer).contracts).reference;
        let word = self.random.pick(&[Word::Yes, Word::Yes, Word::Yes, Word::No, Word::TakenBack]);
        let said = Said {
            contract: &contract,
            customer: Some(&customer),
            word,
            by: "Ada",
            channel: Channel::Letter,
            at: None,
        };
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        let recorded = clear_customer::record_consent(cx, dpo, &change.reference, &said, None).await;
        let words = format!("{word} of {customer} to {} under {contract}", change.reference);
        if let Err(refused) = recorded {
            return self.did("say, refused", format!("{words}: {refused}"));
        }
        self.did("say", words);
        let now = self.world.now().await;
        let case = self.model.change_mut(&change.reference).cases.get_mut(&customer).unwrap();
        match word {
            Word::Yes | Word::No => case.said.insert(contract, (word == Word::Yes, now)),
            Word::TakenBack => case.said.remove(&contract),
        };
    }

    async fn serve(&mut self) {
        let Some((change, customer)) = self.pick_case() else { return };
        let at = self.world.now().await;
        let received = Received { customer: &customer, channel: ServiceChannel::Post, at };
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        let recorded = clear_customer::record_service(cx, dpo, &change.reference, &received, &paper()).await;
        let words = format!("{customer} with {}", change.reference);
        if let Err(refused) = recorded {
            return self.did("serve, refused", format!("{words}: {refused}"));
        }
        self.did("serve", words);
        let case = self.model.change_mut(&change.reference).cases.get_mut(&customer).unwrap();
        case.other_service.get_or_insert(at);
    }

    async fn object(&mut self) {
        let Some((change, customer)) = self.pick_case() else { return };
        let now = self.world.now().await;
        let text = format!("No. {}", self.log.len());
        let statement = self.statement(&change, &customer, text).await;
        let lodged = lodge(&self.world.cx, &statement).await.unwrap();
        let expected = self.in_time(&change, &customer, now);
        self.did("object", format!("{customer} to {}: {lodged:?}", change.reference));
        let objections = &mut self.model.change_mut(&change.reference).objections;
        let open = objections.iter_mut().find(|known| known.customer == customer && !known.resolved);
        assert_eq!(lodged.became == Became::PartOf, open.is_some(), "SEED={} {:#?}", self.seed, self.log);
        if let Some(open) = open {
            open.in_time |= expected;
        } else {
            assert_eq!(
                lodged.timeliness == Timeliness::InTime,
                expected,
                "SEED={} {:#?}",
                self.seed,
                self.log
            );
            objections.push(Objection {
                reference: lodged.reference,
                customer,
                in_time: expected,
                resolved: false,
                clear_at: None,
            });
        }
    }

    /// Before the deadline, with a second in the customer's favour; without one until the change takes effect.
    fn in_time(&self, change: &Change, customer: &str, at: At) -> bool {
        let case = &change.cases[customer];
        match self.model.owed(self.model.customer(customer), case, change.published_at.unwrap_or(at)) {
            Standing::Served(instants) => instants.window_closes_at.is_none_or(|closes| at < closes + SECOND),
            Standing::Owed | Standing::JoinedLate => true,
        }
    }

    async fn statement(&self, change: &Change, customer: &str, text: String) -> Statement {
        let pool = self.world.cx.db.pool();
        let address = &self.model.customer(customer).address;
        let recipient = sqlx::query_scalar("select id from recipient where address = $1").bind(address);
        let door = sqlx::query_scalar("select id from door where state = 'open' and kind = 'web'");
        Statement {
            recipient: RecipientId(recipient.fetch_one(pool).await.unwrap()),
            page: None,
            changes: vec![self.world.change(&change.reference).await.id],
            channel: Channel::Link,
            door: Some(DoorId(door.fetch_one(pool).await.unwrap())),
            received_at: self.world.now().await,
            text,
            grounds: Vec::new(),
            condition: None,
            on_behalf_of: None,
        }
    }

    async fn resolve(&mut self) {
        let unconfirmed = |o: &Objection| o.resolved && o.clear_at.is_none();
        let pending = |o: &Objection| !o.resolved || unconfirmed(o);
        let Some(change) = self.pick_change(|c| c.is_open() && c.objections.iter().any(pending)) else {
            return;
        };
        let pending: Vec<Objection> = change.objections.iter().filter(|o| pending(o)).cloned().collect();
        let objection = self.random.pick(&pending);
        let (cx, dpo, now) = (&self.world.cx, self.world.dpo.clone(), self.world.now().await);
        if objection.resolved {
            resolve_objection::confirm_exclusion(cx, dpo, &objection.customer, &change.name, "switch")
                .await
                .unwrap();
            self.did("exclude", format!("{} from {}", objection.customer, change.name));
            return self.resolved(&change, &objection, Some(now));
        }
        let outcomes = [Outcome::Mitigated, Outcome::Withdrawn, Outcome::Terminated, Outcome::Accommodated];
        let outcome = self.random.pick(&outcomes);
        let last_day = self.model.day_of(now) + Days::new(self.random.below(30));
        let asked = Asked {
            outcome,
            reason: "as agreed".to_owned(),
            condition: (outcome == Outcome::Mitigated).then(|| "in the EU".to_owned()),
            how: None,
            last_day: (outcome == Outcome::Terminated).then_some(last_day),
            remedies: None,
            refund: None,
            agreed: (outcome == Outcome::Mitigated).then(|| "by mail".to_owned()),
            contacts_asked: None,
            attached: None,
        };
        let file = (outcome == Outcome::Withdrawn).then(paper);
        resolve_objection::resolve(cx, dpo, &objection.reference, asked, file.as_ref()).await.unwrap();
        self.did("resolve", format!("{} as {outcome} until {last_day}", objection.reference));
        let clear_at = match outcome {
            Outcome::Terminated => Some(self.model.start_of(last_day + Days::new(1)).max(now)),
            Outcome::Accommodated => None,
            _ => Some(now),
        };
        self.resolved(&change, &objection, clear_at);
    }

    fn resolved(&mut self, change: &Change, objection: &Objection, clear_at: Option<At>) {
        let objections = &mut self.model.change_mut(&change.reference).objections;
        let known = objections.iter_mut().find(|known| known.reference == objection.reference).unwrap();
        (known.resolved, known.clear_at) = (true, clear_at);
    }
}
