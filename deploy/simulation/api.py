"""What the simulated people at the desk do over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

_OPEN_ORDERS = ("dispatched", "in_progress", "resolved")


class Api:
    """The town's HTTP side, as its desk."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, self._base_url + path, json=body, timeout=15)
        answer.raise_for_status()
        return answer.json()

    def cases(self, **which: str) -> list[dict[str, Any]]:
        """The newest cases, by `state` or `source`."""
        return self._call("GET", "/intake/cases?" + "&".join(f"{key}={value}" for key, value in which.items()))["cases"]

    def case(self, number: str) -> dict[str, Any]:
        return self._call("GET", f"/intake/cases/{number}")

    def accept(self, number: str) -> None:
        self._call("POST", f"/intake/cases/{number}/accept", {})

    def reject(self, number: str) -> None:
        body = {"reason_code": "other_authority", "reason": "属上级部门职权,已告知办理渠道。"}
        self._call("POST", f"/intake/cases/{number}/reject", body)

    def members_with_work(self) -> Iterator[str]:
        """Who has an order in hand, and who is to check one."""
        for state in _OPEN_ORDERS:
            for order in self._call("GET", f"/dispatch/orders?state={state}")["orders"]:
                yield from (who for who in (order.get("member_id"), order.get("checker_id")) if who)

    def take_calls(self) -> list[dict[str, Any]]:
        return self._call("POST", "/callback/calls/take", {"count": 50})["calls"]

    def answer(self, call_id: str, solved: bool) -> None:
        body = {"solved": "yes", "satisfaction": "satisfied", "text": "已解决,谢谢。"}
        if not solved:
            body = {"solved": "no", "satisfaction": "dissatisfied", "text": "问题还在,没有人来处理。"}
        self._call("POST", f"/callback/calls/{call_id}/answered", body)

    def timeline(self, number: str) -> list[dict[str, Any]]:
        """Every message about a case, as the board heard it."""
        return self._call("GET", f"/board/cases/{number}")["timeline"]
