-- name: begin_redating
-- A new calendar is in force: the deadlines of all open orders are to be worked out anew, from the first.
INSERT INTO redating (since, after) VALUES (clock_timestamp(), '00000000-0000-0000-0000-000000000000')
ON CONFLICT (one) DO UPDATE SET since = excluded.since, after = excluded.after

-- name: take_redating
-- How far the orders are worked out anew, for one replica at a time; nothing when there is nothing to do.
SELECT after::text FROM redating FOR UPDATE SKIP LOCKED

-- name: next_to_redate
-- The next open orders, by id.
SELECT id::text, case_id::text FROM orders
WHERE id > %(after)s::uuid AND state IN ('dispatched', 'in_progress', 'suspended') ORDER BY id LIMIT %(limit)s

-- name: redated_up_to
-- Orders up to this one are done.
UPDATE redating SET after = %(after)s::uuid

-- name: end_redating
-- All open orders have been worked out anew.
DELETE FROM redating

-- name: clock_journal
-- What the clocks of these orders are worked out from.
SELECT order_id::text, what, at, facts FROM order_journal
WHERE order_id = ANY(%(orders)s::uuid[]) AND what IN ('suspended', 'resumed', 'extended', 'booked', 'unbooked') ORDER BY order_id, version
