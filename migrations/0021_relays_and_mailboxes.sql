-- What two kinds of doors must remember: the token by which a relay proved an event, and how far a mailbox has been read.

-- It proves one event, once: whoever has read it can prove no other with it.
alter table inbound_message add column relay_token text constraint inbound_token_proves_one unique;

-- Everything in the folder up to this UID is committed. Another UIDVALIDITY means that UIDs begin anew (RFC 3501, 2.3.1.1).
create table inbound_folder (
    mailbox      text not null,            -- user@host
    folder       text not null,
    uid_validity bigint not null,
    read_to_uid  bigint not null,
    primary key (mailbox, folder)
);
grant insert, update on inbound_folder to forenotice_app;
