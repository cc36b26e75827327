-- Topping up of samples, demands that are looked at by two, objections.

CREATE TABLE top_ups (                    -- each month's samples that were looked at, and how many were asked besides
    month     text NOT NULL,
    unit      text NOT NULL,
    category  text NOT NULL,              -- unit and category `*`: the whole month is done
    eligible  integer NOT NULL,
    asked     integer NOT NULL,           -- before
    added     integer NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (month, unit, category)
);

ALTER TABLE follow_ups ADD COLUMN was text;               -- why it was not asked about at first, when the sample was topped up
ALTER TABLE follow_ups ADD COLUMN demand text CHECK (demand IN ('proposed', 'reasonable', 'unreasonable'));
ALTER TABLE follow_ups ADD COLUMN proposed_by text;       -- who has called the demand unreasonable
ALTER TABLE follow_ups ADD COLUMN demand_at timestamptz;
ALTER TABLE follow_ups ADD COLUMN counts boolean NOT NULL DEFAULT true;  -- false: out of the denominators, an unreasonable demand
CREATE INDEX follow_ups_by_month ON follow_ups (month, unit, category);
CREATE INDEX follow_ups_to_look_at ON follow_ups (judge_at) WHERE state = 'open' AND demand IS NOT NULL;

CREATE TABLE demands (                    -- what the desk has said of dissatisfied reporters' demands; appended, never edited
    follow_up_id uuid NOT NULL REFERENCES follow_ups,
    reasonable   boolean NOT NULL,
    who          text NOT NULL,
    why          text NOT NULL,
    at           timestamptz NOT NULL,
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
CREATE INDEX demands_by_follow_up ON demands (follow_up_id, id);
CREATE TRIGGER demands_are_append_only BEFORE UPDATE OR DELETE ON demands
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE merged ADD COLUMN source text NOT NULL DEFAULT '';
CREATE INDEX merged_by_number ON merged (number);

CREATE TABLE objections (                 -- of reporters, after the case was closed: it went out again; appended, never edited
    follow_up_id uuid PRIMARY KEY REFERENCES follow_ups,
    report       text NOT NULL,
    by           text NOT NULL,
    text         text NOT NULL,           -- masked
    at           timestamptz NOT NULL
);
CREATE TRIGGER objections_are_append_only BEFORE UPDATE OR DELETE ON objections
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
