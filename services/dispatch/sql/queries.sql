-- name: roster
-- Members who may get or check work of these grids, or stand above it, with what each has in hand.
SELECT m.member_id, m.role, m.grid_id, m.on_duty, coalesce(h.handling, 0), coalesce(h.checking, 0)
FROM members m LEFT JOIN in_hand h USING (member_id)
WHERE m.active AND (m.grid_id = ANY(%(grids)s) OR m.role IN ('desk', 'checker', 'leader') OR m.member_id = ANY(%(also)s))

-- name: calendar
-- The calendar in force.
SELECT calendar FROM calendars ORDER BY id DESC LIMIT 1

-- name: category_limits
-- The limits that these categories set themselves.
SELECT code, time_limit FROM categories WHERE code = ANY(%(codes)s)

-- name: lock_cases
-- The cases that messages are about, locked in the order of their ids.
SELECT id::text, number, level, kind, category, title, place_text, grid_id, said, described FROM cases
WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR UPDATE

-- name: find_cases
-- The cases that actions are about, by order or by number.
SELECT o.id::text AS order_id, c.number, c.id::text AS case_id FROM orders o JOIN cases c ON c.id = o.case_id
WHERE o.id = ANY(%(orders)s::uuid[]) OR c.number = ANY(%(numbers)s)

-- name: lock_due_cases
-- Cases whose order has come to the next step of its ladder, locked for this replica; those at work elsewhere left out.
SELECT id::text, number, level, kind, category, title, place_text, grid_id, said FROM cases
WHERE id IN (SELECT case_id FROM orders WHERE next_step_at <= (SELECT clock_timestamp()) ORDER BY next_step_at LIMIT %(limit)s)
ORDER BY id FOR UPDATE SKIP LOCKED

-- name: current_orders
-- The order of the latest round of each of these cases; read after its case was locked.
SELECT DISTINCT ON (o.case_id) o.id::text, o.case_id::text, o.round, o.state, o.version, o.member_id, o.unit, o.checker_id,
       o.started_at, o.ack_due_at, o.due_at, o.acknowledged_at, o.resolved_at, o.verified_at, o.supervision, o.limits,
       o.ladder, o.returned_by, o.late_ack, o.late
FROM orders o WHERE o.case_id = ANY(%(cases)s::uuid[]) ORDER BY o.case_id, o.round DESC

-- name: known_commands
-- Commands that have been answered before.
SELECT c.member_id, c.command_id, c.digest, c.answer FROM commands c
JOIN json_to_recordset(%(rows)s) AS r(member_id text, command_id text) USING (member_id, command_id)

-- name: add_cases
-- Cases that are new here, or registered once more.
INSERT INTO cases (id, number, level, kind, category, title, place_text, grid_id, said, described)
SELECT id, number, level, kind, category, title, place_text, grid_id, said, described FROM json_to_recordset(%(rows)s)
    AS c(id uuid, number text, level text, kind text, category text, title text, place_text text, grid_id text,
    said integer, described integer)
ON CONFLICT (id) DO UPDATE SET level = excluded.level, kind = excluded.kind, category = excluded.category,
    title = excluded.title, place_text = excluded.place_text, grid_id = excluded.grid_id, said = excluded.said,
    described = excluded.described

-- name: describe_cases
-- What cases are about, after the desk has corrected it.
UPDATE cases SET level = c.level, kind = c.kind, category = c.category, title = c.title, place_text = c.place_text,
    grid_id = c.grid_id, described = c.described
FROM json_to_recordset(%(rows)s) AS c(id uuid, level text, kind text, category text, title text, place_text text,
    grid_id text, described integer)
WHERE cases.id = c.id

-- name: count_said
-- How many messages have been said about these cases.
UPDATE cases SET said = c.said FROM json_to_recordset(%(rows)s) AS c(id uuid, said integer) WHERE cases.id = c.id

