"""What Open311 clients send and ask for: forms, answers to questions, parameters; and what they are shown."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from services.intake.adapters import adapter_of, open311
from services.intake.adapters.open311_query import Misfit, page_asked, requests_asked, window_asked
from services.intake.domain.case import OPEN311
from services.intake.domain.open311 import detailed_status, status
from services.intake.domain.registration import Refusal, Report, Source
from shared.http.entrypoint import form_of
from shared.http.problems import Problem

SOURCE = Source("open311", "open311", True, (), True)
NOW = dt.datetime(2026, 11, 23, 9, 0, 0, 500_000, dt.UTC)
DAY = dt.timedelta(days=1)
FORM = {"service_code": ["0103"], "lat": ["28.925"], "long": ["118.405"], "description": ["垃圾"], "email": [""]}
QUESTIONS = [
    {"code": "when", "datatype": "datetime", "required": False, "text_zh": "何时", "text_en": "When"},
    {"code": "bags", "datatype": "number", "required": True, "text_zh": "几袋", "text_en": "How many"},
    {"code": "kind", "datatype": "singlevaluelist", "values": [{"key": "a", "zh": "甲", "en": "A"}, {"key": "b"}]},
    {"code": "smell", "datatype": "multivaluelist", "values": [{"key": "x"}, {"key": "y"}]},
    {"code": "name", "datatype": "string"},
    {"code": "more", "datatype": "text"},
]


def read(**form: str | list[str]) -> Report | Refusal:
    changed = FORM | {name: value if isinstance(value, list) else [value] for name, value in form.items()}
    return open311.read(open311.data_of(changed) | {"external_id": "x"}, SOURCE, "")


def test_a_form_becomes_a_report() -> None:
    report = read(first_name="三", last_name="张", phone="19900000001", media_url=["https://a/1", "", "https://a/2"])
    assert isinstance(report, Report)
    assert (report.category, report.lat, report.lon) == ("0103", 28.925, 118.405)
    assert report.reporter == {"name": "张三", "phone": "19900000001"}
    assert report.media == ["https://a/1", "https://a/2"]
    anonymous = read(lat="", long="", address_string="村口", address_id="330822111201001")
    assert isinstance(anonymous, Report)
    assert (anonymous.reporter, anonymous.place_text, anonymous.lat) == ({}, "村口", None)
    assert anonymous.grid_code == "330822111201001"


def test_attributes_are_gathered_however_they_are_written() -> None:
    form = {"attribute[a]": ["1"], "attribute[b][]": ["x", "y"], "attribute[c][0]": ["z"], "attribute[d]": [""]}
    assert open311.data_of(form)["attribute"] == {"a": ["1"], "b": ["x", "y"], "c": ["z"]}


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"lat": "x"}, "lat"),
        ({"lat": "91"}, "lat"),
        ({"lat": "nan"}, "lat"),
        ({"long": "inf"}, "long"),
        ({"lat": ""}, "lat"),
        ({"lat": "", "long": ""}, "lat"),
        ({"service_code": ""}, "service_code"),
        ({"description": "长" * 4001}, "description"),
        ({"email": "a" * 201}, "email"),
        ({"media_url": ["javascript:alert(1)"]}, "media_url.0"),
        ({"media_url": ["https://a/1"] * 21}, "media_url"),
    ],
)
def test_what_does_not_fit_is_named(form: dict[str, Any], field: str) -> None:
    refusal = read(**form)
    assert isinstance(refusal, Refusal)
    assert [reason.field for reason in refusal.reasons] == [field] and refusal.reasons[0].repair


def test_questions_become_attributes_in_the_language_asked_for() -> None:
    shown = open311.service_definition({"code": "0103", "questions": QUESTIONS[:2]}, "en")
    assert [a["description"] for a in shown["attributes"]] == ["When", "How many"]
    assert [(a["order"], a["required"], a["variable"]) for a in shown["attributes"]] == [
        (1, False, True),
        (2, True, True),
    ]
    question = QUESTIONS[2] | {"text_zh": "哪种", "text_en": "Which"}
    listed = open311.service_definition({"code": "0103", "questions": [question]}, "zh")["attributes"][0]
    assert listed["values"] == [{"key": "a", "name": "甲"}, {"key": "b", "name": "b"}]


@pytest.mark.parametrize(
    ("state", "solved", "plain", "detailed"),
    [
        ("submitted", None, "open", "open"),
        ("accepted", None, "open", "open"),
        ("dispatched", None, "open", "investigating"),
        ("in_progress", None, "open", "in_progress"),
        ("resolved", None, "open", "in_progress"),
        ("follow_up_pending", "yes", "open", "in_progress"),
        ("closed", "yes", "closed", "fixed"),
        ("closed", None, "closed", "fixed"),
        ("closed", "no", "closed", "no_further_action"),
        ("rejected", None, "closed", "not_councils_responsibility"),
    ],
)
def test_states_are_shown_by_the_table(state: str, solved: str | None, plain: str, detailed: str) -> None:
    assert (status(state), detailed_status(state, solved)) == (plain, detailed)


def test_every_state_has_a_status() -> None:
    assert {status(state) for state in OPEN311} == {"open", "closed"}
    assert [status(state) for state in ("merged", "cancelled", "suspended")] == ["closed", "closed", "open"]


@pytest.mark.parametrize(
    ("args", "start", "end"),
    [
        ({}, "2026-11-22T09:00:00", "2026-11-23T09:00:00"),
        ({"start_date": "", "end_date": ""}, "2026-11-22T09:00:00", "2026-11-23T09:00:00"),
        ({"start_date": "2026-11-01T00:00:00Z"}, "2026-11-01T00:00:00", "2027-01-30T00:00:00"),
        ({"end_date": "2026-11-01T00:00:00+08:00"}, "2026-10-30T16:00:00", "2026-10-31T16:00:00"),
        ({"end_date": "2026-11-01T00:00:00 08:00"}, "2026-10-30T16:00:00", "2026-10-31T16:00:00"),
        (
            {"start_date": "2026-11-01T00:00:00.9Z", "end_date": "2026-11-01T00:00:00.2Z"},
            "2026-11-01T00:00:00",
            "2026-11-01T00:00:00",
        ),
    ],
)
def test_the_window_asked_for(args: dict[str, str], start: str, end: str) -> None:
    assert [time.isoformat() for time in window_asked(args, NOW, DAY)] == [f"{start}+00:00", f"{end}+00:00"]


@pytest.mark.parametrize(
    ("args", "field"),
    [
        ({"start_date": "yesterday"}, "start_date"),
        ({"start_date": "2026-11-01T00:00:00"}, "start_date"),
        ({"start_date": "0001-01-01T00:00:00Z"}, "start_date"),
        ({"end_date": "9999-12-31T23:59:59Z"}, "end_date"),
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"}, "end_date"),
        ({"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}, "end_date"),
        ({"updated_after": "x"}, "updated_after"),
        ({"status": "fixed"}, "status"),
        ({"page": "0"}, "page"),
        ({"page": "٣"}, "page"),
        ({"page_size": "1001"}, "page_size"),
        ({"page_size": "9" * 5000}, "page_size"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "nan,2,3,4"}, "bbox"),
        ({"bbox": "118.3,28.8,118.6,29"}, "bbox"),  # the other order, in China
        ({"bbox": "29,118,28,119"}, "bbox"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(args: dict[str, str], field: str) -> None:
    with pytest.raises(Misfit) as misfit:
        requests_asked(args, NOW)
    assert misfit.value.reason.field == field and misfit.value.reason.repair


def test_numbers_override_everything_else() -> None:
    asked = requests_asked({"service_request_id": "a, b,", "status": "nonsense", "start_date": "x"}, NOW)
    assert asked["numbers"] == ["a", "b"]
    assert all(asked[name] is None for name in ("services", "closed", "start", "end", "after", "before", "south"))


def test_filters_are_read() -> None:
    args = MultiDict([("service_code", "0103,0104"), ("service_code", "0105"), ("status", "closed"), ("page", "3")])
    asked = requests_asked(args | {"page_size": "10", "bbox": "28,118,29,119"}, NOW)
    assert asked["services"] == ["0103", "0104", "0105"]
    assert (asked["closed"], asked["size"], asked["skipped"]) == (True, 10, 20)
    assert [asked[side] for side in ("south", "west", "north", "east")] == [28, 118, 29, 119]
    assert requests_asked({"status": "open,closed"}, NOW)["closed"] is None
    assert page_asked({}) == (1000, 0)


def test_what_was_changed_lately_may_have_been_reported_long_before() -> None:
    asked = requests_asked({"updated_after": "2026-11-23T00:00:00Z"}, NOW)
    assert asked["start"] == dt.datetime(2026, 8, 25, tzinfo=dt.UTC)
    assert asked["after"] == dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


ROW = {
    "number": "20261123-000001", "state": "rejected", "round": 1, "title": "垃圾", "description": "请打138****0000",
    "place_text": "村口", "lat": 28.9251234567, "lon": 118.4, "media": ["sha256:1", "https://a/1", "https://a/2"],
    "category": "0103", "solved": None, "requested_at": NOW, "updated_at": NOW, "name_zh": "暴露垃圾",
    "name_en": "Exposed rubbish", "platform": "enforcement", "grid_code": "330822111201001",
    "refusal": "请打13800000000 (desk1)",
}  # fmt: skip


def test_a_case_is_shown_with_reason_and_unit_and_without_what_is_not_public() -> None:
    shown = open311.service_request(ROW, "zh", False)
    assert shown["status"] == "closed" and shown["agency_responsible"] == "综合执法"
    assert "138****0000 (desk1)" in shown["status_notes"]
    assert (shown["lat"], shown["media_url"]) == (28.925123, "https://a/1")
    assert "extended_attributes" not in shown
    extended = open311.service_request(ROW, "en", True)
    assert extended["agency_responsible"] == "Law enforcement" and extended["service_name"] == "Exposed rubbish"
    assert extended["extended_attributes"]["detailed_status"] == "not_councils_responsibility"
    assert extended["extended_attributes"]["media_urls"] == ["https://a/1", "https://a/2"]


def test_feedback_is_written_as_an_update() -> None:
    feedback = {"feedback_id": "f1", "number": "n1", "open311_status": "in_progress", "text_zh": "正在办理"}
    assert adapter_of("open311").write(feedback, SOURCE) == {
        "update_id": "f1", "service_request_id": "n1", "status": "IN_PROGRESS", "description": "正在办理",
    }  # fmt: skip


def test_a_part_of_a_form_without_a_name_is_refused() -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="\\"\r\n\r\nnull\r\n--b--\r\n'
    given = EnvironBuilder(method="POST", data=body, content_type="multipart/form-data; boundary=b")
    with pytest.raises(Problem, match="no name"):
        form_of(Request(given.get_environ()))
