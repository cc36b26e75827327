"""Rules as data: what each condition asks, in which order rules decide, what is refused, and that none ever fails."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.conditions import CANDIDATE, CONDITIONS, KINDS, LEVELS, PLACED_BY, PLACES, Facts, condition
from services.intake.domain.duplicates import Likeness
from services.intake.domain.explaining import explain, explain_likeness
from services.intake.domain.places import AMBIGUOUS, NO_POSITION, OUTSIDE, Located
from services.intake.domain.registration import Category
from services.intake.domain.rules import ACTIONS, REASON_CODES, RuleSet, read_rules
from services.intake.domain.suggestion import Suggester, Suggestion
from services.intake.domain.understanding import Told, Understanding, Understood
from services.intake.domain.words import Finder, plain

CATALOGUE = {
    "0103": Category("0103", "暴露垃圾", "P3", "complaint", "01", ("垃圾", "发臭", "垃圾堆")),
    "0404": Category("0404", "水管破裂", "P2", "report", "04", ("爆管", "水管")),
    "A0301": Category("A0301", "公厕", "P4", "complaint", "A03", ("公厕",)),
    "9999": Category("9999", "其他", "P3", "report", "99"),
}
GRID = Located("g1", None, 1, "position", "", 118.4, 28.9)
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def facts(**changes: Any) -> Facts:
    known: dict[str, Any] = {"source": "hotline", "category": "0404", "kind": "report", "level": "P3"}
    known |= {"names_category": True, "text": plain("Gas 泄漏，有人受伤"), "minute": 12 * 60, "place": "located"}
    return Facts(**known | changes)


def told(text: str = "路口", **changes: Any) -> Told:
    known: dict[str, Any] = {"source": "hotline", "category": "", "kind": None, "level": None, "text": text}
    known |= {"reported_at": NOON, "anonymous": True, "media": False, "member": False, "settled": False}
    return Told(**known | changes)


def rule_set(*rules: dict[str, Any]) -> RuleSet:
    named = [{"name": f"rule {at}", "when": {}} | rule for at, rule in enumerate(rules)]
    found, problems = read_rules({"rules": named}, CATALOGUE)
    assert problems == []
    return found


def understand(report: Told, *rules: dict[str, Any], located: Located = GRID) -> Understood:
    return Understanding(CATALOGUE, rule_set(*rules)).of(report, located, auto_accept=True)


# what a condition asks


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({}, True),
        ({"source": "hotline"}, True),
        ({"source": ["chat", "portal"]}, False),
        ({"kind": "report", "level": ["P3", "P4"]}, True),
        ({"kind": "report", "level": "P1"}, False),  # all entries must hold
        ({"category": "04"}, True),
        ({"category": ["0103", "0404"]}, True),
        ({"category": "A"}, False),
        ({"names_category": True}, True),
        ({"text_any": ["起火", "有人受伤"]}, True),
        ({"text_any": "起火"}, False),
        ({"text_all": ["泄漏", "受伤"]}, True),
        ({"text_all": ["泄漏", "起火"]}, False),
        ({"text_any": "ＧＡＳ"}, True),  # full width and capitals make no difference
        ({"hours": {"from": "08:00", "to": "18:00"}}, True),
        ({"hours": {"from": "12:00", "to": "12:01"}}, True),
        ({"hours": {"from": "11:00", "to": "12:00"}}, False),  # until is not in it
        ({"hours": {"from": "22:00", "to": "07:00"}}, False),
        ({"hours": {"from": "07:00", "to": "07:00"}}, False),
        ({"place": ["outside", "unknown"]}, False),
        ({"placed_by": "address"}, False),
        ({"anonymous": True, "media": False, "member": False, "settled": False}, True),
        ({"keywords": 1}, False),
        ({"not": {"level": "P3"}}, False),
        ({"not": {"level": "P3", "source": "chat"}}, True),  # not all of it
        ({"not": {"all": [{"level": "P3"}, {"source": "chat"}]}}, True),
        ({"any": [{"level": "P1"}, {"source": "hotline"}]}, True),
        ({"all": [{"level": "P1"}, {"source": "hotline"}]}, False),
        ({"any": []}, False),
        ({"all": []}, True),
    ],
)
def test_conditions(asked: dict[str, Any], answer: bool) -> None:
    problems: list[Any] = []
    assert condition(asked, (), problems)(facts()) is answer
    assert problems == []


@pytest.mark.parametrize(("minute", "answer"), [(21 * 60 + 59, False), (22 * 60, True), (0, True), (6 * 60 + 59, True)])
def test_hours_may_go_over_midnight(minute: int, answer: bool) -> None:
    test = condition({"hours": {"from": "22:00", "to": "07:00"}}, (), [])
    assert test(facts(minute=minute)) is answer


# in which order they decide


def test_what_one_rule_has_set_no_later_one_sets_again() -> None:
    meaning = understand(told(), {"then": {"level": "P2", "kind": "help"}}, {"then": {"level": "P1", "hint": "x"}})
    assert (meaning.level, meaning.kind, meaning.hint) == ("P2", "help", "x")


def test_a_rule_sees_what_those_before_it_have_decided() -> None:
    first = {"then": {"level": "P2"}}
    second = {"when": {"level": "P2"}, "then": {"acceptance": "desk"}}
    assert understand(told(), first, second).acceptance == "desk"
    assert understand(told(), second, first).acceptance == "accept"


def test_raising_makes_a_case_more_urgent_and_never_less() -> None:
    raises = {"then": {"raise_level": "P2"}}
    assert understand(told(level="P3"), raises).level == "P2"
    assert understand(told(level="P1"), raises).level == "P1"
    assert understand(told(), {"then": {"level": "P4"}}, raises, {"then": {"raise_level": "P1"}}).level == "P1"


def test_a_refusal_has_its_reason() -> None:
    refuses = {"then": {"acceptance": "reject", "reason_code": "in_court", "reason": "已进入诉讼程序"}}
    meaning = understand(told(), refuses)
    assert (meaning.acceptance, meaning.reason_code, meaning.reason) == ("reject", "in_court", "已进入诉讼程序")
    assert understand(told(), {"then": {"acceptance": "accept"}}, refuses).reason_code == ""


# category, kind and level without and with rules


def test_the_report_wins_over_its_category() -> None:
    meaning = understand(told(category="0404", level="P1"))
    assert (meaning.category.code, meaning.level, meaning.kind) == ("0404", "P1", "report")
    assert {(what, by) for what, _, by, _ in meaning.steps} == {
        ("category", "report"),
        ("kind", "category"),
        ("level", "report"),
        ("acceptance", "source"),
        ("place", "position"),
    }


def test_a_suggestion_is_only_taken_by_rule_and_brings_kind_and_level() -> None:
    suggested = understand(told("水管爆管了"))
    assert suggested.category.code == "9999"
    assert ("suggestion", "0404", "keywords", "水管, 爆管") in suggested.steps
    takes = {"when": {"names_category": False, "keywords": 2}, "then": {"category": "suggested"}}
    taken = understand(told("水管爆管了"), takes)
    assert (taken.category.code, taken.level, taken.kind) == ("0404", "P2", "report")
    assert understand(told("水管漏"), takes).category.code == "9999"  # one keyword is not enough
    assert understand(told("水管爆管了", category="0103"), takes).category.code == "0103"
    own = understand(told("水管爆管了", level="P4"), takes)
    assert (own.level, own.category.code) == ("P4", "0404")  # the report's own level stays


def test_a_rule_sees_the_category_that_was_taken() -> None:
    takes = {"when": {"keywords": 1}, "then": {"category": "suggested"}}
    after = {"when": {"category": "04", "level": "P2"}, "then": {"hint": "供水公司"}}
    assert understand(told("水管漏"), takes, after).hint == "供水公司"


@pytest.mark.parametrize(
    ("text", "code", "keywords"),
    [
        ("垃圾发臭", "0103", ("垃圾", "发臭")),
        ("门口垃圾堆", "0103", ("垃圾堆",)),  # the longest word, not the one in it
        ("公厕水管漏", "0404", ("水管",)),  # as many characters, as many words: the lower code
        ("公厕旁垃圾垃圾堆", "0103", ("垃圾", "垃圾堆")),
    ],
)
def test_the_category_for_which_most_speaks_is_suggested(text: str, code: str, keywords: tuple[str, ...]) -> None:
    suggester = Suggester((category.code, category.keywords) for category in CATALOGUE.values())
    assert suggester.suggest(plain(text)) == Suggestion(code, keywords)
    assert suggester.suggest(plain("没有说什么")) is None


@given(st.lists(st.text("ab垃圾", min_size=1, max_size=3)), st.text("ab垃圾 ", max_size=12))
def test_found_words_are_in_the_text_and_nothing_longer_was_overlooked(words: list[str], text: str) -> None:
    found = Finder(words).find(plain(text))
    assert all(word in plain(text) for word in found)
    assert len(found) == len(set(found))
    there = [plain(word) for word in words if plain(word) and plain(word) in plain(text)]
    assert max(map(len, found), default=0) == max(map(len, there), default=0)


# merging


def test_only_rules_that_merge_know_the_candidate() -> None:
    merges = {"when": {"score": 0.9, "metres": 30, "minutes": 60, "same_category": True}, "then": {"merge": True}}
    understanding = Understanding(CATALOGUE, rule_set(merges))
    meaning = understanding.of(told(category="0103"), GRID, auto_accept=True)
    assert understanding.merges(meaning, Likeness(0.95, 10, 5, True, 1.0))
    for likeness in [(0.8, 10, 5, True, 1), (0.95, 40, 5, True, 1), (0.95, 10, 61, True, 1), (0.95, 10, 5, False, 1)]:
        assert not understanding.merges(meaning, Likeness(*likeness))
    assert not Understanding(CATALOGUE, RuleSet()).merges(meaning, Likeness(1, 0, 0, True, 1))


# what is refused


@pytest.mark.parametrize(
    ("section", "place", "said"),
    [
        ([], (), "no mapping"),
        ({"rule": []}, ("rule",), "nobody reads"),
        ({"rules": {}}, ("rules",), "no list"),
        ({"duplicates": {"within_m": 1000}}, ("duplicates", "within_m"), "from 1 to 300"),
        ({"duplicates": {"within_weeks": 12}}, ("duplicates",), "nobody reads"),
        ({"rules": ["x"]}, ("rules", 0), "name, when and then"),
        ({"rules": [{"name": "", "when": {}, "then": {"hint": "x"}}]}, ("rules", 0, "name"), "short text"),
        ({"rules": [{"name": "a", "when": [], "then": {"hint": "x"}}]}, ("rules", 0, "when"), "no mapping"),
        ({"rules": [{"name": "a", "when": {}, "then": {}}]}, ("rules", 0, "then"), "does nothing"),
        ({"rules": [{"name": "a", "when": {}, "then": {"merge": False}}]}, ("rules", 0, "then", "merge"), "nothing"),
        ({"rules": [{"name": "a", "when": {}, "then": {"merge": True, "hint": "x"}}]}, ("rules", 0, "then"), "else"),
        (
            {"rules": [{"name": "a", "when": {}, "then": {"category": "7777"}}]},
            ("rules", 0, "then", "category"),
            "7777",
        ),
        ({"rules": [{"name": "a", "when": {}, "then": {"acceptance": "reject"}}]}, ("rules", 0, "then"), "refusal"),
        ({"rules": [{"name": "a", "when": {}, "then": {"reason": "x"}}]}, ("rules", 0, "then"), "refusal"),
        ({"rules": [{"name": "a", "when": {}, "then": {"hint": ["x"]}}]}, ("rules", 0, "then", "hint"), "no text"),
    ],
)
def test_a_broken_rule_set_is_refused_where_it_is_broken(section: Any, place: tuple[Any, ...], said: str) -> None:
    _, problems = read_rules(section, CATALOGUE)
    assert [problem.path for problem in problems] == [place]
    assert said in problems[0].problem and problems[0].repair


@pytest.mark.parametrize(
    "asked",
    [
        {"levels": "P1"},
        {"level": "P9"},
        {"level": []},
        {"source": 5},
        {"text_any": ["", "x"]},
        {"hours": {"from": "8", "to": "9"}},
        {"hours": {"from": 480, "to": "09:00"}},
        {"hours": "08:00"},
        {"media": "yes"},
        {"keywords": "2"},
        {"keywords": True},
        {"all": {"level": "P1"}},
        {"not": [{"level": "P1"}]},
        {"any": [{"any": ["x"]}]},
        {5: "x"},
    ],
)
def test_a_wrong_condition_is_named_and_the_others_are_still_looked_at(asked: Any) -> None:
    broken = {"name": "a", "when": asked, "then": {"level": "P0"}}
    _, problems = read_rules({"rules": [broken, {"name": "a", "when": {"score": 1}, "then": {"hint": "x"}}]})
    assert len(problems) == 4  # the condition, the level, the name that stands twice, the score without merging
    assert all(problem.repair for problem in problems)


def test_conditions_do_not_lie_without_end_in_each_other() -> None:
    deep: dict[str, Any] = {"level": "P1"}
    for _ in range(200):
        deep = {"not": deep}
    _, problems = read_rules({"rules": [{"name": "a", "when": deep, "then": {"hint": "x"}}]})
    assert ["too deep" in problem.problem for problem in problems] == [True]


# whatever loads never fails

WORDS = st.lists(st.text(min_size=1, max_size=3).filter(str.strip), min_size=1, max_size=3)
CLOCKS = st.times().map(lambda time: f"{time:%H:%M}")
LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "source": WORDS,
    "kind": st.sampled_from(KINDS),
    "level": st.lists(st.sampled_from(LEVELS), min_size=1),
    "category": WORDS,
    "text_any": WORDS,
    "text_all": WORDS,
    "hours": st.fixed_dictionaries({"from": CLOCKS, "to": CLOCKS}),
    "place": st.sampled_from(PLACES),
    "placed_by": st.sampled_from(PLACED_BY),
    "keywords": st.integers(1, 100),
    "score": st.floats(0, 1),
    "metres": st.floats(0, 300),
    "minutes": st.integers(0, 525_600),
} | {name: st.booleans() for name in ("names_category", "anonymous", "media", "member", "settled", "same_category")}


def conditions(*without: str) -> st.SearchStrategy[Any]:
    leaves = {name: leaf for name, leaf in LEAVES.items() if name not in without}
    return st.recursive(
        st.sets(st.sampled_from(sorted(leaves)), max_size=3).flatmap(
            lambda names: st.fixed_dictionaries({name: leaves[name] for name in sorted(names)})
        ),
        lambda inner: st.one_of(
            st.fixed_dictionaries({"not": inner}),
            st.fixed_dictionaries({"any": st.lists(inner, max_size=3)}),
            st.fixed_dictionaries({"all": st.lists(inner, max_size=3)}),
        ),
        max_leaves=4,
    )


THEN = st.one_of(
    st.fixed_dictionaries(
        {"level": st.sampled_from(LEVELS)},
        optional={
            "raise_level": st.sampled_from(LEVELS),
            "kind": st.sampled_from(KINDS),
            "category": st.sampled_from(["suggested", *CATALOGUE]),
            "hint": st.text("提示x", min_size=1, max_size=5),
            "acceptance": st.sampled_from(["accept", "desk"]),
        },
    ),
    st.fixed_dictionaries(
        {"acceptance": st.just("reject"), "reason_code": st.sampled_from(REASON_CODES), "reason": st.just("理由")}
    ),
)
RULE = st.tuples(conditions(*CANDIDATE), THEN) | st.tuples(conditions(), st.just({"merge": True}))
SECTION = st.lists(RULE, max_size=5).map(
    lambda rules: {"rules": [{"name": str(at), "when": when, "then": then} for at, (when, then) in enumerate(rules)]}
)
ANY_TOLD = st.builds(
    told,
    st.text(max_size=40) | st.text("垃圾发臭水管爆公厕", max_size=10),
    source=st.text(max_size=5),
    category=st.sampled_from(["", "7777", *CATALOGUE]),
    kind=st.none() | st.sampled_from(KINDS),
    level=st.none() | st.sampled_from(LEVELS),
    reported_at=st.datetimes(timezones=st.just(dt.UTC)),
    anonymous=st.booleans(),
    media=st.booleans(),
    member=st.booleans(),
    settled=st.booleans(),
)
ANY_PLACE = st.sampled_from(
    [
        GRID,
        Located(None, NO_POSITION),
        Located(None, NO_POSITION, by="camera", detail="C-{9}"),
        Located(None, OUTSIDE, 0, "position", "g2", 1.0, 1.0),
        Located(None, AMBIGUOUS, 2, "address", "人民路"),
    ]
)
ANY_LIKENESS = st.builds(
    Likeness, st.floats(0, 1), st.floats(0, 300), st.floats(0, 1e6), st.booleans(), st.floats(0, 1)
)


def test_the_vocabulary_is_tried_out_whole() -> None:
    assert set(LEAVES) == set(CONDITIONS)
    assert set(ACTIONS) >= {"acceptance", "category", "kind", "level", "raise_level", "hint", "merge"}


@given(SECTION, ANY_TOLD, ANY_PLACE, ANY_LIKENESS, st.booleans())
def test_rules_that_load_never_fail(
    section: dict[str, Any], report: Told, located: Located, likeness: Likeness, accepts: bool
) -> None:
    rules, problems = read_rules(section, CATALOGUE)
    assert problems == []
    understanding = Understanding(CATALOGUE, rules)
    meaning = understanding.of(report, located, accepts)
    understanding.merges(meaning, likeness)
    in_force = {what: value for what, value, _, _ in meaning.steps}
    assert in_force["category"] == meaning.category.code in CATALOGUE
    assert (in_force["level"], in_force["kind"]) == (meaning.level, meaning.kind)
    assert in_force["acceptance"] == meaning.acceptance
    assert all(step["why_zh"] and step["why_en"] for step in explain(meaning.steps))
    again = understanding.of(report, located, accepts)
    assert again.steps == meaning.steps


KEYS = st.sampled_from(["rules", "name", "when", "then", "all", "not", "hours", "level", "merge", "duplicates", "x"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
)
ALMOST = st.fixed_dictionaries({"name": st.text(max_size=3) | ANYTHING, "when": ANYTHING, "then": ANYTHING})


@given(ANYTHING | st.fixed_dictionaries({"rules": st.lists(ALMOST | ANYTHING, max_size=3)}))
def test_whatever_stands_in_a_section_it_is_read_or_refused(section: Any) -> None:
    rules, problems = read_rules(section, CATALOGUE)
    assert isinstance(rules, RuleSet)
    assert all(problem.problem and problem.repair for problem in problems)


# why


def test_why_did_this_case_become_p2() -> None:
    meaning = understand(told("停水了", category="0103"), {"when": {"text_any": "停水"}, "then": {"raise_level": "P2"}})
    steps = [step for step in explain(meaning.steps) if step["what"] == "level"]
    assert [(step["value"], step["by"], step["why_en"]) for step in steps] == [
        ("P3", "category", "that is what category 0103 has"),
        ("P2", "rule", "rule “rule 0”"),
    ]


def test_why_a_case_is_suggested_as_a_duplicate() -> None:
    row = {"metres": 12.0, "minutes": 90.0, "same_category": False, "words": 0.5}
    assert explain_likeness(row) == {
        "why_zh": "相距 12 米,相隔 1.5 小时,同一大类,文字相似 50%",
        "why_en": "12 m and 1.5 h apart, the same class, words 50 % alike",
    }
