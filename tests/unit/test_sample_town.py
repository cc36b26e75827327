"""The sample town is whole, the same every time it is made, and so are the towns that scripts make."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import chinese_calendar
import pytest
import shapely
from shapely.geometry import Point, mapping, shape

from deploy.towns import check
from deploy.towns.files import SAMPLE
from deploy.towns.from_geojson import write_town
from deploy.towns.make_qiuchuan import make
from deploy.towns.shapes import PRECISION
from deploy.towns.small import write_small_town
from services.dispatch.domain.policy import skilled
from services.dispatch.domain.words import DEPARTMENTS
from services.dispatch.messages.registry import ROLES
from services.intake.adapters import adapter_of
from services.intake.domain.places import Grid, Locator, Where
from services.intake.domain.registration import Category, Refusal, Report, Source, judge

MADE = ("grids.geojson", "members.csv", "calendar.yaml", "gazetteer.csv", "cameras.csv", "reports.yaml")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def town() -> check.Town:
    return check.read_town(SAMPLE)


@pytest.fixture(scope="module")
def shapes(town) -> dict[str, shapely.Geometry]:
    return {feature["properties"]["grid_id"]: shape(feature["geometry"]) for feature in town.features}


def ids(town: check.Town, level: str) -> list[str]:
    return [area["grid_id"] for area in town.areas if area["level"] == level]


# the sample town


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_making_it_again_gives_the_same_bytes(tmp_path, hash_seed):
    command = [sys.executable, "-m", "deploy.towns.make_qiuchuan", "--folder", str(tmp_path)]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(MADE)
    for name in MADE:
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), f"{name}: make it again and commit it"


def test_every_file_fits_and_every_reference_resolves(town):
    assert check.problems(town) == []


def test_grids_cover_the_township_without_gap_or_overlap(town, shapes):
    grids = [shapes[grid] for grid in ids(town, "grid")]
    township = shapes["330822111"]
    assert 60 <= len(grids) <= 90
    assert shapely.coverage_is_valid(grids)
    assert shapely.union_all(grids).symmetric_difference(township).area <= 1e-12
    assert max(one.intersection(other).area for one, other in combinations(grids, 2)) <= 1e-12
    assert all(grid.geom_type == "Polygon" for grid in grids)


def test_villages_are_the_unions_of_their_grids(town, shapes):
    villages = ids(town, "village")
    assert len(villages) == 18
    for village in villages:
        grids = [shapes[area["grid_id"]] for area in town.areas if area["parent_id"] == village]
        assert shapely.union_all(grids).symmetric_difference(shapes[village]).area <= 1e-12


def test_micro_grids_divide_the_grids_of_the_community(town, shapes):
    parts = {grid: [a for a in town.areas if a["parent_id"] == grid] for grid in ids(town, "grid")}
    divided = {grid: found for grid, found in parts.items() if found}
    (community,) = [area["grid_id"] for area in town.areas if area["name"].endswith("社区")]
    assert set(divided) == {area["grid_id"] for area in town.areas if area["parent_id"] == community}
    homes = {area["grid_id"]: area.get("households") for area in town.areas}
    for grid, found in divided.items():
        inside = [shapes[area["grid_id"]] for area in found]
        assert len(inside) == 3 and all(one.geom_type == "Polygon" for one in inside)
        whole, border = shapes[grid], PRECISION * shapes[grid].length  # where they meet it, to 0.1 m
        assert shapely.union_all(inside).symmetric_difference(whole).area <= border
        assert max(one.intersection(other).area for one, other in combinations(inside, 2)) <= 1e-12
        assert sum(area["households"] for area in found) == homes[grid]


def test_some_have_a_trade_and_for_every_category_there_are_two_who_can(town):
    trades = [member for member in town.members if member["skills"]]
    assert 15 <= len(trades) <= 100 and {member["role"] for member in trades} == {"worker", *DEPARTMENTS}
    for category in town.categories:
        of_the_platform = [member for member in town.members if member["role"] == category["platform"]]
        able = [m for m in of_the_platform if skilled(tuple(filter(None, m["skills"].split("|"))), category["code"])]
        assert len(able) >= 2, category["code"]
    for grid, workers in workers_of(town).items():
        assert sum(not worker["skills"] for worker in workers) >= 3, grid


def workers_of(town: check.Town) -> dict[str, list[dict]]:
    """The workers of each grid and of its micro grids."""
    parents = {area["grid_id"]: area["parent_id"] for area in town.areas if area["level"] == "micro_grid"}
    found = {grid: [] for grid in ids(town, "grid")}
    for member in town.members:
        if member["role"] == "worker":
            found[parents.get(member["grid_id"], member["grid_id"])].append(member)
    return found


def test_the_town_lies_in_the_west_of_its_county(town, shapes):
    west, south, east, north = shapes["330822111"].bounds
    assert 118.2568 < west < east < 118.48
    assert 28.7668 < south < north < 29.2157
    corners = shapely.get_coordinates(list(shapes.values()))
    assert (corners == corners.round(6)).all()


def test_codes_are_those_of_the_tree(town):
    lengths = {"township": 9, "village": 12, "grid": 15, "micro_grid": 17}
    for area in town.areas:
        assert area["code"].isdigit() and len(area["code"]) == lengths[area["level"]]
        assert area["code"].startswith(area["parent_id"] or "330822111")
        assert area["grid_id"] == area["code"]
        assert area["level"] != "grid" or 300 <= area["households"] <= 500


def test_there_are_420_members(town):
    roles = Counter(member["role"] for member in town.members)
    assert len(town.members) == 420
    assert [member["member_id"] for member in town.members] == [f"m{number:03d}" for number in range(1, 421)]
    assert set(roles) == set(ROLES)
    assert roles["desk"] == 6 and roles["checker"] >= 2
    assert roles["guide"] == len(ids(town, "village"))


def test_every_grid_has_a_leader_and_workers_on_duty(town):
    for grid in ids(town, "grid"):
        leaders = [member for member in town.members if member["grid_id"] == grid and member["role"] != "worker"]
        workers = workers_of(town)[grid]
        assert [member["role"] for member in leaders] == ["leader"] and len(workers) in (3, 4)
        assert sum(member["on_duty"] == "true" for member in [*leaders, *workers]) >= 3
    places = Counter(member["grid_id"] for member in town.members)
    assert all(places[micro_grid] == 1 for micro_grid in ids(town, "micro_grid"))
    assert 0 < sum(member["on_duty"] == "false" for member in town.members) < 100


def test_phones_and_names_are_invented(town):
    phones = {member["phone"] for member in town.members}
    reporters = {reading.reporter.get("phone") for _, reading in readings(town) if isinstance(reading, Report)} - {None}
    assert len(phones) == 420 and not phones & reporters
    assert all(phone.startswith("1990000") and len(phone) == 11 for phone in phones | reporters)
    assert len({member["name"] for member in town.members}) == 420


def test_the_catalogue_has_every_class(town):
    used = {category["class"] for category in town.categories}
    assert used == {entry["code"] for entry in town.classes}
    assert {"01", "02", "03", "04", "05", "06", "07", "08", "99", "A01", "A02", "A03", "A04", "A05"} == used
    assert len(town.categories) >= 60
    assert all(category["code"][:-2] == category["class"] for category in town.categories)
    assert {category["platform"] for category in town.categories} == set(DEPARTMENTS)


def test_the_calendar_is_the_official_one(town):
    calendar = town.calendar
    holidays, working = set(calendar["holidays"]), set(calendar["working_days"])
    assert {dt.date(2026, 10, 10), dt.date(2025, 1, 26)} <= working
    assert dt.date(2026, 10, 1) in holidays
    day = dt.date(2025, 1, 1)
    while day <= calendar["known_until"]:
        works = day in working or (day not in holidays and day.isoweekday() in calendar["working_weekdays"])
        assert works == chinese_calendar.is_workday(day), day
        day += dt.timedelta(days=1)


def test_practice_differs_from_normal_in_time_only(town):
    normal, practice = town.rules["normal.yaml"], town.rules["practice.yaml"]
    timeless = {"later": None, "every": None}
    ladders = [[{**step, **timeless} for step in rules["dispatch"]["ladder"]] for rules in (normal, practice)]
    assert ladders[0] == ladders[1]
    assert normal["callback"]["ask"] == practice["callback"]["ask"]
    assert normal["intake"] | {"waits": practice["intake"]["waits"]} == practice["intake"]
    limits = [limit for limits in practice["dispatch"]["limits"].values() for limit in limits.values()]
    assert limits and all(limit.endswith(" second") for limit in limits)
    assert "quiet_hours" not in practice["dispatch"]


def test_sample_reports_lie_where_they_say(town, shapes):
    grids = [shapes[grid] for grid in ids(town, "grid")]
    inside = Counter()
    for _, reading in readings(town):
        if isinstance(reading, Report) and reading.lon is not None and reading.lat is not None:
            inside[sum(grid.contains(Point(reading.lon, reading.lat)) for grid in grids)] += 1
    assert 40 <= len(town.reports) <= 60
    assert set(inside) == {0, 1} and inside[1] >= 40
    by_amqp = {source["name"] for source in town.sources if source["kind"] != "open311"}  # its clients come by HTTP
    assert {report["source"] for report in town.reports} == by_amqp
    assert sum(report["expect"] == "refused" for report in town.reports) >= 4


def test_patrol_reports_come_from_a_worker_of_their_grid(town, shapes):
    grid_of = {worker["member_id"]: grid for grid, workers in workers_of(town).items() for worker in workers}
    for report in town.reports:
        if "member" in report:
            place = report["data"]["place"]
            assert shapes[grid_of[report["member"]]].contains(Point(place["lon"], place["lat"]))


def readings(town: check.Town) -> list[tuple[dict, Report | Refusal]]:
    """Each sample report as the adapter of its source reads it."""
    sources = {
        row["name"]: Source(**{k: v for k, v in row.items() if k not in ("name_zh", "name_en")}) for row in town.sources
    }
    found = []
    for number, report in enumerate(town.reports, start=1):
        source, data = sources[report["source"]], {**report["data"], report["number"]: str(number)}
        reading = adapter_of(source.kind).read(data, source, "event", report.get("member"))
        reasons = [] if isinstance(reading, Refusal) else judge(reading, source, catalogue(town))
        found.append((report, Refusal(source.name, "", "", reasons) if reasons else reading))
    return found


def catalogue(town: check.Town) -> dict[str, Category]:
    rows = town.categories
    return {row["code"]: Category(row["code"], row["name_zh"], row["level"], row["kind"]) for row in rows}


def test_intake_takes_and_refuses_the_sample_reports_as_they_expect(town):
    for number, (report, reading) in enumerate(readings(town), start=1):
        assert (report["expect"] == "refused") == isinstance(reading, Refusal), (number, reading)
        if isinstance(reading, Report):
            assert reading.external_id.endswith(str(number))
            assert reading.category or reading.source == "chat", reading


def test_names_and_cameras_lie_in_the_town(town, shapes):
    assert {row["kind"] for row in town.names} == {"village", "road", "landmark"}
    assert {row["name"] for row in town.names if row["kind"] == "village"} == {
        area["name"] for area in town.areas if area["level"] == "village"
    }
    for row in [*town.names, *town.cameras]:
        assert shapes["330822111"].contains(Point(float(row["lon"]), float(row["lat"])))


def test_an_address_of_the_sample_town_is_understood(town):
    leaves = [f for f in town.features if f["properties"]["level"] == "grid"]
    grids = [
        Grid(f["properties"]["grid_id"], f["properties"]["code"], f["geometry"], 1.0, f["properties"]["parent_id"])
        for f in leaves
    ]
    names = [placed(row) | {"aliases": row["aliases"].split("|")} for row in town.names]
    locator = Locator(grids, [], names)
    found = locator.locate(
        [Where(text=text) for text in ("东坑村文化礼堂旁", "九都村卫生站", "便民中心门口", "文化礼堂")]
    )
    assert [place.grid_id and place.grid_id[:12] for place in found] == [
        "330822111206",
        "330822111215",
        "330822111001",
        None,
    ]


def placed(row):
    return row | {name: float(row[name]) for name in ("lon", "lat")} | {"grid_id": row["grid_id"] or None}


def test_a_town_without_names_and_cameras_is_whole(tmp_path):
    write_small_town(tmp_path)
    assert not (tmp_path / "gazetteer.csv").exists() and not (tmp_path / "cameras.csv").exists()
    assert check.problems(check.read_town(tmp_path)) == []


# towns that scripts make


def test_a_small_town_is_whole(tmp_path):
    write_small_town(tmp_path, grids=5, members_per_grid=2)
    town = check.read_town(tmp_path)
    assert check.problems(town) == []
    assert ids(town, "grid") == ["g001", "g002", "g003", "g004", "g005"]
    assert [(member["role"], member["grid_id"]) for member in town.members[:3]] == [
        ("leader", "g001"),
        ("worker", "g001"),
        ("leader", "g002"),
    ]
    assert shape(town.features[2]["geometry"]).contains(Point(118.405, 28.925))
    assert [source["name"] for source in town.sources] == ["hotline", "portal", "patrol"]


def geojson(folder: Path, *geometries: dict, **properties: str) -> Path:
    path = folder / "areas.geojson"
    features = [{"type": "Feature", "properties": properties, "geometry": geometry} for geometry in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_any_areas_become_a_town(tmp_path):
    square = shapely.box(0, 0, 2, 2)
    bow_tie = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}
    parts = shapely.MultiPolygon([shapely.box(1, 1, 3, 3), shapely.box(5, 5, 6, 6)])
    path = geojson(tmp_path, mapping(square), bow_tie, mapping(parts), area_name="North")
    write_town(tmp_path / "town", path, name_property="area_name", categories=["Graffiti", "Bulky items"])
    town = check.read_town(tmp_path / "town")
    assert check.problems(town) == []
    assert ids(town, "grid") == ["g001", "g002", "g003"]
    assert Counter(member["grid_id"] for member in town.members) == {"g001": 3, "g002": 3, "g003": 3, "town": 1}
    assert [member["member_id"] for member in town.members if member["role"] == "desk"] == ["desk1"]
    assert [category["code"] for category in town.categories] == ["0001", "0002", "9999"]
    assert [(source["name"], source["auto_accept"]) for source in town.sources] == [("replay", True)]


def test_without_category_names_the_generic_catalogue_serves(tmp_path):
    write_town(tmp_path / "town", geojson(tmp_path, mapping(shapely.box(0, 0, 1, 1)), name="A"))
    assert check.read_town(tmp_path / "town").categories == check.read_town(SAMPLE).categories


@pytest.mark.parametrize(
    ("geometry", "properties", "said"),
    [
        ({"type": "Point", "coordinates": [0, 0]}, {"name": "A"}, "feature 1 is not an area"),
        (None, {"name": "A"}, "feature 1 is not an area"),
        (mapping(shapely.box(0, 0, 1, 1)), {"title": "A"}, r"no property 'name' but \['title'\]"),
    ],
)
def test_what_is_no_area_is_named(tmp_path, geometry, properties, said):
    with pytest.raises(ValueError, match=said):
        write_town(tmp_path / "town", geojson(tmp_path, geometry, **properties))


def test_an_empty_collection_is_refused(tmp_path):
    with pytest.raises(ValueError, match="there is no feature"):
        write_town(tmp_path / "town", geojson(tmp_path))


# the check finds what is wrong


def change(rows: list[dict], at: int, **values: object) -> list[dict]:
    return [*rows[:at], {**rows[at], **values}, *rows[at + 1 :]]


@pytest.mark.parametrize(
    ("field", "at", "values", "said"),
    [
        ("members", 0, {"grid_id": "330822111999001"}, "there is no area 330822111999001"),
        ("members", 1, {"phone": "19900000001"}, "phone 19900000001 is there 2 times"),
        ("members", 0, {"member_id": "M 1"}, "entry 1 (M 1): member_id"),
        ("members", 0, {"role": "mayor"}, "entry 1 (m001): role"),
        ("categories", 0, {"class": "77"}, "there is no class 77"),
        ("categories", 0, {"limit": "4 hours"}, "is not a duration; write for example 4 working_hour"),
        ("categories", 1, {"code": "0101"}, "code 0101 is there 2 times"),
        ("sources", 0, {"feedback": ["closed"]}, "feedback must hold report_received, report_rejected"),
        ("sources", 0, {"feedback": ["solved"]}, "entry 1 (hotline): feedback"),
        ("sources", 0, {"kind": "hotlin"}, "there is no kind hotlin: use one of camera"),
        ("sources", 0, {"settings": {"category_map": {"SR1": "7777"}}}, "SR1: there is no category 7777"),
        ("reports", 0, {"source": "fax"}, "there is no source fax"),
        ("names", 0, {"grid_id": "330822999"}, "gazetteer.csv: 龙头街社区: there is no area 330822999"),
        ("names", 0, {"lon": "", "lat": "", "grid_id": ""}, "a name needs lon and lat, or a grid_id"),
        ("names", 0, {"lon": "far"}, "entry 1 (龙头街社区): lon"),
        ("cameras", 0, {"lat": ""}, "entry 1 (C-001): lat"),
        ("cameras", 1, {"camera_id": "C-001"}, "camera_id C-001 is there 2 times"),
        ("categories", 0, {"questions": [{"code": "x"}]}, "entry 1 (0101): questions"),
        ("reports", 0, {"member": "m001"}, "and no other, names a member"),
    ],
)
def test_the_check_names_the_mistake(town, field, at, values, said):
    broken = replace(town, **{field: change(getattr(town, field), at, **values)})
    assert any(said in problem for problem in check.problems(broken)), check.problems(broken)


def test_the_check_finds_a_grid_without_members_and_a_town_without_desk(town):
    grid = town.members[0]["grid_id"]
    left = [member for member in town.members if member["grid_id"] != grid and member["role"] != "desk"]
    found = check.problems(replace(town, members=left))
    assert f"members.csv: grid {grid} has neither leader nor worker" in found
    assert any("nobody has the role desk" in problem for problem in found)


def test_the_check_finds_a_wrong_parent_and_a_wrong_day(town):
    feature = town.features[1]
    orphan = {**feature, "properties": {**feature["properties"], "parent_id": "nowhere"}}
    calendar = {**town.calendar, "holidays": ["2026-10-01"], "working_days": []}
    broken = replace(town, features=[town.features[0], orphan, *town.features[2:]], calendar=calendar)
    found = "\n".join(check.problems(broken))
    assert "330822111001: parent_id: there is no area nowhere" in found
    assert "'2026-10-01' is not a day" in found


def test_the_check_names_the_line_of_a_wrong_rule(tmp_path):
    write_small_town(tmp_path)
    path = tmp_path / "rules" / "normal.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("raise_level: P1", "raise_level: P9"), encoding="utf-8")
    line = path.read_text(encoding="utf-8").split("P9")[0].count("\n") + 1
    (found,) = check.problems(check.read_town(tmp_path))
    assert found.startswith(f"rules/normal.yaml:{line}: intake.rules.1.then.raise_level: 'P9' is not known here")


def test_the_check_knows_the_ways_and_areas_of_routes(tmp_path):
    write_small_town(tmp_path)
    rules, channels = tmp_path / "rules" / "normal.yaml", tmp_path / "channels.yaml"
    channels.write_text(
        "accounts: [{name: work-notice, channel: webhook, settings: {url: 'https://a.example/'}, "
        "secrets: {secret: {env: A}}}]\n",
        encoding="utf-8",
    )
    text = rules.read_text(encoding="utf-8")
    child = "    routes:\n      - {name: here, match: {areas: [g001, g999]}, ways: [work-notice, group, pigeon]}\n"
    rules.write_text(text.split("\nnotify:")[0] + "\nnotify:\n  route:\n" + child, encoding="utf-8")
    (tmp_path / "rules" / "practice.yaml").unlink()
    line = text.split("\nnotify:")[0].count("\n") + 5
    assert check.problems(check.read_town(tmp_path)) == [
        f"rules/normal.yaml:{line}: notify.route.routes.0.match.areas.1: there is no area 'g999': name one of the town",
        f"rules/normal.yaml:{line}: notify.route.routes.0.ways.2: no account of channels.yaml has the way 'pigeon': "
        "use one of group, work-notice",
    ]


def test_the_check_command_fails_loudly(tmp_path):
    make(tmp_path)  # without the files that are written by hand
    command = [sys.executable, "-m", "deploy.towns.check", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "categories.yaml" in done.stderr and "format.md" in done.stderr
