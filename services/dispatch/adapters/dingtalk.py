"""DingTalk 钉钉, for members who open the client inside of it: the code of `requestAuthCode` becomes their userid.

https://open.dingtalk.com/document/orgapp/obtain-the-userid-of-a-user-by-using-the-log-free
"""

from __future__ import annotations

from typing import Any

from services.dispatch.adapters.provider import Provider


class DingTalk(Provider):
    STALE = (40014, 42001, 88)  # 88: the error is named in sub_code
    REFUSED = (40078, 40029)

    def _ask_token(self) -> dict[str, Any]:
        return self._call("GET", "/gettoken", {"appkey": self.settings.app, "appsecret": self.settings.secret})

    def _ask_user(self, token: str, code: str) -> dict[str, Any]:
        return self._call("POST", "/topapi/v2/user/getuserinfo", {"access_token": token}, {"code": code})

    def _user_in(self, answer: dict[str, Any]) -> Any:
        result = answer.get("result")
        return result.get("userid") if isinstance(result, dict) else None
