"""Make the generated files of the sample town Qiuchuan (球川镇): grids, members, calendar, names of places,
cameras, sample reports.

The same seed gives the same bytes. The other files of the folder are written by hand.
Nobody in it is real; of the town itself only name, code, extent and the names of villages are.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Any

import chinese_calendar
import shapely
from shapely.geometry import Polygon

from deploy.towns import files, micro, shapes
from deploy.towns.files import Area, Camera, Member, Name
from deploy.towns.languages import Language, in_words, language_of, put

SEED = 330822111
BOUNDS = (118.33, 28.87, 118.47, 28.98)  # of the town: the west of Changshan county, WGS84
YEARS = (2025, 2026)
GRIDS, MEMBERS = 78, 420
GUIDES_PER_VILLAGE, DESK, CHECKERS, PER_DEPARTMENT = 1, 6, 6, 4
DEPARTMENTS = ("public_safety", "market_supervision", "enforcement", "public_service")
NUMERALS = "一二三四五六七八九"


def make(folder: Path) -> None:
    """Write grids.geojson, members.csv, calendar.yaml, gazetteer.csv, cameras.csv and reports.yaml into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(SEED)
    material = files.read_yaml(files.MATERIAL)
    areas = make_areas(material, rng)
    members = make_members(areas, rng)
    whole = micro.micro_grids(areas, random.Random(SEED + 2))
    files.write_areas(folder, whole)
    files.write_members(folder, micro.at_work_in(whole, members))
    files.write_text(folder / "calendar.yaml", calendar_text())
    others = random.Random(SEED + 1)
    files.write_table(folder / "gazetteer.csv", make_names(material, areas, others))
    files.write_table(folder / "cameras.csv", make_cameras(material["cameras"], areas, others))
    heading = "Invented reports for the simulation, made by deploy/towns/make_qiuchuan.py. Format: ../format.md"
    files.write_yaml(folder / "reports.yaml", {"reports": make_reports(material, areas, members, rng)}, heading)


