"""The town's areas and members."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import doors
from services.dispatch.domain.registry import AREA, MEMBER
from shared.http.entrypoint import http


class Registry:
    open_work: Any
    sealing: Any

    @http("GET", "/dispatch/areas", roles=["desk", "leader"])
    def get_areas(self, request: Request) -> Any:
        return doors.get_areas(request, self.open_work)

    @http("GET", "/dispatch/areas/<grid_id>/changes", roles=["desk", "leader"])
    def get_area_changes(self, request: Request, grid_id: str) -> Any:
        return doors.get_changes(request, AREA, grid_id, self.open_work)

    @http("POST", "/dispatch/areas/import", roles=["desk"], max_body=None)
    def import_areas(self, request: Request) -> Any:
        return doors.post_file(request, AREA, self.open_work, self.sealing)

    @http("POST", "/dispatch/areas/<grid_id>/split", roles=["desk"])
    def split_grid(self, request: Request, grid_id: str) -> Any:
        return doors.split_grid(request, grid_id, self.open_work)

    @http("POST", "/dispatch/areas/merge", roles=["desk"])
    def merge_grids(self, request: Request) -> Any:
        return doors.merge_grids(request, self.open_work)

    @http("GET", "/dispatch/members", roles=["desk", "leader"])
    def get_members(self, request: Request) -> Any:
        return doors.get_members(request, self.open_work)

    @http("GET", "/dispatch/members/<member_id>/changes", roles=["desk", "leader"])
    def get_member_changes(self, request: Request, member_id: str) -> Any:
        return doors.get_changes(request, MEMBER, member_id, self.open_work)

    @http("POST", "/dispatch/members/import", roles=["desk"], max_body=None)
    def import_members(self, request: Request) -> Any:
        return doors.post_file(request, MEMBER, self.open_work, self.sealing)
