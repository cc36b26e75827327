"""Which grid holds a place: the smallest, then the lower code; outside and nowhere have their own reasons."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box, mapping

from services.intake.domain.places import NO_POSITION, OUTSIDE, Located, Locator

BOXES = [
    ("big", "330822111001001", box(118.40, 28.90, 118.50, 29.00)),
    ("small", "330822111001002", box(118.42, 28.92, 118.44, 28.94)),
    ("twin-b", "330822111002002", box(118.60, 28.90, 118.62, 28.92)),
    ("twin-a", "330822111002001", box(118.60, 28.90, 118.62, 28.92)),
]
LOCATOR = Locator([(name, code, mapping(shape), shape.area) for name, code, shape in BOXES])


def test_the_smaller_grid_wins_then_the_lower_code() -> None:
    found = LOCATOR.locate([(118.43, 28.93), (118.41, 28.91), (118.61, 28.91)])
    assert found == [Located("small", None, 2), Located("big", None, 1), Located("twin-a", None, 2)]


def test_no_position_and_outside_are_told_apart() -> None:
    found = LOCATOR.locate([(None, None), (0.0, 0.0), (120.0, 30.0), (118.43, None)])
    assert [place.desk_reason for place in found] == [NO_POSITION, NO_POSITION, OUTSIDE, NO_POSITION]


def test_without_grids_everything_is_outside() -> None:
    assert Locator([]).locate([(118.43, 28.93)]) == [Located(None, OUTSIDE)]


@given(st.lists(st.tuples(st.floats(118.35, 118.65), st.floats(28.85, 29.05)), max_size=20))
def test_bulk_search_agrees_with_asking_every_polygon(places: list[tuple[float, float]]) -> None:
    for (lon, lat), found in zip(places, LOCATOR.locate(list(places)), strict=True):
        holding = [(shape.area, code, name) for name, code, shape in BOXES if shape.intersects(Point(lon, lat))]
        assert found.grid_id == (min(holding)[2] if holding else None)
