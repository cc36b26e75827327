-- The town's own words: versions of them, and what was done with each. Neither is ever changed.

CREATE TABLE templates (
    kind       text NOT NULL,             -- of the notice, or a frame (services/notify/templates)
    version    integer NOT NULL CHECK (version > 0),   -- 0 is what the product comes with
    words      json NOT NULL,
    author     text NOT NULL,
    reason     text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (kind, version)
);

CREATE TABLE template_changes (           -- the last one of a kind says which version is in force
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind    text NOT NULL,
    version integer NOT NULL,             -- in force from then on
    before  integer NOT NULL,             -- in force until then
    action  text NOT NULL CHECK (action IN ('published', 'rolled_back')),
    who     text NOT NULL,
    reason  text NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX template_changes_by_kind ON template_changes (kind, id);
