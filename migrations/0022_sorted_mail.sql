-- What a mail is taken for, by itself or by a person, who wrote it, and what became of it.

alter table inbound_message
    add column recipient_id bigint,                -- who wrote it, where that is one on file
    add column ruling text constraint inbound_ruling_known check (ruling in ('objection', 'question', 'automatic', 'not_about_us')),
    add column ruled_by text,                      -- account:…, recipient:… by the link in the receipt, or daemon: the mail says so itself
    add column ruled_at timestamptz,
    add column objection_id bigint references objection,
    add constraint inbound_ruled_by_somebody check (num_nonnulls(ruling, ruled_by, ruled_at) in (0, 3)),
    add constraint inbound_untriaged_until_ruled check (state <> 'untriaged' or ruling is null or ruling = 'objection');
-- An objection that is not lodged yet.
create index inbound_to_lodge on inbound_message (received_at) where ruling = 'objection' and state = 'untriaged';
create index inbound_received on inbound_message (received_at, id);
create index inbound_hold_of_message on inbound_hold (message_id) where released_at is null;
-- Whose mail domain it is that an unknown person writes from.
create index recipient_mail_domain on recipient (lower(split_part(address, '@', -1))) where address is not null;
