"""Photos: checked to be whole, read for where they were taken, freed of everything else, and made small for lists."""

from __future__ import annotations

import io
import math
import warnings
from pathlib import Path
from typing import Any, NamedTuple

from PIL import ExifTags, Image, ImageOps

from services.intake.errors import MediaBroken
from services.intake.media import segments, sniff

MOST_PIXELS = 50_000_000  # decoded, a picture of this size takes 200 MB
SIDE = 480  # pixels, the longer side of a thumbnail
DECIMALS = 4  # of a position: about ten metres, as good as a phone knows it
_BARE = {sniff.JPEG: segments.bare_jpeg, sniff.PNG: segments.bare_png, sniff.WEBP: segments.bare_webp}
_NAMES = {sniff.JPEG: "JPEG", sniff.PNG: "PNG", sniff.WEBP: "WEBP"}

Image.MAX_IMAGE_PIXELS = None  # our own limit is lower, and refuses with a reason
Position = tuple[float, float]


class Looks(NamedTuple):
    """What is kept about a file besides its bytes: size in pixels as it is shown, where it was taken (lon, lat, WGS84),
    and the bytes of its thumbnail (JPEG)."""

    width: int | None = None
    height: int | None = None
    position: Position | None = None
    thumbnail: bytes | None = None


def free_picture(path: Path, found: sniff.Format) -> Looks:
    """Look at the photo in a file, and leave only the picture itself there. Raises MediaBroken."""
    data = path.read_bytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata that we drop anyway
            looks, orientation = _look(data, _NAMES[found])
    except MediaBroken:
        raise
    except Exception as error:  # Pillow raises whatever its parsers do: the bytes are at fault
        raise MediaBroken(f"the photo cannot be decoded ({type(error).__name__})") from error
    path.write_bytes(_BARE[found](data, _turned(orientation)))
    return looks


def _look(data: bytes, name: str) -> tuple[Looks, int]:
    with Image.open(io.BytesIO(data), formats=[name]) as image:
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise MediaBroken(
                f"the photo has {width} × {height} pixels: send it with at most {MOST_PIXELS // 10**6} million"
            )
        exif = _exif_of(image)
        orientation = exif.get(ExifTags.Base.Orientation, 1)
        image.draft("RGB", (2 * SIDE, 2 * SIDE))  # JPEG: decode no more than is needed
        image.load()
        thumbnail = _thumbnail(image)
    orientation = orientation if orientation in range(1, 9) else 1
    if orientation > 4:
        width, height = height, width
    return Looks(width, height, position_of(_gps_of(exif)), thumbnail), orientation


def _exif_of(image: Image.Image) -> Image.Exif:
    """Damaged metadata are as good as none: the picture may be well."""
    try:
        return image.getexif()
    except Exception:
        return Image.Exif()


def _gps_of(exif: Image.Exif) -> dict[int, Any]:
    try:
        return exif.get_ifd(ExifTags.IFD.GPSInfo)
    except Exception:
        return {}


def _thumbnail(image: Image.Image) -> bytes:
    small = ImageOps.exif_transpose(image)
    small.thumbnail((SIDE, SIDE))
    if small.mode in ("RGBA", "LA", "PA", "P"):
        white = Image.new("RGBA", small.size, "white")
        small = Image.alpha_composite(white, small.convert("RGBA"))
    small = small.convert("RGB")
    small.info.clear()
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80, exif=b"", icc_profile=None)
    return out.getvalue()


def _turned(orientation: int) -> bytes:
    """The one thing that is told again: which side is up."""
    if orientation == 1:
        return b""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif.tobytes()


def position_of(gps: dict[int, Any]) -> Position | None:
    """(lon, lat) of EXIF's GPS fields, which are WGS84; None when they say nothing sensible."""
    try:
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "EW")
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "NS")
    except (KeyError, ValueError, TypeError, ZeroDivisionError, AttributeError):
        return None
    return plausible(lon, lat)


def plausible(lon: float, lat: float) -> Position | None:
    """The position, rounded; None for what is not on Earth or was left at zero."""
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        return None
    position = round(lon, DECIMALS), round(lat, DECIMALS)
    return position if any(position) else None


def _degrees(parts: Any, side: str, sides: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    side = side.strip("\0 ").upper()
    return (degrees + minutes / 60 + seconds / 3600) * (1, -1)[sides.index(side or "?")]
