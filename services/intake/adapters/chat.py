"""Messages of working chat groups (平台工作专群: 企业微信, 钉钉), as a bridge hands them over.

Rules: the field names are those of the message archive of 企业微信 (会话内容存档: msgid, action, roomid, from,
msgtime, msgtype and an object of that type). The bridge has fetched pictures and videos and gives a reference instead
of `sdkfileid`. Positions are GCJ-02, as phones in China give them. Several messages of one person in one group within
minutes are one report (domain/grouping.py). A category is mentioned in words: `category_map` {word: category}, the
longest word in the text counts.

    {"msgid": "7311_1795395492", "action": "send", "roomid": "wr-qiuchuan-01", "from": "chenwei", "fromName": "陈某",
     "fromPhone": "19900000041", "msgtime": 1795395492000, "msgtype": "text",
     "text": {"content": "工地没有洒水，扬尘很大。"}}
"""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from services.intake.adapters import fields as f
from services.intake.adapters import mapping as m
from services.intake.adapters.protocol import Data
from services.intake.domain.registration import Report, Source
from services.intake.messages.outside import Strict

KIND = "chat"
MEDIA = {"image": "[图片]", "video": "[视频]", "voice": "[语音]"}
TYPES = ("text", "location", *MEDIA)
STATES = {"refused": "未受理", "rejected": "不予受理", "closed": "已结案", "awaiting_info": "请补充"}


class Text(Strict):
    content = f.required(4000)


class Location(Strict):
    longitude = f.degrees(180)
    latitude = f.degrees(90)
    address = f.optional(400)
    title = f.optional(100)


def _part(schema: type[Strict]) -> fields.Nested:
    return fields.Nested(schema, load_default=None)


class Message(Strict):
    """群消息."""

    msgid = f.required(200)
    action = fields.String(load_default="send", validate=validate.Equal("send"))
    roomid = f.required(100)
    from_ = fields.String(data_key="from", required=True, validate=validate.Length(1, 100))
    fromName = f.optional(100)
    fromPhone = f.optional(40)
    msgtime = f.moment()
    msgtype = fields.String(required=True, validate=validate.OneOf(TYPES))
    text = _part(Text)
    image = _part(f.File)
    video = _part(f.File)
    voice = _part(f.File)
    location = _part(Location)


def _report(message: Data, codes: m.Codes, source: Source) -> Report:
    kind: str = message["msgtype"]
    part: dict[str, Any] = message[kind] or {}
    if not part:
        codes.refuse(kind, f"a message of the type {kind} has no {kind}", f"send what was written or taken as {kind}")
    words = part.get("content", "")
    place = " ".join(filter(None, (part.get("address"), part.get("title"))))
    codes.keep(message, "roomid")
    return m.report(
        source,
        message["msgid"],
        coordinates="gcj02",
        category=mentioned(words, source),
        description=words or MEDIA.get(kind) or f"[位置] {place}",
        place_text=place,
        lon=part.get("longitude"),
        lat=part.get("latitude"),
        reported_at=message["msgtime"],
        reporter=m.reporter(message["fromName"], message["fromPhone"]),
        media=[part["ref"]] if "ref" in part else [],
        extra=codes.extra,
        group=f"{message['roomid']}/{message['from_']}",
    )


def mentioned(words: str, source: Source) -> str:
    """The category whose word stands in the text; of several, that of the longest word."""
    known: dict[str, str] = source.settings.get("category_map", {})
    found = sorted((word for word in known if word in words), key=lambda word: (-len(word), word))
    return known[found[0]] if found else ""


read = m.reader(Message(), "msgid", _report)


def write(feedback: Data, source: Source) -> Data:
    """A text for the group, as the bridge posts it below the message that it answers."""
    said = m.why_refused(feedback) or feedback.get("question") or feedback.get("text_zh")
    word = {**STATES, **source.settings.get("status_map", {})}.get(m.about(feedback))
    content = f"【{word}】{said}" if word else said
    return m.present(
        roomid=(feedback.get("extra") or {}).get("roomid"),
        quote=feedback["external_id"],
        msgtype="text",
        text={"content": content},
    )
