"""Commands about who gets the work: why this member, who should, what other policies would make of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from services.dispatch import use_cases, views
from services.dispatch.errors import CaseUnknown
from shared.admin import Command, OpenWork, read_rule_set
from shared.settings import Settings

SHOWN = 100  # differences in the text


def why(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        rows = views.assignments_of_case(work, arguments.number)
    if not rows:
        raise CaseUnknown(arguments.number)
    if arguments.json:
        return rows
    return "\n".join(line for row in rows for line in _told(row))


def _told(row: dict[str, Any]) -> list[str]:
    if row["member_id"] is None:
        return [f"round {row['round']}: {row['state']}, nobody has it yet"]
    end = f"until {row['until']:%m-%d %H:%M} ({row['end_reason']})" if row["until"] else "now"
    policy = f" [{row['policy']}]" if row["policy"] else ""
    lines = [f"round {row['round']}, {row['role']}: {row['member_id']}{policy}, {row['since']:%m-%d %H:%M} {end}"]
    lines += [f"    {row['why']}"]
    return lines + [f"    {place}. {_facts(one)}" for place, one in enumerate(row["considered"], start=1)]


def _facts(considered: dict[str, Any]) -> str:
    facts = [f"{name} {value}" for name, value in considered.items() if name not in ("member_id", "points")]
    points = [f"{name} {value}" for name, value in considered.get("points", {}).items()]
    return f"{considered['member_id']}: {', '.join([*facts, *points])}"


def assign(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    body = {"member_id": arguments.member, "reason": arguments.reason, "version": None}
    return use_cases.assign_by_hand(arguments.order, body, "administrator", open_work)


def pool(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        return views.pool(work, arguments.member)


def try_assignment(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        rules = read_rule_set(arguments.file, settings.service, lambda section: use_cases.check_rules(section, work))
    result = use_cases.try_assignment(rules[settings.service], arguments.days, open_work)
    return result if arguments.json else _summary(result)


def _summary(result: dict[str, Any]) -> str:
    rows = result["differences"]
    lines = [f"{result['cases']} orders, {len(rows)} of them with somebody else"]
    lines += [f"{count:6} × {change}" for change, count in result["changes"].items()]
    for name in ("before", "after"):
        lines.append(f"{name}: " + ", ".join(f"{what} {_value(value)}" for what, value in result[name].items()))
    for row in rows[:SHOWN]:
        lines.append(f"{row['number']}  {row['before'] or '—'} → {row['after'] or '—'}  {row['why_after']}")
    if len(rows) > SHOWN:
        lines.append(f"… and {len(rows) - SHOWN} more: --json has all")
    return "\n".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {count}" for name, count in value.items()) + ")"
    return "—" if value is None else str(value)


def _case(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", help="number of the case")
    parser.add_argument("--json", action="store_true", help="everything, for programs")


def _order(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("order", help="id of the order")
    parser.add_argument("member", help="who is to have it")
    parser.add_argument("--reason", required=True, help="kept with the assignment, and shown to the member")


def _trial(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a rule set, for example deploy/towns/qiuchuan/rules/normal.yaml")
    parser.add_argument("--days", type=float, default=30, help="how far to look back (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="everything, for programs")


COMMANDS = [
    Command("why", "why whoever has the work of a case has it, and who else was considered", why, _case),
    Command("assign", "give an open order to a member", assign, _order, changes=True),
    Command(
        "pool",
        "what nobody has claimed yet",
        pool,
        lambda parser: parser.add_argument("--member", help="only what this member may claim now"),
    ),
    Command(
        "try-assignment",
        "who would have got the work of the last days by the policies of a rule set; changes nothing",
        try_assignment,
        _trial,
    ),
]
