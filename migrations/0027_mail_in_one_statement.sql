-- Mail is taken in by one statement for all that came at once (store/inbound.rs), which numbers the mails itself, as their entries of the
-- ledger name them.

grant usage on sequence inbound_message_id_seq to forenotice_app;
-- A sighting is written by the statement that writes its mail and holds its door, and neither is ever deleted: asking again for each of
-- them was a fifth of what a mail costs.
alter table inbound_sighting
    drop constraint inbound_sighting_message_id_fkey,
    drop constraint inbound_sighting_door_id_fkey;
-- Another fifth was pglz. A Postgres built without lz4 goes on with it.
do $$ begin
    alter table inbound_message alter column raw set compression lz4;
exception when feature_not_supported then
    raise notice 'this Postgres has no lz4: mail is compressed by pglz';
end $$;
