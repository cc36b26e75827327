-- name: known_commands
-- Commands that have been answered before.
SELECT c.member_id, c.command_id, c.digest, c.answer FROM commands c
JOIN json_to_recordset(%(rows)s) AS r(member_id text, command_id text) USING (member_id, command_id)

-- name: add_commands
-- Answers to members' commands.
INSERT INTO commands (member_id, command_id, digest, accepted, answer, answered_at)
SELECT member_id, command_id, digest, accepted, answer, answered_at FROM json_to_recordset(%(rows)s) AS c(member_id text,
    command_id text, digest text, accepted boolean, answer jsonb, answered_at timestamptz)
ON CONFLICT DO NOTHING
