-- name: matter_of_project
-- What rights to a project are held against: who has to do with it, and the areas around it.
SELECT ARRAY[p.responsible_id] || ARRAY(SELECT owner_id FROM project_tasks WHERE project_id = p.project_id)
           || ARRAY(SELECT checker_id FROM project_tasks WHERE project_id = p.project_id) AS owners,
       ARRAY(SELECT areas_around(p.grid_id)) AS areas
FROM projects p WHERE p.project_id = %(id)s

-- name: projects_seen
-- Projects as far as the rights of the reader reach: those that they have to do with, those in their area, or all.
SELECT p.project_id, p.version, p.name, p.grid_id, p.responsible_id, p.note, p.cancelled_at FROM projects p
WHERE %(everything)s OR p.responsible_id = %(name)s
   OR EXISTS (SELECT FROM project_tasks t WHERE t.project_id = p.project_id AND %(name)s IN (t.owner_id, t.checker_id))
   OR (%(area)s::text IS NOT NULL AND p.grid_id IN (SELECT areas_within(%(area)s)))
ORDER BY p.project_id LIMIT %(limit)s

-- name: tasks_seen
-- Tasks that are not cancelled, the most urgent first, of one owner or of all, late and not verified or any, as far as the
-- rights of the reader reach: to their own, to what they check, to the projects that they answer for, to their area, or to all.
SELECT t.task_id::text, t.project_id, t.version, t.kind, t.title, t.weight, t.owner_id, t.checker_id, t.starts_at, t.due_at,
       t.first_due_at, t.state, t.supervision, t.ladder, t.quiet, t.done_at, t.done_by, t.verified_at, t.verified_by, t.note,
       t.evidence
FROM project_tasks t JOIN projects p USING (project_id)
WHERE t.state <> 'cancelled' AND (%(owner)s::text IS NULL OR t.owner_id = %(owner)s)
  AND (%(late)s::boolean IS NULL OR %(late)s = (t.state <> 'verified' AND coalesce(t.done_at, %(now)s) > t.due_at))
  AND (%(everything)s OR p.responsible_id = %(name)s OR %(name)s IN (t.owner_id, t.checker_id)
       OR (%(area)s::text IS NOT NULL AND p.grid_id IN (SELECT areas_within(%(area)s))))
ORDER BY t.due_at, t.number LIMIT %(limit)s

-- name: project_journal
-- What happened to a project and its tasks, the newest first.
SELECT at, task_id::text, version, what, who, why, evidence, facts FROM project_journal WHERE project_id = %(id)s
ORDER BY id DESC LIMIT %(limit)s

-- name: count_tasks
-- Tasks of projects that are not cancelled, by kind and state, and how many of them are late and not verified.
SELECT kind, state, count(*),
       count(*) FILTER (WHERE state <> 'verified' AND coalesce(done_at, clock_timestamp()) > due_at)
FROM project_tasks WHERE state <> 'cancelled' GROUP BY 1, 2

-- name: task_step_overdue
-- Seconds since the oldest step of a task's ladder should have come; none or next to nothing while all are taken.
SELECT coalesce(greatest(extract(epoch FROM clock_timestamp() - min(next_step_at)), 0), 0)::float FROM project_tasks
WHERE next_step_at IS NOT NULL