-- name: more_in_hand
-- What members will have to do more or less: the orders as they will be, without the orders as they are.
SELECT member_id, sum(handling)::bigint AS handling, sum(checking)::bigint AS checking FROM (
    SELECT CASE WHEN state = 'resolved' THEN checker_id ELSE member_id END AS member_id,
           (state <> 'resolved')::int AS handling, (state = 'resolved')::int AS checking
    FROM json_to_recordset(%(rows)s) AS n(member_id text, checker_id text, state text)
    WHERE state IN ('dispatched', 'in_progress', 'resolved')
    UNION ALL
    SELECT CASE WHEN o.state = 'resolved' THEN o.checker_id ELSE o.member_id END,
           -(o.state <> 'resolved')::int, -(o.state = 'resolved')::int
    FROM orders o JOIN json_to_recordset(%(rows)s) AS n(id uuid) USING (id)
    WHERE o.state IN ('dispatched', 'in_progress', 'resolved')
) AS change
GROUP BY member_id HAVING sum(handling) <> 0 OR sum(checking) <> 0

-- name: count_in_hand
-- Members have so much more to do; the last statement of a transaction, because all share these rows.
INSERT INTO in_hand AS h (member_id, handling, checking)
SELECT member_id, handling, checking
FROM json_to_recordset(%(rows)s) AS r(member_id text, handling bigint, checking bigint) ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET handling = h.handling + excluded.handling, checking = h.checking + excluded.checking

-- name: put_orders
-- Orders after their changes; new ones are added.
INSERT INTO orders (id, case_id, round, state, version, member_id, unit, checker_id, started_at, ack_due_at, due_at,
    acknowledged_at, resolved_at, verified_at, supervision, limits, ladder, next_step_at, returned_by, late_ack, late)
SELECT id, case_id, round, state, version, member_id, unit, checker_id, started_at, ack_due_at, due_at,
    acknowledged_at, resolved_at, verified_at, supervision, limits, ladder, next_step_at, returned_by, late_ack, late
FROM json_to_recordset(%(rows)s) AS o(id uuid, case_id uuid, round integer, state text, version integer, member_id text,
    unit text, checker_id text, started_at timestamptz, ack_due_at timestamptz, due_at timestamptz,
    acknowledged_at timestamptz, resolved_at timestamptz, verified_at timestamptz, supervision text, limits json,
    ladder json, next_step_at timestamptz, returned_by jsonb, late_ack boolean, late boolean)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, version = excluded.version, member_id = excluded.member_id,
    unit = excluded.unit, checker_id = excluded.checker_id, ack_due_at = excluded.ack_due_at, due_at = excluded.due_at,
    limits = excluded.limits,
    acknowledged_at = excluded.acknowledged_at, resolved_at = excluded.resolved_at, verified_at = excluded.verified_at,
    supervision = excluded.supervision, ladder = excluded.ladder, next_step_at = excluded.next_step_at,
    returned_by = excluded.returned_by, late_ack = excluded.late_ack, late = excluded.late

-- name: end_assignments
-- Active assignments that end.
UPDATE assignments SET until = e.until, end_reason = e.end_reason
FROM json_to_recordset(%(rows)s) AS e(order_id uuid, role text, until timestamptz, end_reason text)
WHERE assignments.order_id = e.order_id AND assignments.role = e.role AND assignments.until IS NULL

-- name: add_assignments
-- New assignments; some have ended in the same batch.
INSERT INTO assignments (order_id, role, member_id, unit, why, since, until, end_reason)
SELECT order_id, role, member_id, unit, why, since, until, end_reason FROM json_to_recordset(%(rows)s) AS a(order_id uuid,
    role text, member_id text, unit text, why text, since timestamptz, until timestamptz, end_reason text)

-- name: add_journal
-- What happened to orders; appended, never edited.
INSERT INTO order_journal (order_id, case_id, at, done_at, version, what, from_state, to_state, who, note, evidence)
SELECT order_id, case_id, at, done_at, version, what, from_state, to_state, who, note, evidence
FROM json_to_recordset(%(rows)s) AS j(order_id uuid, case_id uuid, at timestamptz, done_at timestamptz, version integer,
    what text, from_state text, to_state text, who text, note text, evidence jsonb)

