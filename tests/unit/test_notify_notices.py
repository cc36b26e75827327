"""Who is told what, and in which words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.facts import FRAMES
from services.notify.domain.notices import RECEIVERS, about_action, about_report, about_work
from services.notify.store import shipped
from tests.unit.test_notify_projects import KINDS as PROJECTS

WORDS = shipped()
WORK = {
    "number": "20261123-000001",
    "order_id": "o",
    "round": 1,
    "version": 3,
    "title": "路灯不亮",
    "place_text": "东门路口",
    "level": "P3",
    "category": "0102",
    "member_id": "w1",
    "checker_id": "l1",
    "due_at": "2026-11-23T16:30:00+00:00",
    "ack_due_at": "2026-11-23T01:30:00+00:00",
    "note": "已换灯泡",
    "why": "least open work",
    "settled": False,
    "moved": False,
    "was": "in_progress",
    "until": "2026-11-27T01:00:00+00:00",
    "assist_due_at": "2026-11-26T09:30:00+00:00",
    "reason": "等待到货",
    "unit": "enforcement",
    "approver_id": "l1",
    "assistant_id": "w2",
    "request": "suspend",
    "by": "rule",
    "measure": "remind",
    "offered_to": ["w1", "w2"],
    "role": "checker",
    "from_member_id": "l1",
    "to_member_id": "c1",
    "copy_to_member_id": None,
    "nth": 2,
    "points": -1,
    "state": "held",
    "held_on": "2026-11-30",
    "starts_at": "2026-11-26T01:00:00+00:00",
    "ends_at": "2026-11-26T02:00:00+00:00",
    "place_zh": "便民服务中心",
    "place_en": "Public service hall",
}
MEASURES = ("remind", "escalate", "yellow_card", "red_card", "letter", "interview", "public_notice", "problem_case")
REPORT = {
    "external_id": "m017/7",
    "kind": "report_received",
    "feedback_number": 1,
    "number": "20261123-000001",
    "state": "accepted",
    "text_zh": "已受理",
    "text_en": "Received",
    "reasons": [],
    "reference": None,
    "source": "patrol",
}


def ladder(measure: str, source: str, to: str, copy: str | None = None, role: str | None = None) -> dict[str, Any]:
    return {
        "measure": measure,
        "from_member_id": source,
        "to_member_id": to,
        "copy_to_member_id": copy,
        "role": role,
        "nth": None,
    }


FROM_AND_TO = ("from_member_id", "to_member_id")
STEPS = [ladder(measure, "w1", "l1", "d1", role) for measure in MEASURES for role in (None, "checker")]


@pytest.mark.parametrize(
    ("kind", "changes", "told"),
    [
        ("assigned", {"from_member_id": None}, [("w1", "work_assigned")]),
        ("assigned", {"settled": True}, []),  # the finder has done it already
        ("assigned", {"from_member_id": "w2"}, [("w1", "work_assigned"), ("w2", "work_taken_away")]),
        ("pooled", {}, [("w1", "work_offered"), ("w2", "work_offered")]),
        ("corrected", {"member_id": ""}, []),  # it is in the pool
        ("resolved", {}, [("l1", "check_wanted")]),
        ("sent_back", {}, [("w1", "work_sent_back")]),
        ("verified", {}, [("w1", "work_verified")]),
        ("escalated", ladder("remind", "w1", "w1"), [("w1", "work_reminded")]),
        ("escalated", ladder("remind", "w1", "l1"), [("l1", "work_reminded")]),
        ("escalated", ladder("yellow_card", "w1", "w1"), [("w1", "yellow_card")]),
        ("escalated", ladder("red_card", "w1", "w1", "l1"), [("w1", "red_card"), ("l1", "supervision_copied")]),
        ("escalated", ladder("public_notice", "w1", "d1"), [("d1", "work_reminded")]),
        ("escalated", ladder("escalate", "w1", "l1"), [("l1", "work_escalated"), ("w1", "work_taken_away")]),
        ("escalated", ladder("escalate", "d1", "d1"), [("d1", "work_reminded")]),  # nobody stands above
        ("escalated", ladder("remind", "w1", "w1", "l1"), [("w1", "work_reminded"), ("l1", "supervision_copied")]),
        ("escalated", ladder("remind", "l1", "l1", role="checker"), [("l1", "check_reminded")]),
        (
            "escalated",
            ladder("escalate", "l1", "d1", "l2", role="checker"),
            [("d1", "check_escalated"), ("l1", "check_taken_away"), ("l2", "supervision_copied")],
        ),
        ("supervised", ladder("letter", "", "w1", "l1"), [("w1", "letter"), ("l1", "supervision_copied")]),
        ("supervised", ladder("public_notice", "", "w1"), [("w1", "public_notice")]),
        ("supervised", ladder("problem_case", "", "d1", "l1"), [("d1", "problem_case"), ("l1", "supervision_copied")]),
        ("supervised", ladder("interview", "", "w1", "d1"), [("w1", "interview_proposed"), ("d1", "interview_wanted")]),
        ("supervised", ladder("interview", "", "d1"), [("d1", "interview_proposed")]),
        ("corrected", {}, [("w1", "work_corrected")]),
        ("corrected", {"moved": True}, [("w1", "work_taken_away")]),
        ("rerouted", {"role": "handler", "from_member_id": "w1", "to_member_id": "w2"}, [("w1", "work_taken_away")]),
        (
            "rerouted",
            {"role": "checker", "from_member_id": "l1", "to_member_id": "c1"},
            [("l1", "work_taken_away"), ("c1", "check_taken_over")],
        ),
        ("withdrawn", {"was": "dispatched"}, [("w1", "work_withdrawn")]),
        ("withdrawn", {"was": "in_progress"}, [("w1", "work_withdrawn")]),
        ("withdrawn", {"was": "resolved"}, [("l1", "work_withdrawn")]),
        ("withdrawn", {"was": "suspended"}, [("w1", "work_withdrawn")]),
        ("withdrawn", {"was": "verified"}, []),  # nobody has it in hand any more
        ("cancelled", {"was": "in_progress"}, [("w1", "work_withdrawn")]),
        ("cancelled", {"was": "resolved"}, [("l1", "work_withdrawn")]),
        ("transferred", {}, []),  # whoever gets it hears work_assigned
        ("suspended", {}, [("w1", "work_suspended")]),
        ("resumed", {}, [("w1", "work_resumed")]),
        ("resumed", {"by": "w1"}, []),
        ("extended", {}, [("w1", "work_extended")]),
        ("redated", {}, [("w1", "work_redated")]),
        ("dispatch.service_booked.v1", {}, [("w1", "appointment_booked")]),
        ("dispatch.service_unbooked.v1", {}, [("w1", "appointment_cancelled")]),
    ],
)
def test_who_is_told_what_about_work(kind: str, changes: dict[str, Any], told: list[tuple[str, str]]) -> None:
    notices = about_work(kind if "." in kind else f"dispatch.work_{kind}.v1", WORK | changes, WORDS)
    assert [(notice.member_id, notice.kind) for notice in notices] == told
    for notice in notices:
        words = WORDS.texts(notice.kind, WORK | changes)
        assert (notice.body["text_zh"], notice.body["text_en"]) == words
        assert (notice.body["number"], notice.body["order_id"], notice.body["version"]) == ("20261123-000001", "o", 3)
        assert "member_id" not in notice.body


def test_each_time_that_a_reminder_comes_its_text_is_another() -> None:
    for steps in (ladder("remind", "w1", "w1"), ladder("remind", "l1", "l1", role="checker")):
        told = [about_work("dispatch.work_escalated.v1", WORK | steps | {"nth": nth}, WORDS)[0] for nth in range(1, 6)]
        for language in ("text_zh", "text_en"):
            assert len({notice.body[language] for notice in told}) == 5
        assert [notice.body["nth"] for notice in told] == [1, 2, 3, 4, 5]
        assert len({notice.kind for notice in told}) == 1


@pytest.mark.parametrize("state", ["held", "dropped"])
def test_who_was_to_be_interviewed_hears_what_became_of_it(state: str) -> None:
    (notice,) = about_work("dispatch.interview_recorded.v1", WORK | {"state": state}, WORDS)
    assert (notice.member_id, notice.kind) == ("w1", f"interview_{state}")
    assert "已换灯泡" in notice.body["text_zh"]


def test_a_notice_shows_the_time_of_the_town_and_leaves_out_what_is_unknown() -> None:
    (notice,) = about_work(
        "dispatch.work_assigned.v1", WORK | {"category": None, "place_text": "", "from_member_id": None}, WORDS
    )
    assert notice.body["due_at"] == "2026-11-24T00:30:00+08:00"
    assert notice.body["ack_due_at"] == "2026-11-23T09:30:00+08:00"
    assert "category" not in notice.body
    assert notice.body["place_text"] == ""
    (undated,) = about_work(
        "dispatch.work_assigned.v1", WORK | {"due_at": None, "ack_due_at": None, "from_member_id": None}, WORDS
    )
    assert {"due_at", "ack_due_at"}.isdisjoint(undated.body)


@pytest.mark.parametrize(
    ("accepted", "reason", "zh", "en"),
    [(True, None, "操作已生效。", "Done."), (False, "须签收", "操作未生效:须签收", "Not done: 须签收")],
)
def test_a_member_hears_what_became_of_an_action(accepted: bool, reason: str | None, zh: str, en: str) -> None:
    data = {"member_id": "w1", "command_id": "k", "accepted": accepted, "reason": reason, "order_state": "resolved"}
    notice = about_action(data, WORDS)
    assert (notice.member_id, notice.kind) == ("w1", "action_answered")
    assert notice.body == {
        "command_id": "k",
        "accepted": accepted,
        "reason": reason,
        "order_state": "resolved",
        "text_zh": zh,
        "text_en": en,
    }


@pytest.mark.parametrize(
    ("kind", "changes", "told"),
    [
        ("request_raised", {}, [("l1", "approval_wanted")]),
        ("request_raised", {"request": "extend"}, [("l1", "more_time_wanted")]),
        ("request_denied", {}, [("w1", "request_denied")]),
        ("answer_awaited", {"from_member_id": "l1", "to_member_id": "l1"}, [("l1", "answer_awaited")]),
        (
            "answer_awaited",
            {"from_member_id": "l1", "to_member_id": "d1"},
            [("d1", "answer_passed_up"), ("l1", "answer_overdue")],
        ),
        ("assist_asked", {}, [("w2", "assist_wanted")]),
        ("assist_done", {}, [("w1", "assist_done")]),
        ("assist_released", {}, [("w2", "assist_released")]),
    ],
)
def test_who_is_told_what_about_requests_and_assists(
    kind: str, changes: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    notices = about_work(f"dispatch.{kind}.v1", WORK | changes, WORDS)
    assert [(notice.member_id, notice.kind) for notice in notices] == told


@pytest.mark.parametrize(
    ("external_id", "member", "own"),
    [("m017/7", "m017", "7"), ("m017/a/b", "m017", "a/b"), ("m017/? e1", "m017", ""), ("m017/", "m017", "")],
)
@pytest.mark.parametrize("kind", ["report_received", "report_rejected", "case_updated"])
def test_the_finder_hears_under_the_number_that_the_finder_gave(
    kind: str, external_id: str, member: str, own: str
) -> None:
    notice = about_report(REPORT | {"external_id": external_id, "kind": kind}, WORDS)
    assert (notice.member_id, notice.kind, notice.body["external_id"]) == (member, kind, own)
    assert (notice.body["text_zh"], notice.body["text_en"]) == ("已受理", "Received")
    assert "source" not in notice.body


def test_every_notice_about_work_has_its_words() -> None:
    kinds: set[str] = set()
    for message, receivers in RECEIVERS.items():
        steps = STEPS[8:] if message == "dispatch.work_supervised.v1" else STEPS  # nothing follows by a reminder
        letter = {"measure": "letter", "request": "extend"}
        for facts in (letter, letter | {"state": "dropped"}, letter | dict.fromkeys(FROM_AND_TO, "w1"), *steps):
            kinds |= {kind for _, kind in receivers(WORK | facts)}
    others = {
        "action_answered",
        "report_received",
        "report_rejected",
        "case_updated",
        "reporter_asked",
        "notice_unread",
        *FRAMES,
    }
    assert kinds | others | set(PROJECTS) == {kind for kind in WORDS.kinds if not kind.startswith("news")}


def test_whoever_gets_the_next_round_reads_what_the_reporter_has_said() -> None:
    facts = {"round": 2, "title": "路灯不亮", "why": "第 1 轮由其办理。诉求人:还是不亮 / The reporter: still dark"}
    for text, first in zip(*(WORDS.texts("work_assigned", facts | {"round": n}) for n in (2, 1)), strict=True):
        assert "2" in text and "还是不亮" in text and "still dark" in text
        assert "还是不亮" not in first


@given(st.sampled_from(WORDS.kinds), st.text(max_size=40), st.text(max_size=40))
def test_whatever_people_write_is_shown_as_it_is_in_their_own_queue(kind: str, title: str, note: str) -> None:
    for text, language in zip(WORDS.texts(kind, {"title": title, "note": note}), ("zh", "en"), strict=True):
        source = WORDS.version(kind).words[language]["text"]
        assert "{{ title }}" not in source or (title or "—") in text
        assert "{{ note }}" not in source or (note or "—") in text
