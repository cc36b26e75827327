"""Open311 on the wire: the same document as XML and as JSON, and nothing that breaks either."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.adapters.open311_wire import w3c, write

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
NOON = dt.datetime(2026, 11, 23, 12, 0, 0, 900_000, dt.timezone(dt.timedelta(hours=8)))


@pytest.mark.parametrize(
    ("document", "xml", "spark"),
    [
        ({"services": []}, "<services />", []),
        (
            {"services": [{"service_code": "001", "metadata": True, "group": ""}]},
            "<services><service><service_code>001</service_code><metadata>true</metadata><group /></service>"
            "</services>",
            [{"service_code": "001", "metadata": True, "group": None}],
        ),
        (
            {"service_definition": {"attributes": [{"order": 1, "values": [{"key": "a", "name": "甲"}]}]}},
            "<service_definition><attributes><attribute><order>1</order><values><value><key>a</key><name>甲</name></value>"
            "</values></attribute></attributes></service_definition>",
            {"attributes": [{"order": 1, "values": [{"key": "a", "name": "甲"}]}]},
        ),
        (
            {"service_requests": [{"lat": 28.9, "zipcode": None, "requested_datetime": NOON}]},
            "<service_requests><request><lat>28.900000</lat><zipcode />"
            "<requested_datetime>2026-11-23T12:00:00+08:00</requested_datetime></request></service_requests>",
            [{"lat": 28.9, "zipcode": None, "requested_datetime": "2026-11-23T12:00:00+08:00"}],
        ),
        (
            {"service_request_updates": [{"media_url": ["https://a/1", "https://a/2"]}]},
            "<service_request_updates><request_update><media_url>https://a/1</media_url><media_url>https://a/2</media_url>"
            "</request_update></service_request_updates>",
            [{"media_url": ["https://a/1", "https://a/2"]}],
        ),
        (
            {"errors": [{"code": 400, "description": "<&]]>\x00\x0b\ud800"}]},
            "<errors><error><code>400</code><description>&lt;&amp;]]&gt;</description></error></errors>",
            [{"code": 400, "description": "<&]]>"}],
        ),
        (
            {"discovery": {"formats": ["text/xml"]}},
            "<discovery><formats><format>text/xml</format></formats></discovery>",
            {"formats": ["text/xml"]},
        ),
    ],
)  # fmt: skip
def test_the_same_document_in_both_formats(document: dict[str, Any], xml: str, spark: Any) -> None:
    assert write(document, "xml").decode() == HEAD + xml
    assert json.loads(write(document, "json")) == spark


@given(st.text(st.characters()))  # halves of pairs, too
def test_any_text_makes_xml_that_parses_and_json_that_says_the_same(text: str) -> None:
    document = {"service_requests": [{"description": text}]}
    parsed = ElementTree.fromstring(write(document, "xml")).findtext("request/description")
    said = json.loads(write(document, "json"))[0]["description"] or ""
    assert parsed == said.replace("\r\n", "\n").replace("\r", "\n")
    assert "".join(c for c in text if c.isalnum() and not "\ud800" <= c <= "\udfff") == "".join(
        filter(str.isalnum, said)
    )


@given(st.floats(-180, 180))
def test_degrees_are_plain_decimals(degrees: float) -> None:
    text = ElementTree.fromstring(write({"request": {"long": degrees}}, "xml")).findtext("long") or ""
    assert "e" not in text and abs(float(text) - degrees) <= 5e-7 + 1e-12


@given(st.datetimes(timezones=st.timezones()))
def test_times_can_be_read_again_and_are_never_later(time: dt.datetime) -> None:
    if time.utcoffset() is None or time.utcoffset().total_seconds() % 60:  # type: ignore[union-attr]
        return  # before there were zones
    assert dt.datetime.fromisoformat(w3c(time)).utcoffset() == time.utcoffset()
    assert dt.datetime.fromisoformat(w3c(time)).replace(tzinfo=None) == time.replace(microsecond=0, tzinfo=None)
