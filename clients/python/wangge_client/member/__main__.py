"""wangge-member: be a grid member in a terminal."""

import argparse
import shlex
import sys
import threading
from collections.abc import Callable
from typing import Any

from wangge_client import commandline, errors
from wangge_client.member.client import Member
from wangge_client.member.store import Notice, Order, Result

_KINDS = {
    "work_assigned": ("新任务", "new work"),
    "work_offered": ("可认领", "to be claimed"),
    "check_wanted": ("请核查", "please check"),
    "check_taken_over": ("请代为核查", "please check instead"),
    "work_sent_back": ("核查未通过", "sent back by the checker"),
    "work_escalated": ("升级督办", "escalated"),
    "work_taken_away": ("已转他人", "taken away"),
    "work_reminded": ("督办提醒", "reminder"),
    "yellow_card": ("黄牌", "yellow card"),
    "red_card": ("红牌", "red card"),
    "check_escalated": ("改由您核查", "yours to check"),
    "check_taken_away": ("核查已转他人", "somebody else checks"),
    "work_corrected": ("已更正", "corrected"),
    "work_withdrawn": ("已撤销", "withdrawn"),
    "notice_unread": ("未读督促", "not read by others"),
    "action_answered": ("操作答复", "answer"),
}
_FIELDS = ("title", "description", "category", "kind", "level")
_LABELS = {
    "number": ("案件", "case"),
    "title": ("事项", "title"),
    "place_text": ("地点", "place"),
    "level": ("等级", "level"),
    "until": ("认领时限", "claim by"),
    "ack_due_at": ("签收时限", "acknowledge by"),
    "due_at": ("办结时限", "finish by"),
    "reason": ("原因", "reason"),
}


def add_actions(commands: argparse._SubParsersAction, add_common: Callable[[argparse.ArgumentParser], None]) -> None:
    """The actions on a case, each with its options."""
    helps = {
        "claim": "take work that was offered to several 抢单",
        "acknowledge": "take the work on 签收",
        "progress": "say how it goes 进展",
        "return": "give it back with a reason 退单",
        "resolve": "say that it is done 办结",
        "verify": "as the checker, say whether it is really done 核查",
    }
    for name, text in helps.items():
        action = commands.add_parser(name, help=text)
        action.add_argument("number", help="number of the case")
        action.add_argument("--order", help="id of the work order; by default the last one heard of for the case")
        if name != "claim":
            action.add_argument("--version", type=int, help="refuse when the order has moved on from this version")
        if name in ("progress", "resolve", "verify"):
            action.add_argument("--note", default="", help="in words")
        if name in ("progress", "resolve"):
            action.add_argument(
                "--evidence", action="append", default=[], help="reference of a picture or video; may repeat"
            )
        if name == "return":
            action.add_argument("--reason", required=True)
        if name == "verify":
            action.add_argument("--failed", action="store_true", help="it is not done; without this: it is")
        add_common(action)


def parser(standing_alone: bool = True) -> argparse.ArgumentParser:
    """The command line; `standing_alone=False` for what is typed while listening."""

    def add_common(command: argparse.ArgumentParser) -> None:
        if standing_alone:
            commandline.add_common(command, "member", "store")

    top = argparse.ArgumentParser(
        prog="wangge-member" if standing_alone else "",
        description="Be a grid member 网格员: hear your work and act on it.",
    )
    commands = top.add_subparsers(dest="command", required=True)
    if standing_alone:
        listen = commands.add_parser("listen", help="print notices as they come; in a terminal, type actions meanwhile")
        listen.add_argument("--seconds", type=float, help="stop after so long without a notice; by default at Ctrl-C")
        add_common(listen)
    report = commands.add_parser("report", help="report what you found yourself 巡查上报")
    for name in _FIELDS:
        report.add_argument(f"--{name}")
    report.add_argument("--place-text", help="place in words")
    report.add_argument("--place-lon", metavar="LON", type=float, help="longitude, WGS84")
    report.add_argument("--place-lat", metavar="LAT", type=float, help="latitude, WGS84")
    report.add_argument("--settled", metavar="NOTE", help="found and settled on the spot 即查即改: what was done")
    report.add_argument("--evidence", action="append", default=[], help="reference for --settled; may repeat")
    add_common(report)
    add_actions(commands, add_common)
    return top


