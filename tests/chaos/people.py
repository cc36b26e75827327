"""The people of the town: members who act, and reporters who answer in every way that there is, each by habit.

What was answered to them is kept: it must be found in the end. Whatever fails is tried again, but for objections, of
which nobody knows then whether they were taken."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

from tests.support.autopilot import CALLER, DESK, Autopilot
from tests.support.town import TemporaryTown

CONTENT, NOT_SOLVED = ("yes", "satisfied"), ("no", "dissatisfied")
# what becomes of asking in the first round of a case, by the last digit of its number; later everybody is content
HABITS = ("not solved", "by link", "busy", "objects", "by source", "twice", "silent", "content", "content", "content")
MANY_LINKS = 5  # that are answered in one step, so that nobody else waits for it


class People(Autopilot):
    """Keeps every case going. `taken`: what callback has confirmed, as (channel, call, link or case)."""

    def __init__(self, town: TemporaryTown):
        super().__init__(town)
        self._town = town
        self.taken: set[tuple[str, str]] = set()
        self._confirmed: set[str] = set()  # numbers of cases, by their source

    def _ask(self) -> None:
        for call in self.api.calls():
            getattr(self, f"_{habit_of(call).replace(' ', '_')}")(call)
            self.acted += 1
        linked = self.api.get("callback", "/callback/calls?state=linked", name=CALLER)["calls"]
        done = {follow_up for channel, follow_up in self.taken if channel == "page"}
        waiting = [row for row in linked if habit_of(row) == "by link" and row["follow_up_id"] not in done]
        for row in waiting[:MANY_LINKS]:
            self._fill(row)

    def _content(self, call: dict[str, Any], answer: tuple[str, str] = CONTENT) -> bool:
        done = self.api.answered(call, *answer).ok
        self.taken |= {("desk", call["call_id"])} if done else set()
        return done

    def _not_solved(self, call: dict[str, Any]) -> None:
        self._content(call, NOT_SOLVED)

    def _twice(self, call: dict[str, Any]) -> None:
        """The call-taker has heard no answer, and says it again."""
        for _ in range(2):
            self._content(call)

    def _busy(self, call: dict[str, Any]) -> None:
        self._content(call) if call["attempts"] else self._not_reached(call, "busy")

    def _by_link(self, call: dict[str, Any]) -> None:
        self._not_reached(call, "wrong_number")

    def _silent(self, call: dict[str, Any]) -> None:
        self._not_reached(call, "no_answer")

    def _objects(self, call: dict[str, Any]) -> None:
        if self._content(call):
            body = {"number": call["number"], "text": "还是不行"}
            if self.api.call("POST", "callback", "/callback/objections", "desk", CALLER, body).ok:
                self.taken.add(("objection", call["number"]))

    def _by_source(self, call: dict[str, Any]) -> None:
        """The platform has asked its reporter, and says so once: where that comes too late, nobody has answered."""
        if call["number"] in self._confirmed:
            return
        body = {"solved": "yes", "satisfaction": "satisfied"}
        confirmed = self.api.call("POST", "intake", f"/intake/cases/{call['number']}/confirm", "desk", DESK, body)
        self._confirmed.add(call["number"]) if confirmed.ok else self._content(call)

    def _not_reached(self, call: dict[str, Any], outcome: str) -> None:
        path = f"/callback/calls/{call['call_id']}/not-reached"
        self.api.call("POST", "callback", path, "desk", CALLER, {"outcome": outcome})

    def _fill(self, row: dict[str, Any]) -> None:
        """The desk gives the link, and the reporter answers on the page."""
        path = f"/callback/follow-ups/{row['follow_up_id']}/links"
        given = self.api.call("POST", "callback", path, "desk", CALLER)
        for link in given.json()["links"] if given.ok else ():
            form = {"solved": "no" if int(row["number"][-2]) % 2 else "yes"}
            telephone = f"198.51.100.{int(row['number'][-3:]) % 250}"
            answer = self._post(urlsplit(link["url"]).path, form, telephone)
            self.taken |= {("page", row["follow_up_id"])} if answer.status_code == 303 else set()

    def _post(self, path: str, form: dict[str, str], address: str) -> requests.Response:
        """The form of the page, sent from an address. Raises ConnectionError when nobody takes it."""
        process = next((one for one in self._town.of("callback") if one.alive), None)
        if process is None:
            raise ConnectionError("no callback is running")
        headers, url = {"X-Forwarded-For": address}, f"http://{process.http}{path}"
        return requests.post(url, data=form, headers=headers, timeout=15, allow_redirects=False)


def habit_of(row: dict[str, Any]) -> str:
    """Of what callback shows of a follow-up."""
    return HABITS[int(row["number"][-1])] if row["round"] == 1 else "content"
