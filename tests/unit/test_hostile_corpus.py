"""The corpus of hostile input, as envelope, adapter and rules see it; what the doors make of it: tests/integration."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import orjson
import pytest

from services.intake.adapters import generic, unwrap
from services.intake.domain.registration import Category, Refusal, Source, judge
from shared.messaging.arrival import Arrival
from shared.messaging.envelope import Unreadable, decode
from shared.reasons import MOST
from tests.support import hostile

SOURCE = Source("hotline", "generic", auto_accept=True, feedback=(), asks_reporter=True)
CATALOGUE = {"9999": Category("9999", "其他", "P3", "report")}
GOOD = {"specversion": "1.0", "id": "e", "source": "hotline", "type": "report.v1", "data": {}}


def reasons_of(body: bytes) -> list[Any]:
    """Why the report is refused; empty when it is taken."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return [error]
    reading = generic.read(data, SOURCE, "reference", "hotline")
    return reading.reasons if isinstance(reading, Refusal) else judge(reading, SOURCE, CATALOGUE)


@pytest.mark.parametrize("name", hostile.NO_REPORT)
def test_what_is_no_report_is_unreadable(name: str) -> None:
    found = unwrap(Arrival(hostile.NO_REPORT[name], "hotline.normal"), SOURCE)
    assert isinstance(found, Refusal)
    assert len(json.dumps([reason.as_dict() for reason in found.reasons])) < 1000


@pytest.mark.parametrize("name", hostile.WRONG)
def test_a_wrong_report_is_refused(name: str) -> None:
    assert reasons_of(hostile.WRONG[name])


@pytest.mark.parametrize("name", hostile.HARMLESS)
def test_text_that_only_looks_dangerous_is_taken(name: str) -> None:
    assert reasons_of(hostile.HARMLESS[name]) == []


def test_ten_thousand_wrong_fields_get_a_short_answer() -> None:
    found = reasons_of(hostile.EITHER["ten thousand fields"])
    assert 0 < len(found) <= MOST
    long_name = reasons_of(json.dumps({"external_id": "x", "title": "t", "f" * 100_000: 1}).encode())
    assert len(json.dumps(long_name[0].as_dict())) < 1000


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "2.0"},
        {"specversion": 1.0},
        {"specversion": None},
        {"id": ""},
        {"id": 7},
        {"id": "x" * 257},
        {"source": "x" * 257},
        {"type": "x" * 257},
        {"id": "\0"},
    ],
)
def test_an_envelope_that_is_none_is_unreadable(change: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        decode(json.dumps(GOOD | change).encode())
    assert decode(json.dumps(GOOD | {"id": "x" * 256}).encode())[0].data == {}


def test_a_report_of_an_unknown_version_is_not_read_as_ours() -> None:
    refusal = unwrap(Arrival(json.dumps(GOOD | {"type": "report.v2"}).encode(), "hotline.normal"), SOURCE)
    assert isinstance(refusal, Refusal)
    assert (refusal.reasons[0].field, refusal.reference) == ("type", "e")


@pytest.mark.parametrize("year", [1, 1999, 2101, 9999])
def test_a_time_that_a_database_cannot_give_back_is_refused(year: int) -> None:
    at = dt.datetime(year, 1, 1, 12, tzinfo=dt.UTC).isoformat()
    report = {"external_id": "x", "title": "t", "reported_at": at}
    assert [reason.field for reason in reasons_of(json.dumps(report).encode())] == ["reported_at"]
