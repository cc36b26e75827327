"""Write the contracts from the services' own classes: AsyncAPI 3 documents and JSON schemas in shared/contracts.

`python -m deploy.contracts` writes them; a test fails when what is checked in differs from what the services do.
"""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from services.dispatch.domain.actions import ACTIONS
from services.notify.messages import NAMES, FeedData
from shared.messaging.hears import Hears, Receives
from shared.messaging.message import Message

ROOT = Path(__file__).parents[1] / "shared" / "contracts"
SERVICES = ("intake", "dispatch", "callback", "notify", "board")
OUTSIDE = {  # what services hear from outside, by queue: exchange, routing keys, what it is
    "dispatch.actions": (
        "actions",
        [f"*.{action}" for action in ACTIONS],
        "actions of members",
    ),
    "notify.actions": (
        "actions",
        ["*.catch_up", "*.read"],
        "members who say what they have read, and ask for what they missed",
    ),
}
FEED = {f"feed.{name}.v1" for name in NAMES}  # what notify says to whoever has subscribed, on the exchange `feed`
FEED_SCHEMA = "messages/feed.schema.json"


def message_classes(service: str) -> list[type[Message]]:
    """What a service says: the message classes in its messages.py whose type begins with its name."""
    module = importlib.import_module(f"services.{service}.messages")
    found = [
        cls
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, Message) and cls.TYPE.startswith(f"{service}.")
    ]
    return sorted(found, key=lambda cls: cls.TYPE)


def entrypoints(service: str) -> list[Hears | Receives]:
    """What a service hears, from its nameko class."""
    module: ModuleType = importlib.import_module(f"services.{service}.service")
    cls = getattr(module, f"{service.capitalize()}Service")
    found = [
        entrypoint
        for _, method in inspect.getmembers(cls, inspect.isfunction)
        for entrypoint in getattr(method, "nameko_entrypoints", ())
        if isinstance(entrypoint, (Hears, Receives))
    ]
    return sorted(found, key=lambda entrypoint: entrypoint.queue)


def schema_of(cls: type[Schema]) -> dict[str, Any]:
    """JSON schema (2020-12) of a message's data."""
    spec = APISpec("contracts", "1", "3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=lambda schema: None)])
    plugin = spec.plugins[0]
    assert isinstance(plugin, MarshmallowPlugin) and plugin.converter
    body = plugin.converter.schema2jsonschema(cls())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": getattr(cls, "TYPE", "feed"),
        "title": cls.__name__,
        "description": inspect.getdoc(cls) or "",
        **body,
    }


def document_of(service: str) -> dict[str, Any]:
    """The AsyncAPI 3 document of a service: what it says, what it hears, in which queues."""
    said = message_classes(service)
    module = importlib.import_module(f"services.{service}.service")
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for cls in said:
        channels[_key(cls.TYPE)] = _channel(cls.TYPE, inspect.getdoc(cls) or "")
        operations[f"say_{_key(cls.TYPE)}"] = {"action": "send", "channel": _ref(cls.TYPE)}
    if service == "notify":
        channels["feed"], operations["say_feed"] = _feed()
    for entrypoint in entrypoints(service):
        for name, operation, channel in _receive(service, entrypoint):
            operations[name] = operation
            channels.setdefault(operation["channel"]["$ref"].rpartition("/")[2], channel)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Wangge {service}",
            "version": "1.0.0",
            "x-service": service,
            "description": (inspect.getdoc(module) or "").splitlines()[0],
        },
        "defaultContentType": "application/cloudevents-batch+json",
        "channels": dict(sorted(channels.items())),
        "operations": dict(sorted(operations.items())),
    }


def _feed() -> tuple[dict[str, Any], dict[str, Any]]:
    """The exchange `feed` as a channel, and that notify sends to it."""
    channel = {
        "address": "{transition}.{category}.{area}",
        "description": "What has happened to cases, one thin CloudEvent each: for systems that have subscribed. "
        "The area comes last, as the path of areas from the town down (`330822111.330822111201.g0301`; `-`: in none): "
        "so `*.*.330822111.#` is a part of the town with all below it. Positions only grow; a queue misses those that "
        "nobody with a queue has subscribed to.",
        "parameters": {"transition": {"enum": list(NAMES)}, "category": {}, "area": {}},
        "messages": {
            _key(kind): {
                "name": kind,
                "contentType": "application/cloudevents+json",
                "payload": {"$ref": FEED_SCHEMA},
            }
            for kind in sorted(FEED)
        },
    }
    return channel, {"action": "send", "channel": {"$ref": "#/channels/feed"}, "x-exchange": "feed"}


def _receive(service: str, entrypoint: Hears | Receives) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    queue = f"{service}.{entrypoint.queue}"
    if isinstance(entrypoint, Hears):
        return [
            (
                f"hear_{entrypoint.queue}_{_key(kind)}",
                {
                    "action": "receive",
                    "channel": _ref(kind),
                    "x-queue": queue,
                    "x-exchange": "messages",
                    "x-keys": ["*.*.*" if kind == "*" else kind],
                },
                _channel(kind, ""),
            )
            for kind in sorted(entrypoint.classes)
        ]
    if queue not in OUTSIDE:  # the queues of sources are declared with the sources
        channel = {
            "address": "{source}.{lane}",
            "description": "reports of upstream platforms and members",
            "parameters": {"source": {}, "lane": {"enum": ["urgent", "normal"]}},
        }
        return [
            (
                f"hear_{entrypoint.queue}",
                {"action": "receive", "channel": {"$ref": "#/channels/reports"}, "x-exchange": "reports"},
                channel,
            )
        ]
    exchange, keys, what = OUTSIDE[queue]
    channel = {"address": "{member}.{action}", "description": what, "parameters": {"member": {}, "action": {}}}
    return [
        (
            f"hear_{entrypoint.queue}",
            {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{exchange}"},
                "x-queue": queue,
                "x-exchange": exchange,
                "x-keys": keys,
            },
            channel,
        )
    ]


def _channel(kind: str, text: str) -> dict[str, Any]:
    if kind == "*":
        return {
            "address": "{type}.{lane}",
            "description": "every message of every service",
            "parameters": {"type": {}, "lane": {"enum": ["urgent", "normal"]}},
        }
    return {
        "address": f"{kind}.{{lane}}",
        "description": text,
        "parameters": {"lane": {"enum": ["urgent", "normal"]}},
        "messages": {_key(kind): {"name": kind, "payload": {"$ref": f"messages/{kind}.schema.json"}}},
    }


def _ref(kind: str) -> dict[str, str]:
    return {"$ref": f"#/channels/{_key(kind)}"}


def _key(kind: str) -> str:
    return "everything" if kind == "*" else kind.replace(".", "_")


def contracts() -> dict[Path, str]:
    """Every contract file with the text it must have."""
    files = {}
    for service in SERVICES:
        text = yaml.safe_dump(document_of(service), sort_keys=False, allow_unicode=True, width=120)
        files[ROOT / f"{service}.asyncapi.yaml"] = text
        for cls in message_classes(service):
            files[ROOT / "messages" / f"{cls.TYPE}.schema.json"] = (
                json.dumps(schema_of(cls), indent=2, ensure_ascii=False) + "\n"
            )
    files[ROOT / FEED_SCHEMA] = json.dumps(schema_of(FeedData), indent=2, ensure_ascii=False) + "\n"
    return files


if __name__ == "__main__":
    for path, text in contracts().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(contracts())} contracts written to {ROOT.relative_to(Path.cwd())}")