-- name: add_commands
-- Answers to members' commands.
INSERT INTO commands (member_id, command_id, digest, accepted, answer, answered_at)
SELECT member_id, command_id, digest, accepted, answer, answered_at FROM json_to_recordset(%(rows)s) AS c(member_id text,
    command_id text, digest text, accepted boolean, answer jsonb, answered_at timestamptz)
ON CONFLICT DO NOTHING

-- name: put_categories
-- Copies of the limits of categories; an older version never replaces a newer one.
INSERT INTO categories AS c (code, version, time_limit)
SELECT code, version, time_limit FROM json_to_recordset(%(rows)s) AS r(code text, version bigint, time_limit text)
ORDER BY code
ON CONFLICT (code) DO UPDATE SET version = excluded.version, time_limit = excluded.time_limit
WHERE c.version < excluded.version

-- name: put_grids
-- Grids of a town folder; gives back those that are new or have changed.
INSERT INTO grids AS g (grid_id, version, code, name, level, parent_id, households, geometry, area)
SELECT grid_id, 1, code, name, level, parent_id, households, geometry, area FROM json_to_recordset(%(rows)s) AS r(
    grid_id text, code text, name text, level text, parent_id text, households integer, geometry jsonb,
    area double precision)
ON CONFLICT (grid_id) DO UPDATE SET version = g.version + 1, code = excluded.code, name = excluded.name,
    level = excluded.level, parent_id = excluded.parent_id, households = excluded.households,
    geometry = excluded.geometry, area = excluded.area
WHERE (g.code, g.name, g.level, g.parent_id, g.households, g.geometry, g.area) IS DISTINCT FROM
      (excluded.code, excluded.name, excluded.level, excluded.parent_id, excluded.households, excluded.geometry,
       excluded.area)
RETURNING grid_id, version, code, name, level, parent_id, geometry, area

-- name: retire_grids
-- Grids that are in the town's folder no more lie nowhere; gives them back.
UPDATE grids SET version = version + 1, geometry = NULL, area = 0
WHERE grid_id <> ALL(%(ids)s) AND geometry IS NOT NULL
RETURNING grid_id, version, code, name, level, parent_id, geometry, area

-- name: all_grids
-- Every grid, to be said again.
SELECT grid_id, version, code, name, level, parent_id, geometry, area FROM grids ORDER BY grid_id

-- name: sealed_phones
-- The members' phones as they are stored, sealed.
SELECT member_id, phone FROM members WHERE phone IS NOT NULL

-- name: put_members
-- Members of a town folder; gives back those that are new or have changed.
INSERT INTO members AS m (member_id, version, name, role, grid_id, phone, language, on_duty, active)
SELECT member_id, 1, name, role, grid_id, phone, language, on_duty, true FROM json_to_recordset(%(rows)s) AS r(
    member_id text, name text, role text, grid_id text, phone text, language text, on_duty boolean)
ON CONFLICT (member_id) DO UPDATE SET version = m.version + 1, name = excluded.name, role = excluded.role,
    grid_id = excluded.grid_id, phone = excluded.phone, language = excluded.language, on_duty = excluded.on_duty,
    active = true
WHERE (m.name, m.role, m.grid_id, m.phone, m.language, m.on_duty, m.active) IS DISTINCT FROM
      (excluded.name, excluded.role, excluded.grid_id, excluded.phone, excluded.language, excluded.on_duty, true)
RETURNING member_id, version, name, role, grid_id, phone, language, on_duty, active

-- name: retire_members
-- Members who are in the town's folder no more get no work; gives them back.
UPDATE members SET version = version + 1, active = false, on_duty = false WHERE member_id <> ALL(%(ids)s) AND active
RETURNING member_id, version, name, role, grid_id, phone, language, on_duty, active

