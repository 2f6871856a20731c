-- Objections: who spoke, by which door, against which changes; what was answered; who is excluded since.

create sequence objection_no;
create table objection (
    id                 bigint primary key default nextval('objection_no'),
    reference          text not null constraint objection_reference_once unique,
    customer_id        bigint references customer, -- null: unlinked address
    recipient_id bigint references recipient, address text, on_behalf_of text,        -- who spoke
    channel            text not null constraint objection_channel_known check (channel in
                       ('link', 'reply', 'console', 'api', 'letter', 'phone', 'ticket', 'meeting')),
    door_id            uuid references door,       -- null: entered by hand
    message_id         bigint references inbound_message,
    file_hash          bytea references file,      -- the letter on paper
    statement          text not null, grounds text[] not null default '{}', condition text,
    received_at        timestamptz not null,       -- when it reached anyone at the processor
    entered_at         timestamptz not null,
    state              text not null constraint objection_state_known check (state in ('lodged', 'acknowledged', 'under_review', 'resolved')),
    answer_due_on      date not null,
    lapses_at          timestamptz,                -- end of the terms' resolution period
    constraint objection_received_before_entered check (received_at <= entered_at + interval '1 second'),
    constraint objection_came_by_door check (door_id is not null or channel not in ('link', 'reply', 'api'))
);
create index objection_open on objection (answer_due_on, id) where state <> 'resolved';
create index objection_to_lapse on objection (lapses_at) where state <> 'resolved' and lapses_at is not null;
-- One line per change objected to. The foreign key itself takes the change's row for key share: it cannot pass a gate that is deciding.
create table objection_change (
    objection_id       bigint not null references objection,
    change_id          bigint not null references change,
    customer_id        bigint,                     -- whose it counts as; null: nobody's until the DPO links the address
    received_at        timestamptz not null,
    deadline_at        timestamptz,                -- what it was measured against; null = until the change takes effect
    in_time            boolean not null,
    admitted_by        bigint references account,  -- late, let in
    counts             boolean not null generated always as ((in_time or admitted_by is not null) and customer_id is not null) stored,
    found_after_effect boolean not null default false,   -- in time, yet known only afterwards: alarm, and not cleared for this customer
    outcome            text constraint objection_outcome_known check (outcome in
                       ('accommodated', 'mitigated', 'withdrawn', 'terminated', 'change_withdrawn', 'not_upheld', 'lapsed', 'not_entitled')),
    resolution         jsonb,                      -- reasons, condition and their yes to it, remedies, refund, file; typed in domain/objection.rs
    resolver_id bigint references account, approver_id bigint references account,
    resolved_at        timestamptz,                -- outcome without it: waits for the second person
    clear_at           timestamptz,                -- from here on it stands in nobody's way: remedy over, exclusion confirmed; null = not yet
    primary key (objection_id, change_id),
    constraint objection_resolved_has_outcome check (resolved_at is null or outcome is not null),
    constraint objection_clear_when_resolved check (clear_at is null or (resolved_at is not null and clear_at >= resolved_at)),
    constraint objection_not_upheld_by_two check (resolved_at is null or outcome <> 'not_upheld' or coalesce(approver_id <> resolver_id, false)),
    constraint objection_in_time_means_before check (not in_time or deadline_at is null
                       or received_at < deadline_at + interval '1 second')   -- the skew a replica may have is the customer's
);
create unique index objection_once_per_customer on objection_change (change_id, customer_id) where resolved_at is null and customer_id is not null;
create index objection_shuts on objection_change (change_id) where counts and resolved_at is null;
create index objection_remedy on objection_change (change_id, clear_at) where counts and resolved_at is not null;
create table correspondence (
    id                 bigint generated always as identity primary key,
    objection_id       bigint not null references objection,
    at                 timestamptz not null, message_id bigint references inbound_message, delivery_id bigint, body text
);
create index correspondence_of on correspondence (objection_id, id);
create table exclusion (                           -- never cleared for this subprocessor
    customer_id        bigint not null references customer,
    subprocessor_id    bigint not null references subprocessor,
    objection_id       bigint references objection,-- null: silence under specific authorisation, or agreed
    since timestamptz not null, until timestamptz,
    why text not null, how text,                   -- switch, region, plan
    confirmer_id bigint references account, confirmed_at timestamptz,
    primary key (customer_id, subprocessor_id),
    constraint exclusion_confirmed_says_how check (num_nonnulls(how, confirmer_id, confirmed_at) in (0, 3))
);
create index exclusion_unconfirmed on exclusion (since) where confirmed_at is null and until is null;
grant insert, update on objection, objection_change, exclusion to forenotice_app;
grant insert on correspondence to forenotice_app;
