"""`make check` and `make test`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from deploy.local import stack, supervision
from deploy.local.checkout import ROOT
from deploy.local.console import console


def check() -> int:
    """Style, types and import rules; 0 when all are kept."""
    domains = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("services/*/domain"))]
    return max(
        _run("format 格式", _module("ruff"), "format", "--check", "."),
        _run("style 风格", _module("ruff"), "check", "."),
        _run("types 类型", _module("mypy"), "shared", *domains),
        _run("imports 依赖方向", [str(Path(sys.executable).with_name("lint-imports"))]),
    )


def test(arguments: list[str]) -> int:
    """The checks, then every test but the long runs, on a real broker and database. A file at once for each core and
    one more, because much of a test is waiting; in the order of names, so that what takes long begins first."""
    wrong = check()
    ours = stack.is_private() and not supervision.running()
    stack.ensure(console.print)  # before the workers, which share it, and would each want to start and stop it
    files = ("-n", str(min((os.cpu_count() or 1) + 1, 4)), "--dist", "loadfile", "--no-loadscope-reorder")
    try:
        return _run("tests 测试", _module("pytest"), "-m", "not chaos and not bench", *files, *arguments) or wrong
    finally:
        if ours:
            supervision.stop()


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def _run(title: str, command: list[str], *arguments: str) -> int:
    console.rule(title, align="left")
    path = f"{ROOT}{os.pathsep}{ROOT / 'clients' / 'python'}"
    return subprocess.call([*command, *arguments], cwd=ROOT, env=os.environ | {"PYTHONPATH": path})
