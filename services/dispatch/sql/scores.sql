-- name: add_answers
-- What reporters said about rounds, once each; what it changes is to be counted.
WITH added AS (
    INSERT INTO answers (case_id, round, solved, satisfaction, rework, at)
    SELECT case_id, round, solved, satisfaction, rework, at FROM json_to_recordset(%(rows)s) AS a(case_id uuid,
        round integer, solved text, satisfaction text, rework boolean, at timestamptz)
    ON CONFLICT DO NOTHING RETURNING case_id, round
)
INSERT INTO to_score (order_id) SELECT o.id FROM added JOIN orders o USING (case_id, round)

-- name: add_active
-- These members did something just now.
INSERT INTO active_days (day, member_id)
SELECT DISTINCT (%(now)s::timestamptz AT TIME ZONE %(zone)s)::date, m.member_id
FROM members m WHERE m.member_id = ANY(%(members)s) ORDER BY 2 ON CONFLICT DO NOTHING

-- name: may_score
-- Whether this transaction alone counts; another replica may be at it.
SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema || ' scores', 0))

-- name: take_to_score
-- Orders that have changed, the longest ago first; they leave the queue with this transaction.
WITH taken AS (
    DELETE FROM to_score WHERE id IN (SELECT id FROM to_score ORDER BY id LIMIT %(limit)s) RETURNING order_id
)
SELECT DISTINCT order_id::text FROM taken

-- name: turns_of_orders
-- The handlers' turns at these orders, with everything that they are judged by, and as they were counted before.
SELECT a.id AS assignment_id, a.order_id::text, a.member_id, a.unit, a.until, a.end_reason, a.ack_due_at,
       (SELECT min(j.at) FROM order_journal j WHERE j.order_id = a.order_id AND j.who = a.member_id
        AND j.at BETWEEN a.since AND coalesce(a.until, 'infinity')) AS reacted_at,
       a.id = max(a.id) OVER (PARTITION BY a.order_id) AS last,
       o.state, o.due_at, o.resolved_at, w.solved, w.satisfaction, coalesce(w.rework, false) AS rework,
       to_char(o.started_at AT TIME ZONE %(zone)s, 'YYYY-MM') AS month, coalesce(c.grid_id, '') AS grid_id, c.category,
       coalesce(c.source, '') AS source, to_jsonb(t) AS before
FROM assignments a JOIN orders o ON o.id = a.order_id JOIN cases c ON c.id = o.case_id
     LEFT JOIN answers w ON w.case_id = o.case_id AND w.round = o.round LEFT JOIN turns t ON t.assignment_id = a.id
WHERE a.order_id = ANY(%(orders)s::uuid[]) AND a.role = 'handler'

-- name: add_tallies
-- So many turns more, or less, had an outcome.
INSERT INTO tallies AS t (month, dimension, value, figure, outcome, turns)
SELECT month, dimension, value, figure, outcome, turns FROM json_to_recordset(%(rows)s) AS r(month text, dimension text,
    value text, figure text, outcome text, turns bigint)
ON CONFLICT (month, dimension, value, figure, outcome) DO UPDATE SET turns = t.turns + excluded.turns

-- name: put_turns
-- Turns, and what they count as by now.
INSERT INTO turns (assignment_id, order_id, month, grid_id, unit, member_id, category, source, outcomes)
SELECT assignment_id, order_id, month, grid_id, unit, member_id, category, source, outcomes
FROM json_to_recordset(%(rows)s) AS t(assignment_id bigint, order_id uuid, month text, grid_id text, unit text,
    member_id text, category text, source text, outcomes jsonb)
ON CONFLICT (assignment_id) DO UPDATE SET month = excluded.month, grid_id = excluded.grid_id, unit = excluded.unit,
    member_id = excluded.member_id, category = excluded.category, source = excluded.source, outcomes = excluded.outcomes

-- name: note_active
-- Whoever did something to these orders was active on that day.
INSERT INTO active_days (day, member_id)
SELECT DISTINCT (j.at AT TIME ZONE %(zone)s)::date, m.member_id FROM order_journal j JOIN members m ON m.member_id = j.who
WHERE j.order_id = ANY(%(orders)s::uuid[]) ORDER BY 1, 2 ON CONFLICT DO NOTHING

-- name: count_anew
-- Every order that started since then is counted once more by the running service.
INSERT INTO to_score (order_id) SELECT id FROM orders WHERE started_at >= %(since)s

-- name: tallies_astray
-- Tallies that are not what the turns say; there are none, ever.
SELECT month, dimension, value, figure, outcome, coalesce(t.turns, 0) AS kept, coalesce(c.turns, 0) AS counted
FROM tallies t FULL JOIN (SELECT month, dimension, value, figure, outcome, count(*) AS turns FROM counted
    GROUP BY 1, 2, 3, 4, 5) c USING (month, dimension, value, figure, outcome)
WHERE coalesce(t.turns, 0) <> coalesce(c.turns, 0) ORDER BY 1, 2, 3, 4, 5
