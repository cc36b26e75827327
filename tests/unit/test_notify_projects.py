"""Who is told what about projects and their tasks."""

from __future__ import annotations

from typing import Any

import pytest

from services.notify.domain.project_notices import RECEIVERS, about_project
from services.notify.store import shipped

WORDS = shipped()
KINDS = [kind for kind in WORDS.kinds if kind.startswith(("project_", "task_"))]
TASK: dict[str, Any] = {
    "project_id": "park",
    "project": "公园",
    "task_id": "t",
    "version": 2,
    "kind": "obstacle",
    "title": "违建未拆",
    "owner_id": "w1",
    "due_at": "2026-12-31T16:00:00+00:00",
    "supervision": "none",
    "by": "d1",
    "why": "拆完了",
    "to_member_id": None,
}
PROJECT: dict[str, Any] = {
    "project_id": "park",
    "version": 1,
    "name": "公园",
    "responsible_id": "g1",
    "before_id": None,
}
PROJECT |= {"note": "年内开工", "by": "d1", "why": ""}


@pytest.mark.parametrize(
    ("what", "to", "by", "told"),
    [
        ("added", None, "d1", [("w1", "task_given")]),
        ("added", None, "w1", []),  # who did it hears nothing of it
        ("progressed", None, "w1", []),
        ("done", "l1", "w1", [("l1", "task_check_wanted")]),
        ("done", None, "w1", []),
        ("verified", None, "l1", [("w1", "task_verified")]),
        ("sent_back", None, "l1", [("w1", "task_sent_back")]),
        ("redated", None, "d1", [("w1", "task_redated")]),
        ("handed_on", "w2", "d1", [("w1", "task_given"), ("w2", "task_taken_away")]),
        ("cancelled", None, "d1", [("w1", "task_cancelled")]),
        ("supervised", None, "rule", [("w1", "task_reminded")]),
        ("supervised", "l1", "rule", [("w1", "task_reminded"), ("l1", "task_watched")]),
    ],
)
def test_who_hears_what_of_a_task(what: str, to: str | None, by: str, told: list[tuple[str, str]]) -> None:
    notices = about_project("dispatch.task_changed.v1", TASK | {"what": what, "to_member_id": to, "by": by}, WORDS)
    assert [(notice.member_id, notice.kind) for notice in notices] == told
    for notice in notices:
        assert "违建未拆" in notice.body["text_zh"] and "公园" in notice.body["text_en"]
        assert "—" not in notice.body["text_zh"], "a text names what nobody has said"
        assert (notice.body["task_kind"], notice.body["due_at"]) == ("obstacle", "2027-01-01T00:00:00+08:00")
    if ("l1", "task_watched") in told:
        assert "w1" in notices[1].body["text_zh"] and "2026-12-31。" in notices[1].body["text_zh"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"what": "entered"}, [("g1", "project_entrusted")]),
        ({"what": "changed"}, []),
        ({"what": "changed", "before_id": "g2"}, [("g1", "project_entrusted"), ("g2", "project_taken_away")]),
        ({"what": "cancelled"}, [("g1", "project_cancelled")]),
    ],
)
def test_who_hears_what_of_a_project(changes: dict[str, Any], told: list[tuple[str, str]]) -> None:
    notices = about_project("dispatch.project_changed.v1", PROJECT | changes, WORDS)
    assert [(notice.member_id, notice.kind) for notice in notices] == told
    assert all("公园" in notice.body["text_zh"] and notice.body["project"] == "公园" for notice in notices)


WHATS = (
    "added",
    "done",
    "verified",
    "sent_back",
    "redated",
    "handed_on",
    "cancelled",
    "supervised",
    "entered",
    "changed",
)


def test_every_notice_has_its_words() -> None:
    said = [
        (kind, PROJECT | TASK | {"what": what, "before_id": "g2", "to_member_id": "l1"})
        for kind in RECEIVERS
        for what in WHATS
    ]
    assert {kind for name, data in said for _, kind in RECEIVERS[name](data)} == set(KINDS)
