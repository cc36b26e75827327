-- name: put_works
-- What was done in a round; what was said later counts.
INSERT INTO works AS w (case_id, round, note, before, after, resolved_at, sequence)
SELECT case_id, round, note, before, after, resolved_at, sequence
FROM json_to_recordset(%(rows)s) AS r(case_id uuid, round integer, note text, before text[], after text[],
    resolved_at timestamptz, sequence integer) ORDER BY case_id, round
ON CONFLICT (case_id, round) DO UPDATE SET note = excluded.note, before = excluded.before, after = excluded.after,
    resolved_at = excluded.resolved_at, sequence = excluded.sequence WHERE w.sequence < excluded.sequence

-- name: lock_to_link
-- Follow-ups whose reporters are to get a link now, locked with their cases; those at work elsewhere left out.
SELECT f.id::text, f.case_id::text, f.round, f.closes_at, c.number, c.level, c.said, c.anonymous, c.asks_reporter, c.reported_by
FROM ((SELECT id FROM follow_ups WHERE state = 'open' AND linked_at IS NULL AND judge_at IS NULL AND closes_at > %(now)s
         AND link_at IS NOT NULL AND link_at <= %(now)s ORDER BY link_at LIMIT 4 * %(limit)s)
      UNION (SELECT id FROM follow_ups WHERE state = 'open' AND linked_at IS NULL AND judge_at IS NULL AND closes_at > %(now)s
               AND due_at <= %(unreached)s ORDER BY due_at LIMIT 4 * %(limit)s)) AS due
JOIN follow_ups f ON f.id = due.id AND f.state = 'open' AND f.linked_at IS NULL AND f.judge_at IS NULL
JOIN cases c ON c.id = f.case_id
ORDER BY f.due_at LIMIT %(limit)s FOR UPDATE OF f, c SKIP LOCKED

-- name: add_links
-- One for each reporter; a link that was made already stays as it is.
INSERT INTO answer_links (digest, follow_up_id, report, key_id, made_at)
SELECT digest, follow_up_id, report, key_id, made_at
FROM json_to_recordset(%(rows)s) AS l(digest text, follow_up_id uuid, report text, key_id text, made_at timestamptz)
ON CONFLICT DO NOTHING

-- name: note_linked
-- Their reporters have a link, and so much time.
UPDATE follow_ups SET linked_at = coalesce(follow_ups.linked_at, l.linked_at), closes_at = l.closes_at
FROM json_to_recordset(%(rows)s) AS l(id uuid, linked_at timestamptz, closes_at timestamptz) WHERE follow_ups.id = l.id

-- name: links_of
-- The links of a follow-up.
SELECT report, key_id FROM answer_links WHERE follow_up_id = %(id)s ORDER BY report

-- name: view_links
-- Somebody was given them.
INSERT INTO link_views (follow_up_id, report, at, who)
SELECT %(id)s, report, %(at)s, %(who)s FROM unnest(%(reports)s::text[]) AS report

-- name: open_link
-- What a link leads to. What it was about stays known when it is over.
SELECT l.follow_up_id::text, l.report, l.opened_at, f.round, f.state, f.closes_at, f.judge_at, f.category, f.questions_version,
       c.number, c.media, w.note, w.before, w.after, w.resolved_at
FROM answer_links l JOIN follow_ups f ON f.id = l.follow_up_id JOIN cases c ON c.id = f.case_id
LEFT JOIN works w ON w.case_id = f.case_id AND w.round = f.round WHERE l.digest = %(digest)s

-- name: note_opened
-- A link was opened for the first time.
UPDATE answer_links SET opened_at = %(at)s WHERE digest = %(digest)s AND opened_at IS NULL

-- name: answer_on_link
-- What this reporter has answered by now.
SELECT answers, text, media, version, at FROM answers WHERE follow_up_id = %(id)s AND report = %(report)s ORDER BY n DESC LIMIT 1
