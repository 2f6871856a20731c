-- What each reader's customer is owed for each change of the notice, by the terms that held on the reader's day, and what it had said by then:
-- a letter composed again quotes nothing that came after it.
select reading.letter, o.change_id, o.state, o.exempt_why, o.consent, o.served_at, o.window_closes_at, o.clear_at, o.in_force_at, o.contract_id,
       k.document, k.clause, k.signed_on, t.terms,
       (select objection.reference from objection_change x join objection on objection.id = x.objection_id
        where x.change_id = o.change_id and x.customer_id = o.customer_id and objection.entered_at <= reading.at
          -- Of those that a withdrawal ends: what was resolved before stays as it was resolved.
          and ((select kind from notice where id = $1) <> 'withdrawn' or x.outcome = 'change_withdrawn')
        order by x.received_at desc, x.objection_id desc limit 1) as objection,
       exists (select from exclusion e where e.customer_id = o.customer_id and e.subprocessor_id = change.subprocessor_id
               and e.since <= reading.at and (e.until is null or e.until > reading.at)) as excluded,
       (select s.said_at from consent s where s.change_id = o.change_id and s.contract_id = o.contract_id and s.yes
          and s.said_at <= reading.at)
           as authorised_at
from notice_change n
join change on change.id = n.change_id
cross join unnest($2::bigint[], $3::bigint[], $4::date[], $5::timestamptz[]) as reading(letter, customer_id, day, at)
-- One look for each reader, however many obligations the change has: "offset 0" keeps this from becoming a join.
cross join lateral (select change_id, customer_id, state, exempt_why, consent, served_at, window_closes_at, clear_at, in_force_at,
                           contract_id
                    from obligation where change_id = n.change_id and customer_id = reading.customer_id offset 0) o
left join contract k on k.id = o.contract_id
left join lateral (select terms from contract_terms where contract_id = k.id and valid_from <= reading.day
                   order by valid_from desc limit 1) t on true
where n.notice_id = $1
order by reading.letter, o.change_id
