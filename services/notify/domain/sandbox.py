"""The part of Jinja that templates are written in, and nothing more: facts, filters, conditions, and choices from a
list of words. `problem_in` says what else is in a template; what it finds nothing wrong with cannot call, loop, import,
look into objects or grow, and the environment is Jinja's sandbox all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import TemplateError, Undefined, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notify.domain.town_time import DASH, clock, day, moment

LONGEST, DEEPEST = 2_000, 20  # characters of a template; levels in it
FILTERS: dict[str, Callable[..., Any]] = {"clock": clock, "moment": moment, "day": day}
_LET_IN = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Filter,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Dict,
    nodes.Pair,
    nodes.Getitem,
)
HOW = (
    "write {{ fact }}, {{ fact | clock }}, {% if fact %}…{% else %}…{% endif %}, {{ 'a' if fact else 'b' }} or "
    "{{ {'key': 'word'}[fact] }}"
)


class _Missing(Undefined):
    """A fact that a message does not have: a dash, and no comparison holds."""

    def _never(self, other: Any) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _never  # type: ignore[assignment]


class _Sandbox(ImmutableSandboxedEnvironment):
    """Lists of words are looked up, and nothing has attributes."""

    def getitem(self, obj: Any, argument: Any) -> Any:
        found = obj.get(argument) if isinstance(obj, dict) and isinstance(argument, str | int) else None
        return self.undefined(obj=obj, name=str(argument)) if found is None else found

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.undefined(obj=obj, name=attribute)


_ENVIRONMENT = _Sandbox(undefined=_Missing, finalize=lambda value: value or DASH, keep_trailing_newline=True)
_ENVIRONMENT.globals.clear()
_ENVIRONMENT.tests.clear()
_ENVIRONMENT.filters = FILTERS


@lru_cache(maxsize=4096)
def compiled(source: str) -> Callable[[Mapping[str, Any]], str]:
    """A function that fills the template in. The facts are not copied, and nothing in a template changes them."""
    template = _ENVIRONMENT.from_string(source)
    begin, fill = template.new_context, template.root_render_func

    def filled(facts: Mapping[str, Any]) -> str:
        try:
            return "".join(fill(begin(facts, shared=True)))  # type: ignore[arg-type]
        except TypeError:  # None was compared: what is None is missing
            known = {name: value for name, value in facts.items() if value is not None}
            return "".join(fill(begin(known, shared=True)))

    return filled


@lru_cache(maxsize=4096)
def names_in(source: str) -> frozenset[str]:
    """The facts that a template reads."""
    return frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(source)))


def problem_in(source: str) -> str | None:
    """What is wrong with a template, whatever its facts."""
    if len(source) > LONGEST:
        return f"it has more than {LONGEST} characters"
    try:
        for node, depth in _nodes(_ENVIRONMENT.parse(source), 0):
            if depth > DEEPEST:
                return f"it is deeper than {DEEPEST} levels"
            if problem := _problem(node):
                return f"line {node.lineno}: {problem}"
        compiled.__wrapped__(source)
    except TemplateError as error:
        return f"line {getattr(error, 'lineno', 1)}: {error}"
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        return f"it cannot be read ({type(error).__name__})"
    return None


def _problem(node: nodes.Node) -> str | None:
    name = type(node).__name__.lower()
    if not isinstance(node, _LET_IN):
        return f"a template may not have a {name}"
    if isinstance(node, nodes.Filter) and (node.name not in FILTERS or node.args or node.kwargs or node.node is None):
        return f"there is no such filter as {node.name!r} here: {', '.join(FILTERS)}, each without arguments"
    if isinstance(node, nodes.Name) and node.name in ("self", "loop", "caller", "varargs", "kwargs"):
        return f"there is no fact {node.name!r}"
    if isinstance(node, nodes.Getitem) and not isinstance(node.node, nodes.Dict):
        return "only a list of words is looked up, {'key': 'word'}[fact]"
    if isinstance(node, nodes.Pair) and not (isinstance(node.key, nodes.Const) and isinstance(node.value, nodes.Const)):
        return "a list of words is of texts in quotes, {'key': 'word'}"
    return None


def _nodes(node: nodes.Node, depth: int) -> Iterator[tuple[nodes.Node, int]]:
    yield node, depth
    if depth <= DEEPEST:
        for child in node.iter_child_nodes():
            yield from _nodes(child, depth + 1)
