"""The town's rules about reports: an ordered list of data, read whole or refused whole.

Rules are gone through from the first to the last. Each sees what those before it have decided; what one has set, no
later one sets again. `raise_level` is the exception: it makes a case more urgent, never less, whenever it applies.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.intake.domain.conditions import (
    KINDS,
    LEVELS,
    Facts,
    Path,
    Problem,
    Test,
    Wrong,
    asks_about_candidates,
    condition,
    number,
    texts,
    truth,
)
from services.intake.domain.retention import Retention
from services.intake.domain.waiting import WAITS, duration

PARTS = ("rules", "duplicates", "waits", "retention")  # of the section; the last two are about the life of a case

SUGGESTED = "suggested"  # the category that the keywords suggest
ACCEPT, DESK, REJECT = "accept", "desk", "reject"
REASON_CODES = ("not_our_matter", "in_court", "repeated", "no_matter", "other_authority")
_LONGEST = 200  # characters of a name, a reason, a hint
_MOST = 500  # rules


@dataclass(frozen=True)
class Rule:
    """One rule: when it applies, and what it then does (action → value)."""

    name: str
    applies: Test
    then: Mapping[str, Any]


@dataclass(frozen=True)
class Nearness:
    """Which cases are suggested as duplicates: of the same class, so near in place and time, and likely enough."""

    within_m: float = 250.0
    within_days: float = 84.0
    suggest_from: float = 0.5


@dataclass(frozen=True)
class RuleSet:
    """The rules in force. Empty: sources and catalogue decide alone, and nothing is merged."""

    rules: tuple[Rule, ...] = ()
    merging: tuple[Rule, ...] = ()
    nearness: Nearness = Nearness()

    def that_apply(self, facts: Facts) -> Iterator[Rule]:
        """In their order; each is asked when its turn comes, so that it sees what the ones before it have changed."""
        return (rule for rule in self.rules if rule.applies(facts))

    def merges(self, facts: Facts) -> Rule | None:
        """The rule by which a case is one with its most likely duplicate."""
        return next((rule for rule in self.merging if rule.applies(facts)), None)


def read_rules(section: Any, catalogue: Collection[str] | None = None) -> tuple[RuleSet, list[Problem]]:
    """The rules of a section `intake`, and all that is wrong in it; with problems the rules must not be used.

    `catalogue` holds the codes that rules may set; without it, codes are not checked.
    """
    problems: list[Problem] = []
    if not isinstance(section, dict):
        return RuleSet(), [Problem((), "the section is no mapping", "write intake: {rules: […]}")]
    for key in section.keys() - set(PARTS):
        problems.append(Problem((key,), f"nobody reads {key!r}", f"use {', '.join(PARTS)}"))
    nearness = _nearness(section.get("duplicates", {}), problems)
    _waits(section.get("waits") or {}, problems)
    _retention(section.get("retention") or {}, problems)
    listed = section.get("rules", [])
    if not isinstance(listed, list) or len(listed) > _MOST:
        problems.append(Problem(("rules",), f"this is no list of at most {_MOST} rules", "write - {name, when, then}"))
        listed = []
    rules = [_rule(rule, ("rules", at), problems, catalogue) for at, rule in enumerate(listed)]
    _same_names(rules, problems)
    return RuleSet(
        tuple(rule for rule in rules if "merge" not in rule.then),
        tuple(rule for rule in rules if "merge" in rule.then),
        nearness,
    ), problems


def _waits(value: Any, problems: list[Problem]) -> None:
    """What is wrong in how long a case waits for others (domain/waiting.py)."""
    for name, text in value.items() if isinstance(value, dict) else [(None, value)]:
        path = ("waits",) if name is None else ("waits", name)
        if name not in WAITS:
            problems.append(Problem(path, "there is no such wait", f"use {', '.join(WAITS)}"))
            continue
        try:
            duration(text)
        except (ValueError, AttributeError):
            problems.append(Problem(path, f"{text!r} is no duration of the clock on the wall", "write 5 day"))


def _retention(value: Any, problems: list[Problem]) -> None:
    """What is wrong in how long what reporters told is kept (domain/retention.py)."""
    try:
        Retention.of(value)
    except (ValueError, AttributeError, TypeError) as error:
        problems.append(Problem(("retention",), str(error), "write {otherwise: 3 year, categories: {…}}"))


def _rule(value: Any, path: Path, problems: list[Problem], catalogue: Collection[str] | None) -> Rule:
    if not isinstance(value, dict) or value.keys() != {"name", "when", "then"}:
        problems.append(Problem(path, "a rule has name, when and then, and nothing else", "write {name, when, then}"))
        return Rule("", lambda facts: False, {})
    name = value["name"]
    if not isinstance(name, str) or not 0 < len(name.strip()) <= _LONGEST:
        problems.append(Problem((*path, "name"), "the name is no short text", f"name it in 1 to {_LONGEST} characters"))
        name = ""
    test = condition(value["when"], (*path, "when"), problems)
    then = _actions(value["then"], (*path, "then"), problems, catalogue)
    if asks_about_candidates(value["when"]) and "merge" not in then:
        repair = "only rules that merge know the likely duplicate: write then: {merge: true}"
        problems.append(Problem((*path, "when"), "it asks about a duplicate and does not merge", repair))
    return Rule(name.strip(), test, then)


def _actions(value: Any, path: Path, problems: list[Problem], catalogue: Collection[str] | None) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        problems.append(Problem(path, "it does nothing", f"use {', '.join(ACTIONS)}"))
        return {}
    for key, part in value.items():
        try:
            if key not in ACTIONS:
                raise Wrong(f"there is no action {key!r}", f"use {', '.join(ACTIONS)}")
            ACTIONS[key](part)
            if key == "category" and catalogue is not None and part not in {SUGGESTED, *catalogue}:
                raise Wrong(f"the catalogue has no {part!r}", f"use a code of the catalogue, or {SUGGESTED}")
        except Wrong as wrong:
            problems.append(Problem((*path, key), wrong.problem, wrong.repair))
    reasons = value.keys() & {"reason_code", "reason"}
    if len(reasons) != (2 if value.get("acceptance") == REJECT else 0):
        repair = "write acceptance: reject with reason_code and reason, or none of the three"
        problems.append(Problem(path, "a refusal has a reason_code and a reason, and nothing else has", repair))
    if "merge" in value and len(value) > 1:
        problems.append(Problem(path, "a rule that merges does nothing else", "make two rules of it"))
    return value


def _short_text(value: Any) -> str:
    (text,) = texts(value) if not isinstance(value, list) else ("",)
    if not 0 < len(text) <= _LONGEST:
        raise Wrong(f"{value!r} is no text of up to {_LONGEST} characters", "shorten it")
    return text


def _true(value: Any) -> bool:
    if truth(value) is not True:
        raise Wrong("merge: false does nothing", "leave the rule out")
    return True


def _one_of(*allowed: str) -> Any:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise Wrong(f"{value!r} is not known here", f"use {', '.join(allowed)}")
        return value

    return check


ACTIONS: dict[str, Any] = {
    "acceptance": _one_of(ACCEPT, DESK, REJECT),
    "reason_code": _one_of(*REASON_CODES),
    "reason": _short_text,
    "category": _short_text,
    "kind": _one_of(*KINDS),
    "level": _one_of(*LEVELS),
    "raise_level": _one_of(*LEVELS),
    "hint": _short_text,
    "merge": _true,
}


def _nearness(value: Any, problems: list[Problem]) -> Nearness:
    limits = {"within_m": (1, 300), "within_days": (1, 366), "suggest_from": (0, 1)}
    if not isinstance(value, dict) or not value.keys() <= limits.keys():
        problems.append(Problem(("duplicates",), "there is something that nobody reads", f"use {', '.join(limits)}"))
        return Nearness()
    good = {}
    for key, part in value.items():
        try:
            good[key] = float(number(part, *limits[key]))
        except Wrong as wrong:
            problems.append(Problem(("duplicates", key), wrong.problem, wrong.repair))
    return Nearness(**good)


def _same_names(rules: list[Rule], problems: list[Problem]) -> None:
    names: set[str] = set()
    for at, rule in enumerate(rules):
        if rule.name and rule.name in names:
            repair = "give each rule a name of its own: cases are explained by it"
            problems.append(Problem(("rules", at, "name"), f"{rule.name!r} stands twice", repair))
        names.add(rule.name)
