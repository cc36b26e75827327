"""The administrators' command line: a service's own commands, what they print, and what goes wrong."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from shared import admin
from shared.admin import Command
from shared.settings import Settings


class NoSuchThing(Exception):
    """An error of the service's own."""


class FakeWork:
    """Notes whether its transaction was kept."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    def __enter__(self) -> FakeWork:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def commit(self) -> None:
        self.ended.append("kept")

    def rehearse(self) -> None:
        self.ended.append("rehearsed")


def _rename(arguments: argparse.Namespace, open_work: Callable[[], Any], settings: Settings) -> dict[str, str]:
    with open_work() as work:
        work.commit()
    return {"renamed": arguments.name}


def _gives(result: Any) -> Command:
    return Command("give", "gives something", lambda arguments, open_work, settings: result)


def _fails(error: Exception) -> Command:
    def fail(arguments: argparse.Namespace, open_work: Any, settings: Settings) -> None:
        raise error

    return Command("give", "fails", fail)


RENAME = Command("rename", "rename a thing", _rename, lambda parser: parser.add_argument("name"), changes=True)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    def run(*words: str, own: Command, work: FakeWork | None = None) -> int:
        settings = argparse.Namespace(
            key_ring="", database_url="postgresql://", service="intake", address="/town/intake"
        )
        monkeypatch.setattr("sys.argv", ["admin", *words])
        monkeypatch.setattr(admin, "opener", lambda *arguments: lambda: work)
        return admin.main(lambda environment: settings, Any, Any, {}, [own], (NoSuchThing,))  # type: ignore[arg-type]

    return run


def test_a_command_that_changes_is_kept_and_a_rehearsal_is_not(run: Callable[..., int]) -> None:
    kept, rehearsed = FakeWork(), FakeWork()
    assert run("rename", "x", own=RENAME, work=kept) == 0
    assert run("rename", "x", "--dry-run", own=RENAME, work=rehearsed) == 0
    assert (kept.ended, rehearsed.ended) == (["kept"], ["rehearsed"])


def test_only_a_command_that_changes_has_a_rehearsal(run: Callable[..., int]) -> None:
    with pytest.raises(SystemExit) as end:
        run("give", "--dry-run", own=_gives({}))
    assert end.value.code == 2


def test_what_a_command_gives_is_printed(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    run("give", own=_gives([{"a": "镇"}, {"a": 2}]))
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"a": "镇"}, {"a": 2}]
    run("give", own=_gives("a page\nof text"))
    assert capsys.readouterr().out == "a page\nof text\n"
    run("give", own=_gives(None))
    assert capsys.readouterr().out == ""


def test_whoever_reads_the_beginning_alone_gets_no_traceback(
    run: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make admin … | head`"""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as out:
        monkeypatch.setattr("sys.stdout", out)
        assert run("give", own=_gives("a page\nof text")) == 0


@pytest.mark.parametrize("error", [ValueError("take another"), NoSuchThing("take another")])
def test_an_error_says_how_to_repair(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    assert run("give", own=_fails(error)) == 1
    assert capsys.readouterr().err == "error: take another\n"


def test_a_fault_of_the_command_itself_is_not_hidden(run: Callable[..., int]) -> None:
    with pytest.raises(ZeroDivisionError):
        run("give", own=_fails(ZeroDivisionError()))
