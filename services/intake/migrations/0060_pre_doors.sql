-- First answers, webhooks' secrets, imports of tables; how sources keep up with what they are told, and how they behave.

CREATE TABLE answers (                     -- what was answered first, for a day: the same request again is answered the same
    source    text NOT NULL,
    key       text NOT NULL,               -- `key <Idempotency-Key>` or `webhook <webhook-id>`
    body_hash text NOT NULL,
    answer    json NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (source, key)
);
CREATE INDEX answers_by_age ON answers (at);

CREATE TABLE webhook_secrets (
    id         uuid PRIMARY KEY,
    source     text NOT NULL,
    direction  text NOT NULL CHECK (direction IN ('in', 'out')),
    sealed     text NOT NULL,              -- bound to this row
    created_at timestamptz NOT NULL,
    expires_at timestamptz                 -- an old one stays valid for a while after a new one was made
);
CREATE INDEX webhook_secrets_by_source ON webhook_secrets (source, direction);

CREATE TABLE imports (
    id         uuid PRIMARY KEY,
    source     text NOT NULL,
    digest     text NOT NULL,              -- of the file and of what its columns mean
    state      text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    rows_done  integer NOT NULL,
    problem    text NOT NULL DEFAULT '',
    by         text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX imports_running ON imports (source, digest) WHERE state = 'running';

CREATE TABLE import_rows (
    import_id   uuid NOT NULL,
    row         integer NOT NULL,          -- counted from 1, the heading line left out
    external_id text NOT NULL,
    outcome     text NOT NULL,
    number      text,
    reasons     json NOT NULL,
    PRIMARY KEY (import_id, row)
);

-- Feedback gets its position when its source first asks for it, after it was committed: no cursor passes a row unseen.
ALTER TABLE feedback ADD COLUMN position bigint;
CREATE UNIQUE INDEX feedback_positions ON feedback (source, position) WHERE position IS NOT NULL;
CREATE INDEX feedback_unasked ON feedback (source, said_at) WHERE position IS NULL;
ALTER TABLE correspondence ADD COLUMN acked integer NOT NULL DEFAULT 0;   -- the last number that the source says it knows
CREATE TABLE polling (
    source text PRIMARY KEY,
    last   bigint NOT NULL DEFAULT 0,      -- the last position that was given
    acked  bigint NOT NULL DEFAULT 0       -- the last cursor that the source has come back with
);

CREATE TABLE source_hours (                -- what came in each hour: habit, and what is shown
    source  text NOT NULL,
    hour    timestamptz NOT NULL,
    reports bigint NOT NULL,
    refused bigint NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (source, hour)
);

CREATE TABLE source_flow (                 -- the recent past, of which half is forgotten every few minutes
    source          text PRIMARY KEY,
    at              timestamptz NOT NULL,
    reports         double precision NOT NULL,
    refused         double precision NOT NULL,
    throttled_until timestamptz,
    why             text NOT NULL DEFAULT ''
);

CREATE TABLE source_buckets (              -- what a source may still send now, by lane
    source text NOT NULL,
    lane   text NOT NULL,
    tokens double precision NOT NULL,
    at     timestamptz NOT NULL,
    PRIMARY KEY (source, lane)
);

CREATE SEQUENCE source_versions;           -- of what others are told about sources
