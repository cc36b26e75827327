-- name: import_at_work
-- The import of this file that was begun and not ended.
SELECT id::text, rows_done FROM imports WHERE source = %(source)s AND digest = %(digest)s AND state = 'running'

-- name: go_on
-- An import is so far now; nothing is touched when somebody else has gone on with it meanwhile.
INSERT INTO imports AS i (id, source, digest, state, rows_done, by, created_at, updated_at)
SELECT %(id)s::uuid, %(source)s, %(digest)s, 'running', %(done)s, %(by)s, %(now)s::timestamptz, %(now)s::timestamptz
WHERE NOT EXISTS (SELECT 1 FROM imports WHERE id = %(id)s AND state <> 'running')
ON CONFLICT (source, digest) WHERE state = 'running' DO UPDATE SET rows_done = excluded.rows_done, updated_at = excluded.updated_at
WHERE i.id = excluded.id AND i.rows_done = %(before)s

-- name: add_import_rows
-- What became of rows.
INSERT INTO import_rows (import_id, row, external_id, outcome, number, reasons)
SELECT %(id)s::uuid, row, external_id, outcome, number, reasons FROM json_to_recordset(%(rows)s) AS r(row integer,
    external_id text, outcome text, number text, reasons json)

-- name: end_import
-- An import has ended, well or with a problem.
UPDATE imports SET state = %(state)s, problem = %(problem)s, updated_at = clock_timestamp() WHERE id = %(id)s AND state = 'running'

-- name: import_by_id
-- An import for a reader, with the counts of its rows.
SELECT i.id::text, i.source, i.state, i.rows_done, i.problem, i.by, i.created_at, i.updated_at,
    count(r.*) FILTER (WHERE r.outcome = 'new') AS new, count(r.*) FILTER (WHERE r.outcome = 'known') AS known,
    count(r.*) FILTER (WHERE r.outcome = 'refused') AS refused
FROM imports i LEFT JOIN import_rows r ON r.import_id = i.id WHERE i.id = %(id)s GROUP BY i.id

-- name: import_rows
-- What became of the rows of an import, in order.
SELECT row, external_id, outcome, number, reasons FROM import_rows WHERE import_id = %(id)s ORDER BY row
