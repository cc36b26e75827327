-- name: lock_projects
-- Only one enters, changes or ends projects at a time; who reads or reports, goes on.
LOCK TABLE projects IN SHARE ROW EXCLUSIVE MODE

-- name: projects_by_id
-- These projects.
SELECT project_id, version, name, grid_id, responsible_id, note, cancelled_at FROM projects
WHERE project_id = ANY(%(ids)s) ORDER BY project_id

-- name: tasks_of_projects
-- All tasks of these projects, in the order of their dates.
SELECT task_id::text, project_id, version, kind, title, weight, owner_id, checker_id, starts_at, due_at, first_due_at, state,
       supervision, ladder, quiet, done_at, done_by, verified_at, verified_by, note, evidence
FROM project_tasks WHERE project_id = ANY(%(ids)s) ORDER BY project_id, due_at, number

-- name: lock_tasks_of_project
-- The same of one project, locked.
SELECT task_id::text, project_id, version, kind, title, weight, owner_id, checker_id, starts_at, due_at, first_due_at, state,
       supervision, ladder, quiet, done_at, done_by, verified_at, verified_by, note, evidence
FROM project_tasks WHERE project_id = %(id)s ORDER BY task_id FOR UPDATE

-- name: lock_task
-- One task, locked.
SELECT task_id::text, project_id, version, kind, title, weight, owner_id, checker_id, starts_at, due_at, first_due_at, state,
       supervision, ladder, quiet, done_at, done_by, verified_at, verified_by, note, evidence
FROM project_tasks WHERE task_id = %(id)s FOR UPDATE

-- name: lock_due_tasks
-- Tasks that have come to the next step of their ladder, locked for this replica; those at work elsewhere left out.
SELECT task_id::text, project_id, version, kind, title, weight, owner_id, checker_id, starts_at, due_at, first_due_at, state,
       supervision, ladder, quiet, done_at, done_by, verified_at, verified_by, note, evidence
FROM project_tasks WHERE next_step_at <= (SELECT clock_timestamp())
ORDER BY next_step_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: lock_unwatched_tasks
-- Open tasks that were entered before any rules were in force, locked for this replica.
SELECT task_id::text, project_id, version, kind, title, weight, owner_id, checker_id, starts_at, due_at, first_due_at, state,
       supervision, ladder, quiet, done_at, done_by, verified_at, verified_by, note, evidence
FROM project_tasks WHERE ladder IS NULL AND state = 'open' LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: put_projects
-- Projects that are new or have changed, as they are now.
INSERT INTO projects (project_id, version, name, grid_id, responsible_id, note, cancelled_at)
SELECT project_id, version, name, grid_id, responsible_id, note, cancelled_at FROM json_to_recordset(%(rows)s)
    AS r(project_id text, version bigint, name text, grid_id text, responsible_id text, note text, cancelled_at timestamptz)
ON CONFLICT (project_id) DO UPDATE SET version = excluded.version, name = excluded.name, grid_id = excluded.grid_id,
    responsible_id = excluded.responsible_id, note = excluded.note, cancelled_at = excluded.cancelled_at

-- name: put_tasks
-- Tasks after what has happened to them; new ones are added.
INSERT INTO project_tasks (task_id, project_id, version, kind, title, weight, owner_id, checker_id, starts_at, due_at,
    first_due_at, state, supervision, ladder, quiet, next_step_at, done_at, done_by, verified_at, verified_by, note, evidence)
SELECT task_id, project_id, version, kind, title, weight, owner_id, checker_id, starts_at, due_at,
    first_due_at, state, supervision, ladder, quiet, next_step_at, done_at, done_by, verified_at, verified_by, note, evidence
FROM json_to_recordset(%(rows)s) AS r(task_id uuid, project_id text, version integer, kind text, title text, weight integer,
    owner_id text, checker_id text, starts_at timestamptz, due_at timestamptz, first_due_at timestamptz, state text,
    supervision text, ladder json, quiet json, next_step_at timestamptz, done_at timestamptz, done_by text,
    verified_at timestamptz, verified_by text, note text, evidence jsonb)
ON CONFLICT (task_id) DO UPDATE SET version = excluded.version, owner_id = excluded.owner_id,
    checker_id = excluded.checker_id, due_at = excluded.due_at, state = excluded.state, supervision = excluded.supervision,
    ladder = excluded.ladder, quiet = excluded.quiet, next_step_at = excluded.next_step_at, done_at = excluded.done_at, done_by = excluded.done_by,
    verified_at = excluded.verified_at, verified_by = excluded.verified_by, note = excluded.note,
    evidence = excluded.evidence

-- name: add_project_journal
-- What happened to projects and tasks; appended, never edited.
INSERT INTO project_journal (at, project_id, task_id, version, what, who, why, evidence, facts)
SELECT at, project_id, task_id, version, what, who, why, evidence, facts FROM json_to_recordset(%(rows)s)
    AS j(at timestamptz, project_id text, task_id uuid, version bigint, what text, who text, why text, evidence jsonb,
        facts jsonb)

-- name: names_for_projects
-- What projects may name: members on the roll, and areas that lie somewhere.
SELECT ARRAY(SELECT member_id FROM members WHERE active), ARRAY(SELECT grid_id FROM grids WHERE geometry IS NOT NULL)
