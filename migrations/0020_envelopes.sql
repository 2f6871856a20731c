-- A mail keeps its envelope, by which the first rule of matching reads the token, and says when it must be looked at again.

alter table inbound_message
    add column relay text constraint inbound_relay_known check (relay in ('ses', 'sendgrid', 'postmark', 'mailgun')),   -- whose event it is; null: a mail
    add column look_again boolean not null default false;   -- after a pass looked, it was found to have come earlier, or to one more of our addresses
create index inbound_look_again on inbound_message (received_at) where look_again;
alter table inbound_sighting
    add column envelope_from text,                          -- '': the null sender; null: the door does not know
    add column envelope_to text[] not null default '{}';
