//! Objections: what customers say, and how the DPO ends it.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, TimeDelta};
use forenotice::actions::lodge_objection::{self, Became, Entered, Lodged, Statement, Who};
use forenotice::actions::{admit_objection, resolve_objection};
use forenotice::domain::change::State;
use forenotice::domain::objection::{Asked, Channel, Outcome, Timeliness};
use forenotice::store::door::DoorId;

use super::{At, Change, Simulation, paper, short};
use crate::simulation::model::{Line, next};

impl Simulation {
    /// Somebody at a customer, or a subscriber, objects to one change, to some or to all that are open; now by link, or before
    /// by letter.
    pub(super) async fn object(&mut self) {
        let objectable = |change: &Change| change.is_open() || change.state == State::Effective;
        let Some(change) = self.pick_change(objectable) else { return };
        let speaker = self.random.pick(&self.model.customers);
        let address = self.random.pick(&speaker.contacts).address;
        let mut changes = vec![change.reference];
        if self.random.once_in(4) {
            let open = self.model.changes.iter().filter(|change| change.is_open());
            let all: Vec<String> = open.map(|change| change.reference.clone()).collect();
            let some = self.random.once_in(2);
            changes.extend(all.into_iter().filter(|_| !some || self.random.once_in(2)));
            changes.sort();
            changes.dedup();
        }
        let customer = self.spoken_for(&speaker);
        let text = format!("No. {}", self.log.len());
        let (lodged, received_at) = if self.random.once_in(4) {
            self.by_letter(&changes, &address, text).await
        } else {
            self.by_link(&changes, &address, text).await
        };
        let words = format!("{address} to {changes:?} at {}", short(received_at));
        let lodged = match lodged {
            Ok(lodged) => lodged,
            Err(refused) => return self.did("object, refused", format!("{words}: {refused}")),
        };
        self.did("object", format!("{words}: {} {:?}", lodged.reference, lodged.became));
        self.lodged(&changes, customer.as_deref(), &address, received_at, &lodged).await;
    }

    /// The model hears of it, and when its time to be settled is over.
    pub(super) async fn lodged(
        &mut self,
        changes: &[String],
        customer: Option<&str>,
        address: &str,
        received_at: At,
        lodged: &Lodged,
    ) {
        self.heard(changes, customer, address, received_at, lodged);
        self.observe_lapses().await;
        let expected = self.model.lapses(changes, customer, received_at);
        if let (Some(expected), Became::AnObjection) = (expected, lodged.became) {
            let line = self.model.lines.last().unwrap();
            let found = line.lapses.map(|(at, _)| at);
            assert_eq!(found, expected, "SEED={} {}", self.seed, self.story());
        }
    }

    fn heard(
        &mut self,
        changes: &[String],
        customer: Option<&str>,
        address: &str,
        received_at: At,
        lodged: &Lodged,
    ) {
        let mut held_back = false;
        let known: Vec<(String, Option<usize>)> = changes
            .iter()
            .map(|change| (change.clone(), self.model.open_line(change, customer, address)))
            .collect();
        let joins = known.iter().all(|(_, open)| open.is_some());
        assert_eq!(joins, lodged.became == Became::PartOf, "SEED={} {}", self.seed, self.story());
        for (change, open) in known {
            let in_time = match customer {
                Some(customer) => self.model.is_in_time(&change, customer, received_at),
                None => {
                    let effect = self.model.change(&change).took_effect_at;
                    effect.is_none_or(|effect| received_at < effect)
                }
            };
            match open {
                Some(open) if joins => {
                    // It is added to the objection that is open against the first of the changes.
                    let line = &mut self.model.lines[open];
                    if line.objection == lodged.reference {
                        line.in_time |= in_time;
                    }
                }
                Some(_) => {}
                None => {
                    held_back |= in_time;
                    self.model.lines.push(Line {
                        objection: lodged.reference.clone(),
                        change,
                        customer: customer.map(str::to_owned),
                        address: address.to_owned(),
                        received_at,
                        written_at: self.model.now,
                        in_time,
                        admitted: false,
                        resolved: false,
                        clear_at: None,
                        lapses: None,
                    });
                }
            }
        }
        if !joins {
            assert_eq!(
                lodged.timeliness == Timeliness::InTime,
                held_back,
                "SEED={} {}",
                self.seed,
                self.story()
            );
        }
    }

