-- Roles and schema, made or mended at each `forenotice migrate`: they belong to the cluster, so a dump of the database lacks them.
-- Several databases of one cluster may do this at once. Advisory locks are a database's own and cannot help: who loses the
-- race gets a duplicate, a unique violation or "tuple concurrently updated" (XX000), looks again, and finds it done.
do $$
declare
    tries integer := 0;
    can_become text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
    app_settings constant text[] := array['statement_timeout=30s', 'lock_timeout=5s', 'idle_in_transaction_session_timeout=15s',
                                          'default_transaction_isolation=read committed', 'search_path=forenotice, pg_temp'];
    read_settings constant text[] := array['statement_timeout=60s', 'idle_in_transaction_session_timeout=60s',
                                           'default_transaction_read_only=on', 'search_path=forenotice, pg_temp'];
begin
    loop
        begin
            -- The owner migrates and never serves; the daemon is the app; Snapshots and auditors only read.
            if to_regrole('forenotice_owner') is null then create role forenotice_owner nologin; end if;
            if to_regrole('forenotice_app')   is null then create role forenotice_app login; end if;
            if to_regrole('forenotice_read')  is null then create role forenotice_read login; end if;
            if not exists (select from pg_db_role_setting where setrole = to_regrole('forenotice_app') and setdatabase = 0
                           and setconfig @> app_settings) then
                alter role forenotice_app set statement_timeout = '30s';
                alter role forenotice_app set lock_timeout = '5s';
                alter role forenotice_app set idle_in_transaction_session_timeout = '15s';     -- nobody of ours holds back vacuum
                alter role forenotice_app set default_transaction_isolation = 'read committed';
                alter role forenotice_app set search_path = forenotice, pg_temp;
            end if;
            if not exists (select from pg_db_role_setting where setrole = to_regrole('forenotice_read') and setdatabase = 0
                           and setconfig @> read_settings) then
                alter role forenotice_read set statement_timeout = '60s';
                alter role forenotice_read set idle_in_transaction_session_timeout = '60s';
                alter role forenotice_read set default_transaction_read_only = on;
                alter role forenotice_read set search_path = forenotice, pg_temp;
            end if;
            if not pg_has_role('forenotice_app', 'forenotice_read', 'member') then grant forenotice_read to forenotice_app; end if;
            -- Whoever migrates must be able to become each of them. A superuser can.
            if not (pg_has_role(session_user, 'forenotice_owner', can_become) and pg_has_role(session_user, 'forenotice_app', can_become)
                    and pg_has_role(session_user, 'forenotice_read', can_become)) then
                execute format('grant forenotice_owner, forenotice_app, forenotice_read to %I', session_user);
            end if;
            if to_regnamespace('forenotice') is null then create schema forenotice authorization forenotice_owner; end if;
            exit;
        exception when duplicate_object or duplicate_schema or unique_violation or internal_error then
            tries := tries + 1;
            if tries >= 100 then raise; end if;
            perform pg_sleep(0.02 + random() * 0.05);
        end;
    end loop;
end $$;
