-- name: put_persons
-- Persons by their number, each with its key: those that are known, or else the new ones that are given.
INSERT INTO persons AS p (id, phone_index, wrapped_key, created_at)
SELECT id, phone_index, wrapped_key, created_at FROM json_to_recordset(%(rows)s)
    AS r(id uuid, phone_index text, wrapped_key text, created_at timestamptz)
ORDER BY phone_index, id
ON CONFLICT (phone_index) DO UPDATE SET phone_index = excluded.phone_index
RETURNING id::text, phone_index, wrapped_key

-- name: person_by_phone
-- The person with a number.
SELECT id::text FROM persons WHERE phone_index = %(phone_index)s

-- name: lock_person_by_phone
-- The person with a number, locked: reports of the same person wait meanwhile.
SELECT id::text FROM persons WHERE phone_index = %(phone_index)s FOR UPDATE

-- name: cases_of_person
-- The cases that a person's reports belong to, newest first.
SELECT DISTINCT c.number, c.state, c.level, c.registered_at FROM reports r JOIN cases c ON c.id = r.case_id
WHERE r.person_id = %(id)s ORDER BY c.registered_at DESC

-- name: originals_of_case
-- What the reports of a case said, sealed, with the keys.
SELECT r.id::text, r.source, r.external_id, r.original, r.person_id::text, p.wrapped_key
FROM cases c JOIN reports r ON r.case_id = c.id LEFT JOIN persons p ON p.id = r.person_id
WHERE c.number = %(number)s ORDER BY r.received_at, r.id

-- name: reporters_to_reach
-- What the reports with these numbers said, sealed, with the keys; erasing waits until this transaction has ended. Of a
-- group, the one that opened the case.
SELECT c.number, r.id::text, r.source, r.original, r.person_id::text, p.wrapped_key
FROM cases c JOIN reports r ON r.case_id = c.id AND NOT r.grouped LEFT JOIN persons p ON p.id = r.person_id
WHERE c.number = ANY(%(numbers)s) AND r.original IS NOT NULL ORDER BY c.number, r.received_at, r.id FOR SHARE OF r

-- name: lock_cases_of_person
-- Open cases of a person that were accepted, locked in the order of their ids.
SELECT id::text, number, state, round, level, source, external_id, heard_dispatch, heard_callback, said FROM cases
WHERE id IN (SELECT case_id FROM reports WHERE person_id = %(id)s) AND state NOT IN ('submitted', 'closed', 'rejected', 'merged', 'cancelled')
ORDER BY id FOR UPDATE

-- name: make_anonymous
-- Nobody asks the reporter of these cases any more: those of a person, if no other reporter of theirs can be asked.
UPDATE cases SET anonymous = true
WHERE id IN (SELECT case_id FROM reports WHERE person_id = %(id)s)
  AND NOT EXISTS (SELECT 1 FROM reports r JOIN persons p ON p.id = r.person_id
                  WHERE r.case_id = cases.id AND p.phone_index IS NOT NULL)
RETURNING id::text

-- name: forget_originals
-- What a person has told.
UPDATE reports SET original = NULL WHERE person_id = %(id)s

-- name: destroy_keys
-- Persons whose keys are destroyed: whatever they have sealed is lost, wherever it lies.
UPDATE persons SET phone_index = NULL, wrapped_key = NULL, erased_at = %(at)s
WHERE id = ANY(%(ids)s::uuid[]) AND erased_at IS NULL

-- name: reports_past_retention
-- Reports of cases that ended long enough ago for their category, locked; those at work elsewhere left out.
SELECT r.id::text, r.person_id::text, r.case_id::text FROM reports r JOIN cases c ON c.id = r.case_id
WHERE r.original IS NOT NULL AND c.state IN ('closed', 'rejected', 'merged', 'cancelled')
  AND r.received_at < %(now)s::timestamptz - %(shortest)s::interval
  AND c.updated_at < %(now)s::timestamptz - coalesce(%(by_category)s::jsonb->>c.category, %(otherwise)s)::interval
ORDER BY r.received_at LIMIT %(limit)s FOR UPDATE OF r SKIP LOCKED

-- name: forget_reports
-- The originals of these reports.
UPDATE reports SET original = NULL WHERE id = ANY(%(ids)s::uuid[])

-- name: persons_without_reports
-- Of these persons, those of whom nothing is kept any more.
SELECT p.id::text FROM persons p WHERE p.id = ANY(%(ids)s::uuid[]) AND p.erased_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM reports r WHERE r.person_id = p.id AND r.original IS NOT NULL)
ORDER BY p.id FOR UPDATE

-- name: keys_of_others
-- Persons' keys that a key of the ring other than the current one has sealed; those at work elsewhere left out.
SELECT id::text, wrapped_key FROM persons WHERE wrapped_key NOT LIKE %(current)s
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: put_keys
-- Persons' keys, sealed anew.
UPDATE persons SET wrapped_key = r.wrapped_key FROM json_to_recordset(%(rows)s) AS r(id uuid, wrapped_key text)
WHERE persons.id = r.id AND persons.wrapped_key IS NOT NULL

-- name: originals_of_others
-- Originals from before persons had keys, sealed by a key of the ring other than the current one.
SELECT id::text, original FROM reports WHERE person_id IS NULL AND original IS NOT NULL AND original NOT LIKE %(current)s
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: put_originals
-- Originals, sealed anew.
UPDATE reports SET original = r.original FROM json_to_recordset(%(rows)s) AS r(id uuid, original text) WHERE reports.id = r.id

-- name: secrets_of_others
-- Secrets of webhooks, sealed by a key of the ring other than the current one.
SELECT id::text, sealed FROM webhook_secrets WHERE sealed NOT LIKE %(current)s
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: put_secrets
-- Secrets of webhooks, sealed anew.
UPDATE webhook_secrets SET sealed = r.sealed FROM json_to_recordset(%(rows)s) AS r(id uuid, sealed text)
WHERE webhook_secrets.id = r.id

-- name: count_said
-- How many messages have been said about these cases.
UPDATE cases SET said = c.said FROM json_to_recordset(%(rows)s) AS c(id uuid, said integer) WHERE cases.id = c.id

-- name: sealed_by_others
-- How much a key of the ring other than the current one has sealed.
SELECT (SELECT count(*) FROM persons WHERE wrapped_key NOT LIKE %(current)s)
     + (SELECT count(*) FROM reports WHERE person_id IS NULL AND original NOT LIKE %(current)s)
     + (SELECT count(*) FROM households WHERE sealed NOT LIKE %(current)s)
     + (SELECT count(*) FROM webhook_secrets WHERE sealed NOT LIKE %(current)s)
