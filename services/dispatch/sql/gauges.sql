-- name: count_orders
-- Orders that are not closed, by state and level, with those that are too late by now.
SELECT o.state, c.level, count(*),
       count(*) FILTER (WHERE o.state = 'dispatched' AND o.ack_due_at < clock_timestamp()),
       count(*) FILTER (WHERE o.state IN ('dispatched', 'in_progress') AND o.due_at < clock_timestamp())
FROM orders o JOIN cases c ON c.id = o.case_id
WHERE o.state IN ('pooled', 'dispatched', 'in_progress', 'suspended', 'resolved', 'verified') GROUP BY 1, 2

-- name: oldest_waiting
-- Ages in seconds: of the oldest case that nobody has got, and of the oldest unacknowledged order, in grids and at the desk.
SELECT (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(parked_at)), 0)::float FROM parked
        WHERE handler IN ('dispatch.cases', 'dispatch.rework')),
       coalesce(extract(epoch FROM clock_timestamp() - min(o.started_at) FILTER (WHERE m.role <> 'desk')), 0)::float,
       coalesce(extract(epoch FROM clock_timestamp() - min(o.started_at) FILTER (WHERE m.role = 'desk')), 0)::float
FROM orders o JOIN members m USING (member_id) WHERE o.state = 'dispatched'

-- name: calendar_known
-- For how many more seconds the calendar in force knows the holidays.
SELECT extract(epoch FROM (calendar->>'known_until')::date + 1 - clock_timestamp())::float
FROM calendars ORDER BY id DESC LIMIT 1
