"""The HTTP doors of notify: a request becomes the arguments of a view."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.notify import views
from shared.http.entrypoint import caller_of
from shared.http.problems import Unprocessable

MOST = 500


def get_notices(request: Request, open_work: Any) -> dict[str, Any]:
    after = request.args.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        reason = {"field": "after", "problem": f"{after[:40]!r} is no number", "repair": "give the last number seen"}
        raise Unprocessable("after is the number of the last notice that was seen", [reason])
    with open_work() as work:
        return views.notices_after(work, caller_of(request).name, int(after), MOST)
