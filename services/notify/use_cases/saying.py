"""The words of what goes out on channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.notify.domain.deliveries import Words
from services.notify.domain.texts import TEXTS, text_of

TITLES = {"zh": ("网格通知", "{count}条网格通知"), "en": ("Grid notice", "{count} grid notices")}
MOST_LINES = 5  # of a message that says many things


class Said(NamedTuple):
    """One thing to say: the kind of the notice, and the facts of the message that it is about."""

    kind: str
    facts: Mapping[str, Any]


def words_of(said: Sequence[Said], language: str) -> Words:
    """One thing, or many in one message with their count."""
    one, many = TITLES.get(language, TITLES["en"])
    lines = list(dict.fromkeys(line_of(each, language) for each in said))
    if len(said) == 1:
        return Words(one, lines[0])
    shown = [f"{at}. {line}" for at, line in enumerate(lines[:MOST_LINES], start=1)]
    return Words(many.format(count=len(said)), "\n".join([*shown, *(["…"] if len(lines) > MOST_LINES else [])]))


def line_of(said: Said, language: str) -> str:
    """As it stands in the member's own queue, where it does."""
    ready = said.facts.get(f"text_{language}")
    if ready:
        return str(ready)
    if said.kind in TEXTS:
        return str(getattr(text_of(said.kind, said.facts), language if language == "zh" else "en"))
    return f"{said.kind}: {said.facts.get('title') or said.facts.get('number') or '—'}"
