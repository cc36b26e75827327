"""What a file is, by its first bytes: its sender may be wrong about it, or lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

ENOUGH = 64  # bytes that decide
# what senders say that say nothing; the web server fills in text/plain, curl a form
UNDECLARED = ("", "application/octet-stream", "binary/octet-stream", "text/plain", "application/x-www-form-urlencoded")


class Format(NamedTuple):
    """A format that is taken. `also` are the types that senders give it beside its own."""

    media_type: str
    ending: str
    also: tuple[str, ...] = ()


JPEG = Format("image/jpeg", "jpg", ("image/jpg", "image/pjpeg"))
PNG = Format("image/png", "png", ("image/x-png",))
WEBP = Format("image/webp", "webp")
MP4 = Format("video/mp4", "mp4", ("audio/mp4", "video/x-m4v", "audio/x-m4a", "audio/m4a", "audio/aac"))
QUICKTIME = Format("video/quicktime", "mov", ("video/mp4",))
GPP = Format("video/3gpp", "3gp", ("audio/3gpp", "video/3gpp2", "audio/3gpp2", "video/mp4", "audio/amr"))
M4A = Format("audio/mp4", "m4a", ("audio/x-m4a", "audio/m4a", "audio/aac", "video/mp4"))
WEBM = Format("video/webm", "webm", ("audio/webm", "video/x-matroska"))
OGG = Format("audio/ogg", "ogg", ("application/ogg", "audio/opus", "audio/vorbis"))
MP3 = Format("audio/mpeg", "mp3", ("audio/mp3", "audio/x-mpeg"))
WAV = Format("audio/wav", "wav", ("audio/x-wav", "audio/wave", "audio/vnd.wave"))
AMR = Format("audio/amr", "amr", ("audio/amr-wb", "audio/x-amr", "audio/3gpp"))  # WeChat's voice messages
AAC = Format("audio/aac", "aac", ("audio/x-aac", "audio/aacp", "audio/x-hx-aac-adts"))

FORMATS = (JPEG, PNG, WEBP, MP4, QUICKTIME, GPP, M4A, WEBM, OGG, MP3, WAV, AMR, AAC)
ISO_BASE = (MP4, QUICKTIME, GPP, M4A)
_SOUNDS = {"video/mp4": "audio/mp4", "video/webm": "audio/webm", "video/3gpp": "audio/3gpp"}
ENDINGS = {known.media_type: known.ending for known in FORMATS} | {"audio/webm": "weba", "audio/3gpp": "3ga"}
SENTENCE = "send a photo (JPEG, PNG, WebP), a video (MP4, MOV, 3GP, WebM) or a sound (M4A, MP3, AMR, WAV, OGG, AAC)"

# What is known, but not taken, and what its sender can do about it
REFUSED: dict[str, str] = {
    "HEIC": "most browsers cannot show it: send it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible)",
    "AVIF": "most phones cannot show it: send it as JPEG",
    "SILK": "only chat programs can play it: let the chat group's robot fetch the voice message as AMR",
    "PDF": "it is a document: send a photo of it",
    "GIF": "send a photo as JPEG or PNG, a moving picture as MP4",
}


def sniff(head: bytes) -> Format | str | None:
    """The format of a file that begins with `head`; the name of one that is known but not taken; None for any other."""
    for begins, found in _BEGINNINGS:
        if head.startswith(begins):
            return found(head) if callable(found) else found
    if head[4:8] == b"ftyp":
        return _brand(head)
    return _frame(head)


def declared_as(found: Format, declared: str) -> str | None:
    """The type to keep for a file that was declared so: its own when nothing was declared, or one of the usual other
    names; None when sender and bytes disagree. A sound in a video's container stays a sound."""
    declared = declared.partition(";")[0].strip().lower()
    if declared in UNDECLARED or declared == found.media_type:
        return found.media_type
    if declared not in found.also:
        return None
    return _SOUNDS.get(found.media_type, found.media_type) if declared.startswith("audio/") else found.media_type


def _riff(head: bytes) -> Format | None:
    return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])


def _ogg(head: bytes) -> Format | None:
    """Only with a sound as its first stream."""
    return OGG if head[28:36] == b"OpusHead" or head[29:35] == b"vorbis" or head[28:33] == b"Speex" else None


def _brand(head: bytes) -> Format | str | None:
    brand = head[8:12]
    if brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"):
        return "HEIC"
    if brand in (b"avif", b"avis"):
        return "AVIF"
    if brand.startswith(b"3g"):
        return GPP
    return {b"qt  ": QUICKTIME, b"M4A ": M4A, b"M4B ": M4A}.get(brand, MP4)


def _frame(head: bytes) -> Format | None:
    """Sounds that begin with a frame right away: eleven or twelve bits set, then version, layer, rates."""
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:  # ADTS: layer 0
        return AAC
    third_layer = head[1] & 0xE6 == 0xE2 and head[1] >> 3 & 3 != 1
    return MP3 if third_layer and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3 else None


def _ebml(head: bytes) -> Format | None:
    return WEBM if b"webm" in head[:ENOUGH] or b"matroska" in head[:ENOUGH] else None


_BEGINNINGS: tuple[tuple[bytes, Format | str | Callable[[bytes], Format | str | None]], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"RIFF", _riff),
    (b"\x1aE\xdf\xa3", _ebml),
    (b"OggS", _ogg),
    (b"ID3", MP3),
    (b"#!AMR", AMR),
    (b"\x02#!SILK", "SILK"),
    (b"#!SILK", "SILK"),
    (b"%PDF-", "PDF"),
    (b"GIF8", "GIF"),
)
