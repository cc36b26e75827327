"""Each channel against a provider that lies as the real one does: what is said of it is what happened."""

from __future__ import annotations

import datetime as dt
import socket
import sys
from collections.abc import Iterator
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any

import pytest

from services.notify.channels import Account, Delivery, Web, channels, redacted
from services.notify.channels.dingtalk_robot import signed as robot_sign
from services.notify.channels.protocol import fitted
from services.notify.channels.sms_aliyun import canonical_query
from services.notify.channels.sms_aliyun import signed as aliyun_sign
from services.notify.channels.sms_tencent import signed as tencent_sign
from services.notify.domain.deliveries import Words
from services.notify.domain.kinds import KINDS
from services.notify.domain.outcomes import (
    ACCOUNT,
    PROVIDER,
    TARGET,
    Delivered,
    Outcome,
    Refused,
    TryLater,
    Uncertain,
    why_of,
)
from tests.support.mail_server import MailServer, mail_server
from tests.support.providers import HOOK, SECRET, TOKEN, Lie, Providers, providers

WORDS = Words("新任务", "路灯不亮(第1网格),请于 11-30 18:00 前办结。", "https://town.example/o/1")
LISTED = [ip_network("127.0.0.0/8")]
SECRETS = {
    "dingtalk_robot": {"access_token": TOKEN, "secret": SECRET},
    "dingtalk_work": {"app_key": "key", "app_secret": "app-secret-0123"},
    "wecom_robot": {"key": TOKEN},
    "wecom_app": {"secret": "corp-secret-0123"},
    "sms_aliyun": {"access_key_id": "id-0123", "access_key_secret": "aliyun-secret"},
    "sms_tencent": {"secret_id": "id-0123", "secret_key": "tencent-secret"},
    "webhook": {"secret": HOOK},
}
SETTINGS = {
    "dingtalk_work": {"agent_id": "7"},
    "wecom_app": {"corp_id": "corp", "agent_id": "7"},
    "sms_aliyun": {"sign_name": "球川镇", "template_code": "SMS_1"},
    "sms_tencent": {"app_id": "1", "sign_name": "球川镇", "template_id": "2"},
}
TARGETS = {"dingtalk_work": "u1", "wecom_app": "u1", "sms_aliyun": "13812345678", "sms_tencent": "13812345678"}
OVER_HTTP = sorted(SECRETS)


@pytest.fixture
def world() -> Iterator[Providers]:
    with providers(hold=1.6) as server:
        yield server


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server(hold=1.6) as server:
        yield server


def account(world: Providers, channel: str, **secrets: str) -> Account:
    url = {"url": f"{world.url}/hook" if channel == "webhook" else world.url}
    settings = dict(KINDS[channel].defaults) | SETTINGS.get(channel, {}) | url
    return Account(f"a-{channel}", channel, settings, SECRETS[channel] | secrets)


def delivery(channel: str, number: int = 1, target: str | None = None, words: Words = WORDS) -> Delivery:
    return Delivery(f"00000000-0000-7000-8000-{number:012}", target or TARGETS.get(channel, ""), words, "P3")


WEB = Web(LISTED, 1.0)


def send(world: Providers, channel: str, lie: Lie | None = None, **how: Any) -> Outcome:
    if lie:
        world.lies[channel].append(lie)
    given = account(world, channel, **how.pop("secrets", {}))
    return channels(WEB)[channel].send(delivery(channel, **how), given)


@pytest.mark.parametrize("channel", OVER_HTTP)
def test_what_arrives_is_delivered(world: Providers, channel: str) -> None:
    outcome = send(world, channel)
    assert isinstance(outcome, Delivered), outcome
    (effect,) = world.effects
    assert effect.channel == channel and "路灯不亮" in effect.text
    assert effect.target.endswith(TARGETS.get(channel, effect.target))


@pytest.mark.parametrize("channel", OVER_HTTP)
@pytest.mark.parametrize("kind", ["hang", "cut"])
def test_no_answer_after_it_was_sent_is_uncertain(world: Providers, channel: str, kind: str) -> None:
    assert isinstance(send(world, channel, Lie(kind)), Uncertain)
    assert len(world.effects) == 1, "it has arrived"


