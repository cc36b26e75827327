"""Routes as data: which one a notification takes, what it has from above, what is refused and where; quiet hours;
silences; how people are reached."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from services.notify.domain.buckets import ACCOUNT, TARGET, Bucket, Limit
from services.notify.domain.pipeline.quiet import Quiet, clock, quiet_until
from services.notify.domain.pipeline.reaching import contact_of, group_of, left_of, reach_of
from services.notify.domain.pipeline.routes import Match, Route, Seen, matching, route_of
from services.notify.domain.pipeline.rule_set import mistakes_in
from services.notify.domain.pipeline.silences import Silence, silence_of
from services.notify.domain.pipeline.silencing import longest_of, mistakes_of, within
from services.notify.domain.pipeline.steps import Left
from services.notify.domain.pipeline.subject import Subject
from tests.unit.qiuchuan import at, read

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
TREE: dict[str, Any] = {
    "ways": ["work", "sms"],
    "group_by": ["area"],
    "group_wait": "1 minute",
    "repeat": "4 emergency_hour",
    "quiet": {"from": "22:00", "to": "07:00"},
    "routes": [
        {
            "name": "urgent",
            "match": {"levels": ["P1", "P2"]},
            "group_by": [],
            "quiet": None,
            "routes": [{"name": "fire", "match": {"categories": ["0401"]}, "ways": ["sms"], "continue": True}],
        },
        {"name": "copy", "match": {"categories": ["04"]}, "continue": True, "ways": ["group"]},
        {"name": "village", "match": {"areas": ["v03"], "roles": ["leader"]}, "ways": ["mail"]},
        {"name": "own", "match": {"kinds": ["project_*", "letter"], "sources": ["patrol"]}, "ways": []},
    ],
}
ROOT = route_of(TREE)


def subject(kind: str = "work_assigned", **facts: Any) -> Subject:
    return Subject(kind, "m001", **({"level": "P3", "category": "0101", "area": ("town", "v03", "g0301")} | facts))


@pytest.mark.parametrize(
    ("what", "goes"),
    [
        (subject(), ["default"]),
        (subject(level="P1"), ["urgent"]),
        (subject(level="P2", category="0402"), ["urgent"]),  # the first that fits wins, urgent says no `continue`
        (subject(level="P1", category="040102"), ["fire"]),  # children win
        (subject(category="0402"), ["copy"]),  # … and then nothing else fits
        (subject(category="0402", role="leader"), ["copy", "village"]),  # goes on
        (subject(role="leader"), ["village"]),  # in the subtree
        (subject(role="leader", area=("town", "v04")), ["default"]),
        (subject(role="leader", area=()), ["default"]),
        (subject("project_late", sources=("hotline", "patrol")), ["own"]),
        (subject("letter", sources=("patrol",)), ["own"]),
        (subject("letters", sources=("patrol",)), ["default"]),
        (subject("letter"), ["default"]),
    ],
)
def test_which_route_it_takes(what: Subject, goes: list[str]) -> None:
    assert [route.name for route in matching(ROOT, what)] == goes


def test_what_is_not_said_comes_from_above() -> None:
    routes = {route.name: route for route in ROOT.every()}
    assert routes["fire"].ways == ("sms",) and routes["fire"].quiet is None and routes["fire"].group_by == ()
    assert routes["urgent"].ways == ("work", "sms") and routes["urgent"].group_wait == MINUTE
    assert routes["village"].quiet == ROOT.quiet and routes["village"].repeat == 240 * MINUTE
    assert routes["own"].ways == ()


def test_why_a_route_does_not_fit() -> None:
    seen: list[Seen] = []
    matching(ROOT, subject(role="worker"), seen)
    assert seen == [
        ("default", ""),
        ("urgent", "levels: P3 is none of P1, P2"),
        ("copy", "categories: 0101 is none of 04"),
        ("village", "roles: worker is none of leader"),
        ("own", "kinds: work_assigned is none of project_*, letter"),
    ]


NOON = at("2026-11-30 12:00")


@pytest.mark.parametrize(
    ("expires", "deadline", "until"),
    [
        ("", NOON + DAY, None),
        ("deadline", NOON + DAY, NOON + DAY),
        ("deadline", None, None),
        ("deadline", NOON - DAY, None),  # it was made after it: it is about the delay
        (dt.timedelta(hours=2), NOON + DAY, NOON + dt.timedelta(hours=2)),
    ],
)
def test_until_when_it_is_of_use(expires: Any, deadline: dt.datetime | None, until: dt.datetime | None) -> None:
    assert Route(expires=expires).expiry(NOON, deadline) == until


@pytest.mark.parametrize(
    ("begin", "end", "now", "until"),
    [
        ("22:00", "07:00", "2026-11-30 21:59", None),
        ("22:00", "07:00", "2026-11-30 22:00", "2026-12-01 07:00"),
        ("22:00", "07:00", "2026-12-31 23:59", "2027-01-01 07:00"),
        ("22:00", "07:00", "2026-12-01 00:00", "2026-12-01 07:00"),
        ("22:00", "07:00", "2026-12-01 06:59", "2026-12-01 07:00"),
        ("22:00", "07:00", "2026-12-01 07:00", None),
        ("12:00", "14:00", "2026-12-01 12:30", "2026-12-01 14:00"),
        ("12:00", "14:00", "2026-12-01 14:00", None),
        ("12:00", "14:00", "2026-12-01 11:59", None),
    ],
)
def test_quiet_hours(begin: str, end: str, now: str, until: str | None) -> None:
    quiet = Quiet(clock(begin), clock(end), frozenset({"P2"}))
    for moment in (at(now), at(now).astimezone(dt.UTC)):
        assert quiet_until(quiet, subject(), moment) == (at(until) if until else None)
        assert quiet_until(quiet, subject(level=""), moment) == (at(until) if until else None)
        assert quiet_until(quiet, subject(level="P2"), moment) is None
        assert quiet_until(quiet, subject(level="P1"), moment) is None, "whatever the rules say"
    assert quiet_until(None, subject(), at(now)) is None


@pytest.mark.parametrize(
    ("named", "what", "covers"),
    [
        ({"area": "v03"}, subject(), True),
        ({"area": "v04"}, subject(), False),
        ({"area": "v03", "category": "02"}, subject(), False),
        ({"category": "01"}, subject(), True),
        ({"levels": ("P3",), "kinds": ("work_*",)}, subject(), True),
        ({"levels": ("P4",)}, subject(), False),
        ({"receiver": "m001"}, subject(), True),
        ({"receiver": "m002"}, subject(), False),
        ({"number": "N1"}, subject(number="N1"), True),
        ({"number": "N1"}, subject(), False),
        ({"area": "v03"}, subject(level="P1"), False),  # a P1 is silenced by its number alone
        ({"receiver": "m001"}, subject(level="P1", number="N1"), False),
        ({"number": "N1"}, subject(level="P1", number="N1"), True),
    ],
)
def test_what_a_silence_covers(named: dict[str, Any], what: Subject, covers: bool) -> None:
    silence = Silence("s1", "desk1", "修路", NOON, **named)
    longer = Silence("s2", "desk1", "修路", NOON + DAY, **named)
    assert silence_of(what, [silence, longer]) == (longer if covers else None)


@pytest.mark.parametrize(
    ("named", "starts", "ends", "field"),
    [
        ({"area": "v03"}, NOON, NOON + DAY, None),
        ({}, NOON, NOON + DAY, "matchers"),
        ({"kinds": []}, NOON, NOON + DAY, "matchers"),
        ({"area": "v03"}, NOON, NOON, "ends_at"),
        ({"area": "v03"}, NOON + DAY, NOON, "ends_at"),
        ({"area": "v03"}, NOON, NOON + 15 * DAY, "ends_at"),
        ({"area": "v03"}, NOON + 10 * DAY, NOON + 20 * DAY, None),
    ],
)
def test_what_may_be_silenced(named: dict[str, Any], starts: dt.datetime, ends: dt.datetime, field: str | None) -> None:
    found = mistakes_of(named, starts, ends, NOON, longest_of({}))
    assert [mistake[0] for mistake in found] == ([field] if field else [])
    assert longest_of({"silences": {"longest": "2 day"}}) == 2 * DAY


def test_a_leader_s_silence_ends_where_their_rights_end() -> None:
    assert within("", "v03", ()) == "v03"
    assert within("g0301", "v03", ("town", "v03", "g0301")) == "g0301"
    with pytest.raises(ValueError, match="your rights end at the area 'v03'"):
        within("v04", "v03", ("town", "v04"))
    with pytest.raises(ValueError):
        within("town", "v03", ("town",))


def test_how_people_are_reached() -> None:
    channels = {
        "work": "dingtalk_work",
        "app": "wecom_app",
        "sms": "sms_tencent",
        "mail": "email",
        "robot": "wecom_robot",
    }
    assert [contact_of(channel) for channel in channels.values()] == ["dingtalk", "wecom", "phone", None, ""]
    assert reach_of(True, {"phone"}, channels, "").ways == {"sms", "robot"}
    assert reach_of(True, {"dingtalk", "wecom"}, channels, "").ways == {"work", "app", "robot"}
    assert reach_of(False, {"phone"}, channels, "").problem and not reach_of(None, {"phone"}, channels, "").ways
    units = {"enforcement": "r1", "v03": "r2", "town": "r3"}
    assert group_of("enforcement", ("town", "v03"), units) == "r1"
    assert group_of("worker", ("town", "v03", "g0301"), units) == "r2"
    assert group_of("worker", ("town", "v04"), units) == "r3"
    assert group_of("worker", ("elsewhere",), units) == ""


def test_how_much_a_limit_leaves() -> None:
    of_account, of_target = Limit(20, 60.0, 10), Limit(5, 3600.0, 4, TARGET)
    buckets = {("", 0): Bucket(1.0, NOON), ("t", 1): Bucket(3.0, NOON)}
    assert of_account.per == ACCOUNT
    assert left_of([([of_account, of_target], {})], "t", NOON) in (Left(10.0, 10), Left(4.0, 4))
    assert left_of([([of_account, of_target], buckets)], "t", NOON) == Left(1.0, 10)
    assert left_of([([of_target], {("t", 0): Bucket(1.0, NOON)})], "other", NOON) == Left(4.0, 4)
    assert left_of([([of_account], {("", 0): Bucket(0.0, NOON)}), ([of_account], {})], "t", NOON) == Left(10.0, 10)
    assert left_of([([], {})], "t", NOON) is None and left_of([], "t", NOON) is None


MISTAKES: list[tuple[Any, tuple[Any, ...], str]] = [
    ({"routes": {}}, ("routes",), "nobody reads 'routes'"),
    ({"unread": []}, ("unread",), "this is no mapping"),
    ({"route": {"way": ["sms"]}}, ("route", "way"), "nobody reads 'way'"),
    ({"route": {"ways": "sms"}}, ("route", "ways"), "no list of texts"),
    ({"route": {"group_by": ["colour"]}}, ("route", "group_by"), "no list of receiver, number"),
    ({"route": {"group_wait": "soon"}}, ("route", "group_wait"), "is no duration"),
    ({"route": {"repeat": 5}}, ("route", "repeat"), "is no duration"),
    ({"route": {"quiet": {"from": "22:00"}}}, ("route", "quiet"), "it has no to"),
    ({"route": {"quiet": {"from": "24:00", "to": "07:00"}}}, ("route", "quiet", "from"), "no time of the day"),
    ({"route": {"quiet": {"from": "07:00", "to": "07:00"}}}, ("route", "quiet"), "begins when it ends"),
    ({"route": {"quiet": {"from": "22:00", "to": "07:00", "except": ["P9"]}}}, ("route", "quiet", "except"), "no list"),
    ({"route": {"digest": {"below": 2, "every": "1 day"}}}, ("route", "digest", "below"), "is no share"),
    ({"route": {"digest": {"below": 0.2}}}, ("route", "digest"), "it has no every"),
    ({"route": {"expires": "never"}}, ("route", "expires"), "is no duration"),
    ({"route": {"match": {}}}, ("route", "match"), "nobody reads 'match'"),
    ({"route": {"routes": [{"match": {}}]}}, ("route", "routes", 0), "it has no name"),
    ({"route": {"routes": [{"name": "a"}]}}, ("route", "routes", 0), "it has no match"),
    (
        {"route": {"routes": [{"name": "a", "match": {"levels": []}}]}},
        ("route", "routes", 0, "match", "levels"),
        "none",
    ),
    (
        {"route": {"routes": [{"name": "a", "match": {"categories": [401]}}]}},
        ("route", "routes", 0, "match", "categories"),
        "no list of texts",
    ),
    ({"route": {"routes": [{"name": "default", "match": {}}]}}, ("route", "routes", 0, "name"), "stands twice"),
    ({"route": {"routes": [{"name": "a", "match": {}, "continue": 1}]}}, ("route", "routes", 0, "continue"), "neither"),
    ({"route": {}, "silences": {"longest": "for ever"}}, ("silences", "longest"), "is no duration"),
    ([], (), "no mapping"),
]


@pytest.mark.parametrize(("section", "place", "problem"), MISTAKES)
def test_what_is_refused_and_where(section: Any, place: tuple[Any, ...], problem: str) -> None:
    found = mistakes_in(section)
    assert any(at == place and problem in what and repair for at, what, repair in found), found


def test_too_deep_is_refused_before_it_is_read() -> None:
    deep: dict[str, Any] = {"name": "r0", "match": {}}
    for number in range(1, 60):
        deep = {"name": f"r{number}", "match": {}, "routes": [deep]}
    assert any("deep" in problem for _, problem, _ in mistakes_in({"route": {"routes": [deep]}}))


@pytest.mark.parametrize("name", ["normal", "practice"])
def test_the_sample_town_s_routes(name: str) -> None:
    section = read(f"rules/{name}.yaml")["notify"]
    assert mistakes_in(section) == [] and mistakes_in({}) == []
    root = route_of(section["route"])
    for level in ("P1", "P2"):
        for kind in ("work_assigned", "work_reminded"):
            (route,) = matching(root, subject(kind, level=level))
            assert route.ways[-1] == "sms" and route.quiet is None and not route.group_wait
    (usual,) = matching(root, subject(level="P3"))
    assert usual.ways and "sms" not in usual.ways
    assert Match().missed(subject()) == ""
