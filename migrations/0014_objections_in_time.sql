-- An objection has a calendar of its own: when the daemon looks at it next, and what the terms say when its time is over.

alter table objection
    add column next_look_at timestamptz,           -- the answer falls due, nobody attends, the terms' time is over; null = nothing ahead
    add column lapse_then text constraint objection_lapse_known
        check (lapse_then in ('accepted', 'customer_may_terminate', 'either_may_terminate')),
    add constraint objection_lapses_into_something check ((lapses_at is null) = (lapse_then is null));
update objection set next_look_at = received_at where state <> 'resolved';
drop index objection_to_lapse;
create index objection_due on objection (next_look_at) where state <> 'resolved' and next_look_at is not null;
-- Linking an address finds what it said while it was nobody's. Of a customer that has one open already, the words go there.
create index objection_unlinked on objection (lower(address)) where customer_id is null;
alter table objection_change
    add column joined_id bigint references objection,
    drop constraint objection_resolved_has_outcome,
    add constraint objection_resolved_has_outcome check (resolved_at is null or outcome is not null or joined_id is not null);
