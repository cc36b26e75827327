-- Everything that was said, as it was heard; and what can be counted of it.

CREATE TABLE journal (                    -- appended, never edited
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source   text NOT NULL,
    event_id text NOT NULL,
    type     text NOT NULL,
    subject  text,                        -- the number of the case, or the key of a record
    case_id  uuid,
    sequence integer,                     -- counts what its source says about the case
    said_at  timestamptz NOT NULL,
    heard_at timestamptz NOT NULL,
    data     json NOT NULL,               -- without contacts: the board has no use for them
    UNIQUE (source, event_id)
);
CREATE INDEX journal_by_subject ON journal (subject, said_at, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is appended, never edited';
END $$;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE cases (                      -- what each service has said last about a case, whatever came first
    id             uuid PRIMARY KEY,
    number         text,
    source         text,
    level          text,
    grid_id        text,
    intake_seq     integer NOT NULL,
    intake_state   text,
    dispatch_seq   integer NOT NULL,
    dispatch_state text,
    dispatch_round integer,
    callback_seq   integer NOT NULL,
    callback_state text,
    callback_round integer
);

-- The state of a case as the services together say it: intake ends it, the follow-up comes after the work of its round.
CREATE VIEW case_states AS
SELECT id, number, source, level, grid_id,
       CASE WHEN intake_state IN ('rejected', 'closed') THEN intake_state
            WHEN callback_round > coalesce(dispatch_round, 0) THEN callback_state
            WHEN callback_round = dispatch_round AND callback_state = 'follow_up_pending' THEN callback_state
            ELSE coalesce(dispatch_state, intake_state, 'submitted') END AS state
FROM cases;