    async fn by_link(
        &mut self,
        changes: &[String],
        address: &str,
        text: String,
    ) -> (Result<Lodged, lodge_objection::Error>, At) {
        let received_at = self.model.now;
        let mut ids = Vec::new();
        for change in changes {
            ids.push(self.world.change(change).await.id);
        }
        let door = sqlx::query_scalar("select id from door where state = 'open' and kind = 'web'");
        let statement = Statement {
            recipient: self.recipient(address).await,
            page: None,
            changes: ids,
            channel: Channel::Link,
            door: Some(DoorId(door.fetch_one(self.world.cx.db.pool()).await.unwrap())),
            received_at,
            text,
            grounds: Vec::new(),
            condition: None,
            on_behalf_of: None,
            file: None,
        };
        (lodge_objection::lodge(&self.world.cx, &statement).await, received_at)
    }

    async fn by_letter(
        &mut self,
        changes: &[String],
        address: &str,
        text: String,
    ) -> (Result<Lodged, lodge_objection::Error>, At) {
        let received_at = self.model.now - TimeDelta::hours(self.random.below(60).cast_signed());
        let entered = Entered {
            who: Who::Address(address.to_owned()),
            changes: changes.to_vec(),
            channel: Channel::Letter,
            received_at,
            text,
            grounds: Vec::new(),
            condition: None,
            on_behalf_of: None,
            file: None,
        };
        (lodge_objection::record(&self.world.cx, self.world.dpo.clone(), &entered).await, received_at)
    }

    /// When the time to settle an objection is over: of a customer with one contract as that says; else what the daemon found.
    pub(super) async fn observe_lapses(&mut self) {
        let rows: Vec<(String, Option<At>, Option<String>)> =
            sqlx::query_as("select reference, lapses_at, lapse_then from objection")
                .fetch_all(self.world.cx.db.pool())
                .await
                .unwrap();
        let kept: BTreeMap<String, (Option<At>, Option<String>)> =
            rows.into_iter().map(|(objection, at, then)| (objection, (at, then))).collect();
        for line in &mut self.model.lines {
            let (at, then) = &kept[&line.objection];
            line.lapses = at.zip(then.as_ref().map(|then| then.parse().unwrap()));
        }
    }

    pub(super) async fn answer(&mut self) {
        match self.random.below(8) {
            0 => self.admit().await,
            1 | 2 => self.confirm_or_approve().await,
            3 => self.take_back().await,
            _ => self.resolve().await,
        }
    }

    fn pick_line(&mut self, fits: impl Fn(&Line) -> bool) -> Option<Line> {
        let lines: Vec<Line> = self.model.lines.iter().filter(|line| fits(line)).cloned().collect();
        if lines.is_empty() { None } else { Some(self.random.pick(&lines)) }
    }

    /// A late one is let in.
    async fn admit(&mut self) {
        let Some(line) = self.pick_line(|line| !line.resolved && !line.in_time) else { return };
        let admitted = admit_objection::admit(&self.world.cx, self.world.dpo.clone(), &line.objection).await;
        if let Err(refused) = admitted {
            return self.did("admit, refused", format!("{}: {refused}", line.objection));
        }
        self.did("admit", line.objection.clone());
        let late = |known: &&mut Line| known.objection == line.objection && !known.resolved && !known.in_time;
        self.model.lines.iter_mut().filter(late).for_each(|line| line.admitted = true);
    }

    /// By the link of somebody's letter: of whoever objected, or of anybody on file.
    async fn take_back(&mut self) {
        let Some(line) = self.pick_line(|line| !line.resolved) else { return };
        let speaker = self.random.pick(&self.model.customers);
        let own = speaker.contacts.iter().any(|contact| contact.address == line.address);
        let address = if own || self.random.once_in(3) {
            self.random.pick(&speaker.contacts).address
        } else {
            line.address.clone()
        };
        let may = self.model.may_take_back(&line, &address);
        let words = format!("{} by {address}", line.objection);
        let recipient = self.recipient(&address).await;
        if let Err(refused) = resolve_objection::take_back(&self.world.cx, recipient, &line.objection).await {
            assert!(!may, "SEED={} {words}: {refused}\n{}", self.seed, self.story());
            return self.did("take back, refused", format!("{words}: {refused}"));
        }
        assert!(may, "SEED={} {words}\n{}", self.seed, self.story());
        self.did("take back", words);
        self.proposed.remove(&line.objection);
        self.model.resolve(&line.objection, Some(self.model.now));
    }

