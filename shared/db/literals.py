"""Values as PostgreSQL reads them with the least work: psycopg2's own forms cost both sides more than the rows."""

from __future__ import annotations

from typing import Any

LONG = 100  # characters


class _Quoted:
    """Text between dollar quotes: nothing in it needs escaping, so neither side looks at every byte of it."""

    def __init__(self, text: str):
        self._text = text.encode()

    def __conform__(self, protocol: Any) -> _Quoted:
        return self

    def getquoted(self) -> bytes:
        tag, number = b"$w$", 0
        while tag in self._text:
            number += 1
            tag = b"$w%d$" % number
        return tag + self._text + tag


def literal(value: Any) -> Any:
    """What psycopg2 should be given for a value: lists of text as one array literal (otherwise it writes an expression
    of as many terms), long text between dollar quotes, anything else as it is."""
    if isinstance(value, list):
        value = "{" + ",".join('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in value) + "}"
    return _Quoted(value) if isinstance(value, str) and len(value) > LONG and "\0" not in value else value
