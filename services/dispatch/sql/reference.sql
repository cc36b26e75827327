-- name: calendar
-- The calendar in force.
SELECT calendar FROM calendars ORDER BY id DESC LIMIT 1

-- name: category_limits
-- The limits that these categories set themselves.
SELECT code, time_limit FROM categories WHERE code = ANY(%(codes)s)

-- name: put_categories
-- Copies of what dispatch reads of categories; an older version never replaces a newer one.
INSERT INTO categories AS c (code, version, platform, time_limit)
SELECT code, version, platform, time_limit FROM json_to_recordset(%(rows)s) AS r(code text, version bigint, platform text,
    time_limit text)
ORDER BY code
ON CONFLICT (code) DO UPDATE SET version = excluded.version, platform = excluded.platform, time_limit = excluded.time_limit
WHERE c.version < excluded.version OR (c.version = excluded.version AND c.platform IS NULL)

-- name: put_calendar
-- A calendar that differs from the one in force comes into force.
INSERT INTO calendars (calendar)
SELECT %(calendar)s::jsonb WHERE %(calendar)s::jsonb IS DISTINCT FROM (SELECT calendar FROM calendars ORDER BY id DESC LIMIT 1)
