-- Open orders, number %(first)s to %(last)s, in the tables of dispatch; the terms of each are those of an order that has just
-- started, its first step comes in a month.
CREATE TEMP TABLE open_now ON COMMIT DROP AS
SELECT n, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id, clock_timestamp() AS at,
       'g' || lpad((1 + n %% %(grids)s)::text, 3, '0') AS grid,
       'm' || lpad((n %% %(grids)s * %(members)s + 2 + n / %(grids)s %% (%(members)s - 1))::text, 3, '0') AS member
FROM generate_series(%(first)s, %(last)s) AS n;

INSERT INTO dispatch.cases (id, number, level, kind, category, title, place_text, grid_id, said)
SELECT id, 'O' || n, 'P2', 'complaint', '9999', '路口垃圾未清运', '球川镇 振兴路 12 号', grid, 1 FROM open_now;
INSERT INTO dispatch.orders (id, case_id, round, state, version, member_id, unit, started_at, ack_due_at, due_at, supervision,
    limits, ladder, next_step_at, returned_by, late_ack, late)
SELECT id, id, 1, 'dispatched', 1, member, grid, at, at + interval '1 month', at + interval '1 month', 'none',
       %(limits)s, %(ladder)s, at + interval '1 month', '[]', false, false FROM open_now;
INSERT INTO dispatch.assignments (order_id, role, member_id, unit, why, since)
SELECT id, 'handler', member, grid, 'open', at FROM open_now;
INSERT INTO dispatch.order_journal (order_id, case_id, at, version, what, to_state, who, note, evidence)
SELECT id, id, at, 1, 'assigned', 'dispatched', 'rule', '', '[]' FROM open_now;
INSERT INTO dispatch.in_hand (member_id, handling, checking) SELECT member, count(*), 0 FROM open_now GROUP BY 1
ON CONFLICT (member_id) DO UPDATE SET handling = in_hand.handling + excluded.handling;
