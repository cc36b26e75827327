"""MP4, MOV, 3GP and M4A without what phones write beside picture and sound: overwritten in place, nothing moves.

These files are trees of boxes (ISO/IEC 14496-12). Kept are the boxes that playing needs. All others (`udta` with `©xyz`
and `loci`, `meta` with Apple's location, `uuid`, free space, boxes of makers) become empty `free` boxes. Tracks that
are neither picture nor sound (Apple's and action cameras' logs of positions) lose their samples and become such boxes,
too. What is left: bytes in `mdat` that no track names (fragments of such logs included), and what an encoder writes
into the stream itself.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from services.intake.errors import MediaBroken
from services.intake.media.pictures import Looks, Position, plausible

_STREAM = b"stsd stts ctts cslg stss stsh stdp sdtp sbgp sgpd subs stsc stsz stz2 stco co64 saiz saio padb".split()
KEPT: dict[bytes, set[bytes]] = {  # container → its boxes that stay
    b"": {b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"ssix", b"wide"},
    b"moov": {b"mvhd", b"trak", b"mvex", b"iods"},
    b"trak": {b"tkhd", b"edts", b"tref", b"tapt", b"mdia", b"load"},
    b"mdia": {b"mdhd", b"hdlr", b"minf", b"elng"},
    b"minf": {b"vmhd", b"smhd", b"gmhd", b"nmhd", b"hmhd", b"dinf", b"hdlr", b"stbl"},
    b"stbl": set(_STREAM),
    b"moof": {b"mfhd", b"traf"},
    b"traf": {b"tfhd", b"tfdt", b"trun", b"sbgp", b"sgpd", b"subs", b"saiz", b"saio", b"sdtp"},
}
_PLAYED = (b"vide", b"soun")
_SAID = re.compile(rb"([+-]\d{2}\.\d+)([+-]\d{3}\.\d+)")  # ISO 6709, in ©xyz and in Apple's metadata
_SHORT = 1 << 20  # a description that is longer is not read
_MOST = 100_000  # boxes of a file
_ROWS = 1_000_000  # of a table
_ZEROS = bytes(1 << 16)


class Box(NamedTuple):
    name: bytes
    start: int
    body: int  # where its content begins
    end: int


def free_boxes(path: Path) -> Looks:
    """Leave only what is played in the file, and say where it was taken if it said so. Raises MediaBroken."""
    with path.open("r+b") as file:
        return _File(file, path.stat().st_size).free()


def zero(file: BinaryIO, start: int, end: int) -> None:
    """Nothing but zeros from `start` to `end`."""
    file.seek(start)
    while start < end:
        start += file.write(_ZEROS[: end - start])


class _File:
    def __init__(self, file: BinaryIO, size: int):
        self._file, self._size, self._left, self._to_wipe = file, size, _MOST, size
        self._played = 0
        self._position: Position | None = None

    def free(self) -> Looks:
        try:
            self._clean(b"", 0, self._size)
        except struct.error as error:
            raise MediaBroken("a box of the file is cut off") from error
        if not self._played:
            raise MediaBroken("the file has no track of picture or sound: it was cut off")
        return Looks(position=self._position)

    def _clean(self, parent: bytes, start: int, end: int) -> None:
        """Everything inside of a container."""
        for box in list(self._boxes(start, end)):
            if box.name == b"trak" and not self._is_played(box):
                self._wipe_samples(box)
                self._wipe(box)
            elif box.name not in KEPT[parent]:
                self._hear(box)
                self._wipe(box)
            elif box.name in KEPT:
                self._played += box.name == b"trak"
                self._clean(box.name, box.body, box.end)

    def _boxes(self, start: int, end: int) -> Iterator[Box]:
        while start + 8 <= end:
            self._left -= 1
            length, name = struct.unpack(">I4s", self._read(start, 8))
            body = start + 8
            if length == 1:
                (length,) = struct.unpack(">Q", self._read(body, 8))
                body += 8
            stop = start + length if length else end
            if stop < body or stop > end or self._left < 0:
                raise MediaBroken("a box of the file is longer than the file: it was cut off")
            yield Box(name, start, body, stop)
            start = stop

    def _read(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)

    def _hear(self, box: Box) -> None:
        found = None if self._position else _SAID.search(self._read(box.body, min(box.end - box.body, _SHORT)))
        if found:
            self._position = plausible(float(found[2]), float(found[1]))

    def _wipe(self, box: Box) -> None:
        self._file.seek(box.start + 4)
        self._file.write(b"free")
        zero(self._file, box.body, box.end)

    def _find(self, box: Box, *path: bytes) -> Box | None:
        found: Box | None = box
        for name in path:
            found = next((i for i in self._boxes(found.body, found.end) if i.name == name), None) if found else None
        return found

    def _is_played(self, track: Box) -> bool:
        handler = self._find(track, b"mdia", b"hdlr")
        return handler is not None and self._read(handler.body + 8, 4) in _PLAYED

    def _wipe_samples(self, track: Box) -> None:
        table = self._find(track, b"mdia", b"minf", b"stbl")
        parts = {box.name: box for box in self._boxes(table.body, table.end)} if table else {}
        offsets = self._numbers(parts, b"co64", ">Q") or self._numbers(parts, b"stco", ">I")
        sizes = self._sizes(parts)
        at = 0
        for offset, count in zip(offsets, self._counts(parts, len(offsets)), strict=True):
            length = sum(sizes[at : at + count])
            at += count
            self._to_wipe -= length
            if at > len(sizes) or offset + length > self._size or self._to_wipe < 0:
                raise MediaBroken("a track names bytes that are not there: the file was cut off")
            zero(self._file, offset, offset + length)

    def _numbers(self, parts: dict[bytes, Box], name: bytes, form: str, skip: int = 4) -> list[Any]:
        """The rows of a table that begins with version, flags and (`skip` bytes into it) its length."""
        box = parts.get(name)
        if box is None:
            return []
        (count,) = struct.unpack(">I", self._read(box.body + skip, 4))
        room = (box.end - box.body - skip - 4) // struct.calcsize(form)
        if count > room or count > _ROWS:
            raise MediaBroken("a table of the file is longer than its box")
        rows = struct.iter_unpack(form, self._read(box.body + skip + 4, count * struct.calcsize(form)))
        return [row[0] if len(row) == 1 else row for row in rows]

    def _sizes(self, parts: dict[bytes, Box]) -> list[int]:
        if b"stsz" not in parts:
            return []
        same, count = struct.unpack(">II", self._read(parts[b"stsz"].body + 4, 8))
        if same:
            return [same] * min(count, _ROWS)
        return self._numbers(parts, b"stsz", ">I", skip=8)

    def _counts(self, parts: dict[bytes, Box], chunks: int) -> list[int]:
        """How many samples each chunk has; the table says it for the first chunk of each run."""
        runs = self._numbers(parts, b"stsc", ">III")
        counts: list[int] = []
        for at, (first, count, _) in enumerate(runs):
            last = runs[at + 1][0] if at + 1 < len(runs) else chunks + 1
            counts += [count] * max(0, min(last, chunks + 1) - first)
        if len(counts) != chunks:
            raise MediaBroken("a track of the file does not say which samples its chunks have")
        return counts
