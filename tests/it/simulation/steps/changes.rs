//! What the DPO does with changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use forenotice::actions::note_in_use;
use forenotice::actions::schedule_change::{self, Alteration};
use forenotice::domain::change::{ChangeKind, State};
use forenotice::domain::request::Request;

use super::{Change, Simulation};
use crate::simulation::world::{LISTED, PRODUCTS};
use crate::support::builders::addition;

impl Simulation {
    /// One change, or two that are announced together, for the earliest lawful day or a later one.
    pub(super) async fn schedule(&mut self) {
        let mut drawn = vec![self.draw()];
        let alone = |(request, _): &(Request, Change)| {
            request.emergency.is_some() || request.kind == ChangeKind::Correction
        };
        if !self.model.policy.each && !alone(&drawn[0]) && self.random.once_in(3) {
            let other = self.draw();
            if !alone(&other) && !other.1.is_about_one_of(&drawn[0].1) {
                drawn.push(other);
            }
        }
        let (mut requests, mut changes): (Vec<Request>, Vec<Change>) = drawn.into_iter().unzip();
        let cx = self.world.cx.clone();
        let words =
            changes.iter().map(|c| format!("{} {}", c.kind, c.subject)).collect::<Vec<_>>().join(" and ");
        let plan = match schedule_change::plan_together(&cx, &requests).await {
            Ok(plan) => plan,
            Err(refused) => return self.did("schedule, refused", format!("{words}: {refused}")),
        };
        let earliest = changes.iter().map(|change| self.model.earliest_day(change)).max().unwrap();
        assert_eq!(plan.earliest, earliest, "SEED={} {words}\n{}", self.seed, self.story());
        let day = earliest + Days::new(self.random.pick(&[0, 0, 1, 4, 12]));
        for request in &mut requests {
            request.effective = Some(day);
        }
        let scheduled = schedule_change::schedule_together(&cx, self.world.dpo.clone(), &requests).await;
        let scheduled = match scheduled {
            Ok(scheduled) => scheduled,
            Err(refused) => return self.did("schedule, refused", format!("{words} for {day}: {refused}")),
        };
        for (change, done) in changes.iter_mut().zip(scheduled) {
            change.reference = done.reference;
            change.effective_on = day;
            change.needs_approval = done.awaits_approval;
            self.did(
                "schedule",
                format!(
                    "{} {}{} {}{} for {day}, notice {:?}{}",
                    change.reference,
                    if change.emergency { "emergency " } else { "" },
                    change.kind,
                    change.subject,
                    change.replaces.as_ref().map(|name| format!(" for {name}")).unwrap_or_default(),
                    done.notice_at,
                    if change.needs_approval { ", to be approved" } else { "" }
                ),
            );
        }
        self.model.changes.append(&mut changes);
    }

    /// A change without its day.
    fn draw(&mut self) -> (Request, Change) {
        let kind = self.random.pick(&[
            ChangeKind::Addition,
            ChangeKind::Addition,
            ChangeKind::Addition,
            ChangeKind::Replacement,
            ChangeKind::MaterialChange,
            ChangeKind::MaterialChange,
            ChangeKind::Removal,
            ChangeKind::Correction,
        ]);
        let known = self.known_subjects();
        let new = format!("Nimbus {}", self.model.changes.len() + self.log.len());
        let product = if self.random.once_in(3) { Some(self.random.pick(&PRODUCTS)) } else { None };
        let (subject, product) = match kind {
            ChangeKind::Addition | ChangeKind::Replacement => (new, product),
            _ => self.random.pick(&known),
        };
        let mut request = addition(&subject, "2030-01-01");
        (request.kind, request.effective) = (kind, None);
        request.facts.retain(|(fact, _)| fact != "products");
        request.facts.push(("products".to_owned(), product.unwrap_or_default().to_owned()));
        let emergency =
            !matches!(kind, ChangeKind::Removal | ChangeKind::Correction) && self.random.once_in(6);
        request.emergency = emergency.then(|| "Our host is insolvent".to_owned());
        let altered = |fact: &str| vec![(fact.to_owned(), format!("since step {}", self.log.len()))];
        match kind {
            ChangeKind::MaterialChange => request.facts = altered("purpose"),
            ChangeKind::Correction => {
                request.facts = altered("website");
                request.attested = Some("the register of companies".to_owned());
            }
            ChangeKind::Removal => request.facts.clear(),
            ChangeKind::Addition | ChangeKind::Replacement => {}
        }
        if kind == ChangeKind::Replacement {
            request.replaces = Some(self.random.pick(&known).0);
        }
        let change = Change {
            reference: String::new(),
            kind,
            subject,
            replaces: request.replaces.clone(),
            product,
            emergency,
            effective_on: NaiveDate::MAX,
            planned_at: self.model.now,
            state: State::Scheduled,
            needs_approval: false,
            approved: false,
            published_at: None,
            announced: None,
            last_notice: 0,
            first_letter: None,
            next_look: None,
            decided: None,
            took_effect_at: None,
            each: self.model.policy.each && !matches!(kind, ChangeKind::Removal | ChangeKind::Correction),
            in_force: BTreeMap::new(),
            out: BTreeSet::new(),
            cases: BTreeMap::new(),
        };
        (request, change)
    }

