"""Commands about duty and leave: who is there, what will be missing, rosters from a file, leave for somebody."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from services.dispatch import use_cases, views
from services.dispatch.adapters.shift_calendar import write_calendar
from services.dispatch.adapters.shift_files import read_shifts
from shared import marked
from shared.admin import Command, OpenWork
from shared.settings import Settings


def load_rosters(path: Path, by: str, open_work: OpenWork) -> dict[str, int]:
    """The rosters of a file like duty.yaml. ValueError names every mistake with its line; then nothing has changed."""
    document = marked.read(path)
    done, problems = use_cases.load_rosters(document.value, by, open_work)
    if problems:
        found = [(one.place[1:], one.problem, one.repair) for one in problems]
        raise ValueError(
            "\n".join(["the rosters are refused, those in force stay", *marked.told(path, "rosters", document, found)])
        )
    return done


def _load(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    return load_rosters(arguments.file, arguments.by, open_work)


def _duty(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        found = views.duty_now(work)
    return [{"on_roster": row} for row in found["on_roster"]] + [{"off_duty": row} for row in found["off_duty"]]


def _gaps(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        found = views.outlook(work, arguments.days)
    return found["gaps"] + [share for share in found["shares"] if share["unfair"]]


def _import(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    rows = read_shifts(arguments.file)
    return use_cases.import_shifts(arguments.roster, rows, False, arguments.by, open_work)


def _export(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        now = work.now()
        found = views.shifts(work, now, now + dt.timedelta(days=arguments.days), arguments.roster, arguments.member)
        return write_calendar(found, views.names(work), settings.town, now).decode()


def _leaves(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        return views.leaves(work, arguments.state, arguments.member)


def _grant(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    body = {"member_id": arguments.member, "delegate_id": arguments.delegate, "reason": arguments.reason}
    body |= {"starts_at": arguments.starts, "ends_at": arguments.until}
    return use_cases.ask_leave(body, arguments.by, True, open_work)


def _cancel(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    return use_cases.cancel_leave(arguments.leave_id, arguments.reason, arguments.by, False, open_work)


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no zone: write 2026-12-01T00:00:00+08:00")
    return moment


def _by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", default="administrator", help="who does it, for the journal (default: %(default)s)")


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="rosters as in duty.yaml of a town folder")
    _by(parser)


def _days(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--days", type=int, default=14, help="gaps that begin within so many days (default: %(default)s)"
    )


def _importing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("roster")
    parser.add_argument("file", type=Path, help="CSV or XLSX (member, date, from, to), or iCalendar")
    _by(parser)


def _exporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--roster", help="only this roster")
    parser.add_argument("--member", help="only this member's")
    parser.add_argument("--days", type=int, default=28, help="how far ahead (default: %(default)s)")


def _of_member(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--member", help="only this member's")
    parser.add_argument(
        "--state", choices=["asked", "granted", "refused", "cancelled"], help="only those in this state"
    )


def _granting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("member")
    parser.add_argument("--from", dest="starts", type=_moment, required=True, help="2026-12-01T00:00:00+08:00")
    parser.add_argument("--until", type=_moment, required=True, help="likewise; this moment is no leave any more")
    parser.add_argument("--delegate", help="who stands in")
    parser.add_argument("--reason", required=True)
    _by(parser)


def _cancelling(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("leave_id", help="as `leaves` lists it")
    parser.add_argument("--reason", required=True)
    _by(parser)


COMMANDS = [
    Command("load-duty", "set the rosters of a file; others stay as they are", _load, _file, changes=True),
    Command("duty", "who is on a roster now, and who gets no work now", _duty),
    Command("duty-gaps", "when too few will be there, and who has too much or too little duty", _gaps, _days),
    Command("import-shifts", "a plan for a roster, from a table or calendar", _import, _importing, changes=True),
    Command("export-shifts", "shifts as iCalendar", _export, _exporting),
    Command("leaves", "leaves that are not long over", _leaves, _of_member),
    Command("grant-leave", "leave for a member; open work is given to others when it begins", _grant, _granting, True),
    Command("cancel-leave", "take a leave back, or end it now", _cancel, _cancelling, changes=True),
]
