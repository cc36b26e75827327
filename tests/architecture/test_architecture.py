"""The shape of the repository: where things lie, how large they are, who imports whom."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "dispatch", "callback", "notify", "board")
CODE = ("services", "shared", "deploy", "clients")
FOLDERS = {*CODE, "tests"}
FILES = {"Makefile", "docker-compose.yml", "pyproject.toml", "LICENSE"}
TYPES = (".py", ".sql", ".sh")
MOST_LINES = 300
MOST_SQL = 90  # characters: a one-liner that is not worth a name in a .sql file
SQL = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP)\s")
MACHINE = re.compile(  # what names the machine it was written on
    r"(?<![\w./-])/(?:home|Users|root|work)/[\w.-]+"
    r"|[A-Za-z]:\\Users\\"
    r"|registry[ -]host|trusted-host|index-url[ =]+\S+://",
    re.IGNORECASE,
)


def _tracked() -> list[Path]:
    """Every file that belongs to the repository: what git knows, and what is new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("git is not installed")
    if done.returncode:
        pytest.skip(f"this is no git checkout: {done.stderr.strip()[:200]}")
    return sorted(path for name in done.stdout.split("\0") if name and (path := Path(name)) and (ROOT / path).is_file())


def _text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def test_imports_keep_their_direction() -> None:
    """The contracts are in .importlinter."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    path = f"{ROOT}{os.pathsep}{ROOT / 'clients' / 'python'}"
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_top_level_holds_nothing_else() -> None:
    tops = {path.parts[0] for path in _tracked() if len(path.parts) > 1}
    assert {top for top in tops if not top.startswith(".")} == FOLDERS
    files = {path.name for path in _tracked() if len(path.parts) == 1}
    assert {name for name in files if not (name.startswith(".") or name.endswith(".md"))} == FILES


def test_there_are_five_services_and_one_client() -> None:
    inside = {path.parts[1] for path in _tracked() if path.parts[0] == "services" and len(path.parts) > 2}
    assert inside == set(SERVICES)
    assert {path.parts[1] for path in _tracked() if path.parts[0] == "clients"} == {"python"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_says_what_it_is(service: str) -> None:
    assert (ROOT / "services" / service / "README.md").is_file()


def test_files_are_short_enough_to_read() -> None:
    code = [path for path in _tracked() if path.parts[0] in CODE and path.suffix in TYPES]
    long = {str(path): lines for path in code if (lines := len(_text(path).splitlines())) > MOST_LINES}
    assert not long, f"split these: {long}"


def test_sql_of_services_is_in_sql_files() -> None:
    code = [path for path in _tracked() if path.parts[0] == "services" and path.suffix == ".py"]
    wrong = [
        f"{path}:{line}: {sql[:60]}"
        for path in code
        for line, sql in _sql(_text(path))
        if path.name != "store.py" or len(sql) > MOST_SQL
    ]
    assert not wrong, "name these statements in sql/queries.sql; store.py may hold a one-liner"


def _sql(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every string that looks like a statement; docstrings and parts of f-strings included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            yield node.lineno, node.value


def test_no_file_names_a_machine() -> None:
    this = Path(__file__).relative_to(ROOT)
    wrong = [
        f"{path}:{number}: {found.group()}"
        for path in _tracked()
        if path != this
        for number, line in enumerate(_text(path).splitlines(), 1)
        if (found := MACHINE.search(line))
    ]
    assert not wrong, "say these relative to the checkout, or leave them out"
