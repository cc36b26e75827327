"""YAML that knows on which line each of its values stands, so that whoever checks them can say where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from shared.checks import Place, Problem


class Marked(NamedTuple):
    """The content of a file; `lines` is place → line, from 1."""

    value: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """Where a value stands, or the nearest thing around it that has a line."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)


def read(path: Path) -> Marked:
    """A YAML file. ValueError with file and line when it is no YAML, or says one thing twice."""
    text = path.read_text(encoding="utf-8-sig")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        lines = dict(_lines(root, (), ()) if root else ())
        return Marked(yaml.safe_load(text), lines)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ValueError(f"{path}:{at}: {error.problem}: correct the YAML") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"{path}: {error}: correct the YAML") from error


def told(path: Path | str, section: str, rules: Marked, problems: Sequence[Problem]) -> list[str]:
    """Problems of a section, or of the whole file where `section` is empty, in the order of their lines, for people."""
    whole = [(((section,) if section else ()) + tuple(place), problem, repair) for place, problem, repair in problems]
    lines = [(rules.line(place), place, problem, repair) for place, problem, repair in whole]
    return [
        f"{path}:{line}: {'.'.join(map(str, place))}: {problem}: {repair}"
        for line, place, problem, repair in sorted(lines, key=lambda row: row[0])
    ]


def _lines(node: yaml.Node, place: Place, around: tuple[int, ...]) -> Iterator[tuple[Place, int]]:
    if id(node) in around:
        raise _mistake(node, "it contains itself")
    yield place, node.start_mark.line + 1
    around = (*around, id(node))
    if isinstance(node, yaml.SequenceNode):
        for at, item in enumerate(node.value):
            yield from _lines(item, (*place, at), around)
    elif isinstance(node, yaml.MappingNode):
        known = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _mistake(key, "a key is no text")
            if key.value in known:
                raise _mistake(key, f"{key.value} stands twice")
            known.add(key.value)
            for inner, line in _lines(value, (*place, key.value), around):
                yield inner, key.start_mark.line + 1 if len(inner) == len(place) + 1 else line


def _mistake(node: yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
