-- Who is asked whether a case is solved, when, what was answered, and who has seen a contact.

CREATE TABLE calendars (                  -- the newest one is in force
    calendar  jsonb NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);

CREATE TABLE cases (                      -- a copy: intake owns the cases; its row is locked for whatever is said about it
    id            uuid PRIMARY KEY,
    number        text NOT NULL,
    kind          text NOT NULL,
    level         text NOT NULL,
    anonymous     boolean NOT NULL,
    contact       text,                   -- sealed, bound to this case
    asks_reporter boolean NOT NULL,
    reported_by   text,
    said          integer NOT NULL DEFAULT 0   -- how many messages callback has said about this case
);

CREATE TABLE follow_ups (
    id                     uuid PRIMARY KEY,
    case_id                uuid NOT NULL REFERENCES cases,
    round                  integer NOT NULL,
    state                  text NOT NULL CHECK (state IN ('open', 'answered', 'waived', 'expired')),
    why                    text NOT NULL,          -- why the reporter is (not) asked
    planned_at             timestamptz NOT NULL,
    due_at                 timestamptz NOT NULL,   -- from then on the reporter is called
    closes_at              timestamptz NOT NULL,   -- nobody has answered by then: unrated
    attempts               integer NOT NULL DEFAULT 0,
    attempts_wanted        integer NOT NULL,       -- this and the next as the rule set said when it was planned
    dissatisfied_is_rework boolean NOT NULL,
    ended_at               timestamptz,
    solved                 text CHECK (solved IN ('yes', 'partly', 'no')),
    satisfaction           text CHECK (satisfaction IN ('satisfied', 'mostly_satisfied', 'dissatisfied', 'unrated')),
    text                   text,
    answered_by            text,
    rework                 boolean,
    UNIQUE (case_id, round),
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((state = 'answered') = (solved IS NOT NULL))
);
CREATE INDEX follow_ups_open_by_due ON follow_ups (due_at) WHERE state = 'open';
CREATE INDEX follow_ups_open_by_end ON follow_ups (closes_at) WHERE state = 'open';
CREATE INDEX follow_ups_by_state ON follow_ups (state, planned_at);

CREATE TABLE attempts (                   -- calls; appended, never edited
    follow_up_id uuid NOT NULL REFERENCES follow_ups,
    at           timestamptz NOT NULL,
    who          text NOT NULL,
    reached      boolean NOT NULL,
    note         text NOT NULL,
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
CREATE INDEX attempts_by_follow_up ON attempts (follow_up_id, id);

CREATE TABLE contact_views (              -- who has seen whose contact, and for which call; appended, never edited
    follow_up_id uuid NOT NULL REFERENCES follow_ups,
    at           timestamptz NOT NULL,
    who          text NOT NULL,
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is appended, never edited';
END $$;
CREATE TRIGGER attempts_are_append_only BEFORE UPDATE OR DELETE ON attempts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER contact_views_are_append_only BEFORE UPDATE OR DELETE ON contact_views
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
