"""A chat platform says who a code is of: our application's own token first, then the code for the user's id.

The platforms answer 200 with an error code of their own in the body. A code is good once and for minutes.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

import orjson
import urllib3

from services.dispatch.config import ProviderSettings
from services.dispatch.errors import NotNow, SignInRefused

PATIENCE = urllib3.Timeout(connect=3, read=5)  # seconds
MOST = 64 * 1024  # bytes of an answer that are read
EARLY = 300  # seconds before its end that an application's token is not used any more


class Provider:
    """One platform; a subclass says which paths and fields."""

    STALE: tuple[int, ...] = ()  # error codes: our token is over
    REFUSED: tuple[int, ...] = ()  # error codes: the user's code is none

    def __init__(self, settings: ProviderSettings):
        self.settings = settings
        self._pool = urllib3.PoolManager(timeout=PATIENCE, retries=False, maxsize=4)
        self._token, self._until = "", 0.0

    def user_of(self, code: str) -> str:
        """The id that the platform has for the user who got this code. Raises SignInRefused, NotNow."""
        for _ in range(2):
            answer = self._ask_user(self._application_token(), code)
            error = answer.get("errcode")
            if error not in self.STALE:
                break
            self._token = ""  # somebody else has got a new one
        if error in self.REFUSED:
            raise SignInRefused
        user = self._user_in(answer) if error == 0 else None
        if error != 0:
            raise NotNow(f"{self.settings.name} answers with error {str(error)[:20]}")
        if not user:
            raise SignInRefused
        return str(user)

    def _application_token(self) -> str:
        if not self._token or time.monotonic() > self._until:
            answer = self._ask_token()
            if answer.get("errcode") != 0 or not isinstance(answer.get("access_token"), str):
                raise NotNow(
                    f"{self.settings.name} does not know our application (error {str(answer.get('errcode'))[:20]}): "
                    "look at its id and secret"
                )
            self._token, seconds = answer["access_token"], answer.get("expires_in")
            self._until = time.monotonic() + max(0, (seconds if isinstance(seconds, int) else 0) - EARLY)
        return self._token

    def _call(
        self, method: str, path: str, query: dict[str, str], body: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """The JSON object that is answered. Raises NotNow, which names nothing of the URL: secrets are in it."""
        name, url = self.settings.name, f"{self.settings.url}{path}?{urlencode(query)}"
        try:
            response = self._pool.request(method, url, json=body, preload_content=False, redirect=False)
            try:
                answer = orjson.loads(response.read(MOST))
            finally:
                response.release_conn()
        except (urllib3.exceptions.HTTPError, OSError, orjson.JSONDecodeError) as error:
            raise NotNow(f"{name} does not answer as it should ({type(error).__name__})") from None
        if response.status != 200 or not isinstance(answer, dict):
            raise NotNow(f"{name} answers with status {response.status}")
        return answer

    def _ask_token(self) -> dict[str, Any]:
        raise NotImplementedError

    def _ask_user(self, token: str, code: str) -> dict[str, Any]:
        raise NotImplementedError

    def _user_in(self, answer: dict[str, Any]) -> Any:
        raise NotImplementedError
