-- The days on which contracts begin, end or get other terms by themselves: found by day, not by customer.

create index contract_ends on contract (ended_on) where ended_on is not null;
create index contract_begins on contract (signed_on);
create index contract_terms_begin on contract_terms (valid_from);
