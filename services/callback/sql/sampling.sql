-- name: may_top_up
-- Whether a month's samples are still to be looked at, by this transaction alone; another replica may be at it.
SELECT NOT EXISTS (SELECT FROM top_ups WHERE month = %(month)s AND unit = '*' AND category = '*')
    AND pg_try_advisory_xact_lock(hashtextextended(current_schema || ' top-up', 0))

-- name: seed_of
-- The seed of a month's draws, if there is one.
SELECT seed FROM draws WHERE month = %(month)s

-- name: make_seed
-- A month gets its seed with its first draw; of two at once one makes it.
INSERT INTO draws (month) VALUES (%(month)s) ON CONFLICT DO NOTHING

-- name: samples_to_look_at
-- How many of each unit and category could be drawn in a month, and how many were asked; those not looked at yet.
SELECT f.unit, f.category, count(*)::int AS eligible, count(*) FILTER (WHERE f.basis <> 'left_out')::int AS asked
FROM follow_ups f WHERE f.month = %(month)s AND f.basis IN ('sampled', 'left_out', 'topped_up')
    AND NOT EXISTS (SELECT FROM top_ups t WHERE t.month = f.month AND t.unit = f.unit AND t.category = f.category)
GROUP BY f.unit, f.category ORDER BY f.unit, f.category LIMIT %(limit)s

-- name: lock_left_out
-- What was not drawn of a unit and category in a month and has gone no further since, locked with its cases.
SELECT f.id::text, f.case_id::text, f.round, f.why, c.number, c.level, c.said, c.anonymous, c.asks_reporter, c.reported_by
FROM follow_ups f JOIN cases c ON c.id = f.case_id
WHERE f.month = %(month)s AND f.unit = %(unit)s AND f.category = %(category)s AND f.basis = 'left_out'
    AND f.round > c.withdrawn_round AND NOT EXISTS (SELECT FROM objections o WHERE o.follow_up_id = f.id)
    AND NOT EXISTS (SELECT FROM follow_ups l WHERE l.case_id = f.case_id AND l.round > f.round)
ORDER BY c.id FOR UPDATE OF c, f SKIP LOCKED

-- name: ask_after_all
-- The sample was topped up: these are asked after all; `was` says why they were not at first.
UPDATE follow_ups SET state = 'open', was = follow_ups.why, why = a.why, basis = a.basis, due_at = a.due_at,
    closes_at = a.closes_at, ended_at = NULL, satisfaction = NULL, rework = NULL
FROM json_to_recordset(%(rows)s) AS a(id uuid, why text, basis text, due_at timestamptz, closes_at timestamptz)
WHERE follow_ups.id = a.id AND follow_ups.basis = 'left_out'

-- name: add_top_ups
-- Samples that were looked at.
INSERT INTO top_ups (month, unit, category, eligible, asked, added)
SELECT month, unit, category, eligible, asked, added FROM json_to_recordset(%(rows)s)
    AS t(month text, unit text, category text, eligible integer, asked integer, added integer)
