-- A batch of one for an occasion that has no letter yet. Of two that come at once the unique key lets one through;
-- the batch is made from the letter, so none is left over.
with fresh as (
    select nextval(pg_get_serial_sequence('batch', 'id')) as id
    where not exists (select from delivery where letter_key = $1)
), letter as (
    insert into delivery (id, letter_key, recipient_id, customer_id, facts, due_at, latest_at)
    select fresh.id * 1024, $1, $2, $3, $4, $5, $6 from fresh
    on conflict (letter_key) where letter_key is not null do nothing
    returning id
), queued as (
    insert into batch (id, lane, due_at, latest_at) overriding system value
    select letter.id / 1024, $7, $5, $6 from letter
)
select id from letter
