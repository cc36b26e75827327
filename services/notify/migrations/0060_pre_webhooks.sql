-- Sources that hear by webhook: where, with which secrets, and what is on its way to them.

CREATE TABLE sources (                    -- a copy: intake owns the sources
    source          text PRIMARY KEY,
    version         bigint NOT NULL,
    webhook_url     text,
    webhook_secrets json NOT NULL,        -- id and sealed secret of each that is valid, bound to its id
    stopped         boolean NOT NULL DEFAULT false   -- it has said 410: nothing more goes there until its record changes
);

CREATE TABLE webhooks (                   -- feedback that is to be sent; it leaves when it is delivered or given up
    id      uuid PRIMARY KEY,             -- of its delivery
    item_id uuid NOT NULL,                -- the feedback
    source  text NOT NULL,
    thread  text NOT NULL,
    number  integer NOT NULL,
    since   timestamptz NOT NULL,
    due     timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    answer  text NOT NULL DEFAULT '',     -- to the last attempt
    UNIQUE (source, thread, number)
);
CREATE INDEX webhooks_due ON webhooks (due);

ALTER TABLE deliveries DROP CONSTRAINT deliveries_outcome_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_outcome_check
    CHECK (outcome IN ('sending', 'delivered', 'no_queue', 'failed')) NOT VALID;
