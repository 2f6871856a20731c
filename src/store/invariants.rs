//! What must be true of the database whatever happened: each invariant as a query that returns no row.
//!
//! `doctor` and the end of every test run them all. Promise: each one can fail (a test writes the row that breaks it), names the rows
//! that do, and says what mends it.

use sqlx::PgConnection;

use super::Error;

/// At most so many offending rows are named; the first few say enough.
const ROWS_NAMED: usize = 100;

/// One thing that must hold.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    pub name: &'static str,
    /// The promise in chapter 2 ("Invariants") that it belongs to; 0 = the house's own.
    pub promise: u8,
    pub says: &'static str,
    pub mend: &'static str,
    /// Each offending row as one line of JSON.
    query: &'static str,
}

macro_rules! invariant {
    ($name:ident, $promise:literal, $says:literal, $mend:literal, $query:literal) => {
        Invariant {
            name: stringify!($name),
            promise: $promise,
            says: $says,
            mend: $mend,
            query: concat!("select to_jsonb(offender)::text from (", $query, ") offender limit 100"),
        }
    };
}

/// All of them, in the order of the promises.
pub const ALL: &[Invariant] = &[
    invariant!(
        effective_through_the_gate,
        1,
        "every effective change has a verdict that opened the gate at the instant it took effect",
        "somebody wrote past the triggers: keep the database as it is, and ask who had superuser rights",
        "select change.id, change.reference from change
         where state = 'effective' and not exists (
             select from verdict where verdict.change_id = change.id and open and verdict.at = took_effect_at)"
    ),
    invariant!(
        in_force_for_a_customer_through_the_gate,
        1,
        "every customer for whom a change is in force by itself was clear when the gate was asked for it",
        "somebody wrote past the triggers: keep the database as it is, and ask who had superuser rights",
        "select change.reference, o.customer_id, o.in_force_at from obligation o join change on change.id = o.change_id
         where o.in_force_at is not null and (change.go_live <> 'per_customer' or change.first_in_force_at is null
             or o.state = 'owed' or o.clear_at > o.in_force_at or o.in_force_at < change.effective_at
             or not exists (select from verdict where verdict.change_id = change.id and verdict.at = o.in_force_at))"
    ),
    invariant!(
        nothing_outstanding_at_effect,
        1,
        "no customer was owed notice, or still in its period, when a change took effect",
        "the customers named had less than their notice: tell them, and mend it by a further change",
        "select change.reference, o.customer_id, o.state, o.clear_at from obligation o join change on change.id = o.change_id
         where change.state = 'effective' and (o.state = 'owed' or (o.state = 'served' and o.clear_at > took_effect_at))"
    ),
    invariant!(
        objection_found_after_effect,
        1,
        "no objection that came in time surfaced only after its change took effect and is still open",
        "answer it now: `forenotice objection show`, then `resolve`; until then this customer is not cleared",
        "select objection.reference, change.reference as change, x.customer_id from objection_change x
         join change on change.id = x.change_id join objection on objection.id = x.objection_id
         where x.found_after_effect and (x.resolved_at is null or x.clear_at is null)"
    ),
    invariant!(
        exclusion_confirmed_before_clear,
        1,
        "whoever was accommodated stood in the way until the exclusion was confirmed",
        "confirm the exclusion: `forenotice exclusion confirm`",
        "select objection.reference, x.customer_id from objection_change x join objection on objection.id = x.objection_id
         join change on change.id = x.change_id
         where x.outcome = 'accommodated' and x.clear_at is not null and not exists (
             select from exclusion e where e.customer_id = x.customer_id and e.subprocessor_id = change.subprocessor_id
             and e.confirmed_at is not null)"
    ),
    invariant!(
        silence_excludes_on_file,
        1,
        "whoever silence under specific authorisation keeps out is on the list of exclusions, confirmed if a change is in force without it, \
         and no exclusion of silence is there without it",
        "keep the customer's data back, and report it with the row",
        "select change.reference, o.customer_id, o.consent from obligation o join change on change.id = o.change_id
         where o.consent in ('silent', 'excluded') and o.state <> 'exempt' and change.state not in ('withdrawn', 'discarded')
           -- What is to be announced anew asks for new letters.
           and (select n.barrier_at from notice n join notice_change x on x.notice_id = n.id
                where x.change_id = change.id and n.kind = 'announcement' and n.cancelled_at is null
                order by n.id desc limit 1) is not null
           and ((change.state = 'effective' and o.consent = 'silent') or not exists (
               select from exclusion e where e.customer_id = o.customer_id and e.subprocessor_id = change.subprocessor_id
               and e.until is null and (o.consent = 'silent' or e.confirmed_at is not null)))
         union all
         select null, e.customer_id, e.why from exclusion e where e.objection_id is null and e.until is null and not exists (
             select from obligation o join change on change.id = o.change_id
             where o.customer_id = e.customer_id and change.subprocessor_id = e.subprocessor_id
               and o.consent in ('silent', 'excluded') and o.state <> 'exempt' and change.state not in ('withdrawn', 'discarded'))"
    ),
    invariant!(
        served_by_an_accepted_letter,
        2,
        "whoever counts as served by a letter was served by one that the relay accepted and that did not bounce before the effect",
        "the next pass of `deliver` does not mend this: report it with the row",
        "select o.change_id, o.customer_id, o.served_by, d.state, d.bounced_at from obligation o
         join change on change.id = o.change_id left join delivery d on d.id = o.served_by
         where o.state = 'served' and o.served_by is not null and change.state not in ('withdrawn', 'discarded')
           -- What is to be announced anew asks for new letters.
           and (select n.barrier_at from notice n join notice_change x on x.notice_id = n.id
                where x.change_id = change.id and n.kind = 'announcement' and n.cancelled_at is null
                order by n.id desc limit 1) is not null
           and (d.id is null or d.state <> 'accepted' or d.bounced_at < coalesce(least(change.took_effect_at, o.in_force_at), 'infinity'))"
    ),
    invariant!(
        served_without_letter_has_a_cause,
        2,
        "whoever counts as served without a letter was served by other means, said yes, or waived",
        "record what served it: `forenotice service record`, `consent record` or `override`",
        "select o.change_id, o.customer_id from obligation o where o.state = 'served' and o.served_by is null
           and not exists (select from service s where s.change_id = o.change_id and s.customer_id = o.customer_id)
           and not exists (select from override w where w.change_id = o.change_id and w.customer_id = o.customer_id
                           and approved_at is not null)
           and not exists (select from consent join contract on contract.id = contract_id
                           where consent.change_id = o.change_id and contract.customer_id = o.customer_id and yes)"
    ),
    invariant!(
        delivery_to_its_own_customer,
        2,
        "every letter went to a recipient of the customer that it names",
        "letters name a recipient who is gone or somebody else's: report it with the row",
        "select d.id, d.recipient_id, d.customer_id from delivery d
         left join recipient r on r.id = d.recipient_id and r.customer_id is not distinct from d.customer_id
         where d.recipient_id is not null and r.id is null"
    ),
    invariant!(
        obligation_of_a_known_customer,
        2,
        "every obligation names a customer, and a contract of that customer",
        "an obligation outlived what it was owed for: report it with the row",
        "select o.change_id, o.customer_id, o.contract_id from obligation o
         left join customer c on c.id = o.customer_id
         left join contract k on k.id = o.contract_id and k.customer_id = o.customer_id
         where c.id is null or (o.contract_id is not null and k.id is null)"
    ),
    invariant!(
        queued_letter_lies_in_an_open_batch,
        2,
        "every queued letter lies in a batch that will be sent",
        "reopen its batch: `update batch set open = true where id = <delivery id> >> 10`",
        "select d.id, d.notice_id, d.letter_key from delivery d
         where d.state = 'queued' and not exists (select from batch where batch.id = d.id >> 10 and batch.open)"
    ),
    invariant!(
        announced_to_whoever_is_entitled,
        2,
        "every customer with a contract in scope of a change in notice has an obligation",
        "import the customer again, which settles it; if the row stays, report it",
        "select change.reference, customer.reference as customer from change
         join customer on customer.kind = 'contract'
         where change.state in ('in_notice', 'held')
           -- A removal recorded after its day is only told.
           and not (change.kind = 'removal' and change.effective_at <= change.published_at)
           and exists (select from notice_change nc join notice n on n.id = nc.notice_id where nc.change_id = change.id
                       and n.kind = 'announcement' and n.fanned_out_at is not null and n.cancelled_at is null)
           and not exists (select from notice_change nc join notice n on n.id = nc.notice_id where nc.change_id = change.id
                       and n.kind = 'announcement' and n.fanned_out_at is null and n.cancelled_at is null)
           and exists (select from contract k left join lateral (
                           select terms from contract_terms t where t.contract_id = k.id and t.valid_from <= change.published_at::date
                           order by valid_from desc limit 1) t on true
                       where k.customer_id = customer.id and k.signed_on < change.published_at::date
                         and (k.ended_on is null or k.ended_on > greatest(change.effective_on, change.published_at::date))
                         and (k.products = '{}' or change.products = '{}' or k.products && change.products)
                         and coalesce(t.terms -> 'kinds' ? change.kind, true))
           and change.kind <> 'correction'
           and not exists (select from obligation o where o.change_id = change.id and o.customer_id = customer.id)"
    ),
    invariant!(
        objection_by_link_has_its_receipt,
        4,
        "every objection sent by a link has a receipt queued, sent or failed for its sender, unless no letter may go there",
        "the receipt and the objection are one transaction: report it with the row",
        "select o.reference, o.recipient_id from objection o
         where o.channel = 'link' and o.recipient_id is not null and not exists (
             select from delivery d where d.letter_key = 'receipt:' || o.reference || ':' || o.recipient_id)
           and not exists (select from recipient r where r.id = o.recipient_id and r.suppressed_at <= o.entered_at)"
    ),
    invariant!(
        in_time_by_the_instant_it_reached_us,
        5,
        "every statement is in time or late by the instant it reached us, measured against its deadline and the effect",
        "somebody wrote past the triggers: report it with the row",
        "select objection.reference, x.change_id, x.received_at, x.deadline_at, x.in_time from objection_change x
         join objection on objection.id = x.objection_id join change on change.id = x.change_id
         where x.received_at > objection.received_at
            or (x.received_at < objection.received_at and not exists (   -- an earlier statement was added to it
                select from correspondence c where c.objection_id = x.objection_id and c.at = x.received_at))
            or (x.in_time and not x.after_start
                and x.received_at >= least(change.took_effect_at, (select in_force_at from obligation o
                    where o.change_id = x.change_id and o.customer_id = x.customer_id))
                -- Nobody's shuts no gate. One lodged while the doors were waited for keeps what its receipt said, until it is known whose:
                -- the lock on the change puts its act before that of the effect.
                and (x.customer_id is not null or not exists (
                    select from ledger_entry lodged join ledger_entry effect on effect.change_id = lodged.change_id
                    where lodged.change_id = x.change_id and lodged.kind = 'objection_lodged'
                      and effect.kind = 'change_took_effect' and lodged.act_id < effect.act_id
                      and convert_from(lodged.payload, 'UTF8')::jsonb ->> 'objection' = objection.reference)))
            or (x.after_start and not exists (   -- in the window of an emergency that runs on after its start, and nowhere else
                select from obligation o where o.change_id = x.change_id and o.customer_id = x.customer_id and change.emergency is not null
                and not o.window_shuts and x.deadline_at <= o.window_closes_at
                and x.received_at >= least(change.took_effect_at, o.in_force_at)))
            or (not x.in_time and x.received_at < coalesce(x.deadline_at, 'infinity')
                and x.received_at < coalesce(least(change.took_effect_at, (select in_force_at from obligation o
                    where o.change_id = x.change_id and o.customer_id = x.customer_id)), 'infinity'))"
    ),
    invariant!(
        act_places_are_dense,
        6,
        "sealed acts follow one another without gap or overlap",
        "do not seal further: restore from the last backup whose checkpoint is published",
        "select act_id, first_index, expected from (
             select id as act_id, first_index, coalesce(lag(first_index + entries) over (order by first_index), 0) as expected
             from act where first_index is not null) placed
         where first_index <> expected"
    ),
    invariant!(
        act_has_its_entries,
        6,
        "every act has as many ledger entries as it says, and every entry an act",
        "somebody wrote past the triggers: keep the database as it is, and ask who had superuser rights",
        "select coalesce(act.id, act_id) as act, entries, count(act_id) as found
         from act full join ledger_entry on act_id = act.id
         group by act.id, act_id having act.id is null or count(act_id) <> entries"
    ),
    invariant!(
        ledger_head_is_its_acts,
        6,
        "the ledger's head is as long as its sealed acts",
        "do not seal further: restore from the last backup whose checkpoint is published",
        "select size, sealed from ledger_head, (select coalesce(max(first_index + entries), 0) as sealed from act) acts
         where size <> sealed"
    ),
    invariant!(
        leaf_commits_to_its_payload,
        6,
        "every ledger entry not erased hashes to its leaf",
        "a payload was changed: the leaf proves it; keep the database as it is, and ask who had superuser rights",
        "select act_id, ordinal, kind from ledger_entry
         where payload is not null and leaf_hash <> sha256('\\x00'::bytea || sha256(nonce || payload))"
    ),
    invariant!(
        guards_stand,
        6,
        "every trigger that guards a promise is there and enabled",
        "enable it again: `alter table … enable trigger …` as forenotice_owner",
        "select guard from unnest(array['change_effective_only_through_gate', 'change_effective_is_final', 'change_never_born_effective',
             'objection_shuts_the_gate', 'objection_changed_shuts_the_gate', 'hold_shuts_the_gate', 'hold_reopened_shuts_the_gate',
             'obligation_shuts_the_gate', 'obligation_never_owed_after_effect', 'obligation_starts_only_when_clear',
             'obligation_never_born_in_force', 'change_in_force_for_some_is_final', 'act_written_once', 'entry_written_once', 'head_only_grows',
             'act_never_deleted', 'entry_never_deleted', 'tile_never_changed', 'checkpoint_never_deleted', 'head_never_deleted']) guard
         where not exists (select from pg_trigger join pg_class on pg_class.oid = tgrelid join pg_namespace n on n.oid = relnamespace
                           where nspname = 'forenotice' and tgname = guard and tgenabled in ('O', 'A'))"
    ),
    invariant!(
        app_cannot_rewrite_the_ledger,
        6,
        "the daemon's role can neither delete from the ledger nor change what it committed to",
        "revoke it: `revoke delete, truncate, update on … from forenotice_app` as forenotice_owner, then `forenotice migrate`",
        "select t as ledger_table, p as privilege from unnest(array['act', 'ledger_entry', 'ledger_tile', 'checkpoint', 'ledger_head']) t,
             unnest(array['delete', 'truncate', 'update']) p
         where has_table_privilege('forenotice_app', 'forenotice.' || t, p)
            or (p = 'update' and t = 'ledger_entry' and has_column_privilege('forenotice_app', 'forenotice.ledger_entry', 'leaf_hash', 'update'))
            or (p = 'update' and t = 'act' and has_column_privilege('forenotice_app', 'forenotice.act', 'entries', 'update'))"
    ),
    invariant!(
        daemon_owns_nothing,
        6,
        "the daemon's roles own no table, view, sequence or function, and are no superusers",
        "give it to the owner: `alter … owner to forenotice_owner`; log the daemon in as forenotice_app",
        "select relname as owned, rolname as owner from pg_class join pg_namespace n on n.oid = relnamespace
             join pg_roles on pg_roles.oid = relowner
         where nspname = 'forenotice' and rolname in ('forenotice_app', 'forenotice_read', current_user)
         union all
         select proname, rolname from pg_proc join pg_namespace n on n.oid = pronamespace join pg_roles on pg_roles.oid = proowner
         where nspname = 'forenotice' and rolname in ('forenotice_app', 'forenotice_read', current_user)
         union all
         select 'superuser rights', rolname from pg_roles
         where rolname in ('forenotice_app', 'forenotice_read') and (rolsuper or rolcreaterole or rolbypassrls)"
    ),
    invariant!(
        register_fact_has_an_effective_change,
        7,
        "every fact of the register stems from an effective change of that subprocessor, or from the first import",
        "the register shows what no change brought about: keep the database as it is, and ask who wrote it",
        "select v.subprocessor_id, v.valid_from, change.reference, change.state from subprocessor_version v
         join change on change.id = v.change_id
         where change.state <> 'effective' or v.subprocessor_id not in (change.subprocessor_id, coalesce(change.replaces_id, change.subprocessor_id))"
    ),
    invariant!(
        clear_never_before_service,
        11,
        "nobody is clear before it was served",
        "report it with the row",
        "select change_id, customer_id, served_at, clear_at from obligation where clear_at < served_at"
    ),
];

/// An invariant and the rows that break it; none = it holds.
#[derive(Clone, Debug)]
pub struct Finding {
    pub invariant: &'static Invariant,
    pub rows: Vec<String>,
}

impl Finding {
    pub fn holds(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether there may be more offending rows than are named.
    pub fn is_cut_off(&self) -> bool {
        self.rows.len() >= ROWS_NAMED
    }
}

/// Runs every invariant, in the caller's transaction, which must be able to wait: some read whole tables.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<Finding>, Error> {
    sqlx::query("set local statement_timeout = '30min'").execute(&mut *conn).await?;
    let mut findings = Vec::with_capacity(ALL.len());
    for invariant in ALL {
        let rows = sqlx::query_scalar(invariant.query).fetch_all(&mut *conn).await?;
        findings.push(Finding { invariant, rows });
    }
    Ok(findings)
}

/// The holiday calendars that some contract names.
pub async fn calendars_in_use(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    let codes = sqlx::query_scalar(
        "select distinct jsonb_array_elements_text(terms -> 'holidays') as code from contract_terms
         where jsonb_typeof(terms -> 'holidays') = 'array' order by code",
    )
    .fetch_all(conn)
    .await?;
    Ok(codes)
}
