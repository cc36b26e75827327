"""Board: the command centre hears everything; nobody depends on it. Entrypoints only."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.board import doors, messages, use_cases, wiring
from shared.http.entrypoint import http
from shared.messaging.hears import hears


class BoardService:
    name = "board"
    operations = wiring.operations()
    open_work = wiring.OpenWork()

    @hears("everything", messages.Anything, linger=0.2)
    def on_anything(self, heard: list[Any]) -> None:
        use_cases.keep_journal(heard, self.open_work)

    @http("GET", "/board/cases/<number>", roles=["desk", "leader"], in_area=True)
    def get_case(self, request: Request, number: str) -> Any:
        return doors.get_case(request, number, self.open_work)

    @http("GET", "/board/totals", roles=["desk", "leader"], in_area=True)
    def get_totals(self, request: Request) -> Any:
        return doors.get_totals(request, self.open_work)
