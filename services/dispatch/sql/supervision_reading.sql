-- name: coloured_orders
-- Open orders with a colour, red before yellow before blue, the most urgent first, as far as the reader's rights reach.
SELECT o.id::text AS order_id, c.number, o.round, o.state, o.supervision, o.member_id, o.unit, o.checker_id, c.level, c.category,
       c.title, c.place_text, c.grid_id, o.due_at, o.late, o.next_step_at
FROM orders o JOIN cases c ON c.id = o.case_id
WHERE o.supervision <> 'none' AND o.state IN ('pooled', 'dispatched', 'in_progress', 'suspended', 'resolved')
  AND (%(everything)s OR c.grid_id IN (SELECT areas_within(%(area)s)))
ORDER BY array_position(ARRAY['red', 'yellow', 'blue'], o.supervision), o.due_at, o.id LIMIT %(limit)s

-- name: measures
-- Letters, public notices, problem cases and interviews, the newest first, as far as the reader's rights reach: by the place
-- of the case, or the unit that it is about.
SELECT m.measure_id::text, m.measure, c.number, m.order_id::text, m.unit, g.name AS unit_name, m.member_id, m.why, m.at,
       c.level, c.category, c.title, c.grid_id, i.state, i.held_on, i.held_by, i.note, i.decided_by, i.decided_at
FROM measures m JOIN cases c ON c.id = m.case_id LEFT JOIN grids g ON g.grid_id = m.unit
     LEFT JOIN interviews i ON i.interview_id = m.measure_id
WHERE m.measure = ANY(%(measures)s) AND (%(state)s::text IS NULL OR i.state = %(state)s)
  AND (%(everything)s OR c.grid_id IN (SELECT areas_within(%(area)s)) OR m.unit IN (SELECT areas_within(%(area)s)))
ORDER BY m.at DESC, m.measure_id LIMIT %(limit)s

-- name: points_of_units
-- What units have got or lost in these months, with how many reasons.
SELECT p.month, p.unit, max(g.name) AS name, sum(p.points) AS points, count(*) AS reasons
FROM points p LEFT JOIN grids g ON g.grid_id = p.unit
WHERE p.month BETWEEN %(since)s AND %(until)s AND (%(unit)s::text IS NULL OR p.unit = %(unit)s)
  AND (%(everything)s OR p.unit IN (SELECT areas_within(%(area)s)))
GROUP BY p.month, p.unit ORDER BY p.month DESC, sum(p.points), p.unit

-- name: reasons_of_points
-- The rows behind these sums, the newest first.
SELECT p.id AS row_id, p.month, p.unit, p.points, p.measure, p.why, c.number, p.order_id::text, p.member_id, p.at
FROM points p JOIN cases c ON c.id = p.case_id
WHERE p.month BETWEEN %(since)s AND %(until)s AND (%(unit)s::text IS NULL OR p.unit = %(unit)s)
  AND (%(everything)s OR p.unit IN (SELECT areas_within(%(area)s)))
ORDER BY p.id DESC LIMIT %(limit)s

-- name: last_audit
-- When it was last looked, and how many orders had no next step.
SELECT CASE WHEN isfinite(audited_at) THEN audited_at END, without FROM audits

-- name: supervision_gauges
-- The last audit as seconds since 1970 (0: never) with what it found; how many interviews wait; the age of the oldest mark
-- that should have been judged.
SELECT coalesce((SELECT extract(epoch FROM audited_at)::float FROM audits WHERE isfinite(audited_at)), 0),
       coalesce((SELECT without FROM audits), 0), (SELECT count(*) FROM interviews WHERE state = 'proposed'),
       coalesce((SELECT extract(epoch FROM clock_timestamp() - min(due_at))::float FROM marks
                 WHERE due_at <= clock_timestamp()), 0)
