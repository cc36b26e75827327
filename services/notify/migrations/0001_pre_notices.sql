-- Who is told what: notices of members, feedback of sources. The tables are the truth; queues may lose what they hold.

CREATE TABLE members (                    -- a copy: dispatch owns the members
    member_id text PRIMARY KEY,
    version   bigint NOT NULL,
    name      text NOT NULL,
    phone     text,                       -- sealed, bound to this member
    language  text NOT NULL,
    active    boolean NOT NULL
);

CREATE TABLE counters (                   -- how many notices each member has been given; its row lock orders them
    member_id text PRIMARY KEY,
    said      bigint NOT NULL
);

CREATE TABLE notices (
    id            uuid PRIMARY KEY,
    member_id     text NOT NULL,
    notice_number bigint NOT NULL,
    kind          text NOT NULL,
    body          json NOT NULL,
    event_id      text NOT NULL,          -- the message that it comes from
    created_at    timestamptz NOT NULL,
    UNIQUE (member_id, notice_number)
);

CREATE TABLE feedback (                   -- what is to be told, as it was heard; within a thread, n + 1 goes out only
    id       uuid PRIMARY KEY,            -- after the broker has taken n. The id is the one that intake gave
    source   text NOT NULL,
    thread   text NOT NULL,               -- the external id, or what keeps unreadable reports apart
    number   integer NOT NULL,
    kind     text NOT NULL,
    body     json NOT NULL,
    heard_at timestamptz NOT NULL,
    UNIQUE (source, thread, number)
);

CREATE TABLE waiting (                    -- feedback whose predecessor has not been delivered yet; all other has deliveries
    source   text NOT NULL,
    thread   text NOT NULL,
    number   integer NOT NULL,
    id       uuid NOT NULL,
    PRIMARY KEY (source, thread, number)
);

CREATE TABLE deliveries (                 -- one attempt on one channel
    id         uuid PRIMARY KEY,          -- of its outbox row
    channel    text NOT NULL,
    item_id    uuid NOT NULL,             -- the notice or the feedback
    outcome    text NOT NULL CHECK (outcome IN ('sending', 'delivered', 'no_queue')),
    created_at timestamptz NOT NULL,
    settled_at timestamptz
) WITH (fillfactor = 50);   -- each is settled once, on its own page
CREATE INDEX deliveries_by_item ON deliveries (item_id);
