-- name: desk_case
-- One case with everything that a decision about it needs; read after it was locked. `registered`: dispatch was told of it.
SELECT c.id::text, c.number, c.state, c.round, c.level, c.kind, c.category, c.title, c.description, c.place_text, c.lon, c.lat,
       c.grid_id, c.desk_reason, c.source, c.external_id, c.heard_dispatch, c.heard_callback, c.said,
       c.said + c.heard_dispatch + c.heard_callback AS version, a.before, a.on_order, a.merged_into::text, a.platform,
       ARRAY(SELECT DISTINCT source FROM reports WHERE case_id = c.id) AS sources,
       EXISTS (SELECT 1 FROM case_history WHERE case_id = c.id AND to_state = 'accepted') AS registered,
       (SELECT count(*) FROM case_history WHERE case_id = c.id AND cause = 'appeal') AS appeals,
       (SELECT count(*) FROM away WHERE merged_into = c.id) AS merged
FROM cases c LEFT JOIN away a ON a.case_id = c.id WHERE c.id = %(id)s

-- name: case_ids
-- Cases by number, each with the case that it is merged into, if it is; not locked.
SELECT c.number, c.id::text, a.merged_into::text FROM cases c LEFT JOIN away a ON a.case_id = c.id
WHERE c.number = ANY(%(numbers)s)

-- name: share_open_roots
-- Of these cases, those that others can be merged into, or what they are merged into; kept from ending meanwhile.
SELECT w.id::text AS wanted, c.id::text, c.number, c.state FROM unnest(%(ids)s::uuid[]) AS w(id)
LEFT JOIN away a ON a.case_id = w.id JOIN cases c ON c.id = coalesce(a.merged_into, w.id)
WHERE c.state NOT IN ('closed', 'rejected', 'merged', 'cancelled') ORDER BY c.id FOR SHARE OF c

-- name: rewrite_case
-- What is said about a case, after the desk has corrected it or its reporter has added to it.
UPDATE cases SET level = c.level, kind = c.kind, category = c.category, description = c.description,
    place_text = c.place_text, lon = c.lon, lat = c.lat, grid_id = c.grid_id, desk_reason = c.desk_reason
FROM json_to_record(%(row)s) AS c(id uuid, level text, kind text, category text, description text, place_text text,
    lon double precision, lat double precision, grid_id text, desk_reason text)
WHERE cases.id = c.id

-- name: put_away
-- Cases that leave the line; one that waited already waits no more.
INSERT INTO away (case_id, before, on_order, since, until, merged_into, platform, why)
SELECT case_id, before, on_order, since, until, merged_into, platform, why FROM json_to_recordset(%(rows)s) AS a(
    case_id uuid, before text, on_order boolean, since timestamptz, until timestamptz, merged_into uuid, platform text,
    why text)
ON CONFLICT (case_id) DO UPDATE SET before = excluded.before, on_order = excluded.on_order, since = excluded.since,
    until = excluded.until, merged_into = excluded.merged_into, platform = excluded.platform, why = excluded.why

-- name: end_away
-- A case is on the line again, or has ended.
DELETE FROM away WHERE case_id = %(id)s

-- name: move_merged
-- What was merged into a case is merged into another one with it.
UPDATE away SET merged_into = %(root)s WHERE merged_into = %(case)s

-- name: note_withdrawn
-- Dispatch has nothing to do with these cases any more.
UPDATE away SET on_order = false WHERE case_id = ANY(%(ids)s::uuid[])

-- name: lock_waited_out
-- Cases that have waited long enough, locked for this replica; not those whose order dispatch has not given up yet.
SELECT c.id::text, c.number FROM cases c JOIN away a ON a.case_id = c.id
WHERE a.until <= (SELECT clock_timestamp()) AND NOT a.on_order
ORDER BY a.until LIMIT %(limit)s FOR UPDATE OF c SKIP LOCKED

-- name: add_addition
-- What a reporter has added.
INSERT INTO additions (id, case_id, at, who, text, original)
SELECT id, case_id, at, who, text, original FROM json_to_record(%(row)s) AS a(id uuid, case_id uuid, at timestamptz,
    who text, text text, original text)

-- name: reports_to_tell
-- Every report that hears the progress of these cases: their own, and those of the cases merged into them; of a group,
-- the one that opened the case.
WITH heard AS (
    SELECT id AS root, id AS case_id FROM unnest(%(ids)s::uuid[]) AS told(id)
    UNION ALL SELECT merged_into, case_id FROM away WHERE merged_into = ANY(%(ids)s::uuid[])
)
SELECT h.root::text, r.case_id::text, c.number, r.source, r.external_id, r.extra
FROM heard h JOIN reports r ON r.case_id = h.case_id AND NOT r.grouped JOIN cases c ON c.id = h.case_id
ORDER BY h.root, r.received_at, r.source, r.external_id

-- name: merged_numbers
-- The cases that are handled with this one.
SELECT c.number FROM away a JOIN cases c ON c.id = a.case_id WHERE a.merged_into = %(id)s ORDER BY c.number

-- name: stage_times
-- When these cases first reached each of their states.
SELECT case_id::text, to_state, min(at) FROM case_history
WHERE case_id = ANY(%(ids)s::uuid[]) AND to_state IN ('accepted', 'dispatched', 'resolved', 'closed')
GROUP BY case_id, to_state ORDER BY 3
