//! The gate in SQL says what the rule says, whatever stands in the tables.
//!
//! Rows are made at random, their instants around the one that is asked for, to the microsecond; the reasons found by index
//! (`gate_shut_by`), those of the rule over the values that were written, and those of the rule over the values read back
//! must be one set. Triggers and foreign keys are off: no row is spared for being unlikely.

use std::cell::RefCell;
use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use forenotice::domain::change::{ChangeId, ChangeKind, State};
use forenotice::domain::gate::{Announcement, Facts, Objection, OfCustomer, Place, Reason, shut_by};
use forenotice::domain::obligation::{Clearance, Consent, ExemptWhy, Standing};
use forenotice::domain::subprocessor::SubprocessorId;
use forenotice::store::{change, gate};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::{Role, Trial, small_world};

const CASES: u32 = 400;
const CHANGE: ChangeId = ChangeId(100);
const CUSTOMERS: usize = 3;

fn at() -> DateTime<Utc> {
    "2027-01-15T00:00:00Z".parse().unwrap()
}

/// What is written into the tables.
#[derive(Clone, Debug)]
struct Case {
    facts: Facts,
    customers: Vec<OfCustomer>,
    /// Of nobody we know yet.
    strangers: Vec<Objection>,
    /// What must make no difference: a fenced door, a released reply, a reminder on its way, mail that was looked at.
    noise: bool,
}

/// Around the instant that is asked for, and around the second by which clocks may differ.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    let micros = TimeDelta::microseconds;
    prop::sample::select(vec![
        TimeDelta::days(-9),
        micros(-1),
        TimeDelta::zero(),
        micros(1),
        micros(999_999),
        TimeDelta::seconds(1),
        TimeDelta::days(9),
    ])
    .prop_map(|by| at() + by)
}

/// Mostly one of the values that shut nothing: else no reason would ever stand alone.
fn mostly<T: Clone + std::fmt::Debug>(
    usual: impl Strategy<Value = T>,
    other: impl Strategy<Value = T>,
) -> impl Strategy<Value = T> {
    prop_oneof![9 => usual, 1 => other]
}

fn clearance() -> impl Strategy<Value = Clearance> {
    let before = Just(at() - TimeDelta::days(9));
    let window = mostly(prop::option::of(before), prop::option::of(instant()));
    (mostly(before, instant()), window, any::<bool>()).prop_map(
        |(earliest_by_notice, window_closes_at, window_shuts)| {
            let served_at = at() - TimeDelta::days(50);
            let shuts = window_closes_at.filter(|_| window_shuts);
            Clearance {
                served_at,
                notice_started_at: served_at,
                earliest_by_notice,
                window_closes_at,
                window_shuts,
                clear_at: shuts.map_or(earliest_by_notice, |closes| earliest_by_notice.max(closes)),
            }
        },
    )
}

fn obligation() -> impl Strategy<Value = (Standing, Consent)> {
    let exempt = prop::sample::select(ExemptWhy::ALL).prop_map(|why| Standing::Exempt { why });
    let standing =
        prop_oneof![8 => clearance().prop_map(Standing::Served), 2 => exempt, 1 => Just(Standing::Owed)];
    let consent = mostly(
        prop::sample::select(vec![Consent::Silence, Consent::Given, Consent::Excluded]),
        prop::sample::select(Consent::ALL),
    );
    (standing, consent)
}

fn objection() -> impl Strategy<Value = Objection> {
    let any_clear_at = prop::option::of(instant());
    (
        mostly(Just(false), any::<bool>()),
        mostly(Just(false), any::<bool>()),
        mostly(Just(true), any::<bool>()),
        any_clear_at,
    )
        .prop_map(|(in_time, admitted, resolved, clear_at)| Objection {
            in_time,
            admitted,
            resolved,
            clear_at: clear_at.filter(|_| resolved),
        })
}

