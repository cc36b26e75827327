-- name: categories
-- The catalogue, as far as registration needs it.
SELECT code, name_zh, level, kind FROM categories

-- name: reference_stamp
-- Changes whenever a grid or a category does, so that a process knows when to read them again.
SELECT (SELECT count(*) || '/' || coalesce(sum(version), 0) FROM grids),
       (SELECT count(*) || '/' || coalesce(sum(version), 0) FROM categories)

-- name: leaf_grids
-- The polygons that cases are placed in.
SELECT grid_id, code, geometry, area FROM grids WHERE level = 'grid' AND geometry IS NOT NULL

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
INSERT INTO categories AS c (code, version, name_zh, name_en, class_code, platform, level, kind, time_limit, keywords)
SELECT code, 1, name_zh, name_en, class_code, platform, level, kind, time_limit,
       ARRAY(SELECT jsonb_array_elements_text(keywords))
FROM json_to_recordset(%(rows)s) AS r(code text, name_zh text, name_en text, class_code text, platform text, level text,
    kind text, time_limit text, keywords jsonb)
ON CONFLICT (code) DO UPDATE SET version = c.version + 1, name_zh = excluded.name_zh, name_en = excluded.name_en,
    class_code = excluded.class_code, platform = excluded.platform, level = excluded.level, kind = excluded.kind,
    time_limit = excluded.time_limit, keywords = excluded.keywords
WHERE (c.name_zh, c.name_en, c.class_code, c.platform, c.level, c.kind, c.time_limit, c.keywords) IS DISTINCT FROM
      (excluded.name_zh, excluded.name_en, excluded.class_code, excluded.platform, excluded.level, excluded.kind,
       excluded.time_limit, excluded.keywords)
RETURNING code, version, name_zh, name_en, class_code, platform, level, kind, time_limit

-- name: all_categories
-- The whole catalogue, to be said again.
SELECT code, version, name_zh, name_en, class_code, platform, level, kind, time_limit FROM categories ORDER BY code
