-- People of the processor, what they asked for once, and files they handed in.

create table account (
    id                 bigint generated always as identity primary key,
    email              text not null,
    name               text not null,
    role               text not null constraint account_role_known check (role in ('viewer', 'editor', 'approver', 'admin')),
    password_hash      text, totp_secret bytea, totp_last_step bigint, oidc_subject text unique, passkeys jsonb not null default '[]',
    disabled_at        timestamptz
);
create unique index account_email_once on account (lower(email));
-- Written in the transaction of the act itself: both or neither. The second caller waits on the unique index, then replays.
create table idempotency (
    caller             text not null,              -- 'key:7', 'form:<delivery id>'
    key                text not null constraint idempotency_key_short check (length(key) <= 255),
    request_hash       bytea not null,             -- another body under the same key: 422
    status             smallint, response bytea,
    created_at         timestamptz not null,
    primary key (caller, key)
);
create index idempotency_age on idempotency (created_at);
grant insert, update, delete on account, idempotency to forenotice_app;

-- Bytes found by their SHA-256: templates (for ever), waivers, letters on paper, signed answers (null once erased).
create table file (hash bytea primary key constraint file_hash_is_sha256 check (octet_length(hash) = 32), name text, body bytea);
grant insert, update (name, body) on file to forenotice_app;
