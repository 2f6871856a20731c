-- What comes back by mail. The same mail by two doors is one message with two sightings; its instant is the earliest one.

create table inbound_message (
    id                 bigint generated always as identity primary key,
    fingerprint        bytea not null constraint inbound_once unique,   -- SHA-256 of From, Date, Message-ID, Subject, body (no trace); of an event: relay, its id
    raw                bytea not null,
    received_at        timestamptz not null,       -- least of the sightings
    state              text not null default 'stored' constraint inbound_state_known
                       check (state in ('stored', 'untriaged', 'done')),   -- stored: no pass has looked; untriaged: a person must
    class              text constraint inbound_class_known check (class in
                       ('reply', 'bounce', 'complaint', 'auto_reply', 'delivery_report', 'relay_event', 'probe', 'unmatched')),
    matched_by         text,                       -- the rule of chapter 10
    delivery_id bigint, customer_id bigint,
    findings           jsonb,                      -- letter, address, own words, why, authentication; typed in domain/inbound.rs
    constraint inbound_looked_at_has_class check ((state = 'stored') = (class is null))
);
create index inbound_stored on inbound_message (received_at) where state = 'stored';
create index inbound_untriaged on inbound_message (received_at) where state = 'untriaged';
create index inbound_of_delivery on inbound_message (delivery_id) where delivery_id is not null;
create table inbound_sighting (
    message_id         bigint not null references inbound_message,
    door_id            uuid not null references door,
    received_at        timestamptz not null,
    trace              bytea not null,
    primary key (message_id, door_id)
);
-- Which changes an untriaged reply holds. An unmatched human mail holds every change that was in notice when it came.
create table inbound_hold (
    message_id         bigint not null references inbound_message,
    change_id          bigint not null references change,
    customer_id        bigint,
    released_at        timestamptz,
    primary key (message_id, change_id)
);
create index inbound_hold_open on inbound_hold (change_id) where released_at is null;
grant insert, update on inbound_message, inbound_hold, inbound_sighting to forenotice_app;
