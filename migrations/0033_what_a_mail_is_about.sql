-- Which changes a person's mail is about, those in force and those whose deadline is over as well: it holds back some of them at most, and is
-- lodged against all. Null: nobody has said, or it names none.
alter table inbound_message add column about bigint[];
