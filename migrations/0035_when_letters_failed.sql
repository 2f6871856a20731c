-- When a letter was given up: the digest of the day names it, however long ago it was due.
alter table delivery add column failed_at timestamptz;
update delivery set failed_at = due_at where state = 'failed';
-- Of few letters, and of none before it fails: the others' updates stay HOT.
create index delivery_failed on delivery (failed_at) where failed_at is not null;
