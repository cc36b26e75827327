"""What the routes of notify do."""

from __future__ import annotations

from deploy.openapi.route import Route

ROUTES = {
    "GET /notify/notices": Route(
        "What the calling member has been told, in order, at most 500",
        {200: "`notices`, and the number of the newest there is (`last`)"},
        query={"after": "number of the last notice seen; without it, from the first one on"},
        problems=(422,),
    ),
}
