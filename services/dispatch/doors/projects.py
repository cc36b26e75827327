"""Projects by HTTP: their road maps, their tasks and what is done to them, tables in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eventlet import tpool
from werkzeug.wrappers import Request, Response

from services.dispatch import messages, use_cases, views
from services.dispatch.adapters.projects import MOST_BYTES, projects_as, read_table
from services.dispatch.adapters.registry import CSV, TYPES, XLSX
from services.dispatch.domain.access import SEE_PROJECTS, Scope, scope
from services.dispatch.domain.project_acts import STATE_FIELDS
from services.dispatch.domain.projects import CANCELLED, FINISHED, OPEN
from services.dispatch.doors.orders import is_uuid, person_of
from services.dispatch.errors import NothingLoaded, NotTheirs, ProjectRefused, ProjectUnknown
from shared.http.entrypoint import body_of, caller_of
from shared.http.files import file_of
from shared.http.problems import Conflict, Forbidden, NotFound, Unprocessable
from shared.tables import TableError

BODIES = {
    "progress": messages.Reporting(),
    "done": messages.Reporting(),
    "verify": messages.Passing(),
    "send-back": messages.Reasoning(),
    "redate": messages.Redating(),
    "reassign": messages.HandingOn(),
    "cancel": messages.Reasoning(),
}
_PROJECT, _HEAD, _TASK, _STOPPING = (
    messages.ProjectBody(),
    messages.ProjectHead(),
    messages.TaskBody(),
    messages.Stopping(),
)
MOST_REASONS = 200


def get_projects(request: Request, open_work: Any) -> dict[str, Any]:
    state = _one_of(request, "state", (OPEN, FINISHED, CANCELLED))
    with open_work() as work:
        return {"projects": views.projects(work, _reach(request), state)}


def get_project(request: Request, project_id: str, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        found = views.project_by_id(work, project_id, person_of(request))
    if found is None:
        raise NotFound(str(ProjectUnknown("project", project_id)))
    return found


def put_project(request: Request, project_id: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _PROJECT)
    if wrong := _HEAD.validate({"project_id": project_id}):
        raise Unprocessable("the address does not fit: choose another id", _reasons("project_id", wrong["project_id"]))
    return _refused(lambda: use_cases.set_project(project_id, body, person_of(request), open_work))


def cancel_project(request: Request, project_id: str, open_work: Any) -> dict[str, Any]:
    why = body_of(request, _STOPPING)["reason"]
    return _refused(lambda: use_cases.cancel_project(project_id, why, person_of(request), open_work))


def post_task(request: Request, project_id: str, open_work: Any) -> tuple[int, dict[str, Any]]:
    body = body_of(request, _TASK)
    return 201, _refused(lambda: use_cases.add_task(project_id, body, person_of(request), open_work))


def get_tasks(request: Request, open_work: Any) -> dict[str, Any]:
    late = {"true": True, "false": False}.get(_one_of(request, "late", ("true", "false")) or "")
    with open_work() as work:
        return {"tasks": views.tasks(work, _reach(request), request.args.get("owner") or None, late)}


def act(request: Request, task_id: str, action: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, BODIES[action])
    if not is_uuid(task_id):
        raise NotFound(str(ProjectUnknown("task", task_id)))
    return _refused(lambda: use_cases.act_on_task(task_id, action, body, person_of(request), open_work))


def import_projects(request: Request, open_work: Any) -> dict[str, Any]:
    """A whole table, entered or refused; `dry_run=true` keeps nothing."""
    keep, why = request.args.get("dry_run") != "true", (request.args.get("why") or "a table was handed in")[:500]
    file = file_of(request, MOST_BYTES)
    try:
        given, wrong = tpool.execute(read_table, file)
    except TableError as error:
        raise Unprocessable(str(error).replace(file.name, "the file")) from error
    finally:
        file.unlink()
    by = caller_of(request).name
    entered = _refused(lambda: use_cases.enter_projects(given, by, why, open_work, keep and not wrong))
    if refused := sorted([*wrong, *entered.refused], key=lambda one: one.place):
        told = [reason._asdict() | {"field": f"row {o.place}: {reason.field}"} for o in refused for reason in o.reasons]
        raise Unprocessable("nothing was kept: repair what the reasons name", told[:MOST_REASONS])
    rows = [{"row": one.place, "project_id": one.project_id, "outcome": one.outcome} for one in entered.outcomes]
    return {"kept": keep, "rows": rows}


def export_projects(request: Request, open_work: Any) -> Response:
    form = _one_of(request, "format", (CSV, XLSX)) or XLSX
    with open_work() as work:
        found, calendar = views.projects(work, _reach(request), None, tasks_too=True), work.calendar()
    headers = {"Content-Disposition": f'attachment; filename="projects.{form}"'}
    return Response(
        projects_as(form, found, calendar.zone if calendar else None), headers=headers, content_type=TYPES[form]
    )


def _reach(request: Request) -> Scope:
    return scope(person_of(request), SEE_PROJECTS)


def _refused(do: Callable[[], Any]) -> Any:
    """What it does, or the problem that explains why not."""
    try:
        return do()
    except ProjectUnknown as error:
        raise NotFound(str(error)) from error
    except NotTheirs as error:
        raise Forbidden(str(error)) from error
    except NothingLoaded as error:
        raise Conflict(str(error)) from error
    except ProjectRefused as error:
        if all(reason["field"] in STATE_FIELDS for reason in error.reasons):
            raise Conflict("it cannot be done now: the reasons say why", error.reasons) from error
        raise Unprocessable("it is not right: repair what the reasons name", error.reasons) from error


def _one_of(request: Request, name: str, allowed: tuple[str, ...]) -> str | None:
    value = request.args.get(name) or None
    if value is not None and value not in allowed:
        problem = f"{value[:40]!r} is not known here: use one of {', '.join(allowed)}"
        raise Unprocessable("the question cannot be answered: repair what the reasons name", _reasons(name, [problem]))
    return value


def _reasons(field: str, problems: list[str]) -> list[dict[str, Any]]:
    return [{"field": field, "problem": "; ".join(problems), "repair": f"correct {field}"}]
