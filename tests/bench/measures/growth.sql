-- Closed cases of the past years, from number %(first)s to %(last)s, in the tables of intake and dispatch.
CREATE TEMP TABLE past ON COMMIT DROP AS
SELECT n, ('01800000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
       timestamptz '2024-01-01' + n * interval '5 second' AS at,
       (ARRAY['P2', 'P3', 'P3', 'P4'])[1 + n %% 4] AS level, 'g' || lpad((1 + n %% 4)::text, 3, '0') AS grid,
       'm' || lpad((2 + n %% 39)::text, 3, '0') AS member
FROM generate_series(%(first)s, %(last)s) AS n;

INSERT INTO intake.cases (id, number, state, level, kind, category, title, description, place_text, lon, lat, grid_id,
    media, source, external_id, anonymous, reported_at, registered_at, updated_at, closed_at, solved, satisfaction, said)
SELECT id, 'P' || n, 'closed', level, 'complaint', '9999', '路口垃圾未清运', '现场有积水和散落的垃圾，行人和车辆通行不便', '球川镇 振兴路 12 号',
       118.41, 28.92, grid, '[]', 'hotline', 'past-' || n, false, at, at, at, at + interval '2 days', 'yes', 'satisfied', 5
FROM past;
INSERT INTO intake.reports (id, source, external_id, case_id, reported_at, received_at, original)
SELECT id, 'hotline', 'past-' || n, id, at, at, repeat('x', 120) FROM past;
INSERT INTO intake.case_history (case_id, at, round, from_state, to_state, cause, who, note)
SELECT id, at, 1, f, t, 'past', 'past', '' FROM past,
    (VALUES (NULL, 'submitted'), ('submitted', 'accepted'), ('follow_up_pending', 'closed')) AS steps(f, t);
INSERT INTO intake.correspondence (source, external_id, said) SELECT 'hotline', 'past-' || n, 3 FROM past;

INSERT INTO dispatch.cases (id, number, level, kind, category, title, place_text, grid_id, said)
SELECT id, 'P' || n, level, 'complaint', '9999', '路口垃圾未清运', '球川镇 振兴路 12 号', grid, 4 FROM past;
INSERT INTO dispatch.orders (id, case_id, round, state, version, member_id, unit, checker_id, started_at, ack_due_at,
    due_at, acknowledged_at, resolved_at, verified_at, supervision, limits, ladder, returned_by, late_ack, late)
SELECT id, id, 1, 'closed', 4, member, grid, 'checker1', at, at, at + interval '1 day', at, at, at, 'none', '{}', '[]', '[]',
       false, false FROM past;
INSERT INTO dispatch.assignments (order_id, role, member_id, unit, why, since, until, end_reason)
SELECT id, 'handler', member, grid, 'past', at, at, 'closed' FROM past;
INSERT INTO dispatch.order_journal (order_id, case_id, at, version, what, to_state, who, note, evidence)
SELECT id, id, at, v, 'past', 'dispatched', member, '', '[]' FROM past, generate_series(1, 2) AS v;
