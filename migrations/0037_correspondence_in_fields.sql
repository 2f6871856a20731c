-- What is added to an objection is kept as fields, as the first statement is: a page masks who said it and tells the rest in its reader's language.

alter table correspondence
    add column voice text not null default 'theirs'
        constraint correspondence_voice_known check (voice in ('theirs', 'ours', 'record')), -- record: for the file, shown to no customer
    add column said_by text,                       -- a name or an address; what was linked names its objection, too
    add column grounds text[] not null default '{}',
    add column condition text,
    add column on_behalf_of text;

update correspondence set voice = 'record' where body = '(the same mail, as another of our servers had it earlier)';
-- Answers were kept without their author; their letters name them.
with answered as (
    select split_part(letter_key, ':', 3) as id from delivery where letter_key is not null and letter_key like 'answer:%'
)
update correspondence set voice = 'ours'
where message_id is null and file_hash is null and id::text in (select id from answered);
update correspondence set said_by = split_part(body, ': ', 1), body = substr(body, strpos(body, ': ') + 2)
where voice = 'theirs' and body ~ '^[^[:space:]@]+@[^[:space:]:]+( \(OBJ-[0-9-]+\))?: ';
