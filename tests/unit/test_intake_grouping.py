"""Bursts and conversations: which reports are one, what later ones add; whatever the order, nothing is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.grouping import Group, Sorted, amend, rule_of, same, sort_out
from services.intake.domain.opening import NewCase
from services.intake.domain.places import Located
from services.intake.domain.registration import Category, Report, Source
from services.intake.domain.understanding import Understood

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SOURCES = {
    "camera": Source("camera", "camera", True, (), False),
    "chat": Source("chat", "chat", False, (), True),
    "plain": Source("plain", "hotline", True, (), True),
}


def new(
    external_id: str, seconds: float = 0, source: str = "camera", group: str = "C-1/0108", **changes: Any
) -> NewCase:
    told: dict[str, Any] = {"category": "0108", "kind": None, "level": None, "title": "", "description": external_id}
    told |= {"place_text": "", "lon": None, "lat": None, "reporter": {}, "media": []}
    told |= {"reported_at": NOON + dt.timedelta(seconds=seconds), "group": group} | changes
    report = Report(source=source, external_id=external_id, **told)
    meaning = Understood(Category(report.category or "9999", "", "P3", "report"), "report", "P3", "accept")
    located = Located("g1", None, lon=report.lon, lat=report.lat)
    return NewCase(report, meaning, report.description[:60], report.description, located, True, True)


def sorted_out(
    opened: Sequence[NewCase], groups: dict[Any, Group] | None = None, known: set[Any] | None = None
) -> Sorted:
    return sort_out(opened, groups or {}, known or set(), SOURCES, NOON + dt.timedelta(days=30))


@pytest.mark.parametrize(
    ("source", "last", "ended", "minutes", "is_same"),
    [
        ("camera", 0, None, 9, True),
        ("camera", 0, None, 23 * 60, True),  # inhibition: the earlier case is open
        ("camera", 0, None, 25 * 60, False),
        ("camera", 24 * 60, None, 24 * 60 + 9, True),  # it goes on and on, and the case is still open
        ("camera", 5, 6, 14, True),  # the burst goes on after the desk has rejected it
        ("camera", 14, 6, 17, False),  # but not for ever
        ("camera", 5, 60, 20, False),
        ("chat", 0, None, 4, True),
        ("chat", 0, None, 6, False),  # a conversation has no inhibition
        ("chat", 4, None, 8, True),
        ("chat", 0, None, -60, True),  # what was written before and comes late
        ("plain", 0, None, 1, False),
    ],
)
def test_same_report_or_another(source: str, last: int, ended: int | None, minutes: int, is_same: bool) -> None:
    def at(minute: int) -> dt.datetime:
        return NOON + dt.timedelta(minutes=minute)

    group = Group("a", NOON, at(last), None if ended is None else at(ended))
    assert same(group, at(minutes), rule_of(SOURCES[source])) is is_same


def test_a_source_may_have_other_windows() -> None:
    source = Source("c", "camera", True, (), False, settings={"grouping": {"window_minutes": 1, "inhibition_hours": 0}})
    rule = rule_of(source)
    assert not same(Group("a", NOON, NOON), NOON + dt.timedelta(minutes=2), rule)


@given(st.lists(st.floats(0, 599), min_size=1, max_size=60))
def test_a_burst_is_one_case_whatever_the_order(seconds: list[float]) -> None:
    burst = [new(str(number), second) for number, second in enumerate(seconds)]
    found = sorted_out(burst)
    assert found.leading == burst[:1]
    assert found.following == [(each, ("camera", "0")) for each in burst[1:]]
    group = found.groups["camera", "C-1/0108"]
    assert (group.last_at - NOON).total_seconds() == pytest.approx(max(seconds), abs=1e-5)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3 * 86400)), max_size=40), st.integers(1, 39))
def test_every_report_leads_or_follows_and_batches_do_not_matter(told: list[tuple[str, int]], cut: int) -> None:
    told.sort(key=lambda each: each[1])
    reports = [new(str(n), second, "chat", group) for n, (group, second) in enumerate(told)]
    whole = sorted_out(reports)
    assert len(whole.leading) + len(whole.following) == len(reports)
    first = sorted_out(reports[:cut])
    second = sorted_out(reports[cut:], first.groups)
    assert first.leading + second.leading == whole.leading
    assert first.following + second.following == whole.following
    assert first.groups | second.groups == whole.groups
    leaders = {("chat", each.report.external_id) for each in whole.leading}
    assert {leader for _, leader in whole.following} <= leaders


def test_gaps_cameras_and_categories_keep_reports_apart() -> None:
    talk = [
        new("1", 0, "chat", "r/a"),
        new("2", 299, "chat", "r/a"),
        new("3", 700, "chat", "r/a"),
        new("4", 0, "chat", "r/b"),
    ]
    assert [each.report.external_id for each in sorted_out(talk).leading] == ["1", "3", "4"]
    alerts = [new("1"), new("2", group="C-2/0108"), new("3", group="C-1/0403")]
    assert len(sorted_out(alerts).leading) == 3


def test_what_was_told_before_keeps_its_case_and_moves_no_group() -> None:
    found = sorted_out([new("1"), new("2")], known={("camera", "1")})
    assert [each.report.external_id for each in found.leading] == ["1", "2"]
    assert found.groups["camera", "C-1/0108"].leader == "2"


def test_a_clock_that_is_ahead_does_not_open_the_window_for_ever() -> None:
    ahead = sort_out([new("1", 86400 * 365)], {}, set(), SOURCES, NOON)
    assert ahead.groups["camera", "C-1/0108"].last_at == NOON


CASE = {
    "state": "submitted", "media": ["a"], "occurrences": 1, "description": "[图片]", "title": "[图片]",
    "category": "9999", "level": "P3", "kind": "report", "lon": None, "lat": None, "place_text": "", "grid_id": None,
    "desk_reason": "no_position",
}  # fmt: skip


def test_words_place_and_category_are_filled_in_while_the_desk_has_not_decided() -> None:
    more = new("水管漏了", source="chat", lon=118.4, lat=28.9, place_text="公厕边", media=["a", "b"], category="0404")
    case = CASE | amend(CASE, more, adds_words=True)
    assert (case["title"], case["description"]) == ("水管漏了", "[图片]\n水管漏了")
    assert (case["media"], case["occurrences"], case["category"]) == (["a", "b"], 2, "0404")
    assert (case["lon"], case["grid_id"], case["desk_reason"], case["place_text"]) == (118.4, "g1", None, "公厕边")
    later = case | amend(case, new("还在漏", source="chat", lon=1.0, lat=1.0, category="0103"), adds_words=True)
    assert (later["lon"], later["category"], later["title"]) == (118.4, "0404", "水管漏了")


def test_what_others_have_heard_stays_and_a_burst_adds_pictures_only() -> None:
    working = CASE | {"state": "in_progress"}
    for case, adds_words in ((working, True), (CASE, False)):
        assert amend(case, new("x", media=["b"]), adds_words) == {"media": ["a", "b"], "occurrences": 2}
    full = CASE | {"media": [str(n) for n in range(20)]}
    assert amend(full, new("x", media=["b"]), False)["media"] == full["media"]
