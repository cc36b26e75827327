"""The part `awaited` of the section `dispatch` of a rule set (deploy/towns/format.md): how long deciding may
take, and when whoever owes an answer is reminded. Read whole or refused whole; without it the usual values hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.dispatch.domain.limits import Duration
from services.dispatch.domain.parts import Nudge
from shared.checks import Problem

ASSIST, REQUEST = "assist", "request"
ASKED, ABOVE, AT_DESK = "asked", "above", "desk"
USUAL: dict[str, Any] = {
    "decide": {"P1": "15 minute", "P2": "1 emergency_hour", "P3": "4 working_hour", "P4": "4 working_hour"},
    "reminders": [
        {"of": ASSIST, "after": 0.8, "to": ASKED},
        {"of": ASSIST, "after": 1.0, "to": ABOVE},
        {"of": ASSIST, "after": 1.0, "later": "1 working_day", "to": AT_DESK},
        {"of": REQUEST, "after": 0.5, "to": ASKED},
        {"of": REQUEST, "after": 1.0, "to": ABOVE},
    ],
}
_KEYS = {"of": (ASSIST, REQUEST), "to": (ASKED, ABOVE, AT_DESK)}
_MOST = 20  # reminders


@dataclass(frozen=True)
class Awaited:
    """`decide`: level → the time for deciding. A reminder comes when a share of the time has passed, or so much later:
    to whoever was asked, or it goes to who leads them (`above`), or to the desk."""

    decide: dict[str, Duration]
    reminders: tuple[tuple[str, Nudge], ...]

    @classmethod
    def of_rules(cls, document: dict[str, Any] | None) -> Awaited:
        """Of a part without problems; None: the usual values."""
        given = USUAL | (document or {})
        return cls(
            {level: Duration.read(text) for level, text in given["decide"].items()},
            tuple((one["of"], _nudge(number, one)) for number, one in enumerate(given["reminders"], 1)),
        )

    def of(self, what: str) -> Sequence[Nudge]:
        return [nudge for of, nudge in self.reminders if of == what]


def _nudge(number: int, one: dict[str, Any]) -> Nudge:
    later = one.get("later")
    return Nudge(number, float(one["after"]), Duration.read(later) if later else None, one["to"])


USUALLY = Awaited.of_rules(None)


def problems(part: Any) -> list[Problem]:
    """All that is wrong in the part; its places begin with `awaited`."""
    if part is None:
        return []
    if not isinstance(part, dict):
        return [(("awaited",), "this is no mapping", "write awaited: {decide: {…}, reminders: […]}")]
    found: list[Problem] = [
        (("awaited", key), f"nobody reads {key!r}", "use decide, reminders") for key in part.keys() - USUAL.keys()
    ]
    return [*found, *_decide(part.get("decide", {})), *_reminders(part.get("reminders", []))]


def _decide(value: Any) -> list[Problem]:
    if not isinstance(value, dict):
        return [(("awaited", "decide"), "this is no mapping", "write {P3: 4 working_hour}")]
    wrong = [(level, text) for level, text in value.items() if not _is_duration(text)]
    repair = "write for example 4 working_hour"
    return [(("awaited", "decide", level), f"{text!r} is no duration", repair) for level, text in wrong]


def _reminders(value: Any) -> list[Problem]:
    if not isinstance(value, list) or len(value) > _MOST:
        repair = f"write a list of at most {_MOST}: - {{of: assist, after: 1.0, to: above}}"
        return [(("awaited", "reminders"), "this is no such list", repair)]
    return [problem for at, one in enumerate(value) for problem in _reminder(("awaited", "reminders", at), one)]


def _reminder(path: tuple[Any, ...], one: Any) -> list[Problem]:
    if not isinstance(one, dict):
        return [(path, "this is no mapping", "write {of: assist, after: 1.0, to: above}")]
    known = ("of", "after", "later", "to")
    found: list[Problem] = [
        ((*path, key), f"nobody reads {key!r}", f"use {', '.join(known)}") for key in one.keys() - set(known)
    ]
    for key, allowed in _KEYS.items():
        if one.get(key) not in allowed:
            found.append(((*path, key), f"{one.get(key)!r} is not known here", f"use one of {', '.join(allowed)}"))
    share = one.get("after")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 10:
        found.append(((*path, "after"), f"{share!r} is no share of the time", "write a number above 0, at most 10"))
    if one.get("later") is not None and not _is_duration(one["later"]):
        found.append(((*path, "later"), f"{one['later']!r} is no duration", "write for example 1 working_day"))
    return found


def _is_duration(text: Any) -> bool:
    try:
        Duration.read(text)
    except (ValueError, AttributeError):
        return False
    return True
