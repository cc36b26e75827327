"""wangge-upstream: be an upstream platform in a terminal."""

import argparse
import json
import pathlib
import sys
import threading
from collections.abc import Iterator
from typing import Any

from wangge_client import commandline, errors
from wangge_client.upstream.client import Upstream

_FIELDS = ("title", "description", "category", "kind", "level", "media")
_STATES = {
    "zh": {"waiting": "等待答复", "received": "已受理登记", "rejected": "被退回"},
    "en": {"waiting": "waiting", "received": "received", "rejected": "rejected"},
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="wangge-upstream", description="Be an upstream platform: 上报并接收反馈. Report, hear feedback."
    )
    commands = top.add_subparsers(dest="command", required=True)
    publish = commands.add_parser(
        "publish", help="publish a report from options, or many from a file, and wait for the answers"
    )
    publish.add_argument("--file", help="JSON (one report or a list) or JSON Lines; - is standard input")
    publish.add_argument(
        "--number", default="external_id", metavar="FIELD", help="field of the external id in your platform's own shape"
    )
    publish.add_argument("--lane", choices=("urgent", "normal"), help="by default urgent for the levels P1 and P2")
    publish.add_argument("--id", help="external id: the number under which your platform knows the matter")
    for name in _FIELDS[:-1]:
        publish.add_argument(f"--{name}")
    publish.add_argument("--place-text", help="place in words")
    publish.add_argument("--place-lon", metavar="LON", type=float, help="longitude, WGS84")
    publish.add_argument("--place-lat", metavar="LAT", type=float, help="latitude, WGS84")
    publish.add_argument("--reporter-name")
    publish.add_argument("--reporter-phone")
    publish.add_argument("--reporter-anonymous", action="store_true", default=None, help="the reporter stays unnamed")
    publish.add_argument("--media", action="append", help="reference of a picture or video; may repeat")
    publish.add_argument("--wait", type=float, default=30, metavar="SECONDS", help="how long to wait for answers (30)")
    listen = commands.add_parser("listen", help="print feedback as it comes")
    listen.add_argument("--seconds", type=float, help="stop after so long; by default at Ctrl-C")
    status = commands.add_parser("status", help="what the spool holds; needs no broker")
    for command in (publish, listen, status):
        commandline.add_common(command, "source", "spool")
    return top


def report_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The report that the options describe."""
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    report: dict[str, Any] = {name: given[name] for name in _FIELDS if name in given}
    for part in ("place", "reporter"):
        values = {name.removeprefix(f"{part}_"): value for name, value in given.items() if name.startswith(f"{part}_")}
        if values:
            report[part] = values
    return {"external_id": arguments.id or "", **report}


def reports_in(path: str) -> Iterator[dict[str, Any]]:
    """The reports of a JSON or JSON Lines file."""
    try:
        text = sys.stdin.read() if path == "-" else pathlib.Path(path).read_text(encoding="utf-8")
    except OSError as problem:
        raise errors.BadReport(f"{path} cannot be read: {problem.strerror}") from None
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if whole is not None:
        yield from whole if isinstance(whole, list) else [whole]
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as problem:
                raise errors.BadReport(f"{path}, line {number}: not JSON ({problem})") from None


def show_feedback(event: dict[str, Any], language: str) -> None:
    """One feedback as a line, with the reasons of a refusal below."""
    data = event["data"]
    report = data.get("external_id") or data.get("reference") or "?"
    said = data.get(f"text_{language}") or event.get("type", "")
    number, state = data.get("number") or "", data.get("state") or ""
    print(f"{report}  #{data.get('feedback_number') or '-'}  {number}  {state}  {said}", flush=True)
    show_reasons(data)


def show_reasons(data: dict[str, Any]) -> None:
    """Why a report was refused, field by field."""
    for reason in data.get("reasons") or []:
        print(f"    {reason.get('field')}: {reason.get('problem')} → {reason.get('repair')}", flush=True)


def publish(upstream: Upstream, arguments: argparse.Namespace) -> int:
    """Publish, wait, print where each report stands; 0 only when all were received."""
    reports = list(reports_in(arguments.file)) if arguments.file else [report_of(arguments)]
    upstream.publish_many(reports, arguments.number, arguments.lane)
    late = None
    try:
        upstream.wait_answered(arguments.wait)
    except errors.NoAnswer as problem:
        late = problem
    found = [upstream.answer(report[arguments.number]) for report in reports]
    answers = [answer for answer in found if answer is not None]
    for answer in answers:
        data = answer.data or {}
        said = data.get(f"text_{arguments.lang}") or ""
        print(f"{answer.external_id}  {_STATES[arguments.lang][answer.state]}  {data.get('number') or ''}  {said}")
        show_reasons(data)
    if late:
        print(f"{late}; they are kept in {arguments.kept_in} and sent again next time", file=sys.stderr)
    return 0 if all(answer.state == "received" for answer in answers) else 1


def work(arguments: argparse.Namespace) -> int:
    """Do one command."""
    with Upstream(arguments.url, arguments.who, arguments.kept_in) as upstream:
        if arguments.command == "status":
            print("\n".join(f"{name:17} {count}" for name, count in upstream.count().items()))
            return 0
        upstream.ready()
        if arguments.command == "publish":
            return publish(upstream, arguments)
        upstream.hear(lambda event: show_feedback(event, arguments.lang))
        threading.Event().wait(arguments.seconds)
        return 0


def main(arguments: list[str] | None = None) -> int:
    """Entry point."""
    return commandline.run(parser(), arguments, work)


if __name__ == "__main__":
    sys.exit(main())
