//! "Nothing else opens the gate": each reason alone against each act of a person, and exactly those pairs open that may.
//!
//! A new reason, outcome or waiver does not compile or is tried by itself; a new command has to become an [`Act`] or be named in [`OTHER_COMMANDS`].

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use clap::CommandFactory;
use forenotice::actions::clear_customer::{self, AskedWaiver, Received, Said};
use forenotice::actions::resolve_objection::{self, Attachment};
use forenotice::actions::{note_in_use, schedule_change};
use forenotice::cli::Cli;
use forenotice::domain::change::ChangeId;
use forenotice::domain::clearing::{ServiceChannel, Waivable, Word};
use forenotice::domain::gate::Reason;
use forenotice::domain::ledger::Actor;
use forenotice::domain::objection::{Asked, Channel, Outcome};
use forenotice::store::gate;

use crate::support::World;

const CHANGE: &str = "CHG-2026-0001";
/// After every period of the small world, before its effective date.
const NOW: &str = "2027-01-10T00:00:00Z";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Say(Word),
    Serve,
    /// Proposed by one person, approved by another.
    Override(Waivable),
    /// Proposed, and not approved.
    ProposeOverride(Waivable),
    Answer,
    Resolve(Outcome),
    /// Overruled by one person, agreed to by another.
    ApproveResolution,
    ConfirmExclusion,
    ApproveChange,
    Reschedule,
    NoteInUse,
}

fn acts() -> Vec<Act> {
    let once = [
        Act::Serve,
        Act::Answer,
        Act::ApproveResolution,
        Act::ConfirmExclusion,
        Act::ApproveChange,
        Act::Reschedule,
        Act::NoteInUse,
    ];
    let words = Word::ALL.iter().map(|word| Act::Say(*word));
    let waivers = Waivable::ALL.iter().flat_map(|what| [Act::Override(*what), Act::ProposeOverride(*what)]);
    let outcomes = Outcome::ALL.iter().map(|outcome| Act::Resolve(*outcome));
    once.into_iter().chain(words).chain(waivers).chain(outcomes).collect()
}

impl Act {
    fn command(self) -> &'static str {
        match self {
            Self::Say(_) => "consent record",
            Self::Serve => "service record",
            Self::Override(_) => "override approve",
            Self::ProposeOverride(_) => "override",
            Self::Answer => "objection answer",
            Self::Resolve(_) => "objection resolve",
            Self::ApproveResolution => "objection approve",
            Self::ConfirmExclusion => "exclusion confirm",
            Self::ApproveChange => "change approve",
            Self::Reschedule => "change reschedule",
            Self::NoteInUse => "in-use",
        }
    }
}

/// Whether the act opens a gate that only `reason` shuts. This table is the promise.
fn may_open(reason: Reason, act: Act) -> bool {
    match reason {
        Reason::NoticeMissing => matches!(act, Act::Say(Word::Yes) | Act::Serve),
        // The service is an earlier one than the letter's.
        Reason::NoticeShort => {
            matches!(act, Act::Say(Word::Yes) | Act::Serve | Act::Override(Waivable::NoticeShort))
        }
        Reason::WindowOpen => matches!(act, Act::Say(Word::Yes) | Act::Override(Waivable::WindowOpen)),
        Reason::ConsentMissing => matches!(act, Act::Say(Word::Yes)),
        Reason::ObjectionOpen => matches!(
            act,
            Act::Resolve(
                Outcome::Accommodated | Outcome::Mitigated | Outcome::Withdrawn | Outcome::NotEntitled
            )
        ),
        Reason::RemedyRunning => matches!(act, Act::ConfirmExclusion),
        Reason::ApprovalMissing => matches!(act, Act::ApproveChange),
        Reason::ReplyUntriaged | Reason::InboundBehind | Reason::PredecessorOpen => false,
    }
}

