-- How fast letters go, so that a queue which drains too slowly for its last lawful instants is told of while it can be mended.

alter table replica
    add column letters_per_minute integer not null default 0    -- taken by the relay, while any went in the last minute
        constraint replica_pace_not_negative check (letters_per_minute >= 0);
