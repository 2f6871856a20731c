-- The mark of the key that this installation's links are made with: another key is noticed before it makes anything.
alter table installation add column key_mark bytea
    constraint installation_key_mark_is_sha256 check (octet_length(key_mark) = 32);
