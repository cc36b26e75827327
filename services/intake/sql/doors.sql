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
