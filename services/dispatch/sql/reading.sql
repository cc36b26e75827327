-- name: orders
-- Work orders, the most urgent first, in one state or in any, of one member (who handles or checks) or of all, as far as
-- the rights of the reader reach: to its own, its area, the categories of its platform, or everything.
SELECT o.id::text AS order_id, c.number, o.round, o.state, o.version, o.member_id, o.unit, o.checker_id, c.level, c.kind,
       c.category, c.title, c.place_text, c.grid_id, o.started_at, o.ack_due_at, o.due_at, o.acknowledged_at,
       o.resolved_at, o.verified_at, o.supervision
FROM orders o JOIN cases c ON c.id = o.case_id
WHERE (%(state)s::text IS NULL OR o.state = %(state)s)
  AND (%(member)s::text IS NULL OR o.member_id = %(member)s OR o.checker_id = %(member)s)
  AND (%(everything)s OR o.member_id = %(name)s OR o.checker_id = %(name)s
       OR (%(area)s::text IS NOT NULL AND c.grid_id IN (SELECT areas_within(%(area)s)))
       OR (%(platform)s::text IS NOT NULL
           AND c.category IN (SELECT code FROM categories WHERE platform = %(platform)s)))
ORDER BY o.due_at, o.id LIMIT %(limit)s

-- name: order_by_id
-- One work order for a reader.
SELECT o.id::text AS order_id, c.number, o.round, o.state, o.version, o.member_id, o.unit, o.checker_id, c.level, c.kind,
       c.category, c.title, c.place_text, c.grid_id, o.started_at, o.ack_due_at, o.due_at, o.acknowledged_at,
       o.resolved_at, o.verified_at, o.supervision, o.limits, o.ladder, o.next_step_at, o.late_ack, o.late,
       o.offer, c.service
FROM orders o JOIN cases c ON c.id = o.case_id WHERE o.id = %(id)s

-- name: matter_of_order
-- What rights to an order are held against: who has to do with it (handler, checker, whoever decides or assists), the areas
-- around it, the platform of its category.
SELECT ARRAY[o.member_id, o.checker_id]
           || ARRAY(SELECT approver_id FROM requests WHERE order_id = o.id)
           || ARRAY(SELECT member_id FROM assists WHERE order_id = o.id)
           || ARRAY(SELECT answers_id FROM assists WHERE order_id = o.id) AS owners,
       ARRAY(SELECT areas_around(c.grid_id)) AS areas, k.platform
FROM orders o JOIN cases c ON c.id = o.case_id LEFT JOIN categories k ON k.code = c.category WHERE o.id = %(id)s

-- name: areas_of_member
-- The areas around the unit that a member works in, innermost first; nothing for nobody.
SELECT areas_around(grid_id) FROM members WHERE member_id = %(member)s

-- name: areas_around_area
-- An area and all that it lies in.
SELECT areas_around(%(area)s)

-- name: journal_of_order
-- What happened to a work order, in order.
SELECT at, done_at, version, what, from_state, to_state, who, note, evidence, facts FROM order_journal
WHERE order_id = %(id)s ORDER BY version

-- name: assignments_of_order
-- Who has had a work order, from when to when, and why.
SELECT role, member_id, unit, why, policy, considered, since, until, end_reason FROM assignments
WHERE order_id = %(id)s ORDER BY id
