-- What a subscriber asked to be told of; empty = everything.

alter table customer
    add column wanted_products text[] not null default '{}',
    add column wanted_kinds text[] not null default '{}',
    add constraint customer_only_subscribers_choose
        check (kind = 'subscriber' or (wanted_products = '{}' and wanted_kinds = '{}')) not valid;
alter table customer validate constraint customer_only_subscribers_choose;
