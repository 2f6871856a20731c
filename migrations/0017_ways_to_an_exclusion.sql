-- Two further ways to an exclusion: silence under specific authorisation, and an objection in a window that runs on after an emergency's start.

-- silent: its time ended without a word, the exclusion is not confirmed; excluded: it is.
alter table obligation
    drop constraint obligation_consent_known,
    add constraint obligation_consent_known
        check (consent in ('silence', 'awaited', 'given', 'refused', 'silent', 'excluded'));
create index obligation_silent on obligation (change_id, customer_id) where consent = 'silent' and state <> 'exempt';
-- Whose time ends when; null = when the change is to take effect.
create index obligation_to_answer on obligation (change_id, window_closes_at) where consent = 'awaited' and state = 'served';
create index exclusion_of_subprocessor on exclusion (subprocessor_id, customer_id) where objection_id is null and until is null;

-- Received after the effect, and in time all the same: the terms let the window of this emergency run on.
alter table objection_change
    add column after_start boolean not null default false,
    add constraint objection_after_start_has_a_deadline check (not after_start or (in_time and deadline_at is not null));

create or replace function gate_shut_by(the_change bigint, at timestamptz) returns setof text language plpgsql stable
    set search_path = forenotice, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin return query
    select 'notice_missing' where exists (select from obligation where change_id = the_change and state = 'owed')
        or exists (select from notice_change join notice on notice.id = notice_id where change_id = the_change
                   and kind = 'announcement' and fanned_out_at is null and cancelled_at is null)
        or exists (select from change where id = the_change and kind <> 'correction')
       and not exists (select from notice_change join notice on notice.id = notice_id where change_id = the_change
                       and kind = 'announcement' and fanned_out_at is not null and cancelled_at is null and valid_until > at)
    union all
    select 'notice_short' where exists (select from obligation where change_id = the_change and state = 'served' and earliest_by_notice > at)
    union all
    select 'window_open' where exists (select from obligation where change_id = the_change and state = 'served' and window_shuts
                                       and window_closes_at > at)
    union all
    select 'consent_missing' where exists (select from obligation where change_id = the_change
                                           and consent in ('awaited', 'refused') and state <> 'exempt')
    union all
    select 'objection_open' where exists (select from objection_change where change_id = the_change and counts and resolved_at is null)
    union all
    select 'remedy_running' where exists (select from objection_change where change_id = the_change and counts and resolved_at is not null
                                          and clear_at is null)
        or exists (select from objection_change where change_id = the_change and counts and resolved_at is not null and clear_at > at)
        or exists (select from obligation where change_id = the_change and consent = 'silent' and state <> 'exempt')
    union all
    select 'reply_untriaged' where exists (select from inbound_hold where change_id = the_change and released_at is null)
    union all
    select 'inbound_behind' where exists (select from inbound_message where state = 'stored' and received_at < at)
        or exists (select from door where state = 'open' and read_to - settle < at + interval '1 second')   -- the same second
        or not exists (select from door where state = 'open')
    union all
    select 'approval_missing' from change where id = the_change and needs_approval and approver_id is null
    union all
    select 'predecessor_open' from change c where id = the_change and exists (select from change p
        where p.state in ('scheduled', 'in_notice', 'held') and (p.effective_at, p.id) < (c.effective_at, c.id)
        and array[p.subprocessor_id, p.replaces_id] && array[c.subprocessor_id, c.replaces_id]);
end $$;

-- After the effect an objection is in time only where the window of its emergency runs on; received before it, it is found too late.
create or replace function shuts_the_gate() returns trigger language plpgsql set search_path = forenotice, pg_temp as $$
declare effect timestamptz;
begin
    select took_effect_at into effect from change where id = new.change_id for key share;
    if tg_table_name = 'objection_change' then
        effect := least(effect, (select in_force_at from obligation where change_id = new.change_id and customer_id = new.customer_id));
        if new.in_time and new.customer_id is not null and new.resolved_at is null and effect is not null then
            if new.received_at < effect then
                new.found_after_effect := true;
            elsif not new.after_start or not exists (
                select from obligation o join change c on c.id = o.change_id
                where o.change_id = new.change_id and o.customer_id = new.customer_id and o.state = 'served' and c.emergency is not null
                  and not o.window_shuts and new.deadline_at <= o.window_closes_at) then
                raise exception 'objection received after the effect cannot be in time' using constraint = 'objection_in_time_means_before';
            end if;
        end if;
        if new.after_start and (effect is null or new.received_at < effect) then
            raise exception 'objection received before the start is not after it' using constraint = 'objection_after_start_means_after';
        end if;
    elsif tg_table_name = 'obligation' then
        if effect is not null or old.in_force_at is not null then
            raise exception 'change % is effective: its obligations are closed; a bounce stays with the delivery', new.change_id
                using constraint = 'obligation_closed_by_effect';
        end if;
    end if;
    return new;
end $$;
-- An exclusion to be confirmed shuts like a yes that is awaited; one confirmed does not.
drop trigger obligation_shuts_the_gate on obligation;
create trigger obligation_shuts_the_gate before update on obligation for each row
    when ((new.state = 'owed' and old.state <> 'owed') or (new.state = 'served' and old.state = 'exempt') or new.clear_at > old.clear_at
          or (new.consent in ('awaited', 'refused', 'silent') and old.consent not in ('awaited', 'refused', 'silent')))
    execute function shuts_the_gate();
