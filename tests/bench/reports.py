"""Reports as an upstream platform sends them, made from a seed: the same for every system that is measured."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
import uuid_utils

from deploy.towns.small import SIDE, SOUTH, WEST

TITLES = ("路口垃圾未清运", "路灯不亮", "井盖松动", "占道经营", "下水道堵塞", "夜间施工噪声")
DETAIL = "现场有积水和散落的垃圾，行人和车辆通行不便，请尽快派人处理。联系人在附近等候。"
URGENT_SHARE = 0.05


class Sent(NamedTuple):
    """One report ready for the wire."""

    external_id: str
    lane: str
    body: bytes


def reports(seed: int, grids: int = 4, first_grid: int = 0, area: tuple[float, float] | None = None) -> Iterator[Sent]:
    """Endless reports of the source `hotline`, inside so many grids of the small town, or inside an `area` so many
    degrees wide and high from its corner; one in twenty is urgent.

    The title ends with the clock of this machine when the report was made, so that whoever hears of it knows how long
    that took.
    """
    chance = random.Random(seed)
    wide, high = area or (SIDE * grids, SIDE)
    while True:
        external_id = f"b-{uuid_utils.uuid7()}"
        urgent = chance.random() < URGENT_SHARE
        lon, lat = WEST + SIDE * first_grid + wide * chance.random(), SOUTH + high * chance.random()
        data: dict[str, Any] = {
            "external_id": external_id,
            "title": f"{chance.choice(TITLES)} {time.monotonic():.6f}",
            "description": DETAIL,
            "kind": "complaint",
            "place": {"text": "球川镇 振兴路 12 号", "lon": round(lon, 6), "lat": round(lat, 6)},
            "reporter": {"name": "张某", "phone": "19900000001"},
        }
        data |= {"level": "P2"} if urgent else {}
        event = {"specversion": "1.0", "id": external_id, "source": "hotline", "type": "report.v1", "data": data}
        yield Sent(external_id, "urgent" if urgent else "normal", orjson.dumps(event))
