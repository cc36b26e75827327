-- name: put_off
-- Orders whose next step waits for the end of the quiet hours.
UPDATE orders SET next_step_at = r.next_step_at
FROM json_to_recordset(%(rows)s) AS r(id uuid, next_step_at timestamptz) WHERE orders.id = r.id

-- name: add_marks
-- What counts of what has happened, to be judged.
INSERT INTO marks (case_id, order_id, kind, unit, member_id, points, number, why, at, due_at)
SELECT case_id, order_id, kind, unit, member_id, points, number, why, at, at
FROM json_to_recordset(%(rows)s) AS m(case_id uuid, order_id uuid, kind text, unit text, member_id text,
    points double precision, number integer, why text, at timestamptz)

-- name: note_red
-- Units that have got a red card.
INSERT INTO red_units (unit, red_at) SELECT DISTINCT u.unit, %(now)s::timestamptz FROM unnest(%(units)s::text[]) AS u(unit)
ORDER BY 1 ON CONFLICT (unit) DO UPDATE SET red_at = greatest(red_units.red_at, excluded.red_at)

-- name: note_good
-- Units that have done an order well; of interest only after a red card, so that hardly ever anything is written.
UPDATE red_units SET good_at = %(now)s WHERE unit IN (
    SELECT unit FROM red_units WHERE unit = ANY(%(units)s) AND red_at > coalesce(good_at, '-infinity')
    ORDER BY unit FOR UPDATE)

-- name: may_judge
-- Whether there is something to judge, and this transaction alone judges; another replica may be at it.
SELECT CASE WHEN EXISTS (SELECT FROM marks WHERE due_at <= clock_timestamp())
            THEN pg_try_advisory_xact_lock(hashtextextended(current_schema || ' marks', 0)) ELSE false END

-- name: marks_to_judge
-- Marks that are due, in their order, with what was judged before them: on the case; and the reds of the unit since it last
-- did well before this mark.
SELECT m.id, m.case_id::text, m.order_id::text, m.kind, m.unit, m.member_id, m.points, m.number, m.why, m.at,
       (SELECT count(*) FROM marks b WHERE b.case_id = m.case_id AND b.kind = 'yellow' AND b.due_at IS NULL) AS yellows,
       (SELECT count(*) FROM marks b WHERE b.case_id = m.case_id AND b.kind = 'red' AND b.due_at IS NULL) AS reds,
       (SELECT count(*) FROM marks b WHERE m.kind = 'red' AND b.unit = m.unit AND b.kind = 'red' AND b.due_at IS NULL
            AND b.at > coalesce(r.good_at, '-infinity')) AS reds_in_a_row
FROM marks m LEFT JOIN red_units r USING (unit)
WHERE m.due_at <= clock_timestamp() ORDER BY m.id LIMIT %(limit)s

-- name: judged
-- Marks are judged (without a time), or wait until then.
UPDATE marks SET due_at = r.due_at FROM json_to_recordset(%(rows)s) AS r(id bigint, due_at timestamptz) WHERE marks.id = r.id

-- name: problem_cases
-- Which of these are problem cases already.
SELECT case_id::text FROM measures WHERE case_id = ANY(%(cases)s::uuid[]) AND measure = 'problem_case'

-- name: add_measures
-- What follows from marks; interviews are proposed with it.
WITH added AS (
    INSERT INTO measures (measure_id, mark_id, measure, case_id, order_id, unit, member_id, why, at)
    SELECT measure_id, mark_id, measure, case_id, order_id, unit, member_id, why, at
    FROM json_to_recordset(%(rows)s) AS m(measure_id uuid, mark_id bigint, measure text, case_id uuid, order_id uuid,
        unit text, member_id text, why text, at timestamptz)
    RETURNING measure_id, measure
)
INSERT INTO interviews (interview_id, state, note) SELECT measure_id, 'proposed', '' FROM added WHERE measure = 'interview'

-- name: add_points
-- Points of units, each with its reason.
INSERT INTO points (unit, month, points, measure, why, mark_id, case_id, order_id, member_id, at)
SELECT unit, to_char(at AT TIME ZONE %(zone)s, 'YYYY-MM'), points, measure, why, mark_id, case_id, order_id, member_id, at
FROM json_to_recordset(%(rows)s) AS p(unit text, points double precision, measure text, why text, mark_id bigint,
    case_id uuid, order_id uuid, member_id text, at timestamptz)

-- name: lock_interview
-- A proposed interview or what became of it, with whom and what it is about.
SELECT i.interview_id::text, i.state, i.held_on, i.held_by, i.note, m.case_id::text, m.order_id::text, m.unit, m.member_id,
       m.why
FROM interviews i JOIN measures m ON m.measure_id = i.interview_id WHERE i.interview_id = %(id)s FOR UPDATE OF i

-- name: put_interview
-- It was held or dropped.
UPDATE interviews SET state = %(state)s, held_on = %(held_on)s, held_by = %(held_by)s, note = %(note)s,
    decided_by = %(by)s, decided_at = %(at)s
WHERE interview_id = %(id)s

-- name: orders_without_next_step
-- Open orders that nothing will happen to by itself, or to which it should have happened so long ago.
SELECT o.id::text AS order_id, c.number, o.state, c.level, o.member_id, o.started_at, o.next_step_at,
       CASE WHEN o.next_step_at IS NULL THEN 'none' ELSE 'overdue' END AS why, count(*) OVER () AS all_of_them
FROM orders o JOIN cases c ON c.id = o.case_id
WHERE o.next_step_at IS NULL AND o.state IN ('pooled', 'dispatched', 'in_progress', 'suspended', 'resolved')
   OR o.next_step_at < clock_timestamp() - %(grace)s::interval
ORDER BY o.started_at, o.id LIMIT %(limit)s

-- name: lock_audit
-- The last audit, for one replica at a time; due when it was so long ago.
SELECT named FROM audits WHERE audited_at < clock_timestamp() - %(every)s::interval FOR UPDATE SKIP LOCKED

-- name: put_audit
-- What was found, and when.
UPDATE audits SET audited_at = clock_timestamp(), without = %(without)s, named = %(named)s
