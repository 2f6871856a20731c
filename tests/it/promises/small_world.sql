-- One customer, served by one letter, one change in notice whose gate is open from the moment its day has come.
insert into account (email, name, role) values ('second@processor.example', 'Second', 'approver');
insert into subprocessor (slug) values ('nimbus');
insert into customer (reference, name) values ('ACME', 'Acme');
insert into contract (customer_id, reference, products, signed_on) values (1, 'main', '{}', '2025-01-01');
insert into contract_terms (contract_id, valid_from, terms) values (1, '2025-01-01', '{}');
insert into recipient (customer_id, address) values (1, 'dpo@acme.example');
insert into file (hash, name) values (sha256('templates'), 'templates');
insert into change (id, reference, kind, state, subprocessor_id, facts, reason, products, effective_on, effective_at, go_live,
                    published_at, author_id, needs_approval, next_look_at)
values (1, 'CHG-2026-0001', 'addition', 'in_notice', 1, '{"facts": {"name": "Nimbus GmbH"}}', 'because', '{}', '2027-01-15',
        '2027-01-14T23:00Z', 'together', '2026-11-24T08:00Z', 1, false, '2027-01-14T23:00Z');
insert into notice (id, reference, kind, facts, template_hash, due_at, barrier_at, fanned_out_at, valid_until)
values (1, 'NTC-2026-0001', 'announcement', '{}', sha256('templates'), '2026-11-24T08:00Z', '2026-11-24T08:00Z', '2026-11-24T08:00Z',
        '2027-05-23T08:00Z');
insert into notice_change (notice_id, change_id) values (1, 1);
insert into batch (id, lane, notice_id, due_at, latest_at, open) overriding system value
values (1, 1, 1, '2026-11-24T08:00Z', '2026-12-14T22:59Z', false);
insert into delivery (id, notice_id, recipient_id, customer_id, latest_at, due_at, state, composed_at, accepted_at)
values (1024, 1, 1, 1, '2026-12-14T22:59Z', '2026-11-24T08:00Z', 'accepted', '2026-11-24T08:00Z', '2026-11-24T08:01Z');
insert into obligation (change_id, customer_id, contract_id, state, served_by, served_at, notice_started_at, earliest_by_notice,
                        window_closes_at, clear_at)
values (1, 1, 1, 'served', 1024, '2026-11-24T08:01Z', '2026-11-23T23:00Z', '2026-12-24T23:00Z', '2026-12-24T23:00Z',
        '2026-12-24T23:00Z');
update door set state = 'closed';
insert into door (id, kind, name, read_to, beat_at) values ('00000000-0000-0000-0000-000000000001', 'web', 'web', '2027-01-20T00:00Z',
        '2999-01-01T00:00Z');
-- The numbers given above are taken.
select setval(pg_get_serial_sequence('batch', 'id'), 1), setval('change_no', 1), setval('notice_no', 1);
