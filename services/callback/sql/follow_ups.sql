-- name: known_rounds
-- Rounds of these cases that have a follow-up already; read after the cases were locked.
SELECT case_id::text, round FROM follow_ups WHERE case_id = ANY(%(ids)s::uuid[])

-- name: add_follow_ups
-- New follow-ups; those that are waived have ended with that.
INSERT INTO follow_ups (id, case_id, round, state, why, planned_at, due_at, closes_at, attempts_wanted,
    dissatisfied_is_rework, ended_at, satisfaction, unit, category, month, basis, questions_version, terms)
SELECT id, case_id, round, state, why, planned_at, due_at, closes_at, attempts_wanted, dissatisfied_is_rework, ended_at,
    satisfaction, unit, category, month, basis, questions_version, terms
FROM json_to_recordset(%(rows)s) AS f(id uuid, case_id uuid, round integer, state text, why text, planned_at timestamptz,
    due_at timestamptz, closes_at timestamptz, attempts_wanted integer, dissatisfied_is_rework boolean,
    ended_at timestamptz, satisfaction text, unit text, category text, month text, basis text, questions_version text,
    terms jsonb)

-- name: lock_cases_of
-- The cases of these follow-ups, locked in the order of their ids, before the follow-ups themselves.
SELECT id FROM cases WHERE id IN (SELECT case_id FROM follow_ups WHERE id = ANY(%(ids)s::uuid[])) ORDER BY id FOR UPDATE

-- name: lock_follow_ups
-- Follow-ups with what is needed of their cases, which are locked already.
SELECT f.id::text, f.case_id::text, f.round, f.state, f.why, f.basis, f.due_at, f.closes_at, f.attempts, f.attempts_wanted,
       f.dissatisfied_is_rework, f.solved, f.satisfaction, f.text, f.answered_by, f.rework, f.ended_at, f.unit, f.category,
       f.questions_version, f.terms, f.judge_at, f.answer_id::text, f.demand, f.demand_at, f.proposed_by, f.counts, c.number,
       c.level, c.said, c.anonymous, c.asks_reporter, c.reported_by, c.handlers
FROM follow_ups f JOIN cases c ON c.id = f.case_id WHERE f.id = ANY(%(ids)s::uuid[]) ORDER BY c.id, f.id FOR UPDATE OF f

-- name: lock_due
-- Follow-ups that are to be judged now, or whose window is over, locked with their cases; replicas take different ones.
SELECT f.id::text, f.case_id::text, f.round, f.state, f.why, f.basis, f.due_at, f.closes_at, f.attempts, f.attempts_wanted,
       f.dissatisfied_is_rework, f.solved, f.satisfaction, f.text, f.answered_by, f.rework, f.ended_at, f.unit, f.category,
       f.questions_version, f.terms, f.judge_at, f.answer_id::text, f.demand, f.demand_at, f.proposed_by, f.counts, c.number,
       c.level, c.said, c.anonymous, c.asks_reporter, c.reported_by, c.handlers
FROM ((SELECT id FROM follow_ups WHERE state = 'open' AND judge_at IS NOT NULL AND judge_at <= %(now)s
       ORDER BY judge_at LIMIT 4 * %(limit)s)
      UNION (SELECT id FROM follow_ups WHERE state = 'open' AND closes_at <= %(now)s
             ORDER BY closes_at LIMIT 4 * %(limit)s)) AS due
JOIN follow_ups f ON f.id = due.id AND f.state = 'open' JOIN cases c ON c.id = f.case_id
ORDER BY coalesce(f.judge_at, f.closes_at) LIMIT %(limit)s FOR UPDATE OF f, c SKIP LOCKED

-- name: drop_rounds
-- Work about which nobody is asked any more, whenever its check is heard of.
UPDATE cases SET withdrawn_round = greatest(cases.withdrawn_round, w.round)
FROM json_to_recordset(%(rows)s) AS w(case_id uuid, round integer) WHERE cases.id = w.case_id

-- name: drop_follow_ups
-- Follow-ups about withdrawn work are waived.
UPDATE follow_ups SET state = 'waived', ended_at = w.ended_at, satisfaction = w.satisfaction, why = w.why,
    basis = 'withdrawn', judge_at = NULL
FROM json_to_recordset(%(rows)s) AS w(case_id uuid, round integer, ended_at timestamptz, satisfaction text, why text)
WHERE follow_ups.case_id = w.case_id AND follow_ups.round <= w.round AND follow_ups.state = 'open'

