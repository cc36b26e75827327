"""Subscribers of a running town, outside systems that hear what happens: add one, change it, end it. 管理订阅系统.

A subscriber has a broker user that may hear what was chosen for it and do nothing else, and a durable queue
`feed.<name>`, by AMQP; by MQTT it may subscribe to the same. Nothing needs a restart, and each command may be repeated.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Collection, Iterable
from tempfile import NamedTemporaryFile
from typing import Any

import yaml

from deploy.provision import broker, database, rights
from deploy.provision.commandline import Town, run
from deploy.provision.hearing import KIND, Hearing, hearing, keep, kept
from deploy.provision.names import PATROL, ProvisionError, check_client, user_of, vhost_of
from deploy.provision.secrets import Secrets
from deploy.provision.servers import Management, Servers, part
from services.notify.domain.transitions import name_of
from shared.messaging import topology

MOST_KEYS = 500  # bindings of one queue
REASON = "chosen with the command subscribers"  # by which it knows its own subscriptions again


def show(town: Town, arguments: argparse.Namespace) -> str:
    """All subscribers, with what they may hear and how much waits for them."""
    api, vhost = Management(town.servers.amqp_admin_url), part(vhost_of(town.name))
    lines = []
    for name, heard in kept_now(town.secrets).items():
        queue = api.get(f"queues/{vhost}/{part(f'feed.{name}')}") or {}
        state = f"{queue.get('messages', 0)} wait, {queue.get('consumers', 0)} read"
        lines.append(f"{name:20} {state:20} {heard.shown()}")
    return "\n".join(lines) or "there are no subscribers 无"


def add(town: Town, arguments: argparse.Namespace) -> str:
    """Rights, then bindings, then notify says it: nothing comes that it may not hear, and nothing goes astray."""
    name, heard = arguments.name, _chosen(town, arguments)
    _check_name(town, name)
    before = kept_now(town.secrets).get(name, heard)
    if not arguments.dry_run:
        keep(town.secrets, name, heard)
        _connect(town, name, heard)
        if before != heard:  # who is connected keeps the rights of before
            broker.disconnect(town.servers, user_of(town.name, name))
            broker.drop_phones(town.servers, town.name, name)
        have_queues(town.servers, town.name, name, heard, afresh=True)
        _subscribe(town, name, heard.subscriptions())
    return f"{name}: {heard.shown()}\nits queue is feed.{name}\n{_where(town, name)}"


def rotate(town: Town, arguments: argparse.Namespace) -> str:
    """A new password; whoever is connected with the old one is cut off."""
    heard = _known(town, arguments.name)
    if not arguments.dry_run:
        town.secrets.path(KIND, arguments.name, "amqp_uri").unlink(missing_ok=True)
        _connect(town, arguments.name, heard)
        broker.disconnect(town.servers, user_of(town.name, arguments.name))
    told = f"{arguments.name}: a new password, and the connections with the old one are closed"
    return f"{told}\n{_where(town, arguments.name)}"


def end(town: Town, arguments: argparse.Namespace) -> str:
    """First the credentials, then what waits for it."""
    name = arguments.name
    _known(town, name)
    if not arguments.dry_run:
        broker.end_user(town.servers, user_of(town.name, name))
        _subscribe(town, name, [])
        api, vhost = Management(town.servers.amqp_admin_url), part(vhost_of(town.name))
        for queue in topology.queues_of_subscriber(name):
            api.delete(f"queues/{vhost}/{part(queue.name)}")
        broker.drop_phones(town.servers, town.name, name)
        shutil.rmtree(town.secrets.path(KIND, name))
    return f"{name}: its user, its queues and its password are gone"


def kept_now(secrets: Secrets) -> dict[str, Hearing]:
    """The subscribers of a town, with what they may hear as its areas lie now."""
    known = kept(secrets)
    parents = database.areas_of_notify(secrets) if known else {}
    return {name: hearing(chosen, parents) for name, chosen in known.items()}


def have_queues(servers: Servers, town: str, name: str, heard: Hearing, afresh: bool = False) -> int:
    """Its queues, bound to no more than it may hear: to all of it when it is bound to nothing, or `afresh`; what it has
    chosen of it itself stays. Returns how many queues there are."""
    path = f"queues/{part(vhost_of(town))}/{part(f'feed.{name}')}/bindings"
    rows = Management(servers.amqp_admin_url).get(path) or []
    bound = {row["routing_key"] for row in rows if row["source"] == "feed"}
    stay = {key for key in bound if heard.allows(key)} if not afresh else set()
    wanted = stay or set(heard.bindings())
    admin = servers.amqp_admin(vhost_of(town))
    return topology.declare_subscriber(admin, name, sorted(wanted - bound), sorted(bound - wanted))


def _chosen(town: Town, arguments: argparse.Namespace) -> Hearing:
    """What the arguments choose, checked against what the town has. Raises ProvisionError."""
    catalogue, parents = database.categories_of_intake(town.secrets), database.areas_of_notify(town.secrets)
    codes = [code for word in _words(arguments.category) for code in _codes(word, catalogue)]
    areas, said, known = _words(arguments.area), _words(arguments.transition), _transitions()
    _check("area", "the grid_id of an area, as in grids.geojson", areas, parents)
    _check("transition", f"one of {', '.join(sorted(known))}", said, known)
    chosen = {"transitions": said, "categories": codes, "areas": areas}
    heard = hearing({kind: sorted({*words}) for kind, words in chosen.items()}, parents)
    if (many := len(heard.bindings())) > MOST_KEYS:
        raise ProvisionError(f"these are {many} combinations, of at most {MOST_KEYS}: leave one kind out")
    return heard


def _codes(word: str, catalogue: dict[str, str]) -> list[str]:
    """The categories that a code or the code of a class means. Raises ProvisionError."""
    codes = [code for code, of_class in catalogue.items() if word in (code, of_class)]
    _check("category", "a code or a class of the town's catalogue (categories.yaml)", [word], [word] if codes else [])
    return codes


def _check(what: str, repair: str, chosen: Iterable[str], known: Collection[str]) -> None:
    unknown = [word for word in chosen if word not in known]
    if unknown:
        raise ProvisionError(f"there is no {what} {', '.join(unknown)}: give {repair}")


def _transitions() -> set[str]:
    """What is said on the feed: all that notify hears about cases."""
    document = yaml.safe_load((topology.CONTRACTS / "notify.asyncapi.yaml").read_text(encoding="utf-8"))
    heard = [o for o in document["operations"].values() if o.get("x-queue") == "notify.transitions"]
    return {name_of(key) for operation in heard for key in operation["x-keys"]}


def _words(given: str) -> list[str]:
    return [word for word in given.split(",") if word]


def _check_name(town: Town, name: str) -> None:
    """A name that is free on the broker and says no more than a name. Raises ProvisionError."""
    check_client(name)
    for kind in ("members", "sources"):
        if name == PATROL or town.secrets.path(kind, name).exists():
            raise ProvisionError(f"one of the {kind} is called {name!r}: take another name")
    broker.check_free(town.servers, town.name, [name])


def _known(town: Town, name: str) -> Hearing:
    known = kept_now(town.secrets)
    if name not in known:
        raise ProvisionError(f"there is no subscriber {name!r}; there are: {', '.join(known) or 'none'}")
    return known[name]


def _connect(town: Town, name: str, heard: Hearing) -> None:
    users = {(KIND, name): (name, rights.of_subscriber(town.name, name, heard))}
    broker.have_users(town.servers, town.name, town.secrets, users)


def _subscribe(town: Town, name: str, wanted: list[dict[str, Any]]) -> None:
    """Notify says on the feed what somebody has subscribed to there: this, and no more what was chosen before."""
    rows = [row for row in town.ask("notify", "subscriptions", "list", name) if row["reason"] == REASON]
    known = {row["id"]: {key: row[key] for key in ("area", "categories", "transitions")} for row in rows}
    if new := [choice for choice in wanted if choice not in known.values()]:
        common = {"receiver": {"system": name}, "queue": True, "reason": REASON}
        with NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump({"subscriptions": [choice | common for choice in new]}, file)
            file.flush()
            town.ask("notify", "subscriptions", "add", file.name)
    for number, choice in known.items():
        if choice not in wanted:
            town.ask("notify", "subscriptions", "end", number, "--reason", "no longer chosen")


def _where(town: Town, name: str) -> str:
    return (
        f"its address, with the password, is in {town.secrets.path(KIND, name, 'amqp_uri')} 连接地址（含密码）见该文件"
    )


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The commands as arguments of `parser`; `perform` runs the one that was chosen."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")

    def action(name: str, do: Callable[[Town, argparse.Namespace], str], text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text)
        if do is not show:
            added.add_argument("name", help="of the subscriber: a-z, 0-9 and -")
            added.add_argument("--dry-run", action="store_true", help="check everything, change nothing 只检查")
        added.set_defaults(do=do)
        return added

    action("list", show, "all subscribers 列表")
    adding = action("add", add, "a new subscriber: broker user, rights, queue; or choose anew what one may hear 新增")
    adding.add_argument("--area", default="", help="areas by grid_id, with commas; each with all that lies in it (all)")
    adding.add_argument("--category", default="", help="codes of categories or classes, with commas (all)")
    adding.add_argument("--transition", default="", help="work_assigned, case_closed …, with commas (all)")
    action("rotate", rotate, "a new password; connections with the old one are closed 更换密码")
    action("end", end, "no more: its user, connections and queues are gone at once 终止")


if __name__ == "__main__":
    sys.exit(run("deploy.provision.subscribers", __doc__, add_commands))
