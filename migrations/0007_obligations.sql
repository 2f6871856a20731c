-- What is owed to each customer for each change, and the ways to serve it.
-- Opening facts need no lock; a shutting one (owed again, a later instant, consent gone) takes the change's row first.

create table obligation (
    change_id          bigint not null references change,
    customer_id        bigint not null,            -- no foreign key, as in delivery
    contract_id        bigint,                     -- the one that decides; null = a subscriber
    state              text not null constraint obligation_state_known check (state in ('owed', 'served', 'exempt')),
    exempt_why         text constraint obligation_exempt_known check (exempt_why in ('not_in_scope', 'joined_after_announcement',
                       'already_authorised', 'accommodated', 'contract_ended', 'undeliverable_subscriber')),
    consent            text not null default 'silence' constraint obligation_consent_known
                       check (consent in ('silence', 'awaited', 'given', 'refused')),
    window_shuts       boolean not null default true,   -- false: said yes, waived, or runs after the start (emergency)
    served_by          bigint,                     -- delivery; null = by other means: service, consent or override says which
    served_at          timestamptz,                -- handed over, received or put into their hands, as the terms have it
    notice_started_at  timestamptz,                -- 17:00, Sunday, publication counted in
    earliest_by_notice timestamptz,                -- never before served_at; a yes or a waiver moves it to itself
    window_closes_at   timestamptz,                -- the promise; null = until the change takes effect: a reschedule moves it without a write
    clear_at           timestamptz,
    next_look_at       timestamptz,                -- per_customer: when take_effect asks next
    in_force_at        timestamptz,                -- per_customer: cleared and live
    primary key (change_id, customer_id),
    constraint obligation_served_is_timed check (state <> 'served' or num_nulls(served_at, notice_started_at, earliest_by_notice, clear_at) = 0),
    constraint obligation_owed_is_not_served check (state <> 'owed' or num_nonnulls(served_by, served_at, clear_at) = 0),
    constraint obligation_clear_is_the_later check (clear_at = greatest(earliest_by_notice, case when window_shuts then window_closes_at end)),
    constraint obligation_never_clear_before_service check (earliest_by_notice >= served_at),
    constraint obligation_in_force_is_clear check (in_force_at is null or (state = 'served' and in_force_at >= clear_at)),
    constraint obligation_exempt_has_reason check ((state = 'exempt') = (exempt_why is not null))
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
create index obligation_owed on obligation (change_id, customer_id) where state = 'owed';
create index obligation_notice on obligation (change_id, earliest_by_notice) where state = 'served';
create index obligation_window on obligation (change_id, window_closes_at) where state = 'served' and window_shuts and window_closes_at is not null;
create index obligation_consent on obligation (change_id, customer_id) where consent in ('awaited', 'refused') and state <> 'exempt';
create index obligation_due on obligation (next_look_at) where next_look_at is not null;
create index obligation_of_customer on obligation (customer_id);
-- Three ways to be served or cleared without a letter. Each writes the obligation; the gate needs no further probe.
create table service (                             -- post, portal, hand
    change_id bigint not null references change, customer_id bigint not null references customer,
    channel            text not null constraint service_channel_known check (channel in ('post', 'portal', 'hand')),
    received_at timestamptz not null, file_hash bytea not null references file,
    account_id bigint not null references account, entered_at timestamptz not null,
    primary key (change_id, customer_id),
    constraint service_received_before_entered check (received_at <= entered_at)
);
create table consent (                             -- the last word; what was said before is in the ledger
    change_id bigint not null references change, contract_id bigint not null references contract,
    yes                boolean,                    -- null: taken back
    said_by text not null, channel text not null, said_at timestamptz not null,
    file_hash bytea references file, account_id bigint references account,            -- null: by their own link
    primary key (change_id, contract_id)
);
create table override (                            -- counts when approved
    change_id bigint not null references change, customer_id bigint not null references customer,
    reason             text not null constraint override_reason_known check (reason in ('notice_missing', 'notice_short', 'window_open')),
    justification text not null, waiver_hash bytea not null references file,
    account_id bigint not null references account, approver_id bigint references account, approved_at timestamptz,
    primary key (change_id, customer_id, reason),
    constraint override_needs_two check ((approved_at is null) = (approver_id is null) and approver_id is distinct from account_id)
);
grant insert, update on obligation, service, consent, override to forenotice_app;