fn customer() -> impl Strategy<Value = OfCustomer> {
    let objections = prop::collection::vec(objection(), 0..3).prop_map(|mut objections| {
        // A customer has one open objection to a change at most.
        for i in 1..objections.len() {
            if objections[..i].iter().any(|before| !before.resolved) && !objections[i].resolved {
                objections[i].resolved = true;
            }
        }
        objections
    });
    (prop::option::weighted(0.8, obligation()), objections, mostly(Just(0), 1..3_u64)).prop_map(
        |(obligation, objections, replies)| OfCustomer { obligation, entitled: false, objections, replies },
    )
}

fn announcement() -> impl Strategy<Value = Announcement> {
    let fanned_out_at = mostly(Just(Some(at() - TimeDelta::days(9))), prop::option::of(instant()));
    (fanned_out_at, any::<bool>(), mostly(Just(at() + TimeDelta::days(9)), instant())).prop_map(
        |(fanned_out_at, cancelled, valid_until)| Announcement { fanned_out_at, cancelled, valid_until },
    )
}

fn place(change: impl Strategy<Value = ChangeId>) -> impl Strategy<Value = Place> {
    let subprocessor = || (1..6_i64).prop_map(SubprocessorId);
    (change, prop::sample::select(State::ALL), instant(), subprocessor(), prop::option::of(subprocessor()))
        .prop_map(|(change, state, effective_at, subprocessor, replaces)| Place {
            change,
            state,
            effective_at,
            subprocessor,
            replaces,
        })
}

fn facts() -> impl Strategy<Value = Facts> {
    let own = place(Just(CHANGE)).prop_map(|own| Place { state: State::InNotice, ..own });
    let good = Announcement {
        fanned_out_at: Some(at() - TimeDelta::days(9)),
        cancelled: false,
        valid_until: at() + TimeDelta::days(9),
    };
    let announcements = mostly(
        announcement().prop_map(move |another| vec![good, another]),
        prop::collection::vec(announcement(), 0..3),
    );
    let read_to = mostly(Just(at() + TimeDelta::days(9)), instant());
    let doors = mostly(prop::collection::vec(read_to, 1..3), Just(Vec::new()));
    let others = mostly(
        Just(Vec::new()),
        (place(Just(ChangeId(99))), place(Just(ChangeId(101)))).prop_map(|(one, other)| vec![one, other]),
    );
    let kind = prop::sample::select(ChangeKind::ALL);
    let approval = (any::<bool>(), mostly(Just(true), any::<bool>()));
    (
        own,
        kind,
        approval,
        announcements,
        doors,
        mostly(Just(None), prop::option::of(instant())),
        mostly(Just(0), 1..3_u64),
        others,
    )
        .prop_map(
            |(own, kind, approval, announcements, doors, unread_since, strangers_replies, others)| {
                let (needs_approval, approved) = approval;
                let replaces =
                    own.replaces.or(Some(SubprocessorId(9))).filter(|_| kind == ChangeKind::Replacement);
                let place = Place { replaces, ..own };
                Facts {
                    place,
                    kind,
                    needs_approval,
                    approved,
                    announcements,
                    doors,
                    unread_since,
                    strangers_replies,
                    others,
                }
            },
        )
}

fn case() -> impl Strategy<Value = Case> {
    let customers = prop::collection::vec(customer(), 0..=CUSTOMERS);
    let strangers = prop::collection::vec(objection(), 0..2);
    (facts(), customers, strangers, any::<bool>()).prop_map(|(facts, customers, strangers, noise)| Case {
        facts,
        customers,
        strangers,
        noise,
    })
}

/// A value as SQL has it.
fn sql(instant: Option<DateTime<Utc>>) -> String {
    instant.map_or_else(|| "null".to_owned(), |instant| format!("'{}'", instant.to_rfc3339()))
}

