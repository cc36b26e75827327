-- name: pipeline_state
-- Whether the town has any channel, and whether anything is due to be looked at.
SELECT EXISTS (SELECT FROM channel_accounts), EXISTS (SELECT FROM notifications WHERE due <= clock_timestamp())

-- name: lock_receivers
-- Members with something due, for this process alone until it commits: the urgent first, then whoever waits longest. Those
-- that another process has are left to it; no more are locked than are taken.
WITH urgent AS MATERIALIZED (SELECT receiver, due, 0 AS rank FROM notifications
        WHERE due <= clock_timestamp() AND level IN ('P1', 'P2') ORDER BY due LIMIT %(limit)s),
    anybody AS MATERIALIZED (SELECT receiver, due, 1 AS rank FROM notifications
        WHERE due <= clock_timestamp() ORDER BY due LIMIT %(limit)s),
    receivers AS MATERIALIZED (SELECT receiver, min(rank) AS rank, min(due) AS due
        FROM (SELECT * FROM urgent UNION ALL SELECT * FROM anybody) AS found GROUP BY 1)
SELECT receiver FROM (SELECT receiver FROM receivers ORDER BY rank, due OFFSET 0) AS ordered
WHERE pg_try_advisory_xact_lock(305, hashtext(receiver)) LIMIT %(most)s

-- name: due_notifications
-- What these members are to hear now, locked, one member after the other, so that what goes together comes together.
SELECT id::text, key, receiver, kind, event_id, number, level, category, notice_number, facts, created_at, state, part, route,
    group_key, gathered, words_key,
    (SELECT i.id::text FROM notices i WHERE i.member_id = receiver AND i.notice_number = n.notice_number) AS notice_id
FROM notifications n WHERE receiver = ANY(%(receivers)s) AND due <= clock_timestamp()
ORDER BY array_position(%(receivers)s, receiver), due, id LIMIT %(limit)s FOR UPDATE OF n SKIP LOCKED

-- name: lock_ear
-- A unit's chat, for this process alone until it commits.
SELECT pg_advisory_xact_lock(306, hashtext(%(ear)s))

-- name: receivers
-- How these members can be reached; what is sealed stays so.
SELECT member_id, role, grid_id, phone, chats, language, active FROM members WHERE member_id = ANY(%(ids)s)

-- name: way_channels
-- The ways of the town, and the kind of the accounts behind each.
SELECT way, min(channel) FROM channel_accounts GROUP BY way

-- name: limits_of
-- The accounts of these ways, and their limits.
SELECT way, account_id, limits FROM channel_accounts WHERE way = ANY(%(ways)s) AND enabled

-- name: piped_cases
-- Of these cases what decides whether they are heard of: where they lie, whether they have ended, the open case that they
-- are merged into.
SELECT c.number, c.level, c.category, c.grid_id, c.sources, c.ended > c.opened AND c.ended_round >= c.round AS ended,
    p.number AS parent
FROM cases c LEFT JOIN cases p ON p.number = c.merged_into AND NOT (p.ended > p.opened AND p.ended_round >= p.round)
WHERE c.number = ANY(%(numbers)s)

-- name: move_cases
-- Cases that have begun, or begun again (round), or ended; in whatever order this is heard.
UPDATE cases c SET opened = greatest(c.opened, r.opened), ended = greatest(c.ended, r.ended),
    round = greatest(c.round, r.round), ended_round = greatest(c.ended_round, r.ended_round),
    merged_into = CASE WHEN r.opened > c.merged THEN NULL ELSE c.merged_into END
FROM json_to_recordset(%(rows)s) AS r(number text, opened bigint, ended bigint, round integer, ended_round integer)
WHERE c.number = r.number

-- name: said_before
-- Of these (ear, event_id, part): those that were said.
SELECT DISTINCT n.ear, n.event_id, n.part FROM notifications n
JOIN json_to_recordset(%(rows)s) AS r(ear text, event_id text, part text) USING (ear, event_id, part)
WHERE n.state = 'sent'

-- name: worded_before
-- When these words (ear, words_key) were said last.
SELECT n.ear, n.words_key, max(n.settled_at) FROM notifications n
JOIN json_to_recordset(%(rows)s) AS r(ear text, words_key text) USING (ear, words_key)
WHERE n.state = 'sent' GROUP BY 1, 2

-- name: groups_of
-- Of these groups (ear, group_key): when each was heard last, and when what waits in it goes out.
SELECT r.ear, r.group_key, (SELECT max(settled_at) FROM notifications n
        WHERE n.state = 'sent' AND n.ear = r.ear AND n.group_key = r.group_key),
    (SELECT min(due) FROM notifications n WHERE n.state = 'held' AND n.ear = r.ear AND n.group_key = r.group_key
        AND n.due > clock_timestamp())
FROM json_to_recordset(%(rows)s) AS r(ear text, group_key text)

-- name: settle_notifications
-- What became of these: ended, or looked at again when due.
UPDATE notifications n SET state = r.state, why = r.why, reason = r.reason, due = r.due, route = r.route, ear = r.ear,
    group_key = r.group_key, gathered = r.gathered, words_key = r.words_key, silence_id = r.silence_id,
    expires_at = r.expires_at, sent_in = r.sent_in, settled_at = CASE WHEN r.due IS NULL THEN clock_timestamp() END
FROM json_to_recordset(%(rows)s) AS r(id uuid, state text, why text, reason text, due timestamptz, route text, ear text,
    group_key text, gathered boolean, words_key text, silence_id uuid, expires_at timestamptz, sent_in text)
WHERE n.id = r.id

-- name: add_parts
-- The same for further routes: each goes its own way from here.
INSERT INTO notifications (id, key, source, receiver, kind, event_id, number, level, category, notice_number, facts,
    created_at, due, part, route)
SELECT r.id, n.key || '#' || r.part, n.source, n.receiver, n.kind, n.event_id, n.number, n.level, n.category,
    n.notice_number, n.facts, n.created_at, n.created_at, r.part, r.part
FROM json_to_recordset(%(rows)s) AS r(id uuid, of uuid, part text) JOIN notifications n ON n.id = r.of
ON CONFLICT (key) DO NOTHING

-- name: forget_notifications
-- What was settled long ago, some of it at a time.
DELETE FROM notifications WHERE id IN (SELECT id FROM notifications
    WHERE settled_at < clock_timestamp() - %(days)s * interval '1 day' ORDER BY settled_at LIMIT %(limit)s)

-- name: count_notifications
-- What waits, by state and why, and the age in seconds of the oldest that is due and that nobody has looked at.
SELECT state, why, count(*), coalesce(max(extract(epoch FROM clock_timestamp() - due)) FILTER (
    WHERE due <= clock_timestamp()), 0)::float
FROM notifications WHERE due IS NOT NULL GROUP BY 1, 2
