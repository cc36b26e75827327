-- name: add_cases
-- Copies of registered cases.
INSERT INTO cases (id, number, kind, level, category, source, anonymous, asks_reporter, reported_by, media, ordered)
SELECT id, number, kind, level, category, source, anonymous, asks_reporter, reported_by, media, ordered
FROM json_to_recordset(%(rows)s) AS c(id uuid, number text, kind text, level text, category text, source text,
    anonymous boolean, asks_reporter boolean, reported_by text, media text[], ordered boolean)
ORDER BY id
ON CONFLICT (id) DO NOTHING

-- name: lock_cases
-- The cases that messages are about, locked in the order of their ids.
SELECT id::text, number, kind, level, category, source, anonymous, asks_reporter, reported_by, said, withdrawn_round,
       handlers, ordered
FROM cases WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR UPDATE

-- name: count_said
-- How many messages have been said about these cases.
UPDATE cases SET said = c.said FROM json_to_recordset(%(rows)s) AS c(id uuid, said integer) WHERE cases.id = c.id

-- name: describe_cases
-- What decides about asking, as the desk has corrected it; an older correction never replaces a newer one.
UPDATE cases SET level = c.level, kind = c.kind, category = coalesce(c.category, cases.category), described = c.described
FROM json_to_recordset(%(rows)s) AS c(id uuid, level text, kind text, category text, described integer)
WHERE cases.id = c.id AND cases.described < c.described

-- name: forget_reporters
-- Nobody can be asked about these cases any more, whether they stand alone or are handled together with another.
WITH apart AS (UPDATE merged SET reachable = false WHERE case_id = ANY(%(ids)s::uuid[]))
UPDATE cases SET anonymous = true WHERE id = ANY(%(ids)s::uuid[])

-- name: note_handlers
-- Whoever has handled or checked a case, in any of its rounds.
UPDATE cases SET handlers = ARRAY(SELECT DISTINCT unnest(cases.handlers || h.handlers) ORDER BY 1)
FROM json_to_recordset(%(rows)s) AS h(id uuid, handlers text[]) WHERE cases.id = h.id

-- name: add_merged
-- These cases are handled together with another from now on; an older message never replaces a newer one.
INSERT INTO merged AS m (case_id, number, into_number, source, reachable, sequence, at)
SELECT case_id, number, into_number, source, reachable, sequence, at FROM json_to_recordset(%(rows)s)
    AS r(case_id uuid, number text, into_number text, source text, reachable boolean, sequence integer, at timestamptz)
ON CONFLICT (case_id) DO UPDATE SET into_number = excluded.into_number, source = excluded.source,
    reachable = excluded.reachable, sequence = excluded.sequence, at = excluded.at WHERE m.sequence < excluded.sequence

-- name: take_apart
-- These cases stand for themselves again: the row stays, so that what is heard late changes nothing.
INSERT INTO merged AS m (case_id, number, into_number, reachable, sequence, at)
SELECT case_id, number, number, false, sequence, at FROM json_to_recordset(%(rows)s)
    AS r(case_id uuid, number text, sequence integer, at timestamptz)
ON CONFLICT (case_id) DO UPDATE SET into_number = excluded.into_number, reachable = false,
    sequence = excluded.sequence, at = excluded.at WHERE m.sequence < excluded.sequence

-- name: merged_into
-- The cases that are handled together with each of these, directly or with one that is, in the order of their merging.
WITH RECURSIVE joined AS (
    SELECT n.number AS root, m.number, m.reachable, m.at FROM unnest(%(numbers)s::text[]) AS n(number)
    JOIN merged m ON m.into_number = n.number AND m.number <> n.number
    UNION
    SELECT j.root, m.number, m.reachable, m.at FROM joined j JOIN merged m ON m.into_number = j.number AND m.number <> j.root
)
SELECT root, number, reachable FROM joined WHERE number <> root ORDER BY root, at, number

-- name: matters_of
-- The cases as which these are handled: each itself, or what it was merged into; with the case that it stands for.
WITH RECURSIVE up AS (
    SELECT w.id AS of, c.number, 0 AS steps FROM unnest(%(ids)s::uuid[]) AS w(id) JOIN cases c ON c.id = w.id
    UNION ALL
    SELECT m.case_id, m.into_number, 1 FROM merged m WHERE m.case_id = ANY(%(ids)s::uuid[]) AND m.into_number <> m.number
    UNION ALL
    SELECT up.of, m.into_number, up.steps + 1 FROM up JOIN merged m ON m.number = up.number AND m.into_number <> m.number
    WHERE up.steps BETWEEN 1 AND 20
)
SELECT DISTINCT up.of::text, c.id::text FROM up JOIN cases c ON c.number = up.number
