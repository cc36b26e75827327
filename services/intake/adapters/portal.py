"""Applications from the government service portal (浙江政务服务网 办件).

Rules: the national standards for government service platforms name an application (办件) by its number (申报号) and
its item (事项编码); it is collected (收件), accepted (受理), handled and done (办结), or refused (不予受理) with a
reason; the applicant judges it (好差评). Field names are this project's reading of public practice; `field_map` fits
those of the portal at hand.

    {"applyNo": "3308222611230007", "itemCode": "ZJ-0807", "itemName": "宅基地审批需要什么材料", "applyKind": "咨询",
     "applicantName": "何某", "applicantType": "自然人", "mobile": "19900000026", "applyTime": "2026-11-23 08:58:12",
     "content": "想拆旧建新，请问要准备哪些材料？", "address": "球川村", "longitude": 118.405, "latitude": 28.925,
     "materials": [{"name": "旧房照片", "ref": "photo/zw-0007.jpg"}], "promiseDays": 5}
"""

from __future__ import annotations

from marshmallow import fields, validate

from services.intake.adapters import fields as f
from services.intake.adapters import mapping as m
from services.intake.adapters.protocol import Data
from services.intake.domain.registration import Report, Source
from services.intake.messages.outside import Strict

KIND = "portal"
KINDS = m.KIND_WORDS | {"申请": "help"}
STATUSES = {
    "submitted": "收件",
    "accepted": "受理",
    "awaiting_info": "补齐补正",
    "dispatched": "办理",
    "in_progress": "办理",
    "suspended": "中止",
    "transferred": "转办",
    "resolved": "审查",
    "follow_up_pending": "待评价",
    "closed": "办结",
    "merged": "并件办理",
    "cancelled": "撤件",
    "rejected": "不予受理",
    "refused": "退件",
    "rework": "重新办理",
}
STARS = {"satisfied": 5, "mostly_satisfied": 3, "dissatisfied": 1}  # 好差评: of five


class Application(Strict):
    """办件."""

    applyNo = f.required(200)
    itemCode = f.optional(50)
    itemName = f.optional(200)
    applyKind = f.optional(20)
    applicantName = f.optional(100)
    applicantType = f.optional(20)  # 自然人, 法人
    mobile = f.optional(40)
    applyTime = f.moment()
    content = f.required(4000)
    address = f.optional(500)
    longitude = f.degrees(180)
    latitude = f.degrees(90)
    materials = f.files()
    promiseDays = fields.Integer(load_default=None, validate=validate.Range(0, 1000))


def _report(application: Data, codes: m.Codes, source: Source) -> Report:
    codes.keep(application, "itemCode", "applicantType", "promiseDays")
    return m.report(
        source,
        application["applyNo"],
        category=codes.category(application["itemCode"], "itemCode"),
        kind=codes.kind(application["applyKind"], "applyKind", KINDS),
        title=application["itemName"],
        description=application["content"],
        place_text=application["address"],
        lon=application["longitude"],
        lat=application["latitude"],
        reported_at=application["applyTime"],
        reporter=m.reporter(application["applicantName"], application["mobile"]),
        media=f.refs(application["materials"]),
        extra=codes.extra,
    )


read = m.reader(Application(), "applyNo", _report)


def write(feedback: Data, source: Source) -> Data:
    """办件状态: the status with its opinion; the applicant's judgement as stars when it was given."""
    extra = feedback.get("extra") or {}
    return m.present(
        applyNo=feedback["external_id"],
        statusNo=feedback.get("feedback_number"),
        status=m.stage(feedback, source, STATUSES),
        acceptNo=feedback.get("number"),
        itemCode=extra.get("itemCode"),
        opinion=m.why_refused(feedback) or feedback.get("text_zh"),
        supplement=feedback.get("question"),
        stars=STARS.get(str(feedback.get("satisfaction"))),
    )
