-- name: add_wanted
-- Deliveries that are to be made; what was wanted before is not wanted again. Gives back the new ones.
INSERT INTO channel_deliveries (id, wanted_id, key, step, about, number, person, level, urgent, way, account_id, target,
    target_key, words, digest, ways, state, reason, most, patience, created_at, not_before, expires_at, due, hurry_at,
    settled_at)
SELECT id, wanted_id, key, step, about, number, person, level, urgent, way, account_id, target, target_key, words,
    digest, ways, state, reason, most, patience, clock_timestamp(), begin, expires_at,
    CASE WHEN state = 'created' THEN begin END,
    CASE WHEN json_array_length(ways) > 0 THEN begin + patience * interval '1 second' END,
    CASE WHEN state <> 'created' THEN clock_timestamp() END
FROM (SELECT r.*, greatest(not_before, clock_timestamp()) AS begin
      FROM json_to_recordset(%(rows)s) AS r(id uuid, wanted_id uuid, key text, step integer, about text, number text,
        person text, level text, urgent boolean, way text, account_id text, target text, target_key text, words json,
        digest text, ways json, state text, reason text, most integer, patience double precision,
        not_before timestamptz, expires_at timestamptz)) AS r
ORDER BY key, step
ON CONFLICT (key, step) DO NOTHING
RETURNING id::text

-- name: due_deliveries
-- What these accounts (account_id, room) have to send now, locked: the urgent first, then the oldest.
SELECT d.id::text, d.account_id, d.person, d.level, d.urgent, d.target_key, d.digest, d.attempts
FROM json_to_recordset(%(rows)s) AS r(account_id text, room integer) CROSS JOIN LATERAL (
    SELECT c.id, c.account_id, c.person, c.level, c.urgent, c.target_key, c.digest, c.attempts FROM channel_deliveries c
    WHERE c.account_id = r.account_id AND c.state = 'created' AND c.due <= clock_timestamp()
        AND coalesce(c.expires_at > clock_timestamp(), true)
    ORDER BY c.urgent DESC, c.due LIMIT r.room FOR UPDATE SKIP LOCKED) AS d

-- name: claim_deliveries
-- These are being sent, for as long as the lease; each attempt has its number.
UPDATE channel_deliveries d SET state = 'sending', attempts = attempts + 1,
    due = clock_timestamp() + %(lease)s * interval '1 second'
FROM channel_accounts a WHERE d.id = ANY(%(ids)s::uuid[]) AND d.state = 'created' AND a.account_id = d.account_id
RETURNING d.id::text, d.wanted_id::text, d.attempts, d.account_id, a.channel, d.target, d.words, d.level, d.urgent,
    extract(epoch FROM d.expires_at - clock_timestamp())::float AS expires_in

-- name: put_off_deliveries
-- These have to wait for a limit.
UPDATE channel_deliveries d SET due = clock_timestamp() + r.wait * interval '1 second'
FROM json_to_recordset(%(rows)s) AS r(id uuid, wait double precision) WHERE d.id = r.id AND d.state = 'created'

-- name: move_deliveries
-- What waits at an account that cannot send goes to another of its way, unless one of its attempts may have gone out.
UPDATE channel_deliveries SET account_id = %(to)s WHERE id IN (
    SELECT id FROM channel_deliveries WHERE account_id = %(of)s AND state = 'created' AND due <= clock_timestamp()
        AND NOT doubtful ORDER BY urgent DESC, due LIMIT %(limit)s FOR UPDATE SKIP LOCKED)

-- name: expire_deliveries
-- What nobody has sent in time is not sent any more; whom it would have reached is forgotten.
UPDATE channel_deliveries SET state = 'expired', target = '', ways = '[]', reason = 'it was of no use any more when it could have gone out',
    due = NULL, settled_at = clock_timestamp()
