-- What has been heard, what is to be said, and what waits for a second try: the same three tables in every service.

CREATE TABLE inbox (
    handler  text NOT NULL,
    source   text NOT NULL,
    event_id text NOT NULL,
    said_on  date NOT NULL,   -- the day of the event's own time, so that a repetition meets the same partition
    PRIMARY KEY (handler, source, event_id, said_on)
) PARTITION BY RANGE (said_on);
CREATE TABLE inbox_other PARTITION OF inbox DEFAULT;

CREATE TABLE outbox (                      -- what was said, as it was said; never changed
    id           uuid NOT NULL,
    said_on      date NOT NULL DEFAULT current_date,
    exchange     text NOT NULL,
    routing_key  text NOT NULL,
    body         text NOT NULL,
    said_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, said_on)
) PARTITION BY RANGE (said_on);
CREATE TABLE outbox_other PARTITION OF outbox DEFAULT;

CREATE TABLE unconfirmed (                 -- what of it the broker has not confirmed; a narrow table of its own, because
    id       uuid PRIMARY KEY,             -- marking a row of the outbox would write its whole body again
    said_on  date NOT NULL,
    said_at  timestamptz NOT NULL,
    due      timestamptz NOT NULL,         -- the sweep says it (again) from then on
    attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX unconfirmed_due ON unconfirmed (due);

CREATE TABLE parked (
    id          uuid PRIMARY KEY,
    handler     text NOT NULL,
    source      text NOT NULL,
    event_id    text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('too_early', 'failed', 'unreadable', 'delivery_limit')),
    reason      text NOT NULL,
    case_id     text,                    -- what comes too early is tried again as soon as its case has moved on
    routing_key text NOT NULL,
    publisher   text,
    body        bytea NOT NULL,
    attempts    integer NOT NULL DEFAULT 0,
    due         timestamptz,             -- NULL: nobody tries again until an operator says so
    parked_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (handler, source, event_id)
);
CREATE INDEX parked_due ON parked (due) WHERE due IS NOT NULL;
CREATE INDEX parked_early ON parked (handler, case_id) WHERE kind = 'too_early';

CREATE TABLE rule_sets (
    name      text NOT NULL,
    rules     jsonb NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY   -- the newest one is in force
);

-- Partitions for the days around today; what is past its time is dropped. Called by the service, runs as the owner.
CREATE FUNCTION maintain_partitions(inbox_days integer DEFAULT 30, outbox_days integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    parent text;
    day date;
    keep integer;
    part record;
    made integer := 0;
    waiting boolean;
BEGIN
    FOR parent, keep IN VALUES ('inbox', inbox_days), ('outbox', outbox_days) LOOP
        FOR day IN SELECT generate_series(current_date - 1, current_date + 3, interval '1 day')::date LOOP
            CONTINUE WHEN to_regclass(format('%I', parent || to_char(day, '_YYYYMMDD'))) IS NOT NULL;
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                               parent || to_char(day, '_YYYYMMDD'), parent, day, day + 1);
                made := made + 1;
            EXCEPTION WHEN check_violation OR duplicate_table THEN
                NULL;   -- rows of that day already lie in the default partition, or another replica was quicker
            END;
        END LOOP;
        FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                    WHERE i.inhparent = parent::regclass AND c.relname ~ '_\d{8}$'
                      AND to_date(right(c.relname, 8), 'YYYYMMDD') < current_date - keep LOOP
            IF parent = 'outbox' THEN   -- what the broker never confirmed is kept, however old
                SELECT EXISTS (SELECT 1 FROM unconfirmed WHERE said_on = to_date(right(part.relname, 8), 'YYYYMMDD')) INTO waiting;
                CONTINUE WHEN waiting;
            END IF;
            EXECUTE format('DROP TABLE %I', part.relname);
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
SELECT maintain_partitions();
