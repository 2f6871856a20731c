-- What the page of each letter ($1) says, with all terms that there were. One look for each letter: joined to all of them, a table that
-- nobody has counted yet would be read from end to end. In a subquery: with an array's length in sight Postgres plans anew each time.
select one.*
from unnest((select $1::bigint[])) as asked(id)
cross join lateral (
    with letter as materialized (
        select d.id, d.letter_key, n.reference as notice_reference, n.kind as notice_kind, d.accepted_at, d.composed_at,
               r.id as recipient, c.id as customer, c.name as customer_name, c.kind, c.linked_to, r.address, r.name, r.language,
               r.confirmed_at, r.suppressed_at, r.suppressed_why, r.link_epoch, r.role, r.notice_address, c.wanted_products, c.wanted_kinds,
               coalesce(c.linked_to, c.id) as reader,
               -- Of its notice those that it told: what concerns its customer, or all where nothing does. Or of the objection that it
               -- answers: `receipt:OBJ-2026-0007:12`.
               case when d.notice_id is not null
                    then coalesce(
                        nullif(array(select o.change_id from notice_change x
                                     cross join lateral (select change_id from obligation
                                                         where change_id = x.change_id and customer_id = d.customer_id offset 0) o
                                     where x.notice_id = d.notice_id), '{}'),
                        array(select change_id from notice_change where notice_id = d.notice_id))
                    else array(select x.change_id from objection o join objection_change x on x.objection_id = o.id
                               where o.reference = substring(d.letter_key from '(?:^|:)(OBJ-[^:]*)')) end as about
        from delivery d
        join recipient r on r.id = d.recipient_id
        join customer c on c.id = r.customer_id
        left join notice n on n.id = d.notice_id
        where d.id = asked.id
    ), said as materialized (
        select letter.id as letter, o.id as objection_id, o.reference, oc.change_id, o.recipient_id, o.address, o.channel, o.on_behalf_of,
               o.statement, o.grounds, o.condition, o.received_at, o.state, o.answer_due_on, oc.deadline_at, oc.in_time,
               oc.admitted_by is not null as admitted, oc.customer_id, oc.outcome, oc.resolution, oc.resolved_at,
               (select name from file where hash = o.file_hash) as file,
               array(select r.address from recipient r
                     join delivery d on d.letter_key = 'receipt:' || o.reference || ':' || r.id
                     where r.customer_id = letter.reader and r.address is not null and d.state in ('queued', 'accepted')
                     order by r.id) as receipt_addresses,
               exists (select from recipient r
                       join delivery d on d.letter_key = 'receipt:' || o.reference || ':' || r.id
                       where r.customer_id = letter.reader and d.state = 'accepted') as receipt_left
        from letter
        join objection o on o.customer_id = letter.reader or o.recipient_id = letter.recipient
        join objection_change oc on oc.objection_id = o.id and oc.change_id = any (letter.about)
        where oc.joined_id is null   -- its words stand in the one that it joined
    )
    select letter.id, letter.letter_key, letter.notice_reference, letter.notice_kind, letter.accepted_at, letter.composed_at, letter.recipient, letter.customer,
           letter.customer_name, letter.kind, letter.linked_to, letter.address, letter.name, letter.language, letter.confirmed_at,
           letter.suppressed_at, letter.suppressed_why, letter.link_epoch, letter.role, letter.notice_address, letter.wanted_products,
           letter.wanted_kinds,
           (select coalesce(json_agg(c order by c.id), '[]')
            from (select id, reference, kind, state, subprocessor_id, replaces_id, facts, reason, effective_on, effective_at, emergency,
                         published_at, in_use_since, in_use_until, in_use_why, go_live, first_in_force_at, took_effect_at
                  from change where id = any (letter.about)) c) as changes,
           -- Told before, and to be announced anew.
           array(select a.id from unnest(letter.about) a(id)
                 where (select n.barrier_at from notice_change x join notice n on n.id = x.notice_id
                        where x.change_id = a.id and n.kind = 'announcement' and n.cancelled_at is null
                        order by n.id desc limit 1) is null) as waiting,
           (select coalesce(json_agg(o order by o.change_id), '[]')
            from (select o.change_id, o.state, o.consent, o.served_at, o.clear_at, o.in_force_at,
                         case when o.state = 'served' then o.notice_started_at end as notice_started_at,
                         case when o.state = 'served' then o.window_closes_at end as window_closes_at,
                         k.document, k.clause,
                         (select coalesce(json_agg(json_build_object('valid_from', t.valid_from, 'terms', t.terms) order by t.valid_from), '[]')
                          from contract_terms t where t.contract_id = k.id) as versions
                  from obligation o left join contract k on k.id = o.contract_id
                  where o.customer_id = letter.reader and o.change_id = any (letter.about)) o) as duties,
           (select coalesce(json_agg(said order by said.received_at, said.objection_id, said.change_id), '[]')
            from said where said.letter = letter.id) as objections,
           -- After the first statement.
           (select coalesce(json_agg(s order by s.objection_id, s.id), '[]')
            from (select objection_id, id, at, body, voice = 'ours' as ours, said_by, grounds, condition, on_behalf_of,
                         (select name from file where hash = file_hash) as file
                  from correspondence
                  where body is not null and voice <> 'record' and objection_id = any (array(select objection_id from said where said.letter = letter.id))) s) as spoken
    from letter
) one
