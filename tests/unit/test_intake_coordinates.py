"""GCJ-02 and BD-09 against numbers of an independent library, and there and back all over China."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.coordinates import SYSTEMS, Point, gcj02_to_bd09, to_wgs84, wgs84_to_gcj02

# WGS84, the same in GCJ-02, the same in BD-09: by gcoord 1.0, an independent implementation
KNOWN = [
    ((116.403988, 39.914266), (116.41023240747, 39.91567025111), (116.41661560068, 39.92196580127)),
    ((118.405, 28.925), (118.41019944693, 28.92220727975), (118.41670078130, 28.92821153660)),
    ((121.4737, 31.2304), (121.47822305928, 31.22845773758), (121.48478146850, 31.23431059369)),
    ((87.6168, 43.8256), (87.61964994947, 43.82680539311), (87.62609977082, 43.83294979479)),
    ((110.3312, 20.0311), (110.33557084397, 20.02905366496), (110.34211865087, 20.03472958239)),
    ((104.0668, 30.5728), (104.06930547725, 30.57034614108), (104.07578295683, 30.57635185615)),
    ((126.6424, 45.7567), (126.64836981630, 45.75865110186), (126.65499932897, 45.76434556387)),
    ((75.9891, 39.4677), (75.99205259546, 39.46792405789), (75.99855480669, 39.47389415565)),
]
IN_CHINA = st.tuples(st.floats(73.5, 135.1), st.floats(18.1, 53.6))


def near(point: Point, degrees: float) -> object:
    return pytest.approx(point, abs=degrees, rel=0)


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09"), KNOWN)
def test_known_points(wgs84: Point, gcj02: Point, bd09: Point) -> None:
    assert wgs84_to_gcj02(wgs84) == near(gcj02, 1e-9)
    assert gcj02_to_bd09(gcj02) == near(bd09, 1e-9)
    assert to_wgs84(gcj02, "gcj02") == near(wgs84, 1e-9)
    assert to_wgs84(bd09, "bd09") == near(wgs84, 1e-9)
    assert to_wgs84(wgs84, "wgs84") == wgs84


@given(IN_CHINA)
def test_there_and_back_is_the_same_point(point: Point) -> None:
    shifted = wgs84_to_gcj02(point)
    assert to_wgs84(shifted, "gcj02") == near(point, 1e-6)
    assert to_wgs84(gcj02_to_bd09(shifted), "bd09") == near(point, 1e-6)


@given(IN_CHINA)
def test_the_shift_is_some_hundred_metres(point: Point) -> None:
    lon, lat = wgs84_to_gcj02(point)
    assert max(abs(lon - point[0]), abs(lat - point[1])) < 0.015


@given(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), st.sampled_from(SYSTEMS))
def test_any_position_can_be_converted(point: Point, system: str) -> None:
    assert all(abs(value) < 200 for value in to_wgs84(point, system))


@pytest.mark.parametrize("point", [(2.35, 48.85), (-118.24, 34.05), (139.69, 35.68), (0.0, 0.0)])
def test_abroad_nothing_is_shifted(point: Point) -> None:
    assert wgs84_to_gcj02(point) == to_wgs84(point, "gcj02") == point
