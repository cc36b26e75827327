"""DingTalk and WeCom as far as signing in needs them: they know an application, give codes to users, and take each
code once. https://open.dingtalk.com/document/orgapp/obtain-the-userid-of-a-user-by-using-the-log-free,
https://developer.work.weixin.qq.com/document/path/91023
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

APP, SECRET = "the-town", "a secret that is never shown"
PATHS = {  # platform: where the application's token is, how its two settings are called, where the user is
    "dingtalk": ("/gettoken", ("appkey", "appsecret"), "/topapi/v2/user/getuserinfo"),
    "wecom": ("/cgi-bin/gettoken", ("corpid", "corpsecret"), "/cgi-bin/auth/getuserinfo"),
}
NO_SUCH_CODE = {"dingtalk": 40078, "wecom": 40029}


class ChatPlatforms(ThreadingHTTPServer):
    """`broken`: what every request is answered instead."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.codes: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.tokens_given = 0
        self.broken: tuple[int, bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def settings(self) -> dict[str, str]:
        """What dispatch needs to know of them."""
        names = [name.upper() for name in PATHS]
        return {f"{n}_{k}": v for n in names for k, v in (("URL", self.url), ("APP", APP), ("KEY", SECRET))}

    def code_for(self, user: str) -> str:
        """As the user's client would get it."""
        code = uuid.uuid4().hex
        self.codes[code] = user
        return code

    def forget_tokens(self) -> None:
        """The applications' tokens are over before their time."""
        self.tokens.clear()

    def answer(self, path: str, query: dict[str, str], body: dict[str, str]) -> dict[str, Any]:
        for name, (token_path, (app, secret), user_path) in PATHS.items():
            if path == token_path:
                return self._token(name) if (query.get(app), query.get(secret)) == (APP, SECRET) else {"errcode": 40001}
            if path == user_path:
                return self._user(name, query, query | body)
        return {"errcode": 404}

    def _token(self, name: str) -> dict[str, Any]:
        self.tokens_given += 1
        self.tokens[name] = uuid.uuid4().hex
        return {"errcode": 0, "errmsg": "ok", "access_token": self.tokens[name], "expires_in": 7200}

    def _user(self, name: str, query: dict[str, str], given: dict[str, str]) -> dict[str, Any]:
        if query.get("access_token") != self.tokens.get(name):
            return {"errcode": 40014, "errmsg": "invalid access_token"}
        user = self.codes.pop(given.get("code", ""), None)
        if user is None:
            return {"errcode": NO_SUCH_CODE[name], "errmsg": "no such code"}
        if name == "dingtalk":
            return {"errcode": 0, "result": {"userid": user, "unionid": f"u-{user}", "sys": False}}
        return {"errcode": 0, "openid": user} if user.startswith("outsider") else {"errcode": 0, "userid": user}


class _Door(BaseHTTPRequestHandler):
    server: ChatPlatforms

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: dict[str, str]) -> None:
        parts = urlsplit(self.path)
        answer = json.dumps(self.server.answer(parts.path, dict(parse_qsl(parts.query)), body)).encode()
        status, text = self.server.broken or (200, answer)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def chat_platforms() -> Iterator[ChatPlatforms]:
    with ChatPlatforms() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