def text_of(notice: Notice, language: str) -> str:
    """A notice for reading: one headline, then one line for each thing it says."""
    which = 0 if language == "zh" else 1
    headline = _KINDS.get(notice.kind, (notice.kind, notice.kind))[which]
    lines = [f"[{notice.notice_number}] {headline}  {notice.data.get('text_' + language) or ''}".rstrip()]
    lines += [f"    {label[which]}: {notice.data[name]}" for name, label in _LABELS.items() if notice.data.get(name)]
    return "\n".join(lines)


def text_of_result(result: Result, language: str) -> str:
    """The answer to an action."""
    if result.accepted:
        return ("已接受" if language == "zh" else "accepted") + (
            f"  {result.order_state}" if result.order_state else ""
        )
    return ("未接受：" if language == "zh" else "refused: ") + (result.reason or "?")


def order_of(member: Member, arguments: argparse.Namespace) -> Order:
    """The work order that is meant."""
    if arguments.order:
        return Order(arguments.order, arguments.number)
    order = member.order_of(arguments.number)
    if order is None:
        raise errors.WanggeError(
            f"no work order of case {arguments.number} has been heard of here; "
            "run `wangge-member listen` once, or give --order"
        )
    return order


def act(member: Member, arguments: argparse.Namespace, language: str) -> int:
    """Do one action and print the answer; 0 when it was accepted."""
    if arguments.command == "report":
        print(member.report(report_of(arguments)))
        return 0
    order, version = order_of(member, arguments), getattr(arguments, "version", None)
    match arguments.command:
        case "claim":
            result = member.claim(order)
        case "acknowledge":
            result = member.acknowledge(order, version=version)
        case "progress":
            result = member.progress(order, arguments.note, arguments.evidence, version=version)
        case "return":
            result = member.return_(order, arguments.reason, version=version)
        case "resolve":
            result = member.resolve(order, arguments.note, arguments.evidence, version=version)
        case _:
            result = member.verify(order, not arguments.failed, arguments.note, version=version)
    print(text_of_result(result, language))
    return 0 if result.accepted else 1


def report_of(arguments: argparse.Namespace) -> dict:
    """The patrol report that the options describe."""
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    report: dict[str, Any] = {name: given[name] for name in _FIELDS if name in given}
    place = {name.removeprefix("place_"): value for name, value in given.items() if name.startswith("place_")}
    if place:
        report["place"] = place
    if arguments.settled:
        report["settled"] = {"note": arguments.settled, "evidence": arguments.evidence}
    return report


def obey(member: Member, language: str) -> None:
    """Do the actions typed while listening, one a line."""
    typed = parser(standing_alone=False)
    for line in sys.stdin:
        try:
            act(member, typed.parse_args(shlex.split(line)), language)
        except (errors.WanggeError, ValueError) as problem:
            print(problem, file=sys.stderr)
        except SystemExit:
            pass  # argparse has said what is wrong


def listen(member: Member, arguments: argparse.Namespace) -> int:
    """Print notices; in a terminal, obey what is typed."""
    if sys.stdin.isatty():
        print(
            "输入 acknowledge、resolve 等命令和案件编号，--help 查看说明。"
            if arguments.lang == "zh"
            else "Type an action and the number of a case, for example: acknowledge NUMBER; --help for all."
        )
        threading.Thread(target=obey, args=(member, arguments.lang), daemon=True).start()
    for notice in member.notices(timeout=arguments.seconds):
        print(text_of(notice, arguments.lang), flush=True)
    return 0


def work(arguments: argparse.Namespace) -> int:
    """Do one command."""
    with Member(arguments.url, arguments.who, arguments.kept_in) as member:
        member.ready()
        return listen(member, arguments) if arguments.command == "listen" else act(member, arguments, arguments.lang)


def main(arguments: list[str] | None = None) -> int:
    """Entry point."""
    return commandline.run(parser(), arguments, work)


if __name__ == "__main__":
    sys.exit(main())
