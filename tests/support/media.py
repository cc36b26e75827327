"""Photos and videos made for tests: as phones make them, with everything that must not be kept."""

from __future__ import annotations

import io
import struct
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

CANARY = b"canary-device-4711"  # stands in everything that tells of a person or place
PLACE = (118.4052, 28.9251)  # lon, lat


def exif(orientation: int = 1, position: bool = True) -> bytes:
    """What a phone writes about a photo taken at PLACE."""
    told = Image.Exif()
    told[0x010F], told[0x0112] = CANARY.decode(), orientation
    if position:
        lat, lon = (28, 55, 30.36), (118, 24, 18.72)
        told[0x8825] = {1: "N", 2: lat, 3: "E", 4: lon, 29: "2026:11:25"}
    return told.tobytes()


def photo(form: str = "JPEG", size: tuple[int, int] = (640, 400), told: bytes | None = None, **options: Any) -> bytes:
    """A photo with a red left half, its metadata full of canaries."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    told = exif() if told is None else told
    if form == "PNG":
        text = PngInfo()
        text.add_text("Comment", CANARY.decode())
        options |= {"pnginfo": text}
    if form == "WEBP":
        options |= {"xmp": CANARY, "lossless": True}
    if form == "JPEG":
        options |= {"comment": CANARY}
    out = io.BytesIO()
    image.save(out, form, exif=told, **options)
    return out.getvalue()


def box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), name) + body


def track(handler: bytes, offset: int, sizes: list[int], chunks: int = 1) -> bytes:
    """A track whose samples lie one after the other from `offset`, in so many chunks."""
    each = len(sizes) // chunks
    starts = [offset + sum(sizes[: each * at]) for at in range(chunks)]
    table = box(
        b"stbl",
        box(b"stsd", bytes(8)),
        box(b"stsz", bytes(4), struct.pack(f">II{len(sizes)}I", 0, len(sizes), *sizes)),
        box(b"stsc", bytes(4), struct.pack(">IIII", 1, 1, each, 1)),
        box(b"stco", bytes(4), struct.pack(f">I{chunks}I", chunks, *starts)),
    )
    media = box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(12)), box(b"minf", table))
    return box(b"trak", box(b"tkhd", bytes(80)), media, box(b"udta", box(b"name", CANARY)))


def video(brand: bytes = b"qt  ", log: bool = True) -> bytes:
    """A video as a phone makes it: where it was taken in `udta` and `meta`, and a log of positions as a track."""
    picture, sound, positions = b"P" * 300, b"S" * 100, CANARY * 4
    beginning = box(b"ftyp", brand, bytes(4), b"mp42")
    data = box(b"mdat", picture + sound + positions)
    at = len(beginning) + 8
    tracks = [track(b"vide", at, [100, 200]), track(b"soun", at + 300, [100])]
    if log:
        tracks.append(track(b"meta", at + 400, [len(CANARY)] * 4, chunks=2))
    said = b"+28.9251+118.4052+080.000/"
    told = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(said), 0x15C7), said), box(b"loci", CANARY))
    apple = box(b"meta", box(b"keys", b"com.apple.quicktime.location.ISO6709"), box(b"ilst", CANARY))
    moov = box(b"moov", box(b"mvhd", bytes(100)), *tracks, told, apple)
    return beginning + data + moov + box(b"uuid", CANARY) + box(b"free", CANARY)


def element(name: int, content: bytes, unknown: bool = False) -> bytes:
    """An element of a WebM file."""
    raw = name.to_bytes((name.bit_length() + 7) // 8, "big")
    return raw + (b"\x01" + b"\xff" * 7 if unknown else (len(content) | 1 << 56).to_bytes(8, "big")) + content


def webm(streamed: bool = False) -> bytes:
    """A WebM with tags; `streamed` as browsers record it, without lengths."""
    head = element(0x1A45DFA3, element(0x4282, b"webm"))
    blocks = element(0xE7, b"\0") + element(0xA3, b"B" * 50)
    cluster = element(0x1F43B675, blocks, streamed)
    tags = element(0x1254C367, element(0x7373, b"LOCATION" + CANARY))
    return head + element(0x18538067, element(0x1549A966, b"info") + cluster + tags, streamed)
