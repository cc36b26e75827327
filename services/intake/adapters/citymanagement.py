"""Digital city management (数字化城市管理, 数字城管).

Rules: GB/T 30428. A case is about a thing (部件) or an event (事件), named by class (大类) and subclass (小类) of two
digits each. A thing has a code of 16 digits: 6 of the district, 2 class, 2 subclass, 6 running. A unit cell
(单元网格) has 15 digits: 6 of the district, 3 street or town, 3 village, 3 running. The stages are 上报, 受理, 立案,
派遣, 处置, 核查, 结案: the centre files the case (立案) and sends it out (派遣); what is further on is not ours to
begin. Without a `category_map` the catalogue is the national one: `0103` for an event, `A0101` for a thing.

    {"taskNo": "2026112300417", "caseType": "部件", "mainClass": "01", "subClass": "01",
     "assetCode": "3308220101000017", "cellCode": "330822111201001", "grade": "紧急", "stage": "派遣",
     "title": "井盖缺失", "description": "人行道雨水井盖缺失。", "address": "球川村主街", "longitude": 118.405,
     "latitude": 28.925, "reportTime": "2026-11-23 08:58:12",
     "photos": [{"name": "井盖.jpg", "ref": "photo/dcm-0001.jpg"}]}
"""

from __future__ import annotations

from marshmallow import fields, validate

from services.intake.adapters import fields as f
from services.intake.adapters import mapping as m
from services.intake.adapters.protocol import Data
from services.intake.domain.registration import Report, Source
from services.intake.messages.outside import Strict

KIND = "citymanagement"
ASSET, EVENT = "部件", "事件"
BEGINNINGS = ("立案", "派遣")
GRADES = {"一般": None, "紧急": "P2", "特急": "P1"}
STAGES = {
    "submitted": "受理",
    "accepted": "立案",
    "awaiting_info": "缓办",
    "dispatched": "派遣",
    "in_progress": "处置",
    "suspended": "缓办",
    "transferred": "移交",
    "resolved": "核查",
    "follow_up_pending": "核查",
    "closed": "结案",
    "merged": "结案",
    "cancelled": "作废",
    "rejected": "不予立案",
    "refused": "退回",
    "rework": "返工",
}


class Task(Strict):
    """案件."""

    taskNo = f.required(200)
    caseType = fields.String(required=True, validate=validate.OneOf((ASSET, EVENT)))
    mainClass = f.digits(2, required=True)
    subClass = f.digits(2, required=True)
    assetCode = f.digits(16, load_default="")
    cellCode = f.digits(15, load_default="")
    grade = f.optional(20)
    stage = f.optional(20)
    title = f.optional(200)
    description = f.required(4000)
    address = f.optional(500)
    longitude = f.degrees(180)
    latitude = f.degrees(90)
    reportTime = f.moment()
    photos = f.files()


def _report(task: Data, codes: m.Codes, source: Source) -> Report:
    number = task["mainClass"] + task["subClass"]
    _judge(task, number, codes)
    codes.keep(task, "assetCode", "cellCode")
    return m.report(
        source,
        task["taskNo"],
        category=codes.category(f"A{number}" if task["caseType"] == ASSET else number, "subClass"),
        level=codes.level(task["grade"], "grade", GRADES),
        title=task["title"],
        description=task["description"],
        place_text=task["address"],
        lon=task["longitude"],
        lat=task["latitude"],
        grid_code=task["cellCode"],
        reported_at=task["reportTime"],
        media=f.refs(task["photos"]),
        extra=codes.extra,
    )


def _judge(task: Data, number: str, codes: m.Codes) -> None:
    if task["assetCode"] and task["assetCode"][6:10] != number:
        problem = f"{task['assetCode']} is a thing of the class {task['assetCode'][6:10]}, not {number}"
        codes.refuse("assetCode", problem, "correct the code of the thing, or class and subclass")
    if task["stage"] and task["stage"] not in BEGINNINGS:
        codes.refuse("stage", f"a case in the stage {task['stage']!r} does not begin here", "send it when it is 派遣")


read = m.reader(Task(), "taskNo", _report)


def write(feedback: Data, source: Source) -> Data:
    """The stage that the case has reached here."""
    extra = feedback.get("extra") or {}
    return m.present(
        taskNo=feedback["external_id"],
        stepNo=feedback.get("feedback_number"),
        stage=m.stage(feedback, source, STAGES),
        disposalNo=feedback.get("number"),
        assetCode=extra.get("assetCode"),
        cellCode=extra.get("cellCode"),
        opinion=m.why_refused(feedback) or feedback.get("text_zh"),
    )
