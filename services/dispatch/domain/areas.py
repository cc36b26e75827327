"""How large an area is."""

from __future__ import annotations

import math
from typing import Any

from shapely.geometry import shape

DEGREE = 111_320.0  # metres of one degree of latitude


def area_of(geometry: dict[str, Any]) -> float:
    """Square metres of a GeoJSON polygon in WGS84, good enough to tell the smaller of two areas: degrees scaled at its
    middle latitude. Raises ValueError for what is no valid area."""
    polygon = shape(geometry)
    if polygon.geom_type not in ("Polygon", "MultiPolygon") or not polygon.is_valid or polygon.is_empty:
        raise ValueError("the geometry is no valid Polygon or MultiPolygon: run `python -m deploy.towns.check FOLDER`")
    return float(polygon.area * DEGREE**2 * math.cos(math.radians(polygon.centroid.y)))
