"""Projects: what is late is watched; what is done to them over HTTP."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import use_cases
from services.dispatch.domain.access import SIGNED_IN
from services.dispatch.doors import projects as doors
from shared.http.entrypoint import http
from shared.timers import timer


class Projects:
    open_work: Any

    @timer(interval=1)
    def watch_tasks(self) -> None:
        use_cases.watch_tasks(self.open_work)

    @http("GET", "/dispatch/projects", roles=SIGNED_IN, in_area=True)
    def get_projects(self, request: Request) -> Any:
        return doors.get_projects(request, self.open_work)

    @http("GET", "/dispatch/projects/export", roles=["desk", "leader"], in_area=True)
    def export_projects(self, request: Request) -> Any:
        return doors.export_projects(request, self.open_work)

    @http("POST", "/dispatch/projects/import", roles=["desk"], max_body=None)
    def import_projects(self, request: Request) -> Any:
        return doors.import_projects(request, self.open_work)

    @http("GET", "/dispatch/projects/<project_id>", roles=SIGNED_IN, in_area=True)
    def get_project(self, request: Request, project_id: str) -> Any:
        return doors.get_project(request, project_id, self.open_work)

    @http("PUT", "/dispatch/projects/<project_id>", roles=["desk", "leader"], in_area=True)
    def put_project(self, request: Request, project_id: str) -> Any:
        return doors.put_project(request, project_id, self.open_work)

    @http("POST", "/dispatch/projects/<project_id>/cancel", roles=["desk", "leader"], in_area=True)
    def cancel_project(self, request: Request, project_id: str) -> Any:
        return doors.cancel_project(request, project_id, self.open_work)

    @http("POST", "/dispatch/projects/<project_id>/tasks", roles=SIGNED_IN, in_area=True)
    def post_task(self, request: Request, project_id: str) -> Any:
        return doors.post_task(request, project_id, self.open_work)

    @http("GET", "/dispatch/tasks", roles=SIGNED_IN, in_area=True)
    def get_tasks(self, request: Request) -> Any:
        return doors.get_tasks(request, self.open_work)

    @http("POST", "/dispatch/tasks/<task_id>/progress", roles=SIGNED_IN, in_area=True)
    def report_task(self, request: Request, task_id: str) -> Any:
        return doors.act(request, task_id, "progress", self.open_work)

    @http("POST", "/dispatch/tasks/<task_id>/done", roles=SIGNED_IN, in_area=True)
    def finish_task(self, request: Request, task_id: str) -> Any:
        return doors.act(request, task_id, "done", self.open_work)

    @http("POST", "/dispatch/tasks/<task_id>/verify", roles=SIGNED_IN, in_area=True)
    def verify_task(self, request: Request, task_id: str) -> Any:
        return doors.act(request, task_id, "verify", self.open_work)

    @http("POST", "/dispatch/tasks/<task_id>/send-back", roles=SIGNED_IN, in_area=True)
    def send_back_task(self, request: Request, task_id: str) -> Any:
        return doors.act(request, task_id, "send-back", self.open_work)

    @http("POST", "/dispatch/tasks/<task_id>/redate", roles=SIGNED_IN, in_area=True)
    def redate_task(self, request: Request, task_id: str) -> Any:
        return doors.act(request, task_id, "redate", self.open_work)

    @http("POST", "/dispatch/tasks/<task_id>/reassign", roles=SIGNED_IN, in_area=True)
    def reassign_task(self, request: Request, task_id: str) -> Any:
        return doors.act(request, task_id, "reassign", self.open_work)

    @http("POST", "/dispatch/tasks/<task_id>/cancel", roles=SIGNED_IN, in_area=True)
    def cancel_task(self, request: Request, task_id: str) -> Any:
        return doors.act(request, task_id, "cancel", self.open_work)