impl Case {
    fn rows(&self) -> String {
        let mut rows = vec![
            "delete from obligation; delete from notice_change; delete from notice; delete from change; delete from door".to_owned(),
        ];
        let facts = &self.facts;
        let approver = |approved| if approved { "2" } else { "null" };
        rows.push(change_row(&facts.place, facts.kind, facts.needs_approval, approver(facts.approved)));
        for other in &facts.others {
            let kind = if other.replaces.is_some() { ChangeKind::Replacement } else { ChangeKind::Addition };
            rows.push(change_row(other, kind, false, "null"));
        }
        for (n, announcement) in facts.announcements.iter().enumerate() {
            rows.push(format!(
                "insert into notice (id, reference, kind, facts, template_hash, due_at, fanned_out_at, cancelled_at, valid_until)
                 values ({n}, 'N-{n}', 'announcement', '{{}}', sha256('templates'), '2026-12-01', {}, {}, {});
                 insert into notice_change values ({n}, 100)",
                sql(announcement.fanned_out_at),
                if announcement.cancelled { "'2026-12-01'" } else { "null" },
                sql(Some(announcement.valid_until)),
            ));
        }
        for (n, read_to) in facts.doors.iter().enumerate() {
            // What lies before the door is taken off what it has read.
            rows.push(format!(
                "insert into door (id, kind, name, settle, read_to, beat_at)
                 values (gen_random_uuid(), 'web', 'web', '{n} minutes', {}, '2999-01-01')",
                sql(Some(*read_to + TimeDelta::minutes(i64::try_from(n).unwrap()))),
            ));
        }
        if let Some(since) = facts.unread_since {
            rows.push(format!(
                "insert into inbound_message (fingerprint, raw, received_at) values ('unread', 'raw', {})",
                sql(Some(since))
            ));
        }
        rows.push(held("null", facts.strangers_replies));
        for (n, customer) in self.customers.iter().enumerate() {
            let id = (n + 1).to_string();
            rows.extend(
                customer.obligation.map(|(standing, consent)| obligation_row(&id, standing, consent)),
            );
            rows.extend(
                customer
                    .objections
                    .iter()
                    .enumerate()
                    .map(|(m, o)| objection_row(&format!("{id}{m}"), &id, *o)),
            );
            rows.push(held(&id, customer.replies));
        }
        rows.extend(
            self.strangers.iter().enumerate().map(|(m, o)| objection_row(&format!("9{m}"), "null", *o)),
        );
        if self.noise {
            rows.push(NOISE.to_owned());
        }
        rows.join(";\n")
    }
}

const NOISE: &str = "
    insert into door (id, kind, name, read_to, beat_at, state) values (gen_random_uuid(), 'web', 'web', '2000-01-01', '2999-01-01', 'fenced');
    insert into inbound_message (id, fingerprint, raw, received_at, state, class) overriding system value
    values (900, 'noise', 'raw', '2026-12-01', 'done', 'reply');
    insert into inbound_hold (message_id, change_id, released_at) values (900, 100, '2026-12-02');
    insert into inbound_hold (message_id, change_id) values (901, 98);
    insert into notice (id, reference, kind, facts, template_hash, due_at)
    values (900, 'N-900', 'reminder', '{}', sha256('templates'), '2026-12-01');
    insert into notice_change values (900, 100);
    insert into obligation (change_id, customer_id, state) values (98, 1, 'owed')";

fn change_row(place: &Place, kind: ChangeKind, needs_approval: bool, approver: &str) -> String {
    let Place { change, state, effective_at, subprocessor, replaces } = place;
    let replaces = replaces.filter(|_| kind == ChangeKind::Replacement);
    let took_effect_at = (*state == State::Effective).then_some(*effective_at);
    format!(
        "insert into change (id, reference, kind, state, subprocessor_id, replaces_id, facts, reason, products, effective_on,
                             effective_at, go_live, author_id, needs_approval, approver_id, took_effect_at)
         values ({change}, 'C-{change}', '{kind}', '{state}', {subprocessor}, {}, '{{\"facts\": {{\"name\": \"Nimbus\"}}}}', 'because',
                 '{{}}', '2027-01-15', {}, 'together', 1, {needs_approval}, {approver}, {})",
        replaces.map_or_else(|| "null".to_owned(), |replaced| replaced.to_string()),
        sql(Some(*effective_at)),
        sql(took_effect_at),
    )
}