/// What makes `reason` the only one in the small world.
fn shuts(reason: Reason) -> &'static str {
    match reason {
        Reason::NoticeMissing => {
            "update delivery set state = 'failed', accepted_at = null;
             update obligation set state = 'owed', served_by = null, served_at = null, notice_started_at = null,
                 earliest_by_notice = null, window_closes_at = null, clear_at = null"
        }
        Reason::NoticeShort => {
            "update delivery set accepted_at = '2027-01-05T08:01Z';
             update obligation set served_at = '2027-01-05T08:01Z', notice_started_at = '2027-01-05T08:01Z',
                 earliest_by_notice = '2027-02-04T23:00Z', window_closes_at = null, clear_at = '2027-02-04T23:00Z'"
        }
        Reason::WindowOpen => {
            "update contract_terms set terms = '{\"objection\": {\"n\": 60, \"convention\": \"clear_days\"}}';
             update obligation set window_closes_at = '2027-01-23T23:00Z', clear_at = '2027-01-23T23:00Z'"
        }
        Reason::ConsentMissing => {
            "update contract_terms set terms = '{\"authorisation\": \"specific\"}'; update obligation set consent = 'awaited'"
        }
        Reason::ObjectionOpen => {
            "insert into objection (id, reference, customer_id, recipient_id, channel, statement, received_at, entered_at, state,
                                    answer_due_on, lapses_at, lapse_then)
             values (1, 'OBJ-2026-0001', 1, 1, 'letter', 'no', '2026-12-01T00:00Z', '2026-12-01T00:00Z', 'acknowledged',
                     '2026-12-15', '2027-01-01T00:00Z', 'customer_may_terminate');
             insert into objection_change (objection_id, change_id, customer_id, received_at, in_time)
             values (1, 1, 1, '2026-12-01T00:00Z', true)"
        }
        Reason::RemedyRunning => {
            "insert into objection (id, reference, customer_id, recipient_id, channel, statement, received_at, entered_at, state,
                                    answer_due_on)
             values (1, 'OBJ-2026-0001', 1, 1, 'letter', 'no', '2026-12-01T00:00Z', '2026-12-01T00:00Z', 'resolved', '2026-12-15');
             insert into objection_change (objection_id, change_id, customer_id, received_at, in_time, outcome, resolved_at)
             values (1, 1, 1, '2026-12-01T00:00Z', true, 'accommodated', '2026-12-02T00:00Z');
             insert into exclusion (customer_id, subprocessor_id, objection_id, since, why)
             values (1, 1, 1, '2026-12-02T00:00Z', 'they objected')"
        }
        Reason::ReplyUntriaged => {
            "insert into inbound_message (fingerprint, raw, received_at, state, class)
             values ('f', 'r', '2026-12-01T00:00Z', 'untriaged', 'reply');
             insert into inbound_hold (message_id, change_id, customer_id) values (1, 1, 1)"
        }
        Reason::InboundBehind => {
            "insert into inbound_message (fingerprint, raw, received_at) values ('f', 'r', '2026-12-01T00:00Z')"
        }
        Reason::ApprovalMissing => "update change set needs_approval = true",
        Reason::PredecessorOpen => {
            "insert into change (id, reference, kind, state, subprocessor_id, facts, reason, products, effective_on, effective_at,
                                 go_live, published_at, author_id, needs_approval)
             select 2, 'CHG-2026-0002', kind, 'held', subprocessor_id, facts, reason, products, '2027-01-12', '2027-01-11T23:00Z',
                    go_live, published_at, author_id, false from change"
        }
    }
}

/// The small world anew, whatever was done to it.
const ANEW: &str = "set session_replication_role = replica;
    truncate account, subprocessor, customer, file, notice, batch, delivery, obligation, act, ledger_entry, inbound_message
        restart identity cascade;
    delete from door where id = '00000000-0000-0000-0000-000000000001';
    set session_replication_role = origin;
    insert into account (email, name, role) values ('dpo@processor.example', 'Dana Okafor', 'admin');";

async fn anew(world: &World, reason: Reason) {
    let clock = format!("update installation set simulated_at = '{NOW}';");
    let statements = [ANEW, include_str!("small_world.sql"), &clock, shuts(reason)];
    world.as_superuser(&statements.concat()).await;
    super::freeze_announcement(world).await;
}