WHERE id IN (SELECT id FROM channel_deliveries WHERE state = 'created' AND expires_at <= clock_timestamp()
    ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING (SELECT channel FROM channel_accounts a WHERE a.account_id = channel_deliveries.account_id) AS channel,
    'expired' AS outcome

-- name: lost_deliveries
-- What was being sent when its lease ran out: nobody has recorded what came of it.
SELECT id::text, attempts FROM channel_deliveries WHERE state = 'sending' AND due <= clock_timestamp()
ORDER BY due LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: hurried_deliveries
-- What has waited for longer than there is patience on its way, and has another.
SELECT id::text, attempts FROM channel_deliveries WHERE state = 'created' AND hurry_at <= clock_timestamp()
ORDER BY hurry_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: stranded_deliveries
-- What waits at accounts that are switched off.
SELECT d.id::text, d.attempts FROM channel_accounts a JOIN channel_deliveries d USING (account_id)
WHERE NOT a.enabled AND d.state = 'created' AND d.due <= clock_timestamp()
ORDER BY d.due LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED

-- name: lock_attempts
-- These deliveries, if the attempt of this number is still the newest and nobody has settled it, locked.
SELECT d.id::text, d.wanted_id::text, d.key, d.step, d.about, d.number, d.person, d.level, d.urgent, d.way,
    d.account_id, a.channel, a.provider, d.words, d.digest, d.ways, d.state, d.attempts, d.most, d.patience, d.doubtful,
    d.fallen, d.not_before, d.expires_at, d.target, d.polls, d.receipt,
    extract(epoch FROM clock_timestamp() - d.not_before)::float AS age,
    coalesce(extract(epoch FROM clock_timestamp() - d.accepted_at), 0)::float AS accepted_for
FROM channel_deliveries d JOIN json_to_recordset(%(rows)s) AS r(id uuid, attempts integer) USING (id, attempts)
LEFT JOIN channel_accounts a USING (account_id)
WHERE d.state = ANY(%(states)s) ORDER BY d.id FOR UPDATE OF d

-- name: settle_attempts
-- What became of these deliveries; where no more can come of it, whom they reach is forgotten.
UPDATE channel_deliveries d SET state = r.state,
    target = CASE WHEN r.state IN ('delivered', 'failed') AND r.wait IS NULL THEN '' ELSE d.target END,
    read_at = CASE WHEN r.read THEN coalesce(d.read_at, clock_timestamp()) ELSE d.read_at END,
    ways = CASE WHEN r.state IN ('delivered', 'failed') THEN '[]' ELSE d.ways END, reason = r.reason, doubtful = r.doubtful, fallen = r.fallen,
    account_id = r.account_id, receipt = r.receipt, due = clock_timestamp() + r.wait * interval '1 second',
    accepted_at = CASE WHEN r.state = 'accepted' THEN coalesce(d.accepted_at, clock_timestamp()) ELSE d.accepted_at END,
    settled_at = CASE WHEN r.state IN ('created', 'accepted') THEN NULL WHEN r.state = d.state THEN d.settled_at
        ELSE clock_timestamp() END
FROM json_to_recordset(%(rows)s) AS r(id uuid, state text, reason text, doubtful boolean, fallen boolean,
    account_id text, receipt text, wait double precision, read boolean) WHERE d.id = r.id

-- name: note_attempts
-- What came of these attempts.
INSERT INTO delivery_attempts (delivery_id, attempt, account_id, outcome, reason, at)
SELECT id, attempt, account_id, outcome, reason, clock_timestamp()
FROM json_to_recordset(%(rows)s) AS r(id uuid, attempt integer, account_id text, outcome text, reason text)

-- name: claim_receipts
-- What was accepted, and whose provider is to be asked now; of each account only a few at a time, the urgent first.
UPDATE channel_deliveries d SET due = clock_timestamp() + %(lease)s * interval '1 second', polls = polls + 1
FROM channel_accounts a WHERE a.account_id = d.account_id AND d.id IN (
    SELECT p.id FROM channel_accounts o CROSS JOIN LATERAL (
        SELECT c.id FROM channel_deliveries c WHERE c.account_id = o.account_id
            AND c.state IN ('accepted', 'uncertain', 'delivered') AND c.receipt IS NOT NULL
            AND c.due <= clock_timestamp()
        ORDER BY c.urgent DESC, c.due LIMIT %(each)s FOR UPDATE SKIP LOCKED) AS p
    WHERE o.channel = ANY(%(channels)s) AND o.account_id <> ALL(%(busy)s))
RETURNING d.id::text, d.wanted_id::text, d.attempts, d.polls, d.receipt, d.account_id, a.channel, d.target, d.words,
    d.level, d.urgent

-- name: supersede_deliveries
-- What is about these notices and has not gone out is not sent any more; whom it would have reached is forgotten.
UPDATE channel_deliveries SET state = 'superseded', reason = %(reason)s, due = NULL, target = '', ways = '[]',
    settled_at = clock_timestamp()
WHERE about = ANY(%(about)s) AND state = 'created' RETURNING id::text

-- name: forget_reporters
-- Nothing is sent any more, nor asked after, to those who know cases by these numbers; where they are reached is
-- forgotten. What is being sent just now is forgotten when it has ended.
UPDATE channel_deliveries SET state = 'superseded', reason = %(reason)s, due = NULL, target = '', ways = '[]',
    receipt = NULL, settled_at = clock_timestamp()
WHERE number = ANY(%(numbers)s) AND person = 'reporter' AND state IN ('created', 'accepted', 'uncertain')

-- name: lock_targets
-- The sealed targets of what may still be sent.
SELECT id::text, wanted_id::text, target, ways FROM channel_deliveries
WHERE state IN ('created', 'sending', 'accepted', 'uncertain') OR (state = 'delivered' AND due IS NOT NULL)
ORDER BY id FOR NO KEY UPDATE

-- name: put_targets
-- Targets that were sealed anew.
UPDATE channel_deliveries d SET target = r.target, ways = r.ways
FROM json_to_recordset(%(rows)s) AS r(id uuid, target text, ways json) WHERE d.id = r.id

-- name: deliveries_listed
-- Deliveries for people, the newest first; never whom exactly they reach, nor a link that is for its reporter alone.
SELECT d.id::text, d.wanted_id::text, d.about, d.number, d.person, d.level, d.way, d.account_id, a.channel,
    CASE WHEN d.person = 'reporter' THEN jsonb_set(d.words::jsonb, '{url}', '""') ELSE d.words::jsonb END AS words,
    d.state, d.reason, d.attempts, d.doubtful, d.step, d.created_at, d.not_before, d.expires_at, d.settled_at
FROM channel_deliveries d LEFT JOIN channel_accounts a USING (account_id)
WHERE (%(state)s IS NULL OR d.state = %(state)s) AND (%(person)s IS NULL OR d.person = %(person)s)
    AND (%(number)s IS NULL OR d.number = %(number)s) AND (%(before)s IS NULL OR d.id < %(before)s::uuid)
ORDER BY d.id DESC LIMIT %(limit)s

-- name: delivery_by_id
-- One delivery for people, as in the list.
SELECT d.id::text, d.wanted_id::text, d.about, d.number, d.person, d.level, d.way, d.account_id, a.channel,
    CASE WHEN d.person = 'reporter' THEN jsonb_set(d.words::jsonb, '{url}', '""') ELSE d.words::jsonb END AS words,
    d.state, d.reason, d.attempts, d.doubtful, d.step, d.created_at, d.not_before, d.expires_at, d.settled_at
FROM channel_deliveries d LEFT JOIN channel_accounts a USING (account_id) WHERE d.id = %(id)s::uuid

-- name: attempts_of
-- What came of each attempt at a delivery.
SELECT attempt, account_id, outcome, reason, at FROM delivery_attempts WHERE delivery_id = %(id)s::uuid ORDER BY at

-- name: steps_of
-- The other channels on which the same thing was said.
SELECT id::text, step, way, account_id, state, reason FROM channel_deliveries
WHERE wanted_id = (SELECT wanted_id FROM channel_deliveries WHERE id = %(id)s::uuid) ORDER BY step

-- name: count_deliveries
-- What waits, is under way or uncertain, by channel and state, with the age in seconds of what has waited longest.
SELECT coalesce(a.channel, 'none'), d.state, count(*),
    greatest(extract(epoch FROM clock_timestamp() - min(d.not_before)), 0)::float
FROM channel_deliveries d LEFT JOIN channel_accounts a USING (account_id)
WHERE d.state IN ('created', 'sending', 'accepted', 'uncertain') GROUP BY 1, 2

-- name: anything_due
-- Whether there is anything to send, to ask about or to sweep.
SELECT EXISTS (SELECT 1 FROM channel_deliveries WHERE state = 'sending' AND due <= clock_timestamp())
    OR EXISTS (SELECT 1 FROM channel_deliveries WHERE state = 'created' AND expires_at <= clock_timestamp())
    OR EXISTS (SELECT 1 FROM channel_deliveries WHERE state = 'created' AND hurry_at <= clock_timestamp())
    OR EXISTS (SELECT 1 FROM channel_accounts a WHERE
        EXISTS (SELECT 1 FROM channel_deliveries d WHERE d.account_id = a.account_id AND d.state = 'created'
            AND d.due <= clock_timestamp())
        OR EXISTS (SELECT 1 FROM channel_deliveries d WHERE d.account_id = a.account_id
            AND d.state IN ('accepted', 'uncertain', 'delivered') AND d.receipt IS NOT NULL
            AND d.due <= clock_timestamp()))
