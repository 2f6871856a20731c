-- The ledger. One Tx = one act; its entries are numbered inside it; the sealer orders acts, not entries: an entry is written once.

create table act (
    id                 bigint generated always as identity primary key,
    at                 timestamptz not null, actor text not null,
    entries            integer not null constraint act_says_something check (entries > 0),
    first_index        bigint                      -- dense index of its first entry; set once, by the sealer
) with (fillfactor = 80);
create index act_unsealed on act (id) where first_index is null;
create unique index act_place on act (first_index) where first_index is not null;
create table ledger_entry (
    act_id             bigint not null references act,
    ordinal            integer not null,
    kind               text not null,
    change_id bigint, customer_id bigint,
    leaf_hash          bytea not null constraint entry_hash_is_sha256 check (octet_length(leaf_hash) = 32),
    nonce              bytea,
    payload            bytea,                      -- canonical JSON; null once erased, the leaf stays
    primary key (act_id, ordinal),
    constraint entry_erased_whole check ((nonce is null) = (payload is null))
);
create index ledger_entry_of on ledger_entry (change_id, customer_id);
create table ledger_head (                         -- whoever holds this row for update is the sealer
    one                boolean primary key default true constraint ledger_head_is_one check (one),
    size               bigint not null, root bytea not null, at timestamptz not null
) with (fillfactor = 50);
create table ledger_tile (                         -- full tiles only; partial ones are computed from what lies below
    level              smallint not null, place bigint not null,
    hashes             bytea not null constraint tile_is_full check (octet_length(hashes) = 8192),
    primary key (level, place)
);
create table checkpoint (
    origin             text not null, size bigint not null, root bytea not null,
    note               text not null, cosignatures text[] not null default '{}', time_stamp bytea,
    at                 timestamptz not null, published_at timestamptz,
    primary key (origin, size)                     -- two roots for one size cannot be stored
);
grant insert on act, ledger_entry, ledger_tile, checkpoint, ledger_head to forenotice_app;
grant update (first_index) on act to forenotice_app;
grant update (nonce, payload) on ledger_entry to forenotice_app;
grant update (size, root, at) on ledger_head to forenotice_app;
grant update (cosignatures, time_stamp, published_at) on checkpoint to forenotice_app;
