"""What the routes of dispatch about projects do."""

from __future__ import annotations

from deploy.openapi.route import Route
from services.dispatch import messages as dispatch

STANDING = (
    "`state` (open, finished, cancelled), `progress` (per cent, of the weights of verified milestones), "
    "`obstacles_open`, `obstacles_cleared`, how many tasks are `late`"
)
TASK = {200: "the task as it is now: `state`, `version`, `late`, `supervision`, `due_at` and `first_due_at` …"}
ACTED = (404, 409, 422)

ROUTES = {
    "GET /dispatch/projects": Route(
        "Projects, at most 2,000: what one has to do with; for leaders also those of their area, for the desk all",
        {200: f"`projects`, each with {STANDING}"},
        query={"state": "only those in this state: open, finished or cancelled"},
        problems=(422,),
    ),
    "GET /dispatch/projects/export": Route(
        "Projects, at most 2,000, with their tasks, as a table that can be handed in again",
        {200: "a row for each task"},
        query={"format": "xlsx (default) or csv"},
        problems=(422,),
        raw_answer=True,
    ),
    "POST /dispatch/projects/import": Route(
        "A table of projects and their tasks, at most 4 MiB and 5,000 rows: all of it is kept, or nothing",
        {200: "`kept`, and of each of the `rows`: `row` (from 1), `project_id`, `outcome` (new, changed, same, kept)"},
        query={"dry_run": "true: nothing is kept", "why": "kept with every change"},
        problems=(409, 413, 422),
        raw_body="CSV or XLSX; the columns are in deploy/towns/format.md",
    ),
    "GET /dispatch/projects/<project_id>": Route(
        "A project with its road map, of those that the list shows",
        {
            200: f"{STANDING}; `milestones` in the order of their dates, each with the `share` of the whole and how "
            "far the project is `by_then` (per cent); `obstacles`, what was `cancelled`; the `journal`, newest first"
        },
        problems=(404,),
    ),
    "PUT /dispatch/projects/<project_id>": Route(
        "A project, new or changed: its name, area, responsible member, and what that member has undertaken",
        {200: "the project as it is now, and the `outcome`: new, changed or same"},
        dispatch.ProjectBody,
        problems=(404, 409, 422),
    ),
    "POST /dispatch/projects/<project_id>/cancel": Route(
        "A project ends before it is finished, with its open milestones; refused while obstacles are open, naming them",
        {200: "the project, and its `cancelled_tasks`"},
        dispatch.Stopping,
        problems=ACTED,
    ),
    "POST /dispatch/projects/<project_id>/tasks": Route(
        "A milestone or an obstacle more; it is watched by the ladder of today",
        {201: "the task"},
        dispatch.TaskBody,
        problems=ACTED,
    ),
    "GET /dispatch/tasks": Route(
        "Milestones and obstacles that are not cancelled, the most urgent first, at most 500: one's own, those that "
        "one checks or answers for; for leaders also those of their area, for the desk all",
        {200: "`tasks`"},
        query={"owner": "only those of this member", "late": "true: only those that are late and not verified; false"},
        problems=(422,),
    ),
    "POST /dispatch/tasks/<task_id>/progress": Route(
        "How a task goes, by its owner", TASK, dispatch.Reporting, problems=ACTED
    ),
    "POST /dispatch/tasks/<task_id>/done": Route(
        "A milestone is reached, an obstacle is cleared off, with evidence; somebody else is asked to check it",
        TASK,
        dispatch.Reporting,
        problems=ACTED,
    ),
    "POST /dispatch/tasks/<task_id>/verify": Route(
        "The check has passed; nobody checks what they own or have reported", TASK, dispatch.Passing, problems=ACTED
    ),
    "POST /dispatch/tasks/<task_id>/send-back": Route(
        "The check has failed: a yellow card at least, and the ladder goes on", TASK, dispatch.Reasoning, problems=ACTED
    ),
    "POST /dispatch/tasks/<task_id>/redate": Route(
        "Another date, with the reason, by somebody else than the owner; the first one is kept, the ladder begins anew",
        TASK,
        dispatch.Redating,
        problems=ACTED,
    ),
    "POST /dispatch/tasks/<task_id>/reassign": Route(
        "Another owner, with the reason", TASK, dispatch.HandingOn, problems=ACTED
    ),
    "POST /dispatch/tasks/<task_id>/cancel": Route(
        "A task is not needed any more, with the reason", TASK, dispatch.Reasoning, problems=ACTED
    ),
}
