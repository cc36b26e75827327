"""Case exchange with 平安浙江 (the province's public safety system, 浙江省平安建设信息系统; in town and village
平安通).

Rules: an incident (事件) has a number, a type of the province's list, a scale (一般, 较大, 重大), the code of the
grid that it lies in and the persons involved; every step (受理, 交办, 办理, 办结, 评价) is sent back as an operation
with its time and text. Field names are this project's reading of public practice; `field_map` fits those of the
exchange at hand.

    {"eventNo": "PA330822-20261123-0031", "eventTypeCode": "MD01", "eventName": "邻里宅基地边界争吵",
     "eventScale": "一般", "eventNature": "求助", "occurTime": "2026-11-23 08:30:00", "occurPlace": "球川村三组",
     "gridCode": "330822111201001", "longitude": 118.405, "latitude": 28.925,
     "content": "两家因围墙位置争吵多次，请派人调解。", "involvedCount": 2, "reporterName": "徐某",
     "reporterMobile": "19900000031"}
"""

from __future__ import annotations

from marshmallow import fields, validate

from services.intake.adapters import fields as f
from services.intake.adapters import mapping as m
from services.intake.adapters.protocol import Data
from services.intake.domain.registration import Report, Source
from services.intake.messages.outside import Strict

KIND = "pingan"
SCALES = {"一般": None, "较大": "P2", "重大": "P1", "特别重大": "P1"}
OPERATIONS = {
    "submitted": "上报",
    "accepted": "受理",
    "awaiting_info": "补充材料",
    "dispatched": "交办",
    "in_progress": "办理",
    "suspended": "延期",
    "transferred": "转办",
    "resolved": "办结待核查",
    "follow_up_pending": "回访",
    "closed": "结案评价",
    "merged": "并案",
    "cancelled": "撤销",
    "rejected": "不予受理",
    "refused": "退回",
    "rework": "重新办理",
}


class Incident(Strict):
    """事件."""

    eventNo = f.required(200)
    eventTypeCode = f.optional(50)
    eventName = f.optional(200)
    eventScale = f.optional(20)
    eventNature = f.optional(20)  # 咨询, 求助 …, where the exchange has it
    occurTime = f.moment()
    occurPlace = f.optional(500)
    gridCode = f.optional(30)
    longitude = f.degrees(180)
    latitude = f.degrees(90)
    content = f.optional(4000)
    involvedCount = fields.Integer(load_default=None, validate=validate.Range(0, 1_000_000))
    reporterName = f.optional(100)
    reporterMobile = f.optional(40)
    attachments = f.files()


def _report(incident: Data, codes: m.Codes, source: Source) -> Report:
    codes.keep(incident, "involvedCount")
    return m.report(
        source,
        incident["eventNo"],
        category=codes.category(incident["eventTypeCode"], "eventTypeCode"),
        kind=codes.kind(incident["eventNature"], "eventNature"),
        level=codes.level(incident["eventScale"], "eventScale", SCALES),
        title=incident["eventName"],
        description=incident["content"],
        place_text=incident["occurPlace"],
        lon=incident["longitude"],
        lat=incident["latitude"],
        grid_code=incident["gridCode"],
        reported_at=incident["occurTime"],
        reporter=m.reporter(incident["reporterName"], incident["reporterMobile"]),
        media=f.refs(incident["attachments"]),
        extra=codes.extra,
    )


read = m.reader(Incident(), "eventNo", _report)


def write(feedback: Data, source: Source) -> Data:
    """One operation (操作) of the incident."""
    return m.present(
        eventNo=feedback["external_id"],
        operationNo=feedback.get("feedback_number"),
        operation=m.stage(feedback, source, OPERATIONS),
        caseNo=feedback.get("number"),
        opinion=m.why_refused(feedback) or feedback.get("text_zh"),
        evaluation=m.SATISFACTION.get(str(feedback.get("satisfaction"))),
    )
