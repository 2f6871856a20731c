-- Notices and letters: what is sent, in batches that are leased whole, one delivery for each recipient.

create sequence notice_no;
create table notice (
    id                 bigint primary key default nextval('notice_no'),
    reference          text not null constraint notice_reference_once unique,
    kind               text not null constraint notice_kind_known check (kind in
                       ('announcement', 'reminder', 'rescheduled', 'withdrawn', 'held', 'effective', 'corrected')),
    follows_id         bigint references notice,   -- the thread
    facts              jsonb not null,
    template_hash      bytea not null references file,
    due_at             timestamptz not null,
    barrier_at         timestamptz,                -- entitlement barrier passed: the fan-out may scan
    fanned_out_to      bigint not null default 0,  -- last customer id: the cursor that makes the fan-out restartable
    fanned_out_at      timestamptz,                -- all of it
    cancelled_at       timestamptz,
    valid_until        timestamptz,                -- an announcement: too old for what takes effect from here on
    constraint notice_announcement_ages check ((kind = 'announcement') = (valid_until is not null))
) with (fillfactor = 50);
create index notice_to_fan_out on notice (due_at) where fanned_out_at is null and cancelled_at is null;
create table notice_change (
    notice_id          bigint not null references notice,
    change_id          bigint not null references change,
    primary key (notice_id, change_id)
);
create index notice_change_by_change on notice_change (change_id);
grant insert on notice_change to forenotice_app;
grant insert, update on notice to forenotice_app;

-- A batch: up to 1,024 deliveries leased as a whole by one sender; a single letter is a batch of one. Leases, due instants and order live
-- here, so that a mailing of a million is 2,000 rows to queue, and a delivery is written twice: born, and told what the relay said.
create table batch (
    id                 bigint generated always as identity primary key,
    lane               smallint not null constraint batch_lane_known check (lane in (0, 1)), -- 0 single letters, 1 mailings
    notice_id          bigint references notice,
    due_at             timestamptz not null,
    latest_at          timestamptz not null,       -- least of its deliveries: after it a notice is too late
    open               boolean not null default true,
    lease_no           integer not null default 0, -- the fence: results of an older lease change nothing but acceptances
    leased_until       timestamptz,                -- the database's clock, never the business clock; null when given back
    composed_at        timestamptz                 -- Date: of what this lease composes; kept while a lease that ran out may have handed over
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01);
create index batch_queue on batch (lane, latest_at, id) where open;
create index batch_of_notice on batch (notice_id) where open;
grant insert, update, delete on batch to forenotice_app;

-- A delivery: one letter to one address. Exactly one row for each (notice, recipient) (invariant 2).
-- No index holds a column that ever changes, and half of each page is left free: every update is HOT, whoever holds a snapshot.
create table delivery (
    id                 bigint primary key,         -- batch id * 1024 + place in the batch: the batch's letters are one range
    notice_id          bigint references notice,
    recipient_id       bigint,                     -- no foreign key: it would lock and dirty a million recipients a mailing (doctor checks)
    customer_id        bigint,                     -- both null: to somebody not on file (alert, digest, confirmation); facts has the address
    letter_key         text,                       -- 'receipt:OBJ-2026-0007', 'digest:2026-11-24': one letter for one occasion
    facts              jsonb,                      -- of a single letter; a notice has them frozen once
    latest_at          timestamptz not null,
    due_at             timestamptz not null,
    state              text not null default 'queued' constraint delivery_state_known
                       check (state in ('queued', 'accepted', 'failed', 'cancelled')),
    attempts           smallint not null default 0,
    composed_at        timestamptz,                -- of the last attempt: the bytes can be made again
    in_doubt           boolean not null default false,   -- perhaps handed over: same bytes again, and follow-ups go there too
    accepted_at        timestamptz,                -- handed over: the relay's 250
    received_at timestamptz, present_at timestamptz, answered_at timestamptz,         -- the higher levels of evidence (chapter 10)
    delayed_at timestamptz, bounced_at timestamptz, complained_at timestamptz,        -- a relay that dropped it: bounced
    relay text, relay_code smallint, relay_words text,
    message_hash       bytea,
    constraint delivery_once_per_recipient unique (notice_id, recipient_id),
    constraint delivery_is_notice_or_letter check ((notice_id is null) = (letter_key is not null)),
    constraint delivery_of_notice_is_to_customer check (notice_id is null or (recipient_id is not null and customer_id is not null)),
    constraint delivery_accepted_has_instant check ((state = 'accepted') = (accepted_at is not null))
) with (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.05);
create unique index delivery_letter_once on delivery (letter_key) where letter_key is not null;
grant insert, update on delivery to forenotice_app;
-- The id that a relay gave in its 250, where it replaces ours. A table, for an index on delivery would end the HOT updates.
create table wire_id (relay text, id text, delivery_id bigint not null, primary key (relay, id));
grant insert, delete on wire_id to forenotice_app;
