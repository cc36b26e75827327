-- name: sources
-- Every source with what the rules need of it.
SELECT name, kind, auto_accept, feedback, asks_reporter, enabled, settings FROM sources

-- name: put_sources
-- Sources of a town folder.
INSERT INTO sources (name, kind, name_zh, name_en, auto_accept, feedback, asks_reporter, settings)
SELECT name, kind, name_zh, name_en, auto_accept, ARRAY(SELECT jsonb_array_elements_text(feedback)), asks_reporter,
    coalesce(settings, '{}')
FROM json_to_recordset(%(rows)s) AS r(name text, kind text, name_zh text, name_en text, auto_accept boolean,
    feedback jsonb, asks_reporter boolean, settings jsonb)
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, name_zh = excluded.name_zh, name_en = excluded.name_en,
    auto_accept = excluded.auto_accept, feedback = excluded.feedback, asks_reporter = excluded.asks_reporter,
    settings = excluded.settings

-- name: reconciliation
-- What became of the reports of one source: for replay and for operators.
SELECT (SELECT count(*) FROM reports WHERE source = %(source)s) AS reports,
       (SELECT coalesce(sum(repeated), 0) FROM reports WHERE source = %(source)s) AS repeated,
       count(*) AS cases, count(grid_id) AS in_grid,
       count(*) FILTER (WHERE desk_reason = 'outside_grids') AS outside_grids,
       count(*) FILTER (WHERE desk_reason = 'no_position') AS no_position,
       count(*) FILTER (WHERE state IN ('submitted', 'accepted')) AS on_the_way,
       (SELECT count(*) FROM feedback WHERE source = %(source)s AND kind = 'report_rejected') AS refused,
       (SELECT count(*) FROM correspondence WHERE source = %(source)s) AS told,
       (SELECT count(*) FROM correspondence WHERE source = %(source)s AND acked = said) AS acked,
       (SELECT count(*) FROM correspondence WHERE source = %(source)s AND acked BETWEEN 1 AND said - 1) AS behind
FROM cases WHERE source = %(source)s
