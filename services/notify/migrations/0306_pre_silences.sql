-- What is not to be heard for a while, because somebody says why.

CREATE TABLE silences (
    id         uuid PRIMARY KEY,
    owner      text NOT NULL,
    reason     text NOT NULL,
    matchers   json NOT NULL,          -- all must hold: kinds, levels, category, area, number, receiver
    created_at timestamptz NOT NULL,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    ended_by   text                    -- who ended it before its time
);
CREATE INDEX silences_by_end ON silences (ends_at);
