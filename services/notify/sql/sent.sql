-- name: sent_ids_of_case
-- The newest notices about a case, or those of one member among them.
SELECT id::text FROM notices WHERE body->>'number' = %(number)s AND (%(person)s IS NULL OR member_id = %(person)s)
    AND (%(before)s IS NULL OR id < %(before)s::uuid)
ORDER BY id DESC LIMIT %(limit)s

-- name: sent_ids_of_person
-- The newest notices of a member.
SELECT id::text FROM notices WHERE member_id = %(person)s AND (%(before)s IS NULL OR id < %(before)s::uuid)
ORDER BY notice_number DESC LIMIT %(limit)s

-- name: sent_notices
-- Of these notices: how they went into their members' queues, whether they were read, what was done when they were not.
SELECT n.id::text, 'notice' AS what, n.created_at AS at, n.member_id AS person, n.kind, n.body->>'number' AS number,
    n.body->>'level' AS level, n.notice_number, n.body->>'text_zh' AS text_zh, n.body->>'text_en' AS text_en,
    CASE WHEN n.notice_number <= coalesce(s.upto, 0) THEN 'read' ELSE q.outcome END AS outcome,
    coalesce(u.ended, '') AS reason,
    json_build_array(json_build_object('way', 'queue', 'channel', 'member_queue', 'state', q.outcome, 'reason', '',
        'attempts', q.times, 'settled_at', q.settled_at)) AS deliveries,
    (SELECT json_agg(json_build_object('step', t.step, 'measure', t.measure, 'reached', t.reached, 'reason', t.reason,
        'at', t.at) ORDER BY t.step) FROM unread_steps t WHERE t.notice_id = n.id) AS unread_steps
FROM notices n LEFT JOIN seen s USING (member_id) LEFT JOIN unread u ON u.notice_id = n.id
CROSS JOIN LATERAL (SELECT count(*) AS times, max(settled_at) AS settled_at,
    coalesce((array_agg(outcome ORDER BY created_at DESC))[1], 'sending') AS outcome
    FROM deliveries d WHERE d.item_id = n.id) AS q
WHERE n.id = ANY(%(ids)s::uuid[])

-- name: sent_notifications
-- What was to be heard on channels about a case or by a member, what became of it, and by which deliveries.
SELECT n.id::text, 'notification' AS what, n.created_at AS at, n.receiver AS person, n.kind, n.number, n.level,
    n.notice_number, n.state AS outcome, n.reason,
    (SELECT json_agg(json_build_object('id', d.id, 'way', d.way, 'channel', a.channel, 'account_id', d.account_id,
        'state', d.state, 'reason', d.reason, 'attempts', d.attempts, 'settled_at', d.settled_at,
        'read_at', d.read_at) ORDER BY d.step)
     FROM channel_deliveries d LEFT JOIN channel_accounts a USING (account_id) WHERE d.key = n.sent_in) AS deliveries
FROM notifications n WHERE (%(number)s IS NULL OR n.number = %(number)s)
    AND (%(person)s IS NULL OR n.receiver = %(person)s) AND (%(before)s IS NULL OR n.id < %(before)s::uuid)
ORDER BY n.id DESC LIMIT %(limit)s

-- name: sent_deliveries
-- What went out on channels about a case or to a person by itself: the links of reporters, tests.
SELECT d.id::text, 'delivery' AS what, d.created_at AS at, d.person, split_part(d.key, '/', 1) AS kind, d.number,
    d.level, d.state AS outcome, d.reason,
    json_build_array(json_build_object('id', d.id, 'way', d.way, 'channel', a.channel, 'account_id', d.account_id,
        'state', d.state, 'reason', d.reason, 'attempts', d.attempts, 'settled_at', d.settled_at,
        'read_at', d.read_at)) AS deliveries
FROM channel_deliveries d LEFT JOIN channel_accounts a USING (account_id)
WHERE (%(number)s IS NULL OR d.number = %(number)s) AND (%(person)s IS NULL OR d.person = %(person)s)
    AND (%(before)s IS NULL OR d.id < %(before)s::uuid) AND split_part(d.key, '/', 1) <> 'notification'
ORDER BY d.id DESC LIMIT %(limit)s

-- name: sent_feedback
-- What the sources of a case were told, and by which ways.
SELECT f.id::text, 'feedback' AS what, f.heard_at AS at, f.source AS person, f.kind, %(number)s AS number,
    f.number AS feedback_number, f.body->>'text_zh' AS text_zh, f.body->>'text_en' AS text_en,
    coalesce(q.outcome, 'waiting') AS outcome, '' AS reason, q.deliveries
FROM (SELECT * FROM feedback WHERE body->>'number' = %(number)s AND (%(person)s IS NULL OR source = %(person)s)
        AND (%(before)s IS NULL OR id < %(before)s::uuid) ORDER BY id DESC LIMIT %(limit)s) AS f
CROSS JOIN LATERAL (SELECT (array_agg(outcome ORDER BY created_at DESC))[1] AS outcome,
    json_agg(json_build_object('way', channel, 'channel', channel, 'state', outcome, 'reason', '', 'attempts', 1,
        'settled_at', settled_at) ORDER BY created_at) AS deliveries
    FROM deliveries d WHERE d.item_id = f.id) AS q

-- name: place_of_case
-- Where a case lies.
SELECT grid_id FROM cases WHERE number = %(number)s

-- name: place_of_member
-- Where a member works.
SELECT grid_id FROM members WHERE member_id = %(person)s
