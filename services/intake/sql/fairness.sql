-- name: count_hours
-- What came from sources since the last time that a process has said so.
INSERT INTO source_hours AS h (source, hour, reports, refused, last_at)
SELECT source, date_trunc('hour', last_at), reports, refused, last_at
FROM json_to_recordset(%(rows)s) AS r(source text, reports bigint, refused bigint, last_at timestamptz) ORDER BY source
ON CONFLICT (source, hour) DO UPDATE SET reports = h.reports + excluded.reports, refused = h.refused + excluded.refused,
    last_at = greatest(h.last_at, excluded.last_at)

-- name: forget_hours
-- Habits are those of the last weeks.
DELETE FROM source_hours WHERE hour < clock_timestamp() - interval '60 days'

-- name: lock_flows
-- The recent past of these sources, locked; one that has none gets an empty one.
INSERT INTO source_flow AS f (source, at, reports, refused)
SELECT source, clock_timestamp(), 0, 0 FROM json_to_recordset(%(rows)s) AS r(source text) ORDER BY source
ON CONFLICT (source) DO UPDATE SET at = f.at
RETURNING source, at, reports, refused, throttled_until, why

-- name: put_flows
-- The recent past of sources, as it is now.
UPDATE source_flow AS f SET at = r.at, reports = r.reports, refused = r.refused, throttled_until = r.throttled_until, why = r.why
FROM json_to_recordset(%(rows)s) AS r(source text, at timestamptz, reports double precision, refused double precision,
    throttled_until timestamptz, why text) WHERE f.source = r.source

-- name: throttled
-- The sources that are throttled now.
SELECT source FROM source_flow WHERE throttled_until > clock_timestamp()

-- name: lock_bucket
-- What a source may still send on a lane, locked, and what time it is; a new bucket is full.
INSERT INTO source_buckets AS b (source, lane, tokens, at) VALUES (%(source)s, %(lane)s, %(burst)s, clock_timestamp())
ON CONFLICT (source, lane) DO UPDATE SET tokens = b.tokens
RETURNING tokens, at, clock_timestamp()

-- name: put_bucket
-- What is left; nobody waits for this to be on disk, as the worst is a few reports more after a crash.
SET LOCAL synchronous_commit = off;
UPDATE source_buckets SET tokens = %(tokens)s, at = %(at)s WHERE source = %(source)s AND lane = %(lane)s

-- name: sources_at_work
-- Every source: when it was last heard, what came in this hour and the one before, and whether it is throttled.
SELECT s.name, s.kind, s.name_zh, s.name_en, s.enabled, max(h.last_at) AS last_heard_at,
    coalesce(sum(h.reports) FILTER (WHERE recent), 0)::bigint AS reports, coalesce(sum(h.refused) FILTER (WHERE recent), 0)::bigint AS refused,
    f.at AS flow_at, f.reports AS flow_reports, f.refused AS flow_refused, f.throttled_until, coalesce(f.why, '') AS why,
    coalesce(array_agg(h.hour) FILTER (WHERE h.hour > clock_timestamp() - interval '29 days'), '{}') AS hours
FROM sources s LEFT JOIN LATERAL (
    SELECT *, hour >= date_trunc('hour', clock_timestamp()) - interval '1 hour' AS recent FROM source_hours WHERE source = s.name
) AS h ON true LEFT JOIN source_flow f ON f.source = s.name
GROUP BY s.name, f.source ORDER BY s.name
