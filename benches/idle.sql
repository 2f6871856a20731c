-- Changes 1 to 10,000 took effect, 10,001 to 10,010 are in notice; the last of either are owed to every customer.
insert into file (hash) values (sha256('templates'));
insert into customer (id, reference, name) overriding system value select n, 'C-' || n, 'Customer ' || n from generate_series(1, $1::bigint) n;
insert into contract (id, customer_id, reference, products, signed_on) overriding system value
select n, n, 'M-' || n, '{}', '2025-01-01' from generate_series(1, $1::bigint) n;
insert into contract_terms (contract_id, valid_from, terms) select n, '2025-01-01', '{}' from generate_series(1, $1::bigint) n;
insert into recipient (id, customer_id, address, name) overriding system value
select n, n, 'dpo@c' || n || '.example', 'DPO' from generate_series(1, $1::bigint) n;
insert into change (id, reference, kind, state, subprocessor_id, facts, reason, products, effective_on, effective_at, published_at,
                    took_effect_at, go_live, author_id, needs_approval)
select n, 'CHG-2026-' || n, 'addition', 'effective', n, '{}', 'because', '{}', '2026-09-01', '2026-09-01T00:00Z', '2026-07-01T08:00Z',
       '2026-09-01T00:00Z', 'together', 1, false
from generate_series(1, 10000) n;
insert into change (id, reference, kind, state, subprocessor_id, facts, reason, products, effective_on, effective_at, published_at, go_live,
                    author_id, needs_approval)
select n, 'CHG-2026-' || n, 'addition', 'in_notice', n, '{}', 'because', '{}', current_date + 60, now() + interval '60 days',
       now() - interval '10 days', 'together', 1, false
from generate_series(10001, 10010) n;
insert into notice (id, reference, kind, facts, template_hash, due_at, barrier_at, fanned_out_to, fanned_out_at, valid_until)
select id, 'NTC-2026-' || id, 'announcement', '{}', sha256('templates'), published_at, published_at, 10000000, published_at,
       published_at + interval '180 days' from change;
insert into notice_change (notice_id, change_id) select id, id from change;
insert into obligation (change_id, customer_id, contract_id, state, served_by, served_at, notice_started_at, earliest_by_notice,
                        window_closes_at, clear_at)
select change.id, n, n, 'served', n + 1024, published_at, published_at, published_at + interval '30 days', published_at + interval '30 days',
       published_at + interval '30 days'
from change, generate_series(1, $1::bigint) n where change.id in (10000, 10010);
insert into batch (id, lane, notice_id, due_at, latest_at, open) overriding system value
select 1 + n, 1, 10010, now() - interval '10 days', now() + interval '20 days', false from generate_series(0, $1::bigint / 1024) n;
insert into delivery (id, notice_id, recipient_id, customer_id, latest_at, due_at, state, attempts, accepted_at, relay, relay_code)
select 1024 + n, 10010, n, n, now() + interval '20 days', now() - interval '10 days', 'accepted', 1, now() - interval '10 days', 'relay', 250
from generate_series(1, $1::bigint) n;
update task set ran_through = now();
insert into door (id, kind, name, read_to, beat_at) values (gen_random_uuid(), 'web', 'web', now() + interval '1 day', now() + interval '1 day');
