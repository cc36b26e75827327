"""wangge-subscriber: hear in a terminal what happens in a town, an event a line."""

import argparse
import functools
import json
import os
import sys

from wangge_client import commandline, errors
from wangge_client.subscriber.client import Subscriber
from wangge_client.subscriber.event import Cut, Event
from wangge_client.subscriber.missed import catch_up


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="wangge-subscriber",
        description="Hear what happens in a town 订阅事件: a JSON object a line; what is printed is acknowledged.",
    )
    top.add_argument(
        "--url", help="amqp://USER:PASSWORD@HOST:PORT/VHOST; or set WANGGE_AMQP_URI or WANGGE_AMQP_URI_FILE"
    )
    top.add_argument("--subscriber", dest="who", help="its name; by default from the user name <town>-<subscriber>")
    top.add_argument("--seconds", type=float, help="stop after so long without an event; by default at Ctrl-C")
    top.add_argument(
        "--after", type=int, help="position of the last event that you have: first what was said since then"
    )
    top.add_argument(
        "--edge",
        default=os.environ.get("WANGGE_EDGE"),
        help="https://HOST of the town, to ask for what the queue has not any more; or WANGGE_EDGE. The token for it: "
        "WANGGE_TOKEN or WANGGE_TOKEN_FILE",
    )
    top.set_defaults(kept_in=None)
    return top


def work(arguments: argparse.Namespace) -> int:
    """Print events until it is told to stop, or none comes."""
    missed = functools.partial(catch_up, arguments.edge, commandline.token()) if arguments.edge else None
    if arguments.after is not None and missed is None:
        raise errors.BadAddress("--after needs --edge or WANGGE_EDGE, and a token: the queue knows no positions")
    with Subscriber(arguments.url, arguments.who, on_cut=_tell, catch_up=missed) as subscriber:
        subscriber.ready()
        for event in subscriber.events(arguments.seconds, arguments.after):
            print(_line(event), flush=True)
    return 0


def _line(event: Event) -> str:
    return json.dumps({"id": event.id, **event.data}, ensure_ascii=False)


def _tell(cut: Cut) -> None:
    first = "?" if cut.first is None else cut.first
    print(f"gone 已丢失: positions {first} to {cut.last} ({cut.reason})", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Entry point."""
    return commandline.run(parser(), arguments, work)


if __name__ == "__main__":
    sys.exit(main())
