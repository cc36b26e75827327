"""Where each kind of upstream platform writes what the sample town makes up: number, position, reporter, grid.

The shapes themselves are those of services/intake/adapters/; a dotted name is a field inside of an object.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Language(NamedTuple):
    """Names of fields; an empty one is a thing that this kind does not tell."""

    number: str
    lon: str = "longitude"
    lat: str = "latitude"
    name: str = ""
    phone: str = ""
    grid: str = ""


GENERIC = Language("external_id", "place.lon", "place.lat", "reporter.name", "reporter.phone")
LANGUAGES = {
    "hotline": Language("orderNo", name="callerName", phone="callerPhone"),
    "pingan": Language("eventNo", name="reporterName", phone="reporterMobile", grid="gridCode"),
    "citymanagement": Language("taskNo", grid="cellCode"),
    "portal": Language("applyNo", name="applicantName", phone="mobile"),
    "camera": Language("alarmId"),
    "chat": Language("msgid", lon="", lat="", name="fromName", phone="fromPhone"),
    "service": Language("orderNo", name="contactName", phone="contactPhone"),
    "desk": Language("formNo", "lon", "lat", "callerName", "callerPhone"),
    "patrol": GENERIC._replace(name="", phone=""),
}


def language_of(kind: str) -> Language:
    """Kinds without a language of their own speak the generic one."""
    return LANGUAGES.get(kind, GENERIC)


def put(data: dict[str, Any], name: str, value: Any) -> None:
    """Write a value under a name; nothing under an empty one."""
    *objects, last = name.split(".")
    for each in objects:
        data = data.setdefault(each, {})
    if last:
        data[last] = value


def in_words(data: Any, **values: str) -> Any:
    """The data with `{name}` in every text replaced."""
    if isinstance(data, dict):
        return {key: in_words(value, **values) for key, value in data.items()}
    if isinstance(data, str):
        for name, value in values.items():
            data = data.replace(f"{{{name}}}", value)
    return data