/// Does it, as well as it can be done; whether it was accepted.
async fn attempt(world: &World, tried: Act) -> Result<(), String> {
    let (cx, one) = (&world.cx, world.dpo.clone());
    let two = Actor::Account { id: 2, email: "second@processor.example".to_owned() };
    let paper = Attachment { name: "paper.pdf".to_owned(), bytes: b"signed".to_vec() };
    match tried {
        Act::Say(spoken) => {
            if spoken == Word::TakenBack {
                Box::pin(attempt(world, Act::Say(Word::Yes))).await?;
            }
            let said = Said {
                contract: "main",
                customer: None,
                word: spoken,
                by: "Ada",
                channel: Channel::Letter,
                at: None,
            };
            drop_ok(clear_customer::record_consent(cx, one, CHANGE, &said, Some(&paper)).await)
        }
        Act::Serve => {
            let at: DateTime<Utc> = "2026-11-30T10:00:00Z".parse().unwrap();
            let received = Received { customer: "ACME", channel: ServiceChannel::Post, at };
            drop_ok(clear_customer::record_service(cx, one, CHANGE, &received, &paper).await)
        }
        Act::Override(reason) => {
            drop_ok(propose(world, reason).await)?;
            drop_ok(clear_customer::approve_override(cx, two, CHANGE, "ACME", reason).await)
        }
        Act::ProposeOverride(reason) => drop_ok(propose(world, reason).await),
        Act::Answer => drop_ok(resolve_objection::answer(cx, one, "OBJ-2026-0001", "We look into it.").await),
        Act::Resolve(outcome) => {
            let asked = asked(outcome);
            drop_ok(resolve_objection::resolve(cx, one, "OBJ-2026-0001", asked, Some(&paper)).await)
        }
        Act::ApproveResolution => {
            let overruled = asked(Outcome::NotUpheld);
            drop_ok(resolve_objection::resolve(cx, one, "OBJ-2026-0001", overruled, None).await)?;
            drop_ok(resolve_objection::approve(cx, two, "OBJ-2026-0001").await)
        }
        Act::ConfirmExclusion => {
            drop_ok(resolve_objection::confirm_exclusion(cx, one, "ACME", "Nimbus GmbH", "flag off").await)
        }
        Act::ApproveChange => drop_ok(schedule_change::approve(cx, two, CHANGE).await),
        Act::Reschedule => {
            let to = "2027-03-01".parse().unwrap();
            drop_ok(schedule_change::reschedule(cx, one, CHANGE, to).await)
        }
        Act::NoteInUse => {
            let since = "2027-01-08".parse().unwrap();
            drop_ok(note_in_use::note(cx, one, CHANGE, since, "by mistake").await)
        }
    }
}

async fn propose(world: &World, reason: Waivable) -> Result<clear_customer::Done, clear_customer::Error> {
    let paper = Attachment { name: "waiver.pdf".to_owned(), bytes: b"we waive".to_vec() };
    let asked = AskedWaiver { customer: "ACME", reason, justification: "They asked for it." };
    clear_customer::propose_override(&world.cx, world.dpo.clone(), CHANGE, &asked, &paper).await
}

/// Whatever an outcome can be given, so that nothing but the promise decides.
fn asked(outcome: Outcome) -> Asked {
    let lasting = matches!(outcome, Outcome::Terminated | Outcome::Lapsed | Outcome::NotUpheld);
    Asked {
        outcome,
        reason: "as agreed".to_owned(),
        condition: (outcome == Outcome::Mitigated).then(|| "EU only".to_owned()),
        how: (outcome == Outcome::Accommodated).then(|| "flag off".to_owned()),
        last_day: lasting.then(|| "2027-03-01".parse().unwrap()),
        remedies: (outcome == Outcome::NotUpheld).then(|| "you may terminate".to_owned()),
        refund: None,
        agreed: None,
        contacts_asked: None,
        attached: None,
    }
}

