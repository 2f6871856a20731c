-- A relay's token proves one thing, once, also where what it proved is not kept: it is remembered for as long as it would be believed.

create table relay_token (
    token     text primary key,
    proved    bytea not null,          -- of what it proved: the fingerprint
    forget_at timestamptz not null     -- its timestamp is long too old by then
);
create index relay_token_forget on relay_token (forget_at);
grant insert, update, delete on relay_token to forenotice_app;
insert into relay_token select relay_token, fingerprint, received_at + interval '10 hours' from inbound_message where relay_token is not null;
alter table inbound_message drop column relay_token;
