-- The installation: which database this is, which daemons run, and by which doors statements reach us.
-- A restored or promoted copy has another identity, and sends and seals nothing until it is checked.
-- Every migration runs as forenotice_owner with search_path forenotice (see src/store/migrate.rs).

grant usage on schema forenotice to forenotice_read;
-- Readable by default, writable only where a migration says so.
alter default privileges in schema forenotice grant select on tables to forenotice_read;
alter default privileges in schema forenotice grant usage on sequences to forenotice_app;
-- Made before that line: which migrations ran, for readyz and `migrate --check`.
grant select on _sqlx_migrations to forenotice_read;

create table installation (
    one                boolean primary key default true constraint installation_is_one check (one),
    origin             text not null,              -- ledger origin; a fork is avoided by a new one
    system_identifier  bigint not null,            -- pg_control_system()
    timeline           integer not null,           -- pg_control_checkpoint()
    quarantined_since  timestamptz,                -- set: no role but web (reading) works
    simulated_at       timestamptz                 -- demo and test only
);
grant insert, update on installation to forenotice_app;

-- A running daemon. `beat_at` is the database's clock, `skew_ms` = its clock - ours; over 1 s it stops working.
create table replica (
    id                 uuid primary key,
    roles              text[] not null,
    version            text not null,
    started_at         timestamptz not null,
    beat_at            timestamptz not null,
    skew_ms            integer not null,
    settled_at         timestamptz                 -- simulated clock: everything due until then is done here
) with (fillfactor = 50);
grant insert, update, delete on replica to forenotice_app;

-- A door: one source of statements (a web replica, a listener, a mailbox with its junk folder, the pipe, a relay's events). Everything that
-- reached it before `read_to` is committed. A fenced door may write no more: whoever lodges holds its row for key share, who fences for update.
create table door (
    id                 uuid primary key,
    kind               text not null constraint door_kind_known check (kind in ('web', 'listener', 'mailbox', 'pipe', 'events')),
    name               text not null,
    settle             interval not null default '0',  -- an MTA's queue lies before us: read_to - settle is what we vouch for
    read_to            timestamptz not null,
    beat_at            timestamptz not null,           -- database's clock
    state              text not null default 'open' constraint door_state_known check (state in ('open', 'closed', 'fenced')),
    folders            jsonb                       -- of a mailbox: {folder: [uidvalidity, last uid]}
) with (fillfactor = 50);
create index door_open on door (id) where state = 'open';
grant insert, update on door to forenotice_app;

-- When a cron window was last run through; compare-and-set makes one replica run it.
create table task (name text primary key, ran_through timestamptz not null);
-- What a relay has proved (its probe is back at the reply address and at From, its bounce, its event) and what we learnt of it.
create table relay (
    name               text primary key,
    reply_proven_at    timestamptz, from_proven_at timestamptz, bounce_proven_at timestamptz, event_proven_at timestamptz,
    learnt             jsonb not null default '{}' -- rewrites Message-ID, letters a connection, no pipelining until, breaker until
);
grant insert, update on task, relay to forenotice_app;
