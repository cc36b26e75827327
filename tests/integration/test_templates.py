"""The town's own words, by the administrators' command line: drafted, seen with a real case, published, taken back; and
what members read meanwhile, from any of two replicas."""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from deploy.provision.names import ProvisionError
from deploy.provision.servers import Servers
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown
from tests.support.waiting import until

OURS = """
work_assigned:
  zh:
    title: 网格任务
    text: "{% if round > 1 %}再办:{{ title }}{% else %}任务来了:{{ title }}{% endif %},{{ due_at | clock }}前"
    dingtalk_robot: {markdown: "**{{ title }}** {{ number }}"}
  en:
    title: Work
    text: "There is work: {{ title }}, until {{ due_at | clock }}"
"""
WHY = "--reason=镇里的说法"
HOSTILE = "[领奖](http://evil.example) **@all** 电话13812345678"


class Words:
    """A town in which cases become work, and its words."""

    def __init__(self, town: TemporaryTown, folder: Path):
        self.town, self.api, self.folder = town, Api(town), folder

    def admin(self, *words: str) -> str:
        return self.town.admin("notify", "templates", *words)

    def draft(self, text: str) -> Any:
        path = self.folder / "words.yaml"
        path.write_text(text, encoding="utf-8")
        return json.loads(self.admin("draft", str(path), WHY))

    def told(self, title: str = "路灯不亮") -> tuple[str, str]:
        """Number of a new case, and what its handler reads about it."""
        body = {"external_id": str(uuid.uuid4()), "title": title, "category": "0101", "kind": "complaint"}
        body |= {"place": {"text": "第1网格", "lon": 118.405, "lat": 28.925}}
        number = self.api.call("POST", "intake", "/intake/reports", "source", "hotline", body).json()["number"]
        statement = "SELECT body ->> 'text_zh' FROM notices WHERE kind = 'work_assigned' AND body ->> 'number' = %s"
        return number, until(lambda: self.town.rows("notify", statement, number))[0][0]

    def states(self) -> list[tuple[Any, ...]]:
        """What was done, in its order."""
        return self.town.rows("notify", "SELECT action, version, before, reason FROM template_changes ORDER BY id")


@pytest.fixture(scope="module")
def words(servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Words]:
    folder = tmp_path_factory.mktemp("words")
    with ExitStack() as stack:
        services = ("intake", "dispatch", "notify")
        town = stack.enter_context(TemporaryTown(servers, small_town, services=services, logs=folder))
        town.start("intake", "dispatch")
        town.start("notify", replicas=2)
        yield Words(town, folder)


@pytest.mark.timeout(400)
def test_a_draft_is_seen_with_a_real_case_published_used_by_all_and_taken_back(words: Words) -> None:
    number, before = words.told(HOSTILE)
    assert before.startswith("新任务:") and HOSTILE[:20] in before

    assert words.draft(OURS) == {"kind": "work_assigned", "version": 1, "state": "draft"}
    assert words.told()[1].startswith("新任务:"), "a draft is nobody's words"

    shown = words.admin("preview", "work_assigned", "--version=1", f"--case={number}")
    assert f"about {number}" in shown and "任务来了" in shown and "There is work" in shown
    parts = dict(re.findall(r"\n(\w+ zh)\n((?:  .*\n?)+)", shown))
    assert HOSTILE[:20] in parts["queue zh"]
    assert re.search(r"text \(\d+ of 60 characters\): 任务来了", parts["sms_aliyun zh"])
    assert re.search(r"markdown \(\d+ of 18000 bytes\): \*\*［领奖］", parts["dingtalk_robot zh"])
    for channel, said in parts.items():
        if channel != "queue zh":
            assert "http://" not in said and "13812345678" not in said
    in_force = words.admin("preview", "work_assigned", "--channel=queue", "--language=zh")
    assert "新任务" in in_force and "with examples" in in_force and "sms_aliyun" not in in_force

    answer = json.loads(words.admin("publish", "work_assigned", "--version=1", WHY))
    assert answer == {"kind": "work_assigned", "version": 1, "before": 0}
    time.sleep(1.1)
    for _ in range(6):
        assert words.told()[1].startswith("任务来了:路灯不亮"), "every replica says it"

    rolled_back = json.loads(words.admin("rollback", "work_assigned", "--reason=不好懂"))
    assert rolled_back == {"kind": "work_assigned", "version": 0, "before": 1}
    time.sleep(1.1)
    assert all(words.told()[1].startswith("新任务:") for _ in range(4))
    assert words.states() == [("published", 1, 0, "镇里的说法"), ("rolled_back", 0, 1, "不好懂")]


