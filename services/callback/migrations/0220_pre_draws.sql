-- The seed of each month's samples: nobody knows whom they will hit before the month is over, and everybody can check it afterwards.

CREATE TABLE draws (                      -- appended, never edited
    month   text PRIMARY KEY,             -- YYYY-MM, by the town's clock
    seed    text NOT NULL DEFAULT gen_random_uuid()::text,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER draws_are_append_only BEFORE UPDATE OR DELETE ON draws
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
