-- What members have read, and what is done about that which they have not.

CREATE TABLE seen (                       -- how far each member has read; the number only grows
    member_id text PRIMARY KEY,
    upto      bigint NOT NULL,
    at        timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE acts (                       -- when members have acted on cases last; of '': when the case was over. Only in
    number    text NOT NULL,              -- a town that watches what is unread
    member_id text NOT NULL,
    at        timestamptz NOT NULL,       -- as the message says that told of it
    PRIMARY KEY (number, member_id)
) WITH (fillfactor = 70);
CREATE INDEX acts_by_age ON acts (at);

CREATE TABLE unread (                     -- notices that ask for something, watched until they are read
    notice_id     uuid PRIMARY KEY,
    member_id     text NOT NULL,
    notice_number bigint NOT NULL,
    number        text NOT NULL,          -- of the case
    said_at       timestamptz NOT NULL,   -- as the message says that the notice comes from
    since         timestamptz NOT NULL,   -- when the member was told: the steps count from then
    steps         json NOT NULL,          -- of the rule set that was in force then
    taken         integer NOT NULL DEFAULT 0,
    due           timestamptz,            -- when it is looked at next; null: that is over
    ended         text NOT NULL DEFAULT '',
    ended_at      timestamptz
) WITH (fillfactor = 70);
CREATE INDEX unread_due ON unread (due) WHERE due IS NOT NULL;
CREATE INDEX unread_by_member ON unread (member_id) WHERE due IS NOT NULL;
CREATE INDEX unread_by_case ON unread (number) WHERE due IS NOT NULL;

CREATE TABLE unread_steps (               -- what was done about unread notices; history is appended
    notice_id uuid NOT NULL,
    step      integer NOT NULL,           -- 1, 2, 3 …: each once
    measure   text NOT NULL,              -- next_channel, leader
    reached   json NOT NULL,              -- the way, or the members who were told; empty: nobody
    reason    text NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (notice_id, step)
);

CREATE INDEX notices_by_case ON notices ((body->>'number'), id);
ALTER TABLE channel_deliveries ADD COLUMN read_at timestamptz;   -- as the provider says; it is asked for a while
DROP INDEX channel_deliveries_to_poll;
CREATE INDEX channel_deliveries_to_poll ON channel_deliveries (account_id, due)
    WHERE state IN ('accepted', 'uncertain', 'delivered') AND receipt IS NOT NULL AND due IS NOT NULL;
CREATE INDEX feedback_by_case ON feedback ((body->>'number'), id);
CREATE INDEX notifications_by_notice ON notifications (receiver, notice_number);
CREATE INDEX notifications_to_hush ON notifications (receiver) WHERE due IS NOT NULL;
CREATE INDEX channel_deliveries_to_hush ON channel_deliveries (person) WHERE state = 'created';