@pytest.mark.timeout(400)
def test_what_is_shown_is_a_file_to_draft_and_every_step_back_leads_to_the_words_of_the_product(words: Words) -> None:
    shown = words.admin("show", "red_card")
    assert shown.startswith("# version 0 of red_card; in force: version 0\n")
    for version in (1, 2, 3):
        changed = shown.replace("红牌警示", f"红牌{version}")
        assert words.draft(changed)["version"] == version
        words.admin("publish", "red_card", f"--version={version}", WHY)
    listed = {row["kind"]: row for row in map(json.loads, words.admin("list").splitlines())}
    assert listed["red_card"] == {"kind": "red_card", "in_force": 3, "newest": 3, "drafts": []}
    assert len(listed) > 100 and listed["letter"]["in_force"] == 0
    assert [json.loads(words.admin("rollback", "red_card", WHY))["version"] for _ in range(3)] == [2, 1, 0]
    with pytest.raises(ProvisionError, match="nothing before"):
        words.admin("rollback", "red_card", WHY)
    told = words.admin("show", "red_card", "--version=2")
    assert "红牌2" in told and "# version 3 (retired) by admin " in told and "rolled_back 0 by admin" in told


def test_two_who_draft_at_once_get_a_version_each(words: Words) -> None:
    shown, drafted = words.admin("show", "letter"), []
    path = words.folder / "letter.yaml"
    path.write_text(shown, encoding="utf-8")
    threads = [
        threading.Thread(target=lambda: drafted.append(json.loads(words.admin("draft", str(path), WHY))["version"]))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(drafted) == [1, 2, 3]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["draft"], "which file"),
        (["show"], "which kind"),
        (["show", "nothing"], "templates list"),
        (["show", "letter", "--version=77"], "templates show letter"),
        (["preview", "letter", "--case=20200101-000001"], "none to see it"),
        (["publish", "letter", WHY], "which version"),
        (["publish", "letter", "--version=77", WHY], "no version 77"),
        (["publish", "letter", "--version=0"], "say why"),
        (["rollback", "nothing", WHY], "templates list"),
    ],
)
def test_mistakes_say_how_to_repair_them(words: Words, command: list[str], told: str) -> None:
    with pytest.raises(ProvisionError, match=told):
        words.admin(*command)


def test_words_with_mistakes_are_refused_whole_with_their_lines(words: Words) -> None:
    wrong = OURS.replace("{{ number }}", "{{ reporter }}").replace("There is work", "{% for x in title %}{% endfor %}")
    before = words.town.rows("notify", "SELECT count(*) FROM templates")
    with pytest.raises(ProvisionError) as refused:
        words.draft(wrong)
    told = str(refused.value)
    assert "words.yaml:6: work_assigned.zh.dingtalk_robot.markdown: a work_assigned does not say reporter" in told
    assert "words.yaml:9: work_assigned.en.text: line 1: a template may not have a for" in told
    assert words.town.rows("notify", "SELECT count(*) FROM templates") == before
    (words.folder / "words.yaml").write_text(OURS, encoding="utf-8")
    with pytest.raises(ProvisionError, match="say why"):
        words.admin("draft", str(words.folder / "words.yaml"), "--reason= ")


def test_a_rehearsal_keeps_nothing(words: Words) -> None:
    path = words.folder / "rehearsed.yaml"
    path.write_text(words.admin("show", "yellow_card"), encoding="utf-8")
    assert json.loads(words.admin("draft", str(path), WHY, "--dry-run"))["version"] == 1
    assert not words.town.rows("notify", "SELECT 1 FROM templates WHERE kind = 'yellow_card'")
