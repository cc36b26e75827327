"""Service orders (点单服务: television, WeChat, phone, errand runners) and tailored services (私人订制).

Rules: practice of the town. 点单 is an item of the service list with place, time slot and contact. 私人订制 goes from
pre-consultation (预约咨询) to an appointment (预约), with the materials prepared and, for those who need it, a green
channel (绿色通道). `itemCode` is an item of the service list (services.yaml), `placeCode` one of its places; it is
wished for at the appointment, or else in the slot. A pre-consultation without an appointment is a consultation,
everything else is help. What the one who goes there must know stands in the description. `level_map` {"绿色通道": "P2"}
gives a green channel a level of its own.

    {"orderNo": "DD-2026112300052", "orderType": "点单", "itemCode": "LZ-01", "itemName": "上门代办老年证",
     "channel": "电视", "contactName": "周某", "contactPhone": "19900000037", "address": "球川村十二号",
     "longitude": 118.405, "latitude": 28.925, "slotFrom": "2026-11-25 09:00:00", "slotTo": "2026-11-25 11:00:00",
     "placeCode": "home", "remark": "老人腿脚不便。", "orderTime": "2026-11-23 08:58:12"}
"""

from __future__ import annotations

import datetime as dt

from marshmallow import fields, validate

from services.intake.adapters import fields as f
from services.intake.adapters import mapping as m
from services.intake.adapters.protocol import Data
from services.intake.domain.registration import Report, Source
from services.intake.messages.outside import Strict

KIND = "service"
ORDER, TAILORED = "点单", "私人订制"
GREEN = "绿色通道"
STATUSES = {
    "submitted": "待接单",
    "accepted": "已接单",
    "awaiting_info": "待补充",
    "dispatched": "已派单",
    "in_progress": "服务中",
    "suspended": "改期",
    "transferred": "已转交",
    "resolved": "已完成",
    "follow_up_pending": "待评价",
    "closed": "已评价",
    "merged": "已合并",
    "cancelled": "已取消",
    "rejected": "不能提供",
    "refused": "退单",
    "rework": "重新服务",
}


class Order(Strict):
    """订单."""

    orderNo = f.required(200)
    orderType = fields.String(required=True, validate=validate.OneOf((ORDER, TAILORED)))
    itemCode = f.optional(50)
    itemName = f.required(180)
    channel = f.optional(50)  # 电视, 微信, 电话, 跑腿
    contactName = f.required(100)
    contactPhone = f.required(40)
    placeCode = f.optional(40)
    address = f.optional(500)
    longitude = f.degrees(180)
    latitude = f.degrees(90)
    slotFrom = f.moment()
    slotTo = f.moment()
    preConsultation = f.optional(2000)
    appointment = f.moment()
    greenChannel = f.yes_or_no()
    materials = f.files()
    remark = f.optional(1000)
    orderTime = f.moment()


def _report(order: Data, codes: m.Codes, source: Source) -> Report:
    if order["slotFrom"] and order["slotTo"] and order["slotTo"] <= order["slotFrom"]:
        codes.refuse("slotTo", "the slot ends before it begins", "send a later slotTo")
    question = order["preConsultation"] and not order["appointment"]
    codes.keep(order, "orderType", "itemCode", "channel", "slotFrom", "slotTo", "appointment")
    green = source.settings.get("level_map", {}).get(GREEN)
    return m.report(
        source,
        order["orderNo"],
        category=codes.category(order["itemCode"], "itemCode"),
        kind="consultation" if question else "help",
        level=green if order["greenChannel"] else None,
        title=order["itemName"] + (f"（{GREEN}）" if order["greenChannel"] else ""),
        description=_in_words(order),
        place_text=order["address"],
        lon=order["longitude"],
        lat=order["latitude"],
        reported_at=order["orderTime"],
        reporter=m.reporter(order["contactName"], order["contactPhone"]),
        media=f.refs(order["materials"]),
        service=_wish(order),
        extra=codes.extra,
    )


def _wish(order: Data) -> Data | None:
    """What dispatch needs to know: which item of the list, where, when, and whether by a green channel."""
    if not order["itemCode"]:
        return None
    since, until = (order["appointment"], None) if order["appointment"] else (order["slotFrom"], order["slotTo"])
    wish = m.present(place=order["placeCode"] or None, to=until.isoformat() if until else None)
    wish |= {"from": since.isoformat()} if since else {}
    return wish | {"item": order["itemCode"], "green": bool(order["greenChannel"])}


def _in_words(order: Data) -> str:
    """For the one who goes there: what, when, with which papers."""
    said = [f"{order['orderType']}：{order['itemName']}。"]
    if order["slotFrom"]:
        said.append(
            f"时段：{_clock(order['slotFrom'])}" + (f" 至 {_clock(order['slotTo'])}。" if order["slotTo"] else "。")
        )
    if order["appointment"]:
        said.append(f"预约：{_clock(order['appointment'])}。")
    if order["preConsultation"]:
        said.append(f"预约咨询：{order['preConsultation']}")
    if order["materials"]:
        said.append("材料：" + "、".join(file["name"] or file["ref"] for file in order["materials"]) + "。")
    return "\n".join([*said, order["remark"]]).strip()


def _clock(moment: dt.datetime) -> str:
    return moment.astimezone(f.CHINA).strftime("%Y-%m-%d %H:%M")


read = m.reader(Order(), "orderNo", _report)


def write(feedback: Data, source: Source) -> Data:
    """订单状态: where the order stands, for the channel that it came by."""
    extra = feedback.get("extra") or {}
    return m.present(
        orderNo=feedback["external_id"],
        statusNo=feedback.get("feedback_number"),
        status=m.stage(feedback, source, STATUSES),
        channel=extra.get("channel"),
        serviceNo=feedback.get("number"),
        message=m.why_refused(feedback) or feedback.get("question") or feedback.get("text_zh"),
        evaluation=m.SATISFACTION.get(str(feedback.get("satisfaction"))),
    )
