-- name: put_sources
-- Where sources hear by webhook; an older version never replaces a newer one. A new record starts what was stopped.
INSERT INTO sources AS s (source, version, webhook_url, webhook_secrets)
SELECT source, version, webhook_url, webhook_secrets FROM json_to_recordset(%(rows)s) AS r(source text, version bigint,
    webhook_url text, webhook_secrets json) ORDER BY source
ON CONFLICT (source) DO UPDATE SET version = excluded.version, webhook_url = excluded.webhook_url,
    webhook_secrets = excluded.webhook_secrets, stopped = false
WHERE s.version < excluded.version

-- name: webhook_sources
-- Those of these sources that hear by webhook.
SELECT source FROM sources WHERE source = ANY(%(sources)s) AND webhook_url IS NOT NULL AND NOT stopped

-- name: add_webhooks
-- Feedback that is to be sent to its source's webhook; gives back the ids of what did not wait already.
INSERT INTO webhooks (id, item_id, source, thread, number, since, due)
SELECT id, item_id, source, thread, number, clock_timestamp(), clock_timestamp()
FROM json_to_recordset(%(rows)s) AS w(id uuid, item_id uuid, source text, thread text, number integer)
ON CONFLICT DO NOTHING
RETURNING id::text

-- name: claim_webhooks
-- Webhooks that are due, leased; of each thread only the first, of each source only a few, so that a slow one holds up
-- nobody else.
UPDATE webhooks w SET due = clock_timestamp() + %(lease)s * interval '1 second', attempts = attempts + 1
FROM sources s, feedback f
WHERE s.source = w.source AND f.id = w.item_id AND w.id IN (
    SELECT id FROM webhooks WHERE id IN (
        SELECT id FROM (SELECT c.id, row_number() OVER (PARTITION BY c.source ORDER BY c.due) AS place FROM webhooks c
            WHERE c.due <= clock_timestamp() AND NOT EXISTS (SELECT 1 FROM webhooks o
                WHERE o.source = c.source AND o.thread = c.thread AND o.number < c.number)) AS first
        WHERE place <= %(each)s LIMIT %(limit)s)
    FOR UPDATE SKIP LOCKED) AND w.due <= clock_timestamp()
RETURNING w.id::text AS webhook_id, w.attempts, extract(epoch FROM clock_timestamp() - w.since)::float AS age,
    s.webhook_url, s.webhook_secrets, f.id::text, f.source, f.thread, f.number, f.kind, f.body

-- name: put_off_webhooks
-- Webhooks that are to be sent later.
UPDATE webhooks SET due = clock_timestamp() + r.wait * interval '1 second', answer = r.answer
FROM json_to_recordset(%(rows)s) AS r(id uuid, wait double precision, answer text) WHERE webhooks.id = r.id

-- name: end_webhooks
-- Webhooks that need not be sent any more.
DELETE FROM webhooks WHERE id = ANY(%(ids)s::uuid[])

-- name: stop_webhooks
-- These sources want no webhooks any more; gives back the feedback that was to go to them.
WITH stopped AS (UPDATE sources SET stopped = true WHERE source = ANY(%(sources)s)),
    ended AS (DELETE FROM webhooks WHERE source = ANY(%(sources)s) RETURNING id, item_id),
    noted AS (UPDATE deliveries SET outcome = 'failed', settled_at = clock_timestamp()
              FROM ended WHERE deliveries.id = ended.id AND outcome = 'sending')
SELECT item_id::text FROM ended
