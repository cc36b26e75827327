-- name: silences_in_force
-- Those that keep something back now.
SELECT id::text, owner, reason, matchers, ends_at FROM silences
WHERE starts_at <= clock_timestamp() AND ends_at > clock_timestamp()

-- name: silences_listed
-- Those that are in force or still to come, and with `ended` also those of before, the newest first.
SELECT id::text, owner, reason, matchers, created_at, starts_at, ends_at, ended_by,
    CASE WHEN ends_at <= clock_timestamp() THEN 'ended' WHEN starts_at <= clock_timestamp() THEN 'in_force'
         ELSE 'to_come' END AS state,
    (SELECT count(*) FROM notifications n WHERE n.silence_id = s.id AND n.due IS NOT NULL) AS keeps
FROM silences s WHERE %(ended)s OR ends_at > clock_timestamp() ORDER BY starts_at DESC, id DESC LIMIT %(limit)s

-- name: add_silence
-- Somebody wants quiet.
INSERT INTO silences (id, owner, reason, matchers, created_at, starts_at, ends_at)
SELECT id, owner, reason, matchers, clock_timestamp(), starts_at, ends_at FROM json_to_recordset(%(rows)s)
    AS r(id uuid, owner text, reason text, matchers json, starts_at timestamptz, ends_at timestamptz)

-- name: lock_silence
-- One that may be ended.
SELECT id::text, owner, matchers, ends_at <= clock_timestamp() AS over FROM silences WHERE id = %(id)s FOR UPDATE

-- name: end_silence
-- It keeps nothing back any more; one that had not begun never does.
UPDATE silences SET ends_at = clock_timestamp(), starts_at = least(starts_at, clock_timestamp()), ended_by = %(by)s
WHERE id = %(id)s

-- name: release_silenced
-- What a silence has kept back is looked at now.
UPDATE notifications SET due = clock_timestamp() WHERE silence_id = %(id)s AND due > clock_timestamp()

-- name: forget_silences
-- Those that ended long ago.
DELETE FROM silences WHERE ends_at < clock_timestamp() - %(days)s * interval '1 day'
