"""From report to case: what is refused and how to repair it, what the rules fill in, what is masked."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from services.intake.adapters import generic, patrol, unwrap
from services.intake.domain.answers import judge_answers
from services.intake.domain.opening import NewCase, where
from services.intake.domain.opening import open_case as open_with
from services.intake.domain.places import Located
from services.intake.domain.registration import Category, Refusal, Report, Source, judge
from services.intake.domain.rules import RuleSet
from services.intake.domain.understanding import Understanding
from shared.masking import mask
from shared.messaging.arrival import Arrival

SOURCE = Source("hotline", "hotline", True, ("report_received",), True)
CATALOGUE = {"0102": Category("0102", "暴露垃圾", "P3", "report"), "9999": Category("9999", "其他", "P4", "help")}
IN_GRID = Located("330822111001001", None, 1)
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


def report(**changes: Any) -> Report:
    plain = Report("hotline", "HL-1", "0102", None, None, "垃圾", "路口有垃圾", "路口", 118.4, 28.9, None, {}, [])
    return dataclasses.replace(plain, **changes)


def open_case(given: Report) -> NewCase:
    return open_with(given, SOURCE, Understanding(CATALOGUE, RuleSet()), IN_GRID, NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"external_id": " "}, "external_id"),
        ({"title": "", "description": " "}, "description"),
        ({"category": "7777"}, "category"),
        ({"lat": None}, "place"),
        ({"settled": {"note": "x"}}, "settled"),
    ],
)
def test_what_is_wrong_is_named_with_the_way_to_repair_it(changes: dict[str, Any], field: str) -> None:
    reasons = judge(report(**changes), SOURCE, CATALOGUE)
    assert [reason.field for reason in reasons] == [field]
    assert reasons[0].repair


def test_a_source_that_is_switched_off_is_refused() -> None:
    assert judge(report(), dataclasses.replace(SOURCE, enabled=False), CATALOGUE)[0].field == "source"


def test_the_report_wins_over_its_category_and_the_category_fills_in() -> None:
    assert open_case(report()).meaning.level == "P3"
    urgent = open_case(report(level="P1", kind="complaint"))
    assert (urgent.meaning.level, urgent.meaning.kind, urgent.lane) == ("P1", "complaint", "urgent")
    assert open_case(report(category="")).meaning.category.code == "9999"


def test_without_a_phone_nobody_can_be_asked() -> None:
    assert open_case(report(reporter={"name": "某"})).anonymous
    assert not open_case(report(reporter={"phone": "19900000001"})).anonymous


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        ({"coordinates": "gcj02"}, {}),
        ({}, {"coordinates": "gcj02"}),
        ({"coordinates": "bd09"}, {"coordinates": "gcj02"}),
    ],
)
def test_positions_become_wgs84_at_the_edge(settings: dict[str, Any], changes: dict[str, Any]) -> None:
    """The report's own word wins over that of its source; without either it is WGS84."""
    given = report(lon=118.41019944693, lat=28.92220727975, **changes)
    assert where(given, dataclasses.replace(SOURCE, settings=settings), {})[:2] == (118.405, 28.925)
    assert where(report(), SOURCE, {})[:2] == (118.4, 28.9)


def test_without_an_address_the_text_is_looked_at() -> None:
    assert where(report(place_text=" "), SOURCE, {}).text == "垃圾 路口有垃圾"
    assert where(report(), SOURCE, {}).text == "路口"


