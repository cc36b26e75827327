"""Silences: made, ended before their time. What they have kept back is looked at when they end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from services.notify.domain.pipeline.silences import MATCHERS
from services.notify.domain.pipeline.silencing import longest_of, mistakes_of, within
from services.notify.domain.transitions import path_of
from services.notify.errors import NotYours, SilenceOver, SilenceRefused, SilenceUnknown
from services.notify.store import OpenWork
from shared.messaging.envelope import new_id


def add_silence(body: Mapping[str, Any], owner: str, bound: str | None, open_work: OpenWork) -> dict[str, Any]:
    """`bound`: the area where the owner's rights end; their silence is about nothing outside. Raises NotifyError."""
    matchers = {name: body[name] for name in MATCHERS if body.get(name)}
    with open_work() as work:
        now, parents = work.now(), work.area_parents()
        if matchers.get("area") and matchers["area"] not in parents:
            raise SilenceRefused([("area", f"there is no area {matchers['area'][:40]!r}", "give one of the town")])
        starts_at: dt.datetime = max(body.get("starts_at") or now, now)
        mistakes = mistakes_of(matchers, starts_at, body["ends_at"], now, longest_of(work.rules()))
        if mistakes:
            raise SilenceRefused(mistakes)
        if bound is not None:
            asked = matchers.get("area", "")
            try:
                matchers["area"] = within(asked, bound, path_of(asked, parents))
            except ValueError as error:
                raise NotYours(str(error)) from error
        row = {"id": new_id(), "owner": owner, "reason": body["reason"], "matchers": matchers}
        row |= {"starts_at": starts_at, "ends_at": body["ends_at"]}
        work.add_silence(row)
        work.commit()
    return {name: row[name] for name in ("id", "owner", "reason", "starts_at", "ends_at")} | {"matchers": matchers}


def end_silence(silence_id: str, who: str, bound: str | None, open_work: OpenWork) -> dict[str, Any]:
    """Whoever may make one may end it. Raises NotifyError."""
    with open_work() as work:
        found = work.lock_silence(silence_id)
        if found is None:
            raise SilenceUnknown(silence_id)
        area = found["matchers"].get("area", "")
        if bound is not None and bound not in path_of(area, work.area_parents()):
            raise NotYours(f"your rights end at the area {bound!r}: this silence reaches further; ask the desk")
        if found["over"]:
            raise SilenceOver(silence_id)
        released = work.end_silence(silence_id, who)
        work.commit()
    return {"id": silence_id, "ended_by": who, "released": released}
