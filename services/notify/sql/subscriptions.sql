-- name: subscription_version
-- Counts the changes of subscriptions.
SELECT version FROM subscription_versions

-- name: count_change
-- The subscriptions have changed.
UPDATE subscription_versions SET version = version + 1

-- name: active_subscriptions
-- Those that are in force, or would be at their time.
SELECT id::text, receiver_kind, receiver, within, transitions, area, categories, levels, sources, kinds, queue, webhook,
    made_by, expires_at
FROM subscriptions WHERE ended_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp()) ORDER BY id

-- name: add_subscriptions
-- New ones.
INSERT INTO subscriptions (id, receiver_kind, receiver, within, transitions, area, categories, levels, sources, kinds,
    queue, webhook, reason, made_by, made_at, expires_at)
SELECT id, receiver_kind, receiver, within, transitions, area, categories, levels, sources, kinds, queue, webhook,
    reason, made_by, clock_timestamp(), expires_at
FROM json_to_recordset(%(rows)s) AS s(id uuid, receiver_kind text, receiver text, within text, transitions json,
    area text, categories json, levels json, sources json, kinds json, queue boolean, webhook text, reason text,
    made_by text, expires_at timestamptz)

-- name: count_subscriptions
-- How many of these receivers (receiver_kind, receiver) are in force.
SELECT receiver_kind, receiver, count(*) FROM subscriptions s
JOIN (SELECT DISTINCT receiver_kind, receiver
      FROM json_to_recordset(%(rows)s) AS r(receiver_kind text, receiver text)) AS r USING (receiver_kind, receiver)
WHERE ended_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp()) GROUP BY 1, 2

-- name: total_subscriptions
-- How many are in force.
SELECT count(*) FROM subscriptions WHERE ended_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())

-- name: lock_subscription
-- One of them, locked.
SELECT id::text, receiver_kind, receiver, within, area, made_by, ended_at FROM subscriptions
WHERE id = %(id)s::uuid FOR UPDATE

-- name: end_subscription
-- It is in force no longer.
UPDATE subscriptions SET ended_at = clock_timestamp(), ended_by = %(by)s, ended_reason = %(reason)s
WHERE id = %(id)s::uuid

-- name: subscriptions_listed
-- The newest first; `before`: only those before this one; `area`: only what lies in it, for receivers in it, or `own`.
WITH RECURSIVE inside AS (SELECT %(area)s::text AS grid_id
                          UNION SELECT a.grid_id FROM areas a JOIN inside i ON a.parent_id = i.grid_id)
SELECT s.id::text, receiver_kind, receiver, within, transitions, area, categories, levels, sources, kinds, queue, webhook,
    reason, made_by, made_at, expires_at, ended_at, ended_by, ended_reason,
    ended_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp()) AS in_force
FROM subscriptions s LEFT JOIN members m ON receiver_kind = 'member' AND m.member_id = receiver
WHERE (%(kind)s::text IS NULL OR receiver_kind = %(kind)s)
    AND (%(receiver)s::text IS NULL OR receiver = %(receiver)s)
    AND (%(before)s::uuid IS NULL OR s.id < %(before)s::uuid)
    AND (NOT %(in_force)s OR ended_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp()))
    AND (%(area)s::text IS NULL OR (receiver_kind = 'member' AND receiver = %(own)s)
        OR coalesce(within, m.grid_id) IN (SELECT grid_id FROM inside))
ORDER BY s.id DESC LIMIT %(limit)s

-- name: count_systems
-- Outside systems with a subscription in force, by way.
SELECT way, count(DISTINCT receiver) FROM (
    SELECT receiver, CASE WHEN queue THEN 'queue' END AS way, expires_at FROM subscriptions
    WHERE receiver_kind = 'system' AND ended_at IS NULL
    UNION ALL SELECT receiver, CASE WHEN webhook IS NOT NULL THEN 'webhook' END, expires_at FROM subscriptions
    WHERE receiver_kind = 'system' AND ended_at IS NULL) AS s
WHERE way IS NOT NULL AND (expires_at IS NULL OR expires_at > clock_timestamp()) GROUP BY way

-- name: people
-- Active members: these, and those of these roles in these areas.
SELECT member_id, role, grid_id FROM members
WHERE active AND (member_id = ANY(%(ids)s) OR grid_id = ANY(%(areas)s) AND role = ANY(%(roles)s))

-- name: roles
-- What members are in the town.
SELECT DISTINCT role FROM members WHERE role IS NOT NULL

-- name: webhook_accounts
-- Those of these accounts that are webhooks, with the way on which they send.
SELECT account_id, way FROM channel_accounts WHERE channel = 'webhook' AND account_id = ANY(%(ids)s)

-- name: area_names
-- What these areas are called.
SELECT grid_id, name FROM areas WHERE grid_id = ANY(%(areas)s)
