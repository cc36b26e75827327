-- name: follow_ups
-- The newest follow-ups in one state (to_look_at: somebody is dissatisfied, and the desk may say something of the demand), about one
-- case, or all; with what its reporters have answered by now.
SELECT f.id::text AS follow_up_id, c.number, f.round, c.level, c.kind, f.unit, f.state, f.due_at, f.closes_at, f.judge_at, f.attempts,
       greatest(f.attempts_wanted - f.attempts, 0) AS attempts_left, f.why, f.ended_at, f.solved, f.satisfaction, f.rework,
       f.demand, f.proposed_by, said.answers
FROM follow_ups f JOIN cases c ON c.id = f.case_id
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('report', a.report, 'channel', a.channel, 'by', a.by, 'at', a.at, 'solved', a.solved,
               'satisfaction', a.satisfaction, 'reasons', a.reasons, 'text', a.text) ORDER BY a.at) AS answers,
           bool_or(a.satisfaction = 'dissatisfied' AND a.solved <> 'no') AS dissatisfied
    FROM (SELECT DISTINCT ON (report) * FROM answers WHERE follow_up_id = f.id ORDER BY report, n DESC) AS a) AS said ON true
WHERE (%(number)s::text IS NULL OR c.number = %(number)s)
  AND CASE WHEN %(state)s::text IS NULL THEN true
           WHEN %(state)s = 'to_look_at' THEN f.state = 'open' AND f.judge_at IS NOT NULL AND said.dissatisfied
           ELSE f.state = %(state)s END
ORDER BY f.planned_at DESC LIMIT %(limit)s

-- name: count_open
-- Follow-ups that have not ended, for metrics.
SELECT count(*) FROM follow_ups WHERE state = 'open'

-- name: oldest_due
-- How long, in seconds, the oldest follow-up has been waiting for a call.
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(coalesce(call_at, due_at))), 0)::float
FROM follow_ups WHERE state = 'open' AND NOT call_over AND judge_at IS NULL
  AND coalesce(call_at, due_at) <= (SELECT clock_timestamp())

-- name: explained
-- Every round of a case: whether and why its reporter was asked, and what was answered.
SELECT c.number, f.round, f.id::text AS follow_up_id, f.state, f.basis, f.why, f.was, f.planned_at, f.due_at, f.closes_at,
    f.judge_at, f.attempts, f.demand, f.counts, f.solved, f.satisfaction, f.rework, f.ended_at,
    (SELECT json_agg(json_build_object('at', a.at, 'report', a.report, 'channel', a.channel, 'by', a.by, 'version', a.version,
        'answers', a.answers, 'text', a.text, 'counts', a.id IS NOT DISTINCT FROM f.answer_id) ORDER BY a.n)
     FROM answers a WHERE a.follow_up_id = f.id) AS answers
FROM cases c JOIN follow_ups f ON f.case_id = c.id WHERE c.number = %(number)s ORDER BY f.round
