"""12345 hotline work orders (12345 政务服务便民热线工单).

Rules: GB/T 33358 (government hotlines: accept, hand over, answer, ask back) and 国办发〔2020〕53号. Kinds are 咨询,
求助, 建议, 投诉, 举报. The unit that gets an order first is responsible for it (首接负责): `firstUnit` names it;
where the source says which units are ours (`settings.units`), an order of another one is refused, for that unit must
not pass it on. The hotline wants the result, whether the matter is solved and whether the caller is satisfied.

    {"orderNo": "QZ12345-2026112300417", "callTime": "2026-11-23 08:58:12", "callerName": "陈某",
     "callerPhone": "19900000099", "appealType": "投诉", "urgency": "一般", "categoryCode": "SR0103",
     "title": "路口垃圾", "content": "三天没清。", "address": "球川村村口", "longitude": 118.405, "latitude": 28.925,
     "firstUnit": "球川镇人民政府", "replyRequired": true, "replyDeadline": "2026-11-30 17:30:00"}
"""

from __future__ import annotations

from services.intake.adapters import fields as f
from services.intake.adapters import mapping as m
from services.intake.adapters.protocol import Data
from services.intake.domain.registration import Report, Source
from services.intake.messages.outside import Strict

KIND = "hotline"
URGENCY = {"特急": "P1", "紧急": "P2", "一般": None, "普通": None}
STAGES = {
    "submitted": "待签收",
    "accepted": "已签收",
    "awaiting_info": "待补充",
    "dispatched": "已派发",
    "in_progress": "办理中",
    "suspended": "申请延期",
    "transferred": "已转办",
    "resolved": "待核查",
    "follow_up_pending": "待回访",
    "closed": "已办结",
    "merged": "已并案",
    "cancelled": "已撤销",
    "rejected": "已退单",
    "refused": "已退单",
    "rework": "重办中",
}


class WorkOrder(Strict):
    """工单."""

    orderNo = f.required(200)
    callTime = f.moment()
    callerName = f.optional(100)
    callerPhone = f.optional(40)
    contactPhone = f.optional(40)  # another number to be called back under
    anonymous = f.yes_or_no()  # 要求保密
    appealType = f.optional(20)
    urgency = f.optional(20)
    categoryCode = f.optional(50)
    title = f.optional(200)
    content = f.required(4000)
    address = f.optional(500)
    longitude = f.degrees(180)
    latitude = f.degrees(90)
    firstUnit = f.optional(100)
    replyRequired = f.yes_or_no()
    replyDeadline = f.moment()
    attachments = f.files()


def _report(order: Data, codes: m.Codes, source: Source) -> Report:
    units = source.settings.get("units")
    if units and order["firstUnit"] and order["firstUnit"] not in units:
        repair = "leave it with that unit, which answers for it (首接负责), or hand it over with our unit as firstUnit"
        codes.refuse("firstUnit", f"the first receiver is {order['firstUnit']!r}, not {'、'.join(units)}", repair)
    codes.keep(order, "firstUnit", "replyRequired", "replyDeadline")
    return m.report(
        source,
        order["orderNo"],
        category=codes.category(order["categoryCode"], "categoryCode"),
        kind=codes.kind(order["appealType"], "appealType"),
        level=codes.level(order["urgency"], "urgency", URGENCY),
        title=order["title"],
        description=order["content"],
        place_text=order["address"],
        lon=order["longitude"],
        lat=order["latitude"],
        reported_at=order["callTime"],
        reporter=m.reporter(order["callerName"], order["contactPhone"] or order["callerPhone"], order["anonymous"]),
        media=f.refs(order["attachments"]),
        extra=codes.extra,
    )


read = m.reader(WorkOrder(), "orderNo", _report)


def write(feedback: Data, source: Source) -> Data:
    """回复: the stage, and when it is over result, solved, satisfied and the times of the stages."""
    extra, over = feedback.get("extra") or {}, m.about(feedback) == "closed"
    return m.present(
        orderNo=feedback["external_id"],
        replyNo=feedback.get("feedback_number"),
        townNo=feedback.get("number"),
        handleStatus=m.stage(feedback, source, STAGES),
        handleUnit=extra.get("firstUnit"),
        handleResult=feedback.get("text_zh"),
        returnReason=m.why_refused(feedback),
        question=feedback.get("question"),
        isSolved=m.SOLVED.get(str(feedback.get("solved"))) if over else None,
        satisfaction=m.SATISFACTION.get(str(feedback.get("satisfaction"))) if over else None,
        times=feedback.get("times") if over else None,
    )
