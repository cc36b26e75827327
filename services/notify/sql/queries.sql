-- name: put_members
-- Copies of members; an older version never replaces a newer one.
INSERT INTO members AS m (member_id, version, name, phone, language, active)
SELECT member_id, version, name, phone, language, active FROM json_to_recordset(%(rows)s) AS r(member_id text,
    version bigint, name text, phone text, language text, active boolean)
ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET version = excluded.version, name = excluded.name, phone = excluded.phone,
    language = excluded.language, active = excluded.active
WHERE m.version < excluded.version

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
    member_id text, notice_number bigint, kind text, body jsonb, event_id text, created_at timestamptz)

-- name: notices_after
-- What a member has been told since a notice, in order.
SELECT id::text, member_id, notice_number, kind, body, created_at FROM notices
WHERE member_id = %(member)s AND notice_number > %(after)s ORDER BY notice_number LIMIT %(limit)s

-- name: last_notice
-- The number of the last notice that a member was given.
SELECT coalesce((SELECT said FROM counters WHERE member_id = %(member)s), 0)

-- name: lock_threads
-- What is known of these threads of feedback, locked by thread so that two replicas never release the same one.
SELECT pg_advisory_xact_lock(hashtextextended(r.source || '/' || r.thread, 0))
FROM (SELECT DISTINCT source, thread FROM json_to_recordset(%(rows)s) AS r(source text, thread text) ORDER BY 1, 2) r

-- name: add_feedback
-- Feedback that is to be told; what is known already stays as it is.
INSERT INTO feedback (id, source, thread, number, kind, body, state, heard_at)
SELECT id, source, thread, number, kind, body, 'waiting', heard_at FROM json_to_recordset(%(rows)s) AS f(id uuid,
    source text, thread text, number integer, kind text, body jsonb, heard_at timestamptz)
ON CONFLICT DO NOTHING

-- name: release_feedback
-- The next number of each of these threads, if all before it were delivered, goes out now.
UPDATE feedback SET state = 'sending'
WHERE id IN (SELECT DISTINCT ON (f.source, f.thread) f.id FROM feedback f
             JOIN json_to_recordset(%(rows)s) AS r(source text, thread text) USING (source, thread)
             WHERE f.state = 'waiting'
               AND f.number = (SELECT count(*) + 1 FROM feedback d
                               WHERE d.source = f.source AND d.thread = f.thread AND d.state = 'delivered')
             ORDER BY f.source, f.thread, f.number)
RETURNING id::text, source, thread, number, kind, body

-- name: delivered_before
-- Feedback that was delivered and is to be said once more.
SELECT id::text, source, thread, number, kind, body FROM feedback WHERE id = ANY(%(ids)s::uuid[]) AND state = 'delivered'

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

-- name: settle_feedback
-- Feedback that the broker has taken; gives back the threads, whose next may go.
UPDATE feedback SET state = 'delivered', settled_at = clock_timestamp()
WHERE id = ANY(%(ids)s::uuid[]) AND state = 'sending'
RETURNING source, thread

-- name: count_feedback
-- Feedback that is not delivered, by source and state, with the age in seconds of the oldest.
SELECT source, state, count(*), extract(epoch FROM clock_timestamp() - min(heard_at))::float
FROM feedback WHERE state <> 'delivered' GROUP BY 1, 2
