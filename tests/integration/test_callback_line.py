"""The loop with the outside, with real processes: what the reporter says reaches the handler and every source, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from tests.integration.test_dispatch_scores import Play
from tests.support.autopilot import CALLER
from tests.support.town import TemporaryTown
from tests.support.waiting import until

HERE = {"text": "第1网格", "lon": 118.405, "lat": 28.925}


@pytest.fixture(scope="module")
def line(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    folder = tmp_path_factory.mktemp("asked-line")
    write_small_town(folder)
    rules = folder / "rules" / "practice.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace(" 20 second", " 1 day"), encoding="utf-8")
    with TemporaryTown(servers, folder, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start("intake", "dispatch", "callback", "notify")
        yield Line(town)


class Line(Play):
    """Cases of a town, and what their sources and handlers hear of what reporters say."""

    def answered(self, number: str, round_: int = 1, **answer: Any) -> dict[str, Any]:
        path = f"/callback/calls/{until(lambda: self.api.call_about(number, round_))['call_id']}/answered"
        said = self.api.call("POST", "callback", path, "desk", CALLER, answer)
        assert said.status_code == 200, said.text
        return said.json()

    def told(self, source: str, number: str, state: str) -> list[dict[str, Any]]:
        asked = "SELECT body FROM feedback WHERE source = %s AND body->>'number' = %s AND body->>'state' = %s"
        return [body for (body,) in self.town.rows("intake", f"{asked} ORDER BY said_at", source, number, state)]

    def noticed(self, number: str, round_: int) -> list[str]:
        """What members were told of this round."""
        asked = "SELECT body->>'text_zh' FROM notices WHERE body->>'number' = %s AND (body->>'round')::int = %s"
        return [text for (text,) in self.town.rows("notify", asked, number, round_)]


def test_not_fixed_reaches_the_handler_and_an_objection_opens_the_case_again(line: Line) -> None:
    number, other = line.report(), line.report("portal", reporter={"name": "甲", "phone": "13900000001"})
    accepted = line.api.call(
        "POST", "intake", f"/intake/cases/{other}/merge", "desk", "desk1", {"into": number, "reason": "同一盏灯"}
    )
    assert accepted.status_code == 200, accepted.text
    line.does(number)
    assert line.answered(number, solved="no", satisfaction="dissatisfied", text="还是不亮,13812345678")["rework"]
    order = until(lambda: line.order(number, "dispatched", 2))
    explained = line.api.get("dispatch", f"/dispatch/orders/{order['order_id']}")
    assert "还是不亮,138****5678" in str(explained)
    assert any("还是不亮" in text for text in until(lambda: line.noticed(number, 2)))
    again = until(lambda: line.told("hotline", number, "dispatched")[1:])[0]
    assert (again["solved"], again["answer"]) == ("no", "还是不亮,138****5678")
    line.does(number, 2)
    line.answered(number, 2, solved="yes", satisfaction="satisfied", text="亮了")
    closed = until(lambda: line.told("hotline", number, "closed"))
    assert len(closed) == 1
    assert (closed[0]["solved"], closed[0]["satisfaction"], closed[0]["answer"]) == ("yes", "satisfied", "亮了")
    assert {"dispatched", "resolved", "closed"} <= closed[0]["times"].keys()
    (merged,) = until(lambda: line.told("portal", other, "closed"))
    assert merged["solved"] == "yes" and "answer" not in merged  # whose words they are is none of its business
    objection = {"number": other, "text": "又不亮了"}
    refused = line.api.call("POST", "callback", "/callback/objections", "source", "hotline", objection)
    assert refused.status_code == 404
    taken = line.api.call("POST", "callback", "/callback/objections", "source", "portal", objection)
    assert taken.status_code == 200 and taken.json() == {"number": number, "round": 3}
    order = until(lambda: line.order(number, "dispatched", 3))
    until(lambda: line.api.get("intake", f"/intake/cases/{number}")["state"] == "dispatched")
    assert "又不亮了" in str(line.api.get("dispatch", f"/dispatch/orders/{order['order_id']}"))
    line.does(number, 3)
    line.answered(number, 3, solved="yes", satisfaction="mostly_satisfied")
    until(lambda: len(line.told("hotline", number, "closed")) == 2)
