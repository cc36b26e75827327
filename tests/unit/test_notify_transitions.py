"""What has happened to cases, for the exchange `feed`: where it lies, and under which key it is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.transitions import Facts, Transition, name_of, path_of, word

PARENTS = {"t": None, "v": "t", "g": "v", "loop1": "loop2", "loop2": "loop1"}


@pytest.mark.parametrize(
    ("area", "path"),
    [("g", ("t", "v", "g")), ("t", ("t",)), (None, ()), ("unknown", ("unknown",)), ("loop1", ("loop2", "loop1"))],
)
def test_an_area_is_found_from_the_root_down(area: str | None, path: tuple[str, ...]) -> None:
    assert path_of(area, PARENTS) == path


@pytest.mark.parametrize(
    ("category", "area", "key"),
    [
        ("0102", ("330822111", "330822111001"), "work_assigned.0102.330822111.330822111001"),
        ("0102", (), "work_assigned.0102.-"),
        ("", ("a.b", "#"), "work_assigned.-.a_b._"),
    ],
)
def test_the_key_ends_with_the_path_of_the_area(category: str, area: tuple[str, ...], key: str) -> None:
    facts = Facts("20261130-000001", "P3", "report", category, area, ("hotline",))
    assert Transition("e1", name_of("dispatch.work_assigned.v1"), "", facts, {}).key == key


@given(st.text())
def test_no_name_can_say_more_than_a_word(text: str) -> None:
    assert not set(word(text)) & set(".#*/+") and word(text)
