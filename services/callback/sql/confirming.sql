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
