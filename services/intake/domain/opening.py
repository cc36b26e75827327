"""From a valid report to the case that it begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from services.intake.domain.coordinates import to_wgs84
from services.intake.domain.places import Located, Where
from services.intake.domain.registration import Report, Source
from services.intake.domain.rules import ACCEPT, REJECT
from services.intake.domain.understanding import Understanding, Understood, told_by
from shared.masking import mask

URGENT_LEVELS = ("P1", "P2")


@dataclass(frozen=True)
class NewCase:
    """A case as it begins; `meaning` says how it was understood."""

    report: Report
    meaning: Understood
    title: str
    description: str
    located: Located
    anonymous: bool
    asks_reporter: bool

    @property
    def state(self) -> str:
        """Accepted or rejected by rule; or submitted: the desk decides."""
        return {ACCEPT: "accepted", REJECT: "rejected"}.get(self.meaning.acceptance, "submitted")

    @property
    def lane(self) -> str:
        return "urgent" if self.meaning.level in URGENT_LEVELS else "normal"


def where(report: Report, source: Source, photos: Mapping[str, tuple[float, float]]) -> Where:
    """What a report says about its place, in WGS84: positions are converted at the edge. `photos`: where those that are
    known were taken, by reference."""
    text = report.place_text.strip() or f"{report.title} {report.description}"
    lon, lat = report.lon, report.lat
    system = report.coordinates if report.coordinates != "wgs84" else source.settings.get("coordinates", "wgs84")
    if lon is not None and lat is not None and system != "wgs84":
        lon, lat = (round(value, 7) for value in to_wgs84((lon, lat), system))
    taken = next((photos[reference] for reference in report.media if reference in photos), None)
    return Where(lon, lat, report.grid_code, report.camera_id, text, taken)


def open_case(
    report: Report, source: Source, understanding: Understanding, located: Located, now: dt.datetime
) -> NewCase:
    """The case of a valid report. `now` has the town's zone."""
    text = mask(report.description.strip())
    anonymous = bool(report.reporter.get("anonymous")) or not report.reporter.get("phone")
    return NewCase(
        report=report,
        meaning=understanding.of(told_by(report, now, anonymous), located, source.auto_accept),
        title=mask(report.title.strip()) or text[:60],
        description=text or mask(report.title.strip()),
        located=located,
        anonymous=anonymous,
        asks_reporter=source.asks_reporter,
    )
