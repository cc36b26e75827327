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

-- name: lock_polling
-- How far a source has read, locked: one reader at a time gives positions.
INSERT INTO polling AS p (source) VALUES (%(source)s) ON CONFLICT (source) DO UPDATE SET last = p.last RETURNING last, acked

-- name: give_positions
-- Feedback that was committed since the source asked last gets its positions: by time, and each report's in its order.
WITH oldest AS (
    SELECT external_id, max(number) AS number FROM (
        SELECT external_id, number FROM feedback WHERE source = %(source)s AND position IS NULL
        ORDER BY said_at LIMIT %(most)s) AS o GROUP BY external_id
), threads AS (
    SELECT f.id, f.number, max(f.said_at) OVER (PARTITION BY f.external_id ORDER BY f.number) AS at
    FROM oldest o JOIN feedback f ON f.source = %(source)s AND f.external_id = o.external_id AND f.number <= o.number
    WHERE f.position IS NULL
), placed AS (
    UPDATE feedback SET position = %(last)s + p.place
    FROM (SELECT id, row_number() OVER (ORDER BY at, number, id) AS place FROM threads) AS p WHERE feedback.id = p.id
    RETURNING position
)
UPDATE polling SET last = greatest(last, (SELECT max(position) FROM placed)) WHERE source = %(source)s

-- name: feedback_after
-- What a source has been told after a position, in order.
SELECT position, id::text, external_id, number AS feedback_number, kind, said_at, body FROM feedback
WHERE source = %(source)s AND position > %(after)s ORDER BY position LIMIT %(limit)s

-- name: ack_positions
-- A source that comes back with a cursor knows everything up to it.
WITH known AS (
    SELECT external_id, max(number) AS number FROM feedback
    WHERE source = %(source)s AND position > %(acked)s AND position <= %(upto)s GROUP BY external_id
), noted AS (UPDATE polling SET acked = greatest(acked, least(%(upto)s, last)) WHERE source = %(source)s)
UPDATE correspondence c SET acked = greatest(c.acked, k.number) FROM known k
WHERE c.source = %(source)s AND c.external_id = k.external_id

-- name: ack_numbers
-- A source knows what it was told about these reports, up to these numbers; gives back how far it was told.
UPDATE correspondence c SET acked = greatest(c.acked, least(r.number, c.said))
FROM json_to_recordset(%(rows)s) AS r(external_id text, number integer)
WHERE c.source = %(source)s AND c.external_id = r.external_id
RETURNING c.external_id, c.acked, c.said

-- name: told
-- What a source was told about these reports: how often, how far it has acknowledged that, and the state told last.
SELECT c.external_id, c.said, c.acked, (SELECT f.body->>'state' FROM feedback f WHERE f.source = c.source
    AND f.external_id = c.external_id AND f.number = c.said) AS state
FROM correspondence c WHERE c.source = %(source)s AND c.external_id = ANY(%(ids)s)

-- name: last_told_states
-- The last number with which a source was told that its report is in this state.
SELECT f.external_id, max(f.number) FROM feedback f
JOIN json_to_recordset(%(rows)s) AS r(external_id text, state text) ON f.external_id = r.external_id
WHERE f.source = %(source)s AND f.body->>'state' = r.state GROUP BY f.external_id

-- name: not_acked
-- Reports of a source that it has not acknowledged all feedback of, a page of them.
SELECT external_id, acked FROM correspondence
WHERE source = %(source)s AND acked < said AND external_id > %(after)s ORDER BY external_id LIMIT %(limit)s

-- name: feedback_beyond
-- What a source was told about these reports beyond these numbers, in order.
SELECT f.id::text AS feedback_id, f.source, f.external_id, f.number AS feedback_number, f.kind, f.body
FROM feedback f JOIN json_to_recordset(%(rows)s) AS r(external_id text, number integer)
    ON f.source = %(source)s AND f.external_id = r.external_id AND f.number > r.number
ORDER BY f.external_id, f.number

-- name: acknowledges
-- Whether a source has ever acknowledged anything.
SELECT EXISTS (SELECT 1 FROM correspondence WHERE source = %(source)s AND acked > 0)
