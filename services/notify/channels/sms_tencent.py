"""SMS by Tencent Cloud 腾讯云, without its SDK: requests signed with TC3-HMAC-SHA256, receipts by
PullSmsSendStatusByPhoneNumber. https://cloud.tencent.com/document/product/382/55981
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from services.notify.channels.protocol import Account, Delivery
from services.notify.channels.sms import canonical, international, mac, place, sha256
from services.notify.channels.web import THROTTLED, Web
from services.notify.domain.outcomes import ACCOUNT, TARGET, Delivered, Outcome, Refused, TryLater, Uncertain

VERSION, SERVICE, ALGORITHM = "2021-01-11", "sms", "TC3-HMAC-SHA256"
CONTENT = "application/json; charset=utf-8"
OF_A_NUMBER = {  # limits of one number: seconds until it may get one again
    "LimitExceeded.PhoneNumberThirtySecondLimit": 30.0,
    "LimitExceeded.PhoneNumberOneHourLimit": 3600.0,
    "LimitExceeded.PhoneNumberDailyLimit": 86400.0,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": 86400.0,
    "LimitExceeded.PhoneNumberCountLimit": 86400.0,
}
OF_THE_MESSAGE = ("InvalidParameterValue.", "FailedOperation.ContainSensitiveWord", "FailedOperation.PhoneNumberIn")
LOOK_BACK = 24 * 3600  # seconds of receipts that are asked for


class TencentSms:
    def __init__(self, web: Web):
        self._web = web

    def send(self, delivery: Delivery, account: Account) -> Outcome:
        settings = account.settings
        body = {
            "PhoneNumberSet": [international(delivery.target)],
            "SmsSdkAppId": settings["app_id"],
            "SignName": settings["sign_name"],
            "TemplateId": settings["template_id"],
            "TemplateParamSet": [place(part, delivery.words) for part in settings["template"].split(",")],
            "SessionContext": delivery.id,
        }
        answer = self._call(account, "SendSms", body)
        if not isinstance(answer, dict):
            return answer
        if error := answer.get("Error"):
            return _failed(error)
        statuses = answer.get("SendStatusSet")
        if not isinstance(statuses, list) or not statuses or not isinstance(statuses[0], dict):
            return Uncertain("the answer says nothing of our message")
        one = statuses[0]
        return Delivered(str(one.get("SerialNo"))) if one.get("Code") == "Ok" else _failed(one)

    def receipt(self, receipt: str, delivery: Delivery, account: Account) -> Outcome:
        since = int(dt.datetime.now(dt.UTC).timestamp()) - LOOK_BACK
        body = {"BeginTime": since, "Offset": 0, "Limit": 100, "PhoneNumber": international(delivery.target)}
        body |= {"SmsSdkAppId": account.settings["app_id"]}
        answer = self._call(account, "PullSmsSendStatusByPhoneNumber", body)
        found = answer.get("PullSmsSendStatusSet") if isinstance(answer, dict) else None
        ours = [one for one in found or [] if isinstance(one, dict) and one.get("SerialNo") == receipt]
        if any(one.get("ReportStatus") == "SUCCESS" for one in ours):
            return Delivered()
        if ours:
            return Refused(f"the operator could not deliver it: {ours[0].get('Description')}")
        return TryLater(0.0, "Tencent does not know yet what became of it")

    def _call(self, account: Account, action: str, body: dict[str, Any]) -> Any:
        url, raw, now = account.settings["url"], orjson.dumps(body), dt.datetime.now(dt.UTC)
        headers = signed(urlsplit(url).netloc, SERVICE, action, raw, now, account.secrets)
        headers |= {"X-TC-Version": VERSION, "X-TC-Region": account.settings["region"]}
        answer = self._web.ask(f"{url}/", {}, raw, headers)
        if not isinstance(answer, dict):
            return answer
        inner = answer.get("Response")
        return inner if isinstance(inner, dict) else Uncertain("the answer has no Response")


def signed(
    host: str, service: str, action: str, payload: bytes, at: dt.datetime, secrets: Mapping[str, str]
) -> dict[str, str]:
    """The headers of a request with a JSON body."""
    day, seconds = at.strftime("%Y-%m-%d"), str(int(at.timestamp()))
    headers = {"content-type": CONTENT, "host": host, "x-tc-action": action.lower()}
    request, names = canonical("POST", "", headers, payload)
    scope = f"{day}/{service}/tc3_request"
    key = mac(mac(mac(b"TC3" + secrets["secret_key"].encode(), day), service), "tc3_request")
    signature = mac(key, f"{ALGORITHM}\n{seconds}\n{scope}\n{sha256(request.encode())}").hex()
    proof = f"Credential={secrets['secret_id']}/{scope}, SignedHeaders={names}, Signature={signature}"
    given = {"Content-Type": CONTENT, "Host": host, "X-TC-Action": action, "X-TC-Timestamp": seconds}
    return given | {"Authorization": f"{ALGORITHM} {proof}"}


def _failed(error: dict[str, Any]) -> Outcome:
    code = str(error.get("Code"))
    if code in OF_A_NUMBER:
        return TryLater(OF_A_NUMBER[code], code, of=TARGET)
    if code.startswith(("LimitExceeded", "RequestLimitExceeded")):
        return TryLater(THROTTLED, code, of=ACCOUNT)
    if code.startswith("InternalError"):
        return TryLater(0.0, code)
    return Refused(code, account=not code.startswith(OF_THE_MESSAGE))
