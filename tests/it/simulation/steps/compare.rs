//! The daemon, at rest, against the model.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use forenotice::actions::ask_clearance;
use forenotice::domain::change::ChangeKind;
use forenotice::domain::clearance::Answer;
use forenotice::domain::gate::Reason;

use super::{At, Change, MICROSECOND, SECOND, Served, Simulation, Standing, short};
use crate::simulation::model::Line;

/// One obligation: its state or why it is exempt, and its instants.
type Row = (String, Option<At>, Option<At>, Option<At>, bool);

fn in_force(since: At) -> Row {
    ("in force".to_owned(), Some(since), None, None, true)
}

#[derive(sqlx::FromRow)]
struct Obligation {
    customer: String,
    state: String,
    earliest_by_notice: Option<At>,
    window_closes_at: Option<At>,
    clear_at: Option<At>,
    window_shuts: bool,
    in_force_at: Option<At>,
}

#[derive(sqlx::FromRow)]
struct ObjectionLine {
    name: String,
    customer: Option<String>,
    in_time: bool,
    admitted: bool,
    resolved: bool,
    clear_at: Option<At>,
}

impl Simulation {
    pub async fn disagreements(&mut self) -> Vec<String> {
        let mut wrong = self.unlike_lines().await;
        wrong.extend(self.unlike_letters());
        for change in self.model.changes.clone() {
            let real = self.world.change(&change.reference).await;
            let (daemon, model) = ((real.state, real.took_effect_at), (change.state, change.took_effect_at));
            if daemon != model {
                wrong.push(format!("{}: daemon {daemon:?}, model {model:?}", change.reference));
            }
            if change.is_open() && change.effective_on != real.draft.effective_on {
                let (daemon, model) = (real.draft.effective_on, change.effective_on);
                wrong.push(format!("{}: daemon on {daemon}, model on {model}", change.reference));
            }
            if change.is_open() && change.announced.is_none() && !change.cases.is_empty() {
                // Taken back, to be announced anew: what its customers had stands where it stood, and serves nobody.
                wrong.extend(self.open_without_notice(&change, real.id.0).await);
            } else if change.is_open() {
                wrong.extend(self.unlike_obligations(&change, real.id.0).await);
                wrong.extend(self.unlike_reasons(&change, real.id.0).await);
                self.remember_promises(&change);
            }
        }
        wrong
    }

    async fn open_without_notice(&self, change: &Change, id: i64) -> Vec<String> {
        let start = self.model.start_of(change.effective_on);
        let shut: bool =
            sqlx::query_scalar("select 'notice_missing' = any (array(select gate_shut_by($1, $2)))")
                .bind(id)
                .bind(start)
                .fetch_one(self.world.cx.db.pool())
                .await
                .unwrap();
        let wrong = (!shut)
            .then(|| format!("{} is to be announced anew, and its gate misses no notice", change.reference));
        wrong.into_iter().collect()
    }

    /// What `doctor` has to say, but for what it is right to say: an objection in time that was written down only after its
    /// change had taken effect.
    pub(super) async fn broken_promises(&self) -> Vec<String> {
        let mut broken = self.world.broken_promises().await;
        let effect = |line: &Line| {
            let change = self.model.change(&line.change);
            let own = line.customer.as_ref().and_then(|customer| change.in_force.get(customer));
            own.copied().or(change.took_effect_at)
        };
        let is_open = |line: &&Line| line.in_time && effect(line).is_some() && line.clear_at.is_none();
        let is_late = |line: &&Line| line.customer.is_some() && effect(line) <= Some(line.written_at);
        let may_be = self.model.lines.iter().any(|line| is_open(&line));
        let must_be = self.model.lines.iter().filter(is_open).any(|line| is_late(&line));
        match broken.iter().position(|promise| promise.starts_with("objection_found_after_effect")) {
            Some(place) if may_be => drop(broken.remove(place)),
            None if must_be => {
                broken.push("doctor does not see an objection found after the effect".to_owned());
            }
            _ => {}
        }
        broken
    }

    /// Whether each customer's data may go to each newcomer now.
    pub(super) async fn unlike_clearances(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let now = Some(self.model.now);
        let newcomers = self.model.changes.iter().filter(|change| change.kind == ChangeKind::Addition);
        for change in newcomers {
            for customer in self.model.customers.iter().filter(|customer| !customer.subscribes) {
                let said = ask_clearance::ask(&self.world.cx, &customer.reference, &change.subject, now)
                    .await
                    .unwrap();
                let daemon = said.answer == Answer::Cleared;
                let (may, must) = self.model.clearance(change, customer);
                if daemon && !may || !daemon && must {
                    let (customer, subject) = (&customer.reference, &change.subject);
                    wrong.push(format!(
                        "data of {customer} to {subject}: daemon {:?}, may {may}, must {must}",
                        said.answer
                    ));
                }
            }
        }
        wrong
    }

