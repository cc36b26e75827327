"""Reports by HTTP."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.intake import use_cases
from shared.http.entrypoint import caller_of, json_of
from shared.http.problems import Unprocessable


def post_report(request: Request, open_work: Any, keys: Any) -> tuple[int, dict[str, Any]]:
    registered = use_cases.register_one(json_of(request), caller_of(request).name, open_work, keys)
    if registered.outcome == "refused":
        raise Unprocessable(
            "the report was refused: repair what the reasons name and send it again",
            [reason.as_dict() for reason in registered.reasons],
        )
    status = 201 if registered.outcome == "new" else 200
    return status, {"outcome": registered.outcome, "number": registered.number, "state": registered.state}
