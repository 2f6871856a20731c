-- A letter that may be out goes again with the bytes it had, whatever its reader is called since: who alters a reader keeps how it was for
-- the letters that may be out. Nothing is written for a letter that nobody's alteration meets.

create table letter_reader (
    delivery_id   bigint primary key references delivery,
    name          text,
    language      text not null,
    customer_name text not null,
    confirmed_at  timestamptz
);
grant insert, delete on letter_reader to forenotice_app;

-- Letters of these recipients that may be out: in doubt, or in somebody's lease. How the first of them had it counts.
create function keep_readers(recipients bigint[], names text[], languages text[], customer_names text[], confirmations timestamptz[])
    returns void language sql set search_path = forenotice, pg_temp as $$
    with was as (
        select * from unnest(recipients, names, languages, customer_names, confirmations)
            as w(recipient_id, name, language, customer_name, confirmed_at)
    ), begun as (
        select id, notice_id, leased_until is not null as leased from batch where open and lease_no > 0
    ), letter as (
        select d.id, d.recipient_id, d.in_doubt or begun.leased as may_be_out
        from begun join delivery d on d.id >= begun.id * 1024 and d.id < begun.id * 1024 + 1024
        where begun.notice_id is null and d.state = 'queued' and d.recipient_id = any(recipients)
        union all
        select d.id, d.recipient_id, d.in_doubt or begun.leased
        from (select distinct notice_id from begun where notice_id is not null) n
        join delivery d on d.notice_id = n.notice_id and d.recipient_id = any(recipients)
        join begun on begun.id = d.id / 1024
        where d.state = 'queued'
    )
    insert into letter_reader (delivery_id, name, language, customer_name, confirmed_at)
    select letter.id, was.name, was.language, was.customer_name, was.confirmed_at
    from was join letter using (recipient_id) where letter.may_be_out
    on conflict (delivery_id) do nothing
$$;

create function recipient_altered() returns trigger language plpgsql set search_path = forenotice, pg_temp as $$
begin
    perform keep_readers(array_agg(was.id), array_agg(was.name), array_agg(was.language), array_agg(c.name), array_agg(was.confirmed_at))
    from was join becomes using (id) join customer c on c.id = was.customer_id
    where (was.name, was.language, was.confirmed_at) is distinct from (becomes.name, becomes.language, becomes.confirmed_at)
      and becomes.address is not null
    having count(*) > 0;
    -- Who is forgotten is so here too.
    delete from letter_reader k using delivery d, becomes
    where d.id = k.delivery_id and d.recipient_id = becomes.id and becomes.address is null;
    return null;
end $$;
create trigger recipient_altered after update on recipient referencing old table as was new table as becomes
    for each statement execute function recipient_altered();

create function customer_altered() returns trigger language plpgsql set search_path = forenotice, pg_temp as $$
begin
    perform keep_readers(array_agg(r.id), array_agg(r.name), array_agg(r.language), array_agg(was.name), array_agg(r.confirmed_at))
    from was join becomes using (id) join recipient r on r.customer_id = was.id
    where was.name <> becomes.name
    having count(*) > 0;
    return null;
end $$;
create trigger customer_altered after update on customer referencing old table as was new table as becomes
    for each statement execute function customer_altered();