    async fn unlike_reasons(&self, change: &Change, id: i64) -> Vec<String> {
        let now = self.model.now;
        let about = self.instants(change).into_iter().flat_map(|at| [at - MICROSECOND, at, at + MICROSECOND]);
        // What was owed to whoever has it in force is closed.
        let since = change.in_force.values().max().copied();
        let instants: BTreeSet<At> =
            about.chain([now - SECOND, now]).filter(|at| since.is_none_or(|since| since <= *at)).collect();
        let found: Vec<(At, String)> = sqlx::query_as(
            "select at, reason from unnest($2::timestamptz[]) as i(at), lateral gate_shut_by($1, at) as reason",
        )
        .bind(id)
        .bind(instants.iter().copied().collect::<Vec<_>>())
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap();
        let mut daemon: BTreeMap<At, BTreeSet<Reason>> = BTreeMap::new();
        for (at, reason) in found {
            daemon.entry(at).or_default().insert(reason.parse().unwrap());
        }
        let mut wrong = Vec::new();
        for at in instants {
            let mut expected = self.model.reasons(change, at, now);
            if at + SECOND > now {
                expected.insert(Reason::InboundBehind);
            }
            let daemon = daemon.remove(&at).unwrap_or_default();
            if daemon != expected {
                wrong.push(format!(
                    "gate of {} for {}: daemon {daemon:?}, model {expected:?}",
                    change.reference,
                    short(at)
                ));
            }
        }
        wrong
    }

    async fn unlike_obligations(&self, change: &Change, id: i64) -> Vec<String> {
        let rows: Vec<Obligation> = sqlx::query_as(
            "select c.reference as customer, coalesce(o.exempt_why, o.state) as state, o.earliest_by_notice, o.window_closes_at, o.clear_at,
                    o.window_shuts, o.in_force_at
             from obligation o join customer c on c.id = o.customer_id where o.change_id = $1",
        )
        .bind(id)
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap();
        let daemon = rows.into_iter().map(|o| {
            let row = if let Some(since) = o.in_force_at {
                in_force(since)
            } else if o.state == "served" {
                (o.state, o.earliest_by_notice, o.window_closes_at, o.clear_at, o.window_shuts)
            } else {
                bare(&o.state)
            };
            (o.customer, row)
        });
        let cases = change.cases.iter().filter(|(_, case)| !case.informed);
        let model = cases.map(|(reference, case)| {
            let customer = self.model.customer(reference);
            let row = match self.model.standing(change, customer, case, self.model.now) {
                _ if change.in_force.contains_key(reference) => in_force(change.in_force[reference]),
                Standing::Owed => bare("owed"),
                Standing::Exempt(why) => bare(why.as_str()),
                Standing::Served(s) => (
                    "served".to_owned(),
                    Some(s.earliest_by_notice),
                    s.instants.window.closes_at(),
                    Some(s.clear_at),
                    s.window_shuts,
                ),
            };
            (reference.clone(), row)
        });
        unlike(&change.reference, &daemon.collect(), &model.collect())
    }

    /// What a customer was told once of its window is promised.
    fn remember_promises(&mut self, change: &Change) {
        let cases = change.cases.iter().filter(|(_, case)| !case.informed);
        let told: Vec<(String, Served)> = cases
            .filter_map(|(reference, case)| {
                let customer = self.model.customer(reference);
                match self.model.standing(change, customer, case, self.model.now) {
                    Standing::Served(served) => Some((reference.clone(), served)),
                    Standing::Owed | Standing::Exempt(_) => None,
                }
            })
            .collect();
        for (customer, served) in told {
            let case = self.model.case_mut(&change.reference, &customer);
            case.promised = case.promised.max(Some(served.instants.window));
            case.promised_day = case.promised_day.max(served.instants.day);
        }
    }

    async fn unlike_lines(&self) -> Vec<String> {
        let rows: Vec<ObjectionLine> = sqlx::query_as(
            "select o.reference || ' ' || change.reference as name, c.reference as customer, x.in_time,
                    x.admitted_by is not null as admitted, x.resolved_at is not null as resolved, x.clear_at
             from objection_change x join objection o on o.id = x.objection_id join change on change.id = x.change_id
             left join customer c on c.id = x.customer_id",
        )
        .fetch_all(self.world.cx.db.pool())
        .await
        .unwrap();
        let daemon = rows.into_iter().map(|line| {
            (line.name, (line.customer, line.in_time, line.admitted, line.resolved, line.clear_at))
        });
        let model = self.model.lines.iter().map(|line| {
            let kept = (line.customer.clone(), line.in_time, line.admitted, line.resolved, line.clear_at);
            (format!("{} {}", line.objection, line.change), kept)
        });
        unlike("objections", &daemon.collect(), &model.collect())
    }

    /// Every contact who is to have a letter has one, and nobody else.
    fn unlike_letters(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for change in self.model.changes.iter().filter(|change| change.is_open()) {
            let Some(announced) = change.announced else { continue };
            let of_change = || self.model.heard.iter().filter(|heard| heard.notice == announced.notice);
            // What was owed to whoever has it in force is closed; who is named later may hear of it all the same.
            let owed = change.cases.iter().filter(|(customer, _)| !change.in_force.contains_key(*customer));
            for (customer, case) in owed {
                let daemon: BTreeSet<&String> =
                    of_change().filter(|l| l.customer == *customer).map(|l| &l.address).collect();
                let model: BTreeSet<&String> = case.letters.keys().collect();
                if !model.is_empty() && daemon != model {
                    wrong.push(format!(
                        "letters of {} to {customer}: daemon {daemon:?}, model {model:?}",
                        change.reference
                    ));
                }
            }
        }
        wrong
    }
}

fn bare(state: &str) -> Row {
    (state.to_owned(), None, None, None, true)
}

fn unlike<T: PartialEq + Debug>(
    of: &str,
    daemon: &BTreeMap<String, T>,
    model: &BTreeMap<String, T>,
) -> Vec<String> {
    let all: BTreeSet<&String> = daemon.keys().chain(model.keys()).collect();
    let unlike = all.into_iter().filter(|key| daemon.get(*key) != model.get(*key));
    unlike
        .map(|key| format!("{of} {key}:\n  daemon {:?}\n  model  {:?}", daemon.get(key), model.get(key)))
        .collect()
}
