-- The page of a letter tells what its customer, or its recipient, has objected: looked up, however many objections there are.

create index objection_of_customer on objection (customer_id) where customer_id is not null;
create index objection_of_recipient on objection (recipient_id) where recipient_id is not null;