fn obligation_row(customer: &str, standing: Standing, consent: Consent) -> String {
    let served = match standing {
        Standing::Served(clearance) => Some(clearance),
        Standing::Owed | Standing::Exempt { .. } => None,
    };
    let exempt_why = match standing {
        Standing::Exempt { why } => format!("'{why}'"),
        Standing::Owed | Standing::Served(_) => "null".to_owned(),
    };
    format!(
        "insert into obligation (change_id, customer_id, state, exempt_why, consent, served_at, notice_started_at,
                                 earliest_by_notice, window_closes_at, window_shuts, clear_at)
         values (100, {customer}, '{}', {exempt_why}, '{consent}', {}, {}, {}, {}, {}, {})",
        standing.as_str(),
        sql(served.map(|s| s.served_at)),
        sql(served.map(|s| s.notice_started_at)),
        sql(served.map(|s| s.earliest_by_notice)),
        sql(served.and_then(|s| s.window_closes_at)),
        served.is_none_or(|s| s.window_shuts),
        sql(served.map(|s| s.clear_at)),
    )
}

fn objection_row(objection: &str, customer: &str, said: Objection) -> String {
    let Objection { in_time, admitted, resolved, clear_at } = said;
    format!(
        "insert into objection_change (objection_id, change_id, customer_id, received_at, in_time, admitted_by, outcome, resolved_at, clear_at)
         values ({objection}, 100, {customer}, '2026-12-01', {in_time}, {}, {}, {}, {})",
        if admitted { "1" } else { "null" },
        if resolved { "'terminated'" } else { "null" },
        if resolved { "'2026-12-02'" } else { "null" },
        sql(clear_at),
    )
}

/// Replies that no person has looked at.
fn held(customer: &str, replies: u64) -> String {
    format!(
        "insert into inbound_hold (message_id, change_id, customer_id)
         select 10 + 10 * coalesce({customer}, 0) + n, 100, {customer} from generate_series(1, {replies}) n"
    )
}

/// What was tried: reasons that stood alone, and whether the gate was open.
#[derive(Default)]
struct Tried {
    alone: BTreeSet<Reason>,
    open: u32,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_sql_finds_by_index_is_what_the_rule_says_of_the_values() {
    let world = small_world().await;
    let mut trial = Trial::begin(&world, Role::SuperuserPastTriggers).await;
    trial.run("savepoint nothing").await.unwrap();
    let trial = RefCell::new(trial);
    let tried = RefCell::new(Tried::default());
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    tokio::task::block_in_place(|| {
        let compared = runner.run(&case(), |case| {
            let mut trial = trial.borrow_mut();
            let (found, read) = tokio::runtime::Handle::current().block_on(ask(&mut trial, &case));
            let expected = shut_by(&case.facts, &case.customers, at());
            prop_assert_eq!(&found, &expected, "by index / by the rule");
            prop_assert_eq!(&read, &expected, "read back / as written");
            let mut tried = tried.borrow_mut();
            tried.open += u32::from(expected.is_empty());
            if expected.len() == 1 {
                tried.alone.extend(expected);
            }
            Ok(())
        });
        compared.unwrap_or_else(|error| panic!("{error}"));
    });
    let tried = tried.into_inner();
    assert_eq!(tried.alone.len(), Reason::ALL.len(), "only these stood alone: {:?}", tried.alone);
    assert!(tried.open > CASES / 20, "open in {} of {CASES} cases", tried.open);
}

/// The reasons by index, and by the rule over what is read back.
async fn ask(trial: &mut Trial, case: &Case) -> (BTreeSet<Reason>, BTreeSet<Reason>) {
    trial.run(&format!("rollback to nothing; {}", case.rows())).await.unwrap();
    let found = gate::shut_by(&mut trial.conn, CHANGE, at()).await.unwrap();
    let change = change::by_id(&mut trial.conn, CHANGE).await.unwrap();
    let facts = gate::facts(&mut trial.conn, &change).await.unwrap();
    let customers = gate::customers(&mut trial.conn, CHANGE, 0, i64::MAX).await.unwrap();
    (found, shut_by(&facts, customers.values(), at()))
}
