"""A town whose notify delivers over channels, without the rest of the line: wants things said, and looks at them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import yaml

from deploy.provision.servers import Servers
from services.notify import use_cases
from services.notify.domain.deliveries import Wanted, Way, Words
from services.notify.store import Work
from shared.db.pool import Pool
from shared.outbox.unit_of_work import NullRelay, opener
from shared.sealing import KeyRing
from tests.support.providers import HOOK, SECRET, TOKEN
from tests.support.town import TemporaryTown

LISTED = "127.0.0.0/8"
SECRETS = {"dingtalk_robot": {"access_token": TOKEN, "secret": SECRET}, "wecom_robot": {"key": TOKEN}}
SECRETS |= {"webhook": {"secret": HOOK}, "wecom_app": {"secret": "corp-secret-0123"}}
SECRETS |= {"dingtalk_work": {"app_key": "key-0123", "app_secret": "app-secret-0123"}}
SECRETS |= {"sms_aliyun": {"access_key_id": "id-0123", "access_key_secret": "aliyun-secret"}}
SECRETS |= {"sms_tencent": {"secret_id": "id-0123", "secret_key": "tencent-secret"}}
SETTINGS: dict[str, dict[str, str]] = {
    "dingtalk_work": {"agent_id": "7"},
    "wecom_app": {"corp_id": "corp", "agent_id": "7"},
    "sms_aliyun": {"sign_name": "球川镇", "template_code": "SMS_1"},
    "sms_tencent": {"app_id": "1", "sign_name": "球川镇", "template_id": "2"},
}


class Provided(Protocol):
    """Who provides channels."""

    @property
    def url(self) -> str: ...


def account(name: str, channel: str, world: Provided, tmp_path: Path, **more: Any) -> dict[str, Any]:
    """As in channels.yaml; its secrets in files."""
    secrets = {}
    for secret, value in SECRETS[channel].items():
        path = tmp_path / f"{channel}.{secret}"
        path.write_text(value, encoding="utf-8")
        secrets[secret] = {"file": str(path)}
    url = f"{world.url}/hook" if channel == "webhook" else world.url
    settings = SETTINGS.get(channel, {}) | {"url": url}
    return {"name": name, "channel": channel, "settings": settings, "secrets": secrets} | more


class Post:
    """What one wants said in a town, and what became of it."""

    def __init__(self, town: TemporaryTown):
        self.town = town
        self.keys = KeyRing(town.secrets.read("notify", "key_ring"))
        pool = Pool(town.secrets.read("notify", "database_url"), 2, "test")
        self.open_work = opener(pool, NullRelay(), f"/{town.name}/notify", Work)

    def set_accounts(self, folder: Path, accounts: Sequence[dict[str, Any]], **more: Any) -> str:
        """By the administrators' command line."""
        file = folder / "channels.yaml"
        file.write_text(yaml.safe_dump({"accounts": list(accounts)} | more, allow_unicode=True), encoding="utf-8")
        return self.town.admin("notify", "channels", "add", str(file))

    def want(self, *keys: str, ways: Sequence[Way], level: str = "P3", **more: Any) -> list[str]:
        """Something to say for each key; its text says the key."""
        given: dict[str, Any] = {"about": "n-1", "person": "m001"} | more
        wanted = [
            Wanted(key=key, words=Words("新任务", f"[{key}] 路灯不亮"), ways=tuple(ways), level=level, **given)
            for key in keys
        ]
        with self.open_work() as work:
            new = use_cases.deliver(wanted, work, self.keys)
            work.commit()
        return new

    def rows(self, like: str = "%") -> list[dict[str, Any]]:
        """Every delivery, the steps of one key in order."""
        names = ("key", "step", "state", "reason", "attempts", "account_id", "doubtful", "id")
        found = self.town.rows(
            "notify",
            "SELECT key, step, state, reason, attempts, account_id, doubtful, id::text FROM channel_deliveries "
            "WHERE key LIKE %s ORDER BY key, step",
            like,
        )
        return [dict(zip(names, row, strict=True)) for row in found]

    def states(self, like: str = "%") -> Counter[str]:
        return Counter(row["state"] for row in self.rows(like))

    def one(self, key: str) -> dict[str, Any]:
        (row,) = self.rows(key)
        return row

    def run(self, statement: str) -> None:
        with self.town.database("notify") as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def hurry(self) -> None:
        """Nobody waits for minutes in a test: what is to be looked at later is looked at now."""
        self.run("UPDATE channel_deliveries SET due = now() WHERE due > now() AND state <> 'sending'")


@contextmanager
def post_office(servers: Servers, folder: Path, logs: Path) -> Iterator[Post]:
    """A town in which nothing runs yet."""
    with TemporaryTown(servers, folder, services=("notify",), logs=logs) as town:
        post = Post(town)
        post.run("INSERT INTO areas VALUES ('t', 1, NULL, '小镇', 'township')")
        post.run("INSERT INTO members VALUES ('m001', 1, 'm001', NULL, 'zh', true)")
        post.run("INSERT INTO areas VALUES ('town', 1, NULL, 'town', 'township')")  # without one it is not ready
        yield post
