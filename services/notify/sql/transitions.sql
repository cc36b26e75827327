-- name: put_areas
-- Copies of areas; an older version never replaces a newer one.
INSERT INTO areas AS a (grid_id, version, parent_id, name, level)
SELECT grid_id, version, parent_id, name, level FROM json_to_recordset(%(rows)s) AS r(grid_id text, version bigint,
    parent_id text, name text, level text)
ORDER BY grid_id
ON CONFLICT (grid_id) DO UPDATE SET version = excluded.version, parent_id = excluded.parent_id, name = excluded.name,
    level = excluded.level
WHERE a.version < excluded.version

-- name: area_parents
-- The tree of areas.
SELECT grid_id, parent_id FROM areas

-- name: put_cases
-- What cases are about, as it was said last; their sources are gathered.
INSERT INTO cases AS c (number, described, level, kind, category, grid_id, sources)
SELECT number, described, level, kind, category, grid_id, sources FROM json_to_recordset(%(rows)s) AS r(number text,
    described bigint, level text, kind text, category text, grid_id text, sources json)
ORDER BY number
ON CONFLICT (number) DO UPDATE SET
    described = greatest(c.described, excluded.described),
    level = CASE WHEN c.described < excluded.described THEN excluded.level ELSE c.level END,
    kind = CASE WHEN c.described < excluded.described THEN excluded.kind ELSE c.kind END,
    category = CASE WHEN c.described < excluded.described THEN excluded.category ELSE c.category END,
    grid_id = CASE WHEN c.described < excluded.described THEN excluded.grid_id ELSE c.grid_id END,
    sources = (SELECT json_agg(s ORDER BY s) FROM (SELECT json_array_elements_text(c.sources) AS s
                                                   UNION SELECT json_array_elements_text(excluded.sources)) AS every)

-- name: merge_cases
-- Cases that are handled together with others from now on: the others have their sources too.
WITH r AS (SELECT number, "into", source, merged FROM json_to_recordset(%(rows)s)
    AS r(number text, "into" text, source text, merged bigint)),
merged AS (UPDATE cases c SET merged_into = CASE WHEN r.merged > c.opened THEN r."into" ELSE c.merged_into END,
    merged = greatest(c.merged, r.merged) FROM r WHERE c.number = r.number)
UPDATE cases c SET sources = (
    SELECT json_agg(s ORDER BY s) FROM (SELECT json_array_elements_text(c.sources) AS s
                                        UNION SELECT source FROM r WHERE r."into" = c.number AND source <> '') AS every)
WHERE c.number IN (SELECT "into" FROM r)

-- name: cases
-- What decides who hears of these cases.
SELECT number, level, kind, category, grid_id, sources, merged_into FROM cases WHERE number = ANY(%(numbers)s)

-- name: add_notifications
-- Things to be heard on channels, in a town that has any; what was wanted before is not wanted again. What somebody has
-- subscribed to waits for what they may be told anyway about the same event, and gives way to it.
INSERT INTO notifications (id, key, source, receiver, kind, event_id, number, level, category, notice_number, facts,
    created_at, due)
SELECT id, key, source, receiver, kind, event_id, number, level, category, notice_number, facts, created_at,
    created_at + wait * interval '1 second'
FROM json_to_recordset(%(rows)s) AS n(id uuid, key text, source text, receiver text, kind text, event_id text,
    number text, level text, category text, notice_number bigint, facts json, created_at timestamptz,
    wait double precision)
WHERE EXISTS (SELECT FROM channel_accounts)
    AND (source = 'notice' OR NOT EXISTS (SELECT FROM notifications o
                                          WHERE o.event_id = n.event_id AND o.receiver = n.receiver))
ON CONFLICT (key) DO NOTHING

-- name: give_way
-- What these members (event_id, receiver) have subscribed to, and are now told anyway.
UPDATE notifications o SET state = 'repeated', why = 'event', due = NULL, reason = 'a notice says the same',
    settled_at = clock_timestamp()
FROM json_to_recordset(%(rows)s) AS n(event_id text, receiver text)
WHERE o.event_id = n.event_id AND o.receiver = n.receiver AND o.source = 'subscription' AND o.state = 'new'
