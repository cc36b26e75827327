-- Channels besides queues: with which accounts, how much, and what is on its way to whom.

CREATE TABLE channel_accounts (           -- a robot, an application, a mailbox, a subscriber's webhook
    account_id    text PRIMARY KEY,
    channel       text NOT NULL,
    way           text NOT NULL,          -- accounts of one way stand in for each other, by weight
    unit          text,                   -- whose group the robot speaks in
    weight        integer NOT NULL,
    at_once       integer NOT NULL,       -- so many are sent at the same time, by all replicas together
    enabled       boolean NOT NULL,
    settings      json NOT NULL,
    secrets       json NOT NULL,          -- name → sealed, bound to the account and the name
    limits        json NOT NULL,
    provider      text NOT NULL,          -- who is down when it is down
    blocked_until timestamptz,            -- the provider has had too much from it
    blocked_why   text NOT NULL DEFAULT ''
);                                        -- its row lock orders what draws from its buckets
CREATE INDEX channel_accounts_by_way ON channel_accounts (way);

CREATE TABLE channel_patience (           -- as the town's channels.yaml says; copied onto each delivery
    lane     text PRIMARY KEY,
    attempts integer NOT NULL,
    seconds  double precision NOT NULL
);

CREATE TABLE provider_breakers (
    provider   text PRIMARY KEY,
    failures   integer NOT NULL DEFAULT 0,
    trips      integer NOT NULL DEFAULT 0,
    open_until timestamptz
);

CREATE TABLE buckets (                    -- tokens that are left, of what was drawn from
    account_id text NOT NULL,
    scope      text NOT NULL,             -- '' the account, or what its limit counts by: a target, a text to a target
    position   integer NOT NULL,          -- of the limit among the account's
    tokens     double precision NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (account_id, scope, position)
) WITH (fillfactor = 70);

CREATE TABLE channel_deliveries (         -- one thing to say to one person on one channel
    id         uuid PRIMARY KEY,
    wanted_id  uuid NOT NULL,             -- what was wanted; the same for all channels that it was tried on
    key        text NOT NULL,             -- the same for the same thing, in the whole town: said once
    step       integer NOT NULL,          -- 1: the first way; 2 …: the ways after it
    about      text NOT NULL,             -- the notice or notification
    number     text,                      -- of the case
    person     text NOT NULL,
    level      text NOT NULL,
    urgent     boolean NOT NULL,
    way        text NOT NULL,
    account_id text REFERENCES channel_accounts,   -- none: nobody can send on this way
    target     text NOT NULL,             -- sealed, bound to what was wanted
    target_key text NOT NULL,             -- blind index of the target: limits count by it
    words      json NOT NULL,             -- title, text, url, markdown: thin, nothing personal
    digest     text NOT NULL,             -- of the words
    ways       json NOT NULL,             -- that are left, in order: way, sealed target, its blind index
    state      text NOT NULL CHECK (state IN ('created', 'sending', 'accepted', 'delivered', 'failed', 'uncertain',
                                              'expired', 'superseded')),
    reason     text NOT NULL DEFAULT '',
    attempts   integer NOT NULL DEFAULT 0,   -- begun; its number fences: only the newest may record
    most       integer NOT NULL,          -- attempts
    patience   double precision NOT NULL, -- seconds for this way, where there is another
    doubtful   boolean NOT NULL DEFAULT false,   -- one of the attempts may have gone out
    fallen     boolean NOT NULL DEFAULT false,   -- the next way has it
    receipt    text,                      -- by which the provider is asked what became of it
    polls      integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    expires_at timestamptz,               -- not sent from then on
    due        timestamptz,               -- when it is looked at again: to be sent, the lease is over, a receipt
    hurry_at   timestamptz,               -- when the next way takes over, if nobody has taken it
    accepted_at timestamptz,
    settled_at timestamptz,
    UNIQUE (key, step)
) WITH (fillfactor = 70);
CREATE INDEX channel_deliveries_to_send ON channel_deliveries (account_id, urgent DESC, due) WHERE state = 'created';
CREATE INDEX channel_deliveries_to_expire ON channel_deliveries (expires_at) WHERE state = 'created';
CREATE INDEX channel_deliveries_to_hurry ON channel_deliveries (hurry_at) WHERE state = 'created';
CREATE INDEX channel_deliveries_leased ON channel_deliveries (account_id, due) WHERE state = 'sending';
CREATE INDEX channel_deliveries_to_poll ON channel_deliveries (account_id, due)
    WHERE state IN ('accepted', 'uncertain') AND receipt IS NOT NULL AND due IS NOT NULL;
CREATE INDEX channel_deliveries_open ON channel_deliveries (state, id)
    WHERE state IN ('created', 'sending', 'accepted', 'uncertain');
CREATE INDEX channel_deliveries_by_case ON channel_deliveries (number, id);
CREATE INDEX channel_deliveries_by_person ON channel_deliveries (person, id);
CREATE INDEX channel_deliveries_by_about ON channel_deliveries (about);

CREATE TABLE delivery_attempts (          -- every attempt and what came of it; history is appended
    delivery_id uuid NOT NULL,
    attempt     integer NOT NULL,
    account_id  text,
    outcome     text NOT NULL,            -- delivered, accepted, later, refused, uncertain, receipt, by_hand
    reason      text NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX delivery_attempts_by_delivery ON delivery_attempts (delivery_id, at);
