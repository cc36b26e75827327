"""WeCom 企业微信: the code that its OAuth page gives becomes the member's UserId; an outsider has only an OpenId.

https://developer.work.weixin.qq.com/document/path/91023
"""

from __future__ import annotations

from typing import Any

from services.dispatch.adapters.provider import Provider


class WeCom(Provider):
    STALE = (40014, 42001)
    REFUSED = (40029, 50001, 42003)

    def _ask_token(self) -> dict[str, Any]:
        return self._call("GET", "/cgi-bin/gettoken", {"corpid": self.settings.app, "corpsecret": self.settings.secret})

    def _ask_user(self, token: str, code: str) -> dict[str, Any]:
        return self._call("GET", "/cgi-bin/auth/getuserinfo", {"access_token": token, "code": code})

    def _user_in(self, answer: dict[str, Any]) -> Any:
        return answer.get("userid") or answer.get("UserId")
