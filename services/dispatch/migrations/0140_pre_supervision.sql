-- Supervision: what counts (marks), what follows from it (measures, interviews, points), and the audit of next steps.

CREATE TABLE marks (                   -- cards, failed checks, reworks, transfers: made with what happened, judged once, later
    case_id   uuid NOT NULL,
    order_id  uuid NOT NULL,
    kind      text NOT NULL,           -- domain/consequences.py
    unit      text NOT NULL,
    member_id text NOT NULL,
    points    double precision NOT NULL,
    number    integer NOT NULL,          -- of a transfer: the how many-th
    why       text NOT NULL,
    at        timestamptz NOT NULL,
    due_at    timestamptz,             -- none when it is judged; later than `at` where it waits for the morning
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
CREATE INDEX marks_due ON marks (id) WHERE due_at IS NOT NULL;
CREATE INDEX marks_by_case ON marks (case_id, kind);
CREATE INDEX marks_red ON marks (unit, at) WHERE kind = 'red';
CREATE TRIGGER marks_are_not_deleted BEFORE DELETE ON marks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER marks_are_only_judged BEFORE UPDATE ON marks
    FOR EACH ROW WHEN (OLD.due_at IS NULL OR (OLD.case_id, OLD.order_id, OLD.kind, OLD.unit, OLD.member_id, OLD.points, OLD.number,
        OLD.why, OLD.at) IS DISTINCT FROM (NEW.case_id, NEW.order_id, NEW.kind, NEW.unit, NEW.member_id, NEW.points,
        NEW.number, NEW.why, NEW.at))
    EXECUTE FUNCTION refuse_change();

CREATE TABLE red_units (               -- units that had a red card, and when one last did an order without any
    unit    text PRIMARY KEY,
    red_at  timestamptz NOT NULL,
    good_at timestamptz
);

CREATE TABLE measures (                -- letters, public notices, problem cases, and interviews as they were proposed
    measure_id uuid PRIMARY KEY,
    mark_id    bigint NOT NULL REFERENCES marks,
    measure    text NOT NULL CHECK (measure IN ('letter', 'interview', 'public_notice', 'problem_case')),
    case_id    uuid NOT NULL REFERENCES cases,
    order_id   uuid NOT NULL,
    unit       text NOT NULL,
    member_id  text NOT NULL,          -- whom it is about; of a problem case, who has it now
    why        text NOT NULL,
    at         timestamptz NOT NULL,
    UNIQUE (mark_id, measure, member_id)
);
CREATE UNIQUE INDEX measures_one_problem ON measures (case_id) WHERE measure = 'problem_case';
CREATE INDEX measures_by_time ON measures (at);
CREATE TRIGGER measures_are_append_only BEFORE UPDATE OR DELETE ON measures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE interviews (              -- 约谈: what became of the proposed ones
    interview_id uuid PRIMARY KEY REFERENCES measures,
    state        text NOT NULL CHECK (state IN ('proposed', 'held', 'dropped')),
    held_on      date,
    held_by      text,
    note         text NOT NULL,        -- what was agreed, or why it was dropped
    decided_by   text,
    decided_at   timestamptz,
    CHECK ((state = 'proposed') = (decided_at IS NULL)),
    CHECK ((state = 'held') = (held_on IS NOT NULL AND held_by IS NOT NULL))
);
CREATE INDEX interviews_proposed ON interviews (interview_id) WHERE state = 'proposed';
CREATE TRIGGER interviews_are_not_deleted BEFORE DELETE ON interviews FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER interviews_are_only_decided BEFORE UPDATE ON interviews
    FOR EACH ROW WHEN (OLD.state <> 'proposed') EXECUTE FUNCTION refuse_change();

CREATE TABLE points (                  -- what units were given or have lost, each with its reason
    unit      text NOT NULL,
    month     text NOT NULL,           -- YYYY-MM, by the town's clock
    points    double precision NOT NULL,
    measure   text NOT NULL,
    why       text NOT NULL,
    mark_id   bigint NOT NULL REFERENCES marks,
    case_id   uuid NOT NULL REFERENCES cases,
    order_id  uuid NOT NULL,
    member_id text NOT NULL,
    at        timestamptz NOT NULL,
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    UNIQUE (mark_id, measure)
);
CREATE INDEX points_by_month ON points (month, unit);
CREATE TRIGGER points_are_append_only BEFORE UPDATE OR DELETE ON points
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE audits (                  -- one row: when it was last looked whether every open order has a next step
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    audited_at timestamptz NOT NULL,
    without    bigint NOT NULL,        -- orders that had none
    named      jsonb NOT NULL          -- the first of them, which were named in the log
);
INSERT INTO audits (audited_at, without, named) VALUES ('-infinity', 0, '[]');

CREATE INDEX orders_without_next_step ON orders (id)
    WHERE next_step_at IS NULL AND state IN ('pooled', 'dispatched', 'in_progress', 'suspended', 'resolved');
CREATE INDEX orders_by_colour ON orders (due_at)
    WHERE supervision <> 'none' AND state IN ('pooled', 'dispatched', 'in_progress', 'suspended', 'resolved');
