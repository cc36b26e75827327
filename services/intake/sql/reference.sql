-- name: categories
-- The catalogue, as far as registration needs it.
SELECT code, name_zh, level, kind, class_code, keywords, questions FROM categories

-- name: reference_versions
-- What time it is, which rule set is in force, and whether anything that reports are understood with has changed: all that
-- a batch asks before it is judged, in one way to the database.
SELECT clock_timestamp(), (SELECT max(id) FROM rule_sets), json_object_agg(what, version) FROM reference_versions

-- name: leaf_grids
-- The polygons that cases are placed in.
SELECT grid_id, code, geometry, area, parent_id FROM grids WHERE level = 'grid' AND geometry IS NOT NULL

-- name: cameras
-- Where cameras look.
SELECT camera_id, name, lon, lat, grid_id FROM cameras

-- name: gazetteer
-- The names of villages, roads and landmarks.
SELECT name, aliases, kind, lon, lat, grid_id FROM gazetteer ORDER BY id

-- name: replace_cameras
-- The cameras of a town folder: those that are not in it any more go.
WITH given AS (SELECT * FROM json_to_recordset(%(rows)s)
        AS r(camera_id text, name text, lon double precision, lat double precision, grid_id text)),
    gone AS (DELETE FROM cameras WHERE camera_id NOT IN (SELECT camera_id FROM given))
INSERT INTO cameras (camera_id, name, lon, lat, grid_id) SELECT camera_id, name, lon, lat, grid_id FROM given
ON CONFLICT (camera_id) DO UPDATE SET name = excluded.name, lon = excluded.lon, lat = excluded.lat,
    grid_id = excluded.grid_id

-- name: empty_gazetteer
-- Before that of a town folder comes in.
DELETE FROM gazetteer

-- name: add_names
-- The gazetteer of a town folder.
INSERT INTO gazetteer (name, aliases, kind, lon, lat, grid_id)
SELECT name, ARRAY(SELECT jsonb_array_elements_text(aliases)), kind, lon, lat, grid_id FROM json_to_recordset(%(rows)s)
    AS r(name text, aliases jsonb, kind text, lon double precision, lat double precision, grid_id text)

-- name: put_classes
-- Classes of a town folder.
INSERT INTO classes (code, name_zh, name_en)
SELECT code, name_zh, name_en FROM json_to_recordset(%(rows)s) AS r(code text, name_zh text, name_en text)
ON CONFLICT (code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en

-- name: put_grids
-- Copies of grids; an older version never replaces a newer one.
INSERT INTO grids AS g (grid_id, version, code, name, level, parent_id, geometry, area)
SELECT grid_id, version, code, name, level, parent_id, geometry, area FROM json_to_recordset(%(rows)s) AS r(grid_id text,
    version bigint, code text, name text, level text, parent_id text, geometry jsonb, area double precision)
ON CONFLICT (grid_id) DO UPDATE SET version = excluded.version, code = excluded.code, name = excluded.name,
    level = excluded.level, parent_id = excluded.parent_id, geometry = excluded.geometry, area = excluded.area
WHERE g.version < excluded.version

-- name: put_members
-- Copies of members; an older version never replaces a newer one.
INSERT INTO members AS m (member_id, version, active)
SELECT member_id, version, active FROM json_to_recordset(%(rows)s) AS r(member_id text, version bigint, active boolean)
ON CONFLICT (member_id) DO UPDATE SET version = excluded.version, active = excluded.active
WHERE m.version < excluded.version

-- name: put_categories
-- Categories of a town folder; gives back those that are new or have changed.
INSERT INTO categories AS c (code, version, name_zh, name_en, class_code, platform, level, kind, time_limit, keywords,
    questions)
SELECT code, 1, name_zh, name_en, class_code, platform, level, kind, time_limit,
       ARRAY(SELECT jsonb_array_elements_text(keywords)), coalesce(questions, '[]')
FROM json_to_recordset(%(rows)s) AS r(code text, name_zh text, name_en text, class_code text, platform text, level text,
    kind text, time_limit text, keywords jsonb, questions jsonb)
ON CONFLICT (code) DO UPDATE SET version = c.version + 1, name_zh = excluded.name_zh, name_en = excluded.name_en,
    class_code = excluded.class_code, platform = excluded.platform, level = excluded.level, kind = excluded.kind,
    time_limit = excluded.time_limit, keywords = excluded.keywords, questions = excluded.questions
WHERE (c.name_zh, c.name_en, c.class_code, c.platform, c.level, c.kind, c.time_limit, c.keywords, c.questions)
      IS DISTINCT FROM (excluded.name_zh, excluded.name_en, excluded.class_code, excluded.platform, excluded.level,
       excluded.kind, excluded.time_limit, excluded.keywords, excluded.questions)
RETURNING code, version, name_zh, name_en, class_code, platform, level, kind, time_limit

-- name: all_categories
-- The whole catalogue, to be said again.
SELECT code, version, name_zh, name_en, class_code, platform, level, kind, time_limit FROM categories ORDER BY code
