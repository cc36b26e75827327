-- name: roster
-- Members who may get or check work of these grids, or stand above it: whether they are on duty at this moment (by shift
-- and leave), what each has in hand; where they are ranked by more than that, also where they work, and what they were given
-- lately; who stands in for whom on leave.
WITH away AS MATERIALIZED (
    SELECT member_id, delegate_id FROM off_duty
    WHERE delegate_id IS NOT NULL AND tstzrange(starts_at, ends_at) @> (SELECT clock_timestamp())
), micro AS (  -- which of these areas are part of a grid
    SELECT grid_id, parent_id FROM grids WHERE grid_id = ANY(%(grids)s) AND level = 'micro_grid'
)
SELECT m.member_id, m.role, m.grid_id,
       m.on_duty AND m.member_id <> ALL (ARRAY(SELECT o.member_id FROM off_duty o
           WHERE tstzrange(o.starts_at, o.ends_at) @> (SELECT clock_timestamp()))), m.skills, CASE WHEN g.level = 'micro_grid' THEN g.parent_id END,
       CASE WHEN %(ranking)s THEN g.middle END, coalesce(h.handling, 0), coalesce(h.checking, 0),
       CASE WHEN %(ranking)s THEN h.given END, CASE WHEN %(ranking)s THEN h.given_at END,
       (SELECT json_object_agg(grid_id, parent_id) FROM micro),
       (SELECT json_object_agg(member_id, delegate_id) FROM away)
FROM members m LEFT JOIN in_hand h USING (member_id) LEFT JOIN grids g ON g.grid_id = m.grid_id
WHERE m.active AND (%(everybody)s OR m.role NOT IN ('worker', 'guide') OR m.grid_id = ANY(%(grids)s)
    OR m.member_id = ANY(%(also)s) OR m.member_id IN (SELECT delegate_id FROM away)
    OR m.grid_id IN (SELECT parent_id FROM micro)
    OR g.level = 'micro_grid' AND g.parent_id = ANY(%(grids)s))

-- name: current_orders
-- The order of the latest round of each of these cases; read after its case was locked.
SELECT DISTINCT ON (o.case_id) o.id::text, o.case_id::text, o.round, o.state, o.version, o.member_id, o.unit, o.checker_id,
       o.started_at, o.ack_due_at, o.due_at, o.acknowledged_at, o.resolved_at, o.verified_at, o.supervision, o.limits,
       o.ladder, o.returned_by, o.late_ack, o.late, o.course, o.offer
FROM orders o WHERE o.case_id = ANY(%(cases)s::uuid[]) ORDER BY o.case_id, o.round DESC

-- name: more_in_hand
-- What members will have to do more or less: the orders as they will be, without the orders as they are.
SELECT member_id, sum(handling)::bigint AS handling, sum(checking)::bigint AS checking FROM (
    SELECT CASE WHEN state = 'resolved' THEN checker_id ELSE member_id END AS member_id,
           (state <> 'resolved')::int AS handling, (state = 'resolved')::int AS checking
    FROM json_to_recordset(%(rows)s) AS n(member_id text, checker_id text, state text)
    WHERE state IN ('dispatched', 'in_progress', 'resolved')
    UNION ALL
    SELECT CASE WHEN o.state = 'resolved' THEN o.checker_id ELSE o.member_id END,
           -(o.state <> 'resolved')::int, -(o.state = 'resolved')::int
    FROM orders o JOIN json_to_recordset(%(rows)s) AS n(id uuid) USING (id)
    WHERE o.state IN ('dispatched', 'in_progress', 'resolved')
) AS change
GROUP BY member_id HAVING sum(handling) <> 0 OR sum(checking) <> 0