def make_areas(material: dict[str, Any], rng: random.Random) -> list[Area]:
    """The township, then each village followed by its grids."""
    town, names = material["township"], material["villages"]
    outline = shapes.irregular_outline(BOUNDS, rng)
    villages = shapes.divide(outline, len(names), rng)
    by_size = sorted(range(len(names)), key=lambda at: -villages[at].area)
    more = set(by_size[: GRIDS % len(names)])  # the largest villages have one grid more
    groups = [shapes.divide(village, GRIDS // len(names) + (at in more), rng) for at, village in enumerate(villages)]
    groups = shapes.fit_together(outline, groups)
    whole = shapely.coverage_union_all([grid for group in groups for grid in group]).normalize()
    areas = [Area(town["code"], town["code"], town["name"], "township", None, whole)]
    communities = sum(name.endswith("社区") for name in names)
    for at, (name, grids) in enumerate(zip(names, groups, strict=True)):
        number = at + 1 if at < communities else 200 + at - communities + 1
        areas += _village(town["code"], f"{town['code']}{number:03d}", name, grids, rng)
    return areas


def _village(town: str, code: str, name: str, grids: list[Polygon], rng: random.Random) -> list[Area]:
    areas = [Area(code, code, name, "village", town, shapely.coverage_union_all(grids).normalize())]
    for at, grid in enumerate(grids):
        own = f"{code}{at + 1:03d}"
        areas.append(Area(own, own, f"{name}第{NUMERALS[at]}网格", "grid", code, grid, rng.randint(300, 500)))
    return areas


def make_members(areas: list[Area], rng: random.Random) -> list[Member]:
    """420 members: a leader and three or four workers a grid, a guide a village, the others for the township."""
    township = areas[0].grid_id
    grids = [area.grid_id for area in areas if area.level == "grid"]
    posts = [("guide", area.grid_id) for area in areas if area.level == "village" for _ in range(GUIDES_PER_VILLAGE)]
    posts += [("checker", township)] * CHECKERS
    posts += [(department, township) for department in DEPARTMENTS for _ in range(PER_DEPARTMENT)]
    posts += [("desk", township)] * DESK
    workers = MEMBERS - len(posts) - len(grids)
    larger = set(rng.sample(grids, workers - 3 * len(grids)))
    field = [(role, grid) for grid in grids for role in ["leader"] + ["worker"] * (4 if grid in larger else 3)]
    names = files.invented_names(MEMBERS, rng)
    members, resting = [], set()
    for number, (role, grid) in enumerate(field + posts, start=1):
        rests = role == "worker" and grid not in resting and rng.random() < 0.3  # at most one of a grid
        resting |= {grid} if rests else set()
        members.append(
            Member(
                f"m{number:03d}",
                names[number - 1],
                role,
                grid,
                files.invented_phone(number),
                on_duty="false" if rests else "true",
            )
        )
    return members


def make_names(material: dict[str, Any], areas: list[Area], rng: random.Random) -> list[Name]:
    """Villages, roads and landmarks. A road has a line for each of its villages, as has what is in every village."""
    villages = {area.name: area for area in areas if area.level == "village"}
    grids = {name: [area for area in areas if area.parent_id == village.grid_id] for name, village in villages.items()}
    rows = [_name(name, "village", villages[name].geometry, villages[name].grid_id) for name in villages]
    for road, along in material["roads"].items():
        rows += [_name(road, "road", rng.choice(grids[village]).geometry) for village in along]
    for landmark in material["everywhere"]:
        rows += [_name(landmark, "landmark", rng.choice(grids[village]).geometry) for village in villages]
    for landmark, village in material["landmarks"].items():
        rows.append(_name(landmark, "landmark", rng.choice(grids[village]).geometry))
    return rows


def _name(names: str, kind: str, geometry: shapely.Geometry, grid_id: str = "") -> Name:
    name, _, aliases = names.partition("|")
    point = geometry.representative_point()
    short = name.removesuffix("村") if kind == "village" and name.endswith("村") and len(name) > 3 else ""
    return Name(name, aliases or short, kind, f"{point.x:.6f}", f"{point.y:.6f}", grid_id)


def make_cameras(count: int, areas: list[Area], rng: random.Random) -> list[Camera]:
    """So many cameras C-001…, each in a grid."""
    grids = rng.sample([area for area in areas if area.level == "grid"], count)
    rows = []
    for number, grid in enumerate(grids, start=1):
        point = grid.geometry.representative_point()
        name = f"{grid.name}高点监控"
        rows.append(Camera(f"C-{number:03d}", name, f"{point.x:.6f}", f"{point.y:.6f}"))
    return rows


def calendar_text() -> str:
    """Working hours, public holidays and make-up working days (调休) as the State Council announced them."""

    def days(known: dict[Any, str]) -> str:
        return "\n".join(f"  - {day}  # {name}" for day, name in sorted(known.items()) if day.year in YEARS)

    return (
        "# Working time of the town, made by deploy/towns/make_qiuchuan.py from the package chinesecalendar.\n"
        "# Format: ../format.md\n\n"
        "time_zone: Asia/Shanghai\nworking_weekdays: [1, 2, 3, 4, 5]  # Monday is 1\nworking_hours:\n"
        '  - {from: "08:30", to: "12:00"}\n  - {from: "14:00", to: "17:30"}\n'
        f"known_until: {YEARS[-1]}-12-31  # later days are not announced in this file\n"
        f"holidays:  # nobody works, whatever the weekday\n{days(chinese_calendar.holidays)}\n"
        f"working_days:  # 调休: worked although it is a weekend\n{days(chinese_calendar.workdays)}\n"
    )


def make_reports(
    material: dict[str, Any], areas: list[Area], members: list[Member], rng: random.Random
) -> list[dict[str, Any]]:
    """The texts of the material, each put into a grid (or outside, or nowhere) and given a reporter or a member."""
    kinds = {source["name"]: source["kind"] for source in files.read_yaml(files.SAMPLE / "sources.yaml")["sources"]}
    grids = [area for area in areas if area.level == "grid"]
    villages = {area.grid_id: area.name for area in areas if area.level == "village"}
    reports = []
    for number, text in enumerate(material["reports"], start=1):
        grid, language = rng.choice(grids), language_of(kinds[text["source"]])
        data = in_words(text["data"], village=villages[str(grid.parent_id)])
        _place(data, text.get("at", "grid"), language, grid, areas[0])
        report = {
            "source": text["source"],
            "expect": text.get("expect", "case"),
            "number": language.number,
            "data": data,
        }
        if text["source"] == "patrol":
            report["member"] = rng.choice(
                [member.member_id for member in members if member.grid_id == grid.grid_id and member.role == "worker"]
            )
        elif not data.get("anonymous") and language.name not in data:
            put(data, language.name, f"报事人{number}")
            put(data, language.phone, files.invented_phone(1000 + number))
        reports.append(report)
    return reports


def _place(data: dict[str, Any], where: str, language: Language, grid: Area, township: Area) -> None:
    if where == "none":
        return
    point = grid.geometry.representative_point()
    west, south, *_ = township.geometry.bounds
    lon, lat = (point.x, point.y) if where == "grid" else (west - 0.01, south - 0.01)
    put(data, language.lon, round(lon, 6))
    put(data, language.lat, round(lat, 6))
    if where == "grid":
        put(data, language.grid, grid.code)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=files.SAMPLE, help="where to write (default: %(default)s)")
    folder = parser.parse_args().folder
    make(folder)
    print(f"{folder}: {GRIDS} grids, {MEMBERS} members")


if __name__ == "__main__":
    main()
