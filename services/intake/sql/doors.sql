-- name: lock_answer
-- Whether nobody else is at work on the request with this key; it is ours until the end of the transaction.
SELECT pg_try_advisory_xact_lock(hashtextextended(%(source)s || '/' || %(key)s, 0))

-- name: first_answer
-- What was answered to the request with this key.
SELECT body_hash, answer FROM answers
WHERE source = %(source)s AND key = %(key)s AND at > clock_timestamp() - interval '1 day'

-- name: keep_answer
-- The first answer to a request; one that has expired makes room.
INSERT INTO answers (source, key, body_hash, answer, at)
VALUES (%(source)s, %(key)s, %(body_hash)s, %(answer)s, clock_timestamp())
ON CONFLICT (source, key) DO UPDATE SET body_hash = excluded.body_hash, answer = excluded.answer, at = excluded.at

-- name: forget_answers
-- Answers that nobody will ask for again.
DELETE FROM answers WHERE at < clock_timestamp() - interval '1 day'

-- name: webhook_secrets
-- The secrets of a source that are valid now, the newest first.
SELECT id::text, sealed, created_at, expires_at FROM webhook_secrets
WHERE source = %(source)s AND direction = %(direction)s AND coalesce(expires_at > clock_timestamp(), true)
ORDER BY created_at DESC

-- name: add_webhook_secret
-- A new secret.
INSERT INTO webhook_secrets (id, source, direction, sealed, created_at)
VALUES (%(id)s, %(source)s, %(direction)s, %(sealed)s, clock_timestamp())

-- name: end_webhook_secrets
-- The secrets that a new one replaces end after a while, or when they would have ended anyway.
UPDATE webhook_secrets SET expires_at = least(expires_at, clock_timestamp() + %(keep)s * interval '1 second')
WHERE source = %(source)s AND direction = %(direction)s

-- name: source_records
-- What others need of these sources, or of all, with a version that grows whenever it is asked for.
SELECT s.name AS source, nextval('source_versions') AS version, s.kind, s.name_zh, s.name_en, s.enabled,
    s.settings->'webhook'->>'url' AS webhook_url,
    coalesce((SELECT json_agg(json_build_object('id', w.id, 'sealed', w.sealed, 'expires_at', w.expires_at) ORDER BY w.created_at DESC)
        FROM webhook_secrets w WHERE w.source = s.name AND w.direction = 'out'
        AND coalesce(w.expires_at > clock_timestamp(), true)), '[]'::json) AS webhook_secrets
FROM (SELECT * FROM sources WHERE %(only)s::text IS NULL OR name = %(only)s ORDER BY name FOR UPDATE) AS s
