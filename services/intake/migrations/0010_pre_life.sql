-- Cases that are off the line for a while or for good, what was added to them, and how they ended.

CREATE TABLE away (                        -- one row while a case awaits information, is with another platform, or is merged
    case_id     uuid PRIMARY KEY,
    before      text NOT NULL,             -- the state that it was in
    on_order    boolean NOT NULL,          -- dispatch had heard of it, and has not said yet that its order is withdrawn
    since       timestamptz NOT NULL,
    until       timestamptz,               -- nobody has answered by then: it goes back
    merged_into uuid,                      -- the case that it is handled with, which is never merged itself
    platform    text,                      -- who has it instead
    why         text NOT NULL,             -- the question, or the reason
    CHECK (merged_into IS NULL OR until IS NULL),
    CHECK (merged_into <> case_id)
);
CREATE INDEX away_by_root ON away (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX away_by_end ON away (until) WHERE until IS NOT NULL;

CREATE TABLE additions (                   -- what a reporter said when asked for more; appended, never edited
    case_id  uuid NOT NULL,
    at       timestamptz NOT NULL,
    who      text NOT NULL,
    text     text NOT NULL,                -- masked
    original text,                         -- sealed, where masking has changed it
    id       uuid PRIMARY KEY
);
CREATE INDEX additions_by_case ON additions (case_id, at);
CREATE TRIGGER additions_are_append_only BEFORE UPDATE OR DELETE ON additions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE INDEX cases_open ON cases (state, level) WHERE state NOT IN ('closed', 'rejected', 'merged', 'cancelled');
