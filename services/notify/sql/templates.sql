-- name: template_stamp
-- Moves on with every change of the words in force.
SELECT coalesce(max(id), 0) FROM template_changes

-- name: templates_in_force
-- The town's own words in force; a kind that is not here has those that the product comes with.
SELECT kind, version, words FROM (
    SELECT DISTINCT ON (kind) kind, version FROM template_changes ORDER BY kind, id DESC) AS last
JOIN templates USING (kind, version)

-- name: lock_templates
-- Nobody else changes words until the end: changes are numbered in the order in which others get to see them.
SELECT pg_advisory_xact_lock(hashtextextended('templates', 0))

-- name: template_state
-- Of a kind: its newest version, which is in force, and which was before that one was published; asked after the lock.
WITH last AS (SELECT version FROM template_changes WHERE kind = %(kind)s ORDER BY id DESC LIMIT 1)
SELECT (SELECT coalesce(max(version), 0) FROM templates WHERE kind = %(kind)s) AS newest,
    coalesce((SELECT version FROM last), 0) AS in_force,
    (SELECT before FROM template_changes WHERE kind = %(kind)s AND action = 'published'
        AND version = (SELECT version FROM last) ORDER BY id DESC LIMIT 1) AS before

-- name: template_version
-- One version of the words of a kind.
SELECT kind, version, words FROM templates WHERE kind = %(kind)s AND version = %(version)s

-- name: template_versions
-- Every version of the town's own words, or of those of one kind, the newest first.
SELECT kind, version, CASE
    WHEN version = (SELECT version FROM template_changes c WHERE c.kind = t.kind ORDER BY id DESC LIMIT 1) THEN 'published'
    WHEN EXISTS (SELECT 1 FROM template_changes c WHERE c.kind = t.kind AND c.version = t.version) THEN 'retired'
    ELSE 'draft' END AS state, author, reason, created_at
FROM templates t WHERE coalesce(kind = %(kind)s, true) ORDER BY kind, version DESC

-- name: template_history
-- What was done with the words of a kind, the newest first.
SELECT version, before, action, who, reason, at FROM template_changes WHERE kind = %(kind)s ORDER BY id DESC

-- name: add_template
-- A version more.
INSERT INTO templates (kind, version, words, author, reason, created_at)
SELECT kind, version, words, author, reason, clock_timestamp() FROM json_to_recordset(%(rows)s) AS r(kind text,
    version integer, words json, author text, reason text)

-- name: note_template
-- Another version is in force from now on.
INSERT INTO template_changes (kind, version, before, action, who, reason, at)
SELECT kind, version, before, action, who, reason, clock_timestamp() FROM json_to_recordset(%(rows)s) AS r(kind text,
    version integer, before integer, action text, who text, reason text)

-- name: latest_notice
-- The newest notice of a kind about a case; not to whom it went.
SELECT body, created_at FROM notices WHERE kind = %(kind)s AND body ->> 'number' = %(number)s
ORDER BY created_at DESC LIMIT 1
