"""Callback is killed between the commit and its answer: whoever heard nothing says it again, and it counts once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from services.callback import use_cases
from tests.integration.test_callback_calls import ANY, Calls
from tests.support.processes import ServiceProcess
from tests.support.town import TemporaryTown

MANY = 12


class Victim:
    """A process that may die at any request; it is started again, and the request is made again."""

    def __init__(self, process: ServiceProcess, token: str):
        self.process, self.deaths = process, 0
        self._headers = {"Authorization": f"Bearer {token}"}

    def insist(self, path: str, **body: Any) -> requests.Response:
        for _ in range(3):
            try:
                return requests.post(
                    f"http://{self.process.http}{path}",
                    **body,
                    headers=self._headers,
                    timeout=15,
                    allow_redirects=False,
                )
            except requests.RequestException:
                assert self.process.wait_end() == -9
                self.deaths += 1
                self.process.restart()
        raise AssertionError("it dies again and again")


@pytest.mark.parametrize("where", ["before_commit", "after_commit"])
@pytest.mark.parametrize("nth", [14, 21])
def test_answers_count_once(new_town: Callable[..., TemporaryTown], where: str, nth: int) -> None:
    town = new_town(services=("callback",))
    calls = Calls(town, ANY)
    by_page = calls.asked(*(f"P-{n}" for n in range(MANY)))
    for number in by_page:
        use_cases.give_links(calls.row(number)["id"], "desk1", calls.address, calls.open_work)
        calls.filled(number, answers={"solved": "partly"})  # they wait for their end already: nobody is called
    by_phone = calls.asked(*(f"T-{n}" for n in range(MANY)))
    taken = {call["number"]: call for call in calls.take("desk1", MANY)}
    assert taken.keys() == set(by_phone)
    (process,) = town.start("callback", failpoints=f"{where}:{nth}")
    victim = Victim(process, town.token("desk", "desk1"))
    for page, phone in zip(by_page, by_phone, strict=True):
        form = {"solved": "no", "text": "还没修好"}
        answer = victim.insist(f"/callback/a/{calls.secret(page)}", data=form)
        assert answer.status_code == 303, answer.text
        said = {"solved": "yes", "satisfaction": "satisfied"}
        answer = victim.insist(f"/callback/calls/{taken[phone]['call_id']}/answered", json=said)
        assert answer.status_code == 200, answer.text
    assert victim.deaths == 1
    for number in by_page:
        answers = calls.table("answers", "follow_up_id = %s", calls.row(number)["id"])
        assert [row["solved"] for row in answers] == ["partly", "no"]
    for number in by_phone:
        row = calls.row(number)
        assert (row["state"], row["attempts"]) == ("answered", 1)
        assert len(calls.table("answers", "follow_up_id = %s", row["id"])) == 1
        assert [name for name, _ in calls.said(number)] == ["follow_up_planned", "case_answered"]  # 1, 2: no gap
