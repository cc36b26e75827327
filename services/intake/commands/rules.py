"""Commands about rules: why is a case what it is, and what would another rule set make of the last days?"""

from __future__ import annotations

import argparse
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.intake import use_cases, views
from services.intake.errors import CaseUnknown
from shared.admin import Command, OpenWork, read_rule_set
from shared.settings import Settings

COLUMNS = ("number", "source", "what", "before", "after", "why_after", "title")
WIDEST, SHOWN = 32, 100  # characters of a column; differences in the table


def explain(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        found = views.explanation(work, arguments.number)
    if found is None:
        raise CaseUnknown(arguments.number)
    lines = [f"{step['what']}: {step['value']}  {step['why_zh']}; {step['why_en']}" for step in found["understood"]]
    return "\n".join(
        [*lines, *(f"duplicate: {d['number']} {d['score']:.2f}  {d['why_zh']}" for d in found["duplicates"])]
    )


def try_rules(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        rules = read_rule_set(arguments.file, settings.service, lambda section: use_cases.check_rules(section, work))
    result = use_cases.try_rules(rules[settings.service], arguments.days, open_work)
    return result if arguments.json else _table(result)


def _table(result: dict[str, Any]) -> str:
    rows = result["differences"]
    lines = [f"{result['cases']} cases, {len({row['number'] for row in rows})} of them different"]
    lines += [f"{count:6} × {change}" for change, count in result["changes"].items()]
    if rows:
        lines += ["", *_aligned([COLUMNS, *([str(row[name]) for name in COLUMNS] for row in rows[:SHOWN])])]
    if len(rows) > SHOWN:
        lines.append(f"… and {len(rows) - SHOWN} more: --json has all")
    return "\n".join(lines)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their longest text; a Chinese character is two wide."""
    cut = [[text if len(text) <= WIDEST else text[: WIDEST - 1] + "…" for text in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*cut, strict=True)]
    return [
        "  ".join(text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in cut
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _trial(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a rule set, for example deploy/towns/qiuchuan/rules/normal.yaml")
    parser.add_argument("--days", type=float, default=7, help="how far to look back (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="everything, for programs")


COMMANDS = [
    Command("explain", "why a case is what it is", explain, lambda parser: parser.add_argument("number")),
    Command("try-rules", "what a rule set would have made of the last days; changes nothing", try_rules, _trial),
]
