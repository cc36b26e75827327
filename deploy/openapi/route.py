"""What an entrypoint itself does not say about its route."""

from __future__ import annotations

from typing import NamedTuple

from marshmallow import Schema

STATE = "only those in this state"


class Route(NamedTuple):
    """What the entrypoint itself does not say. `answers` are by status; `problems` besides those of every route.
    `contents` are the types of the answer, `body_contents` those that the body may have."""

    summary: str
    answers: dict[int, str]
    body: type[Schema] | None = None
    query: dict[str, str] = {}
    problems: tuple[int, ...] = ()
    raw_body: str = ""  # what the body is, where it is no JSON
    raw_answer: bool = False  # where the answer is no JSON
    security: tuple[str, ...] = ()  # the ways to say who asks, where a token is not the only one
    contents: tuple[str, ...] = ("application/json",)
    body_contents: tuple[str, ...] = ("application/json",)
    headers: dict[str, str] = {}  # that the caller may send
    stream: bool = False  # where the answer is server-sent events, without an end
