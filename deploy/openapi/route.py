"""What an entrypoint itself does not say about its route."""

from __future__ import annotations

from typing import NamedTuple

from marshmallow import Schema

STATE = "only those in this state"


class Route(NamedTuple):
    """What the entrypoint itself does not say. `answers` are by status; `problems` besides those of every route."""

    summary: str
    answers: dict[int, str]
    body: type[Schema] | None = None
    query: dict[str, str] = {}
    problems: tuple[int, ...] = ()
    headers: dict[str, str] = {}  # that the caller may send
    content: tuple[str, ...] = ()  # types of a body that is a file
    gives: str = "application/json"
