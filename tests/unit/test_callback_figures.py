"""Figures with their bounds, words that recur, and what is striking about answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.callback.domain.figures import STOP_WORDS, Figuring, figures, rate, recurring, wilson
from services.callback.domain.watch import DEVICE, HANDLER, QUICK, TAKER, Seen, Watch, differences, marks

NAMES = [
    "matters",
    "asked",
    "nobody",
    "unreachable",
    "left_out",
    "withdrawn",
    "open",
    "not_counted",
    "objections",
    "answered",
    "expired",
    "judged",
    "yes",
    "partly",
    "no",
    "rated",
    "satisfied",
    "mostly_satisfied",
    "dissatisfied",
    "called",
    "reached",
    "attempts",
    "hours_to_answer",
]
NOTHING: dict[str, Any] = dict.fromkeys(NAMES, 0)


@pytest.mark.parametrize(
    ("hits", "of", "bounds"),
    [  # as in tables of Wilson's interval at 95 %
        (0, 0, None),
        (0, 10, (0.0, 0.2775)),
        (5, 10, (0.2366, 0.7634)),
        (10, 10, (0.7225, 1.0)),
        (81, 263, (0.2553, 0.3662)),
        (954, 1000, (0.9392, 0.9653)),
    ],
)
def test_the_bounds_of_a_share(hits: int, of: int, bounds: tuple[float, float] | None) -> None:
    assert wilson(hits, of) == (bounds and pytest.approx(bounds, abs=2e-4))


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_the_share_lies_within_its_bounds_and_more_asked_is_narrower(hits: int, more: int) -> None:
    of = hits + more
    shown = rate(hits, of)
    if not of:
        assert shown["share"] is shown["low"] is shown["high"] is None
        return
    assert 0 <= shown["low"] <= shown["share"] + 1e-4 and shown["share"] - 1e-4 <= shown["high"] <= 1
    wider, narrower = wilson(hits, of), wilson(hits * 4, of * 4)
    assert wider and narrower and narrower[1] - narrower[0] <= wider[1] - wider[0]


@pytest.mark.parametrize(
    ("satisfied", "rated", "alarm"), [(16, 20, True), (17, 20, False), (0, 19, False), (0, 20, True), (0, 0, False)]
)
def test_the_alarm_is_under_85_percent_and_not_of_a_few(satisfied: int, rated: int, alarm: bool) -> None:
    counts = NOTHING | {"satisfied": satisfied, "rated": rated, "dissatisfied": rated - satisfied}
    assert figures(counts, Figuring())["alarm"] is alarm


def test_denominators_stand_beside_the_shares() -> None:
    counts = NOTHING | {"answered": 6, "expired": 2, "judged": 5, "yes": 3, "partly": 1, "no": 1, "left_out": 30}
    found = figures(counts | {"rated": 4, "satisfied": 2, "mostly_satisfied": 1, "dissatisfied": 1}, Figuring())
    assert [(found[name]["hits"], found[name]["of"]) for name in ("response", "resolution", "satisfaction")] == [
        (6, 8), (3, 5), (3, 4)
    ]  # fmt: skip
    assert found["not_asked"]["left_out"] == 30


def test_words_that_recur_are_counted_once_a_text() -> None:
    texts = ["路灯还是不亮,路灯!", "路灯坏了", "The lamp is dark", "a dark lamp, dark", "谢谢", "谢谢"]
    found = {one["word"]: one["texts"] for one in recurring(texts, STOP_WORDS)}
    assert found == {"路灯": 2, "lamp": 2, "dark": 2}
    assert [one["word"] for one in recurring(texts, STOP_WORDS | {"路灯"})] == ["dark", "lamp"]


@pytest.mark.parametrize(
    ("seconds", "seen", "reasons"),
    [
        (None, Seen(), []),
        (6, Seen(2, 19, 2), []),
        (5, Seen(), [QUICK]),
        (0.4, Seen(device=3), [QUICK, DEVICE]),
        (None, Seen(taker=20), [TAKER]),
        (60, Seen(handler=3), [HANDLER]),
    ],
)
def test_what_is_striking(seconds: float | None, seen: Seen, reasons: list[str]) -> None:
    found = list(marks(seconds, seen, Watch()))
    assert [reason for reason, _ in found] == reasons
    assert all(" / " in text for _, text in found)
    patient = Watch(dt.timedelta(0), 99, 99, 99)
    assert seconds == 0 or not list(marks(seconds, seen, patient))


def test_where_two_answers_differ() -> None:
    first = {"solved": "yes", "satisfaction": "satisfied", "reasons": ["a", "b"], "polite": "yes"}
    assert differences(first, first | {"reasons": ["b", "a"]}) == []
    assert differences(first, {"solved": "no", "satisfaction": "satisfied", "reasons": ["a", "b"]}) == [
        {"question": "polite", "first": "yes", "second": None},
        {"question": "solved", "first": "yes", "second": "no"},
    ]
