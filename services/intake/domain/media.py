"""What reports and members refer to: media that were or will be uploaded, and addresses of other systems."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_REFERENCE = re.compile(r"m-[0-9a-f]{40}")
MOST_ANSWERS = 9  # photos that a reporter may add to one case
ROLES = REPORT, EVIDENCE, ANSWER = "report", "evidence", "answer"


def reference_of(digest: str) -> str:
    """The reference of content with this SHA-256, as hex: its sender can know it before it is uploaded."""
    return f"m-{digest[:40]}"


def is_reference(text: str) -> bool:
    """Whether this names media of our own."""
    return _REFERENCE.fullmatch(text) is not None


def kind_of(text: str) -> str:
    """`media` of our own; `url`, which is shown and never fetched by us; `text`, of which nobody knows more."""
    if is_reference(text):
        return "media"
    return "url" if text.startswith(("https://", "http://")) else "text"


def linked(case_id: str, media: Iterable[str], settled: dict[str, Any] | None) -> list[dict[str, str]]:
    """What a new case refers to: the media of its report, and the evidence of what was settled on the spot."""
    evidence = (settled or {}).get("evidence") or []
    roles = dict.fromkeys(evidence, EVIDENCE) | dict.fromkeys(media, REPORT)
    return [{"case_id": case_id, "reference": reference, "role": role} for reference, role in roles.items()]
