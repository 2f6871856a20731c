-- The register. A version is valid from its day until the next one of the same subprocessor: no overlap can be written.

create table subprocessor (
    id                 bigint generated always as identity primary key,
    slug               text not null unique
);
create table subprocessor_version (
    subprocessor_id    bigint not null references subprocessor,
    valid_from         date not null,
    listed             boolean not null,           -- false: not on the register from this day
    facts              jsonb not null,             -- typed in domain/subprocessor.rs
    change_id          bigint,                     -- what brought it about; null = stated at the import, not witnessed
    primary key (subprocessor_id, valid_from)
);
grant insert, update on subprocessor, subprocessor_version to forenotice_app;
