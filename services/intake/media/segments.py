"""Pictures without what phones and cameras write beside the picture: the picture's own bytes stay as they are.

Kept is what is needed to show it (colours, size, transparency, animation); position, time, device, thumbnails, comments
and whatever follows the picture's end are left out. How the phone was held is written anew, and nothing else.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from services.intake.errors import MediaBroken

_SHOWN_BY = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"acTL"}
_PNG_KEEPS = _SHOWN_BY | {b"fcTL", b"fdAT", b"cICP"}
_WEBP_KEEPS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_ALONE = {0x01, *range(0xD0, 0xD8)}  # JPEG markers without a length
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04  # flags of VP8X


def bare_jpeg(data: bytes, exif: bytes) -> bytes:
    """The JPEG with `exif` (a whole block, or nothing) as its only metadata. Raises MediaBroken."""
    kept = [data[:2], _jpeg_exif(exif)]
    for marker, start, end in _jpeg_parts(data):
        if marker == 0xFE or (0xE1 <= marker <= 0xEF and marker != 0xEE and data[start + 4 : start + 16] != _ICC):
            continue
        kept.append(data[start:end])
    return b"".join(kept)


_ICC = b"ICC_PROFILE\0"


def _jpeg_exif(exif: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif if exif else b""


def _jpeg_parts(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each part up to the end of the picture; a scan holds the data that follow its header."""
    at = 2
    while at + 4 <= len(data) or data[at : at + 2] == b"\xff\xd9":
        if data[at] != 0xFF:
            raise MediaBroken("the JPEG has no marker where one must be")
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker == 0xD9:
            yield marker, at, at + 2
            return
        end = at + 2 if marker in _ALONE else at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            end = _scan_end(data, end)
        yield marker, at, end
        at = end
    raise MediaBroken("the JPEG ends in the middle")


def _scan_end(data: bytes, at: int) -> int:
    """Where the next marker stands; inside of a scan FF is followed by 00 or a restart marker."""
    while (at := data.find(b"\xff", at)) >= 0:
        following = data[at + 1 : at + 2]
        if following and following[0] != 0 and following[0] not in _ALONE:
            return at
        at += 2
    raise MediaBroken("the JPEG ends in the middle")


def bare_png(data: bytes, exif: bytes) -> bytes:
    """The same for a PNG. Raises MediaBroken."""
    kept, at = [data[:8]], 8
    while at + 12 <= len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if name in _PNG_KEEPS and end <= len(data):
            kept.append(data[at:end])
        if name == b"IHDR" and exif:
            kept.append(_png_exif(exif.removeprefix(b"Exif\0\0")))
        if name == b"IEND":
            return b"".join(kept)
        at = end
    raise MediaBroken("the PNG ends in the middle")


def _png_exif(exif: bytes) -> bytes:
    chunk = b"eXIf" + exif
    return struct.pack(">I", len(exif)) + chunk + struct.pack(">I", zlib.crc32(chunk))


def bare_webp(data: bytes, exif: bytes) -> bytes:
    """The same for a WebP. Raises MediaBroken."""
    kept, at, end = [], 12, 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise MediaBroken("the WebP ends in the middle")
    while at + 8 <= end:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        chunk = data[at : at + 8 + length + length % 2]
        if name == b"VP8X" and len(chunk) > 8:
            flags = chunk[8] & ~(_WEBP_EXIF | _WEBP_XMP) | (_WEBP_EXIF if exif else 0)
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        if name in _WEBP_KEEPS:
            kept.append(chunk)
        at += len(chunk)
    if exif and kept and kept[0].startswith(b"VP8X"):
        exif = exif.removeprefix(b"Exif\0\0")
        kept.append(b"EXIF" + struct.pack("<I", len(exif)) + exif + b"\0" * (len(exif) % 2))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body
