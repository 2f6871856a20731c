-- What the public pages read tells of its changes, so that a process may keep a page until then. By row: a statement that changes nothing
-- tells nothing, for NOTIFY lines up all commits that notify.

create function tell_register() returns trigger language plpgsql as $$
begin
    perform pg_notify('forenotice_register', '');
    return null;
end $$;

create trigger change_told after insert or update or delete on change for each row execute function tell_register();
create trigger notice_told after insert or delete or update of kind, facts, due_at, valid_until, cancelled_at on notice
    for each row execute function tell_register();
create trigger notice_change_told after insert or update or delete on notice_change for each row execute function tell_register();
create trigger subprocessor_told after insert or update or delete on subprocessor for each row execute function tell_register();
create trigger subprocessor_version_told after insert or update or delete on subprocessor_version for each row execute function tell_register();
