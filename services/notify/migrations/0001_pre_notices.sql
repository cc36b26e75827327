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
    body          jsonb NOT NULL,
    event_id      text NOT NULL,          -- the message that it comes from
    created_at    timestamptz NOT NULL,
    UNIQUE (member_id, notice_number),
    UNIQUE (event_id, member_id, kind)
);

CREATE TABLE feedback (                   -- within a thread, n + 1 goes out only after the broker has taken n
    id         uuid PRIMARY KEY,          -- as intake gave it
    source     text NOT NULL,
    thread     text NOT NULL,             -- the external id, or what keeps unreadable reports apart
    number     integer NOT NULL,
    kind       text NOT NULL,
    body       jsonb NOT NULL,
    state      text NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered')),
    heard_at   timestamptz NOT NULL,
    settled_at timestamptz,
    UNIQUE (source, thread, number)
);
CREATE INDEX feedback_not_delivered ON feedback (heard_at) WHERE state <> 'delivered';

CREATE TABLE deliveries (                 -- one attempt on one channel
    id         uuid PRIMARY KEY,          -- of its outbox row
    channel    text NOT NULL,
    item_id    uuid NOT NULL,             -- the notice or the feedback
    outcome    text NOT NULL CHECK (outcome IN ('sending', 'delivered', 'no_queue')),
    created_at timestamptz NOT NULL,
    settled_at timestamptz
);
CREATE INDEX deliveries_by_item ON deliveries (item_id);
