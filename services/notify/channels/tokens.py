"""Access tokens of our applications on chat platforms: asked for once, kept while they are good, in this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from services.notify.channels.protocol import Account
from services.notify.domain.outcomes import Outcome, Refused, TryLater, Uncertain

EARLY = 300.0  # seconds before its end that a token is not used any more
Ask = Callable[[], dict[str, Any] | Outcome]


class Tokens:
    """Tokens by account. `stale` are the error codes that say that a token is over before its time."""

    def __init__(self, stale: tuple[int, ...]):
        self._stale = stale
        self._known: dict[str, tuple[str, float]] = {}

    def secrets(self) -> list[str]:
        """Those that are known now: nothing that is said may hold them."""
        return [token for token, _ in self._known.values()]

    def call(self, account: Account, ask_token: Ask, ask: Callable[[str], dict[str, Any] | Outcome]) -> Any:
        """What `ask` gets with the account's token; with a new one, when the old one turns out to be over."""
        answer: dict[str, Any] | Outcome = {}
        for _ in range(2):
            token = self._token(account, ask_token)
            if not isinstance(token, str):
                return token
            answer = ask(token)
            if not isinstance(answer, dict) or answer.get("errcode") not in self._stale:
                return answer
            self._known.pop(account.account_id, None)
        return answer

    def _token(self, account: Account, ask_token: Ask) -> str | Outcome:
        token, until = self._known.get(account.account_id, ("", 0.0))
        if token and time.monotonic() < until:
            return token
        answer = ask_token()
        if not isinstance(answer, dict):
            # nothing but the token was asked for: whatever came of that, the message has not gone out
            return TryLater(0.0, answer.why) if isinstance(answer, Uncertain) else answer
        given, seconds = answer.get("access_token"), answer.get("expires_in")
        if answer.get("errcode") != 0 or not isinstance(given, str):
            why = f"no token for our application (error {str(answer.get('errcode'))[:20]}): look at its id and secret"
            return Refused(why, account=True)
        lasts = seconds if isinstance(seconds, int) else 0
        self._known[account.account_id] = given, time.monotonic() + max(0.0, lasts - EARLY)
        return given
