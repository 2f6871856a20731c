-- A letter that waits at a recipient's server, and until when that server said that it would try. A table, for an index on delivery would
-- end the HOT updates.
create table delayed_letter (
    delivery_id        bigint primary key references delivery,
    tried_until        timestamptz not null,
    asked_at           timestamptz                 -- that time was over, and whoever had to hear of it has
);
create index delayed_letter_due on delayed_letter (tried_until) where asked_at is null;
grant insert, update on delayed_letter to forenotice_app;
-- How many mails the DPO was told of, one by one, in an hour: of a customer, and of all (0).
create table mail_told (
    hour               timestamptz not null,
    customer_id        bigint not null,
    told               integer not null,
    primary key (hour, customer_id)
);
grant insert, update, delete on mail_told to forenotice_app;
