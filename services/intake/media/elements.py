"""WebM without its tags and attachments: overwritten in place with empty elements of the same length.

The file is a row of elements (RFC 8794): an id, a length, content. Segments are entered, and clusters that do not say
how long they are (a recording that was streamed); what stands in them comes one after the other.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from services.intake.errors import MediaBroken
from services.intake.media.boxes import zero
from services.intake.media.pictures import Looks

_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
_WIPED = {0x1254C367, 0x1941A469}  # Tags, Attachments
_VOID = b"\xec"
_MOST = 1_000_000  # elements


def free_elements(path: Path) -> Looks:
    """Leave only what is played in the file. Raises MediaBroken."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        at = 0
        for _ in range(_MOST):
            if at >= size:
                return Looks()
            name, _ = _number(file, at, keep_marker=True)
            width = (name.bit_length() + 7) // 8
            length, length_width = _number(file, at + width)
            body, unknown = at + width + length_width, length == (1 << 7 * length_width) - 1
            if name == _SEGMENT or (name == _CLUSTER and unknown):
                at = body
                continue
            if unknown or body + length > size:
                raise MediaBroken("an element of the file is longer than the file: it was cut off")
            if name in _WIPED:
                _wipe(file, at, body + length)
            at = body + length
    raise MediaBroken("the file has more parts than can be read")


def _number(file: BinaryIO, at: int, keep_marker: bool = False) -> tuple[int, int]:
    """A number of variable length, and how many bytes it takes."""
    file.seek(at)
    raw = file.read(8)
    width = 9 - raw[0].bit_length() if raw and raw[0] else 9
    if width > len(raw):
        raise MediaBroken("an element of the file is cut off")
    value = int.from_bytes(raw[:width], "big")
    return (value if keep_marker else value & (1 << 7 * width) - 1), width


def _wipe(file: BinaryIO, start: int, end: int) -> None:
    """One empty element from `start` to `end`: its id, eight bytes of length, zeros."""
    width = 8 if end - start >= 9 else 1
    length = end - start - 1 - width
    file.seek(start)
    file.write(_VOID + (length | 1 << 7 * width).to_bytes(width, "big"))
    zero(file, end - length, end)
