"""Every kind of platform in its own language: examples, codes and fields as data, what is refused, updates."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import importlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from marshmallow import ValidationError

from services.intake.adapters import ADAPTERS, adapter_of
from services.intake.adapters.camera import threshold
from services.intake.adapters.fields import LocalTime
from services.intake.adapters.mapping import renamed
from services.intake.domain import feedback as words
from services.intake.domain.case import OPEN311
from services.intake.domain.registration import Refusal, Report, Source

EXAMPLES = Path(__file__).parents[2] / "services" / "intake" / "adapters" / "examples"
TOWN = Path(__file__).parents[2] / "deploy" / "towns" / "qiuchuan" / "sources.yaml"
SOURCES = {
    row["kind"]: Source(row["name"], row["kind"], row["auto_accept"], (), True, settings=row.get("settings", {}))
    for row in yaml.safe_load(TOWN.read_text(encoding="utf-8"))["sources"]
}
KINDS = sorted(ADAPTERS)
TOLD = {"times": {"accepted": "2026-11-23T09:00:00+08:00", "closed": "2026-11-25T09:00:00+08:00"}}
CLOSED = words.body("closed", "20261123-000417", 1) | TOLD
CLOSED |= {
    "feedback_id": "019ab0c1-0000-7000-8000-000000000004",
    "feedback_number": 4,
    "number": "20261123-000417",
    "reasons": [],
    "solved": "yes",
    "satisfaction": "satisfied",
}


def example(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((EXAMPLES / f"{kind}.json").read_text(encoding="utf-8"))
    return data


def read(kind: str, data: dict[str, Any], **settings: Any) -> Report | Refusal:
    source = dataclasses.replace(SOURCES[kind], settings=SOURCES[kind].settings | settings)
    return adapter_of(kind).read(data, source, "e1", "m017" if kind == "patrol" else None)


def taken(kind: str, changes: dict[str, Any], **settings: Any) -> Report:
    """The example with changes, as a report; a change to None leaves the field out."""
    reading = read(kind, {k: v for k, v in (example(kind) | changes).items() if v is not None}, **settings)
    assert isinstance(reading, Report), reading
    return reading


def refused(kind: str, changes: dict[str, Any], **settings: Any) -> list[str]:
    """The fields for which the example with changes is refused; each reason says how to repair it."""
    reading = read(kind, example(kind) | changes, **settings)
    assert isinstance(reading, Refusal), reading
    assert all(reason.problem and reason.repair for reason in reading.reasons)
    return [reason.field for reason in reading.reasons]


def test_every_kind_has_its_two_examples_and_no_other() -> None:
    assert sorted(path.name for path in EXAMPLES.iterdir()) == sorted(
        name for kind in KINDS for name in (f"{kind}.json", f"{kind}.update.json")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_shows_its_example(kind: str) -> None:
    documented = importlib.import_module(f"services.intake.adapters.{kind}").__doc__ or ""
    assert "Rules:" in documented
    assert json.loads(documented[documented.index("\n    {") :]) == example(kind)
    assert ast.parse(f"'''{documented}'''")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("hotline", ("QZ12345-2026112300417", "0103", "complaint", None, "路口垃圾")),
        ("pingan", ("PA330822-20261123-0031", "0601", "help", None, "邻里宅基地边界争吵")),
        ("citymanagement", ("2026112300417", "A0101", None, "P2", "井盖缺失")),
        ("portal", ("3308222611230007", "0807", "consultation", None, "宅基地审批需要什么材料")),
        ("camera", ("ALM-20261123-000871", "0403", "report", None, "球川村林缘高空瞭望发现明火")),
        ("chat", ("7311_1795395492", "0302", None, None, "")),
        ("service", ("DD-2026112300052", "0805", "help", None, "上门代办老年证")),
        ("desk", ("desk1-20261123-0007", "0401", "report", "P3", "涵洞积水")),
        ("open311", ("5f0c8a1e", "0103", None, None, "")),
        ("patrol", ("m017/p-0007", "0107", "report", None, "路边堆放木料已清理")),
        ("generic", ("NB-1", "0103", "complaint", "P3", "路口垃圾")),
    ],
)
def test_an_example_is_understood(kind: str, expected: tuple[Any, ...]) -> None:
    reading = taken(kind, {})
    assert (reading.external_id, reading.category, reading.kind, reading.level, reading.title) == expected
    assert reading.reported_at and reading.reported_at.year == 2026
    assert kind == "chat" or (reading.lon, reading.lat) == (118.405, 28.925)


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_is_in_the_platforms_shape(kind: str) -> None:
    reading = taken(kind, {})
    update = adapter_of(kind).write(
        CLOSED | {"external_id": reading.external_id, "extra": reading.extra}, SOURCES[kind]
    )
    assert json.loads(json.dumps(update, default=str)) == example(f"{kind}.update")


@pytest.mark.parametrize("kind", KINDS)
def test_updates_need_nothing_but_the_external_id_and_know_every_state(kind: str) -> None:
    adapter, said = adapter_of(kind), set()
    for state in OPEN311:
        said.add(json.dumps(adapter.write({"external_id": "x", "state": state}, SOURCES[kind]), ensure_ascii=False))
    assert kind in ("generic", "patrol") or len(said) >= 5 or kind == "chat"
    reasons = [{"field": "a", "problem": "b", "repair": "c"}]
    refusal = json.dumps(adapter.write({"external_id": "x", "reasons": reasons}, SOURCES[kind]))
    assert kind in ("generic", "patrol") or "a: b; c" in refusal


def test_a_platforms_words_for_stages_are_data() -> None:
    source = dataclasses.replace(SOURCES["hotline"], settings={"status_map": {"closed": "90", "rework": "重派"}})
    assert adapter_of("hotline").write({"external_id": "x", "state": "closed"}, source)["handleStatus"] == "90"
    again = {"external_id": "x"} | words.body("rework", "n", 2)
    assert adapter_of("hotline").write(again, source)["handleStatus"] == "重派"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "open311"])  # GeoReport v2 leaves them aside
def test_what_nobody_reads_is_refused_by_name(kind: str) -> None:
    assert refused(kind, {"surprise": 1}) == ["surprise"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [{"a": 1}, [], 7, "a\0b", "x" * 100_000, None, ""])
def test_whatever_a_field_holds_there_is_an_answer(kind: str, value: Any) -> None:
    for name in example(kind):
        assert isinstance(read(kind, example(kind) | {name: value}), Report | Refusal)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("generic", "open311", "patrol")])
def test_a_refusal_is_numbered_under_the_platforms_own_number(kind: str) -> None:
    reading = read(kind, example(kind) | {"surprise": 1})
    assert reading.external_id == taken(kind, {}).external_id


def test_renamed_fields_and_ignored_ones_are_data() -> None:
    theirs = {"head": {"gdbh": "G-1", "ver": "2"}, "body": {"nr": {"text": "三天没清"}}, "lon": "118.4", "lat": ""}
    fields = {"orderNo": "head.gdbh", "content": "body.nr.text", "longitude": "lon", "latitude": "lat"}
    settings = {"field_map": fields, "ignored_fields": ["head.ver", "not.there"]}
    source = dataclasses.replace(SOURCES["hotline"], settings=settings)
    reading = adapter_of("hotline").read(theirs, source, "e1", None)
    assert isinstance(reading, Report)
    assert (reading.external_id, reading.description, reading.lon, reading.lat) == ("G-1", "三天没清", 118.4, None)
    wrong = adapter_of("hotline").read(theirs | {"body": {"nr": {"text": 7, "more": 1}}}, source, "e1", None)
    assert isinstance(wrong, Refusal)
    assert sorted(reason.field for reason in wrong.reasons) == ["body", "body.nr.text"]
    assert wrong.external_id == "G-1"


def test_renaming_takes_values_out_and_leaves_the_rest() -> None:
    data = {"a": {"b": 1, "c": 2}, "d": 3}
    assert renamed(data, {"x": "a.b", "y": "d", "z": "a.q", "w": "d.e"}) == {"a": {"c": 2}, "x": 1, "y": 3}
    assert data == {"a": {"b": 1, "c": 2}, "d": 3}


def test_an_unknown_category_goes_to_the_desk_or_is_refused() -> None:
    reading = taken("hotline", {"categoryCode": "SR0999"})
    assert (reading.category, reading.extra["categoryCode"]) == ("", "SR0999")
    assert refused("hotline", {"categoryCode": "SR0999"}, unknown_category="refuse") == ["categoryCode"]
    assert refused("camera", {"alarmType": "ufo"}) == ["alarmType"]
    assert taken("desk", {"category": "0404"}).category == "0404"  # no map: the town's own codes


def test_kinds_and_levels_have_defaults_and_are_data() -> None:
    assert taken("hotline", {"urgency": "特急", "appealType": "举报"}).level == "P1"
    reading = taken(
        "hotline", {"urgency": "3", "appealType": "zx"}, level_map={"3": "P2"}, kind_map={"zx": "consultation"}
    )
    assert (reading.level, reading.kind) == ("P2", "consultation")
    assert refused("hotline", {"urgency": "很急", "appealType": "闲聊"}) == ["appealType", "urgency"]


def test_the_first_receiver_keeps_its_order() -> None:
    assert refused("hotline", {"firstUnit": "县水利局"}) == ["firstUnit"]
    assert taken("hotline", {"firstUnit": None}).extra == {"replyRequired": True} | {
        "replyDeadline": dt.datetime(2026, 11, 30, 9, 30, tzinfo=dt.UTC)
    }
    assert taken("hotline", {"firstUnit": "县水利局"}, units=None).extra["firstUnit"] == "县水利局"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"assetCode": "3308220102000017"}, ["assetCode"]),
        ({"assetCode": "17"}, ["assetCode"]),
        ({"cellCode": "33082211120100"}, ["cellCode"]),
        ({"mainClass": "1"}, ["mainClass"]),
        ({"caseType": "其他"}, ["caseType"]),
        ({"stage": "结案"}, ["stage"]),
    ],
)
def test_codes_and_stages_of_city_management(changes: dict[str, Any], fields: list[str]) -> None:
    assert refused("citymanagement", changes) == fields


def test_an_event_of_city_management_has_the_national_code_and_the_cell_is_its_place() -> None:
    reading = taken("citymanagement", {"caseType": "事件", "assetCode": None, "subClass": "03", "longitude": None})
    assert (reading.category, reading.grid_code) == ("0103", "330822111201001")


@pytest.mark.parametrize(
    ("camera", "category", "least"), [("C-017", "0108", 0.9), ("C-017", "0403", 0.7), ("C-004", "0108", 0.6)]
)
def test_thresholds_are_per_camera_and_category(camera: str, category: str, least: float) -> None:
    assert threshold(SOURCES["camera"], camera, category) == least


def test_an_alert_below_its_threshold_is_counted_as_such() -> None:
    reading = read("camera", example("camera") | {"confidence": 0.69})
    assert isinstance(reading, Refusal)
    assert (reading.outcome, reading.reasons[0].field) == ("below_threshold", "confidence")
    assert taken("camera", {"confidence": 0.7}).group == "C-004/0403"
    assert refused("camera", {"confidence": 1.7}) == ["confidence"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"text": {"content": "占道的地方有流浪狗"}}, ("0505", "占道的地方有流浪狗", "", [])),  # the longest word
        ({"text": {"content": "你好"}}, ("", "你好", "", [])),
        ({"msgtype": "image", "image": {"ref": "chat/1.jpg"}, "text": None}, ("", "[图片]", "", ["chat/1.jpg"])),
        ({"msgtype": "video", "video": {"ref": "chat/1.mp4"}}, ("", "[视频]", "", ["chat/1.mp4"])),
        (
            {"msgtype": "location", "location": {"address": "东街", "title": "桥"}},
            ("", "[位置] 东街 桥", "东街 桥", []),
        ),
    ],
)
def test_chat_messages_of_each_type(changes: dict[str, Any], expected: tuple[Any, ...]) -> None:
    reading = taken("chat", changes)
    assert (reading.category, reading.description, reading.place_text, reading.media) == expected
    assert (reading.coordinates, reading.group) == ("gcj02", "wr-qiuchuan-01/chenwei")


def test_a_chat_message_needs_what_its_type_says_and_nothing_is_recalled() -> None:
    assert refused("chat", {"msgtype": "image"}) == ["image"]
    assert refused("chat", {"action": "recall"}) == ["action"]
    assert refused("chat", {"from": ""}) == ["from"]


def test_a_tailored_service_is_a_question_until_there_is_an_appointment() -> None:
    asked = {"orderType": "私人订制", "preConsultation": "要什么材料？", "greenChannel": True}
    reading = taken("service", asked | {"materials": [{"name": "照片", "ref": "r1"}]}, level_map={"绿色通道": "P2"})
    assert (reading.kind, reading.level, reading.media) == ("consultation", "P2", ["r1"])
    assert "绿色通道" in reading.title and "材料：照片" in reading.description
    booked = taken("service", asked | {"appointment": "2026-11-26 09:30:00"})
    assert (booked.kind, booked.level) == ("help", None)
    assert "预约：2026-11-26 09:30" in booked.description
    assert refused("service", {"slotTo": "2026-11-25 08:00:00"}) == ["slotTo"]


def test_a_slot_is_told_to_the_one_who_goes_there() -> None:
    assert "时段：2026-11-25 09:00 至 2026-11-25 11:00" in taken("service", {}).description


@pytest.mark.parametrize(
    ("value", "utc"),
    [
        ("2026-11-23 08:58:12", "2026-11-23T00:58:12+00:00"),
        ("2026-11-23T08:58:12+09:00", "2026-11-22T23:58:12+00:00"),
        (1795395492000, "2026-11-23T00:58:12+00:00"),
    ],
)
def test_times_of_platforms(value: Any, utc: str) -> None:
    assert LocalTime().deserialize(value).isoformat() == utc


@pytest.mark.parametrize("value", ["yesterday", "", [], True, 10**30, {}, "9999-99-99"])
def test_what_is_no_time_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError, match="Not a time"):
        LocalTime().deserialize(value)


@pytest.mark.parametrize(
    ("changes", "wish"),
    [
        ({}, {"from": "2026-11-25T01:00:00+00:00", "to": "2026-11-25T03:00:00+00:00"}),
        ({"appointment": "2026-11-26 14:00:00"}, {"from": "2026-11-26T06:00:00+00:00"}),
        ({"slotFrom": None, "slotTo": None}, {}),
        ({"greenChannel": True, "slotTo": None}, {"from": "2026-11-25T01:00:00+00:00", "green": True}),
        ({"itemCode": None}, None),  # whatever it is, the list does not say
    ],
)
def test_a_service_order_says_what_is_ordered_where_and_when(changes: Any, wish: dict[str, Any] | None) -> None:
    service = taken("service", changes).service
    assert service == (None if wish is None else {"item": "LZ-01", "place": "home", "green": False} | wish)