ASKED = Category(
    "0103", "垃圾", "P3", "report", "01", (),
    tuple(
        {"code": code, "datatype": datatype, "required": code == "must", "text_zh": "问", "text_en": "Question"}
        | {"values": [{"key": "a", "zh": "甲", "en": "A"}, {"key": "b", "zh": "乙", "en": "B"}]}
        for code, datatype in [("must", "string"), ("n", "number"), ("at", "datetime"), ("long", "text"),
                               ("one", "singlevaluelist"), ("many", "multivaluelist")]
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"must": "x"}, []),
        (
            {
                "must": "x",
                "n": 2.5,
                "at": "2026-11-23T09:00:00+08:00",
                "long": "字" * 4000,
                "one": "a",
                "many": ["a", "b"],
            },
            [],
        ),
        ({"must": "x", "n": "12", "many": "a"}, []),  # forms have texts, and one of many is one
        ({"must": "x", "one": "", "n": None}, []),  # an empty answer is none
        ({}, ["must"]),
        ({"must": ""}, ["must"]),
        ({"must": 5}, ["must"]),
        ({"must": "字" * 4001}, ["must"]),
        ({"must": "x", "n": True}, ["n"]),
        ({"must": "x", "n": "nan"}, ["n"]),
        ({"must": "x", "n": "9" * 5000}, ["n"]),
        ({"must": "x", "at": "yesterday"}, ["at"]),
        ({"must": "x", "at": 20261123}, ["at"]),
        ({"must": "x", "one": "c"}, ["one"]),
        ({"must": "x", "one": ["a"]}, ["one"]),
        ({"must": "x", "many": ["a", "c"]}, ["many"]),
        ({"must": "x", "many": [{}]}, ["many"]),
        ({"must": "x", "color": "red"}, ["color"]),
    ],
)
def test_answers_must_fit_the_questions(answers: dict[str, Any], wrong: list[str]) -> None:
    reasons = judge_answers(report(category="0103", answers=answers), {"0103": ASKED})
    assert [reason.field for reason in reasons] == [f"answers.{code}" for code in wrong]
    assert all(reason.repair for reason in reasons)


def test_who_names_no_category_was_asked_nothing() -> None:
    assert judge_answers(report(category=""), {"0103": ASKED}) == []
    assert judge_answers(report(category="", answers={"n": 1}), {"0103": ASKED})[0].field == "answers.n"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打13812345678", "打138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("证330822199001011234号", "证330822********1234号"),
        ("33082219900101123X", "330822********123X"),
        ("编号20261123000123", "编号20261123000123"),
        ("12345热线", "12345热线"),
    ],
)
def test_numbers_of_persons_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_an_unknown_field_is_refused_with_its_name() -> None:
    reading = generic.read({"external_id": "HL-1", "title": "x", "place": {"lng": 1}}, SOURCE, "e1")
    assert isinstance(reading, Refusal)
    assert (reading.external_id, reading.reasons[0].field) == ("HL-1", "place.lng")


@pytest.mark.parametrize(
    ("data", "field"),
    [({"title": "a\0"}, "title"), ({"media": ["\0"]}, "media.0"), ({"settled": {"note": "\0"}}, "settled.note")],
)
def test_a_nul_character_is_refused_wherever_it_stands(data: dict[str, Any], field: str) -> None:
    reading = generic.read({"external_id": "HL-1"} | data, SOURCE, "e1")
    assert isinstance(reading, Refusal)
    assert [reason.field for reason in reading.reasons] == [field]


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"id": 1}', b"[" * 100_000, "é".encode("latin-1"), b"\0"])
def test_what_is_no_event_is_refused_under_its_own_reference(body: bytes) -> None:
    reading = unwrap(Arrival(body, "hotline.normal", "hotline", "m1"), SOURCE)
    assert isinstance(reading, Refusal)
    assert reading.key == ("hotline", "? m1")
    assert reading.reasons[0].repair


def test_a_patrol_report_is_the_members_own() -> None:
    source = Source("patrol", "patrol", True, (), False)
    reading = patrol.read({"external_id": "7", "title": "x"}, source, "e1", "m017")
    assert isinstance(reading, Report)
    assert (reading.external_id, reading.reported_by) == ("m017/7", "m017")
    assert isinstance(patrol.read({"external_id": "7", "title": "x"}, source, "e1", None), Refusal)
