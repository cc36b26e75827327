-- name: case_numbers
-- As many new case numbers as asked for: `<day in the town>-<running number>`; unique, not gapless.
SELECT to_char(clock_timestamp() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || '-'
       || lpad(n::text, greatest(6, length(n::text)), '0')
FROM (SELECT nextval('case_numbers') AS n FROM generate_series(1, %(count)s)) AS numbers

-- name: add_cases
-- New cases.
INSERT INTO cases (id, number, state, level, kind, category, title, description, place_text, lon, lat, grid_id, desk_reason,
    media, source, external_id, anonymous, reported_by, settled, reported_at, registered_at, updated_at, said,
    answers, understood, hint, class_code, cell, service)
SELECT id, number, state, level, kind, category, title, description, place_text, lon, lat, grid_id, desk_reason,
    media, source, external_id, anonymous, reported_by, settled, reported_at, registered_at, registered_at, said,
    coalesce(answers, '{}'), coalesce(understood, '[]'), hint, class_code, cell, service
FROM json_to_recordset(%(rows)s) AS c(id uuid, number text, state text, level text, kind text, category text, title text,
    description text, place_text text, lon double precision, lat double precision, grid_id text, desk_reason text,
    media jsonb, source text, external_id text, anonymous boolean, reported_by text, settled jsonb,
    reported_at timestamptz, registered_at timestamptz, said integer, answers jsonb, understood jsonb, hint text,
    class_code text, cell bigint, service jsonb)

-- name: add_history
-- Steps of cases; appended, never edited.
INSERT INTO case_history (case_id, at, round, from_state, to_state, cause, who, note)
SELECT case_id, at, round, from_state, to_state, cause, who, note FROM json_to_recordset(%(rows)s) AS h(case_id uuid,
    at timestamptz, round integer, from_state text, to_state text, cause text, who text, note text)

-- name: lock_cases
-- The cases that messages are about, locked in the order of their ids.
SELECT id::text, number, state, round, level, source, external_id, heard_dispatch, heard_callback, said FROM cases
WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR UPDATE

-- name: lock_case_by_number
-- One case for the desk, locked.
SELECT id::text FROM cases WHERE number = %(number)s FOR UPDATE

-- name: move_cases
-- Cases after a step.
UPDATE cases SET state = m.state, round = m.round, heard_dispatch = m.heard_dispatch, heard_callback = m.heard_callback,
    said = m.said, updated_at = m.at, closed_at = CASE WHEN m.state = 'closed' THEN m.at ELSE cases.closed_at END,
    solved = coalesce(m.solved, cases.solved), satisfaction = coalesce(m.satisfaction, cases.satisfaction)
FROM json_to_recordset(%(rows)s) AS m(id uuid, state text, round integer, heard_dispatch integer, heard_callback integer,
    said integer, at timestamptz, solved text, satisfaction text)
WHERE cases.id = m.id

-- name: whole_case
-- Everything about a case that is said when it is registered.
SELECT number, kind, level, category, title, description, place_text, lon, lat, grid_id, desk_reason, source, external_id,
    round, media, anonymous, reported_by, settled, service, reported_at, hint
FROM cases WHERE id = %(id)s

-- name: case_by_number
-- One case for a reader.
SELECT c.id::text, c.number, c.state, c.round, c.level, c.kind, c.category, c.title, c.description, c.place_text, c.lon, c.lat,
    c.grid_id, c.desk_reason, c.source, c.external_id, c.reported_by, c.reported_at, c.registered_at, c.updated_at,
    c.closed_at, c.solved, c.satisfaction, c.answers, c.hint, c.said + c.heard_dispatch + c.heard_callback AS version,
    a.until AS waiting_until, a.platform, CASE WHEN c.state = 'awaiting_info' THEN a.why END AS question,
    (SELECT number FROM cases AS root WHERE root.id = a.merged_into) AS merged_into
FROM cases c LEFT JOIN away a ON a.case_id = c.id WHERE c.number = %(number)s

-- name: history_of_case
-- The steps of a case, in order.
SELECT at, round, from_state, to_state, cause, who, note FROM case_history WHERE case_id = %(id)s ORDER BY id

-- name: cases_in_state
-- The newest cases, in one state or in any, of a source or of all, in an area or everywhere.
SELECT number, state, round, level, kind, category, title, place_text, grid_id, desk_reason, source, external_id,
    registered_at, updated_at FROM cases
WHERE (%(state)s::text IS NULL OR state = %(state)s) AND (%(source)s::text IS NULL OR source = %(source)s)
    AND (%(area)s::text IS NULL OR grid_id IN (SELECT areas_within(%(area)s)))
ORDER BY registered_at DESC LIMIT %(limit)s

-- name: case_lies_within
-- Whether a case lies in an area.
SELECT 1 FROM cases WHERE number = %(number)s AND grid_id IN (SELECT areas_within(%(area)s))

-- name: count_cases
-- Cases that have not ended, by state and level, for metrics: a scrape must not cost more with every year.
SELECT state, level, count(*) FROM cases WHERE state NOT IN ('closed', 'rejected', 'merged', 'cancelled') GROUP BY state, level
