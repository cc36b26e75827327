"""Callback's rules as data: what is refused and where, whose answer counts, what is drawn, who handles it next."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Request

from services.callback import doors
from services.callback.domain.counting import Answer, Demand, counted, judge_at
from services.callback.domain.questions import Questions
from services.callback.domain.rule_set import mistakes_in
from services.callback.domain.rules import CHANNELS, WHOSE, Rules, Terms
from services.callback.domain.sampling import Sample, draw, missing, month_before, place
from services.callback.domain.satisfaction import SATISFACTION, SOLVED, SUPERIOR, UNIT, after, judge
from shared.http.problems import Unprocessable
from tests.unit.qiuchuan import read

GOOD = read("rules/normal.yaml")["callback"]
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
OPTION = {"id": "a", "zh": "甲", "en": "A"}
REASONS = {"reasons": [OPTION | {"id": "slow"}, OPTION | {"id": "dark", "category": "01"}]}
POLITE = {"more": [{"id": "polite", "zh": "态度?", "en": "Polite?", "options": [OPTION, OPTION | {"id": "b"}]}]}


@pytest.mark.parametrize("name", ["normal", "practice"])
def test_the_sample_towns_rules_can_come_into_force(name: str) -> None:
    assert mistakes_in(read(f"rules/{name}.yaml")["callback"]) == []
    assert mistakes_in({}) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"ask": []}, ("ask",)),
        ({"ask": GOOD["ask"] | {"kinds": ["rumour"]}}, ("ask", "kinds")),
        ({"ask": GOOD["ask"] | {"sample_percent": 101}}, ("ask", "sample_percent")),
        ({"ask": GOOD["ask"] | {"sample_percent": True}}, ("ask", "sample_percent")),
        ({"ask": GOOD["ask"] | {"sources": [7]}}, ("ask", "sources")),
        ({"ask": GOOD["ask"] | {"colour": 1}}, ("ask", "colour")),
        ({"when": "soon"}, ("when",)),
        ({"attempts": 0}, ("attempts",)),
        ({"window": "14 working_day"}, ("window",)),
        ({"window": 14}, ("window",)),
        ({"dissatisfied_is_rework": "yes"}, ("dissatisfied_is_rework",)),
        ({"whose": "loudest"}, ("whose",)),
        ({"settle": {"page": "long"}}, ("settle", "page")),
        ({"settle": {"pigeon": "1 day"}}, ("settle", "pigeon")),
        ({"problem_after": 0}, ("problem_after",)),
        ({"questions": []}, ("questions",)),
        ({"questions": {"solved": {"zh": "?"}}}, ("questions", "solved")),
        ({"questions": {"solved": {"zh": "", "en": "?"}}}, ("questions", "solved", "zh")),
        ({"questions": {"reasons": [OPTION, OPTION]}}, ("questions", "reasons", 1, "id")),
        ({"questions": {"reasons": [OPTION | {"id": "A-1"}]}}, ("questions", "reasons", 0, "id")),
        ({"questions": {"reasons": [OPTION | {"category": 1}]}}, ("questions", "reasons", 0, "category")),
        ({"questions": {"more": [POLITE["more"][0] | {"id": "solved"}]}}, ("questions", "more", 0, "id")),
        ({"questions": {"more": [POLITE["more"][0] | {"options": [OPTION]}]}}, ("questions", "more", 0, "options")),
        ({"extra": 1}, ("extra",)),
    ],
)
def test_each_mistake_is_named_with_its_place_and_repair(change: dict[str, Any], place: tuple[Any, ...]) -> None:
    found = mistakes_in(copy.deepcopy(GOOD) | change)
    assert [one[0] for one in found] == [place]
    assert all(problem and repair for _, problem, repair in found)


def test_what_is_missing_is_named() -> None:
    assert {one[1] for one in mistakes_in({"when": "at_once"})} == {
        f"it has no {key}" for key in ("ask", "attempts", "window", "dissatisfied_is_rework")
    }


def test_terms_and_questions_come_back_as_they_were_kept() -> None:
    rules = Rules.of(GOOD | {"whose": "worst", "look": "1 day", "settle": {"page": "5 minute"}})
    assert Terms.of(rules.terms.as_data()) == rules.terms
    assert rules.terms.settle["chat"] == dt.timedelta(minutes=30)
    questions = Questions.of(REASONS | POLITE)
    assert Questions.of(questions.as_data()) == questions
    assert questions.version != Questions.of(REASONS).version != Questions.of({}).version


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"solved": "yes"}, []),
        ({"solved": "yes", "satisfaction": "satisfied", "reasons": ["slow", "dark"], "polite": "b"}, []),
        ({}, ["solved"]),
        ({"solved": "perhaps"}, ["solved"]),
        ({"solved": ["yes"]}, ["solved"]),
        ({"solved": "yes", "polite": "c"}, ["polite"]),
        ({"solved": "yes", "weather": "fine"}, ["weather"]),
        ({"solved": "yes", "reasons": "slow"}, ["reasons"]),
        ({"solved": "yes", "reasons": ["loud"]}, ["reasons"]),
    ],
)
def test_answers_are_held_against_their_questions(answers: dict[str, Any], wrong: list[str]) -> None:
    found = Questions.of(REASONS | POLITE).mistakes(answers, "0103")
    assert [one.partition(":")[0] for one in found] == wrong


def test_a_reason_is_for_its_categories() -> None:
    questions = Questions.of(REASONS)
    assert questions.mistakes({"solved": "no", "reasons": ["dark"]}, "0203")
    assert [one.id for one in questions.reasons_for("0203")] == ["slow"]
    assert questions.words_of(["slow", "gone"]) == ("甲、gone", "A, gone")


ANSWERS = st.dictionaries(
    st.sampled_from(["r1", "r2", "r3", "r4"]),
    st.tuples(st.sampled_from(SOLVED), st.sampled_from(SATISFACTION), st.integers(0, 600), st.sampled_from(CHANNELS)),
)


def given_answers(said: dict[str, Any]) -> dict[str, Answer]:
    return {
        report: Answer(f"{n:02d}", report, channel, NOW + dt.timedelta(minutes=minutes), solved, content)
        for n, (report, (solved, content, minutes, channel)) in enumerate(sorted(said.items()))
    }


@given(ANSWERS, st.sampled_from(WHOSE), ANSWERS)
def test_what_is_judged_early_is_what_would_be_judged_late(said: dict[str, Any], whose: str, later: Any) -> None:
    """No answer that comes after the judgement could have changed whether it is handled again."""
    terms, reporters = Terms(whose=whose), ("r1", "r2", "r3")
    early = given_answers({report: one for report, one in said.items() if report in reporters})
    all_in = early | given_answers({r: one for r, one in later.items() if r in reporters and r not in early})
    when = judge_at(early, reporters, terms)
    if when is None:
        return
    both = [one for one in (counted(early, reporters, terms), counted(all_in, reporters, terms)) if one]
    verdicts = {judge(one.solved, one.satisfaction, True).rework for one in both}
    assert len(verdicts) == 1
    assert when >= max(one.at for one in early.values()) or whose == "first"


@given(ANSWERS, st.sampled_from(WHOSE))
def test_somebodys_answer_counts_as_soon_as_there_is_one(said: dict[str, Any], whose: str) -> None:
    answers = given_answers(said)
    counts = counted(answers, ("r1", "r2"), Terms(whose=whose))
    assert (counts is None) == (not answers)
    assert counts is None or answers[counts.report] == counts


@pytest.mark.parametrize(
    ("channel", "solved", "satisfaction", "demand", "minutes"),
    [
        ("desk", "yes", "satisfied", None, 0),
        ("source", "no", "dissatisfied", None, 0),
        ("page", "yes", "satisfied", None, 30),
        ("chat", "no", "dissatisfied", None, 30),
        ("page", "yes", "dissatisfied", None, 24 * 60),  # the desk may look at it
        ("desk", "yes", "dissatisfied", None, 0),
        ("desk", "yes", "dissatisfied", "proposed", 3 * 24 * 60),
        ("page", "partly", "dissatisfied", "reasonable", 0),
        ("page", "partly", "dissatisfied", "unreasonable", 0),
    ],
)
def test_when_an_answer_is_judged(
    channel: str, solved: str, satisfaction: str, demand: str | None, minutes: int
) -> None:
    terms = Terms(look=dt.timedelta(days=1))
    answer = Answer("1", "r1", channel, NOW, solved, satisfaction)
    looked = Demand(demand, NOW) if demand else None
    assert judge_at({"r1": answer}, ("r1",), terms, looked) == NOW + dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("solved", "satisfaction", "mild", "demand", "rework", "counts"),
    [
        ("yes", "dissatisfied", False, None, True, True),
        ("yes", "dissatisfied", True, None, False, True),
        ("yes", "dissatisfied", True, "reasonable", True, True),
        ("yes", "dissatisfied", False, "proposed", True, True),  # one alone decides nothing
        ("yes", "dissatisfied", False, "unreasonable", False, False),
        ("no", "dissatisfied", False, "unreasonable", True, True),  # what is not solved is no question of demands
    ],
)
def test_what_the_desk_says_of_a_demand(
    solved: str, satisfaction: str, mild: bool, demand: str | None, rework: bool, counts: bool
) -> None:
    verdict = judge(solved, satisfaction, not mild, demand)
    assert (verdict.rework, verdict.counts) == (rework, counts)
    assert " / " in verdict.why


def test_the_same_unit_then_from_above_then_a_problem_case() -> None:
    assert [(after(n, 3).to, after(n, 3).problem) for n in range(1, 5)] == [
        (UNIT, False), (SUPERIOR, False), (SUPERIOR, True), (SUPERIOR, True)
    ]  # fmt: skip


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 100))
def test_a_topped_up_sample_is_large_enough_and_not_larger(eligible: int, asked: int, percent: int) -> None:
    asked = min(asked, eligible)
    added = missing(Sample("g", "0103", eligible, asked), percent)
    assert (asked + added) * 100 >= eligible * percent
    assert added == 0 or (asked + added - 1) * 100 < eligible * percent


@given(st.sets(st.text(st.characters(codec="utf-8"), min_size=1), max_size=30), st.integers(0, 40), st.randoms())
def test_the_draw_is_the_same_whoever_draws(numbers: set[str], wanted: int, random: Any) -> None:
    shuffled = sorted(numbers)
    random.shuffle(shuffled)
    drawn = draw([(number, number) for number in shuffled], wanted, "2f1c")
    assert drawn == draw([(number, number) for number in sorted(numbers)], wanted, "2f1c")
    assert len(drawn) == min(wanted, len(numbers))
    left = [place(number, "2f1c") for number in numbers - set(drawn)]
    assert not drawn or not left or place(drawn[-1], "2f1c") <= min(left)  # those that came nearest to the sample


def test_the_month_before() -> None:
    assert [month_before(month) for month in ("2026-11", "2026-01", "2026-10")] == ["2026-10", "2025-12", "2026-09"]


def test_follow_ups_in_a_state_that_there_is_not_are_refused_with_those_that_there_are() -> None:
    with pytest.raises(Unprocessable) as refused:
        doors.get_follow_ups(Request.from_values("/callback/follow-ups?state=done"), None)
    assert "to_look_at" in refused.value.reasons[0]["repair"]
