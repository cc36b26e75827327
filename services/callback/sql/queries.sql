-- name: calendar
-- The calendar in force.
SELECT calendar FROM calendars ORDER BY id DESC LIMIT 1

-- name: add_calendar
-- A new calendar comes into force, if it says anything new.
INSERT INTO calendars (calendar) SELECT %(calendar)s::jsonb
WHERE %(calendar)s::jsonb IS DISTINCT FROM (SELECT calendar FROM calendars ORDER BY id DESC LIMIT 1)

-- name: add_cases
-- Copies of registered cases.
INSERT INTO cases (id, number, kind, level, anonymous, asks_reporter, reported_by, ordered)
SELECT id, number, kind, level, anonymous, asks_reporter, reported_by, ordered
FROM json_to_recordset(%(rows)s) AS c(id uuid, number text, kind text, level text,
    anonymous boolean, asks_reporter boolean, reported_by text, ordered boolean)
ORDER BY id
ON CONFLICT (id) DO NOTHING

-- name: lock_cases
-- The cases that messages are about, locked in the order of their ids.
SELECT id::text, number, kind, level, anonymous, asks_reporter, reported_by, said,
       withdrawn_round, ordered
FROM cases WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR UPDATE

-- name: known_rounds
-- Rounds of these cases that have a follow-up already; read after the cases were locked.
SELECT case_id::text, round FROM follow_ups WHERE case_id = ANY(%(ids)s::uuid[])

-- name: add_follow_ups
-- New follow-ups; those that are waived have ended with that.
INSERT INTO follow_ups (id, case_id, round, state, why, planned_at, due_at, closes_at, attempts_wanted,
    dissatisfied_is_rework, ended_at, satisfaction, solved, text, answered_by, rework)
SELECT id, case_id, round, state, why, planned_at, due_at, closes_at, attempts_wanted, dissatisfied_is_rework, ended_at,
    satisfaction, solved, text, answered_by, rework
FROM json_to_recordset(%(rows)s) AS f(id uuid, case_id uuid, round integer, state text, why text, planned_at timestamptz,
    due_at timestamptz, closes_at timestamptz, attempts_wanted integer, dissatisfied_is_rework boolean,
    ended_at timestamptz, satisfaction text, solved text, text text, answered_by text, rework boolean)

-- name: count_said
-- How many messages have been said about these cases.
UPDATE cases SET said = c.said FROM json_to_recordset(%(rows)s) AS c(id uuid, said integer) WHERE cases.id = c.id

-- name: lock_follow_up
-- One follow-up with what is needed of its case, both locked.
SELECT f.id::text, f.case_id::text, f.round, f.state, f.why, f.due_at, f.closes_at, f.attempts, f.attempts_wanted,
       f.dissatisfied_is_rework, f.solved, f.satisfaction, f.text, f.answered_by, f.rework, c.number, c.level, c.said
FROM follow_ups f JOIN cases c ON c.id = f.case_id WHERE f.id = %(id)s FOR UPDATE

-- name: lock_expired
-- Follow-ups whose window is over, locked with their cases; those at work elsewhere left out.
SELECT f.id::text, f.case_id::text, f.round, c.number, c.level, c.said
FROM follow_ups f JOIN cases c ON c.id = f.case_id
WHERE f.state = 'open' AND f.closes_at <= (SELECT clock_timestamp())
ORDER BY f.closes_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: describe_cases
-- What decides about asking, as the desk has corrected it; an older correction never replaces a newer one.
UPDATE cases SET level = c.level, kind = c.kind, described = c.described
FROM json_to_recordset(%(rows)s) AS c(id uuid, level text, kind text, described integer)
WHERE cases.id = c.id AND cases.described < c.described

-- name: drop_rounds
-- Work about which nobody is asked any more, whenever its check is heard of.
UPDATE cases SET withdrawn_round = greatest(cases.withdrawn_round, w.round)
FROM json_to_recordset(%(rows)s) AS w(case_id uuid, round integer) WHERE cases.id = w.case_id

