"""What one source told us, and whether it can become a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.masking import mask

OTHER = "9999"  # category of a report that names none
YEARS = range(2000, 2101)  # far from where a clock, a time zone or a database ends


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
    service: dict[str, Any] | None = None  # what is ordered of the town's service list: adapters/service.py
    group: str = ""  # whoever or whatever may tell the same matter in several reports: domain/grouping.py


@dataclass(frozen=True)
class Refusal:
    """A report that cannot become a case. `reference` is its message's id, when its own number is unreadable."""

    source: str
    external_id: str
    reference: str
    reasons: list[Reason] = field(default_factory=list)
    outcome: str = "refused"  # or what else keeps it from being a case, for those who count

    @property
    def key(self) -> tuple[str, str]:
        """Under which its feedback is numbered; no readable external id begins with a question mark and a blank."""
        return self.source, self.external_id or f"? {self.reference}"


@dataclass(frozen=True)
class Category:
    """A matter of the catalogue. Assets (部件) have classes that begin with A."""

    code: str
    name_zh: str
    level: str
    kind: str
    class_code: str = ""
    keywords: tuple[str, ...] = ()  # words in a text that suggest it
    questions: tuple[dict[str, Any], ...] = ()  # asked of who reports it: answers.py


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


def judge(report: Report, source: Source, catalogue: Mapping[str, Category]) -> list[Reason]:
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
    if report.reported_at is not None and report.reported_at.year not in YEARS:
        problem = f"the year {report.reported_at.year} is not one of a report"
        reasons.append(Reason("reported_at", problem, "send when it was reported, or leave it out"))
    if report.settled is not None and report.reported_by is None:
        reasons.append(Reason("settled", "only members settle on the spot", "leave it out"))
    if not source.enabled:
        reasons.append(Reason("source", f"the source {source.name!r} is switched off", "ask the town's desk"))
    return reasons
