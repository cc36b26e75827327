-- name: put_requests
-- Requests that are new, or decided.
INSERT INTO requests (order_id, number, case_id, kind, asked_by, approver_id, reason, until, asked_at, state, decided_by,
    decided_at, note)
SELECT order_id, number, case_id, kind, asked_by, approver_id, reason, until, asked_at, state, decided_by, decided_at, note
FROM json_to_recordset(%(rows)s) AS r(order_id uuid, number integer, case_id uuid, kind text, asked_by text,
    approver_id text, reason text, until timestamptz, asked_at timestamptz, state text, decided_by text,
    decided_at timestamptz, note text)
ON CONFLICT (order_id, number) DO UPDATE SET state = excluded.state, decided_by = excluded.decided_by,
    decided_at = excluded.decided_at, note = excluded.note, approver_id = excluded.approver_id

-- name: put_assists
-- Assists that are new, or have ended.
INSERT INTO assists (order_id, number, case_id, unit, member_id, why, task, asked_by, asked_at, due_at, state, ended_at,
    note, evidence, answers_id)
SELECT order_id, number, case_id, unit, member_id, why, task, asked_by, asked_at, due_at, state, ended_at, note, evidence,
    answers_id
FROM json_to_recordset(%(rows)s) AS a(order_id uuid, number integer, case_id uuid, unit text, member_id text, why text,
    task text, asked_by text, asked_at timestamptz, due_at timestamptz, state text, ended_at timestamptz, note text,
    evidence jsonb, answers_id text)
ON CONFLICT (order_id, number) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at, note = excluded.note,
    evidence = excluded.evidence, answers_id = excluded.answers_id

-- name: lock_awaited_cases
-- Cases of open orders about which somebody is to be reminded of what is awaited of them, the longest due first, locked for
-- this replica; those that another is at are passed over before they are counted.
SELECT c.id::text, c.number, c.level, c.kind, c.category, c.title, c.place_text, c.grid_id, c.lon, c.lat, c.said, c.service
FROM orders o JOIN cases c ON c.id = o.case_id WHERE o.next_awaited_at <= (SELECT clock_timestamp())
ORDER BY o.next_awaited_at LIMIT %(limit)s FOR UPDATE OF c SKIP LOCKED

-- name: journal_since
-- What has happened to these orders after the version that a member saw.
SELECT j.order_id::text, j.version, j.what, j.who FROM order_journal j
JOIN json_to_recordset(%(rows)s) AS r(order_id uuid, version integer) ON j.order_id = r.order_id AND j.version > r.version
ORDER BY j.order_id, j.version

-- name: conduct
-- The calendar in force, and the section of the rules that says what is asked of members.
SELECT (SELECT calendar FROM calendars ORDER BY id DESC LIMIT 1),
       (SELECT json_strip_nulls(json_build_object('evidence', rules->'evidence', 'extension', rules->'extension',
                                                  'transfers', rules->'transfers', 'awaited', rules->'awaited'))
        FROM rule_sets ORDER BY id DESC LIMIT 1)

-- name: requests
-- Requests, the oldest first, in one state or in any, asked by one member or by all.
SELECT r.order_id::text, r.number AS request_number, c.number, r.kind, r.asked_by, r.approver_id, r.reason, r.until, r.asked_at,
       r.state, r.decided_by, r.decided_at, r.note, c.title, c.level, o.due_at
FROM requests r JOIN cases c ON c.id = r.case_id JOIN orders o ON o.id = r.order_id
WHERE (%(state)s::text IS NULL OR r.state = %(state)s)
  AND (%(member)s::text IS NULL OR r.asked_by = %(member)s OR r.approver_id = %(member)s)
ORDER BY r.asked_at LIMIT %(limit)s

-- name: assists
-- What units assist with, the most urgent first, in one state or in any, by one member or by all.
SELECT a.order_id::text, a.number AS assist_number, c.number, a.unit, a.member_id, a.why, a.task, a.asked_by, a.asked_at, a.due_at,
       a.state, a.ended_at, a.note, a.evidence, a.answers_id, c.title, c.place_text, c.level
FROM assists a JOIN cases c ON c.id = a.case_id
WHERE (%(state)s::text IS NULL OR a.state = %(state)s) AND (%(member)s::text IS NULL OR %(member)s IN (a.member_id, a.answers_id))
ORDER BY a.due_at, a.order_id LIMIT %(limit)s

-- name: requests_of_order
-- What was asked for about a work order, and decided.
SELECT number AS request_number, kind, asked_by, approver_id, reason, until, asked_at, state, decided_by, decided_at, note
FROM requests WHERE order_id = %(id)s ORDER BY number

-- name: assists_of_order
-- Who assists or has assisted with a work order.
SELECT number AS assist_number, unit, member_id, why, task, asked_by, asked_at, due_at, state, ended_at, note, evidence, answers_id
FROM assists WHERE order_id = %(id)s ORDER BY number
