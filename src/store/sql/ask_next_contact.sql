-- One more letter of the notice, to the customer's next contact that has had none and can be served by it: privacy contacts first, then by rank.
with next as (
    select r.id from recipient r
    where r.customer_id = $2 and r.suppressed_at is null and r.address is not null
      and (r.notice_address or not exists (select from recipient o where o.customer_id = $2 and o.notice_address))
      and not exists (select from delivery d where d.notice_id = $1 and d.recipient_id = r.id)
    order by (r.role <> 'privacy'), r.rank, r.id
    limit 1
), fresh as (
    select nextval(pg_get_serial_sequence('batch', 'id')) as id, next.id as recipient_id from next
), letter as (
    insert into delivery (id, notice_id, recipient_id, customer_id, due_at, latest_at)
    select fresh.id * 1024, $1, fresh.recipient_id, $2, $3, $4 from fresh
    on conflict (notice_id, recipient_id) do nothing
    returning id, recipient_id
), queued as (
    insert into batch (id, lane, notice_id, due_at, latest_at) overriding system value
    select letter.id / 1024, $5, $1, $3, $4 from letter
)
select id, recipient_id from letter
