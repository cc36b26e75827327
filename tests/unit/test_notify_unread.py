"""What is done about a notice that nobody reads: when, how often, and what ends it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.notices import about_unread
from services.notify.domain.unread import (
    ACTED,
    CLOSED,
    DONE,
    EXPIRED,
    LEADER,
    NEXT_CHANNEL,
    READ,
    TAKEN_AWAY,
    Decision,
    Known,
    Step,
    Told,
    Watched,
    decide,
    expires_at,
    leaders_of,
)
from services.notify.domain.unread_data import WATCHABLE, Watching, problems, steps_of
from services.notify.store import shipped
from services.notify.use_cases.saying import Said, words_of

WORDS = shipped()
NOW = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
STEPS = (Step(3 * MINUTE, NEXT_CHANNEL), Step(10 * MINUTE, LEADER))
WATCHED = Watched(Told("w1", "work_assigned", (1, 1)), 7, NOW - MINUTE, NOW, STEPS)
NONE = [{"after": "0 day", "to": LEADER}]
PART = {
    "kinds": ["work_assigned", "check_wanted"],
    "steps": {"P1": [{"after": "3 minute", "to": "next_channel"}, {"after": "10 minute", "to": "leader"}]},
}


@pytest.mark.parametrize(
    ("taken", "minutes", "step", "ended", "due"),
    [
        (0, 0, None, "", 3),
        (0, 2.99, None, "", 3),
        (0, 3, NEXT_CHANNEL, "", 10),
        (0, 600, NEXT_CHANNEL, "", 10),  # after an outage: late, and one after the other
        (1, 9.99, None, "", 10),
        (1, 10, LEADER, DONE, None),
        (2, 10, None, DONE, None),
    ],
)
def test_each_step_comes_in_its_time(taken: int, minutes: float, step: Any, ended: str, due: float | None) -> None:
    found = decide(replace(WATCHED, taken=taken), Known(), NOW + minutes * MINUTE)
    assert (found.step.to if found.step else None, found.ended) == (step, ended)
    assert found.due == (None if due is None else NOW + due * MINUTE)


@pytest.mark.parametrize(
    ("known", "ended"),
    [
        (Known(seen=6), ""),
        (Known(seen=7), READ),
        (Known(seen=8), READ),
        (Known(receipt=True), READ),
        (Known(acted_at=NOW), ACTED),
        (Known(acted_at=NOW - 2 * MINUTE), ""),  # that was before it was said
        (Known(over_at=NOW), CLOSED),
        (Known(over_at=NOW - 2 * MINUTE), ""),  # and then it was opened again
        (Known(notices=[Told("w1", "work_taken_away", (1, 2))]), TAKEN_AWAY),
        (Known(notices=[Told("w1", "work_withdrawn", (1, 1))]), TAKEN_AWAY),
        (Known(notices=[Told("w2", "work_taken_away", (1, 2))]), ""),  # that was somebody else's
        (Known(notices=[Told("w1", "work_taken_away", (1, 0))]), ""),  # and then it came back
        (Known(notices=[Told("w2", "work_assigned", (1, 2))]), ""),
    ],
)
def test_it_ends_when_somebody_has_read_or_acted_or_it_is_nobodys(known: Known, ended: str) -> None:
    assert decide(WATCHED, known, NOW + 20 * MINUTE) == (
        Decision(None, ended, None) if ended else Decision(STEPS[0], "", NOW + 10 * MINUTE)
    )


def test_what_was_offered_is_over_when_somebody_has_it() -> None:
    offered = replace(WATCHED, told=Told("w1", "work_offered", (1, 1)))
    assert decide(offered, Known(notices=[Told("w2", "work_assigned", (1, 2))]), NOW).ended == TAKEN_AWAY
    assert decide(offered, Known(notices=[Told("w2", "work_assigned", (0, 9))]), NOW).ended == ""


@pytest.mark.parametrize(
    ("kind", "about", "minutes"),
    [
        ("work_assigned", {"due_at": (NOW + 5 * MINUTE).isoformat()}, 5),
        ("work_escalated", {"due_at": (NOW - 5 * MINUTE).isoformat()}, None),  # it tells of the delay
        ("work_offered", {"due_at": (NOW + 5 * MINUTE).isoformat(), "until": (NOW + MINUTE).isoformat()}, 1),
        ("check_wanted", {}, None),
    ],
)
def test_what_is_of_no_use_any_more_is_not_said(kind: str, about: dict[str, str], minutes: int | None) -> None:
    end = expires_at(kind, about, NOW)
    assert end == (None if minutes is None else NOW + minutes * MINUTE)
    if end:
        watched = replace(WATCHED, expires_at=end)
        assert decide(watched, Known(), end).ended == EXPIRED
        assert not decide(watched, Known(), end - dt.timedelta(seconds=1)).ended


ladders = st.lists(st.integers(1, 10_000), min_size=1, max_size=10, unique=True).map(
    lambda after: tuple(Step(dt.timedelta(seconds=n), NEXT_CHANNEL) for n in sorted(after))
)


@given(ladders, st.lists(st.integers(0, 12_000), max_size=60), st.integers(0, 12_000))
def test_every_step_comes_once_and_never_early_whenever_somebody_looks(
    steps: tuple[Step, ...], looks: list[int], read_at: int
) -> None:
    """Looked at whenever it may be, also long after an outage, and by how many processes it may be."""
    watched, came, over = replace(WATCHED, steps=steps), [], ""
    for second in sorted([*looks, *looks]):
        now = NOW + dt.timedelta(seconds=second)
        known = Known(seen=7 if second >= read_at else 0)
        found = decide(watched, known, now)
        assert not (over and found.step), "it was over"
        if found.step:
            assert watched.since + found.step.after <= now and second < read_at
            came.append(found.step)
            watched = replace(watched, taken=watched.taken + 1)
        if found.due:
            assert found.due == watched.since + steps[watched.taken].after
        over = over or found.ended
        assert bool(found.ended) == (found.due is None)
    assert came == list(steps[: len(came)])


@given(ladders)
def test_nothing_is_forgotten(steps: tuple[Step, ...]) -> None:
    watched, due, rounds = replace(WATCHED, steps=steps), NOW, 0
    while due:
        found = decide(watched, Known(), due)
        watched = replace(watched, taken=watched.taken + (found.step is not None))
        due, rounds = found.due, rounds + 1
    assert watched.taken == len(steps) and rounds <= len(steps) + 1


PARENTS = {"g": "v", "v": "t", "t": None}


@pytest.mark.parametrize(
    ("member", "area", "heads", "leaders"),
    [
        ("w1", "g", {"g": ["l1"], "v": ["l2"]}, ("l1",)),
        ("w1", "g", {"g": ["l1", "l9"], "v": ["l2"]}, ("l1", "l9")),
        ("l1", "g", {"g": ["l1"], "v": ["l2"]}, ("l2",)),  # who leads the grid has somebody above, too
        ("w1", "g", {"t": ["l3"], "desk": ["d1"]}, ("l3",)),
        ("w1", "g", {"desk": ["d1", "d2"]}, ("d1", "d2")),
        ("w1", None, {"g": ["l1"], "desk": ["d1"]}, ("d1",)),
        ("d1", None, {"desk": ["d1"]}, ()),
    ],
)
def test_who_leads_the_nearest_area(member: str, area: str | None, heads: Any, leaders: tuple[str, ...]) -> None:
    assert leaders_of(member, area, PARENTS, heads) == leaders


def test_the_text_says_how_often_and_of_whom() -> None:
    facts = {
        "number": "n",
        "title": "路灯不亮",
        "place_text": "东门",
        "to_member_id": "w1",
        "why": "已10分钟 / 10 minutes",
    }
    first, again = (about_unread("l1", facts | {"nth": nth}, WORDS).body for nth in (1, 2))
    assert first["text_zh"] != again["text_zh"] and first["text_en"] != again["text_en"]
    assert "w1" in first["text_zh"] and "路灯不亮" in first["text_en"]


def test_said_again_it_sounds_different_each_time() -> None:
    facts = {"title": "路灯不亮", "place_text": "东门", "number": "n", "tried": ["robot"]}
    for language in ("zh", "en"):
        said = [
            words_of([Said("work_assigned", again)], "dingtalk_robot", language, WORDS, "")
            for again in (facts, facts | {"again": 2}, facts | {"again": 3})
        ]
        assert len({words.text for words in said}) == 3
        assert "3" in said[2].text and "路灯不亮" in said[2].text


@pytest.mark.parametrize(
    ("wrong", "place", "repair"),
    [
        ([], ("unread",), "kinds"),
        ({"kinds": ["work_assigned"]}, ("unread",), "steps"),
        (PART | {"kind": []}, ("unread", "kind"), "kinds, steps"),
        (PART | {"kinds": []}, ("unread", "kinds"), "work_assigned"),
        (PART | {"kinds": ["work_verified"]}, ("unread", "kinds", 0), "work_assigned"),
        (PART | {"steps": {}}, ("unread", "steps"), "P1"),
        (PART | {"steps": {"P9": PART["steps"]["P1"]}}, ("unread", "steps", "P9"), "P1, P2"),
        (PART | {"steps": {"P1": []}}, ("unread", "steps", "P1"), "after"),
        (PART | {"steps": {"P1": ["x"]}}, ("unread", "steps", "P1", 0), "after"),
        (PART | {"steps": {"P1": [{"after": "1 minute", "to": "desk"}]}}, ("unread", "steps", "P1", 0, "to"), "leader"),
        (PART | {"steps": {"P1": [{"after": "soon", "to": LEADER}]}}, ("unread", "steps", "P1", 0, "after"), "minute"),
        (
            PART | {"steps": {"P1": NONE}},
            ("unread", "steps", "P1", 0, "after"),
            "one after the other",
        ),
        (PART | {"steps": {"P1": [{"after": "8 day", "to": LEADER}]}}, ("unread", "steps", "P1", 0, "after"), "7 day"),
        (
            PART | {"steps": {"P1": [{"after": "1 day", "to": LEADER}, {"after": "1 minute", "to": LEADER}]}},
            ("unread", "steps", "P1", 1, "after"),
            "one after the other",
        ),
        (
            PART | {"steps": {"P1": [{"after": "1 day", "to": LEADER, "every": 1}]}},
            ("unread", "steps", "P1", 0, "every"),
            "after, to",
        ),
    ],
)
def test_each_mistake_is_named_with_its_place(wrong: Any, place: tuple[Any, ...], repair: str) -> None:
    found = {at: repaired for at, _, repaired in problems(wrong, ("unread",))}
    assert repair in found[place]


def test_what_is_watched_is_data() -> None:
    assert not list(problems(PART, ("unread",)))
    watching = Watching.of_rules({"unread": PART})
    about = {"number": "n", "level": "P1"}
    steps = watching.of("work_assigned", about)
    assert steps and steps_of(steps) == STEPS
    assert watching.of("work_reminded", about) is None
    assert watching.of("work_assigned", about | {"level": "P2"}) is None
    assert watching.of("work_assigned", {"level": "P1"}) is None
    assert Watching.of_rules({}).of("work_assigned", about) is None
    assert len(set(WATCHABLE)) == len(WATCHABLE)
