-- Of an address that nobody has linked to a customer, too, one objection is open against a change: a second click joins it.

alter table objection_change add column recipient_id bigint references recipient;   -- who spoke, while it is nobody's
-- Clicks that made two before this migration stay two.
update objection_change x set recipient_id = first.recipient_id
from (select distinct on (y.change_id, o.recipient_id) y.objection_id, y.change_id, o.recipient_id
      from objection_change y join objection o on o.id = y.objection_id
      where y.customer_id is null and y.resolved_at is null and o.recipient_id is not null
      order by y.change_id, o.recipient_id, y.objection_id) first
where x.objection_id = first.objection_id and x.change_id = first.change_id;
create unique index objection_once_per_unlinked_recipient on objection_change (change_id, recipient_id)
    where resolved_at is null and customer_id is null;
