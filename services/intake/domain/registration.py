"""From a report to a case: is it valid, what is its category, level and lane, does the desk decide?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from services.intake.domain.masking import mask
from services.intake.domain.places import Located

OTHER = "9999"  # category of a report that names none
URGENT_LEVELS = ("P1", "P2")


@dataclass(frozen=True)
class Reason:
    """Why a report is refused: which field, what is wrong, how to repair it."""

    field: str
    problem: str
    repair: str

    def as_dict(self) -> dict[str, str]:
        return {"field": mask(self.field), "problem": mask(self.problem), "repair": mask(self.repair)}


@dataclass(frozen=True)
class Report:
    """What one source told us, read by its adapter."""

    source: str
    external_id: str
    category: str
    kind: str | None
    level: str | None
    title: str
    description: str
    place_text: str
    lon: float | None
    lat: float | None
    reported_at: dt.datetime | None
    reporter: dict[str, Any]
    media: list[str]
    reported_by: str | None = None
    settled: dict[str, Any] | None = None
    coordinates: str = "wgs84"  # what lon and lat are given in: wgs84, gcj02 (phones and maps in China), bd09
    grid_code: str = ""  # a place named by the code of its grid
    camera_id: str = ""  # a place named by the camera that saw it
    answers: dict[str, Any] = field(default_factory=dict)  # to the extra questions of the category
    extra: dict[str, Any] = field(default_factory=dict)  # the platform's own fields that its updates carry again


@dataclass(frozen=True)
class Refusal:
    """A report that cannot become a case. `reference` is its message's id, when its own number is unreadable."""

    source: str
    external_id: str
    reference: str
    reasons: list[Reason] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        """Under which its feedback is numbered; no readable external id begins with a question mark and a blank."""
        return self.source, self.external_id or f"? {self.reference}"


@dataclass(frozen=True)
class Category:
    code: str
    name_zh: str
    level: str
    kind: str


@dataclass(frozen=True)
class Source:
    """An upstream platform as far as the rules need it."""

    name: str
    kind: str
    auto_accept: bool
    feedback: tuple[str, ...]
    asks_reporter: bool
    enabled: bool = True
    settings: dict[str, Any] = field(default_factory=dict)  # its maps, lanes, limits: deploy/towns/format.md


@dataclass(frozen=True)
class NewCase:
    """A case as it begins; `accepted` says whether it needs the desk."""

    report: Report
    category: str
    kind: str
    level: str
    title: str
    description: str
    located: Located
    accepted: bool
    anonymous: bool
    asks_reporter: bool

    @property
    def lane(self) -> str:
        return "urgent" if self.level in URGENT_LEVELS else "normal"


def judge(report: Report, source: Source, catalogue: dict[str, Category]) -> list[Reason]:
    """Why the report is refused; empty when it is valid."""
    reasons = []
    if not report.external_id.strip():
        reasons.append(Reason("external_id", "it is empty", "send your own, unchanging number of the report"))
    if not (report.title.strip() or report.description.strip()):
        reasons.append(Reason("description", "neither title nor description says anything", "say what is the matter"))
    if report.category and report.category not in catalogue:
        reasons.append(
            Reason(
                "category",
                "the catalogue has no such code",
                "use a code of the catalogue, or leave it out and let the desk choose",
            )
        )
    if (report.lon is None) != (report.lat is None):
        reasons.append(Reason("place", "only one of lon and lat is there", "send both, WGS84 degrees, or neither"))
    if report.settled is not None and report.reported_by is None:
        reasons.append(Reason("settled", "only members settle on the spot", "leave it out"))
    if not source.enabled:
        reasons.append(Reason("source", f"the source {source.name!r} is switched off", "ask the town's desk"))
    return reasons


def open_case(report: Report, source: Source, catalogue: dict[str, Category], located: Located) -> NewCase:
    """The case of a valid report. The report's own level and kind win over those of its category."""
    category = catalogue.get(report.category) or catalogue.get(OTHER) or Category(OTHER, "其他", "P3", "report")
    text = mask(report.description.strip())
    return NewCase(
        report=report,
        category=category.code,
        kind=report.kind or category.kind,
        level=report.level or category.level,
        title=mask(report.title.strip()) or text[:60],
        description=text or mask(report.title.strip()),
        located=located,
        accepted=source.auto_accept,
        anonymous=bool(report.reporter.get("anonymous")) or not report.reporter.get("phone"),
        asks_reporter=source.asks_reporter,
    )
