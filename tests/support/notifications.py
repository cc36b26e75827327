"""Members, areas and cases as notify knows them, and notifications that come to the pipeline of a town."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from services.notify.use_cases import Pages
from shared.http.links import links
from shared.messaging.envelope import Event, new_id
from tests.support.deliveries import Post

AREAS = {"town": None, "v03": "town", "g1": "v03", "g2": "v03"}
ASSIGNED = {"order_id": "o1", "round": 1, "version": 1, "place_text": "一号网格", "why": "duty", "settled": False}


class Board:
    """`post`, with people who can be reached: a DingTalk and a WeCom account and a telephone each, named after them."""

    def __init__(self, post: Post):
        self.post, self.keys = post, post.keys
        self.pages = Pages("", links(post.town.secrets.read("notify", "key_ring"), "notices"))
        areas = [(area, 1, parent, area, "grid") for area, parent in AREAS.items()]
        self.run("INSERT INTO areas VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING", areas)

    def run(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with self.post.town.database("notify") as connection, connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def members(
        self, *names: str, phone: bool = True, chats: Sequence[str] = ("dingtalk", "wecom"), area: str = "g1"
    ) -> None:
        rows = []
        for at, name in enumerate(names):
            record = f"member:{name}"
            number = self.keys.seal(f"1380000{int(name[1:]):04}", record, "phone") if phone else None
            sealed = {chat: self.keys.seal(f"{chat}-{name}", record, chat) for chat in chats}
            rows.append((name, at + 2, name, number, "zh", True, "worker", area, json.dumps(sealed)))
        self.run(
            "INSERT INTO members (member_id, version, name, phone, language, active, role, grid_id, chats) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (member_id) DO UPDATE SET phone = excluded.phone, "
            "chats = excluded.chats, role = excluded.role, grid_id = excluded.grid_id",
            rows,
        )

    def case(self, number: str, area: str = "g1", **more: Any) -> None:
        row = {"number": number, "described": 1, "level": "P3", "kind": "report", "category": "0101", "grid_id": area}
        row |= {"sources": "[]", "opened": 1} | more
        names = ", ".join(row)
        self.run(f"INSERT INTO cases ({names}) VALUES ({', '.join(['%s'] * len(row))})", [list(row.values())])

    def rules(self, folder: Path, section: Mapping[str, Any]) -> None:
        """These routes come into force, by the administrators' command line."""
        file = folder / "rules.yaml"
        file.write_text(yaml.safe_dump({"name": "test", "notify": dict(section)}, allow_unicode=True), encoding="utf-8")
        self.post.town.admin("notify", "load-rules", str(file))

    def tell(self, key: str, receiver: str, kind: str = "work_assigned", count: int = 1, **about: Any) -> None:
        """`count` notifications, each of a message of its own; their texts say the key."""
        facts = {"title": f"「{key}」路灯不亮", "place_text": "一号网格"} | about.pop("facts", {})
        about = {"number": None, "level": "P3", "category": "0101", "notice_number": 1} | about
        rows = [
            {
                "id": new_id(),
                "key": f"{key}/{at}/{receiver}",
                "receiver": receiver,
                "kind": kind,
                "event_id": f"{key}/{at}",
                "facts": facts | ({"title": f"{facts['title']} {at}"} if count > 1 else {}),
                "created_at": None,
            }
            | about
            for at in range(count)
        ]
        with self.post.open_work() as work:
            work.add_notifications([row | {"created_at": work.now()} for row in rows])
            work.commit()

    def publish(self, member: str, number: str, key: str, level: str = "P1") -> None:
        """What dispatch says when a member gets work."""
        data = ASSIGNED | {"member_id": member, "title": f"「{key}」{number}", "level": level, "category": "0101"}
        self.say("dispatch.work_assigned.v1", number, 1, data, "urgent" if level in ("P1", "P2") else "normal")

    def say(self, kind: str, number: str, sequence: int, data: Mapping[str, Any], lane: str = "normal") -> None:
        """A message of another service about a case, on the broker."""
        told = {"number": number} | dict(data)
        now, source = dt.datetime.now(dt.UTC).isoformat(), f"/{self.post.town.name}/{kind.partition('.')[0]}"
        about = {"subject": number, "correlationid": str(uuid.uuid5(uuid.NAMESPACE_OID, number)), "sequence": sequence}
        event = Event(new_id(), kind, source, now, told, lane=lane, **about)
        with self.post.town.broker() as connection:
            connection.channel().basic_publish("messages", f"{kind}.{lane}", event.encode())

    def of(self, key: str) -> list[dict[str, Any]]:
        names = ("state", "why", "reason", "sent_in", "route", "due", "gathered")
        rows = self.post.town.rows(
            "notify", f"SELECT {', '.join(names)} FROM notifications WHERE key LIKE %s ORDER BY id", f"{key}/%"
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def states(self, key: str) -> Counter[str]:
        return Counter(row["state"] for row in self.of(key))

    def hurry(self, key: str) -> None:
        """What is held until later is looked at now: what was told with a key that begins so."""
        self.run("UPDATE notifications SET due = now() WHERE due > now() AND key LIKE %s", [(f"{key}%",)])
