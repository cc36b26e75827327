"""What the services say to each other is what is checked in, and every consumer reads every example."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from deploy.contracts import FEED, FEED_SCHEMA, OUTSIDE, ROOT, SERVICES, contracts, entrypoints, message_classes
from services.notify.messages import FeedData
from shared.messaging.envelope import LANES, decode
from shared.messaging.hears import Hears, Receives
from shared.messaging.message import Message
from shared.messaging.topology import queues_of_services

REPOSITORY = ROOT.parents[1]
NOT_GENERATED = ("decisions", "examples")
NOT_GENERATED_FILES = ("openapi.yaml", "__init__.py")
SAID = {cls.TYPE: cls for service in SERVICES for cls in message_classes(service)}
EXAMPLES = sorted((ROOT / "examples").glob("*/*"))


def _hearers() -> dict[str, list[type[Message]]]:
    """The classes that a message type is read with, of all services; those that hear everything are under `*`."""
    found: dict[str, list[type[Message]]] = defaultdict(list)
    for service in SERVICES:
        for entrypoint in entrypoints(service):
            if isinstance(entrypoint, Hears):
                for kind, cls in entrypoint.classes.items():
                    found[kind].append(cls)
    return found


HEARERS = _hearers()


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def test_the_contracts_are_what_the_services_do() -> None:
    wrong = [
        path.relative_to(ROOT)
        for path, text in contracts().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not wrong, f"these contracts differ from the services' classes: run `make contracts`: {wrong}"


def test_no_contract_is_left_over() -> None:
    found = {
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.relative_to(ROOT).parts[0] not in (*NOT_GENERATED, *NOT_GENERATED_FILES)
    }
    assert not found - contracts().keys(), "no service says or hears these: delete them"


@pytest.mark.parametrize("path", EXAMPLES, ids=_name)
def test_an_example_is_an_event_of_its_folder(path: Path) -> None:
    assert path.suffix == ".json" and path.stem.isdigit(), "name examples 1.json, 2.json, …"
    events = decode(path.read_bytes())
    assert len(events) == 1 and isinstance(json.loads(path.read_bytes()), dict), "one CloudEvent per file"
    assert events[0].type == path.parent.name
    said_by = "notify" if events[0].type in FEED else events[0].type.partition(".")[0]
    assert events[0].source.rpartition("/")[2] == said_by


@pytest.mark.parametrize("path", EXAMPLES, ids=_name)
def test_an_example_fits_its_schema(path: Path) -> None:
    name = FEED_SCHEMA if path.parent.name in FEED else f"messages/{path.parent.name}.schema.json"
    schema = json.loads((ROOT / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(decode(path.read_bytes())[0].data)


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path.parent.name not in FEED], ids=_name)
def test_every_consumer_reads_the_example(path: Path) -> None:
    event = decode(path.read_bytes())[0]
    for cls in [*HEARERS[event.type], *HEARERS["*"], SAID[event.type]]:
        heard = cls.heard(event)
        for name in cls.schema().fields:
            getattr(heard, name)


@pytest.mark.parametrize("kind", sorted(SAID))
def test_every_message_has_an_example(kind: str) -> None:
    assert [path for path in EXAMPLES if path.parent.name == kind], f"add shared/contracts/examples/{kind}/1.json"


def test_the_feed_has_examples_and_says_nothing_else() -> None:
    """Those outside read what stands there: one shape for all that happens, and no field more."""
    found = [path for path in EXAMPLES if path.parent.name in FEED]
    assert len({path.parent.name for path in found}) >= 2
    fields = FeedData().fields.keys()
    for path in found:
        event = decode(path.read_bytes())[0]
        assert event.data.keys() == fields and event.data["transition"] == event.type.split(".")[1]


def test_what_is_heard_is_said_and_what_is_said_is_heard() -> None:
    assert HEARERS.keys() - {"*"} <= SAID.keys(), "somebody hears what nobody says"
    assert SAID.keys() <= HEARERS.keys(), "somebody says what only the journal hears"


def test_every_message_belongs_to_one_service() -> None:
    said = [cls.TYPE for service in SERVICES for cls in message_classes(service)]
    assert len(said) == len(set(said)), "two classes of a service say the same type"


def _wanted_bindings(service: str, entrypoint: Hears | Receives) -> dict[str, set[tuple[str, str]]]:
    """The queues that an entrypoint reads, with the bindings that it needs."""
    queue = f"{service}.{entrypoint.queue}"
    if isinstance(entrypoint, Hears):
        keys = ["*.*.*" if kind == "*" else kind for kind in entrypoint.classes]
        return {f"{queue}.{lane}": {("messages", f"{key}.{lane}") for key in keys} for lane in LANES}
    if entrypoint.queues_of:  # the report queues: declared with the sources, in queues_of_source
        return {}
    exchange, keys, _ = OUTSIDE[queue]
    return {queue: {(exchange, key) for key in keys}}


@pytest.mark.parametrize("service", SERVICES)
def test_every_queue_that_is_read_is_declared_with_its_bindings(service: str) -> None:
    declared = {queue.name: set(queue.bindings) for queue in queues_of_services()}
    wanted: dict[str, set[tuple[str, str]]] = {f"{service}.dead": set()}
    for entrypoint in entrypoints(service):
        wanted |= _wanted_bindings(service, entrypoint)
    assert wanted == {name: keys for name, keys in declared.items() if name.startswith(f"{service}.")}


@pytest.mark.parametrize("service", SERVICES)
def test_the_asyncapi_document_holds_together(service: str) -> None:
    document = yaml.safe_load((ROOT / f"{service}.asyncapi.yaml").read_text(encoding="utf-8"))
    assert document["asyncapi"] == "3.0.0"
    assert document["info"]["title"] and document["info"]["version"]
    channels = document["channels"]
    for operation in document["operations"].values():
        assert operation["action"] in ("send", "receive")
        prefix, _, name = operation["channel"]["$ref"].rpartition("/")
        assert prefix == "#/channels" and name in channels, f"{name} is no channel"
    for channel in channels.values():
        _check_channel(channel)


def _check_channel(channel: dict[str, Any]) -> None:
    parameters = {part.split("}")[0] for part in channel["address"].split("{")[1:]}
    assert parameters == set(channel.get("parameters", {})), channel["address"]
    for message in channel.get("messages", {}).values():
        assert (ROOT / message["payload"]["$ref"]).is_file(), message["payload"]["$ref"]


def test_examples_are_only_ever_added() -> None:
    """What was once said may still lie in a queue or in a journal: an example that was checked in stays as it is."""
    folder = str((ROOT / "examples").relative_to(REPOSITORY))
    history = _git("log", "--diff-filter=MD", "--no-renames", "--name-only", "--format=", "--", folder)
    changed = _git("diff", "--diff-filter=MD", "--no-renames", "--name-only", "HEAD", "--", folder)
    assert not history + changed, "add another example instead (2.json, …)"


def _git(*arguments: str) -> list[str]:
    """Lines of git's answer; skips the test where there is no history, as in an unpacked archive."""
    try:
        done = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("git is not installed")
    if done.returncode:
        pytest.skip(f"no git history here: {done.stderr.strip()[:200]}")
    return done.stdout.split()
