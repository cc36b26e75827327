"""Reporters whose source does not pass their link on: their telephone numbers, sealed for this one use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.intake import messages
from services.intake.domain import feedback
from services.intake.domain.persons import texted
from services.intake.domain.registration import Source
from services.intake.store import Work
from services.intake.use_cases.personal import PHONE, open_original
from services.intake.use_cases.telling import lane_of
from shared.messaging.message import Heard
from shared.sealing import KeyRing

REASON = "回访链接短信 / link of the follow-up"
Due = tuple[Heard, dict[str, Any]]  # callback.link_due and the case that it is about


def reach_reporters(
    due: Sequence[Due], sources: Mapping[str, Source], work: Work, keys: KeyRing, said: dict[str, int]
) -> None:
    """Say for each reporter of these links who has a number for text messages how they are reached, once, with an entry
    in the audit chain; nothing of those who are anonymous or erased. `said` counts on.

    An entry holds up whoever else writes one until the transaction ends: call it last."""
    about = {number: (message, case) for message, case in due for number in message.links}
    told: set[str] = set()
    for row in work.reporters_to_reach(sorted(about)):
        message, case = about[row["number"]]
        phone = None if row["number"] in told or _passes_on(row["source"], sources) else _phone(row, keys)
        if phone:
            told.add(row["number"])
            said[case["id"]] += 1
            link = message.links[row["number"]]
            data = {"number": row["number"], "level": case["level"], "answer_link": link}
            data |= {"phone": keys.seal(phone, link["about"], PHONE), "closes_at": message.closes_at}
            named = (work.address, case["number"], case["id"], said[case["id"]], lane_of(case), message.event)
            work.say([messages.ReporterToTell.say(*named, **data)])
            work.note("intake", "service", "unmask", row["number"], REASON)


def _passes_on(name: str, sources: Mapping[str, Source]) -> bool:
    """Whether the source hears of the link, and so hands it to its reporter."""
    return name in sources and feedback.wanted("asked", sources[name].feedback)


def _phone(row: dict[str, Any], keys: KeyRing) -> str | None:
    original = open_original(row, keys)
    return texted(original["reporter"]) if original else None