    async fn resolve(&mut self) {
        let Some(line) = self.pick_line(|line| !line.resolved) else { return };
        let outcome = self.random.pick(Outcome::ALL);
        let now = self.model.now;
        let last_day = self.model.day_of(now) + Days::new(self.random.below(20));
        let remedied = self.random.once_in(2);
        let has_last_day = outcome == Outcome::Terminated
            || matches!(outcome, Outcome::NotUpheld | Outcome::Lapsed) && remedied;
        let last_day = has_last_day.then_some(last_day);
        let how = (outcome == Outcome::Accommodated && remedied).then(|| "switch".to_owned());
        let asked = Asked {
            outcome,
            reason: "as agreed".to_owned(),
            condition: (outcome == Outcome::Mitigated).then(|| "in the EU".to_owned()),
            how,
            last_day,
            remedies: (outcome == Outcome::NotUpheld && remedied).then(|| "terminate".to_owned()),
            refund: None,
            agreed: (outcome == Outcome::Mitigated).then(|| "by mail".to_owned()),
            contacts_asked: None,
            attached: None,
        };
        let file = (outcome == Outcome::Withdrawn).then(paper);
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        let resolved = resolve_objection::resolve(cx, dpo, &line.objection, asked, file.as_ref()).await;
        let words = format!("{} as {outcome} until {last_day:?}", line.objection);
        let done = match resolved {
            Ok(done) => done,
            Err(refused) => return self.did("resolve, refused", format!("{words}: {refused}")),
        };
        self.did(outcome.as_str(), words);
        if let (Outcome::NotUpheld, Some(customer)) = (outcome, &line.customer) {
            let may = self.model.may_be_overruled(&line.change, customer);
            assert!(may, "SEED={} {customer} was overruled\n{}", self.seed, self.story());
        }
        if done.waits_for_approval {
            self.proposed.insert(line.objection, last_day);
            return;
        }
        let unconfirmed = outcome == Outcome::Accommodated && !remedied;
        let clear_at = if unconfirmed { None } else { Some(self.after(last_day)) };
        self.model.resolve(&line.objection, clear_at);
        if outcome == Outcome::Accommodated && remedied {
            self.excluded(&line);
        }
    }

    /// At once, or when the last day of the remedy is over.
    fn after(&self, last_day: Option<NaiveDate>) -> At {
        let over = last_day.map(|last| self.model.start_of(next(last)));
        over.map_or(self.model.now, |over| over.max(self.model.now))
    }

    /// The customer's data never go where the objection was about.
    fn excluded(&mut self, line: &Line) {
        let same = self.model.lines.iter().filter(|known| known.objection == line.objection);
        let subjects: Vec<String> =
            same.map(|known| self.model.change(&known.change).subject.clone()).collect();
        let customer = line.customer.as_ref().unwrap();
        self.model.customer_mut(customer).excluded.extend(subjects);
        self.model.settled(customer, self.model.now);
    }

    async fn confirm_or_approve(&mut self) {
        let proposed: Vec<(String, Option<NaiveDate>)> =
            self.proposed.iter().map(|(objection, last)| (objection.clone(), *last)).collect();
        if !proposed.is_empty() && self.random.once_in(2) {
            let (objection, last_day) = self.random.pick(&proposed);
            self.proposed.remove(&objection);
            let approved = resolve_objection::approve(&self.world.cx, self.second.clone(), &objection).await;
            if let Err(refused) = approved {
                return self.did("not_upheld, refused", format!("{objection}: {refused}"));
            }
            self.did("not_upheld, approved", objection.clone());
            return self.model.resolve(&objection, Some(self.after(last_day)));
        }
        let Some(line) = self.pick_line(|line| line.resolved && line.clear_at.is_none()) else { return };
        let subject = self.model.change(&line.change).subject.clone();
        let customer = line.customer.clone().unwrap();
        let (cx, dpo) = (&self.world.cx, self.world.dpo.clone());
        let confirmed = resolve_objection::confirm_exclusion(cx, dpo, &customer, &subject, "switch").await;
        if let Err(refused) = confirmed {
            return self.did("exclude, refused", format!("{customer} from {subject}: {refused}"));
        }
        self.did("exclude", format!("{customer} from {subject}"));
        let now = self.model.now;
        let about: Vec<String> = self
            .model
            .changes
            .iter()
            .filter(|change| change.subject == subject)
            .map(|change| change.reference.clone())
            .collect();
        let waits = |line: &&mut Line| {
            line.customer.as_deref() == Some(customer.as_str())
                && line.resolved
                && line.clear_at.is_none()
                && about.contains(&line.change)
        };
        self.model.lines.iter_mut().filter(waits).for_each(|line| line.clear_at = Some(now));
        self.model.customer_mut(&customer).excluded.insert(subject);
        self.model.settled(&customer, now);
    }
}
