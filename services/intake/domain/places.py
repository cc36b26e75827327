"""Where a place lies: by its position, the code of its grid, the camera that saw it, its photo, or its address.

Of several grids that hold a position, the smallest wins, then the one with the lower code. What names no grid goes to
the desk, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import shapely
from shapely.geometry import shape

from services.intake.domain.gazetteer import Address, Gazetteer, Name, grids_of
from shared.masking import mask

NO_POSITION, OUTSIDE, AMBIGUOUS = "no_position", "outside_grids", "ambiguous_address"
POSITION, GRID_CODE, CAMERA, PHOTO, ADDRESS = "position", "grid_code", "camera", "photo", "address"


class Grid(NamedTuple):
    """An area that cases are placed in. `geometry` is GeoJSON in WGS84."""

    grid_id: str
    code: str
    geometry: dict[str, Any]
    area: float
    parent_id: str | None = None


class Camera(NamedTuple):
    """Where a camera looks."""

    camera_id: str
    name: str
    lon: float
    lat: float
    grid_id: str | None = None


class Where(NamedTuple):
    """What a report says about its place; positions are WGS84. `taken`: where its photo says that it was taken."""

    lon: float | None = None
    lat: float | None = None
    grid_code: str = ""
    camera_id: str = ""
    text: str = ""
    taken: tuple[float, float] | None = None


class Located(NamedTuple):
    """A grid, or why there is none (then the desk takes the case). `among` counts the grids that hold the place.

    `by` is what has decided, or what there was to go by; `detail` the code, camera, names or grids that it went by;
    `lon` and `lat` the position that is known then.
    """

    grid_id: str | None
    desk_reason: str | None
    among: int = 0
    by: str = ""
    detail: str = ""
    lon: float | None = None
    lat: float | None = None


class Locator:
    """The grids, cameras and names of a town. `names` are the lines of the gazetteer: name, aliases, kind, lon, lat,
    grid_id."""

    def __init__(
        self, grids: Sequence[Grid], cameras: Sequence[Camera] = (), names: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        ordered = sorted(grids, key=lambda grid: (grid.area, grid.code))  # so the best is the first
        self._shapes = shapely.STRtree([shape(grid.geometry) for grid in ordered])
        # without their GeoJSON: its millions of small lists would be looked through by every garbage collection
        self._grids = [grid._replace(geometry={}) for grid in ordered]
        self._codes = {grid.code: grid.grid_id for grid in reversed(ordered)}
        self._cameras = {camera.camera_id: camera for camera in cameras}
        self._gazetteer = Gazetteer(self._names(names))

    def locate(self, places: Sequence[Where]) -> list[Located]:
        """For each place, in order."""
        found = self._at([(place.lon, place.lat) for place in places])
        return [
            self._beside(place, at) if at is not None else self._without_position(place)
            for place, at in zip(places, found, strict=True)
        ]

    def _at(self, points: Sequence[tuple[float | None, float | None]]) -> list[Located | None]:
        """By position. A missing coordinate, or both zero (a form left empty), is no position."""
        known = [i for i, (lon, lat) in enumerate(points) if lon is not None and lat is not None and (lon or lat)]
        found: list[Located | None] = [None] * len(points)
        if not known:
            return found
        hits: dict[int, list[int]] = {}
        inside = self._shapes.query(shapely.points([points[i] for i in known]), predicate="intersects")
        for point, grid in zip(*inside.tolist(), strict=True):
            hits.setdefault(point, []).append(grid)
        for at, index in enumerate(known):
            among, (lon, lat) = hits.get(at, []), points[index]
            grid_id = self._grids[min(among)].grid_id if among else None
            found[index] = Located(grid_id, None if among else OUTSIDE, len(among), POSITION, "", lon, lat)
        return found

    def _beside(self, place: Where, at: Located) -> Located:
        """A position outside of every grid stays outside whatever the address says: it is where somebody stood. The
        desk is told what the address would mean."""
        if at.grid_id is not None or not place.text:
            return at
        grids = self._gazetteer.read(place.text).grids
        return at._replace(detail=next(iter(grids))) if len(grids) == 1 else at

    def _without_position(self, place: Where) -> Located:
        if place.grid_code in self._codes:
            return Located(self._codes[place.grid_code], None, 1, GRID_CODE, place.grid_code)
        if place.camera_id in self._cameras:
            return self._seen_by(self._cameras[place.camera_id])
        taken = self._at([place.taken])[0] if place.taken else None
        if taken and taken.grid_id:  # a photo from somewhere else says nothing about the place
            return taken._replace(by=PHOTO)
        address = self._gazetteer.read(place.text)
        if address.names:
            return _by_address(address)
        unknown = place.grid_code or place.camera_id
        by = (GRID_CODE if place.grid_code else CAMERA) if unknown else ""
        return Located(None, NO_POSITION, by=by, detail=mask(unknown[:50]))

    def _seen_by(self, camera: Camera) -> Located:
        at = self._at([(camera.lon, camera.lat)])[0]
        if camera.grid_id:
            return Located(camera.grid_id, None, 1, CAMERA, camera.camera_id, camera.lon, camera.lat)
        return (at or Located(None, NO_POSITION))._replace(by=CAMERA, detail=camera.camera_id)

    def _names(self, names: Sequence[Mapping[str, Any]]) -> list[Name]:
        tree = {grid.grid_id: grid.parent_id or "" for grid in self._grids}
        at = self._at([(name["lon"], name["lat"]) for name in names])
        return [
            Name(
                name["name"],
                name["kind"],
                grids_of(name["kind"], name["grid_id"], spot.grid_id if spot else None, tree),
                name["lon"],
                name["lat"],
                tuple(name["aliases"]),
            )
            for name, spot in zip(names, at, strict=True)
        ]


def _by_address(address: Address) -> Located:
    names = ", ".join(address.names)
    if len(address.grids) != 1:
        return Located(None, AMBIGUOUS, len(address.grids), ADDRESS, names)
    spot = address.landmark
    return Located(
        next(iter(address.grids)), None, 1, ADDRESS, names, spot.lon if spot else None, spot.lat if spot else None
    )
