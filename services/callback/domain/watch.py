"""What is striking about an answer: given within seconds, or in series. It is marked, and people look at it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.callback.domain.questions import REASONS_ID
from services.callback.domain.words import both

QUICK, DEVICE, TAKER, HANDLER = "quick", "series_of_device", "series_of_taker", "one_handler"


@dataclass(frozen=True)
class Watch:
    """From when on something is striking: `quick` (seconds) or less for an answer; so many matters answered from one
    device, taken by one call-taker, or answered from one device about one handler's work, `within` that time."""

    quick: dt.timedelta = dt.timedelta(seconds=5)
    device: int = 3
    taker: int = 20
    handler: int = 3
    within: dt.timedelta = dt.timedelta(minutes=10)


class Seen(NamedTuple):
    """How many matters were answered lately, this one counted: from the same device, by the same call-taker, from the
    same device about work of the same handler (at any time: a handler who answers for reporters takes days)."""

    device: int = 1
    taker: int = 1
    handler: int = 1


def marks(seconds: float | None, seen: Seen, watch: Watch) -> Iterator[tuple[str, str]]:
    """What is striking: the reason, and in words."""
    if seconds is not None and seconds <= watch.quick.total_seconds():
        yield QUICK, both(f"{seconds:.0f} 秒内作答", f"answered within {seconds:.0f} s")
    minutes = f"{watch.within.total_seconds() / 60:.0f}"
    if seen.device >= watch.device:
        yield (
            DEVICE,
            both(f"同一设备 {minutes} 分钟内答 {seen.device} 件", f"{seen.device} in {minutes} min from one device"),
        )
    if seen.taker >= watch.taker:
        yield (
            TAKER,
            both(f"同一坐席 {minutes} 分钟内录 {seen.taker} 件", f"{seen.taker} in {minutes} min by one call-taker"),
        )
    if seen.handler >= watch.handler:
        yield (
            HANDLER,
            both(
                f"同一设备答了同一经办人的 {seen.handler} 件",
                f"one device answered about {seen.handler} matters of one handler: perhaps the handler's own",
            ),
        )


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where two answers of the same reporter differ, question by question; nothing where they agree."""
    found = []
    for question in sorted(first.keys() | second.keys()):
        a, b = first.get(question), second.get(question)
        if question == REASONS_ID:
            a, b = sorted(a or ()), sorted(b or ())
        if a != b:
            found.append({"question": question, "first": a, "second": b})
    return found
