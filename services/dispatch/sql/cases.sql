-- name: lock_cases
-- The cases that messages are about, locked in the order of their ids.
SELECT id::text, number, level, kind, category, title, place_text, grid_id, lon, lat, said, described, service
FROM cases WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR UPDATE

-- name: find_cases
-- The cases that actions are about, by order or by number.
SELECT o.id::text AS order_id, c.number, c.id::text AS case_id FROM orders o JOIN cases c ON c.id = o.case_id
WHERE o.id = ANY(%(orders)s::uuid[]) OR c.number = ANY(%(numbers)s)

-- name: lock_due_cases
-- Cases whose order has come to the next step of its ladder, the longest due first, locked for this replica. Those that another
-- is at are passed over before they are counted: a replica that hangs with its locks keeps back no others.
SELECT c.id::text, c.number, c.level, c.kind, c.category, c.title, c.place_text, c.grid_id, c.lon, c.lat, c.said, c.service
FROM orders o JOIN cases c ON c.id = o.case_id WHERE o.next_step_at <= (SELECT clock_timestamp())
ORDER BY o.next_step_at LIMIT %(limit)s FOR UPDATE OF c SKIP LOCKED

-- name: add_cases
-- Cases that are new here, or registered once more.
INSERT INTO cases (id, number, level, kind, category, title, place_text, grid_id, lon, lat, source, said, described, service)
SELECT id, number, level, kind, category, title, place_text, grid_id, lon, lat, source, said, described, service
FROM json_to_recordset(%(rows)s) AS c(id uuid, number text, level text, kind text, category text, title text,
    place_text text, grid_id text, lon double precision, lat double precision, source text, said integer,
    described integer, service jsonb)
ON CONFLICT (id) DO UPDATE SET level = excluded.level, kind = excluded.kind, category = excluded.category,
    title = excluded.title, place_text = excluded.place_text, grid_id = excluded.grid_id, lon = excluded.lon,
    lat = excluded.lat, source = excluded.source, said = excluded.said, described = excluded.described,
    service = excluded.service

-- name: describe_cases
-- What cases are about, after the desk has corrected it.
UPDATE cases SET level = c.level, kind = c.kind, category = c.category, title = c.title, place_text = c.place_text,
    grid_id = c.grid_id, lon = c.lon, lat = c.lat, described = c.described
FROM json_to_recordset(%(rows)s) AS c(id uuid, level text, kind text, category text, title text, place_text text,
    grid_id text, lon double precision, lat double precision, described integer)
WHERE cases.id = c.id

-- name: count_said
-- How many messages have been said about these cases.
UPDATE cases SET said = c.said FROM json_to_recordset(%(rows)s) AS c(id uuid, said integer) WHERE cases.id = c.id
