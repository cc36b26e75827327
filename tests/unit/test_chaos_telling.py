"""The checkers of what subscribers hear, and of what members are told on channels: each finds what is planted, and
nothing in a clean run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.checker import Ear, Fed, delivering, hearing
from tests.chaos.checker.delivering import Intended, Reached, Sent

G1, G2 = ("town", "g1"), ("town", "g2")
FED = [
    Fed(7, "e1", "c1", "case_registered", G1),
    Fed(8, "e2", "c1", "work_assigned", G1),
    Fed(9, "e3", "c2", "work_assigned", G2),
    Fed(10, "e4", "c1", "case_closed", G1),
]
HEARD = [(one.position, one.number, one.transition, one.area) for one in FED]
ALL, ONE = Ear("all", "sse", None, None, HEARD), Ear("one", "mqtt", "g1", "work_assigned", [HEARD[1], HEARD[1]])
CUT = replace(ALL, heard=HEARD[2:], cuts=[(7, 8)])

MESSAGE, OTHER = ("dingtalk_work", "dingtalk-m1", "新任务"), ("wecom_app", "wecom-m1", "新任务")
DROPPED, DOUBT = ("sms_aliyun", "199", "a"), ("sms_aliyun", "199", "b")
INTENDED = [
    Intended("k1", "sent", "", False, "d1"),
    Intended("k2", "repeated", "same", False, None),
    Intended("k3", "sent", "", False, "d2"),
    Intended("k4", "sent", "", False, "d3"),
]
SENT = [
    Sent("d1", 1, MESSAGE, "failed", False, "500"),
    Sent("d1", 2, OTHER, "delivered", False, ""),
    Sent("d2", 1, DROPPED, "delivered", False, ""),
    Sent("d3", 1, DOUBT, "uncertain", True, "no answer"),
    Sent("d3", 2, OTHER, "delivered", False, ""),
]
REACHED = Reached(Counter({OTHER: 2, DOUBT: 1}), Counter({DROPPED: 1}))


MIXED = [HEARD[1], HEARD[0], *HEARD[2:]]


def heard(fed: list[Fed] = FED, happened: set[str] | None = None, ears: list[Ear] | None = None) -> set[str]:
    known = {"e1", "e2", "e3", "e4"} if happened is None else happened
    return {kind for kind, _ in hearing.broken_promises(fed, known, [ALL, ONE, CUT] if ears is None else ears)}


def told(**planted: Any) -> set[str]:
    clean = {"intended": INTENDED, "untold": [], "sent": SENT, "reached": REACHED}
    return {kind for kind, _ in delivering.broken_promises(**(clean | planted))}


def test_clean_runs_are_clean() -> None:
    assert heard() == set() and told() == set()
    assert delivering.doubled(SENT, REACHED) == 1, "d3 has come twice, and its first was in doubt"


@pytest.mark.parametrize(
    ("kind", "planted"),
    [
        ("gap", {"fed": [FED[0], *FED[2:]], "happened": {"e1"}, "ears": []}),
        ("doubled", {"fed": [*FED, FED[1]._replace(position=11)], "ears": []}),
        ("lost", {"happened": {"e1", "e9"}}),
        ("lost", {"ears": [replace(ALL, heard=HEARD[1:])]}),
        ("lost", {"ears": [replace(CUT, cuts=[(7, 7)])]}),
        ("unexpected", {"ears": [replace(ONE, heard=[HEARD[1], HEARD[2]])]}),
        ("unexpected", {"ears": [replace(ONE, heard=[HEARD[1], HEARD[3]])]}),
        ("illegal", {"ears": [replace(ALL, heard=MIXED)]}),
    ],
)
def test_what_is_planted_among_subscribers_is_found(kind: str, planted: dict[str, Any]) -> None:
    assert heard(**planted) == {kind}


@pytest.mark.parametrize(
    ("kind", "planted"),
    [
        ("lost", {"untold": ["m1 4"]}),
        ("stuck", {"intended": [*INTENDED, Intended("k5", "held", "", True, None)]}),
        ("lost", {"intended": [*INTENDED, Intended("k5", "sent", "", False, "d9")]}),
        ("gap", {"intended": [*INTENDED, Intended("k5", "muted", "", False, None)]}),
        ("stuck", {"sent": [*SENT, Sent("d4", 1, DOUBT, "created", False, "")]}),
        ("illegal", {"reached": REACHED._replace(effects=Counter({OTHER: 1, DOUBT: 1}))}),
        ("illegal", {"reached": REACHED._replace(dropped=Counter())}),
        ("doubled", {"reached": REACHED._replace(effects=Counter({OTHER: 2, DOUBT: 1, MESSAGE: 1}))}),
        ("doubled", {"reached": REACHED._replace(effects=Counter({OTHER: 3, DOUBT: 1}))}),
        ("unexpected", {"reached": REACHED._replace(effects=REACHED.effects + Counter({("a", "b", "c"): 1}))}),
    ],
)
def test_what_is_planted_among_deliveries_is_found(kind: str, planted: dict[str, Any]) -> None:
    assert told(**planted) == {kind}


def test_from_a_queue_the_position_tells_the_order() -> None:
    ear = replace(ALL, way="amqp", heard=[*MIXED, HEARD[0]])
    assert heard(ears=[ear]) == set()
    assert list(hearing.out_of_order(ear)) == [("c1", "7 after 8")], "what comes again may come late"


def test_two_channels_without_a_doubt_are_one_too_many() -> None:
    sent = [SENT[0]._replace(state="delivered"), *SENT[1:]]
    reached = REACHED._replace(effects=REACHED.effects + Counter({MESSAGE: 1}))
    assert told(sent=sent, reached=reached) == {"doubled"}
