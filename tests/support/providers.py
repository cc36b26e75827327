"""Providers of messages that lie as the real ones do, over real HTTP: success with an error code in it, success above a
limit and nothing delivered, the effect and then no answer, receipts that come late or twice, 429, 5xx.

What has really reached somebody is in `effects`; what was only called, in `calls`.
"""

from __future__ import annotations

import base64
import hmac
import json
import random
import time
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, parse_qsl, urlsplit

from shared.http.problems import Problem
from shared.http.webhooks import new_secret, verify

SECRET, TOKEN = "SEC-this-signs-robots", "token-of-the-robot-0123456789"
HOOK = new_secret()
PATHS = {
    "/robot/send": "dingtalk_robot",
    "/topapi/message/corpconversation/asyncsend_v2": "dingtalk_work",
    "/topapi/message/corpconversation/getsendresult": "dingtalk_result",
    "/gettoken": "token",
    "/cgi-bin/gettoken": "token",
    "/cgi-bin/webhook/send": "wecom_robot",
    "/cgi-bin/message/send": "wecom_app",
    "/hook": "webhook",
}


class Effect(NamedTuple):
    """Somebody has got something."""

    channel: str
    target: str
    text: str
    at: float


class Lie(NamedTuple):
    """What happens instead. `status`: HTTP `value`; `code`: 200 with the error code `value`, and no effect; `drop`:
    success, and no effect; `hang`: the effect, and no answer in time; `stall`: no effect and no answer in time; `cut`:
    the effect, and the connection is closed."""

    kind: str
    value: Any = None


