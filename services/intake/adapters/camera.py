"""Video alerts: what algorithms see in the pictures of cameras (治安监控, 高空鹰眼).

Rules: an alert names camera, algorithm, what it believes to see, how sure it is (0 to 1) and a snapshot. Below the
threshold of its camera and category it becomes no report, and its source hears so. `settings.thresholds` is a list,
the first that fits counts: `[{camera: C-017, category: "0108", confidence: 0.9}, {category: "0403", confidence: 0.7},
{confidence: 0.6}]`. Alerts of the same camera and category soon after each other are one report with a count
(domain/grouping.py). The alerts' own types become categories by `category_map`.

    {"alarmId": "ALM-20261123-000871", "cameraId": "C-004", "cameraName": "球川村林缘高空瞭望",
     "algorithm": "fire-v3", "alarmType": "fire", "alarmName": "明火", "confidence": 0.97, "alarmTime": 1795395492000,
     "snapshot": "snapshot/c-004-000871.jpg", "longitude": 118.405, "latitude": 28.925}
"""

from __future__ import annotations

from dataclasses import replace

from marshmallow import fields, validate

from services.intake.adapters import fields as f
from services.intake.adapters import mapping as m
from services.intake.adapters.protocol import Data
from services.intake.domain.registration import Reason, Refusal, Report, Source
from services.intake.messages.outside import Strict

KIND = "camera"
BELOW = "below_threshold"
HANDLING = {
    "submitted": "pending",
    "accepted": "confirmed",
    "dispatched": "dispatched",
    "in_progress": "handling",
    "resolved": "handled",
    "follow_up_pending": "handled",
    "closed": "closed",
    "merged": "closed",
    "cancelled": "false_alarm",
    "rejected": "false_alarm",
    "refused": "ignored",
    "rework": "handling",
}


class Alert(Strict):
    """告警."""

    alarmId = f.required(200)
    cameraId = f.required(100)
    cameraName = f.optional(200)
    algorithm = f.optional(100)
    alarmType = f.required(50)
    alarmName = f.optional(100)
    confidence = fields.Float(required=True, allow_nan=False, validate=validate.Range(0, 1))
    alarmTime = f.moment()
    snapshot = f.optional(300)
    address = f.optional(500)
    longitude = f.degrees(180)
    latitude = f.degrees(90)


def _report(alert: Data, codes: m.Codes, source: Source) -> Report:
    category = codes.category(alert["alarmType"], "alarmType")
    seen, where = alert["alarmName"] or alert["alarmType"], alert["cameraName"] or alert["cameraId"]
    codes.keep(alert, "cameraId", "algorithm", "confidence")
    return m.report(
        source,
        alert["alarmId"],
        category=category,
        kind="report",
        title=f"{where}发现{seen}",
        description=f"摄像机 {alert['cameraId']} 识别到{seen}，置信度 {alert['confidence']:.2f}。",
        place_text=alert["address"] or alert["cameraName"],
        lon=alert["longitude"],
        lat=alert["latitude"],
        camera_id=alert["cameraId"],
        reported_at=alert["alarmTime"],
        media=[alert["snapshot"]] if alert["snapshot"] else [],
        extra=codes.extra,
        group=f"{alert['cameraId']}/{category or alert['alarmType']}",
    )


_read = m.reader(Alert(), "alarmId", _report)


def read(data: Data, source: Source, reference: str, publisher: str | None = None) -> Report | Refusal:
    """The report of an alert; one below its threshold is counted and goes no further."""
    reading = _read(data, source, reference, publisher)
    if isinstance(reading, Refusal):
        return reading
    least, sure = threshold(source, reading.camera_id, reading.category), reading.extra["confidence"]
    if sure >= least:
        return reading
    problem = f"{sure:.2f} is below the threshold {least:.2f} of this camera and category"
    reason = Reason("confidence", problem, "nothing to repair; the town sets thresholds in its sources.yaml")
    return replace(Refusal(source.name, reading.external_id, reference, [reason]), outcome=BELOW)


def threshold(source: Source, camera: str, category: str) -> float:
    """From which confidence on an alert counts: that of the first entry that fits camera and category, or 0."""
    for entry in source.settings.get("thresholds", ()):
        if entry.get("camera", camera) == camera and entry.get("category", category) == category:
            return float(entry["confidence"])
    return 0.0


def write(feedback: Data, source: Source) -> Data:
    """Whether the alert was true, and how far its handling is; algorithms learn from it."""
    extra = feedback.get("extra") or {}
    return m.present(
        alarmId=feedback["external_id"],
        cameraId=extra.get("cameraId"),
        handleStatus=m.stage(feedback, source, HANDLING),
        eventNo=feedback.get("number"),
        remark=m.why_refused(feedback) or feedback.get("text_zh"),
    )
