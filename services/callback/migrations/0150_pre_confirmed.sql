-- Service orders are confirmed by whoever ordered; and whoever says by themselves what became of a matter is not asked.

ALTER TABLE cases ADD COLUMN ordered boolean NOT NULL DEFAULT false;  -- orders an item of the town's service list

CREATE TABLE early_answers (              -- what reporters said before their work was checked; the last word counts
    case_id      uuid NOT NULL REFERENCES cases,
    round        integer NOT NULL,
    solved       text NOT NULL CHECK (solved IN ('yes', 'partly', 'no')),
    satisfaction text NOT NULL CHECK (satisfaction IN ('satisfied', 'mostly_satisfied', 'dissatisfied', 'unrated')),
    text         text,
    answered_by  text NOT NULL,
    answered_at  timestamptz NOT NULL,    -- by the clock of intake's database
    PRIMARY KEY (case_id, round)
);
