-- name: lock_duty
-- Changes of duty happen one after the other; gives the newest calendar with its id.
SELECT c.id, c.calendar FROM duty_plan p LEFT JOIN LATERAL (SELECT id, calendar FROM calendars ORDER BY id DESC LIMIT 1) c ON true
FOR UPDATE OF p

-- name: lock_stale_plan
-- The plan, when it is older than an hour or made with another calendar, and no other replica is at it.
SELECT 1 FROM duty_plan p
WHERE (p.planned_at IS NULL OR p.planned_at < clock_timestamp() - interval '1 hour'
       OR p.calendar_id IS DISTINCT FROM (SELECT max(id) FROM calendars))
FOR UPDATE SKIP LOCKED

-- name: note_plan
-- When the plan was made, and with which calendar.
UPDATE duty_plan SET calendar_id = %(calendar_id)s, planned_at = %(now)s

-- name: rosters
-- Every roster as data.
SELECT roster FROM rosters ORDER BY roster_id

-- name: put_rosters
-- Rosters that are new or have changed.
INSERT INTO rosters AS o (roster_id, version, roster)
SELECT roster_id, 1, roster FROM json_to_recordset(%(rows)s) AS r(roster_id text, roster jsonb) ORDER BY roster_id
ON CONFLICT (roster_id) DO UPDATE SET version = o.version + 1, roster = excluded.roster

-- name: duty_changes
-- What was changed in rotations and is not long past, in the order in which it was said.
SELECT roster_id, member_id, is_on, starts_at, ends_at FROM duty_changes WHERE ends_at > %(since)s ORDER BY id

-- name: add_duty_changes
-- Who steps in or is left out; appended, never edited.
INSERT INTO duty_changes (together, kind, roster_id, member_id, is_on, starts_at, ends_at, reason, who, at)
SELECT together, kind, roster_id, member_id, is_on, starts_at, ends_at, reason, who, at
FROM json_to_recordset(%(rows)s) AS c(position integer, together uuid, kind text, roster_id text, member_id text,
    is_on boolean, starts_at timestamptz, ends_at timestamptz, reason text, who text, at timestamptz)
ORDER BY position

-- name: add_duty_journal
-- Who has changed a roster or a leave, from what to what; appended, never edited.
INSERT INTO duty_journal (at, who, what, subject, before, after)
SELECT at, who, what, subject, before, after FROM json_to_recordset(%(rows)s) AS j(at timestamptz, who text, what text,
    subject text, before jsonb, after jsonb)

-- name: posts
-- The members who get work at all, by role and area.
SELECT role, grid_id, array_agg(member_id ORDER BY member_id) FROM members WHERE active AND on_duty GROUP BY role, grid_id

-- name: area_ids
-- Areas that rosters may be for.
SELECT grid_id FROM grids

-- name: grids_to_serve
-- Grids whose cases somebody must get.
SELECT grid_id FROM grids WHERE level = 'grid' AND geometry IS NOT NULL

-- name: shifts_between
-- Shifts that lie in a stretch of time, at least in part.
SELECT roster_id, member_id, starts_at, ends_at FROM shifts
WHERE starts_at < %(end)s AND ends_at > %(start)s ORDER BY starts_at, roster_id, member_id

-- name: forget_shifts
-- What was planned from a moment on.
DELETE FROM shifts WHERE starts_at >= %(since)s

-- name: add_shifts
-- What is planned now.
INSERT INTO shifts (roster_id, member_id, starts_at, ends_at)
SELECT roster_id, member_id, starts_at, ends_at FROM json_to_recordset(%(rows)s) AS s(roster_id text, member_id text,
    starts_at timestamptz, ends_at timestamptz)

-- name: forget_off_duty
-- All that was known about who is off duty.
DELETE FROM off_duty

-- name: add_off_duty
-- Who is off duty when.
INSERT INTO off_duty (member_id, starts_at, ends_at, why, delegate_id)
SELECT member_id, starts_at, ends_at, why, delegate_id FROM json_to_recordset(%(rows)s) AS o(member_id text,
    starts_at timestamptz, ends_at timestamptz, why text, delegate_id text)

-- name: forget_gaps
-- All gaps that were foreseen.
DELETE FROM duty_gaps

-- name: add_gaps
-- Gaps that are foreseen.
INSERT INTO duty_gaps (kind, what, starts_at, ends_at, needs, has)
SELECT kind, what, starts_at, ends_at, needs, has FROM json_to_recordset(%(rows)s) AS g(kind text, what text,
    starts_at timestamptz, ends_at timestamptz, needs integer, has integer)

-- name: forget_shares
-- How rosters were shared.
DELETE FROM duty_shares

-- name: add_shares
-- How rosters are shared.
INSERT INTO duty_shares (roster_id, member_id, hours, mean, unfair)
SELECT roster_id, member_id, hours, mean, unfair FROM json_to_recordset(%(rows)s) AS s(roster_id text, member_id text,
    hours double precision, mean double precision, unfair boolean)

-- name: members_called
-- What members are called who get work at all.
SELECT member_id, name FROM members WHERE active AND on_duty ORDER BY member_id
