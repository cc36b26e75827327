-- name: put_accounts
-- Accounts as the file says them; what they have sent and how they are stays.
INSERT INTO channel_accounts AS a (account_id, channel, way, unit, weight, at_once, enabled, settings, secrets, limits,
    provider)
SELECT account_id, channel, way, unit, weight, at_once, enabled, settings, secrets, limits, provider
FROM json_to_recordset(%(rows)s) AS r(account_id text, channel text, way text, unit text, weight integer,
    at_once integer, enabled boolean, settings json, secrets json, limits json, provider text) ORDER BY account_id
ON CONFLICT (account_id) DO UPDATE SET channel = excluded.channel, way = excluded.way, unit = excluded.unit,
    weight = excluded.weight, at_once = excluded.at_once, enabled = excluded.enabled, settings = excluded.settings,
    secrets = excluded.secrets, limits = excluded.limits, provider = excluded.provider, blocked_until = NULL,
    blocked_why = ''

-- name: add_breakers
-- A closed breaker for each new provider.
INSERT INTO provider_breakers (provider) SELECT DISTINCT json_array_elements_text(%(rows)s) ON CONFLICT DO NOTHING

-- name: put_patience
-- How patient each lane is.
INSERT INTO channel_patience (lane, attempts, seconds)
SELECT lane, attempts, seconds FROM json_to_recordset(%(rows)s) AS r(lane text, attempts integer,
    seconds double precision)
ON CONFLICT (lane) DO UPDATE SET attempts = excluded.attempts, seconds = excluded.seconds

-- name: patience
-- How patient each lane is.
SELECT lane, attempts, seconds FROM channel_patience

-- name: candidates
-- The accounts of these ways, and whether each is able to send now.
SELECT a.way, a.account_id, a.weight, a.channel, a.enabled AND coalesce(a.blocked_until <= clock_timestamp(), true)
    AND coalesce(b.open_until <= clock_timestamp(), true) AS able
FROM channel_accounts a LEFT JOIN provider_breakers b USING (provider) WHERE a.way = ANY(%(ways)s)

-- name: accounts_by_id
-- What is needed to send with these accounts.
SELECT account_id, channel, settings, secrets FROM channel_accounts WHERE account_id = ANY(%(ids)s)

-- name: lock_secrets
-- The sealed secrets of all accounts.
SELECT account_id, secrets FROM channel_accounts ORDER BY account_id FOR NO KEY UPDATE

-- name: put_secrets
-- Secrets that were sealed anew.
UPDATE channel_accounts a SET secrets = r.secrets
FROM json_to_recordset(%(rows)s) AS r(account_id text, secrets json) WHERE a.account_id = r.account_id

-- name: lock_busy_accounts
-- Accounts with something to send, locked; those that another replica looks at just now are left to it.
SELECT account_id FROM channel_accounts a WHERE EXISTS (SELECT 1 FROM channel_deliveries d
    WHERE d.account_id = a.account_id AND d.state = 'created' AND d.due <= clock_timestamp())
ORDER BY account_id FOR NO KEY UPDATE SKIP LOCKED

-- name: lock_breakers
-- The breakers of these accounts' providers; none is half open for two.
SELECT provider, failures, trips, open_until FROM provider_breakers WHERE provider IN (
    SELECT provider FROM channel_accounts WHERE account_id = ANY(%(ids)s)) ORDER BY provider FOR UPDATE

-- name: loads
-- How these accounts are, and how much each and its provider have under way; asked after the locks.
SELECT a.account_id, a.channel, a.way, a.provider, a.limits, a.at_once,
    a.enabled AND coalesce(a.blocked_until <= clock_timestamp(), true) AS able,
    (SELECT count(*) FROM channel_deliveries d WHERE d.account_id = a.account_id AND d.state = 'sending') AS under_way,
    (SELECT count(*) FROM channel_deliveries d JOIN channel_accounts o USING (account_id)
     WHERE o.provider = a.provider AND d.state = 'sending') AS of_provider, clock_timestamp() AS now
FROM channel_accounts a WHERE a.account_id = ANY(%(ids)s) ORDER BY a.account_id

-- name: buckets_of
-- The buckets of these accounts and scopes.
SELECT account_id, scope, position, tokens, at FROM buckets
JOIN json_to_recordset(%(rows)s) AS r(account_id text, scope text) USING (account_id, scope)

-- name: put_buckets
-- What is left in these buckets.
INSERT INTO buckets (account_id, scope, position, tokens, at)
SELECT account_id, scope, position, tokens, at FROM json_to_recordset(%(rows)s) AS r(account_id text, scope text,
    position integer, tokens double precision, at timestamptz)
ON CONFLICT (account_id, scope, position) DO UPDATE SET tokens = excluded.tokens, at = excluded.at

-- name: forget_buckets
-- Buckets of targets and texts that nobody has drawn from for two days are full again.
DELETE FROM buckets WHERE scope <> '' AND at < clock_timestamp() - interval '2 days'

-- name: put_breaker
-- How a provider's breaker is now.
UPDATE provider_breakers SET failures = %(failures)s, trips = %(trips)s, open_until = %(open_until)s
WHERE provider = %(provider)s

-- name: block_accounts
-- The provider has had too much from these accounts; the longest time counts.
UPDATE channel_accounts a SET blocked_until = greatest(a.blocked_until, clock_timestamp() + r.wait * interval '1 second'),
    blocked_why = r.why
FROM json_to_recordset(%(rows)s) AS r(account_id text, wait double precision, why text)
WHERE a.account_id = r.account_id

-- name: account_states
-- Every account, for people: what waits, since when, and why nothing goes.
SELECT a.account_id, a.channel, a.way, a.unit, a.weight, a.at_once, a.enabled, a.provider, a.limits,
    a.blocked_until, a.blocked_why, b.open_until AS provider_away_until, b.failures AS provider_failures,
    coalesce(w.waiting, 0) AS waiting, w.oldest AS waiting_since, coalesce(w.sending, 0) AS sending
FROM channel_accounts a LEFT JOIN provider_breakers b USING (provider) LEFT JOIN (
    SELECT account_id, count(*) FILTER (WHERE state = 'created') AS waiting,
        min(not_before) FILTER (WHERE state = 'created') AS oldest, count(*) FILTER (WHERE state = 'sending') AS sending
    FROM channel_deliveries WHERE state IN ('created', 'sending') GROUP BY 1) AS w USING (account_id)
ORDER BY a.account_id

-- name: unit_ways
-- On which way each unit's group hears.
SELECT unit, min(way) FROM channel_accounts WHERE unit IS NOT NULL AND enabled GROUP BY 1
