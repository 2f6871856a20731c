-- A statement that is added to an objection may bring a file, as the first one may.

alter table correspondence add column file_hash bytea references file;
