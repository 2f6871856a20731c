-- What the relay said of the letters of one lease. 250 counts under any lease, anything else under the running one.
with said as (
    select * from unnest($1::bigint[], $2::boolean[], $3::timestamptz[], $4::smallint[], $5::boolean[], $6::smallint[],
                         $7::text[], $8::timestamptz[], $9::bytea[], $10::text[])
        as s(id, accepted, at, counted, in_doubt, code, words, composed_at, message_hash, relay)
), fence as (
    select from batch where id = $11 and lease_no = $12 for update
)
update delivery d
set state = case when said.accepted then 'accepted' when said.at is null then 'failed' else d.state end,
    failed_at = case when said.accepted then null when said.at is null then $13 else d.failed_at end,
    accepted_at = case when said.accepted then said.at else d.accepted_at end,
    received_at = case when said.accepted and d.received_at < said.at then said.at else d.received_at end,
    due_at = case when said.accepted then d.due_at else coalesce(said.at, d.due_at) end,
    attempts = least(d.attempts + said.counted, 32767),
    in_doubt = not said.accepted and (d.in_doubt or said.in_doubt),
    composed_at = said.composed_at,
    message_hash = coalesce(said.message_hash, d.message_hash),
    relay = said.relay, relay_code = said.code, relay_words = said.words
from said
where d.id = said.id
  and (said.accepted and (d.state <> 'accepted' or said.at < d.accepted_at)
       or d.state = 'queued' and exists (select from fence))
returning d.id, d.notice_id, d.recipient_id, d.customer_id, d.state, d.attempts, d.latest_at, d.accepted_at, d.received_at,
          d.bounced_at is not null as bounced
