-- name: leaves_of
-- Leaves of these members that are not long over.
SELECT leave_id::text, member_id, starts_at, ends_at, delegate_id, reason, state, asked_by, decided_by, decided_why
FROM leaves WHERE member_id = ANY(%(members)s) AND ends_at > %(since)s ORDER BY starts_at

-- name: leave_by_id
-- One leave.
SELECT leave_id::text, member_id, starts_at, ends_at, delegate_id, reason, state, asked_by, decided_by, decided_why
FROM leaves WHERE leave_id = %(id)s

-- name: granted_leaves
-- Granted leaves that are not over.
SELECT member_id, starts_at, ends_at, delegate_id FROM leaves WHERE state = 'granted' AND ends_at > %(now)s

-- name: put_leave
-- A leave as it is now. While it is granted, the work of its member is looked for from its beginning to its end.
INSERT INTO leaves (leave_id, member_id, starts_at, ends_at, delegate_id, reason, state, asked_by, asked_at, decided_by,
    decided_why, next_route_at)
VALUES (%(leave_id)s, %(member_id)s, %(starts_at)s, %(ends_at)s, %(delegate_id)s, %(reason)s, %(state)s, %(asked_by)s,
    %(now)s, %(decided_by)s, %(decided_why)s, %(next_route_at)s)
ON CONFLICT (leave_id) DO UPDATE SET ends_at = excluded.ends_at, state = excluded.state, decided_by = excluded.decided_by,
    decided_why = excluded.decided_why, next_route_at = excluded.next_route_at

-- name: lock_leaves_to_route
-- Leaves whose members are looked at now, for this replica; those at work elsewhere left out.
SELECT leave_id::text, member_id FROM leaves WHERE next_route_at <= (SELECT clock_timestamp())
ORDER BY next_route_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: on_leave
-- Who is on leave now, and who stands in.
SELECT member_id, delegate_id FROM leaves
WHERE state = 'granted' AND ends_at > clock_timestamp() AND starts_at <= clock_timestamp()

-- name: cases_in_hand
-- Cases that these members handle or check.
SELECT case_id::text FROM orders WHERE member_id = ANY(%(members)s) AND state IN ('dispatched', 'in_progress')
UNION SELECT case_id::text FROM orders WHERE checker_id = ANY(%(members)s) AND state = 'resolved' LIMIT %(limit)s

-- name: route_again
-- When these leaves are looked at again, unless they are over by then.
UPDATE leaves SET next_route_at = CASE WHEN ends_at > %(at)s THEN %(at)s::timestamptz END WHERE leave_id = ANY(%(ids)s::uuid[])
