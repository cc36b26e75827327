-- Scores: what became of each handler's turn at an order, what reporters answered, and the tallies of both by month.

ALTER TABLE cases ADD COLUMN source text;                  -- who reported it first; none for cases from before
ALTER TABLE assignments ADD COLUMN ack_due_at timestamptz; -- until when this handler must take it on
CREATE INDEX assignments_by_order ON assignments (order_id);

CREATE TABLE answers (                 -- what the reporter said about a round; nothing when nobody was asked or answered
    case_id      uuid NOT NULL,
    round        integer NOT NULL,
    solved       text,
    satisfaction text NOT NULL,
    rework       boolean NOT NULL,     -- it went out again
    at           timestamptz NOT NULL,
    PRIMARY KEY (case_id, round)
);
CREATE TRIGGER answers_are_append_only BEFORE UPDATE OR DELETE ON answers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE to_score (                -- orders that have changed, until a timer has counted them anew
    order_id uuid NOT NULL,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
INSERT INTO to_score (order_id) SELECT id FROM orders;

CREATE TABLE turns (                   -- one assignment of a handler, and what it counts as by now
    assignment_id bigint PRIMARY KEY,
    order_id      uuid NOT NULL,
    month         text NOT NULL,       -- YYYY-MM, in which the order started, by the town's clock
    grid_id       text NOT NULL,       -- empty: in no grid
    unit          text NOT NULL,
    member_id     text NOT NULL,
    category      text NOT NULL,
    source        text NOT NULL,       -- empty: not known
    outcomes      jsonb NOT NULL       -- figure → outcome
);
CREATE INDEX turns_by_order ON turns (order_id);
CREATE INDEX turns_by_month ON turns (month, assignment_id);

CREATE VIEW counted AS                 -- each outcome of each turn, once for everything that it counts for: to check the tallies
SELECT t.order_id, t.month, d.dimension, d.value, o.key AS figure, o.value AS outcome
FROM turns t,
     LATERAL (VALUES ('town', ''), ('grid', t.grid_id), ('unit', t.unit), ('member', t.member_id),
                     ('category', t.category), ('source', t.source)) AS d(dimension, value),
     LATERAL jsonb_each_text(t.outcomes) AS o(key, value);

CREATE TABLE tallies (                 -- how many rows of `counted` there are: kept up, so that a score costs a few rows
    month     text NOT NULL,
    dimension text NOT NULL,
    value     text NOT NULL,
    figure    text NOT NULL,
    outcome   text NOT NULL,
    turns     bigint NOT NULL,
    PRIMARY KEY (month, dimension, value, figure, outcome)
) WITH (fillfactor = 50);

CREATE TABLE active_days (             -- on which days a member did something, by the town's clock
    day       date NOT NULL,
    member_id text NOT NULL,
    PRIMARY KEY (day, member_id)
);
