-- Whether what customers answer reaches us: letters to ourselves, by each relay, that must come home from outside.

create table probe (
    id                 bigint primary key,         -- as a delivery's, so that its tokens are made as those; of a batch that does not exist
    relay              text not null references relay,
    way                text not null constraint probe_way_known check (way in ('reply', 'from', 'bounce')),
    begun_at           timestamptz not null,
    told_at            timestamptz,                -- the relay has answered; null: nobody knows whether it left
    relay_code smallint, relay_words text,
    home_at            timestamptz,                -- it came back, or its bounce did; once
    event_at           timestamptz,                -- the relay has told that it was delivered
    flaw               text,                       -- why it does not count, although something came back
    message_id         bigint references inbound_message,
    constraint probe_home_by_a_mail check (home_at is null or message_id is not null)
);
create index probe_of_relay on probe (relay, begun_at);
grant insert, update, delete on probe to forenotice_app;

alter table relay
    add column next_look_at timestamptz,           -- null: it is not in use, or nothing could bring a probe home
    add column probe_wanted boolean not null default false;   -- a person asks for one now
