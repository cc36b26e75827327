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

-- name: put_grids
-- Grids of a town folder; gives back those that are new or have changed.
INSERT INTO grids AS g (grid_id, version, code, name, level, parent_id, households, geometry, area)
SELECT grid_id, 1, code, name, level, parent_id, households, geometry, area FROM json_to_recordset(%(rows)s) AS r(
    grid_id text, code text, name text, level text, parent_id text, households integer, geometry jsonb,
    area double precision)
ON CONFLICT (grid_id) DO UPDATE SET version = g.version + 1, code = excluded.code, name = excluded.name,
    level = excluded.level, parent_id = excluded.parent_id, households = excluded.households,
    geometry = excluded.geometry, area = excluded.area
WHERE (g.code, g.name, g.level, g.parent_id, g.households, g.geometry, g.area) IS DISTINCT FROM
      (excluded.code, excluded.name, excluded.level, excluded.parent_id, excluded.households, excluded.geometry,
       excluded.area)
RETURNING grid_id, version, code, name, level, parent_id, geometry, area

-- name: retire_grids
-- Grids that are in the town's folder no more lie nowhere; gives them back.
UPDATE grids SET version = version + 1, geometry = NULL, area = 0
WHERE grid_id <> ALL(%(ids)s) AND geometry IS NOT NULL
RETURNING grid_id, version, code, name, level, parent_id, geometry, area

-- name: all_grids
-- Every grid, to be said again.
SELECT grid_id, version, code, name, level, parent_id, geometry, area FROM grids ORDER BY grid_id

-- name: sealed_phones
-- The members' phones as they are stored, sealed.
SELECT member_id, phone FROM members WHERE phone IS NOT NULL

-- name: put_members
-- Members of a town folder; gives back those that are new or have changed.
INSERT INTO members AS m (member_id, version, name, role, grid_id, phone, language, on_duty, active)
SELECT member_id, 1, name, role, grid_id, phone, language, on_duty, true FROM json_to_recordset(%(rows)s) AS r(
    member_id text, name text, role text, grid_id text, phone text, language text, on_duty boolean)
ON CONFLICT (member_id) DO UPDATE SET version = m.version + 1, name = excluded.name, role = excluded.role,
    grid_id = excluded.grid_id, phone = excluded.phone, language = excluded.language, on_duty = excluded.on_duty,
    active = true
WHERE (m.name, m.role, m.grid_id, m.phone, m.language, m.on_duty, m.active) IS DISTINCT FROM
      (excluded.name, excluded.role, excluded.grid_id, excluded.phone, excluded.language, excluded.on_duty, true)
RETURNING member_id, version, name, role, grid_id, phone, language, on_duty, active

-- name: retire_members
-- Members who are in the town's folder no more get no work; gives them back.
UPDATE members SET version = version + 1, active = false, on_duty = false WHERE member_id <> ALL(%(ids)s) AND active
RETURNING member_id, version, name, role, grid_id, phone, language, on_duty, active

-- name: all_members
-- Every member, to be said again.
SELECT member_id, version, name, role, grid_id, phone, language, on_duty, active FROM members ORDER BY member_id

-- name: put_calendar
-- A calendar that differs from the one in force comes into force.
INSERT INTO calendars (calendar)
SELECT %(calendar)s::jsonb WHERE %(calendar)s::jsonb IS DISTINCT FROM (SELECT calendar FROM calendars ORDER BY id DESC LIMIT 1)
