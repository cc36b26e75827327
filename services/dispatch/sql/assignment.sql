-- name: pool
-- Work orders that are offered to several and that nobody has yet, the soonest end first.
SELECT o.id::text AS order_id, c.number, o.round, o.version, c.level, c.kind, c.category, c.title, c.place_text, c.lon, c.lat,
       c.grid_id, o.started_at, o.due_at, o.offer
FROM orders o JOIN cases c ON c.id = o.case_id WHERE o.state = 'pooled' ORDER BY o.next_step_at, o.id LIMIT %(limit)s

-- name: assignments_of_case
-- Who has had the work of a case, round by round, from when to when, by which policy, among whom, and why.
SELECT o.round, o.state, a.role, a.member_id, a.policy, a.why, a.considered, a.since, a.until, a.end_reason
FROM cases c JOIN orders o ON o.case_id = c.id LEFT JOIN assignments a ON a.order_id = o.id
WHERE c.number = %(number)s ORDER BY o.round, a.id

-- name: orders_to_try
-- First rounds since a moment, as they came, without service orders, which have runners of their own: what they were about, who got each first, and until when somebody was busy.
SELECT c.number, c.title, c.level, c.kind, c.category, c.grid_id, c.lon, c.lat, o.started_at,
       coalesce(o.resolved_at, CASE WHEN o.state IN ('closed', 'withdrawn') THEN o.started_at END) AS until,
       (SELECT a.member_id FROM assignments a WHERE a.order_id = o.id AND a.role = 'handler' ORDER BY a.id LIMIT 1) AS got
FROM orders o JOIN cases c ON c.id = o.case_id
WHERE o.round = 1 AND o.started_at >= %(since)s AND c.service IS NULL ORDER BY o.started_at, o.id
