-- Changes 1 to 9 carry the obligations that are measured, each announced to the end; 100 to 139 are open besides.
insert into account (email, name, role) values ('dpo@processor.example', 'DPO', 'admin');
insert into file (hash) values (sha256('templates'));
insert into change (id, reference, kind, state, subprocessor_id, facts, reason, products, effective_on, effective_at, go_live, author_id,
                    needs_approval)
select n, 'CHG-2026-' || n, 'addition', 'in_notice', n, '{}', 'because', '{}', '2027-01-15', '2027-01-14T23:00Z', 'together', 1, false
from generate_series(1, 139) n where n < 10 or n >= 100;
insert into notice (id, reference, kind, facts, template_hash, due_at, fanned_out_at, valid_until)
select id, 'NTC-2026-' || id, 'announcement', '{}', sha256('templates'), '2026-11-24T08:00Z', '2026-11-24T08:00Z', '2027-05-23T08:00Z' from change;
insert into notice_change (notice_id, change_id) select id, id from change;
insert into door (id, kind, name, read_to, beat_at) values (gen_random_uuid(), 'web', 'web', '2027-02-01T00:00Z', '2027-02-01T00:00Z');
