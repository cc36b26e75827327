-- name: rank_calls
-- Who is called first.
UPDATE follow_ups SET call_rank = q.call_rank
FROM json_to_recordset(%(rows)s) AS q(id uuid, call_rank smallint) WHERE follow_ups.id = q.id

-- name: held_calls
-- What somebody has in hand already, the oldest first, locked.
SELECT id::text FROM follow_ups
WHERE state = 'open' AND NOT call_over AND taken_by = %(who)s AND taken_until > %(now)s
ORDER BY taken_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED

-- name: next_calls
-- The next that nobody has in hand: by rank, then the oldest; what others are at work on is left to them. Whoever has handled
-- a matter does not ask about it.
SELECT f.id::text FROM follow_ups f
WHERE f.state = 'open' AND NOT f.call_over AND coalesce(f.call_at, f.due_at) <= %(now)s AND f.closes_at > %(now)s
  AND (f.taken_until IS NULL OR f.taken_until <= %(now)s) AND f.judge_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = f.case_id AND %(who)s = ANY(c.handlers))
ORDER BY f.call_rank, coalesce(f.call_at, f.due_at), f.id LIMIT %(most)s FOR UPDATE OF f SKIP LOCKED

-- name: take_calls
-- They are in hand until then, each as a call of its own.
WITH taken AS (INSERT INTO calls (id, follow_up_id, who, taken_at)
    SELECT call_id, id, %(who)s, %(now)s FROM json_to_recordset(%(rows)s) AS c(id uuid, call_id uuid))
UPDATE follow_ups SET call_id = t.call_id, taken_by = %(who)s, taken_at = %(now)s, taken_until = %(until)s
FROM json_to_recordset(%(rows)s) AS t(id uuid, call_id uuid) WHERE follow_ups.id = t.id

-- name: keep_calls
-- They stay in hand until then.
UPDATE follow_ups SET taken_until = %(until)s WHERE id = ANY(%(ids)s::uuid[])

-- name: call_by_id
-- What a call is or was about, and who has made it.
SELECT follow_up_id::text, who FROM calls WHERE id = %(call_id)s

-- name: call_state
-- How far calling has come with a follow-up, which is locked.
SELECT call_id::text, taken_by, taken_at, taken_until, call_over, coalesce(call_at, due_at) AS call_at, linked_at
FROM follow_ups WHERE id = %(id)s

-- name: attempt_of_call
-- What came of a call that has ended.
SELECT who, reached, outcome FROM attempts WHERE call_id = %(call_id)s

-- name: attempts_of
-- The attempts to reach a reporter so far.
SELECT at, who, reached, outcome, note FROM attempts WHERE follow_up_id = %(id)s ORDER BY id

-- name: add_call
-- What came of a call.
INSERT INTO attempts (follow_up_id, at, who, reached, note, outcome, call_id)
VALUES (%(id)s, %(at)s, %(who)s, %(reached)s, %(note)s, %(outcome)s, %(call_id)s)

-- name: end_call
-- Nobody has it in hand any more; when it is called again, or that a link is due at once.
UPDATE follow_ups SET taken_by = NULL, taken_until = NULL, attempts = attempts + %(more)s,
    call_at = coalesce(%(call_at)s, call_at), call_over = call_over OR %(over)s,
    link_at = CASE WHEN %(over)s AND linked_at IS NULL THEN least(coalesce(link_at, %(now)s), %(now)s) ELSE link_at END
WHERE id = %(id)s

-- name: calls
-- Open follow-ups for call-takers: due now, taken, later, or linked, each with what it was about.
SELECT f.id::text AS follow_up_id, c.number, f.round, c.level, c.kind, f.category, f.unit, f.why, f.due_at, f.closes_at,
       coalesce(f.call_at, f.due_at) AS call_at, f.attempts, greatest(f.attempts_wanted - f.attempts, 0) AS attempts_left,
       f.taken_by, f.taken_until, f.linked_at,
       (SELECT max(v.at) FROM link_views v WHERE v.follow_up_id = f.id) AS given_at
FROM follow_ups f JOIN cases c ON c.id = f.case_id
WHERE f.state = 'open' AND CASE %(which)s
    WHEN 'due' THEN NOT f.call_over AND coalesce(f.call_at, f.due_at) <= %(now)s AND f.judge_at IS NULL
                    AND (f.taken_until IS NULL OR f.taken_until <= %(now)s)
    WHEN 'taken' THEN f.taken_until > %(now)s
    WHEN 'later' THEN NOT f.call_over AND coalesce(f.call_at, f.due_at) > %(now)s AND f.judge_at IS NULL
    WHEN 'linked' THEN f.linked_at IS NOT NULL
    ELSE true END
ORDER BY f.call_rank, coalesce(f.call_at, f.due_at), f.id LIMIT %(limit)s

-- name: call_counts
-- How many there are of each.
SELECT count(*) FILTER (WHERE NOT call_over AND coalesce(call_at, due_at) <= %(now)s AND judge_at IS NULL
                              AND (taken_until IS NULL OR taken_until <= %(now)s)) AS due,
       count(*) FILTER (WHERE taken_until > %(now)s) AS taken,
       count(*) FILTER (WHERE NOT call_over AND coalesce(call_at, due_at) > %(now)s AND judge_at IS NULL) AS later,
       count(*) FILTER (WHERE linked_at IS NOT NULL) AS linked,
       count(*) AS open
FROM follow_ups WHERE state = 'open'

-- name: taken_calls
-- What a call-taker needs to know of these.
SELECT f.id::text AS follow_up_id, f.call_id::text, c.number, f.round, c.level, c.kind, f.category, f.why,
       f.due_at, f.closes_at, f.attempts, greatest(f.attempts_wanted - f.attempts, 0) AS attempts_left, f.taken_until,
       f.questions_version, w.note AS done, w.resolved_at
FROM follow_ups f JOIN cases c ON c.id = f.case_id LEFT JOIN works w ON w.case_id = f.case_id AND w.round = f.round
WHERE f.id = ANY(%(ids)s::uuid[]) ORDER BY f.call_rank, coalesce(f.call_at, f.due_at), f.id
