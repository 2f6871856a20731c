-- Go-live per customer: who waits, who is in force already, and what the database refuses of both.

alter table change
    add column first_in_force_at timestamptz,      -- per_customer: since when it is in force for the first of its customers
    add constraint change_in_force_for_some_is_per_customer check (first_in_force_at is null or go_live = 'per_customer'),
    add constraint change_in_force_for_some_not_early check (first_in_force_at >= effective_at);
comment on column obligation.next_look_at is 'per_customer: not in force yet, and asked about with its change from here on';
-- Asked about change by change, so found by change.
drop index obligation_due;
create index obligation_waiting on obligation (change_id, customer_id) where next_look_at is not null;
update obligation set next_look_at = change.effective_at from change
    where change.id = change_id and go_live = 'per_customer' and change.state in ('scheduled', 'in_notice', 'held') and in_force_at is null;
-- Whom nothing is owed to starts with the day; it was never served.
alter table obligation drop constraint obligation_in_force_is_clear;
alter table obligation add constraint obligation_in_force_is_clear check (in_force_at is null or
    case state when 'served' then in_force_at >= clear_at when 'exempt' then exempt_why in ('joined_after_announcement', 'already_authorised')
               else false end) not valid;
alter table obligation validate constraint obligation_in_force_is_clear;

-- A start of one customer: under the change's lock, on its day, with nothing of that customer's in the way.
create function starts_only_when_clear() returns trigger language plpgsql set search_path = forenotice, pg_temp as $$
declare c record;
begin
    if old.in_force_at is not null then
        raise exception 'change %: in force for a customer is irreversible', new.change_id using constraint = 'obligation_in_force_is_final';
    end if;
    select go_live, state, effective_at, subprocessor_id, needs_approval and approver_id is null as unapproved into c
        from change where id = new.change_id for update;
    if c.go_live <> 'per_customer' or c.state <> 'in_notice' or c.effective_at > new.in_force_at or c.unapproved then
        raise exception 'change %: it does not start for a customer of its own', new.change_id using constraint = 'obligation_starts_with_its_change';
    end if;
    if new.state = 'served' and new.consent not in ('silence', 'given')
        or exists (select from objection_change x where x.change_id = new.change_id and x.customer_id = new.customer_id and x.counts
                   and (x.resolved_at is null or x.clear_at is null or x.clear_at > new.in_force_at))
        or exists (select from inbound_hold h where h.change_id = new.change_id and h.released_at is null
                   and (h.customer_id is null or h.customer_id = new.customer_id))
        or exists (select from exclusion e where e.customer_id = new.customer_id and e.subprocessor_id = c.subprocessor_id
                   and (e.until is null or e.until > new.in_force_at)) then
        raise exception 'change %: something of this customer is in the way', new.change_id using errcode = 'check_violation',
            constraint = 'obligation_starts_only_when_clear';
    end if;
    return new;
end $$;
create trigger obligation_starts_only_when_clear before update on obligation for each row
    when (new.in_force_at is distinct from old.in_force_at) execute function starts_only_when_clear();
create function never_born_in_force() returns trigger language plpgsql set search_path = forenotice, pg_temp as $$
begin raise exception 'change %: nobody starts before it is owed anything', new.change_id using constraint = 'obligation_never_born_in_force'; end $$;
create trigger obligation_never_born_in_force before insert on obligation for each row
    when (new.in_force_at is not null) execute function never_born_in_force();

-- In force for some: what they were told stays, and it goes on to be in force for all.
create function in_force_for_some_is_final() returns trigger language plpgsql set search_path = forenotice, pg_temp as $$
begin
    raise exception 'change %: in force for some of its customers, it only goes on to be in force for all', old.reference
        using constraint = 'change_in_force_for_some_is_final';
end $$;
create trigger change_in_force_for_some_is_final before update on change for each row
    when (old.first_in_force_at is not null and (new.state not in ('in_notice', 'effective')
          or (new.first_in_force_at, new.effective_at, new.facts) is distinct from (old.first_in_force_at, old.effective_at, old.facts)))
    execute function in_force_for_some_is_final();
