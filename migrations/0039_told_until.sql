-- The last day that a customer was told for its objection stays promised where its window runs until the effect since, however often it is
-- derived anew.
alter table obligation add column told_until timestamptz;