    /// Whoever was on the register, or is to come there, with its product.
    fn known_subjects(&self) -> Vec<(String, Option<&'static str>)> {
        let listed = LISTED.iter().map(|name| ((*name).to_owned(), None));
        let planned = self.model.changes.iter().filter(|change| change.state != State::Withdrawn);
        let planned = planned.map(|change| (change.subject.clone(), change.product));
        let all: BTreeSet<(String, Option<&'static str>)> = listed.chain(planned).collect();
        all.into_iter().collect()
    }

    pub(super) async fn approve(&mut self) {
        let Some(change) = self.pick_change(|c| c.is_open() && c.needs_approval && !c.approved) else {
            return;
        };
        let approved = schedule_change::approve(&self.world.cx, self.second.clone(), &change.reference).await;
        match approved {
            Ok(_) => {
                self.did("approve", change.reference.clone());
                self.model.change_mut(&change.reference).approved = true;
            }
            Err(refused) => self.did("approve, refused", format!("{}: {refused}", change.reference)),
        }
    }

    /// A later day keeps what was served; an earlier one, or one on which the notice would be too old, starts anew.
    pub(super) async fn reschedule(&mut self) {
        self.a_second_later().await;
        let Some(change) = self.pick_change(Change::is_open) else { return };
        let today = self.model.day_of(self.model.now);
        let day = if self.random.once_in(3) {
            change.effective_on - Days::new(1 + self.random.below(10))
        } else {
            change.effective_on.max(today) + Days::new(self.random.pick(&[1, 1, 2, 3, 8, 20, 200]))
        };
        // What is past needs no notice any more: another story.
        if change.kind == ChangeKind::Removal && day <= today {
            return;
        }
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        let moved = schedule_change::reschedule(cx, dpo, &change.reference, day).await;
        let words = format!("{} from {} to {day}", change.reference, change.effective_on);
        if let Err(refused) = moved {
            return self.did("reschedule, refused", format!("{words}: {refused}"));
        }
        let start = self.model.start_of(day);
        let aged = change.announced.is_some_and(|announced| announced.valid_until <= start);
        let anew = day < change.effective_on || day <= today || aged;
        self.did(if anew { "reschedule anew" } else { "reschedule" }, words);
        self.model.change_mut(&change.reference).effective_on = day;
        self.moved(&change, anew);
    }

    /// Other facts; more than was announced starts anew.
    pub(super) async fn alter(&mut self) {
        self.a_second_later().await;
        let alterable = |change: &Change| {
            !matches!(change.kind, ChangeKind::Removal | ChangeKind::Correction)
                && change.is_open()
                && change.state != State::Held
        };
        let Some(change) = self.pick_change(alterable) else { return };
        let wider = self.random.once_in(2);
        let fact = if wider { "purpose" } else { "website" };
        let facts = vec![(fact.to_owned(), format!("since step {}", self.log.len()))];
        let alteration = Alteration { effective: None, facts };
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        if let Err(refused) = schedule_change::alter(cx, dpo, &change.reference, &alteration).await {
            return self.did("alter, refused", format!("{}: {refused}", change.reference));
        }
        self.did(if wider { "widen" } else { "alter" }, change.reference.clone());
        self.moved(&change, wider);
    }

    fn moved(&mut self, change: &Change, anew: bool) {
        assert!(
            change.in_force.is_empty(),
            "SEED={} {} is in force for some, and was moved",
            self.seed,
            change.reference
        );
        let now = self.model.now;
        let moved = self.model.change_mut(&change.reference);
        if moved.state == State::Held {
            moved.state = State::InNotice;
        }
        (moved.next_look, moved.planned_at) = (None, now);
        // A correction is never told.
        if anew || !change.is_told() || change.announced.is_none() || change.kind == ChangeKind::Correction {
            (moved.announced, moved.approved) = (None, false);
        }
    }

    pub(super) async fn withdraw(&mut self) {
        // Seldom: a world without an open change has little to say.
        let open = self.model.changes.iter().filter(|change| change.is_open()).count();
        let Some(change) = self.pick_change(Change::is_open).filter(|_| open > 1) else { return };
        if change.is_told() && self.random.once_in(2) {
            return self.note_in_use(&change).await;
        }
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        if let Err(refused) = schedule_change::withdraw(cx, dpo, &change.reference, "other plans", None).await
        {
            return self.did("withdraw, refused", format!("{}: {refused}", change.reference));
        }
        self.did("withdraw", change.reference.clone());
        assert!(change.in_force.is_empty(), "SEED={} it is in force for some\n{}", self.seed, self.story());
        self.model.change_mut(&change.reference).state = State::Withdrawn;
        let now = self.model.now;
        let open = self.model.lines.iter_mut().filter(|l| l.change == change.reference && !l.resolved);
        open.for_each(|line| (line.resolved, line.clear_at) = (true, Some(now)));
    }

    /// In use although the gate is shut: opens and shuts nothing.
    async fn note_in_use(&mut self, change: &Change) {
        let since = self.model.day_of(self.model.now);
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        let noted = note_in_use::note(cx, dpo, &change.reference, since, "a mistake").await;
        let kind = if noted.is_ok() { "note in use" } else { "note in use, refused" };
        self.did(kind, change.reference.clone());
    }
}
