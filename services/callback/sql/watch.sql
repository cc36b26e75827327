-- name: seen_lately
-- How many other matters were answered from these devices, and taken by these call-takers, since then.
SELECT 'device' AS what, device AS who, count(DISTINCT follow_up_id)::int AS matters FROM answers
WHERE device = ANY(%(devices)s) AND at > %(since)s AND follow_up_id <> ALL(%(but)s::uuid[]) GROUP BY device
UNION ALL
SELECT 'taker', by, count(DISTINCT follow_up_id)::int FROM answers
WHERE channel = 'desk' AND by = ANY(%(takers)s) AND at > %(since)s AND follow_up_id <> ALL(%(but)s::uuid[]) GROUP BY by

-- name: seen_of_handlers
-- How many other matters of the same handlers were ever answered from a device.
SELECT count(DISTINCT a.follow_up_id)::int FROM answers a JOIN follow_ups f ON f.id = a.follow_up_id
JOIN cases c ON c.id = f.case_id
WHERE a.device = %(device)s AND a.follow_up_id <> %(but)s AND c.handlers && %(handlers)s::text[]

-- name: add_marks
-- What is striking about answers.
INSERT INTO marks (answer_id, follow_up_id, reason, text, at)
SELECT answer_id, follow_up_id, reason, text, at FROM json_to_recordset(%(rows)s)
    AS m(answer_id uuid, follow_up_id uuid, reason text, text text, at timestamptz)

-- name: marks
-- What is striking about answers, the newest first.
SELECT m.at, m.reason, m.text, c.number, f.round, f.id::text AS follow_up_id, f.unit, a.channel, a.by, a.solved,
    a.satisfaction
FROM marks m JOIN answers a ON a.id = m.answer_id JOIN follow_ups f ON f.id = m.follow_up_id JOIN cases c ON c.id = f.case_id
WHERE (%(reason)s::text IS NULL OR m.reason = %(reason)s) ORDER BY m.at DESC LIMIT %(limit)s

-- name: answered_and_not_asked_again
-- Follow-ups of a month that were answered, and whose answers nobody has asked for again.
SELECT f.id::text, c.number FROM follow_ups f JOIN cases c ON c.id = f.case_id
WHERE f.month = %(month)s AND f.state = 'answered' AND (%(unit)s::text IS NULL OR f.unit = %(unit)s)
    AND (NOT %(marked)s OR EXISTS (SELECT FROM marks m WHERE m.follow_up_id = f.id)) AND NOT c.anonymous
    AND NOT EXISTS (SELECT FROM reasks r WHERE r.follow_up_id = f.id)

-- name: add_reasks
-- These answers are to be asked for again.
INSERT INTO reasks (id, follow_up_id, asked_by, why, asked_at)
SELECT id, follow_up_id, asked_by, why, asked_at FROM json_to_recordset(%(rows)s)
    AS r(id uuid, follow_up_id uuid, asked_by text, why text, asked_at timestamptz)
ON CONFLICT (follow_up_id) DO NOTHING

-- name: lock_reask
-- What is asked again, with the first answer and whoever cannot ask.
SELECT r.id::text, r.answered_at, r.answers AS second, a.answers AS first, a.by AS first_by, a.version, f.category, c.number,
    c.handlers
FROM reasks r JOIN follow_ups f ON f.id = r.follow_up_id JOIN answers a ON a.id = f.answer_id JOIN cases c ON c.id = f.case_id
WHERE r.id = %(id)s FOR UPDATE OF r

-- name: answer_reask
-- The second answer, beside the first.
UPDATE reasks SET answered_by = a.by, answered_at = a.at, answers = a.answers, text = a.text, differences = a.differences
FROM json_to_recordset(%(rows)s) AS a(id uuid, by text, at timestamptz, answers jsonb, text text, differences jsonb)
WHERE reasks.id = a.id AND reasks.answered_at IS NULL

-- name: reasks
-- What was asked again: both answers and where they differ; those that wait first.
SELECT r.id::text AS reask_id, r.follow_up_id::text, c.number, f.round, f.unit, r.asked_by, r.why, r.asked_at, a.by AS first_by,
    a.channel AS first_channel, a.answers AS first, r.answered_by, r.answered_at, r.answers AS second, r.differences
FROM reasks r JOIN follow_ups f ON f.id = r.follow_up_id JOIN cases c ON c.id = f.case_id JOIN answers a ON a.id = f.answer_id
ORDER BY r.answered_at IS NOT NULL, r.asked_at DESC, r.id LIMIT %(limit)s
