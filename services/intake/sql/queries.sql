-- name: sources
-- Every source with what the rules need of it.
SELECT name, kind, auto_accept, feedback, asks_reporter, enabled FROM sources

-- name: categories
-- The catalogue, as far as registration needs it.
SELECT code, name_zh, level, kind FROM categories

-- name: reference_stamp
-- Changes whenever a grid or a category does, so that a process knows when to read them again.
SELECT (SELECT count(*) || '/' || coalesce(sum(version), 0) FROM grids),
       (SELECT count(*) || '/' || coalesce(sum(version), 0) FROM categories)

-- name: leaf_grids
-- The polygons that cases are placed in.
SELECT grid_id, code, geometry, area FROM grids WHERE level = 'grid' AND geometry IS NOT NULL

-- name: add_reports
-- New reports; those whose (source, external id) is known already are left out.
INSERT INTO reports (id, source, external_id, case_id, reported_at, received_at, original)
SELECT id, source, external_id, case_id, reported_at, received_at, original FROM json_to_recordset(%(rows)s)
    AS r(id uuid, source text, external_id text, case_id uuid, reported_at timestamptz, received_at timestamptz, original text)
ORDER BY source, external_id
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id::text

-- name: repeated_reports
-- Reports that came again: counted, with their case and what the source was told first.
UPDATE reports SET repeated = repeated + 1
FROM json_to_recordset(%(rows)s) AS r(source text, external_id text), cases, feedback
WHERE reports.source = r.source AND reports.external_id = r.external_id AND cases.id = reports.case_id
  AND feedback.source = r.source AND feedback.external_id = r.external_id AND feedback.kind = 'report_received'
RETURNING reports.source, reports.external_id, feedback.kind, cases.number, cases.state, cases.level,
          feedback.id::text AS feedback_id, feedback.number AS feedback_number, feedback.body

-- name: case_numbers
-- As many new case numbers as asked for.
SELECT nextval('case_numbers') FROM generate_series(1, %(count)s)

-- name: add_cases
-- New cases.
INSERT INTO cases (id, number, state, level, kind, category, title, description, place_text, lon, lat, grid_id, desk_reason,
    media, source, external_id, anonymous, contact, reported_by, settled, reported_at, registered_at, updated_at, said)
SELECT id, number, state, level, kind, category, title, description, place_text, lon, lat, grid_id, desk_reason,
    media, source, external_id, anonymous, contact, reported_by, settled, reported_at, registered_at, registered_at, said
FROM json_to_recordset(%(rows)s) AS c(id uuid, number text, state text, level text, kind text, category text, title text,
    description text, place_text text, lon double precision, lat double precision, grid_id text, desk_reason text,
    media jsonb, source text, external_id text, anonymous boolean, contact text, reported_by text, settled jsonb,
    reported_at timestamptz, registered_at timestamptz, said integer)

-- name: add_history
-- Steps of cases; appended, never edited.
INSERT INTO case_history (case_id, at, round, from_state, to_state, cause, who, note)
SELECT case_id, at, round, from_state, to_state, cause, who, note FROM json_to_recordset(%(rows)s) AS h(case_id uuid,
    at timestamptz, round integer, from_state text, to_state text, cause text, who text, note text)

-- name: number_feedback
-- The next feedback number for each (source, external id).
INSERT INTO correspondence AS c (source, external_id, said)
SELECT source, external_id, 1 FROM json_to_recordset(%(rows)s) AS r(source text, external_id text) ORDER BY 1, 2
ON CONFLICT (source, external_id) DO UPDATE SET said = c.said + 1
RETURNING source, external_id, said

-- name: add_feedback
-- What a source is told, kept so that it can be said again.
INSERT INTO feedback (id, source, external_id, number, kind, case_id, body, said_at)
SELECT id, source, external_id, number, kind, case_id, body, said_at FROM json_to_recordset(%(rows)s) AS f(id uuid,
    source text, external_id text, number integer, kind text, case_id uuid, body json, said_at timestamptz)

-- name: last_refusals
-- The last thing that was said about each of these external ids, where that was a refusal.
SELECT DISTINCT ON (f.source, f.external_id) f.source, f.external_id, f.id::text AS feedback_id,
       f.number AS feedback_number, f.kind, f.body
FROM feedback f JOIN json_to_recordset(%(rows)s) AS r(source text, external_id text)
     ON f.source = r.source AND f.external_id = r.external_id
ORDER BY f.source, f.external_id, f.number DESC

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
    solved = coalesce(m.solved, cases.solved), satisfaction = coalesce(m.satisfaction, cases.satisfaction),
    category = coalesce(m.category, cases.category)
FROM json_to_recordset(%(rows)s) AS m(id uuid, state text, round integer, heard_dispatch integer, heard_callback integer,
    said integer, at timestamptz, solved text, satisfaction text, category text)
WHERE cases.id = m.id

-- name: whole_case
-- Everything about a case that is said when it is registered.
SELECT number, kind, level, category, title, description, place_text, lon, lat, grid_id, desk_reason, source, external_id,
    round, media, anonymous, contact, reported_by, settled, reported_at
FROM cases WHERE id = %(id)s

