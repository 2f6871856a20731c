-- An act and its entries are written by one statement, and a mailing writes an entry for each letter: to look the act up for each
-- cost more than half of writing them. As in delivery there is no foreign key, and doctor checks (act_has_its_entries).

alter table ledger_entry drop constraint ledger_entry_act_id_fkey;