@pytest.mark.parametrize("channel", OVER_HTTP)
def test_nobody_there_is_later(world: Providers, channel: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = {"url": f"http://127.0.0.1:{taken.getsockname()[1]}/hook"}
        given = account(world, channel)
        alone = Account("a", channel, given.settings | url, given.secrets)
        outcome = channels(WEB)[channel].send(delivery(channel), alone)
    assert isinstance(outcome, TryLater) and outcome.of == PROVIDER, outcome


@pytest.mark.parametrize("channel", OVER_HTTP)
@pytest.mark.parametrize(
    ("status", "kind", "more"),
    [
        (429, TryLater, {"after": 7.0, "of": ACCOUNT}),
        (500, TryLater, {"of": PROVIDER}),
        (503, TryLater, {"of": PROVIDER}),
        (502, Uncertain, {}),
        (504, Uncertain, {}),
        (302, Refused, {"account": True}),
        (404, Refused, {"account": True}),
    ],
)
def test_statuses(world: Providers, channel: str, status: int, kind: type, more: dict[str, Any]) -> None:
    outcome = send(world, channel, Lie("status", status))
    assert isinstance(outcome, kind), outcome
    assert {name: getattr(outcome, name) for name in more} == more
    assert not world.effects


CODES: list[tuple[str, Any, type, dict[str, Any]]] = [
    ("dingtalk_robot", 130101, TryLater, {"after": 600.0, "of": ACCOUNT}),
    ("dingtalk_robot", 310000, Refused, {"account": True}),
    ("dingtalk_robot", -1, TryLater, {"of": PROVIDER}),
    ("dingtalk_robot", 430101, Refused, {"account": False}),
    ("dingtalk_work", 90018, TryLater, {"of": ACCOUNT}),
    ("dingtalk_work", 33012, Refused, {"account": False}),
    ("wecom_robot", 45009, TryLater, {"of": ACCOUNT}),
    ("wecom_robot", 93000, Refused, {"account": True}),
    ("wecom_app", 45009, TryLater, {"of": ACCOUNT}),
    ("wecom_app", 60020, Refused, {"account": True}),
    ("wecom_app", 81013, Refused, {"account": False}),
    ("sms_aliyun", "isv.BUSINESS_LIMIT_CONTROL", TryLater, {"of": TARGET}),
    ("sms_aliyun", "isv.AMOUNT_NOT_ENOUGH", Refused, {"account": True}),
    ("sms_aliyun", "isv.MOBILE_NUMBER_ILLEGAL", Refused, {"account": False}),
    ("sms_aliyun", "Throttling.User", TryLater, {"of": ACCOUNT}),
    ("sms_tencent", "LimitExceeded.PhoneNumberThirtySecondLimit", TryLater, {"after": 30.0, "of": TARGET}),
    ("sms_tencent", "AuthFailure.SignatureFailure", Refused, {"account": True}),
    ("sms_tencent", "InvalidParameterValue.IncorrectPhoneNumber", Refused, {"account": False}),
    ("sms_tencent", "InternalError.Timeout", TryLater, {"of": PROVIDER}),
]


@pytest.mark.parametrize(("channel", "code", "kind", "more"), CODES)
def test_an_error_code_is_never_delivered(
    world: Providers, channel: str, code: Any, kind: type, more: dict[str, Any]
) -> None:
    outcome = send(world, channel, Lie("code", code))
    assert isinstance(outcome, kind), outcome
    assert {name: getattr(outcome, name) for name in more} == more


def test_a_robot_that_has_said_too_much_says_so(world: Providers) -> None:
    world.limit = (2, 60.0)
    outcomes = [send(world, "dingtalk_robot", number=number) for number in range(3)]
    assert [type(one) for one in outcomes] == [Delivered, Delivered, TryLater]


def test_a_wrong_signature_is_the_accounts_fault(world: Providers) -> None:
    outcome = send(world, "dingtalk_robot", secrets={"secret": "another"})
    assert isinstance(outcome, Refused) and outcome.account


def test_the_same_to_wecom_again_has_one_effect(world: Providers) -> None:
    assert isinstance(send(world, "wecom_app", Lie("cut")), Uncertain)
    assert isinstance(send(world, "wecom_app"), Delivered)
    assert len(world.effects) == 1


def test_wecom_says_ok_for_a_stranger(world: Providers) -> None:
    assert isinstance(send(world, "wecom_app", target="stranger"), Refused)


def test_a_stale_token_is_asked_for_again(world: Providers) -> None:
    for channel in ("wecom_app", "dingtalk_work"):
        known = channels(WEB)[channel]
        for number in (1, 2):
            words = WORDS._replace(text=f"路灯不亮 {number}")
            outcome = known.send(delivery(channel, words=words), account(world, channel))
            assert isinstance(outcome, Delivered), outcome
            world.tokens.clear()
        assert world.called("token") >= 2


def test_without_a_token_nothing_has_gone_out(world: Providers) -> None:
    world.lies["token"].append(Lie("cut"))
    assert isinstance(send(world, "wecom_app"), TryLater)
    world.lies["token"].append(Lie("code", 40001))
    outcome = send(world, "dingtalk_work")
    assert isinstance(outcome, Refused) and outcome.account


RESULTS: list[tuple[dict[str, Any], type]] = [
    ({}, TryLater),
    ({"unread_user_id_list": ["u1"]}, Delivered),
    ({"unread_user_id_list": ["u1"], "read_user_id_list": ["u1"]}, Delivered),
    ({"forbidden_user_id_list": ["u1"]}, Refused),
    ({"failed_user_id_list": ["u1"]}, Refused),
    ({"invalid_user_id_list": ["u1"]}, Refused),
    ({"read_user_id_list": ["somebody-else"]}, TryLater),
    ({"read_user_id_list": None}, TryLater),
]


@pytest.mark.parametrize(("result", "kind"), RESULTS)
def test_accepted_by_dingtalk_is_not_delivered(world: Providers, result: dict[str, Any], kind: type) -> None:
    known: Any = channels(WEB)["dingtalk_work"]
    accepted = known.send(delivery("dingtalk_work"), account(world, "dingtalk_work"))
    assert isinstance(accepted, Delivered) and accepted.receipt
    world.results[accepted.receipt] = [result]
    assert isinstance(known.receipt(accepted.receipt, delivery("dingtalk_work"), account(world, "dingtalk_work")), kind)


def test_receipts_of_sms_come_late_and_twice(world: Providers) -> None:
    known: Any = channels(WEB)["sms_aliyun"]
    accepted = known.send(delivery("sms_aliyun"), account(world, "sms_aliyun"))
    answers = [known.receipt(accepted.receipt, delivery("sms_aliyun"), account(world, "sms_aliyun")) for _ in range(4)]
    assert [type(answer) for answer in answers] == [TryLater, TryLater, Delivered, Delivered]
    world.results[accepted.receipt.partition("/")[2]] = [{"SendStatus": 2, "ErrCode": "MOBILE_NOT_ON_SERVICE"}]
    assert isinstance(known.receipt(accepted.receipt, delivery("sms_aliyun"), account(world, "sms_aliyun")), Refused)


def test_receipts_of_tencent(world: Providers) -> None:
    known: Any = channels(WEB)["sms_tencent"]
    accepted = known.send(delivery("sms_tencent"), account(world, "sms_tencent"))
    ask = (delivery("sms_tencent"), account(world, "sms_tencent"))
    assert isinstance(known.receipt(accepted.receipt, *ask), Delivered)
    assert isinstance(known.receipt("another", *ask), TryLater)


# signatures: of the clouds the examples of their own documentation


def test_the_signature_of_a_robot() -> None:
    """As `openssl dgst -sha256 -hmac` makes it."""
    assert robot_sign("this is secret", 1577808000.0) == {
        "timestamp": "1577808000000",
        "sign": "ijHEivi6YiCNPZOq4hZstmvZ3sPfbioAiMhP30ae7W0=",
    }


def test_the_signature_of_aliyun() -> None:
    query = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    secrets = {"access_key_id": "YourAccessKeyId", "access_key_secret": "YourAccessKeySecret"}
    at, nonce = dt.datetime(2023, 10, 26, 10, 22, 32), "3156853299f313e23d1673dc12e1703d"
    host = "ecs.cn-shanghai.aliyuncs.com"
    headers = aliyun_sign(host, "RunInstances", "2014-05-26", canonical_query(query), at, nonce, secrets)
    assert headers["Authorization"].endswith("06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def test_the_signature_of_tencent() -> None:
    payload = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    secrets = {"secret_id": "AKID" + "*" * 32, "secret_key": "*" * 32}
    at = dt.datetime.fromtimestamp(1551113065, dt.UTC)
    headers = tencent_sign("cvm.tencentcloudapi.com", "cvm", "DescribeInstances", payload, at, secrets)
    assert headers["Authorization"].endswith("10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f")


# e-mail


def mail_account(mail: MailServer, **settings: str) -> Account:
    given = {"host": "127.0.0.1", "port": str(mail.port), "security": "none", "user": ""}
    return Account("mail", "email", given | {"sender": "网格 <grid@town.example>"} | settings, {})


def mailed(mail: MailServer, to: str = "m001@town.example", **settings: str) -> Outcome:
    return channels(WEB)["email"].send(delivery("email", target=to), mail_account(mail, **settings))


def test_a_mail_arrives_whole(mail: MailServer) -> None:
    words = WORDS._replace(text="first\n.\n..second\nФ 路灯")
    given = delivery("email", target="m001@town.example", words=words)
    assert isinstance(channels(WEB)["email"].send(given, mail_account(mail)), Delivered)
    (message,) = mail.effects
    raw = message.get_payload(decode=True)
    assert isinstance(raw, bytes) and raw.decode().replace("\r\n", "\n").startswith("first\n.\n..second\nФ 路灯")
    assert message["Message-ID"] == f"<{given.id}@town.example>"


@pytest.mark.parametrize(
    ("step", "answer", "kind", "effects"),
    [
        ("EHLO", "cut", TryLater, 0),
        ("MAIL", "450 later", TryLater, 0),
        ("MAIL", "530 who are you", Refused, 0),
        ("RCPT", "450 greylisted", TryLater, 0),
        ("RCPT", "550 no such user", Refused, 0),
        ("RCPT", "hang", TryLater, 0),
        ("DATA", "cut", TryLater, 0),
        ("END", "451 full", TryLater, 0),
        ("END", "554 spam", Refused, 0),
        ("END", "cut", Uncertain, 1),
        ("END", "hang", Uncertain, 1),
    ],
)
def test_where_a_mail_breaks_off(mail: MailServer, step: str, answer: str, kind: type, effects: int) -> None:
    mail.lies.append((step, answer))
    outcome = mailed(mail)
    assert isinstance(outcome, kind), outcome
    assert len(mail.effects) == effects


def test_mail_needs_tls_or_a_listed_network(mail: MailServer) -> None:
    outcome = channels(Web((), 1.0))["email"].send(delivery("email", target="a@b.example"), mail_account(mail))
    assert isinstance(outcome, Refused) and "127.0.0.1" in outcome.reason
    outcome = mailed(mail, security="starttls")
    assert isinstance(outcome, Refused) and outcome.account, "a server without TLS is not given the message"


@pytest.mark.parametrize("to", ["nobody", "a@b.example\r\nBCC: c@d.example", "", "a b@c.example"])
def test_no_address(mail: MailServer, to: str) -> None:
    given = Delivery("1", to, WORDS, "P3")
    outcome = channels(WEB)["email"].send(given, mail_account(mail))
    assert isinstance(outcome, Refused) or not mail.effects or to == "nobody"
    assert all("c@d" not in str(message) for message in mail.effects)


# safety


@pytest.mark.parametrize("channel", OVER_HTTP)
def test_private_addresses_are_refused_unless_listed(world: Providers, channel: str) -> None:
    outcome = channels(Web((), 1.0))[channel].send(delivery(channel), account(world, channel))
    assert isinstance(outcome, Refused) and outcome.account
    assert not world.calls


@pytest.mark.parametrize("channel", OVER_HTTP)
def test_no_reason_holds_a_secret(world: Providers, channel: str) -> None:
    """Providers repeat the URL that they were called with."""
    for lie in (Lie("code", 12345), Lie("status", 403), Lie("hang"), Lie("cut")):
        world.lies[channel].append(lie)
        given, known = account(world, channel), channels(WEB)[channel]
        outcome = known.send(delivery(channel), given)
        tokens = getattr(known, "tokens", None)
        why = why_of(redacted(outcome, [*given.secrets.values(), *(tokens.secrets() if tokens else ())]))
        assert why or isinstance(outcome, Delivered)
        assert not any(secret in why for secret in (*given.secrets.values(), *world.tokens))
    assert not any(secret in repr(given) for secret in given.secrets.values())


def test_redaction_knows_the_forms_of_a_secret() -> None:
    outcome = redacted(Uncertain("a/b+c= and a%2Fb%2Bc%3D, but not abc"), ["a/b+c=", "abc"])
    assert outcome == Uncertain("*** and ***, but not abc")


def test_texts_are_cut_at_characters() -> None:
    assert fitted("路灯" * 10, 20).encode().__len__() <= 20 and fitted("路灯" * 10, 20).endswith("…")
    assert fitted("路灯", 6) == "路灯"


# apprise


class _Library(SimpleNamespace):
    """As much of Apprise as is used."""

    def Apprise(self) -> Any:
        return SimpleNamespace(add=lambda url: url != "bad://", notify=self.notify)


@pytest.mark.parametrize(
    ("url", "taken", "kind"),
    [
        ("ntfy://topic", True, Delivered),
        ("ntfy://topic", False, Uncertain),
        ("bad://", True, Refused),
        ("dingtalk://token/", True, Refused),
        ("WeComBot://key", True, Refused),
        ("feishu://token", True, Refused),
    ],
)
def test_apprise(monkeypatch: pytest.MonkeyPatch, url: str, taken: bool, kind: type) -> None:
    monkeypatch.setitem(sys.modules, "apprise", _Library(notify=lambda **_: taken))
    outcome = channels(WEB)["apprise"].send(delivery("apprise"), Account("a", "apprise", {}, {"url": url}))
    assert isinstance(outcome, kind)


def test_apprise_that_is_not_installed_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    outcome = channels(WEB)["apprise"].send(delivery("apprise"), Account("a", "apprise", {}, {"url": "ntfy://t"}))
    assert isinstance(outcome, Refused) and "pip install" in outcome.reason
