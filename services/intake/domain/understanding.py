"""What a report means: category, kind, level, who decides; and for each of these, what it goes by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.intake.domain.conditions import LEVELS, Facts
from services.intake.domain.duplicates import Likeness
from services.intake.domain.places import AMBIGUOUS, OUTSIDE, Located
from services.intake.domain.registration import OTHER, Category, Report
from services.intake.domain.rules import ACCEPT, DESK, REJECT, SUGGESTED, Rule, RuleSet
from services.intake.domain.suggestion import Suggester, Suggestion
from services.intake.domain.words import plain

Step = tuple[str, str, str, str]  # what, its value, by what, which one of these: what is kept with a case

_PLACES = {None: "located", OUTSIDE: "outside", AMBIGUOUS: "ambiguous"}
_NOWHERE = Category(OTHER, "其他", "P3", "report")


@dataclass(frozen=True)
class Told:
    """What a report itself says, as far as the rules need it; from a report, or from a case that is looked at again."""

    source: str
    category: str
    kind: str | None
    level: str | None
    text: str  # title and description
    reported_at: dt.datetime  # in the town's time
    anonymous: bool
    media: bool
    member: bool
    settled: bool


@dataclass
class Understood:
    """The outcome. `steps` say how it came about, in order; of each `what` the last one is in force."""

    category: Category
    kind: str
    level: str
    acceptance: str
    reason_code: str = ""
    reason: str = ""
    hint: str | None = None
    facts: Facts | None = None  # as the last rule has left them
    steps: list[Step] = field(default_factory=list)

    def note(self, what: str, value: str, by: str, detail: str = "") -> None:
        """`by`: report, category, source, keywords, rule, position, grid_code, camera, photo, address or nothing;
        `detail`: the rule, the keywords, the names that it went by."""
        self.steps.append((what, value, by, detail))


class Understanding:
    """How reports are understood: a catalogue, the words that suggest its categories, and the rules in force."""

    def __init__(self, catalogue: Mapping[str, Category], rules: RuleSet):
        self.catalogue, self.rules = catalogue, rules
        self._suggester = Suggester((code, category.keywords) for code, category in catalogue.items())

    def of(self, told: Told, located: Located, auto_accept: bool) -> Understood:
        """The meaning of one report, whose source does or does not have its reports accepted at once."""
        text = plain(told.text)
        known = self.catalogue.get(told.category)
        suggestion = None if known else self._suggester.suggest(text)
        meaning = self._as_told(told, known or self.catalogue.get(OTHER, _NOWHERE), bool(known), auto_accept)
        if suggestion:
            meaning.note("suggestion", suggestion.code, "keywords", ", ".join(suggestion.keywords))
        _note_place(meaning, located)
        facts = _facts(told, text, meaning, located, bool(known), suggestion)
        decided: set[str] = set()
        for rule in self.rules.that_apply(facts):
            self._apply(rule, meaning, suggestion, decided)
            facts.category, facts.kind, facts.level = meaning.category.code, meaning.kind, meaning.level
        meaning.facts = facts
        return meaning

    def merges(self, meaning: Understood, likeness: Likeness) -> Rule | None:
        """The rule by which a case is one with another that is so much like it."""
        if not self.rules.merging or meaning.facts is None:
            return None
        score, metres, minutes, same, _ = likeness
        return self.rules.merges(
            replace(meaning.facts, score=score, metres=metres, minutes=minutes, same_category=same)
        )

    def _as_told(self, told: Told, category: Category, named: bool, auto_accept: bool) -> Understood:
        """Without rules: the report's own words win over its category's."""
        acceptance = ACCEPT if auto_accept else DESK
        meaning = Understood(category, told.kind or category.kind, told.level or category.level, acceptance)
        meaning.note("category", category.code, "report" if named else "nothing")
        meaning.note("kind", meaning.kind, "report" if told.kind else "category", "" if told.kind else category.code)
        meaning.note(
            "level", meaning.level, "report" if told.level else "category", "" if told.level else category.code
        )
        meaning.note("acceptance", acceptance, "source", told.source)
        return meaning

    def _apply(self, rule: Rule, meaning: Understood, suggestion: Suggestion | None, decided: set[str]) -> None:
        then = rule.then
        code = suggestion.code if then.get("category") == SUGGESTED and suggestion else then.get("category")
        if code in self.catalogue and "category" not in decided:
            decided.add("category")
            _take_category(meaning, self.catalogue[str(code)], rule.name)
        for what in ("kind", "level", "acceptance", "hint"):
            if what in then and what not in decided:
                decided.add(what)
                setattr(meaning, what, then[what])
                meaning.note(what, then[what], "rule", rule.name)
                if then[what] == REJECT:
                    meaning.reason_code, meaning.reason = then["reason_code"], then["reason"]
        raised = then.get("raise_level")
        if raised and LEVELS.index(raised) < LEVELS.index(meaning.level):
            meaning.level = raised
            meaning.note("level", raised, "rule", rule.name)


def _take_category(meaning: Understood, category: Category, rule: str) -> None:
    """Kind and level follow the new category, where they went by the old one."""
    meaning.category = category
    meaning.note("category", category.code, "rule", rule)
    by = {what: by for what, _, by, _ in meaning.steps}
    for what, value in (("kind", category.kind), ("level", category.level)):
        if by[what] == "category":
            setattr(meaning, what, value)
            meaning.note(what, value, "category", category.code)


def _note_place(meaning: Understood, located: Located) -> None:
    meaning.note("place", located.grid_id or str(located.desk_reason), located.by or "nothing", located.detail)


def _facts(
    told: Told, text: str, meaning: Understood, located: Located, named: bool, suggestion: Suggestion | None
) -> Facts:
    return Facts(
        told.source,
        meaning.category.code,
        meaning.kind,
        meaning.level,
        named,
        text,
        told.reported_at.hour * 60 + told.reported_at.minute,
        _PLACES.get(located.desk_reason, "unknown"),
        located.by,
        told.anonymous,
        told.media,
        told.member,
        told.settled,
        len(suggestion.keywords) if suggestion else 0,
    )


def told_by(report: Report, now: dt.datetime, anonymous: bool) -> Told:
    """What the report says; `now` has the town's zone."""
    return Told(
        report.source,
        report.category,
        report.kind,
        report.level,
        f"{report.title}\n{report.description}",
        (report.reported_at or now).astimezone(now.tzinfo),
        anonymous,
        bool(report.media),
        report.reported_by is not None,
        report.settled is not None,
    )
