"""Whether what a member shows is enough for what the town asks of this category."""

from __future__ import annotations

import math

from services.dispatch.domain.deciding import Action, Circumstances, Position, Refused, refused
from services.dispatch.domain.order import Order

EARTH = 6_371_000.0  # metres


def lacking(order: Order, action: Action, around: Circumstances) -> Refused | None:
    """What is missing for resolving the order; None when nothing is. Of a case without a position nobody is asked to be
    near it."""
    case = around.cases.get(order.case_id, {})
    demand = around.conduct.demand(case.get("category") or "")
    before, after = ({ref.strip() for ref in refs if ref.strip()} for refs in (action.before, action.evidence))
    if len(before) < demand.before:
        return _photos("before", "处理前", demand.before, len(before))
    if len(after - before) < demand.after:
        return _photos("evidence", "处理后", demand.after, len(after - before))
    if demand.note and not action.note.strip():
        return refused("evidence_missing", "请填写办理情况 note", "say in note what was done")
    if demand.within_m is None or case.get("lon") is None or case.get("lat") is None:
        return None
    if action.position is None:
        return refused("position_missing", "请开启定位后再办结(position)", "send the position where you are: position")
    away = metres(action.position, Position(case["lon"], case["lat"]))
    if away <= demand.within_m:
        return None
    return refused(
        "too_far",
        f"您距现场约 {away:.0f} 米,须在 {demand.within_m:g} 米以内办结",
        f"you are some {away:.0f} m away: resolve it within {demand.within_m:g} m of the place",
    )


def _photos(field: str, zh: str, wanted: int, given: int) -> Refused:
    return refused(
        "evidence_missing",
        f"请上传{zh}照片 {wanted} 张(已有 {given} 张):{field}",
        f"{wanted} photos are needed in {field}, {given} were given",
    )


def metres(one: Position, other: Position) -> float:
    """Distance on the surface of the earth (haversine)."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*one, *other))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, chord)))
