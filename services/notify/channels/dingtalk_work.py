"""A DingTalk 钉钉 work notice to one person. Accepted is not delivered: above its limits, or for a text that the person
has had today, it answers success and delivers nothing. So what became of it is asked for (getsendresult).

https://open.dingtalk.com/document/orgapp/asynchronous-sending-of-enterprise-session-messages
"""

from __future__ import annotations

from typing import Any

from services.notify.channels.dingtalk_robot import message_of
from services.notify.channels.protocol import Account, Delivery
from services.notify.channels.tokens import Tokens
from services.notify.channels.web import Web
from services.notify.domain.kinds import KINDS
from services.notify.domain.outcomes import ACCOUNT, Delivered, Outcome, Refused, TryLater

STALE = (40001, 40014, 42001)
THROTTLED, BUSY = (90002, 90005, 90006, 90008, 90018, 143), (-1, 43008)
OF_THE_APPLICATION = (*STALE, 88, 60011, 70001)
ROOM = KINDS["dingtalk_work"].room
READ = "read_user_id_list"
ARRIVED = (READ, "unread_user_id_list")
LOST = {
    "invalid_user_id_list": "DingTalk does not know this person",
    "forbidden_user_id_list": "DingTalk has dropped it: above its limits, or the same text once more today",
    "failed_user_id_list": "DingTalk could not deliver it",
}


class DingTalkWork:
    def __init__(self, web: Web):
        self._web = web
        self.tokens = Tokens(STALE)

    def send(self, delivery: Delivery, account: Account) -> Outcome:
        body = {
            "agent_id": account.settings["agent_id"],
            "userid_list": delivery.target,
            "msg": message_of(delivery, ROOM),
        }
        answer = self._call(account, "/topapi/message/corpconversation/asyncsend_v2", body)
        if not isinstance(answer, dict):
            return answer
        if answer.get("errcode") == 0 and answer.get("task_id"):
            return Delivered(str(answer["task_id"]))
        return _failed(answer)

    def receipt(self, receipt: str, delivery: Delivery, account: Account) -> Outcome:
        body = {"agent_id": account.settings["agent_id"], "task_id": receipt}
        answer = self._call(account, "/topapi/message/corpconversation/getsendresult", body)
        if not isinstance(answer, dict) or answer.get("errcode") != 0:
            return TryLater(0.0, "DingTalk does not say what became of it")
        result = answer.get("send_result")
        lists = result if isinstance(result, dict) else {}
        arrived = [name for name in ARRIVED if delivery.target in (lists.get(name) or [])]
        if arrived:
            return Delivered(read=READ in arrived)
        lost = [why for name, why in LOST.items() if delivery.target in (lists.get(name) or [])]
        return Refused(lost[0]) if lost else TryLater(0.0, "DingTalk does not know yet what became of it")

    def _call(self, account: Account, path: str, body: dict[str, Any]) -> Any:
        base, keys = account.settings["url"], account.secrets
        query = {"appkey": keys["app_key"], "appsecret": keys["app_secret"]}
        return self.tokens.call(
            account,
            lambda: self._web.ask(f"{base}/gettoken", query),
            lambda token: self._web.ask(f"{base}{path}", {"access_token": token}, body),
        )


def _failed(answer: dict[str, Any]) -> Outcome:
    code = answer.get("errcode")
    why = f"error {code}: {answer.get('errmsg')}"
    if code in THROTTLED:
        return TryLater(60.0, why, of=ACCOUNT)
    return TryLater(0.0, why) if code in BUSY else Refused(why, account=code in OF_THE_APPLICATION)
