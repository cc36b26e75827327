"""What the routes of dispatch do."""

from __future__ import annotations

from deploy.openapi.route import STATE, Route
from services.dispatch import messages as dispatch
from services.dispatch.adapters.registry import TYPES

ROWS = "`kept`, and of each of the `rows`: `row` (from 1), `key`, `outcome` (new, changed, same), `fields` that changed"
IMPORT = {"dry_run": "true: nothing is kept", "why": "kept with every change"}
CHANGES = "`changes`: `version`, `at`, `who`, `why`, `before` and `after` of the fields that changed"
REDRAWN = "the `grids` there are now, those that they are there `instead_of`, how many open cases have `moved`"

ROUTES = {
    "POST /dispatch/actions": Route(
        "An action of the calling member; a `command_id` that is sent again gets its first answer again",
        {200: "as in dispatch.action_answered.v1: `accepted`, or the `reason` why not, and the state of the order"},
        dispatch.Action,
        problems=(422,),
    ),
    "GET /dispatch/orders": Route(
        "Work orders, the most urgent first, at most 500; a member sees its own only",
        {200: "`orders`"},
        query={"state": STATE, "member": "only those that this member handles or checks"},
    ),
    "GET /dispatch/orders/<order_id>": Route(
        "A work order; a member sees those it handles or checks",
        {200: "the order with its `journal` and its `assignments`"},
        problems=(404,),
    ),
    "GET /dispatch/areas": Route(
        "The town's areas, as JSON (without geometries) or as a file that can be handed in again",
        {200: "`areas`"},
        query={"format": "json, csv, xlsx or geojson", "level": "township, village, grid or micro_grid"},
        contents=("application/json", *TYPES.values()),
    ),
    "GET /dispatch/areas/<grid_id>/changes": Route(
        "What was changed of an area, the newest first, at most 200", {200: CHANGES}, problems=(404,)
    ),
    "POST /dispatch/areas/import": Route(
        "A file of areas, at most 16 MiB: what it does not name stays as it is; all of it is kept, or nothing",
        {200: ROWS},
        query=IMPORT,
        problems=(413, 422),
        raw_body="GeoJSON, CSV, XLSX, or a JSON list of objects",
    ),
    "POST /dispatch/areas/<grid_id>/split": Route(
        "One grid becomes several: its members go where the body says, its open work after its place and its handler",
        {200: REDRAWN},
        dispatch.Split,
        problems=(404, 422),
    ),
    "POST /dispatch/areas/merge": Route(
        "Several grids become one, with their members and their open work",
        {200: REDRAWN},
        dispatch.Merging,
        problems=(404, 422),
    ),
    "GET /dispatch/members": Route(
        "Members on the roll; of phone and chat ids only that they are there",
        {200: "`members`"},
        query={"format": "json, csv or xlsx", "area": "only those of this area", "role": "only those of this role"},
        contents=("application/json", TYPES["csv"], TYPES["xlsx"]),
    ),
    "GET /dispatch/members/<member_id>/changes": Route(
        "What was changed of a member, the newest first, at most 200", {200: CHANGES}, problems=(404,)
    ),
    "POST /dispatch/members/import": Route(
        "A file of members, at most 16 MiB: what it does not name stays as it is; all of it is kept, or nothing",
        {200: ROWS},
        query=IMPORT,
        problems=(413, 422),
        raw_body="CSV, XLSX, or a JSON list of objects",
    ),
}
