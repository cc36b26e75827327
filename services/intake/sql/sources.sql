-- name: sources
-- Every source with what the rules need of it.
SELECT name, kind, auto_accept, feedback, asks_reporter, enabled, settings FROM sources

-- name: list_sources
-- Every source with all that was settled about it, or the one of a name.
SELECT name, kind, name_zh, name_en, enabled, by_hand, auto_accept, asks_reporter, feedback, settings FROM sources
WHERE %(name)s::text IS NULL OR name = %(name)s ORDER BY name

-- name: lock_source
-- One source, and whether an administrator has added it.
SELECT by_hand FROM sources WHERE name = %(name)s FOR UPDATE

-- name: mark_by_hand
-- A source that the town folder does not name.
UPDATE sources SET by_hand = true WHERE name = %(name)s

-- name: switch_source
-- Take reports of a source, or refuse them.
UPDATE sources SET enabled = %(enabled)s WHERE name = %(name)s

-- name: put_sources
-- Sources of a town folder; whether they are switched off stays.
INSERT INTO sources (name, kind, name_zh, name_en, auto_accept, feedback, asks_reporter, settings)
SELECT name, kind, name_zh, name_en, auto_accept, ARRAY(SELECT jsonb_array_elements_text(feedback)), asks_reporter,
    coalesce(settings, '{}')
FROM json_to_recordset(%(rows)s) AS r(name text, kind text, name_zh text, name_en text, auto_accept boolean,
    feedback jsonb, asks_reporter boolean, settings jsonb)
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, name_zh = excluded.name_zh, name_en = excluded.name_en,
    auto_accept = excluded.auto_accept, feedback = excluded.feedback, asks_reporter = excluded.asks_reporter,
    settings = excluded.settings, by_hand = false

-- name: reconciliation
-- What became of the reports of one source: for replay and for operators.
SELECT (SELECT count(*) FROM reports WHERE source = %(source)s) AS reports,
       (SELECT coalesce(sum(repeated), 0) FROM reports WHERE source = %(source)s) AS repeated,
       count(*) AS cases, count(grid_id) AS in_grid,
       count(*) FILTER (WHERE desk_reason = 'outside_grids') AS outside_grids,
       count(*) FILTER (WHERE desk_reason IN ('no_position', 'ambiguous_address')) AS no_position,
       count(*) FILTER (WHERE state IN ('submitted', 'accepted')) AS on_the_way,
       (SELECT count(*) FROM feedback WHERE source = %(source)s AND kind = 'report_rejected') AS refused,
       (SELECT count(*) FROM correspondence WHERE source = %(source)s) AS told,
       (SELECT count(*) FROM correspondence WHERE source = %(source)s AND acked = said) AS acked,
       (SELECT count(*) FROM correspondence WHERE source = %(source)s AND acked BETWEEN 1 AND said - 1) AS behind
FROM cases WHERE source = %(source)s
