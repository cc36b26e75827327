-- name: now
-- The database's clock: the only one that rules and timers go by.
SELECT clock_timestamp()

-- name: first_time
-- Note events as heard by a handler; gives back those that it had not heard before, and what time it is.
INSERT INTO inbox (handler, source, event_id, said_on)
SELECT %(handler)s, e.source, e.id, e.said_on
FROM json_to_recordset(%(events)s) AS e(source text, id text, said_on date)
ON CONFLICT DO NOTHING
RETURNING source, event_id, clock_timestamp()

-- name: forget
-- Take events out of the inbox again: they were heard too early and are parked.
DELETE FROM inbox USING json_to_recordset(%(events)s) AS e(source text, id text, said_on date)
WHERE handler = %(handler)s AND inbox.source = e.source AND event_id = e.id AND inbox.said_on = e.said_on

-- name: park
-- Set events aside with the reason, to be tried again when they are due.
INSERT INTO parked (id, handler, source, event_id, kind, reason, case_id, routing_key, publisher, body, attempts, due)
SELECT p.id, p.handler, p.source, p.event_id, p.kind, p.reason, p.case_id, p.routing_key, p.publisher,
       decode(p.body, 'base64'), p.attempts, clock_timestamp() + p.wait * interval '1 second'
FROM json_to_recordset(%(rows)s) AS p(id uuid, handler text, source text, event_id text, kind text, reason text,
     case_id text, routing_key text, publisher text, body text, attempts integer, wait double precision)
ON CONFLICT (handler, source, event_id) DO UPDATE
SET kind = excluded.kind, reason = excluded.reason, attempts = excluded.attempts, due = excluded.due

-- name: unpark
-- Parked events that a handler is about to settle leave the table in the same transaction.
DELETE FROM parked WHERE handler = %(handler)s AND (source, event_id) IN
    (SELECT e.source, e.id FROM json_to_recordset(%(events)s) AS e(source text, id text))

-- name: wake_parked
-- These cases have moved on: what came too early for them is tried again at once.
UPDATE parked SET due = clock_timestamp()
WHERE id IN (SELECT id FROM parked WHERE handler = %(handler)s AND kind = 'too_early' AND case_id = ANY(%(cases)s)
             FOR UPDATE SKIP LOCKED)

-- name: claim_parked
-- Parked events that are due, leased for a minute to this replica.
UPDATE parked SET due = clock_timestamp() + interval '1 minute', attempts = attempts + 1
WHERE id IN (SELECT id FROM parked WHERE due <= clock_timestamp() ORDER BY due LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id::text, handler, source, event_id, kind, routing_key, publisher, body, attempts

-- name: say
-- Put events into the outbox; the sweep says them when nobody has confirmed them after `wait` seconds.
WITH said AS (
    INSERT INTO outbox (id, exchange, routing_key, body)
    SELECT id, exchange, routing_key, body
    FROM json_to_recordset(%(rows)s) AS o(id uuid, exchange text, routing_key text, body text)
    RETURNING id, said_on, said_at
)
INSERT INTO unconfirmed (id, said_on, said_at, due)
SELECT id, said_on, said_at, clock_timestamp() + %(wait)s * interval '1 second' FROM said

-- name: settle
-- The broker has confirmed these rows.
DELETE FROM unconfirmed WHERE id = ANY(%(ids)s::uuid[])

-- name: claim_unconfirmed
-- Outbox rows that nobody confirmed in time, leased to this replica's relay.
WITH claimed AS (
    UPDATE unconfirmed SET attempts = attempts + 1,
           due = clock_timestamp() + least(10 * power(2, attempts), 300) * interval '1 second'
    WHERE id IN (SELECT id FROM unconfirmed WHERE due <= clock_timestamp()
                 ORDER BY due LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING id, said_on
)
SELECT id::text, exchange, routing_key, body FROM outbox JOIN claimed USING (id, said_on) ORDER BY id

-- name: say_again
-- Everything said since a time is to be said once more (the broker was lost): inboxes downstream keep doubles out, a source
-- knows its feedback by id. Not what went to `members`: their clients fetch a gap from notify's table.
INSERT INTO unconfirmed (id, said_on, said_at, due)
SELECT id, said_on, said_at, clock_timestamp() FROM outbox
WHERE said_at >= %(since)s AND said_on >= %(since)s::date - 1 AND exchange IN ('messages', 'feedback')
ON CONFLICT (id) DO UPDATE SET due = excluded.due, attempts = 0

-- name: oldest_unsettled
-- Age in seconds of the oldest unconfirmed outbox row, and how many there are.
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(said_at)), 0)::float, count(*) FROM unconfirmed

-- name: parked_totals
-- Parked events by kind: how many, and the age in seconds of the oldest.
SELECT kind, count(*), extract(epoch FROM clock_timestamp() - min(parked_at))::float FROM parked GROUP BY kind

-- name: list_parked
-- What is parked, oldest first, for operators.
SELECT id::text, handler, kind, source, event_id, reason, attempts, due, parked_at FROM parked
ORDER BY parked_at LIMIT %(limit)s

-- name: show_parked
-- One parked event with its body.
SELECT id::text, handler, kind, source, event_id, reason, attempts, due, parked_at, routing_key, body
FROM parked WHERE id = %(id)s

-- name: parked_after
-- Bodies of what is parked, some at a time.
SELECT id::text, body FROM parked WHERE id > %(after)s::uuid ORDER BY id LIMIT %(limit)s

-- name: put_parked_body
-- The body of a parked event, sealed anew.
UPDATE parked SET body = decode(%(body)s, 'base64') WHERE id = %(id)s::uuid

-- name: replay_parked
-- Try a parked event again at once (all of them without an id).
UPDATE parked SET due = clock_timestamp(), attempts = 0 WHERE %(id)s::uuid IS NULL OR id = %(id)s::uuid

-- name: discard_parked
-- An operator has decided that this event is not wanted.
DELETE FROM parked WHERE id = %(id)s

-- name: wait_briefly
-- How long this transaction waits for a lock.
SET LOCAL lock_timeout = %(milliseconds)s

-- name: rules
-- The rule set in force.
SELECT name, rules FROM rule_sets ORDER BY id DESC LIMIT 1

-- name: load_rules
-- A new rule set comes into force.
INSERT INTO rule_sets (name, rules) VALUES (%(name)s, %(rules)s)

-- name: maintain_partitions
-- Partitions for the coming days; old ones dropped.
SELECT maintain_partitions()
