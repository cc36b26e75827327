-- Who calls whom and when, what was done (for the reporter to see), and the links on which reporters answer by themselves.

ALTER TABLE follow_ups ADD COLUMN call_rank smallint NOT NULL DEFAULT 3;       -- by level: the smaller, the sooner
ALTER TABLE follow_ups ADD COLUMN call_at timestamptz;                         -- not called before; NULL: not before due_at
ALTER TABLE follow_ups ADD COLUMN call_over boolean NOT NULL DEFAULT false;    -- called often enough, or in vain
ALTER TABLE follow_ups ADD COLUMN call_id uuid;                                -- the call that was begun last,
ALTER TABLE follow_ups ADD COLUMN taken_by text;                               -- by whom; NULL: it has ended
ALTER TABLE follow_ups ADD COLUMN taken_at timestamptz;
ALTER TABLE follow_ups ADD COLUMN taken_until timestamptz;                     -- then somebody else may call
ALTER TABLE follow_ups ADD COLUMN link_at timestamptz;                         -- then the reporter gets a link; NULL: by rule
ALTER TABLE follow_ups ADD COLUMN linked_at timestamptz;                       -- that was said
CREATE INDEX follow_ups_open_to_call ON follow_ups (call_rank, coalesce(call_at, due_at)) WHERE state = 'open' AND NOT call_over;
CREATE INDEX follow_ups_open_taken ON follow_ups (taken_by) WHERE state = 'open' AND taken_by IS NOT NULL;
CREATE INDEX follow_ups_open_to_link ON follow_ups (link_at) WHERE state = 'open' AND linked_at IS NULL AND link_at IS NOT NULL;
CREATE INDEX follow_ups_open_unlinked ON follow_ups (due_at) WHERE state = 'open' AND linked_at IS NULL;
UPDATE follow_ups f SET call_rank = CASE c.level WHEN 'P1' THEN 1 ELSE 2 END
FROM cases c WHERE c.id = f.case_id AND f.state = 'open' AND c.level IN ('P1', 'P2');

CREATE TABLE calls (                      -- every time that somebody has taken a follow-up in hand; appended, never edited
    id           uuid PRIMARY KEY,
    follow_up_id uuid NOT NULL REFERENCES follow_ups,
    who          text NOT NULL,
    taken_at     timestamptz NOT NULL
);
CREATE TRIGGER calls_are_append_only BEFORE UPDATE OR DELETE ON calls
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE attempts ADD COLUMN outcome text;                                  -- answered, or why not
ALTER TABLE attempts ADD COLUMN call_id uuid;
CREATE UNIQUE INDEX attempts_by_call ON attempts (call_id) WHERE call_id IS NOT NULL;

ALTER TABLE cases ADD COLUMN media text[] NOT NULL DEFAULT '{}';               -- what came with the report

CREATE TABLE works (                      -- what was done in a round, as its handler has said it last
    case_id     uuid NOT NULL,
    round       integer NOT NULL,
    note        text NOT NULL,            -- masked
    before      text[] NOT NULL,          -- references of media
    after       text[] NOT NULL,
    resolved_at timestamptz NOT NULL,
    sequence    integer NOT NULL,         -- which of dispatch's messages about this case said so
    PRIMARY KEY (case_id, round)
);

CREATE TABLE answer_links (               -- the secret itself is kept nowhere: it is made anew wherever it is sent
    digest       text PRIMARY KEY,
    follow_up_id uuid NOT NULL REFERENCES follow_ups,
    report       text NOT NULL,           -- the number under which this reporter knows the matter
    key_id       text NOT NULL,           -- what it was made with
    made_at      timestamptz NOT NULL,
    opened_at    timestamptz,             -- for the first time
    UNIQUE (follow_up_id, report)
);

CREATE TABLE link_views (                 -- who has been given a link to send it by hand; appended, never edited
    follow_up_id uuid NOT NULL REFERENCES follow_ups,
    report       text NOT NULL,
    at           timestamptz NOT NULL,
    who          text NOT NULL,
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
CREATE INDEX link_views_by_follow_up ON link_views (follow_up_id, id);
CREATE TRIGGER link_views_are_append_only BEFORE UPDATE OR DELETE ON link_views
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
