-- name: near_cases
-- For each new case the nearest of the newest cases of its class in the cells around it. What it costs does not grow with
-- what is stored: of a busy cell only the newest are looked at.
SELECT n.id::text AS new_id, near.* FROM json_to_recordset(%(rows)s)
    AS n(id uuid, class_code text, cells bigint[], lon double precision, lat double precision)
CROSS JOIN LATERAL (
    SELECT c.id::text, c.number, c.state, c.category, c.title, c.description, c.lon, c.lat, c.reported_at
    FROM unnest(n.cells) AS around CROSS JOIN LATERAL (
        SELECT * FROM cases WHERE cases.class_code = n.class_code AND cases.cell = around AND registered_at >= %(since)s
        ORDER BY registered_at DESC LIMIT 20) AS c
    WHERE c.state NOT IN ('rejected', 'merged', 'cancelled')
    ORDER BY power(c.lat - n.lat, 2) + power((c.lon - n.lon) * cos(radians(n.lat)), 2), c.registered_at DESC
    LIMIT %(most)s) AS near

-- name: add_likely_duplicates
-- What is suggested to the desk.
INSERT INTO likely_duplicates (case_id, candidate_id, score, metres, minutes, same_category, words)
SELECT case_id, candidate_id, score, metres, minutes, same_category, words FROM json_to_recordset(%(rows)s)
    AS d(case_id uuid, candidate_id uuid, score real, metres real, minutes real, same_category boolean, words real)

-- name: likely_duplicates
-- What was suggested for a case, the most likely first.
SELECT c.number, c.state, c.title, d.score, d.metres, d.minutes, d.same_category, d.words
FROM likely_duplicates AS d JOIN cases AS c ON c.id = d.candidate_id WHERE d.case_id = %(id)s ORDER BY d.score DESC, c.number

-- name: how_understood
-- Why a case is what it is.
SELECT id::text, number, state, category, kind, level, grid_id, desk_reason, hint, understood FROM cases
WHERE number = %(number)s

-- name: cases_to_try
-- Cases with all that rules may ask about them, in the order of their registration; page by page.
SELECT c.id::text, c.number, c.registered_at, c.source, c.title, c.description, c.reported_at, c.anonymous,
    c.media <> '[]' AS media, c.reported_by IS NOT NULL AS member, c.settled IS NOT NULL AS settled, c.understood,
    c.desk_reason, d.score, d.metres, d.minutes, d.same_category, d.words
FROM cases AS c LEFT JOIN LATERAL (
    SELECT * FROM likely_duplicates AS l WHERE l.case_id = c.id ORDER BY score DESC LIMIT 1) AS d ON true
WHERE (c.registered_at, c.id) > (%(after)s, %(after_id)s::uuid) ORDER BY c.registered_at, c.id LIMIT %(most)s