-- name: put_grids
-- Copies of grids; an older version never replaces a newer one.
INSERT INTO grids AS g (grid_id, version, code, name, level, parent_id, geometry, area)
SELECT grid_id, version, code, name, level, parent_id, geometry, area FROM json_to_recordset(%(rows)s) AS r(grid_id text,
    version bigint, code text, name text, level text, parent_id text, geometry jsonb, area double precision)
ON CONFLICT (grid_id) DO UPDATE SET version = excluded.version, code = excluded.code, name = excluded.name,
    level = excluded.level, parent_id = excluded.parent_id, geometry = excluded.geometry, area = excluded.area
WHERE g.version < excluded.version

-- name: put_members
-- Copies of members; an older version never replaces a newer one.
INSERT INTO members AS m (member_id, version, active)
SELECT member_id, version, active FROM json_to_recordset(%(rows)s) AS r(member_id text, version bigint, active boolean)
ON CONFLICT (member_id) DO UPDATE SET version = excluded.version, active = excluded.active
WHERE m.version < excluded.version

-- name: put_sources
-- Sources of a town folder.
INSERT INTO sources (name, kind, name_zh, name_en, auto_accept, feedback, asks_reporter)
SELECT name, kind, name_zh, name_en, auto_accept, ARRAY(SELECT jsonb_array_elements_text(feedback)), asks_reporter
FROM json_to_recordset(%(rows)s) AS r(name text, kind text, name_zh text, name_en text, auto_accept boolean,
    feedback jsonb, asks_reporter boolean)
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, name_zh = excluded.name_zh, name_en = excluded.name_en,
    auto_accept = excluded.auto_accept, feedback = excluded.feedback, asks_reporter = excluded.asks_reporter

-- name: put_categories
-- Categories of a town folder; gives back those that are new or have changed.
INSERT INTO categories AS c (code, version, name_zh, name_en, class_code, platform, level, kind, time_limit, keywords)
SELECT code, 1, name_zh, name_en, class_code, platform, level, kind, time_limit,
       ARRAY(SELECT jsonb_array_elements_text(keywords))
FROM json_to_recordset(%(rows)s) AS r(code text, name_zh text, name_en text, class_code text, platform text, level text,
    kind text, time_limit text, keywords jsonb)
ON CONFLICT (code) DO UPDATE SET version = c.version + 1, name_zh = excluded.name_zh, name_en = excluded.name_en,
    class_code = excluded.class_code, platform = excluded.platform, level = excluded.level, kind = excluded.kind,
    time_limit = excluded.time_limit, keywords = excluded.keywords
WHERE (c.name_zh, c.name_en, c.class_code, c.platform, c.level, c.kind, c.time_limit, c.keywords) IS DISTINCT FROM
      (excluded.name_zh, excluded.name_en, excluded.class_code, excluded.platform, excluded.level, excluded.kind,
       excluded.time_limit, excluded.keywords)
RETURNING code, version, name_zh, name_en, class_code, platform, level, kind, time_limit

-- name: all_categories
-- The whole catalogue, to be said again.
SELECT code, version, name_zh, name_en, class_code, platform, level, kind, time_limit FROM categories ORDER BY code

-- name: case_by_number
-- One case for a reader.
SELECT id::text, number, state, round, level, kind, category, title, description, place_text, lon, lat, grid_id, desk_reason,
    source, external_id, reported_by, reported_at, registered_at, updated_at, closed_at, solved, satisfaction
FROM cases WHERE number = %(number)s

-- name: history_of_case
-- The steps of a case, in order.
SELECT at, round, from_state, to_state, cause, who, note FROM case_history WHERE case_id = %(id)s ORDER BY id

-- name: reports_of_case
-- The reports that a case has, without anything personal.
SELECT source, external_id, reported_at, received_at, repeated FROM reports WHERE case_id = %(id)s ORDER BY received_at

-- name: cases_in_state
-- The newest cases, in one state or in any.
SELECT number, state, round, level, kind, category, title, place_text, grid_id, desk_reason, source, external_id,
    registered_at, updated_at FROM cases
WHERE (%(state)s::text IS NULL OR state = %(state)s) AND (%(source)s::text IS NULL OR source = %(source)s)
ORDER BY registered_at DESC LIMIT %(limit)s

-- name: count_cases
-- Cases that have not ended, by state and level, for metrics: a scrape must not cost more with every year.
SELECT state, level, count(*) FROM cases WHERE state NOT IN ('closed', 'rejected') GROUP BY state, level

-- name: reconciliation
-- What became of the reports of one source: for replay and for operators.
SELECT (SELECT count(*) FROM reports WHERE source = %(source)s) AS reports,
       (SELECT coalesce(sum(repeated), 0) FROM reports WHERE source = %(source)s) AS repeated,
       count(*) AS cases, count(grid_id) AS in_grid,
       count(*) FILTER (WHERE desk_reason = 'outside_grids') AS outside_grids,
       count(*) FILTER (WHERE desk_reason = 'no_position') AS no_position,
       count(*) FILTER (WHERE state IN ('submitted', 'accepted')) AS on_the_way,
       (SELECT count(*) FROM feedback WHERE source = %(source)s AND kind = 'report_rejected') AS refused
FROM cases WHERE source = %(source)s