-- name: count_in_hand
-- Members have so much more to do, and were given so many lately; the last statement of a transaction, because all share
-- these rows.
INSERT INTO in_hand AS h (member_id, handling, checking, given, given_at)
SELECT member_id, handling, checking, given, CASE WHEN given > 0 THEN extract(epoch FROM clock_timestamp()) END
FROM json_to_recordset(%(rows)s) AS r(member_id text, handling bigint, checking bigint, given double precision)
ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET handling = h.handling + excluded.handling, checking = h.checking + excluded.checking,
    given = CASE WHEN excluded.given > 0 AND h.given > 0  -- what was given a week ago counts half
        THEN h.given * power(0.5, greatest(excluded.given_at - h.given_at, 0) / 604800) + excluded.given
        ELSE h.given + excluded.given END,
    given_at = coalesce(excluded.given_at, h.given_at)

-- name: put_orders
-- Orders after their changes; new ones are added.
INSERT INTO orders (id, case_id, round, state, version, member_id, unit, checker_id, started_at, ack_due_at, due_at,
    acknowledged_at, resolved_at, verified_at, supervision, limits, ladder, next_step_at, returned_by, late_ack, late,
    course, offer, next_awaited_at)
SELECT id, case_id, round, state, version, member_id, unit, checker_id, started_at, ack_due_at, due_at,
    acknowledged_at, resolved_at, verified_at, supervision, limits, ladder, next_step_at, returned_by, late_ack, late,
    course, offer, next_awaited_at
FROM json_to_recordset(%(rows)s) AS o(id uuid, case_id uuid, round integer, state text, version integer, member_id text,
    unit text, checker_id text, started_at timestamptz, ack_due_at timestamptz, due_at timestamptz,
    acknowledged_at timestamptz, resolved_at timestamptz, verified_at timestamptz, supervision text, limits json,
    ladder json, next_step_at timestamptz, returned_by jsonb, late_ack boolean, late boolean,
    course json, offer jsonb, next_awaited_at timestamptz)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, version = excluded.version, member_id = excluded.member_id,
    unit = excluded.unit, checker_id = excluded.checker_id, ack_due_at = excluded.ack_due_at, due_at = excluded.due_at,
    limits = excluded.limits,
    acknowledged_at = excluded.acknowledged_at, resolved_at = excluded.resolved_at, verified_at = excluded.verified_at,
    supervision = excluded.supervision, ladder = excluded.ladder, next_step_at = excluded.next_step_at,
    returned_by = excluded.returned_by, late_ack = excluded.late_ack, late = excluded.late,
    course = excluded.course, offer = excluded.offer, next_awaited_at = excluded.next_awaited_at

-- name: end_assignments
-- Active assignments that end.
UPDATE assignments SET until = e.until, end_reason = e.end_reason
FROM json_to_recordset(%(rows)s) AS e(order_id uuid, role text, until timestamptz, end_reason text)
WHERE assignments.order_id = e.order_id AND assignments.role = e.role AND assignments.until IS NULL

-- name: add_assignments
-- New assignments; some have ended in the same batch.
INSERT INTO assignments (order_id, role, member_id, unit, why, policy, considered, since, until, end_reason, ack_due_at)
SELECT order_id, role, member_id, unit, why, policy, considered, since, until, end_reason, ack_due_at
FROM json_to_recordset(%(rows)s) AS a(order_id uuid, role text, member_id text, unit text, why text, policy text,
    considered json, since timestamptz, until timestamptz, end_reason text, ack_due_at timestamptz)

-- name: add_journal
-- What happened to orders; appended, never edited. What is more than that an order has begun is to be counted.
WITH added AS (
    INSERT INTO order_journal (order_id, case_id, at, done_at, version, what, from_state, to_state, who, note, evidence,
        facts)
    SELECT order_id, case_id, at, done_at, version, what, from_state, to_state, who, note, evidence, facts
    FROM json_to_recordset(%(rows)s) AS j(order_id uuid, case_id uuid, at timestamptz, done_at timestamptz,
        version integer, what text, from_state text, to_state text, who text, note text, evidence jsonb, facts jsonb)
    RETURNING order_id, version
)
INSERT INTO to_score (order_id) SELECT DISTINCT order_id FROM added WHERE version > 1

-- name: handlers_of
-- Everybody who has had these orders in hand.
SELECT order_id::text, array_agg(DISTINCT member_id) FROM assignments
WHERE order_id = ANY(%(orders)s::uuid[]) AND role = 'handler' GROUP BY order_id