-- name: all_members
-- Every member, to be said again.
SELECT member_id, version, name, role, grid_id, phone, language, on_duty, active FROM members ORDER BY member_id

-- name: put_calendar
-- A calendar that differs from the one in force comes into force.
INSERT INTO calendars (calendar)
SELECT %(calendar)s::jsonb WHERE %(calendar)s::jsonb IS DISTINCT FROM (SELECT calendar FROM calendars ORDER BY id DESC LIMIT 1)

-- name: orders
-- Work orders, the most urgent first, in one state or in any, of one member (who handles or checks) or of all.
SELECT o.id::text AS order_id, c.number, o.round, o.state, o.version, o.member_id, o.unit, o.checker_id, c.level, c.kind,
       c.category, c.title, c.place_text, c.grid_id, o.started_at, o.ack_due_at, o.due_at, o.acknowledged_at,
       o.resolved_at, o.verified_at, o.supervision
FROM orders o JOIN cases c ON c.id = o.case_id
WHERE (%(state)s::text IS NULL OR o.state = %(state)s)
  AND (%(member)s::text IS NULL OR o.member_id = %(member)s OR o.checker_id = %(member)s)
ORDER BY o.due_at, o.id LIMIT %(limit)s

-- name: order_by_id
-- One work order for a reader.
SELECT o.id::text AS order_id, c.number, o.round, o.state, o.version, o.member_id, o.unit, o.checker_id, c.level, c.kind,
       c.category, c.title, c.place_text, c.grid_id, o.started_at, o.ack_due_at, o.due_at, o.acknowledged_at,
       o.resolved_at, o.verified_at, o.supervision, o.limits, o.ladder, o.next_step_at, o.late_ack, o.late
FROM orders o JOIN cases c ON c.id = o.case_id WHERE o.id = %(id)s

-- name: journal_of_order
-- What happened to a work order, in order.
SELECT at, done_at, version, what, from_state, to_state, who, note, evidence FROM order_journal
WHERE order_id = %(id)s ORDER BY version

-- name: assignments_of_order
-- Who has had a work order, from when to when, and why.
SELECT role, member_id, unit, why, since, until, end_reason FROM assignments WHERE order_id = %(id)s ORDER BY id

-- name: count_orders
-- Orders that are not closed, by state and level, with those that are too late by now.
SELECT o.state, c.level, count(*),
       count(*) FILTER (WHERE o.state = 'dispatched' AND o.ack_due_at < clock_timestamp()),
       count(*) FILTER (WHERE o.state IN ('dispatched', 'in_progress') AND o.due_at < clock_timestamp())
FROM orders o JOIN cases c ON c.id = o.case_id
WHERE o.state IN ('dispatched', 'in_progress', 'resolved', 'verified') GROUP BY 1, 2

-- name: oldest_waiting
-- Ages in seconds: of the oldest case that nobody has got, and of the oldest unacknowledged order, in grids and at the desk.
SELECT (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(parked_at)), 0)::float FROM parked
        WHERE handler IN ('dispatch.cases', 'dispatch.rework')),
       coalesce(extract(epoch FROM clock_timestamp() - min(o.started_at) FILTER (WHERE m.role <> 'desk')), 0)::float,
       coalesce(extract(epoch FROM clock_timestamp() - min(o.started_at) FILTER (WHERE m.role = 'desk')), 0)::float
FROM orders o JOIN members m USING (member_id) WHERE o.state = 'dispatched'

-- name: count_active_members
-- Members who did something in the last 24 hours, and all who are on the roll.
SELECT (SELECT count(DISTINCT member_id) FROM commands
        WHERE accepted AND answered_at > (SELECT clock_timestamp() - interval '24 hours')),
       (SELECT count(*) FROM members WHERE active)

-- name: calendar_known
-- For how many more seconds the calendar in force knows the holidays.
SELECT extract(epoch FROM (calendar->>'known_until')::date + 1 - clock_timestamp())::float
FROM calendars ORDER BY id DESC LIMIT 1
