"""A town whose members are reached on channels too, by providers that lie: DingTalk, WeCom, SMS."""

from __future__ import annotations

import contextlib
import csv
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg2.errors
import yaml

from services.notify.channels import dingtalk_robot, dingtalk_work, sms_aliyun, wecom_app, wecom_robot
from services.notify.channels.protocol import Delivery
from services.notify.domain.deliveries import Words
from tests.chaos.checker.delivering import Intended, Message, Reached, Sent, doubled
from tests.chaos.servers.providers import ProvidersProcess
from tests.chaos.world import World
from tests.support.deliveries import LISTED, account

FREE = [{"count": 10_000, "in": "1 second"}]
ACCOUNTS = {"work-notice": "dingtalk_work", "wecom-app": "wecom_app", "sms": "sms_aliyun"}  # way → kind
PATIENCE = {"CHANNEL_PATIENCE": "1", "WEBHOOK_NETWORKS": LISTED}
NOW = "SELECT clock_timestamp()"
INTENDED = "SELECT key, state, why, due IS NOT NULL, sent_in FROM notifications"
UNTOLD = """SELECT n.member_id || ' ' || n.notice_number FROM notices n
WHERE n.created_at > %s AND n.kind <> 'action_answered' AND NOT EXISTS (
   SELECT FROM notifications o WHERE o.receiver = n.member_id AND o.notice_number = n.notice_number)"""
SENT = """SELECT d.key, d.step, d.person, a.channel, a.settings, d.words, d.state, d.doubtful, d.reason, d.level,
    d.id::text FROM channel_deliveries d LEFT JOIN channel_accounts a USING (account_id)"""
# What would be tried again in minutes or hours is tried now: nobody waits for so long.
HURRY = """
UPDATE notify.channel_deliveries SET due = now() WHERE due > now() AND state <> 'sending';
UPDATE notify.channel_accounts SET blocked_until = NULL WHERE blocked_until IS NOT NULL;
UPDATE notify.provider_breakers SET open_until = now() WHERE open_until > now();
UPDATE notify.notifications SET due = now() WHERE due > now()"""


class Channels:
    """Accounts with lying providers; what comes after it is made has to go out there."""

    patience = 90.0

    def __init__(self, world: World):
        self._world, town = world, world.town
        self._honest = False
        self._providers = ProvidersProcess(world.folder, world.random.getrandbits(32))
        with (town.folder / "members.csv").open(encoding="utf-8", newline="") as file:
            self._phones = {row["member_id"]: row["phone"] for row in csv.DictReader(file)}
        accounts = [account(way, kind, self._providers, world.folder, limits=FREE) for way, kind in ACCOUNTS.items()]
        file = world.folder / "channels.yaml"
        file.write_text(yaml.safe_dump({"accounts": accounts}, allow_unicode=True), encoding="utf-8")
        town.admin("notify", "channels", "add", str(file))
        for process in town.of("notify"):  # one that runs looks once a second whether the town has channels
            process.keep(**PATIENCE)
            process.restart()
        self._since = town.rows("notify", NOW)[0][0]

    def hurry(self) -> None:
        """Nothing waits for its time any more, but what somebody is at just now."""
        for statement in HURRY.split(";"):
            with contextlib.suppress(psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected):
                self._world.as_owner(statement, lock_timeout="1s")

    # what the world asks of its guests

    def settle(self) -> None:
        """The providers are honest now."""
        if not self._honest:
            self._providers.be_honest()
            self._honest = True
        self.hurry()

    def seen(self) -> dict[str, Any]:
        rows = self._world.town.rows
        sent = [self._sent(*row) for row in rows("notify", SENT)]
        noted = self._providers.noted()
        effects, dropped = (
            Counter((one.channel, one.target, one.text) for one in noted if one.what == what)
            for what in ("effect", "dropped")
        )
        reached = Reached(effects, dropped)
        states = Counter(one.state for one in sent)
        self._world.note("deliveries", states=dict(states), doubled_in_doubt=doubled(sent, reached))
        return {
            "intended": [Intended(*row) for row in rows("notify", INTENDED)],
            "untold": [row[0] for row in rows("notify", UNTOLD, self._since)],
            "sent_on_channels": sent,
            "reached": reached,
        }

    def stop(self) -> None:
        self._providers.end()

    def _sent(
        self, key: str, step: int, person: str, kind: str, settings: Any, words: Any, state: str, *rest: Any
    ) -> Sent:
        doubtful, reason, level, number = rest
        message: Message = (kind or "", "", "")
        if kind:
            delivery = Delivery(number, "", Words(**words), level)
            target, text = SAID[kind](person, delivery, settings, self._phones)
            message = (kind, target, text)
        return Sent(key, step, message, state, doubtful, reason)


def _dingtalk(person: str, delivery: Delivery, settings: Any, phones: dict[str, str]) -> tuple[str, str]:
    return f"dingtalk-{person}", _text(dingtalk_robot.message_of(delivery, dingtalk_work.ROOM))


def _wecom(person: str, delivery: Delivery, settings: Any, phones: dict[str, str]) -> tuple[str, str]:
    return f"wecom-{person}", _text(wecom_robot.message_of(delivery, wecom_app.ROOM))


def _sms(person: str, delivery: Delivery, settings: Any, phones: dict[str, str]) -> tuple[str, str]:
    number = phones.get(person, person).removeprefix("+86").removeprefix("+")
    return number, sms_aliyun.json.dumps(sms_aliyun.parameters(settings["template"], delivery), ensure_ascii=False)


def _text(body: dict[str, Any]) -> str:
    shown = body.get("markdown") or body["text"]
    return str(shown.get("content") or shown.get("text"))


SAID: dict[str, Callable[[str, Delivery, Any, dict[str, str]], tuple[str, str]]] = {
    "dingtalk_work": _dingtalk,
    "wecom_app": _wecom,
    "sms_aliyun": _sms,
}
