-- Answers by many channels: with the questions they were given to, changeable until the follow-up is judged; several
-- reporters of one matter; and by what rule each follow-up was planned.

CREATE TABLE questions (                  -- sets of questions that were asked, by what they say
    version   text PRIMARY KEY,
    questions jsonb NOT NULL,
    since     timestamptz NOT NULL DEFAULT clock_timestamp()
);

ALTER TABLE cases ADD COLUMN category text NOT NULL DEFAULT '9999';
ALTER TABLE cases ADD COLUMN source text NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN handlers text[] NOT NULL DEFAULT '{}';     -- whoever has handled or checked it, in any round
CREATE INDEX cases_by_number ON cases (number);

CREATE TABLE merged (                     -- cases that are handled together with another: their reporters may answer too
    case_id     uuid PRIMARY KEY,
    number      text NOT NULL,
    into_number text NOT NULL,
    reachable   boolean NOT NULL,
    sequence    integer NOT NULL,         -- which of intake's messages about this case said so
    at          timestamptz NOT NULL
);
CREATE INDEX merged_by_root ON merged (into_number);

ALTER TABLE follow_ups ADD COLUMN unit text NOT NULL DEFAULT '';        -- whose work it was
ALTER TABLE follow_ups ADD COLUMN category text NOT NULL DEFAULT '9999';
ALTER TABLE follow_ups ADD COLUMN month text;                           -- YYYY-MM of the plan, by the town's clock
ALTER TABLE follow_ups ADD COLUMN basis text;                           -- which rule decided whether it is asked
ALTER TABLE follow_ups ADD COLUMN questions_version text REFERENCES questions;
ALTER TABLE follow_ups ADD COLUMN terms jsonb NOT NULL DEFAULT '{}';    -- of judging, as the rule set said when it was planned
ALTER TABLE follow_ups ADD COLUMN judge_at timestamptz;                 -- then the answers are judged, unless one is changed
ALTER TABLE follow_ups ADD COLUMN answer_id uuid;                       -- the answer that counts
CREATE INDEX follow_ups_open_by_judging ON follow_ups (judge_at) WHERE state = 'open' AND judge_at IS NOT NULL;

CREATE TABLE answers (                    -- what reporters have said; appended, never edited: the latest of a report is its answer
    id           uuid PRIMARY KEY,
    follow_up_id uuid NOT NULL REFERENCES follow_ups,
    report       text NOT NULL,           -- the number under which this reporter knows the matter
    channel      text NOT NULL CHECK (channel IN ('desk', 'page', 'chat', 'source')),
    by           text NOT NULL,           -- the call-taker, the source, or 'reporter'
    version      text NOT NULL REFERENCES questions,
    answers      jsonb NOT NULL,          -- question id → value
    solved       text NOT NULL CHECK (solved IN ('yes', 'partly', 'no')),
    satisfaction text NOT NULL CHECK (satisfaction IN ('satisfied', 'mostly_satisfied', 'dissatisfied', 'unrated')),
    reasons      text[] NOT NULL,
    text         text NOT NULL,           -- masked
    media        text[] NOT NULL,
    at           timestamptz NOT NULL,
    device       text,                    -- a digest, to compare devices by
    seconds      double precision,        -- that the answering took
    n            bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX answers_by_follow_up ON answers (follow_up_id, report, n DESC);
CREATE TRIGGER answers_are_append_only BEFORE UPDATE OR DELETE ON answers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
