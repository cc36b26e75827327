"""Who is the same person, what is kept of a report, the audit chain, retention, the register's rows."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.audit import FIRST, Entry, first_broken, link
from services.intake.domain.opening import open_case
from services.intake.domain.persons import e164, names, told
from services.intake.domain.places import Located
from services.intake.domain.register import check, masked, plain_address
from services.intake.domain.registration import Category, Report, Source
from services.intake.domain.retention import Retention
from services.intake.domain.rules import RuleSet
from services.intake.domain.understanding import Understanding

SOURCE = Source("hotline", "hotline", True, (), True)
PLAIN = Report("hotline", "1", "", None, None, "路灯", "不亮", "", None, None, None, {}, [])


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13812345678", "+8613812345678"),
        (" 138 1234 5678 ", "+8613812345678"),
        ("+86 138-1234-5678", "+8613812345678"),
        ("008613812345678", "+8613812345678"),
        ("0570-5012345", "+865705012345"),
        ("+1 202 555 0143", "+12025550143"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("12345678901234567890", None),
        ("12", None),
        ("no", None),
        ("", None),
    ],
)
def test_a_number_is_the_same_however_it_is_written(written: str, number: str | None) -> None:
    assert e164(written) == number


@given(st.text(max_size=50))
def test_no_text_breaks_the_reading_of_numbers(text: str) -> None:
    number = e164(text)
    assert number is None or number.startswith("+")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"phone": "13812345678"}', True),
        ("138 1234-5678", True),
        ("１３８１２３４５６７８", True),
        (r"\uff11\uff138\uff112345678", True),
        ("138,1234,5678", False),
        ('{"a": "1381234", "b": "5678"}', False),
        ("13912345678", False),
    ],
)
def test_what_names_a_number(text: str, found: bool) -> None:
    assert names(text, "13812345678") is found


def _told(**changes: Any) -> dict[str, Any] | None:
    understanding = Understanding({"9999": Category("9999", "其他", "P3", "report")}, RuleSet())
    located, now = Located(None, "no_position"), dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    return told(open_case(dataclasses.replace(PLAIN, **changes), SOURCE, understanding, located, now))


def test_only_what_is_personal_is_kept() -> None:
    assert _told() is None
    assert _told(reporter={"name": "", "phone": "", "anonymous": False}) is None
    assert _told(reporter={"name": "王"})["reporter"] == {"name": "王"}  # type: ignore[index]
    assert _told(description="打13812345678")["description"] == "打13812345678"  # type: ignore[index]
    assert _told(title="打13812345678")["title"] == "打13812345678"  # type: ignore[index]
    assert _told(title="", description="打13812345678") is not None
    assert _told(title="打13812345678", description="") is not None
    assert _told(title="", description=" 不亮 ") is None


def test_of_those_who_want_to_stay_anonymous_nothing_is_kept() -> None:
    hidden = {"name": "王", "phone": "13812345678", "anonymous": True}
    assert _told(reporter=hidden) is None
    assert _told(reporter=hidden, description="打13912345678")["reporter"] == {"anonymous": True}  # type: ignore[index]


def _chain(count: int) -> list[dict[str, Any]]:
    rows, previous = [], FIRST
    for number in range(1, count + 1):
        entry = Entry(
            dt.datetime(2026, 11, 23, 9, number, tzinfo=dt.UTC), f"desk{number}", "desk", "unmask", "1-1", "电话"
        )
        row = vars(entry) | {"id": number, "previous_hash": previous, "hash": link(previous, entry)}
        previous = row["hash"]
        rows.append(row)
    return rows


def test_a_whole_chain_is_whole_in_any_time_zone() -> None:
    rows = _chain(5)
    assert first_broken(rows) is None
    assert first_broken([]) is None
    zone = dt.timezone(dt.timedelta(hours=8))
    assert first_broken([row | {"at": row["at"].astimezone(zone)} for row in rows]) is None


@pytest.mark.parametrize("name", ["at", "who", "role", "action", "about", "reason", "hash", "previous_hash"])
def test_whatever_is_changed_breaks_the_chain_there(name: str) -> None:
    rows = _chain(5)
    rows[2][name] = rows[2][name] + (dt.timedelta(microseconds=1) if name == "at" else "x")
    broken = first_broken(rows)
    assert broken and broken["id"] == 3


def test_an_entry_that_is_taken_out_or_put_elsewhere_breaks_the_chain() -> None:
    rows = _chain(5)
    for changed, at in ((rows[1:], 2), (rows[:2] + rows[3:], 4), ([rows[0], rows[2], rows[1], *rows[3:]], 3)):
        broken = first_broken(changed)
        assert broken and broken["id"] == at


def test_retention_by_category_and_otherwise() -> None:
    assert Retention.of({}) == Retention("3 year", {})
    rules = Retention.of({"otherwise": "2 year", "categories": {"0601": "90 day", "0102": "5 year"}})
    assert rules.shortest == "90 day"
    assert Retention.of({"otherwise": "1 month"}).shortest == "1 month"


@pytest.mark.parametrize("text", ["", "0 day", "3", "3 years", "-1 day", "1 hour", "1.5 year", "3 year; drop", 3, None])
def test_a_retention_that_is_no_duration_forgets_nothing(text: Any) -> None:
    with pytest.raises(ValueError, match=r"intake\.retention"):
        Retention.of({"otherwise": text})
    with pytest.raises(ValueError, match=r"intake\.retention"):
        Retention.of({"categories": {"0102": text}})


ROW = {"household": "H1", "address": "振兴路12号", "name": "王小明", "id_number": "330822199001011238", "phone": ""}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"household": ""}, "household"),
        ({"name": ""}, "name"),
        ({"address": "x" * 201}, "address"),
        ({"name": "a\0"}, "name"),
        ({"id_number": "330822199001011231"}, "id_number"),
        ({"id_number": "1"}, "id_number"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_what_is_wrong_in_the_register_is_named(changes: dict[str, str], field: str) -> None:
    assert [reason.field for reason in check(ROW | changes)] == [field]


def test_a_good_row_of_the_register() -> None:
    assert check(ROW) == []
    assert check(ROW | {"id_number": "", "phone": "13812345678"}) == []


@pytest.mark.parametrize("text", ["振兴路12号", "振兴路 １２ 号", "振兴路-12号。"])
def test_an_address_is_the_same_however_it_is_written(text: str) -> None:
    assert plain_address(text) == "振兴路12号"


def test_of_a_household_family_names_and_masked_numbers_are_shown() -> None:
    person = {"name": "王小明", "id_number": "330822199001011238", "phone": "13812345678"}
    assert masked({"household": "H1", "address": "x", "people": [person]})["people"] == [
        {"name": "王**", "id_number": "330822********1238", "phone": "138****5678"}
    ]
