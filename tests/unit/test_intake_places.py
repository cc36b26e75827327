"""Which grid holds a place: the smallest, then the lower code; outside and nowhere have their own reasons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box, mapping

from services.intake.domain.places import (
    AMBIGUOUS,
    NO_POSITION,
    OUTSIDE,
    Camera,
    Grid,
    Located,
    Locator,
    Where,
)

BOXES = [
    ("big", "330822111001001", box(118.40, 28.90, 118.50, 29.00)),
    ("small", "330822111001002", box(118.42, 28.92, 118.44, 28.94)),
    ("twin-b", "330822111002002", box(118.60, 28.90, 118.62, 28.92)),
    ("twin-a", "330822111002001", box(118.60, 28.90, 118.62, 28.92)),
]
LOCATOR = Locator([Grid(name, code, mapping(shape), shape.area) for name, code, shape in BOXES])


def test_the_smaller_grid_wins_then_the_lower_code() -> None:
    found = LOCATOR.locate([Where(118.43, 28.93), Where(118.41, 28.91), Where(118.61, 28.91)])
    assert [(place.grid_id, place.among) for place in found] == [("small", 2), ("big", 1), ("twin-a", 2)]
    assert {(place.by, place.desk_reason) for place in found} == {("position", None)}


def test_no_position_and_outside_are_told_apart() -> None:
    found = LOCATOR.locate([Where(), Where(0.0, 0.0), Where(120.0, 30.0), Where(118.43, None)])
    assert [place.desk_reason for place in found] == [NO_POSITION, NO_POSITION, OUTSIDE, NO_POSITION]


def test_without_grids_everything_is_outside() -> None:
    assert Locator([]).locate([Where(118.43, 28.93)]) == [Located(None, OUTSIDE, 0, "position", "", 118.43, 28.93)]


@given(st.lists(st.tuples(st.floats(118.35, 118.65), st.floats(28.85, 29.05)), max_size=20))
def test_bulk_search_agrees_with_asking_every_polygon(places: list[tuple[float, float]]) -> None:
    for (lon, lat), found in zip(places, LOCATOR.locate([Where(*place) for place in places]), strict=True):
        holding = [(shape.area, code, name) for name, code, shape in BOXES if shape.intersects(Point(lon, lat))]
        assert found.grid_id == (min(holding)[2] if holding else None)


# by grid code, camera and address

VILLAGES = [
    ("a1", "11", box(0, 0, 1, 1), "a"),
    ("a2", "12", box(1, 0, 2, 1), "a"),
    ("b1", "21", box(0, 1, 1, 2), "b"),
    ("c1", "31", box(5, 5, 6, 6), "c"),
]
CAMERAS = [Camera("C-1", "路口", 1.5, 0.5), Camera("C-2", "山顶", 9.0, 9.0), Camera("C-3", "桥", 9.0, 9.0, "b1")]


def name(name: str, kind: str, lon: float | None, lat: float | None, grid: str | None = None, *aliases: str) -> dict:
    return {"name": name, "kind": kind, "lon": lon, "lat": lat, "grid_id": grid, "aliases": aliases}


NAMES = [
    name("东坑村", "village", None, None, "a"),
    name("坑村", "village", None, None, "b"),
    name("西山村", "village", 5.5, 5.5),  # one grid, found by its position
    name("人民路", "road", 0.5, 0.5),
    name("人民路", "road", 0.5, 1.5),
    name("东坑水库", "landmark", 1.5, 0.5, None, "水库"),
    name("文化礼堂", "landmark", 0.5, 0.5),
    name("文化礼堂", "landmark", 0.5, 1.5),
    name("邻县桥", "landmark", 20.0, 20.0),
]
TOWN = Locator(
    [Grid(grid, code, mapping(shape), shape.area, village) for grid, code, shape, village in VILLAGES], CAMERAS, NAMES
)


@pytest.mark.parametrize(
    ("where", "grid", "by"),
    [
        (Where(0.5, 0.5, "21", "C-1", "西山村"), "a1", "position"),  # where somebody stood wins
        (Where(0, 0, "21", "C-1", "西山村"), "b1", "grid_code"),  # zero and zero is a form left empty
        (Where(grid_code="99", camera_id="C-1", text="西山村"), "a2", "camera"),
        (Where(camera_id="C-3"), "b1", "camera"),  # the file says which grid
        (Where(camera_id="C-1", taken=(0.5, 0.5)), "a2", "camera"),
        (Where(camera_id="C-9", text="西山村", taken=(0.5, 0.5)), "a1", "photo"),
        (Where(text="西山村", taken=(20.0, 20.0)), "c1", "address"),  # taken somewhere else
        (Where(camera_id="C-9", text="西山村"), "c1", "address"),
        (Where(text="东坑村人民路 12 号"), "a1", "address"),  # the part of the road in that village
        (Where(text="人民路，东坑村"), "a1", "address"),
        (Where(text="坑村文化礼堂旁"), "b1", "address"),
        (Where(text="东坑村文化礼堂"), "a1", "address"),  # not 坑村: the longest name counts
        (Where(text="水库边上"), "a2", "address"),
        (Where(text="西山村"), "c1", "address"),  # a village of one grid
        (Where(text="西 山 村"), "c1", "address"),
    ],
)
def test_the_nearest_to_a_position_decides(where: Where, grid: str, by: str) -> None:
    found = TOWN.locate([where])[0]
    assert (found.grid_id, found.by, found.desk_reason) == (grid, by, None)


@pytest.mark.parametrize(
    ("where", "reason", "by", "detail"),
    [
        (Where(text="东坑村"), AMBIGUOUS, "address", "东坑村"),  # two grids
        (Where(text="人民路"), AMBIGUOUS, "address", "人民路"),  # two roads
        (Where(text="西山村人民路"), AMBIGUOUS, "address", "西山村, 人民路"),  # there is none
        (Where(text="邻县桥"), AMBIGUOUS, "address", "邻县桥"),  # in no grid of ours
        (Where(text="不知道在哪"), NO_POSITION, "", ""),
        (Where(grid_code="99"), NO_POSITION, "grid_code", "99"),
        (Where(camera_id="13812345678"), NO_POSITION, "camera", "138****5678"),
        (Where(camera_id="C-2"), OUTSIDE, "camera", "C-2"),
        (Where(9.0, 9.0), OUTSIDE, "position", ""),
        (Where(9.0, 9.0, "11", "C-1", "西山村"), OUTSIDE, "position", "c1"),  # the desk is told what the address means
    ],
)
def test_what_names_no_grid_goes_to_the_desk_with_the_reason(where: Where, reason: str, by: str, detail: str) -> None:
    found = TOWN.locate([where])[0]
    assert (found.grid_id, found.desk_reason, found.by, found.detail) == (None, reason, by, detail)


def test_cameras_and_landmarks_lend_their_position() -> None:
    found = TOWN.locate([Where(camera_id="C-1"), Where(text="东坑水库"), Where(text="西山村"), Where(grid_code="11")])
    assert [(place.lon, place.lat) for place in found] == [(1.5, 0.5), (1.5, 0.5), (None, None), (None, None)]


@given(st.text(alphabet="东西坑村山人民路水库文化礼堂 1２", max_size=30))
def test_any_address_is_read(text: str) -> None:
    found = TOWN.locate([Where(text=text)])[0]
    assert (found.grid_id is None) == (found.desk_reason is not None)
