-- name: lock_groups
-- Groups of reports, locked in one order until the transaction ends: two replicas open one case for a burst.
INSERT INTO report_groups AS g (source, key, leader, first_at, last_at)
SELECT source, key, '', now(), now() FROM json_to_recordset(%(rows)s) AS r(source text, key text) ORDER BY 1, 2
ON CONFLICT (source, key) DO UPDATE SET leader = g.leader

-- name: groups
-- What is known of groups whose case exists, and when it ended (null: it is open).
SELECT g.source, g.key, g.leader, g.first_at, g.last_at,
       CASE WHEN cases.state = ANY(%(ended)s) THEN cases.updated_at END AS ended_at
FROM json_to_recordset(%(rows)s) AS r(source text, key text) JOIN report_groups g USING (source, key)
     JOIN reports ON reports.source = g.source AND reports.external_id = g.leader JOIN cases ON cases.id = reports.case_id

-- name: put_groups
-- Groups as they are after these reports.
UPDATE report_groups g SET leader = r.leader, first_at = r.first_at, last_at = r.last_at
FROM json_to_recordset(%(rows)s) AS r(source text, key text, leader text, first_at timestamptz, last_at timestamptz)
WHERE g.source = r.source AND g.key = r.key

-- name: known_reports
-- Those of these reports that came before.
SELECT reports.source, reports.external_id FROM reports
JOIN json_to_recordset(%(rows)s) AS r(source text, external_id text) USING (source, external_id)

-- name: lock_cases_of_reports
-- The cases that these reports belong to, with what later reports may add to, locked in the order of their ids.
SELECT reports.source, reports.external_id, cases.id::text, number, state, round, level, kind, category, title, description,
    media, place_text, lon, lat, grid_id, desk_reason, occurrences, said
FROM json_to_recordset(%(rows)s) AS r(source text, external_id text)
     JOIN reports USING (source, external_id) JOIN cases ON cases.id = reports.case_id
ORDER BY cases.id FOR UPDATE OF cases

-- name: amend_cases
-- Cases with what later reports of their group have added.
UPDATE cases SET level = a.level, kind = a.kind, category = a.category, title = a.title, description = a.description,
    media = a.media, place_text = a.place_text, lon = a.lon, lat = a.lat, grid_id = a.grid_id, desk_reason = a.desk_reason,
    occurrences = a.occurrences, said = a.said
FROM json_to_recordset(%(rows)s) AS a(id uuid, level text, kind text, category text, title text, description text,
    media jsonb, place_text text, lon double precision, lat double precision, grid_id text, desk_reason text,
    occurrences integer, said integer)
WHERE cases.id = a.id
