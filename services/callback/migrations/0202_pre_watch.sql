-- Watching the quality of answers: what is striking about one, and asking a sample again.

CREATE TABLE marks (                      -- what is striking about answers; appended, never edited
    answer_id    uuid NOT NULL REFERENCES answers (id),
    follow_up_id uuid NOT NULL REFERENCES follow_ups,
    reason       text NOT NULL CHECK (reason IN ('quick', 'series_of_device', 'series_of_taker', 'one_handler')),
    text         text NOT NULL,           -- in words, with the number that was too much
    at           timestamptz NOT NULL,
    PRIMARY KEY (answer_id, reason)
);
CREATE INDEX marks_by_time ON marks (at);
CREATE TRIGGER marks_are_append_only BEFORE UPDATE OR DELETE ON marks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE INDEX answers_by_device ON answers (device, at) WHERE device IS NOT NULL;
CREATE INDEX answers_by_taker ON answers (by, at) WHERE channel = 'desk';

CREATE TABLE reasks (                     -- answers that a supervisor has somebody ask for again
    id           uuid PRIMARY KEY,
    follow_up_id uuid NOT NULL UNIQUE REFERENCES follow_ups,
    asked_by     text NOT NULL,
    why          text NOT NULL,
    asked_at     timestamptz NOT NULL,
    answered_by  text,
    answered_at  timestamptz,
    answers      jsonb,                   -- the second answer, beside the first
    text         text,                    -- masked
    differences  jsonb                    -- question, first, second
);
CREATE INDEX reasks_by_time ON reasks (asked_at);
