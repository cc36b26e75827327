-- name: next_position
-- So many positions more; gives the last of them. The lock holds everybody else back until the commit.
UPDATE feed_positions SET last = last + %(count)s RETURNING last

-- name: add_feed
-- What has happened, at its positions.
INSERT INTO feed (position, id, event_id, transition, number, round, level, kind, category, area, sources, at, created_at)
SELECT position, id, event_id, transition, number, round, level, kind, category, area, sources, at, created_at
FROM json_to_recordset(%(rows)s) AS f(position bigint, id uuid, event_id text, transition text, number text,
    round integer, level text, kind text, category text, area json, sources json, at text, created_at timestamptz)

-- name: feed_after
-- What has happened after a position, in order.
SELECT position, id::text, event_id, transition, number, round, level, kind, category, area, sources, at, created_at
FROM feed WHERE position > %(after)s ORDER BY position LIMIT %(limit)s

-- name: feed_span
-- The last position, and the first that is kept: the one after the last when there is none.
SELECT p.last, coalesce((SELECT min(position) FROM feed), p.last + 1) FROM feed_positions p

-- name: drop_feed
-- What is older than so many days, or more than so many rows back.
DELETE FROM feed WHERE position <= greatest(
    (SELECT last - %(most)s FROM feed_positions),
    (SELECT max(position) FROM feed WHERE created_at < clock_timestamp() - %(days)s * interval '1 day'))

-- name: feed_state
-- How many are kept, and the age of the oldest in seconds.
SELECT greatest(p.last + 1 - f.first, 0), coalesce(extract(epoch FROM clock_timestamp() - f.at), 0)::float
FROM feed_positions p,
     (SELECT coalesce(min(position), (SELECT last + 1 FROM feed_positions)) AS first, min(created_at) AS at FROM feed) AS f

-- name: notices_of
-- What these members (member_id, after) have been told since their last notice, each in order.
SELECT n.id::text, n.member_id, n.notice_number, n.kind, n.body, n.created_at
FROM json_to_recordset(%(rows)s) AS r(member_id text, after bigint) CROSS JOIN LATERAL (
    SELECT * FROM notices WHERE member_id = r.member_id AND notice_number > r.after
    ORDER BY notice_number LIMIT %(limit)s) AS n

-- name: last_notices
-- The number of the last notice of each of these members.
SELECT member_id, said FROM counters WHERE member_id = ANY(%(members)s)
