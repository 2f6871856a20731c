-- What the database refuses, whoever writes: effective past a shut gate, facts that pretend to be older, a ledger rewritten.

-- Invariant 1, kept by the database whoever writes: it waits for every statement under way, then looks.
create function change_effective_only_through_gate() returns trigger language plpgsql set search_path = forenotice, pg_temp as $$
declare reasons text;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'change %: a gate decides under read committed only', new.reference using constraint = 'change_gate_isolation';
    end if;
    perform from change where id = new.id for update;          -- conflicts with the key share lock of facts that shut
    select string_agg(r, ', ') into reasons from gate_shut_by(new.id, new.took_effect_at) r;
    if reasons is not null then
        raise exception 'change %: the gate is shut: %', new.reference, reasons using errcode = 'check_violation', constraint = 'change_gate_open';
    end if;
    return new;
end $$;
create trigger change_effective_only_through_gate before update on change for each row
    when (new.state = 'effective' and old.state <> 'effective') execute function change_effective_only_through_gate();
create function change_effective_is_final() returns trigger language plpgsql set search_path = forenotice, pg_temp as $$
begin raise exception 'change %: effective is irreversible', old.reference using constraint = 'change_effective_is_final'; end $$;
create trigger change_effective_is_final before update on change for each row
    when (old.state = 'effective' and (new.state, new.took_effect_at, new.effective_at) is distinct from (old.state, old.took_effect_at, old.effective_at))
    execute function change_effective_is_final();
create trigger change_never_born_effective before insert on change for each row
    when (new.state = 'effective') execute function change_effective_is_final();

-- A fact that shuts: key share on the change (waits for a deciding gate), then it must not pretend to come before the effect.
create function shuts_the_gate() returns trigger language plpgsql set search_path = forenotice, pg_temp as $$
declare effect timestamptz;
begin
    select took_effect_at into effect from change where id = new.change_id for key share;
    if tg_table_name = 'objection_change' then
        effect := least(effect, (select in_force_at from obligation where change_id = new.change_id and customer_id = new.customer_id));
        if new.in_time and new.customer_id is not null and new.resolved_at is null and effect is not null then
            if new.received_at >= effect then
                raise exception 'objection received after the effect cannot be in time' using constraint = 'objection_in_time_means_before';
            end if;
            new.found_after_effect := true;
        end if;
    elsif tg_table_name = 'obligation' then
        if effect is not null or old.in_force_at is not null then
            raise exception 'change % is effective: its obligations are closed; a bounce stays with the delivery', new.change_id
                using constraint = 'obligation_closed_by_effect';
        end if;
    end if;
    return new;
end $$;
create trigger objection_shuts_the_gate before insert on objection_change for each row execute function shuts_the_gate();
create trigger objection_changed_shuts_the_gate before update on objection_change for each row   -- reopened, linked, admitted, remedy longer
    when (new.resolved_at is null or new.clear_at is null or new.clear_at > old.clear_at) execute function shuts_the_gate();
create trigger hold_shuts_the_gate before insert on inbound_hold for each row execute function shuts_the_gate();
create trigger hold_reopened_shuts_the_gate before update on inbound_hold for each row
    when (new.released_at is null) execute function shuts_the_gate();
create trigger obligation_shuts_the_gate before update on obligation for each row
    when ((new.state = 'owed' and old.state <> 'owed') or (new.state = 'served' and old.state = 'exempt') or new.clear_at > old.clear_at
          or (new.consent in ('awaited', 'refused') and old.consent not in ('awaited', 'refused'))) execute function shuts_the_gate();
-- An inserted obligation takes the same lock by its foreign key; once a statement, look whether the change took effect meanwhile.
create function never_owed_after_effect() returns trigger language plpgsql set search_path = forenotice, pg_temp as $$
begin
    if exists (select from (select distinct change_id from fresh where state = 'owed') f join change on change.id = f.change_id
               where took_effect_at is not null) then
        raise exception 'an effective change owes nothing new' using constraint = 'obligation_closed_by_effect';
    end if;
    return null;
end $$;
create trigger obligation_never_owed_after_effect after insert on obligation referencing new table as fresh
    for each statement execute function never_owed_after_effect();

-- The ledger is written once, even by its owner.
create function ledger_is_written_once() returns trigger language plpgsql set search_path = forenotice, pg_temp as $$
begin raise exception '% on % refused: the ledger is written once', tg_op, tg_table_name using constraint = 'ledger_is_written_once'; end $$;
create trigger act_written_once before update on act for each row
    when (old.first_index is not null or (new.id, new.at, new.actor, new.entries) is distinct from (old.id, old.at, old.actor, old.entries))
    execute function ledger_is_written_once();
create trigger entry_written_once before update on ledger_entry for each row
    when (new.payload is not null or (new.act_id, new.ordinal, new.kind, new.change_id, new.leaf_hash) is distinct from (old.act_id, old.ordinal, old.kind, old.change_id, old.leaf_hash))
    execute function ledger_is_written_once();
create trigger head_only_grows before update on ledger_head for each row when (new.size < old.size) execute function ledger_is_written_once();
create trigger act_never_deleted before delete or truncate on act execute function ledger_is_written_once();
create trigger entry_never_deleted before delete or truncate on ledger_entry execute function ledger_is_written_once();
create trigger tile_never_changed before update or delete or truncate on ledger_tile execute function ledger_is_written_once();
create trigger checkpoint_never_deleted before delete or truncate on checkpoint execute function ledger_is_written_once();
create trigger head_never_deleted before delete or truncate on ledger_head execute function ledger_is_written_once();