class Providers(ThreadingHTTPServer):
    """All of them on one port. `lies`: by channel, in this order, each once. `temper`: chances of lies after that."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, limit: tuple[int, float] = (20, 60.0), blocked: float = 600.0, hold: float = 3.0) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.limit, self.blocked, self.hold = limit, blocked, hold
        self.lies: defaultdict[str, deque[Lie]] = defaultdict(deque)
        self.temper: Sequence[tuple[float, Lie]] = ()
        self.chance = random.Random(1)
        self.effects: list[Effect] = []
        self.calls: list[tuple[str, float]] = []
        self.tokens: set[str] = set()
        self.results: dict[str, list[dict[str, Any]]] = {}  # by receipt: what is answered, the last again and again
        self.tasks = 0  # work notices that were accepted: their receipts are 1, 2, 3 …
        self.seen: dict[str, float] = {}  # what is known again: texts of the day, ids of webhooks
        self.sent: defaultdict[str, list[float]] = defaultdict(list)
        self.until: dict[str, float] = {}
        self.lock = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        """Whoever asked has gone: nobody waits for ever."""

    def lie(self, channel: str) -> Lie | None:
        with self.lock:
            self.calls.append((channel, time.monotonic()))
            if self.lies[channel]:
                return self.lies[channel].popleft()
            luck = self.chance.random()
            for share, lie in self.temper if channel not in ("token", "dingtalk_result") else ():
                luck -= share
                if luck < 0:
                    return lie
        return None

    def called(self, channel: str) -> int:
        return sum(name == channel for name, _ in self.calls)

    def texts(self, channel: str) -> Counter[str]:
        """How often each text has reached somebody."""
        return Counter(effect.text for effect in self.effects if effect.channel == channel)

    def reach(self, channel: str, target: str, text: str) -> None:
        self.effects.append(Effect(channel, target, text, time.monotonic()))

    def too_many(self, who: str) -> bool:
        """Whether this is above the limit; then who has sent it is blocked."""
        count, seconds = self.limit
        now = time.monotonic()
        self.sent[who] = [at for at in self.sent[who] if at > now - seconds] + [now]
        if now < self.until.get(who, 0.0):
            return True
        if len(self.sent[who]) > count:
            self.until[who] = now + self.blocked
            return True
        return False

    def known(self, what: str) -> bool:
        """Whether this has come before."""
        return self.seen.setdefault(what, now := time.monotonic()) != now

    # what each does, lies aside: gives the answer

    def token(self, query: dict[str, str], body: Any, lie: Lie | None) -> dict[str, Any]:
        token = uuid.uuid4().hex
        self.tokens.add(token)
        return {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200}

    def dingtalk_robot(self, query: dict[str, str], body: Any, lie: Lie | None) -> dict[str, Any]:
        signed = hmac.digest(SECRET.encode(), f"{query['timestamp']}\n{SECRET}".encode(), "sha256")
        fresh = abs(time.time() - int(query["timestamp"]) / 1000) < 3600
        if not fresh or base64.b64encode(signed).decode() != query["sign"]:
            return {"errcode": 310000, "errmsg": "sign not match"}
        if query["access_token"] != TOKEN:
            return {"errcode": 300001, "errmsg": f"token {query['access_token']} is not exist"}
        if self.too_many("dingtalk_robot"):
            return {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
        return self._reached("dingtalk_robot", "group", _text(body), lie)

    def wecom_robot(self, query: dict[str, str], body: Any, lie: Lie | None) -> dict[str, Any]:
        if query["key"] != TOKEN:
            return {"errcode": 93000, "errmsg": f"invalid webhook url key={query['key']}"}
        if self.too_many("wecom_robot"):
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        return self._reached("wecom_robot", "group", _text(body), lie)

    def wecom_app(self, query: dict[str, str], body: Any, lie: Lie | None) -> dict[str, Any]:
        if query["access_token"] not in self.tokens:
            return {"errcode": 40014, "errmsg": "invalid access_token"}
        if body["touser"].startswith("stranger"):
            return {"errcode": 0, "errmsg": "ok", "invaliduser": body["touser"]}
        same = body.get("enable_duplicate_check") == 1 and self.known(f"wecom_app/{body['touser']}/{_text(body)}")
        above = self.too_many(f"wecom_app/{body['touser']}")
        return self._reached("wecom_app", body["touser"], _text(body), Lie("drop") if same or above else lie)

    def dingtalk_work(self, query: dict[str, str], body: Any, lie: Lie | None) -> dict[str, Any]:
        """Accepts whatever comes. The result says later what it has delivered."""
        if query["access_token"] not in self.tokens:
            return {"errcode": 40014, "errmsg": "不合法的access_token"}
        self.tasks += 1
        task, who, text = str(self.tasks), body["userid_list"], _text(body["msg"])
        unknown = who.startswith("stranger")
        dropped = self.known(f"dingtalk_work/{who}/{text}") or (lie is not None and lie.kind == "drop")
        where = "invalid_user_id_list" if unknown else "forbidden_user_id_list" if dropped else "unread_user_id_list"
        self.results.setdefault(task, [{where: [who]}])
        if not unknown and not dropped:
            self.reach("dingtalk_work", who, text)
        return {"errcode": 0, "errmsg": "ok", "task_id": int(task)}

    def dingtalk_result(self, query: dict[str, str], body: Any, lie: Lie | None) -> dict[str, Any]:
        answers = self.results.get(str(body["task_id"]), [{}])
        result = answers.pop(0) if len(answers) > 1 else answers[0]
        return {"errcode": 0, "errmsg": "ok", "send_result": result}

    def sms(self, query: dict[str, str], body: Any, lie: Lie | None) -> dict[str, Any]:
        """Aliyun, by its query."""
        if query.get("BizId"):
            answers = self.results.get(query["BizId"], [{}])
            detail = answers.pop(0) if len(answers) > 1 else answers[0]
            details = [detail, detail] if detail else []  # every receipt twice
            return {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": details}}
        if self.too_many(f"sms/{query['PhoneNumbers']}"):
            return {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控Permits:1"}
        self._reached("sms_aliyun", query["PhoneNumbers"], query["TemplateParam"], lie)
        biz_id = f"b{len(self.results)}"
        self.results[biz_id] = [{}, {"SendStatus": 1}, {"SendStatus": 3}]
        return {"Code": "OK", "Message": "OK", "BizId": biz_id, "RequestId": "r"}

    def tencent(self, headers: Any, body: Any, lie: Lie | None) -> dict[str, Any]:
        if headers["X-TC-Action"] != "SendSms":
            found = [one for serial, one in self.results.items() if serial.startswith("t")]
            return {"Response": {"PullSmsSendStatusSet": [one for ones in found for one in ones if one]}}
        number = body["PhoneNumberSet"][0]
        serial = f"t{len(self.results)}"
        self._reached("sms_tencent", number, "|".join(body["TemplateParamSet"]), lie)
        self.results[serial] = [{"SerialNo": serial, "ReportStatus": "SUCCESS", "PhoneNumber": number}]
        return {"Response": {"SendStatusSet": [{"SerialNo": serial, "Code": "Ok"}], "RequestId": "r"}}

    def webhook(self, headers: Any, raw: bytes, lie: Lie | None) -> tuple[int, dict[str, Any]]:
        """Knows an id again: then nothing happens a second time."""
        try:
            verify([HOOK], {name.lower(): value for name, value in headers.items()}, raw)
        except Problem as problem:
            return problem.status, {}
        body = json.loads(raw)
        if not self.known(f"webhook/{body['id']}"):
            self._reached("webhook", "subscriber", body.get("text") or json.dumps(body["data"]), lie)
        return 200, {}

    def _reached(self, channel: str, target: str, text: str, lie: Lie | None) -> dict[str, Any]:
        if lie is None or lie.kind != "drop":
            self.reach(channel, target, text)
        return {"errcode": 0, "errmsg": "ok"}


class _Door(BaseHTTPRequestHandler):
    server: Providers

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _answer(self, raw: bytes) -> None:
        parts = urlsplit(self.path)
        aliyun = self.headers.get("x-acs-action")
        channel = PATHS.get(parts.path) or ("sms_aliyun" if aliyun else "sms_tencent")
        lie = self.server.lie(channel)
        if lie and lie.kind == "stall":
            time.sleep(self.server.hold)
            return None
        if lie and lie.kind == "status":
            return self._send(int(lie.value), {}, {"Retry-After": "7"} if lie.value == 429 else {})
        if lie and lie.kind == "code" and channel == "webhook":  # its receivers have no codes but HTTP's
            return self._send(400, {})
        if lie and lie.kind == "code":
            shown = {"errcode": lie.value, "errmsg": f"no: {self.path}", "Code": lie.value, "Message": "no"}
            wrong = {"Response": {"Error": {"Code": lie.value, "Message": "no"}}}
            return self._send(200, shown | wrong)
        with self.server.lock:
            status, answer = self._done(channel, dict(parse_qsl(parts.query)), raw, lie)
        if lie and lie.kind == "hang":
            time.sleep(self.server.hold)
        if lie and lie.kind in ("hang", "cut"):
            self.close_connection = True
            return None
        return self._send(status, answer)

    def _done(self, channel: str, query: dict[str, str], raw: bytes, lie: Lie | None) -> tuple[int, dict[str, Any]]:
        if channel == "webhook":
            return self.server.webhook(self.headers, raw, lie)
        body = json.loads(raw) if raw else None
        if channel == "sms_tencent":
            return 200, self.server.tencent(self.headers, body, lie)
        if channel == "sms_aliyun":
            return 200, self.server.sms(
                {name: parse_qs(urlsplit(self.path).query)[name][0] for name in query}, body, lie
            )
        return 200, getattr(self.server, channel)(query, body, lie)

    def _send(self, status: int, answer: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        text = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def _text(body: Any) -> str:
    shown = body.get("markdown") or body.get("text")
    return shown.get("content") or shown.get("text")


@contextmanager
def providers(**arguments: Any) -> Iterator[Providers]:
    with Providers(**arguments) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()
