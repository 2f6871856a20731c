-- Customers, their contracts, terms and recipients: who is entitled to what.
-- Whoever writes here holds the advisory lock `entitlement` shared; announcing takes it whole once, so that nobody is overlooked.

create table customer (
    id                 bigint generated always as identity primary key,
    reference          text not null constraint customer_reference_once unique,
    name               text not null,
    kind               text not null default 'contract' constraint customer_kind_known check (kind in ('contract', 'subscriber')),
    linked_to          bigint references customer, -- a subscriber whom the DPO knows to be this customer's: nothing else moves
    version            integer not null default 1, -- If-Match
    constraint customer_only_subscribers_are_linked check (linked_to is null or kind = 'subscriber')
) with (fillfactor = 90);
create index customer_linked on customer (linked_to) where linked_to is not null;
create table contract (
    id                 bigint generated always as identity primary key,
    customer_id        bigint not null references customer,
    reference          text not null, document text, clause text,                     -- quoted in letters
    products           text[] not null,
    signed_on          date not null, ended_on date,
    constraint contract_reference_once unique (customer_id, reference)
);
-- Valid until the contract's next row. Typed in domain/customer.rs: absent = the policy's; `objection: null` = until the change takes effect.
create table contract_terms (
    contract_id        bigint not null references contract,
    valid_from         date not null,
    terms              jsonb not null constraint terms_are_an_object check (jsonb_typeof(terms) = 'object')
                       constraint terms_count_sanely check (not jsonb_path_exists(terms, '$.*.n ? (@.type() != "number" || @ < 0 || @ > 1000)')),
    primary key (contract_id, valid_from)
);
-- A contact (of a contract) or a subscriber, as its customer's kind says. An address never changes: another one is another recipient.
create table recipient (
    id                 bigint generated always as identity primary key,
    customer_id        bigint not null references customer,
    address            text,                       -- null once forgotten
    name text, language text not null default 'en',
    role               text not null default 'privacy',
    rank               smallint not null default 0,-- the next contact after a bounce
    notice_address     boolean not null default false,   -- if a customer has one, only letters to it serve
    confirmed_at timestamptz, confirmed_by jsonb,
    suppressed_at timestamptz, suppressed_why text,
    link_epoch         smallint not null default 0,-- part of every derived token: +1 revokes this recipient's links
    constraint recipient_suppression_has_reason check ((suppressed_at is null) = (suppressed_why is null))
) with (fillfactor = 90);
create unique index recipient_address_once on recipient (customer_id, lower(address));
create index recipient_by_address on recipient (lower(address));
grant insert, update on customer, contract, contract_terms, recipient to forenotice_app;   -- ended or forgotten, never deleted
