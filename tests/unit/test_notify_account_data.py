"""channels.yaml: what is read of it, and every mistake with its place."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.notify.domain.account_data import read_channels
from services.notify.domain.buckets import TARGET, Limit
from services.notify.domain.deliveries import Patience
from services.notify.domain.kinds import KINDS

ROBOT = {
    "name": "desk-robot",
    "channel": "dingtalk_robot",
    "unit": "330822111201001",
    "secrets": {"access_token": {"file": "/run/secrets/token"}, "secret": {"env": "DESK_ROBOT"}},
}
SMS = {
    "name": "sms-one",
    "channel": "sms_aliyun",
    "way": "sms",
    "weight": 3,
    "settings": {"sign_name": "球川镇", "template_code": "SMS_1"},
    "secrets": {"access_key_id": {"env": "ID"}, "access_key_secret": {"env": "SECRET"}},
    "limits": [
        {"count": 1, "in": "1 minute", "of": "target"},
        {"count": 100, "in": "1 day", "burst": 60, "reserve": 9},
    ],
}


def document(**changes: Any) -> dict[str, Any]:
    return {"accounts": [copy.deepcopy(ROBOT), copy.deepcopy(SMS)]} | changes


def test_what_is_read() -> None:
    (channels, problems) = read_channels(document(patience={"urgent": {"attempts": 2, "for": "30 second"}}))
    assert not problems
    robot, sms = channels.accounts
    assert (robot.way, robot.unit, robot.provider) == ("desk-robot", "330822111201001", "oapi.dingtalk.com")
    assert robot.limits == KINDS["dingtalk_robot"].limits and robot.enabled and robot.at_once == 4
    assert (sms.way, sms.weight) == ("sms", 3)
    assert sms.limits == (Limit(1, 60.0, 1, TARGET), Limit(100, 86400.0, 60, reserve=9))
    assert sms.secrets == {"access_key_id": ("env", "ID"), "access_key_secret": ("env", "SECRET")}
    assert channels.patience["urgent"] == Patience(2, 30.0) and channels.patience["normal"].attempts == 10


WRONG: list[tuple[tuple[Any, ...], Any, str]] = [
    ((0, "name"), "Desk Robot", "no name"),
    ((0, "name"), "sms-one", "stands twice"),
    ((0, "channel"), "telegraph", "no channel"),
    ((0, "channel"), ["x"], "no channel"),
    ((0, "token"), "x", "nobody reads"),
    ((0, "secrets", "access_token"), "the token itself", "must not stand here"),
    ((0, "secrets", "access_token"), {"file": ""}, "says not where"),
    ((0, "secrets", "password"), {"env": "X"}, "nobody reads"),
    ((0, "secrets"), {"secret": {"env": "X"}}, "access_token is missing"),
    ((0, "settings"), {"url": "ftp://x"}, "no address"),
    ((0, "settings"), {"url": "https://user:pw@host/"}, "no address"),
    ((0, "settings"), [], "no mapping"),
    ((0, "way"), "sms", "cannot stand in"),
    ((0, "enabled"), "yes", "neither true nor false"),
    ((0, "weight"), -1, "no whole number"),
    ((0, "at_once"), 0, "no whole number"),
    ((0, "limits"), [{"count": 20}], "count and in"),
    ((0, "limits"), [{"count": 20, "in": "a minute"}], "no duration"),
    ((0, "limits"), [{"count": 0, "in": "1 minute"}], "no whole number"),
    ((0, "limits"), [{"count": 5, "in": "1 minute", "burst": 9}], "no whole number"),
    ((0, "limits"), [{"count": 5, "in": "1 minute", "of": "town"}], "cannot be of"),
    ((1, "unit"), "330822111201001", "only a robot"),
    ((1, "settings", "sign_name"), None, "sign_name is missing"),
]


@pytest.mark.parametrize(("place", "value", "problem"), WRONG)
def test_every_mistake_has_its_place(place: tuple[Any, ...], value: Any, problem: str) -> None:
    given = document()
    at: Any = given["accounts"]
    for key in place[:-1]:
        at = at.setdefault(key, {}) if isinstance(at, dict) else at[key]
    at[place[-1]] = value
    _, problems = read_channels(given)
    assert problems and problem in problems[0].problem, problems
    assert problems[0].place[:2] == ("accounts", 1 if "twice" in problem or "stand in" in problem else place[0])
    assert all(one.repair for one in problems)


@pytest.mark.parametrize("given", [None, [], {}, {"accounts": {}}, document(more=1)])
def test_what_is_no_list(given: Any) -> None:
    channels, problems = read_channels(given)
    assert problems and not channels.accounts


@pytest.mark.parametrize("given", [[], {"slow": {}}, {"urgent": {"attempts": 0}}, {"urgent": {"for": "soon"}}])
def test_wrong_patience(given: Any) -> None:
    assert read_channels(document(patience=given))[1][0].place[0] == "patience"


def test_the_example_of_the_format_is_right() -> None:
    text = (Path(__file__).parents[2] / "deploy" / "towns" / "format.md").read_text(encoding="utf-8")
    example = text.partition("## channels.yaml")[2].partition("```yaml\n")[2].partition("```")[0]
    channels, problems = read_channels(yaml.safe_load(example))
    assert not problems and len(channels.accounts) >= 4
