-- name: open311_offer
-- What the town's Open311 sources say about their jurisdiction, and when the catalogue last changed.
SELECT (SELECT max(changed_at) FROM categories) AS changed_at,
       (SELECT coalesce(json_agg(settings->'open311' ORDER BY name), '[]') FROM sources
        WHERE kind = 'open311' AND enabled AND settings ? 'open311') AS settings

-- name: open311_services
-- The catalogue, or one category of it, as clients may ask for it.
SELECT code, name_zh, name_en, platform, keywords, to_jsonb(categories)->'questions' AS questions FROM categories
WHERE %(code)s::text IS NULL OR code = %(code)s ORDER BY code

-- name: client_of_key
-- The source that a key belongs to, while both are switched on.
SELECT s.name AS source, coalesce(s.settings->'open311'->'tokens' = 'true'::jsonb, false) AS tokens
FROM api_keys k JOIN sources s ON s.name = k.source
WHERE k.key_hash = %(key_hash)s AND k.disabled_at IS NULL AND s.enabled AND s.kind = 'open311'

-- name: service_requests
-- Cases that a client may see (of public sources, and of its own), the newest first.
SELECT c.number, c.state, c.round, c.title, c.description, c.place_text, c.lat, c.lon, c.media, c.category, c.solved,
       c.registered_at AS requested_at, changed.at AS updated_at, k.name_zh, k.name_en, k.platform, g.code AS grid_code,
       CASE WHEN c.state = 'rejected' THEN (SELECT h.note FROM case_history h
            WHERE h.case_id = c.id AND h.to_state = 'rejected' ORDER BY h.id DESC LIMIT 1) END AS refusal
FROM cases c
CROSS JOIN LATERAL (SELECT CASE WHEN c.state = 'closed' THEN coalesce(c.closed_at, c.updated_at) ELSE c.updated_at END AS at)
    AS changed
JOIN open311_sources s ON s.name = c.source AND (s.public OR s.name = %(own)s)
LEFT JOIN categories k ON k.code = c.category
LEFT JOIN grids g ON g.grid_id = c.grid_id
WHERE (%(numbers)s::text[] IS NULL OR c.number = ANY(%(numbers)s::text[]))
  AND (%(services)s::text[] IS NULL OR c.category = ANY(%(services)s::text[]))
  AND (%(closed)s::boolean IS NULL OR (c.state = ANY(%(ended)s::text[])) = %(closed)s)
  AND (%(start)s::timestamptz IS NULL OR c.registered_at >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR c.registered_at < %(end)s)
  AND (%(after)s::timestamptz IS NULL OR changed.at >= %(after)s)
  AND (%(before)s::timestamptz IS NULL OR changed.at < %(before)s)
  AND (%(south)s::float8 IS NULL OR (c.lat BETWEEN %(south)s AND %(north)s AND c.lon BETWEEN %(west)s AND %(east)s))
ORDER BY c.registered_at DESC, c.number DESC LIMIT %(size)s OFFSET %(skipped)s

-- name: open311_updates
-- What was told about cases that a client may see, in the order of time; the receipt was the answer to the request.
SELECT f.id::text AS feedback_id, f.source, f.body, f.said_at
FROM feedback f JOIN open311_sources s ON s.name = f.source AND (s.public OR s.name = %(own)s)
WHERE f.kind = 'case_updated' AND f.said_at >= %(start)s AND f.said_at < %(end)s
ORDER BY f.said_at, f.id LIMIT %(size)s OFFSET %(skipped)s

-- name: request_of_token
-- The case of a report that came from an Open311 client.
SELECT c.number FROM reports r JOIN cases c ON c.id = r.case_id JOIN sources s ON s.name = r.source
WHERE r.id = %(id)s AND s.kind = 'open311'

-- name: report_id
-- The id of a report, which is the token of its client.
SELECT id::text FROM reports WHERE source = %(source)s AND external_id = %(external_id)s

-- name: was_reported
-- Whether a report came after a time.
SELECT 1 FROM reports WHERE source = %(source)s AND external_id = %(external_id)s AND received_at > %(since)s

-- name: add_api_key
-- A key for a source of the kind open311; none when there is no such source.
INSERT INTO api_keys (key_hash, source, label, created_at)
SELECT %(key_hash)s, name, %(label)s, %(now)s FROM sources WHERE name = %(source)s AND kind = 'open311'
RETURNING key_id

-- name: disable_api_key
-- A key that nobody may use any more.
UPDATE api_keys SET disabled_at = coalesce(disabled_at, %(now)s) WHERE key_id = %(key_id)s
RETURNING key_id, source, label, created_at, disabled_at

-- name: keys_of_source
-- The keys of a source; what the keys themselves are, nobody knows.
SELECT key_id, source, label, created_at, disabled_at FROM api_keys WHERE source = %(source)s ORDER BY created_at

-- name: case_of_report
-- The case that a client may speak about: one that it has reported.
SELECT c.id::text, c.state, c.round FROM cases c JOIN reports r ON r.case_id = c.id
WHERE c.number = %(number)s AND r.source = %(source)s LIMIT 1 FOR UPDATE OF c

-- name: add_remark
-- What a client says about a case; nothing when it has said it before.
INSERT INTO remarks (source, update_id, id, case_id, status, said_at, heard_at, media)
SELECT source, update_id, id, case_id, status, said_at, heard_at, media FROM json_to_record(%(row)s) AS r(source text,
    update_id text, id uuid, case_id uuid, status text, said_at timestamptz, heard_at timestamptz, media jsonb)
ON CONFLICT (source, update_id) DO NOTHING RETURNING id::text

-- name: remark_id
-- Our id of what a client has said before.
SELECT id::text FROM remarks WHERE source = %(source)s AND update_id = %(update_id)s