-- name: lock_open
-- Follow-ups of these cases that have not ended, locked; the cases are locked already.
SELECT id::text, case_id::text, round, basis FROM follow_ups WHERE case_id = ANY(%(ids)s::uuid[]) AND state = 'open'
ORDER BY id FOR UPDATE

-- name: end_follow_ups
-- Follow-ups that have been answered, or whose window is over.
UPDATE follow_ups SET state = e.state, ended_at = e.ended_at, solved = e.solved, satisfaction = e.satisfaction,
    text = e.text, answered_by = e.answered_by, rework = e.rework, answer_id = e.answer_id,
    counts = coalesce(e.counts, true), judge_at = NULL
FROM json_to_recordset(%(rows)s) AS e(id uuid, state text, ended_at timestamptz, solved text, satisfaction text, text text,
    answered_by text, rework boolean, answer_id uuid, counts boolean)
WHERE follow_ups.id = e.id AND follow_ups.state = 'open'

-- name: judge_later
-- When the answers of open follow-ups are judged; nothing: when the window is over.
UPDATE follow_ups SET judge_at = j.judge_at FROM json_to_recordset(%(rows)s) AS j(id uuid, judge_at timestamptz)
WHERE follow_ups.id = j.id AND follow_ups.state = 'open'

-- name: add_answers
-- What reporters have said; a later answer to the same follow-up by the same report takes the place of an earlier one.
INSERT INTO answers (id, follow_up_id, report, channel, by, version, answers, solved, satisfaction, reasons, text, media,
    at, device, seconds)
SELECT id, follow_up_id, report, channel, by, version, answers, solved, satisfaction, reasons, text, media, at, device,
    seconds
FROM json_to_recordset(%(rows)s) AS a(id uuid, follow_up_id uuid, report text, channel text, by text, version text,
    answers jsonb, solved text, satisfaction text, reasons text[], text text, media text[], at timestamptz, device text,
    seconds double precision)

-- name: latest_answers
-- The answer of each reporter to these follow-ups, as it is by now.
SELECT DISTINCT ON (follow_up_id, report) follow_up_id::text, id::text, report, channel, by, version, answers, solved,
    satisfaction, reasons, text, media, at, device, seconds
FROM answers WHERE follow_up_id = ANY(%(ids)s::uuid[]) ORDER BY follow_up_id, report, n DESC

-- name: put_demand
-- What the desk has said of the demand by now; nothing, when the reporter has answered anew.
UPDATE follow_ups SET demand = d.demand, demand_at = d.demand_at, proposed_by = d.proposed_by
FROM json_to_recordset(%(rows)s) AS d(id uuid, demand text, demand_at timestamptz, proposed_by text)
WHERE follow_ups.id = d.id AND follow_ups.state = 'open'

-- name: add_demands
-- What somebody of the desk has said of a demand.
INSERT INTO demands (follow_up_id, reasonable, who, why, at)
SELECT follow_up_id, reasonable, who, why, at FROM json_to_recordset(%(rows)s)
    AS d(follow_up_id uuid, reasonable boolean, who text, why text, at timestamptz)

-- name: latest_round
-- The follow-up of the latest round of a case that is known, or handled together, under this number, with that number's source.
WITH RECURSIVE up AS (
    SELECT %(number)s::text AS number, 0 AS steps
    UNION ALL
    SELECT m.into_number, up.steps + 1 FROM up JOIN merged m ON m.number = up.number AND m.into_number <> m.number
    WHERE up.steps < 20
)
SELECT f.id::text, coalesce((SELECT source FROM merged m WHERE m.number = %(number)s AND m.into_number <> m.number),
    (SELECT source FROM cases s WHERE s.number = %(number)s), '') AS source
FROM cases c JOIN follow_ups f ON f.case_id = c.id
WHERE c.number = (SELECT number FROM up ORDER BY steps DESC LIMIT 1) ORDER BY f.round DESC LIMIT 1

-- name: objection
-- The objection to the outcome of a follow-up, if there was one.
SELECT report, by, at FROM objections WHERE follow_up_id = %(id)s

-- name: add_objections
-- A reporter does not agree with how a case has ended.
INSERT INTO objections (follow_up_id, report, by, text, at)
SELECT follow_up_id, report, by, text, at FROM json_to_recordset(%(rows)s)
    AS o(follow_up_id uuid, report text, by text, text text, at timestamptz)
