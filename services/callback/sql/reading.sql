-- name: follow_ups_due
-- The call list: who is to be called now, has not answered and not been called often enough, urgent ones first.
SELECT f.id::text AS follow_up_id, c.number, f.round, c.level, c.kind, f.due_at, f.closes_at, f.attempts,
       f.attempts_wanted - f.attempts AS attempts_left, f.why
FROM follow_ups f JOIN cases c ON c.id = f.case_id
WHERE f.state = 'open' AND f.due_at <= (SELECT clock_timestamp()) AND f.attempts < f.attempts_wanted
  AND f.judge_at IS NULL
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
