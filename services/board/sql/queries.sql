-- name: add_journal
-- Messages, as they were heard; gives back those that were not heard before.
INSERT INTO journal (source, event_id, type, subject, case_id, sequence, said_at, heard_at, data)
SELECT source, event_id, type, subject, case_id, sequence, said_at, clock_timestamp(), data
FROM json_to_recordset(%(rows)s) AS j(source text, event_id text, type text, subject text, case_id uuid,
    sequence integer, said_at timestamptz, data json)
ON CONFLICT (source, event_id) DO NOTHING
RETURNING source, event_id

-- name: fold_cases
-- What the services have said about cases; an older word of a service never replaces a newer one.
INSERT INTO cases AS c (id, number, source, level, grid_id, described, intake_seq, intake_state, dispatch_seq,
    dispatch_state, dispatch_round, callback_seq, callback_state, callback_round)
SELECT id, number, source, level, grid_id, described, intake_seq, intake_state, dispatch_seq, dispatch_state,
    dispatch_round, callback_seq, callback_state, callback_round
FROM json_to_recordset(%(rows)s) AS r(id uuid, number text, source text, level text, grid_id text, described integer,
    intake_seq integer, intake_state text, dispatch_seq integer, dispatch_state text, dispatch_round integer, callback_seq integer,
    callback_state text, callback_round integer)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET
    number = coalesce(excluded.number, c.number),
    source = coalesce(excluded.source, c.source),
    level = CASE WHEN excluded.described > c.described THEN excluded.level ELSE c.level END,
    grid_id = CASE WHEN excluded.described > c.described THEN excluded.grid_id ELSE c.grid_id END,
    described = greatest(excluded.described, c.described),
    intake_seq = greatest(excluded.intake_seq, c.intake_seq),
    intake_state = CASE WHEN excluded.intake_seq > c.intake_seq THEN excluded.intake_state ELSE c.intake_state END,
    dispatch_seq = greatest(excluded.dispatch_seq, c.dispatch_seq),
    dispatch_state = CASE WHEN excluded.dispatch_seq > c.dispatch_seq THEN excluded.dispatch_state
                          ELSE c.dispatch_state END,
    dispatch_round = CASE WHEN excluded.dispatch_seq > c.dispatch_seq THEN excluded.dispatch_round
                          ELSE c.dispatch_round END,
    callback_seq = greatest(excluded.callback_seq, c.callback_seq),
    callback_state = CASE WHEN excluded.callback_seq > c.callback_seq THEN excluded.callback_state
                          ELSE c.callback_state END,
    callback_round = CASE WHEN excluded.callback_seq > c.callback_seq THEN excluded.callback_round
                          ELSE c.callback_round END

-- name: put_grids
-- Where grids lie; an older version never replaces a newer one.
INSERT INTO grids AS g (grid_id, version, parent_id)
SELECT grid_id, version, parent_id FROM json_to_recordset(%(rows)s) AS r(grid_id text, version bigint, parent_id text)
ORDER BY grid_id
ON CONFLICT (grid_id) DO UPDATE SET version = excluded.version, parent_id = excluded.parent_id
WHERE g.version < excluded.version

-- name: timeline
-- Everything that was said about a case, in the order of the clock.
SELECT type, source, said_at AS time, sequence, event_id AS id, data FROM journal
WHERE subject = %(number)s ORDER BY said_at, id LIMIT %(limit)s

-- name: case_by_number
-- What is known of a case, if it lies in an area, or wherever it lies.
SELECT id::text AS case_id, number, source, level, grid_id, state FROM case_states
WHERE number = %(number)s AND (%(area)s::text IS NULL OR grid_id IN (SELECT areas_within(%(area)s)))

-- name: totals_by_state
-- Cases by state and level, in an area or everywhere.
SELECT state, level, count(*) AS cases FROM case_states
WHERE %(area)s::text IS NULL OR grid_id IN (SELECT areas_within(%(area)s)) GROUP BY 1, 2 ORDER BY 1, 2

-- name: totals_by_source
-- Cases by source, in an area or everywhere, and how many of them have ended.
SELECT source, count(*) AS cases, count(*) FILTER (WHERE state IN ('closed', 'rejected', 'merged', 'cancelled')) AS ended
FROM case_states WHERE %(area)s::text IS NULL OR grid_id IN (SELECT areas_within(%(area)s)) GROUP BY 1 ORDER BY 2 DESC

-- name: totals_by_grid
-- Cases by grid, in an area or everywhere, and how many of them have ended; those without a grid are at the desk.
SELECT grid_id, count(*) AS cases, count(*) FILTER (WHERE state IN ('closed', 'rejected', 'merged', 'cancelled')) AS ended
FROM case_states WHERE %(area)s::text IS NULL OR grid_id IN (SELECT areas_within(%(area)s)) GROUP BY 1 ORDER BY 2 DESC, 1
