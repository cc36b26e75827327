-- name: await_media
-- Whoever links media to cases shares these locks until the end of the transaction …
SELECT pg_advisory_xact_lock_shared(hashtextextended(reference, 0))
FROM unnest(%(references)s::text[]) AS reference ORDER BY reference

-- name: bring_media
-- … and whoever brings media has them alone: of the two, the later one sees what the earlier one did.
SELECT pg_advisory_xact_lock(hashtextextended(%(reference)s, 0))

-- name: link_media
-- Cases refer to media, or to what another system has.
INSERT INTO case_media (case_id, reference, role, added_at)
SELECT case_id, reference, role, added_at
FROM json_to_recordset(%(rows)s) AS r(case_id uuid, reference text, role text, added_at timestamptz)
ORDER BY case_id, reference
ON CONFLICT (case_id, reference) DO NOTHING

-- name: add_media
-- What was uploaded; the same content again changes nothing.
INSERT INTO media (reference, key, media_type, size, width, height, lon, lat, thumbnail_key, thumbnail_size, uploaded_by,
    uploaded_at)
SELECT reference, key, media_type, size, width, height, lon, lat, thumbnail_key, thumbnail_size, uploaded_by, uploaded_at
FROM json_to_recordset(%(rows)s) AS r(reference text, key text, media_type text, size bigint, width integer, height integer,
    lon double precision, lat double precision, thumbnail_key text, thumbnail_size bigint, uploaded_by text,
    uploaded_at timestamptz)
ON CONFLICT (reference) DO NOTHING
RETURNING reference

-- name: cases_awaiting
-- The cases that refer to this reference.
SELECT case_id::text FROM case_media WHERE reference = %(reference)s ORDER BY case_id

-- name: count_media_said
-- Cases about which one more thing is said.
UPDATE cases SET said = said + 1, updated_at = %(at)s WHERE id = ANY(%(ids)s::uuid[])

-- name: media_by_reference
-- What is known about one upload.
SELECT reference, key, media_type, size, width, height, lon, lat, thumbnail_key, thumbnail_size, uploaded_at
FROM media WHERE reference = %(reference)s

-- name: media_positions
-- Where these were taken, as far as it is known.
SELECT reference, lon, lat FROM media WHERE reference = ANY(%(references)s::text[]) AND lon IS NOT NULL

-- name: media_of_case
-- Everything that a case refers to, in the order in which it came; without a size it is not here.
SELECT c.reference, c.role, c.added_at, m.media_type, m.size, m.width, m.height, m.lon, m.lat,
       m.thumbnail_key IS NOT NULL AS has_thumbnail
FROM case_media c LEFT JOIN media m USING (reference) WHERE c.case_id = %(case_id)s ORDER BY c.added_at, c.reference

-- name: count_case_media
-- How much of one kind a case refers to.
SELECT count(*) FROM case_media m JOIN cases c ON c.id = m.case_id WHERE c.number = %(number)s AND m.role = %(role)s

-- name: case_for_media
-- A case with those who may see its media beside desk and leaders: its sources, and who has had to do with it.
SELECT id::text,
       ARRAY(SELECT DISTINCT source FROM reports WHERE case_id = cases.id) AS sources,
       ARRAY(SELECT who FROM case_history WHERE case_id = cases.id AND starts_with(cause, 'dispatch.work_')
             UNION SELECT reported_by WHERE reported_by IS NOT NULL) AS members
FROM cases WHERE number = %(number)s

-- name: note_access
-- Somebody has looked at media.
INSERT INTO media_access (at, who, about, reference, size)
VALUES (%(at)s, %(who)s, %(about)s, %(reference)s, %(size)s)

-- name: unlink_media
-- Cases that are forgotten refer to nothing any more; gives back what they did refer to.
DELETE FROM case_media WHERE case_id = ANY(%(case_ids)s::uuid[]) RETURNING reference

-- name: lock_unused_media
-- Of these, the uploads that no case refers to, locked.
SELECT reference, key, thumbnail_key FROM media
WHERE reference = ANY(%(references)s::text[])
  AND NOT EXISTS (SELECT 1 FROM case_media WHERE case_media.reference = media.reference)
ORDER BY reference FOR UPDATE

-- name: drop_media
-- Uploads that are forgotten.
DELETE FROM media WHERE reference = ANY(%(references)s::text[])

-- name: keys_in_use
-- Of these keys, those that an upload still has.
SELECT key FROM media WHERE key = ANY(%(keys)s::text[])
UNION SELECT thumbnail_key FROM media WHERE thumbnail_key = ANY(%(keys)s::text[])
