-- A letter that waits at a recipient's server, and until when that server said that it would try. A table, for an index on delivery would
-- end the HOT updates.
create table delayed_letter (
    delivery_id        bigint primary key references delivery,
    tried_until        timestamptz not null,
    asked_at           timestamptz                 -- that time was over, and whoever had to hear of it has
);
create index delayed_letter_due on delayed_letter (tried_until) where asked_at is null;
grant insert, update on delayed_letter to forenotice_app;
