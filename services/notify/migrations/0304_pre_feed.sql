-- What has happened, for whoever has subscribed: numbered in the order of the commits, and kept for a while.

CREATE TABLE feed (
    position   bigint PRIMARY KEY,        -- 1, 2, 3 … without a gap; whoever sees n can see everything before it
    id         uuid NOT NULL,             -- of the event that is said
    event_id   text NOT NULL,             -- the message that it is about
    transition text NOT NULL,
    number     text NOT NULL,             -- of the case, as all that follows
    round      integer,
    level      text NOT NULL,
    kind       text NOT NULL,
    category   text NOT NULL,
    area       json NOT NULL,             -- the path of areas, the town first; empty: in none
    sources    json NOT NULL,
    at         text NOT NULL,             -- when it happened, as the message said it
    created_at timestamptz NOT NULL
);
CREATE INDEX feed_by_time ON feed (created_at);

CREATE TABLE feed_positions (             -- one row; its lock is held until the commit, and so makes the order
    last bigint NOT NULL
);
INSERT INTO feed_positions VALUES (0);
