"""How alike two cases are: the same both ways, between 0 and 1, less the farther; and no near case is overlooked."""

from __future__ import annotations

import datetime as dt
from math import cos, radians

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.duplicates import CELL, Matter, cell_of, cells_around, compare, distance, overlap, pairs_of

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
WITHIN_M, WITHIN = 250.0, dt.timedelta(days=84)
TEXTS = st.text(alphabet="路灯不亮垃圾没人清 ab", max_size=12).map(pairs_of)
MATTERS = st.builds(
    Matter,
    st.floats(118.40, 118.41),
    st.floats(28.92, 28.93),
    st.timedeltas(dt.timedelta(0), dt.timedelta(days=100)).map(lambda ago: NOW - ago),
    st.sampled_from(["0103", "0104"]),
    TEXTS,
)


@given(MATTERS, MATTERS)
def test_the_score_is_the_same_both_ways_and_between_0_and_1(one: Matter, other: Matter) -> None:
    likeness = compare(one, other, WITHIN_M, WITHIN)
    assert likeness == compare(other, one, WITHIN_M, WITHIN)
    assert 0 <= likeness.score <= 1 and 0 <= likeness.words <= 1


@given(MATTERS)
def test_a_case_is_most_like_itself(one: Matter) -> None:
    likeness = compare(one, one, WITHIN_M, WITHIN)
    assert likeness.score == (1.0 if one.words else 0.7)


@given(MATTERS, st.floats(0, 400), st.floats(0, 400))
def test_the_farther_the_less(one: Matter, near: float, far: float) -> None:
    near, far = sorted((near, far))
    scores = []
    for metres in (near, far):
        moved = Matter(one.lon, one.lat + metres / 111_320, one.at, one.category, one.words)
        scores.append(compare(one, moved, WITHIN_M, WITHIN).score)
    assert scores[0] >= scores[1]
    assert far <= WITHIN_M + 0.01 or scores[1] == 0


@given(MATTERS, st.timedeltas(dt.timedelta(0), dt.timedelta(days=120)), st.timedeltas(dt.timedelta(0), WITHIN))
def test_the_longer_ago_the_less(one: Matter, long_: dt.timedelta, short: dt.timedelta) -> None:
    short, long_ = sorted((short, long_))
    scores = [
        compare(one, Matter(one.lon, one.lat, one.at - ago, one.category, one.words), WITHIN_M, WITHIN).score
        for ago in (short, long_)
    ]
    assert scores[0] >= scores[1]
    assert long_ <= WITHIN or scores[1] == 0


def test_words_and_category_count() -> None:
    one = Matter(118.4, 28.9, NOW, "0103", pairs_of("村口垃圾没人清"))
    alike = compare(one, Matter(118.4, 28.9, NOW, "0103", pairs_of("垃圾没人清理")), WITHIN_M, WITHIN)
    other = compare(one, Matter(118.4, 28.9, NOW, "0104", pairs_of("路灯不亮")), WITHIN_M, WITHIN)
    assert alike.score > 0.85 and alike.same_category
    assert other.score == 0.55 and not other.same_category and other.words == 0
    assert overlap(pairs_of("１２ 路"), pairs_of("12路")) == 1.0


@given(st.floats(-179, 179), st.floats(-85, 85), st.floats(0, 360), st.floats(0, 1))
def test_whatever_is_near_lies_in_a_cell_around(lon: float, lat: float, angle: float, share: float) -> None:
    metres = 250 * share
    north = metres * cos(radians(angle)) / 111_320
    east = metres * cos(radians(angle - 90)) / (111_320 * cos(radians(lat)))
    there = (lon + east, lat + north)
    if distance(lon, lat, *there) <= 250:
        assert cell_of(*there) in cells_around(lon, lat, 250)


@given(st.floats(73, 135), st.floats(18, 54))
def test_a_circle_touches_few_cells(lon: float, lat: float) -> None:
    around = cells_around(lon, lat, 250)
    assert cell_of(lon, lat) in around
    assert len(around) == len(set(around)) <= 4
    assert CELL * 111_320 > 500
