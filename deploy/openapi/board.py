"""What the routes of board do."""

from __future__ import annotations

from deploy.openapi.route import Route

ROUTES = {
    "GET /board/cases/<number>": Route(
        "Everything that was said about a case", {200: "what is known of the case, and its `timeline`"}, problems=(404,)
    ),
    "GET /board/totals": Route(
        "Cases by state and level, by source, by grid", {200: "`by_state`, `by_source` and `by_grid`"}
    ),
}
