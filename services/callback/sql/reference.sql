-- name: calendar
-- The calendar in force.
SELECT calendar FROM calendars ORDER BY id DESC LIMIT 1

-- name: add_calendar
-- A new calendar comes into force, if it says anything new.
INSERT INTO calendars (calendar) SELECT %(calendar)s::jsonb
WHERE %(calendar)s::jsonb IS DISTINCT FROM (SELECT calendar FROM calendars ORDER BY id DESC LIMIT 1)

-- name: questions
-- Sets of questions by their versions.
SELECT version, questions FROM questions WHERE version = ANY(%(versions)s)

-- name: add_questions
-- A set of questions is going to be asked; known sets stay as they are.
INSERT INTO questions (version, questions)
SELECT version, questions FROM json_to_recordset(%(rows)s) AS q(version text, questions jsonb)
WHERE NOT EXISTS (SELECT FROM questions k WHERE k.version = q.version)
ON CONFLICT (version) DO NOTHING
