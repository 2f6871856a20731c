-- Serves what is owed. The window that a yes, a waiver or an emergency took out of the gate stays out of it, a notice period that was
-- waived stays waived, what was told stays told, and an earlier service never moves the end of a notice period later.
with letter as (
    select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                         $7::timestamptz[], $8::boolean[])
        as l(change_id, customer_id, delivery_id, served_at, notice_started_at, earliest_by_notice, window_closes_at,
             window_shuts)
)
update obligation o
set state = 'served', served_by = letter.delivery_id, served_at = letter.served_at,
    notice_started_at = letter.notice_started_at,
    told_until = greatest(o.told_until, o.window_closes_at, letter.window_closes_at),
    (earliest_by_notice, window_closes_at, window_shuts, clear_at) = (
        -- Whoever may object until the effect, and until a day by another promise, is waited for until that day.
        select greatest(by_notice, case when shuts and closes is null then day end), closes, shuts,
               greatest(by_notice, case when shuts then day end)
        -- What is owed has an end of the notice period where that was waived.
        from (select case when o.consent = 'given' and o.state = 'owed' then letter.served_at
                          else greatest(letter.served_at, least(letter.earliest_by_notice, o.earliest_by_notice))
                     end as by_notice,
                     o.window_shuts and letter.window_shuts and o.consent <> 'given' as shuts,
                     greatest(letter.window_closes_at, o.window_closes_at, o.told_until) as day,
                     -- Until the effect is the longest, and a row with a notice's start and no end was told so.
                     case when letter.window_closes_at is not null
                               and (o.window_closes_at is not null or o.notice_started_at is null)
                          then greatest(letter.window_closes_at, o.window_closes_at) end as closes) longest)
from letter
where o.change_id = letter.change_id and o.customer_id = letter.customer_id
  -- A case, for Postgres takes each of its conditions to be rare, and would look for them among all obligations first.
  and case when o.in_force_at is null
           then o.state = 'owed' or o.state = 'served' and letter.served_at < o.served_at else false end
returning o.change_id, o.customer_id
