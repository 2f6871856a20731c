//! The steps: each is done to the product by its own actions and told to the model; then the two are compared.

mod answers;
mod changes;
mod compare;
mod faults;
mod mail;
mod observe;
mod people;
mod post;
mod reports;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate, SecondsFormat, TimeDelta};
use forenotice::actions::Attachment;
use forenotice::actions::maintain_records::{import_register, read_register};
use forenotice::domain::ledger::Actor;
use forenotice::domain::table::Mapping;

use super::model::{At, Change, MICROSECOND, Model, SECOND, Served, Standing};
use super::random::Random;
use super::world::{LISTED, customer, policy, start};
use crate::support::World;

/// No step goes further: a held change is asked about each day, and the clock stops there.
const NEAR_DAYS: u64 = 25;

pub struct Simulation {
    pub world: World,
    model: Model,
    random: Random,
    seed: u64,
    /// Who approves what the DPO does.
    second: Actor,
    /// What was done so far, in words.
    log: Vec<(&'static str, String)>,
    kinds: BTreeMap<&'static str, u32>,
    /// How often a pass was broken off, or the relay kept a letter and did not say so: as many copies may be too many.
    blows: usize,
    /// The copies that the relay had at the last look.
    copies: Vec<post::Copy>,
    /// The daemon has nothing to do since the clock moved.
    rests: bool,
    /// When notices that have not begun are to go out.
    notices_due: BTreeSet<At>,
    /// Objections whose resolution waits for a second person, with the last day of its remedy.
    proposed: BTreeMap<String, Option<NaiveDate>>,
    spent: BTreeMap<&'static str, Duration>,
}

fn short(at: At) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn paper() -> Attachment {
    Attachment { name: "paper.pdf".to_owned(), bytes: b"paper".to_vec() }
}

impl Simulation {
    pub async fn begin(seed: u64) -> Self {
        let began = Instant::now();
        let mut random = Random(seed);
        let (policy, settings) = policy(&mut random);
        let start = start(&mut random);
        let world = World::with_tasks(&short(start), &settings, faults::mortal()).await;
        let second = world.second_person().await;
        let conditions = format!("{} {policy:?} {settings:?}", short(start));
        let model = Model {
            turned_through: super::model::local(start, policy.zone).0,
            policy,
            customers: Vec::new(),
            changes: Vec::new(),
            lines: Vec::new(),
            heard: Vec::new(),
            days_seen: BTreeMap::new(),
            now: start,
            woke: start,
        };
        let mut simulation = Self {
            world,
            model,
            random,
            seed,
            second,
            log: Vec::new(),
            kinds: BTreeMap::new(),
            blows: 0,
            copies: Vec::new(),
            rests: false,
            notices_due: BTreeSet::new(),
            proposed: BTreeMap::new(),
            spent: BTreeMap::new(),
        };
        simulation.did("begin", conditions);
        simulation.list().await;
        let signed = simulation.model.day_of(start) - Days::new(400);
        for number in 0..=simulation.random.below(4) {
            let customer = customer(&mut simulation.random, usize::try_from(number).unwrap(), signed);
            simulation.record(customer).await;
        }
        for _ in 0..=simulation.random.below(2) {
            simulation.schedule().await;
        }
        simulation.settled().await;
        simulation.spend("begin", began);
        simulation
    }

    /// The register before anything happens.
    async fn list(&self) {
        let row = |name: &str| {
            format!(
                "{name},{name} GmbH,Ring 2 Berlin,privacy@{name}.example,hosting,storage,DE,names,employees,none,encryption\n"
            )
        };
        let rows: String = LISTED.iter().map(|name| row(name)).collect();
        let file = format!(
            "name,legal_entity,address,contact,purpose,nature,countries,data_types,data_subjects,transfer_mechanism,\
             safeguards\n{rows}"
        );
        let file = read_register(file.as_bytes(), Mapping::default());
        let imported = import_register(&self.world.cx, self.world.dpo.clone(), file).await.unwrap();
        assert!(imported.rejected.is_empty(), "{imported:?}");
    }

    /// One random step, and the comparison after it.
    pub async fn step(&mut self) {
        let began = Instant::now();
        match self.random.below(52) {
            0..15 => self.advance().await,
            15..17 => self.schedule().await,
            17 => self.approve().await,
            18..20 => self.reschedule().await,
            20 => self.alter().await,
            21 => self.withdraw().await,
            22..25 => self.relay_fails().await,
            25..27 => self.die().await,
            27..30 => self.write_people().await,
            30 => self.subscribers().await,
            31..35 => self.object().await,
            35..38 => self.answer().await,
            38..40 => self.say().await,
            40..42 => self.serve().await,
            42 => self.sleep().await,
            43..47 => self.write_mail().await,
            47..50 => self.report_comes_back().await,
            _ => self.waive().await,
        }
        let kind = self.log.last().map_or("", |(kind, _)| kind);
        self.spend(kind, began);
        self.agree().await;
    }

    /// The end of the story: time moves on until nothing that lies ahead would decide anything.
    pub async fn play_out(&mut self) {
        for _ in 0..4 {
            let open = self.model.changes.iter().filter(|change| change.is_open());
            let ahead = open.map(|change| self.model.start_of(change.effective_on) + SECOND);
            let near = self.model.now + Days::new(NEAR_DAYS);
            let Some(to) = ahead.filter(|at| *at > self.model.now && *at < near).min() else { return };
            let began = Instant::now();
            self.advance_to(to).await;
            self.spend("advance", began);
            self.agree().await;
        }
    }

