-- name: orders
-- Work orders, the most urgent first, in one state or in any, of one member (who handles or checks) or of all.
SELECT o.id::text AS order_id, c.number, o.round, o.state, o.version, o.member_id, o.unit, o.checker_id, c.level, c.kind,
       c.category, c.title, c.place_text, c.grid_id, o.started_at, o.ack_due_at, o.due_at, o.acknowledged_at,
       o.resolved_at, o.verified_at, o.supervision
FROM orders o JOIN cases c ON c.id = o.case_id
WHERE (%(state)s::text IS NULL OR o.state = %(state)s)
  AND (%(member)s::text IS NULL OR o.member_id = %(member)s OR o.checker_id = %(member)s)
ORDER BY o.due_at, o.id LIMIT %(limit)s

-- name: order_by_id
-- One work order for a reader.
SELECT o.id::text AS order_id, c.number, o.round, o.state, o.version, o.member_id, o.unit, o.checker_id, c.level, c.kind,
       c.category, c.title, c.place_text, c.grid_id, o.started_at, o.ack_due_at, o.due_at, o.acknowledged_at,
       o.resolved_at, o.verified_at, o.supervision, o.limits, o.ladder, o.next_step_at, o.late_ack, o.late,
       o.offer
FROM orders o JOIN cases c ON c.id = o.case_id WHERE o.id = %(id)s

-- name: journal_of_order
-- What happened to a work order, in order.
SELECT at, done_at, version, what, from_state, to_state, who, note, evidence FROM order_journal
WHERE order_id = %(id)s ORDER BY version

-- name: assignments_of_order
-- Who has had a work order, from when to when, and why.
SELECT role, member_id, unit, why, policy, considered, since, until, end_reason FROM assignments
WHERE order_id = %(id)s ORDER BY id
