"""Numbers of persons in free text are masked before the text is stored or said."""

from __future__ import annotations

import re

# Chinese identity card: 17 digits and a digit or X; mobile: 11 digits that begin with 1 and 3–9, with or without +86
_IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?!\d)")


def mask(text: str) -> str:
    """330102********1234 and 138****1234."""
    text = _IDENTITY.sub(lambda m: f"{m[1]}********{m[2]}", text)
    return _MOBILE.sub(lambda m: f"{m[1]}****{m[2]}", text)