-- name: drop_follow_ups
-- Follow-ups about withdrawn work are waived.
UPDATE follow_ups SET state = 'waived', ended_at = w.ended_at, satisfaction = w.satisfaction, why = w.why
FROM json_to_recordset(%(rows)s) AS w(case_id uuid, round integer, ended_at timestamptz, satisfaction text, why text)
WHERE follow_ups.case_id = w.case_id AND follow_ups.round <= w.round AND follow_ups.state = 'open'

-- name: lock_open
-- Follow-ups of these cases that have not ended, locked; the cases are locked already.
SELECT id::text, case_id::text, round, dissatisfied_is_rework FROM follow_ups
WHERE case_id = ANY(%(ids)s::uuid[]) AND state = 'open'
ORDER BY id FOR UPDATE

-- name: early_answers
-- What reporters of these cases said before their work was checked.
SELECT case_id::text, round, solved, satisfaction, text, answered_by, answered_at FROM early_answers
WHERE case_id = ANY(%(ids)s::uuid[])

-- name: keep_early_answers
-- What reporters say before their work is checked; an older word never replaces a newer one.
INSERT INTO early_answers AS e (case_id, round, solved, satisfaction, text, answered_by, answered_at)
SELECT case_id, round, solved, satisfaction, text, answered_by, answered_at FROM json_to_recordset(%(rows)s)
    AS r(case_id uuid, round integer, solved text, satisfaction text, text text, answered_by text, answered_at timestamptz)
ORDER BY case_id
ON CONFLICT (case_id, round) DO UPDATE SET solved = excluded.solved, satisfaction = excluded.satisfaction,
    text = excluded.text, answered_by = excluded.answered_by, answered_at = excluded.answered_at
WHERE e.answered_at < excluded.answered_at

-- name: forget_reporters
-- Nobody can be asked about these cases any more.
UPDATE cases SET anonymous = true WHERE id = ANY(%(ids)s::uuid[])

-- name: end_follow_ups
-- Follow-ups that have been answered, or whose window is over.
UPDATE follow_ups SET state = e.state, ended_at = e.ended_at, solved = e.solved, satisfaction = e.satisfaction,
    text = e.text, answered_by = e.answered_by, rework = e.rework
FROM json_to_recordset(%(rows)s) AS e(id uuid, state text, ended_at timestamptz, solved text, satisfaction text, text text,
    answered_by text, rework boolean)
WHERE follow_ups.id = e.id AND follow_ups.state = 'open'

-- name: add_attempt
-- Somebody has tried to reach the reporter.
INSERT INTO attempts (follow_up_id, at, who, reached, note) VALUES (%(id)s, %(at)s, %(who)s, %(reached)s, %(note)s)

-- name: count_attempt
-- One attempt more.
UPDATE follow_ups SET attempts = attempts + 1 WHERE id = %(id)s RETURNING attempts

-- name: follow_ups_due
-- The call list: who is to be called now and has not been called often enough, urgent ones first.
SELECT f.id::text AS follow_up_id, c.number, f.round, c.level, c.kind, f.due_at, f.closes_at, f.attempts,
       f.attempts_wanted - f.attempts AS attempts_left, f.why
FROM follow_ups f JOIN cases c ON c.id = f.case_id
WHERE f.state = 'open' AND f.due_at <= (SELECT clock_timestamp()) AND f.attempts < f.attempts_wanted
ORDER BY c.level, f.due_at LIMIT %(limit)s

-- name: follow_ups_in_state
-- The newest follow-ups in one state, or in any.
SELECT f.id::text AS follow_up_id, c.number, f.round, c.level, c.kind, f.state, f.due_at, f.closes_at, f.attempts,
       greatest(f.attempts_wanted - f.attempts, 0) AS attempts_left, f.why, f.ended_at, f.solved, f.satisfaction, f.rework
FROM follow_ups f JOIN cases c ON c.id = f.case_id
WHERE %(state)s::text IS NULL OR f.state = %(state)s
ORDER BY f.planned_at DESC LIMIT %(limit)s

-- name: count_open
-- Follow-ups that have not ended, for metrics.
SELECT count(*) FROM follow_ups WHERE state = 'open'

-- name: oldest_due
-- How long, in seconds, the oldest follow-up has been waiting for a call.
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0)::float
FROM follow_ups WHERE state = 'open' AND due_at <= (SELECT clock_timestamp()) AND attempts < attempts_wanted
