-- A subprocessor that was in use without completed notice, and is not any more: the register keeps saying so of those days.

alter table change
    add column in_use_until date,                  -- the last day of use; null = it goes on, or ended with the effect
    add constraint change_in_use_until_after_since check (in_use_until is null or in_use_until >= in_use_since),
    add constraint change_withdrawn_is_not_in_use check (state <> 'withdrawn' or in_use_since is null or in_use_until is not null) not valid;
create index change_in_use on change (in_use_since) where in_use_since is not null;
