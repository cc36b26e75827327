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