    async fn agree(&mut self) {
        let began = Instant::now();
        self.settled().await;
        self.spend("settled", began);
        let began = Instant::now();
        let mut wrong = self.disagreements().await;
        wrong.extend(self.unlike_copies().await);
        if self.random.once_in(4) {
            wrong.extend(self.broken_promises().await);
            wrong.extend(self.unlike_clearances().await);
        }
        self.spend("compared", began);
        assert!(
            wrong.is_empty(),
            "SEED={}\nsteps:\n{}\nthen, at {}:\n{}",
            self.seed,
            self.story(),
            short(self.model.now),
            wrong.join("\n")
        );
    }

    /// How often each kind of step was done, how the changes ended, and where time went.
    pub async fn finish(mut self) -> (BTreeMap<&'static str, u32>, BTreeMap<&'static str, Duration>) {
        let began = Instant::now();
        for change in &self.model.changes {
            *self.kinds.entry(change.state.as_str()).or_default() += 1;
        }
        self.world.settle().await;
        let broken = self.broken_promises().await;
        assert!(
            broken.is_empty(),
            "SEED={}\n{}\nin the end:\n{}",
            self.seed,
            self.story(),
            broken.join("\n")
        );
        *self.spent.entry("finish").or_default() += began.elapsed();
        (self.kinds, self.spent)
    }

    pub fn anybody_served(&self) -> bool {
        self.model.changes.iter().any(|change| change.is_open() && self.served(change).next().is_some())
    }

    fn did(&mut self, kind: &'static str, mut words: String) {
        *self.kinds.entry(kind).or_default() += 1;
        self.rests = false;
        words.insert_str(0, &format!("{} {kind}: ", short(self.model.now)));
        self.log.push((kind, words));
    }

    /// The steps so far.
    fn story(&self) -> String {
        self.log.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join("\n")
    }

    fn spend(&mut self, on: &'static str, since: Instant) {
        *self.spent.entry(on).or_default() += since.elapsed();
    }

    fn served<'a>(&'a self, change: &'a Change) -> impl Iterator<Item = Served> {
        change.cases.iter().filter(|(_, case)| !case.informed).filter_map(move |(customer, case)| {
            let customer = self.model.customer(customer);
            match self.model.standing(change, customer, case, self.model.now) {
                Standing::Served(served) => Some(served),
                Standing::Owed | Standing::Exempt(_) => None,
            }
        })
    }

    /// The instants about a change at which something may turn over.
    fn instants(&self, change: &Change) -> BTreeSet<At> {
        let start = self.model.start_of(change.effective_on);
        let of_served = self
            .served(change)
            .flat_map(|s| [Some(s.earliest_by_notice), s.instants.window.closes_at(), Some(s.clear_at)]);
        let lines = self.model.lines.iter().filter(|line| line.change == change.reference);
        let of_lines = lines.flat_map(|line| [line.clear_at, line.lapses.map(|(at, _)| at)]);
        of_served.chain(of_lines).chain([Some(start), change.next_look]).flatten().collect()
    }

    fn pick_change(&mut self, fits: impl Fn(&Change) -> bool) -> Option<Change> {
        let fitting: Vec<Change> = self.model.changes.iter().filter(|change| fits(change)).cloned().collect();
        if fitting.is_empty() { None } else { Some(self.random.pick(&fitting)) }
    }

    /// A change and a customer that it is something to.
    fn pick_case(&mut self) -> Option<(Change, String)> {
        let owed = |change: &Change| -> Vec<String> {
            let cases = change.cases.iter().filter(|(_, case)| !case.informed);
            let waiting = cases.filter(|(customer, _)| !change.in_force.contains_key(*customer));
            waiting.map(|(customer, _)| customer.clone()).collect()
        };
        let change = self.pick_change(|change| change.is_open() && !owed(change).is_empty())?;
        let customers = owed(&change);
        Some((change, self.random.pick(&customers)))
    }

    /// To an instant at which something turns over, a moment before or after it; or some days on.
    async fn advance(&mut self) {
        let now = self.model.now;
        let mut ahead: BTreeSet<At> = self.notices_due.clone();
        for change in self.model.changes.iter().filter(|change| change.is_open()) {
            ahead.extend(self.instants(change));
        }
        let near = now + Days::new(NEAR_DAYS);
        let ahead: Vec<At> =
            ahead.into_iter().filter(|at| *at > now + SECOND && *at < near).take(4).collect();
        let by = TimeDelta::minutes(1 + self.random.below(6_000).cast_signed());
        let to = if ahead.is_empty() || self.random.once_in(5) {
            now + by
        } else {
            self.random.pick(&ahead)
                + self.random.pick(&[-MICROSECOND, TimeDelta::zero(), SECOND - MICROSECOND, SECOND])
        };
        self.advance_to(to).await;
    }

    /// What is said at the very instant of a new announcement could be about either plan.
    async fn a_second_later(&mut self) {
        self.advance_to(self.model.now + SECOND).await;
        self.settled().await;
    }

    async fn advance_to(&mut self, to: At) {
        self.did("advance", format!("to {}", short(to)));
        self.world.daemon.advance_to(to).await.unwrap();
        self.rests = true;
    }
}
