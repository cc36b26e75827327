-- name: lock_attempts
-- The buckets of these subjects, locked in their order; those that are new are empty.
INSERT INTO attempts AS a (subject, level, at)
SELECT subject, 0, clock_timestamp() FROM json_to_recordset(%(rows)s) AS r(subject text) ORDER BY subject
ON CONFLICT (subject) DO UPDATE SET level = a.level
RETURNING subject, level, at

-- name: put_attempts
-- Buckets as they are now.
UPDATE attempts SET level = r.level, at = r.at
FROM json_to_recordset(%(rows)s) AS r(subject text, level double precision, at timestamptz)
WHERE attempts.subject = r.subject

-- name: forget_attempts
-- Subjects that nobody has tried for a day.
DELETE FROM attempts WHERE at < (SELECT clock_timestamp() - interval '1 day')

-- name: somebody
-- A member who is on the roll, with what is kept of its proofs, and whether its unit is the whole town.
SELECT m.member_id, m.name, m.role AS post, m.grid_id AS unit, coalesce(g.parent_id IS NULL AND g.grid_id IS NOT NULL, false)
           AS whole_town, c.password, coalesce(c.must_change, false) AS must_change, c.code_secret, c.code_new,
       coalesce(c.code_step, 0) AS code_step
FROM members m LEFT JOIN grids g USING (grid_id) LEFT JOIN credentials c USING (member_id)
WHERE m.member_id = %(member)s AND m.active

-- name: member_of_account
-- Whose account on a chat platform this is.
SELECT member_id FROM accounts WHERE provider = %(provider)s AND account = %(account)s

-- name: unlink_accounts
-- What a member had on a platform before.
DELETE FROM accounts WHERE provider = %(provider)s AND member_id = %(member)s

-- name: link_account
-- An account belongs to this member from now on.
INSERT INTO accounts (provider, account, member_id, linked_at)
VALUES (%(provider)s, %(account)s, %(member)s, %(at)s)
ON CONFLICT (provider, account) DO UPDATE SET member_id = excluded.member_id, linked_at = excluded.linked_at

-- name: put_password
-- A password as it is kept from now on.
INSERT INTO credentials (member_id, password, must_change, changed_at) VALUES (%(member)s, %(password)s, %(must)s, %(at)s)
ON CONFLICT (member_id) DO UPDATE SET password = excluded.password, must_change = excluded.must_change,
    changed_at = excluded.changed_at

-- name: put_new_code
-- A secret for one-time codes, until its first code is shown.
INSERT INTO credentials (member_id, code_new, changed_at) VALUES (%(member)s, %(sealed)s, %(at)s)
ON CONFLICT (member_id) DO UPDATE SET code_new = excluded.code_new

-- name: put_code
-- One-time codes are asked for from now on; with NULL they are not.
INSERT INTO credentials (member_id, code_secret, code_step, changed_at) VALUES (%(member)s, %(sealed)s, %(step)s, %(at)s)
ON CONFLICT (member_id) DO UPDATE SET code_secret = excluded.code_secret, code_step = excluded.code_step, code_new = NULL,
    changed_at = excluded.changed_at

-- name: use_code
-- A code is used; touches no row when it, or a later one, was used already.
UPDATE credentials SET code_step = %(step)s WHERE member_id = %(member)s AND code_step < %(step)s

-- name: without_password
-- Members on the roll who have no password yet.
SELECT m.member_id, m.name FROM members m LEFT JOIN credentials c USING (member_id)
WHERE m.active AND c.password IS NULL ORDER BY m.member_id

-- name: lock_session
-- A session, locked.
SELECT id::text, member_id, turn, started_at, turned_at, ended_at IS NOT NULL AS ended FROM sessions
WHERE id = %(id)s FOR UPDATE

-- name: add_session
-- A member has signed in.
INSERT INTO sessions (id, member_id, via, device, turn, started_at, turned_at)
VALUES (%(id)s, %(member)s, %(via)s, %(device)s, 1, %(at)s, %(at)s)

-- name: turn_session
-- The next refresh token is given.
UPDATE sessions SET turn = turn + 1, turned_at = %(at)s WHERE id = %(id)s

-- name: end_session
-- A session that is open ends; gives back whose it was.
UPDATE sessions SET ended_at = %(at)s, end_reason = %(why)s WHERE id = %(id)s AND ended_at IS NULL RETURNING member_id

-- name: end_sessions
-- All open sessions of a member end, or those beyond the newest; gives back how many.
UPDATE sessions SET ended_at = %(at)s, end_reason = %(why)s
WHERE id IN (SELECT id FROM sessions WHERE member_id = %(member)s AND ended_at IS NULL
             ORDER BY started_at DESC, id OFFSET %(keep)s)

-- name: end_idle_sessions
-- Sessions that have ended by themselves are noted so.
UPDATE sessions SET ended_at = %(at)s, end_reason = 'expired'
WHERE ended_at IS NULL AND (turned_at < %(at)s - %(idle)s::interval OR started_at < %(at)s - %(longest)s::interval)

-- name: forget_sessions
-- Sessions that ended three months ago; the journal keeps that there was one.
DELETE FROM sessions WHERE ended_at < (SELECT clock_timestamp() - interval '90 days')

-- name: sessions
-- Open sessions, of a member or of all, the newest first.
SELECT id::text AS session_id, member_id, via, device, started_at, turned_at AS used_at FROM sessions
WHERE ended_at IS NULL AND (%(member)s::text IS NULL OR member_id = %(member)s) ORDER BY started_at DESC LIMIT %(limit)s

-- name: add_access_journal
-- What happened to somebody's access.
INSERT INTO access_journal (at, member_id, what, who, note) VALUES (%(at)s, %(member)s, %(what)s, %(who)s, %(note)s)

-- name: access_journal
-- What happened to somebody's access, the newest first.
SELECT at, member_id, what, who, note FROM access_journal
WHERE %(member)s::text IS NULL OR member_id = %(member)s ORDER BY id DESC LIMIT %(limit)s

-- name: count_sessions
-- Open sessions by the way of signing in; tries of the last hour by what became of them.
SELECT 'sessions', via, count(*) FROM sessions WHERE ended_at IS NULL GROUP BY 2
UNION ALL
SELECT 'hour', what, count(*) FROM access_journal WHERE at > (SELECT clock_timestamp() - interval '1 hour') GROUP BY 2
