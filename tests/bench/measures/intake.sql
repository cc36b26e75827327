-- Cases before today's, from number %(first)s to %(last)s: one a minute backwards from now, so that the more there are the longer ago
-- they began and the last days are always as busy; spread over the whole area, so that a report has neighbours. What is
-- older than a week is closed.
CREATE TEMP TABLE past ON COMMIT DROP AS
SELECT n, ('01800000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
       now() - n * interval '1 minute' AS at, n > 7 * 24 * 60 AS old,
       (ARRAY['P2', 'P3', 'P3', 'P4'])[1 + n %% 4] AS level,
       (ARRAY['9999', '9999', '0102', '0201'])[1 + n %% 4] AS category,
       %(west)s + %(wide)s * ((n::bigint * 7919) %% 100003) / 100003.0 AS lon,
       %(south)s + %(high)s * ((n::bigint * 104729) %% 100019) / 100019.0 AS lat
FROM generate_series(%(first)s, %(last)s) AS n;

INSERT INTO cases (id, number, state, level, kind, category, title, description, place_text, lon, lat, grid_id,
    media, source, external_id, anonymous, reported_at, registered_at, updated_at, closed_at, solved, satisfaction, said)
SELECT id, 'P' || n, CASE WHEN old THEN 'closed' ELSE 'in_progress' END, level, 'complaint', category,
       (ARRAY['路口垃圾未清运', '路灯不亮', '井盖松动', '占道经营', '下水道堵塞', '夜间施工噪声'])[1 + n %% 6],
       '现场有积水和散落的垃圾，行人和车辆通行不便', '球川镇 振兴路 12 号', lon, lat, 'past', '[]', 'hotline', 'past-' || n, false,
       at, at, at, CASE WHEN old THEN at + interval '2 days' END, CASE WHEN old THEN 'yes' END,
       CASE WHEN old THEN 'satisfied' END, 5
FROM past;
INSERT INTO reports (id, source, external_id, case_id, reported_at, received_at, original)
SELECT id, 'hotline', 'past-' || n, id, at, at, repeat('x', 120) FROM past;
INSERT INTO case_history (case_id, at, round, from_state, to_state, cause, who, note)
SELECT id, at, 1, f, t, 'past', 'past', '' FROM past,
    (VALUES (NULL, 'submitted'), ('submitted', 'accepted'), ('accepted', 'in_progress')) AS steps(f, t);
INSERT INTO correspondence (source, external_id, said) SELECT 'hotline', 'past-' || n, 3 FROM past;
