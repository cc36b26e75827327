-- name: put_members
-- Copies of members; an older version never replaces a newer one. Said again, a record fills what is new here.
INSERT INTO members AS m (member_id, version, name, role, grid_id, phone, chats, language, active)
SELECT member_id, version, name, role, grid_id, phone, chats, language, active FROM json_to_recordset(%(rows)s)
    AS r(member_id text, version bigint, name text, role text, grid_id text, phone text, chats json, language text,
    active boolean)
ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET version = excluded.version, name = excluded.name, role = excluded.role,
    grid_id = excluded.grid_id, phone = excluded.phone, chats = excluded.chats, language = excluded.language,
    active = excluded.active
WHERE m.version <= excluded.version

-- name: count_notices
-- Numbers for new notices: the last number of each member after so many more.
INSERT INTO counters AS c (member_id, said)
SELECT member_id, more FROM json_to_recordset(%(rows)s) AS r(member_id text, more bigint) ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET said = c.said + excluded.said
RETURNING member_id, said

-- name: add_notices
-- New notices, numbered.
INSERT INTO notices (id, member_id, notice_number, kind, body, event_id, created_at)
SELECT id, member_id, notice_number, kind, body, event_id, created_at FROM json_to_recordset(%(rows)s) AS n(id uuid,
    member_id text, notice_number bigint, kind text, body json, event_id text, created_at timestamptz)

-- name: notices_after
-- What a member has been told since a notice, in order.
SELECT id::text, member_id, notice_number, kind, body, created_at FROM notices
WHERE member_id = %(member)s AND notice_number > %(after)s ORDER BY notice_number LIMIT %(limit)s

-- name: notice_by_id
-- What a notice says, for its page; not to whom.
SELECT kind, body, created_at FROM notices WHERE id = %(id)s

-- name: last_notice
-- The number of the last notice that a member was given.
SELECT coalesce((SELECT said FROM counters WHERE member_id = %(member)s), 0)

-- name: lock_places
-- These numbers of their threads, locked: none is delivered unseen while what follows it is added.
SELECT f.id::text, f.source, f.thread, f.number FROM feedback f
JOIN json_to_recordset(%(rows)s) AS r(source text, thread text, number integer) USING (source, thread, number)
ORDER BY f.source, f.thread, f.number FOR SHARE OF f

-- name: delivered
-- Those of this feedback that were delivered; asked after the lock.
SELECT DISTINCT item_id::text FROM deliveries WHERE item_id = ANY(%(ids)s::uuid[]) AND outcome = 'delivered'

-- name: add_feedback
-- Feedback that is to be told; what is known already stays as it is. Gives back the ids of what is new.
INSERT INTO feedback (id, source, thread, number, kind, body, heard_at)
SELECT id, source, thread, number, kind, body, clock_timestamp() FROM json_to_recordset(%(rows)s) AS f(id uuid,
    source text, thread text, number integer, kind text, body json)
ON CONFLICT DO NOTHING
RETURNING id::text

-- name: add_waiting
-- Feedback that has to wait for what comes before it.
INSERT INTO waiting (source, thread, number, id)
SELECT source, thread, number, id
FROM json_to_recordset(%(rows)s) AS w(source text, thread text, number integer, id uuid)

-- name: lock_delivered
-- Feedback that was delivered just now, locked, in the order of its threads.
SELECT source, thread, number FROM feedback WHERE id = ANY(%(ids)s::uuid[]) ORDER BY source, thread, number FOR UPDATE

-- name: release_waiting
-- What waits for these numbers of their threads waits no more.
DELETE FROM waiting w USING json_to_recordset(%(rows)s) AS r(source text, thread text, number integer)
WHERE w.source = r.source AND w.thread = r.thread AND w.number = r.number + 1
RETURNING w.id::text

-- name: feedback_by_id
-- Feedback, to be sent, each thread in its order.
SELECT id::text, source, thread, number, kind, body FROM feedback WHERE id = ANY(%(ids)s::uuid[])
ORDER BY source, thread, number

-- name: add_deliveries
-- Attempts that begin.
INSERT INTO deliveries (id, channel, item_id, outcome, created_at)
SELECT id, channel, item_id, 'sending', clock_timestamp()
FROM json_to_recordset(%(rows)s) AS d(id uuid, channel text, item_id uuid)

-- name: settle_deliveries
-- What the broker has said to these attempts; gives back those that were open.
UPDATE deliveries SET outcome = s.outcome, settled_at = clock_timestamp()
FROM json_to_recordset(%(rows)s) AS s(id uuid, outcome text)
WHERE deliveries.id = s.id AND deliveries.outcome = 'sending'
RETURNING deliveries.channel, deliveries.outcome, deliveries.item_id::text

-- name: count_feedback
-- Feedback that is not delivered, by source and state, with the age in seconds of the oldest.
SELECT f.source, o.state, count(*), extract(epoch FROM clock_timestamp() - min(f.heard_at))::float
FROM feedback f JOIN (SELECT id, 'waiting' AS state FROM waiting
                      UNION ALL SELECT item_id, 'webhook' FROM webhooks
                      UNION ALL SELECT d.item_id, 'sending' FROM deliveries d JOIN unconfirmed USING (id)) AS o USING (id)
GROUP BY 1, 2
