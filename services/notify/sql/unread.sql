-- name: put_seen
-- How far members have read: it only grows, up to what they were told. What is watched of it is looked at now.
WITH r AS (SELECT member_id, least(r.upto, c.said) AS upto
           FROM json_to_recordset(%(rows)s) AS r(member_id text, upto bigint) JOIN counters c USING (member_id)
           LEFT JOIN seen s USING (member_id) WHERE least(r.upto, c.said) > coalesce(s.upto, 0)),
woken AS (UPDATE unread SET due = clock_timestamp() WHERE notice_id IN (
    SELECT u.notice_id FROM unread u JOIN r USING (member_id)
    WHERE u.due IS NOT NULL AND u.notice_number <= r.upto FOR UPDATE OF u SKIP LOCKED))
INSERT INTO seen AS s (member_id, upto, at) SELECT member_id, upto, clock_timestamp() FROM r ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET upto = excluded.upto, at = excluded.at WHERE s.upto < excluded.upto

-- name: note_acts
-- When members have acted on cases, or cases were over. What is watched of it is looked at now.
WITH r AS (SELECT number, member_id, max(at) AS at
           FROM json_to_recordset(%(rows)s) AS r(number text, member_id text, at timestamptz) GROUP BY 1, 2),
woken AS (UPDATE unread SET due = clock_timestamp() WHERE notice_id IN (
    SELECT u.notice_id FROM unread u JOIN r USING (number)
    WHERE u.due IS NOT NULL AND r.member_id IN (u.member_id, '') FOR UPDATE OF u SKIP LOCKED))
INSERT INTO acts AS a (number, member_id, at) SELECT number, member_id, at FROM r ORDER BY number, member_id
ON CONFLICT (number, member_id) DO UPDATE SET at = greatest(a.at, excluded.at)

-- name: watch_unread
-- Notices that are watched until they are read; they are looked at at once.
INSERT INTO unread (notice_id, member_id, notice_number, number, said_at, since, steps, due)
SELECT id, member_id, notice_number, number, said_at, created_at, steps, created_at
FROM json_to_recordset(%(rows)s) AS r(id uuid, member_id text, notice_number bigint, number text,
    said_at timestamptz, created_at timestamptz, steps json)

-- name: lock_unread
-- Watched notices that are to be looked at now; those that another replica looks at just now are left to it.
SELECT u.notice_id::text, u.member_id, u.notice_number, u.number, u.said_at, u.since, u.steps, u.taken, n.kind, n.body
FROM unread u JOIN notices n ON n.id = u.notice_id WHERE u.due <= clock_timestamp()
ORDER BY u.due LIMIT %(limit)s FOR UPDATE OF u SKIP LOCKED

-- name: known_of_unread
-- How far its member has read, has acted since, and whether its case is over, of each of these notices; and whether a
-- provider knows that it was read.
SELECT u.notice_id::text, coalesce(s.upto, 0) AS seen, a.at AS acted_at, o.at AS over_at, EXISTS (
    SELECT FROM notifications n JOIN channel_deliveries d ON d.key = n.sent_in WHERE n.receiver = u.member_id
        AND n.notice_number = u.notice_number AND d.read_at IS NOT NULL) AS receipt
FROM unread u LEFT JOIN seen s USING (member_id)
LEFT JOIN acts a ON a.number = u.number AND a.member_id = u.member_id
LEFT JOIN acts o ON o.number = u.number AND o.member_id = ''
WHERE u.notice_id = ANY(%(ids)s::uuid[])

-- name: told_about
-- What members were told about these cases, by notices of these kinds.
SELECT body->>'number' AS number, member_id, kind, (body->>'round')::integer AS round,
    (body->>'version')::integer AS version
FROM notices WHERE body->>'number' = ANY(%(numbers)s) AND kind = ANY(%(kinds)s)

-- name: heads
-- Who leads where.
SELECT member_id, role, grid_id FROM members WHERE active AND role = ANY(%(roles)s) ORDER BY member_id

-- name: areas_of
-- Where members work.
SELECT member_id, grid_id FROM members WHERE member_id = ANY(%(members)s)

-- name: put_unread
-- What was decided about these watched notices.
UPDATE unread u SET taken = r.taken, due = r.due, ended = r.ended,
    ended_at = CASE WHEN r.due IS NULL THEN clock_timestamp() END
FROM json_to_recordset(%(rows)s) AS r(notice_id uuid, taken integer, due timestamptz, ended text)
WHERE u.notice_id = r.notice_id

-- name: note_steps
-- Steps that were taken: each once.
INSERT INTO unread_steps (notice_id, step, measure, reached, reason, at)
SELECT notice_id, step, measure, reached, reason, clock_timestamp()
FROM json_to_recordset(%(rows)s) AS r(notice_id uuid, step integer, measure text, reached json, reason text)

-- name: forget_acts
-- What nobody asks about any more: no notice is watched for longer than seven days.
DELETE FROM acts WHERE at < clock_timestamp() - interval '30 days'

-- name: ways_tried
-- By watched notice, the ways on which it has gone out, or was to, beside its member's own queue.
SELECT u.notice_id::text, json_agg(DISTINCT d.way)
FROM unread u JOIN notifications n ON n.receiver = u.member_id AND n.notice_number = u.notice_number
JOIN channel_deliveries d ON d.key = n.sent_in
WHERE u.notice_id = ANY(%(ids)s::uuid[]) GROUP BY 1

-- name: count_unread
-- Notices that are watched and not read yet, by level, with the age in seconds of the oldest.
SELECT n.body->>'level', count(*), extract(epoch FROM clock_timestamp() - min(u.since))::float
FROM unread u JOIN notices n ON n.id = u.notice_id WHERE u.due IS NOT NULL GROUP BY 1

-- name: hush
-- What these members (their notices from, upto) have read is not said on channels any more, as far as it waits; whom it
-- would have reached is forgotten. A unit's chat hears it all the same.
WITH r AS (SELECT member_id, "from", upto FROM json_to_recordset(%(rows)s) AS r(member_id text, "from" bigint,
    upto bigint)),
waiting AS (SELECT n.id FROM r JOIN notifications n ON n.receiver = r.member_id
        AND n.notice_number BETWEEN r."from" AND r.upto
    WHERE n.due IS NOT NULL AND coalesce(n.ear = n.receiver, true) FOR UPDATE OF n SKIP LOCKED),
ended AS (UPDATE notifications SET state = 'read', why = 'read', reason = %(reason)s, due = NULL,
    settled_at = clock_timestamp() WHERE id IN (SELECT id FROM waiting))
UPDATE channel_deliveries SET state = 'superseded', reason = %(reason)s, due = NULL, target = '', ways = '[]',
    settled_at = clock_timestamp()
WHERE id IN (SELECT d.id FROM r JOIN channel_deliveries d ON d.person = r.member_id
    WHERE d.state = 'created' AND d.key LIKE 'notification/%%'
        AND NOT EXISTS (SELECT FROM notifications n WHERE n.sent_in = d.key AND n.receiver = d.person
            AND NOT coalesce(n.notice_number BETWEEN r."from" AND r.upto AND n.ear = n.receiver, false))
    FOR UPDATE OF d SKIP LOCKED)
