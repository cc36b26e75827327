"""From report to case: what is refused and how to repair it, what the rules fill in, what is masked."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from services.intake.adapters import generic, patrol, unwrap
from services.intake.domain.masking import mask
from services.intake.domain.places import Located
from services.intake.domain.registration import Category, Refusal, Report, Source, judge, open_case
from shared.messaging.arrival import Arrival

SOURCE = Source("hotline", "hotline", True, ("report_received",), True)
CATALOGUE = {"0102": Category("0102", "暴露垃圾", "P3", "report"), "9999": Category("9999", "其他", "P4", "help")}
IN_GRID = Located("330822111001001", None, 1)


def report(**changes: Any) -> Report:
    plain = Report("hotline", "HL-1", "0102", None, None, "垃圾", "路口有垃圾", "路口", 118.4, 28.9, None, {}, [])
    return dataclasses.replace(plain, **changes)


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
    assert open_case(report(), SOURCE, CATALOGUE, IN_GRID).level == "P3"
    urgent = open_case(report(level="P1", kind="complaint"), SOURCE, CATALOGUE, IN_GRID)
    assert (urgent.level, urgent.kind, urgent.lane) == ("P1", "complaint", "urgent")
    assert open_case(report(category=""), SOURCE, CATALOGUE, IN_GRID).category == "9999"


def test_without_a_phone_nobody_can_be_asked() -> None:
    assert open_case(report(reporter={"name": "某"}), SOURCE, CATALOGUE, IN_GRID).anonymous
    assert not open_case(report(reporter={"phone": "19900000001"}), SOURCE, CATALOGUE, IN_GRID).anonymous


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