fn drop_ok<T, E: std::fmt::Display>(done: Result<T, E>) -> Result<(), String> {
    done.map(|_| ()).map_err(|error| error.to_string())
}

async fn shut_by(world: &World) -> BTreeSet<Reason> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    gate::shut_by(snapshot.conn(), ChangeId(1), NOW.parse().unwrap()).await.unwrap()
}

async fn acts_recorded(world: &World) -> i64 {
    sqlx::query_scalar("select count(*) from act").fetch_one(world.cx.db.pool()).await.unwrap()
}

#[tokio::test]
async fn exactly_the_acts_that_may_open_the_gate_open_it() {
    let world = World::on("2026-11-24T09:00Z").await;
    let (mut wrong, mut never_done) = (Vec::new(), acts());
    for reason in Reason::ALL {
        let mut untouched = false;
        for tried in acts() {
            if !untouched {
                anew(&world, *reason).await;
            }
            assert_eq!(shut_by(&world).await, BTreeSet::from([*reason]), "the world of {reason}");
            let done = attempt(&world, tried).await;
            if done.is_ok() {
                never_done.retain(|act| *act != tried);
            }
            // Whatever is written is an act in the ledger.
            untouched = done.is_err() && acts_recorded(&world).await == 0;
            let left = shut_by(&world).await;
            if left.is_empty() != may_open(*reason, tried) {
                wrong.push(format!("{reason} x {tried:?}: {done:?}, then {left:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // An act that is refused everywhere would prove nothing; only a withdrawn change ends its objections as such.
    assert_eq!(never_done, [Act::Resolve(Outcome::ChangeWithdrawn)]);
}

/// The commands that are no act on what is on record for one open change: they read, begin or end a change, or write who is entitled.
const OTHER_COMMANDS: &[&str] = &[
    "calendar",
    "change list",
    "change plan",
    "change plan add",
    "change plan alter",
    "change plan correct",
    "change plan remove",
    "change plan replace",
    "change schedule",
    "change schedule add",
    "change schedule alter",
    "change schedule correct",
    "change schedule remove",
    "change schedule replace",
    "change show",
    "change withdraw",
    "clearance",
    "completeness",
    "completions",
    "config check",
    "config show",
    "customers end",
    "customers export",
    "customers import",
    "customers restore",
    "customers show",
    "customers suppress",
    "deliveries",
    "demo",
    "dkim check",
    "dkim keygen",
    "doctor",
    "exclusion list",
    "inbox classify",
    "inbox list",
    "inbox show",
    "gate",
    "link",
    "mail preview",
    "mail probe",
    "mail test",
    "man",
    "migrate",
    "objection admit",
    "objection files",
    "objection link",
    "objection list",
    "objection record",
    "objection show",
    "register export",
    "receive",
    "register import",
    "register show",
    "serve",
    "stage",
    "status",
    "subscribers add",
    "subscribers list",
    "subscribers remove",
    "user add",
    "user disable",
    "user list",
];

#[test]
fn every_command_is_either_tried_here_or_known_to_open_nothing() {
    fn leaves(command: &clap::Command, path: &str, found: &mut BTreeSet<String>) {
        for sub in command.get_subcommands() {
            let path = format!("{path} {}", sub.get_name()).trim_start().to_owned();
            if sub.get_subcommands().next().is_none() || !sub.is_subcommand_required_set() {
                found.insert(path.clone());
            }
            leaves(sub, &path, found);
        }
    }
    let mut found = BTreeSet::new();
    leaves(&Cli::command(), "", &mut found);
    let tried: BTreeSet<String> = acts().into_iter().map(|act| act.command().to_owned()).collect();
    let known: BTreeSet<String> = OTHER_COMMANDS.iter().map(|path| (*path).to_owned()).chain(tried).collect();
    let new: Vec<_> = found.difference(&known).collect();
    assert!(
        new.is_empty(),
        "make an Act of each that a gate may depend on, name the rest in OTHER_COMMANDS: {new:?}"
    );
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "no such command any more: {gone:?}");
}
