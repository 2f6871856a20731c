-- The gate is weighed for an instant a second back; an announcement that had not all gone out by then is no notice of what takes effect there.

create or replace function gate_shut_by(the_change bigint, at timestamptz) returns setof text language plpgsql stable
    set search_path = forenotice, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin return query
    select 'notice_missing' where exists (select from obligation where change_id = the_change and state = 'owed')
        or exists (select from notice_change join notice on notice.id = notice_id where change_id = the_change
                   and kind = 'announcement' and (fanned_out_at is null or fanned_out_at > at) and cancelled_at is null)
        or exists (select from change where id = the_change and kind <> 'correction')
       and not exists (select from notice_change join notice on notice.id = notice_id where change_id = the_change
                       and kind = 'announcement' and fanned_out_at <= at and cancelled_at is null and valid_until > at)
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
    select 'inbound_behind' where exists (select from inbound_message where (state = 'stored' or look_again) and received_at < at)
        or exists (select from door where state = 'open' and read_to - settle < at + interval '1 second')   -- the same second
        or not exists (select from door where state = 'open')
    union all
    select 'approval_missing' from change where id = the_change and needs_approval and approver_id is null
    union all
    select 'predecessor_open' from change c where id = the_change and exists (select from change p
        where p.state in ('scheduled', 'in_notice', 'held') and (p.effective_at, p.id) < (c.effective_at, c.id)
        and array[p.subprocessor_id, p.replaces_id] && array[c.subprocessor_id, c.replaces_id]);
end $$;
