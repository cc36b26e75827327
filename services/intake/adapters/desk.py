"""The form of the town's own desk (综合信息指挥室) for calls that its staff take.

Rules: the town's own. Codes are those of the catalogue, kind in words or as ours; who took the call is kept with the
report. `formNo` is drawn by the form when it is opened, so that pressing the button twice is one report.

    {"formNo": "desk1-20261123-0007", "takenBy": "desk1", "takenAt": "2026-11-23 08:58:12", "callerName": "罗某",
     "callerPhone": "19900000039", "category": "0401", "kind": "举报", "level": "P3", "title": "涵洞积水",
     "content": "涵洞积水约四十厘米，小车无法通行。", "placeText": "球川村涵洞", "lon": 118.405, "lat": 28.925}
"""

from __future__ import annotations

from services.intake.adapters import fields as f
from services.intake.adapters import mapping as m
from services.intake.adapters.protocol import Data
from services.intake.domain.registration import Report, Source
from services.intake.messages.outside import Strict

KIND = "desk"


class Form(Strict):
    """来电登记."""

    formNo = f.required(200)
    takenBy = f.required(100)
    takenAt = f.moment()
    callerName = f.optional(100)
    callerPhone = f.optional(40)
    anonymous = f.yes_or_no()
    category = f.optional(20)
    kind = f.optional(20)
    level = f.optional(10)
    title = f.optional(200)
    content = f.required(4000)
    placeText = f.optional(500)
    lon = f.degrees(180)
    lat = f.degrees(90)
    gridCode = f.optional(30)
    attachments = f.files()


def _report(form: Data, codes: m.Codes, source: Source) -> Report:
    codes.keep(form, "takenBy")
    return m.report(
        source,
        form["formNo"],
        category=codes.category(form["category"], "category"),
        kind=codes.kind(form["kind"], "kind"),
        level=codes.level(form["level"], "level", {}),
        title=form["title"],
        description=form["content"],
        place_text=form["placeText"],
        lon=form["lon"],
        lat=form["lat"],
        grid_code=form["gridCode"],
        reported_at=form["takenAt"],
        reporter=m.reporter(form["callerName"], form["callerPhone"], form["anonymous"]),
        media=f.refs(form["attachments"]),
        extra=codes.extra,
    )


read = m.reader(Form(), "formNo", _report)


def write(feedback: Data, source: Source) -> Data:
    """What the one who took the call can tell the caller."""
    return m.present(
        formNo=feedback["external_id"],
        takenBy=(feedback.get("extra") or {}).get("takenBy"),
        number=feedback.get("number"),
        state=m.about(feedback),
        say=m.why_refused(feedback) or feedback.get("question") or feedback.get("text_zh"),
    )
