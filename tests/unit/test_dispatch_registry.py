"""The town's areas and members: what may be entered, what becomes of it, and how grids are split and merged."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError
from shapely.geometry import Point, box, mapping, shape

from services.dispatch.adapters.registry import areas_as, members_as, rows_in
from services.dispatch.domain import registry
from services.dispatch.domain.areas import area_of, place_in, tree_problems
from services.dispatch.domain.order import IN_PROGRESS
from services.dispatch.domain.policy import Matter
from services.dispatch.domain.regions import Redrawn, merge, split
from services.dispatch.domain.registry import AREA, MEMBER, changed, member_problems, missing
from services.dispatch.domain.relocation import relocate
from services.dispatch.domain.starting import start
from services.dispatch.messages import AreaEntry, MemberEntry
from shared.tables import TableError
from tests.unit.qiuchuan import CALENDAR, GRID, OTHER_GRID, at, case_of, roster
from tests.unit.test_dispatch_correction import made

Record = dict[str, Any]
WHOLE = box(118.40, 28.92, 118.42, 28.93)
WEST, EAST = box(118.40, 28.92, 118.41, 28.93), box(118.41, 28.92, 118.42, 28.93)


def area(grid_id: str, level: str, parent: str | None, geometry: Any = WHOLE, **more: Any) -> Record:
    shown = mapping(geometry) if geometry else None
    record = {"grid_id": grid_id, "version": 1, "code": grid_id, "name": grid_id, "level": level, "parent_id": parent}
    return (
        record
        | {"households": 400, "geometry": shown, "area": area_of(shown) if shown else 0.0, "by_hand": False}
        | more
    )


def member(member_id: str, role: str, grid_id: str, **more: Any) -> Record:
    record: Record = {"member_id": member_id, "version": 1, "name": member_id, "role": role, "grid_id": grid_id}
    record |= {
        "skills": [],
        "language": "zh",
        "on_duty": True,
        "active": True,
        "phone": None,
        "chats": {},
        "blind": {},
        "by_hand": False,
    }
    return record | more


AREAS = {
    a["grid_id"]: a
    for a in (
        area("t", "township", None),
        area("v", "village", "t"),
        area("g1", "grid", "v"),
        area("m1", "micro_grid", "g1", WEST),
        area("m2", "micro_grid", "g1", EAST),
    )
}
CREW = [member("w1", "worker", "g1"), member("l1", "leader", "g1"), member("d1", "desk", "t")]


# the tree


@pytest.mark.parametrize(
    ("change", "key", "field", "said"),
    [
        ({"g1": {"parent_id": None}}, "g1", "parent_id", "a grid lies in a village or a township"),
        ({"m1": {"parent_id": "v"}}, "m1", "parent_id", "a micro_grid lies in a grid"),
        ({"v": {"parent_id": "x"}}, "v", "parent_id", "there is no area x"),
        ({"g1": {"geometry": None}}, "m1", "parent_id", "there is no area g1"),
        ({"m2": {"code": "m1"}}, "m2", "code", "another area has the code m1"),
        ({"v": {"level": "township", "parent_id": None}}, None, "level", "there are 2 townships"),
    ],
)
def test_a_tree_that_does_not_stand_is_named(change: Record, key: str, field: str, said: str) -> None:
    assert tree_problems(AREAS.values()) == []
    found = tree_problems(a | change.get(a["grid_id"], {}) for a in AREAS.values())
    assert any((p.key, p.field, p.problem) == (key, field, said) for p in found), found


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {},
        {"type": "Point", "coordinates": [118, 28]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [200, 0], [200, 2], [0, 0]]]},
        {"type": "Polygon", "coordinates": [["a", "b", "c"]]},
        "POLYGON",
    ],
)
def test_what_is_no_area_is_refused(geometry: Any) -> None:
    with pytest.raises(ValidationError, match="no valid Polygon"):
        AreaEntry().load({"grid_id": "g", "geometry": geometry})


def test_a_place_lies_in_the_smallest_area_around_it_or_the_nearest() -> None:
    areas = [area("b", "grid", "v", EAST), area("a", "grid", "v", WEST), area("c", "grid", "v", box(0, 0, 1, 1))]
    assert place_in(areas, 118.405, 28.925) == "a" and place_in(areas, 118.415, 28.925) == "b"
    assert place_in(areas, 118.43, 28.925) == "b"
    assert place_in([*areas, area("z", "grid", "v", WHOLE)], 118.415, 28.925) == "b"
    assert place_in(areas, None, None) == "a"


# entries


def test_a_row_changes_what_it_names_and_nothing_else() -> None:
    known = {"w1": member("w1", "worker", "g1", skills=["01"], phone="k1+.x", blind={"phone": "i"})}
    same, moved, new = changed(
        MEMBER,
        known,
        [
            {"member_id": "w1", "skills": ["01"]},
            {"member_id": "w1", "grid_id": "g2", "on_duty": False},
            {"member_id": "w2", "name": "n", "role": "desk", "grid_id": "t"},
        ],
    )
    assert (same.fields, same.after) == ((), known["w1"])
    assert moved.fields == ("grid_id", "on_duty") and moved.after["version"] == 2 and moved.after["phone"] == "k1+.x"
    assert moved.journal == {
        "before": {"grid_id": "g1", "on_duty": True},
        "after": {"grid_id": "g2", "on_duty": False},
    }
    assert new.before is None and new.after["active"] and new.after["language"] == "zh" and new.after["version"] == 1


def test_the_journal_says_that_there_is_a_phone_not_which() -> None:
    known = {"w1": member("w1", "worker", "g1", phone="k1+.secret", blind={"phone": "index"})}
    entry = {"member_id": "w1", "phone": "k1+.other", "chats": {"wecom": "k1+.chat"}, "blind": {"phone": "j"}}
    (change,) = changed(MEMBER, known, [entry])
    text = str(change.journal)
    assert not any(word in text for word in ("secret", "other", "k1", "index"))
    assert change.journal["before"] == {"phone": registry.SET, "chats": {}}
    assert change.journal["after"] == {"phone": registry.SET, "chats": {"wecom": registry.SET}}


def test_in_a_whole_town_what_is_named_no_more_is_gone() -> None:
    known = {m["member_id"]: m for m in CREW}
    found = changed(MEMBER, known, [{"member_id": "w1"}], whole=True)
    assert [(c.key, c.fields) for c in found] == [
        ("w1", ()),
        ("d1", ("on_duty", "active")),
        ("l1", ("on_duty", "active")),
    ]
    again = changed(MEMBER, {c.key: c.after for c in found}, [{"member_id": "w1"}], whole=True)
    assert [c.fields for c in again] == [()]
    by_hand = {m["member_id"]: m | {"by_hand": True} for m in CREW}
    assert len(changed(MEMBER, by_hand, [{"member_id": "w1"}], whole=True)) == 1
    (gone,) = [c for c in changed(AREA, AREAS, [AREAS[i] for i in ["t", "v", "g1", "m1"]], whole=True) if c.fields]
    assert gone.key == "m2" and gone.after["geometry"] is None


def test_what_a_new_record_lacks_is_named() -> None:
    assert missing(MEMBER, {}, {"member_id": "w1", "name": "n"}) == ["role", "grid_id"]
    assert missing(AREA, {}, {"grid_id": "g"}) == ["code", "name", "level", "geometry"]
    assert missing(AREA, AREAS, {"grid_id": "g1"}) == []


def test_members_work_in_areas_that_are_there_and_have_phones_of_their_own() -> None:
    crew = [
        member("a", "worker", "g1", blind={"phone": "1", "wecom": "1"}),
        member("b", "worker", "g9", blind={"phone": "1"}),
        member("c", "worker", "g9", blind={"phone": "1"}, active=False),
    ]
    found = member_problems(crew, AREAS.values())
    assert {(p.key, p.field) for p in found} == {("b", "grid_id"), ("a", "phone"), ("b", "phone")}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"member_id": "M 1"}, "member_id"),
        ({"member_id": "m1\n"}, "member_id"),
        ({"member_id": "m1", "role": "mayor"}, "role"),
        ({"member_id": "m1", "name": ""}, "name"),
        ({"member_id": "m1", "phone": "call me"}, "phone"),
        ({"member_id": "m1", "skills": "01|roads"}, "skills"),
        ({"member_id": "m1", "on_duty": "perhaps"}, "on_duty"),
        ({"member_id": "m1", "salary": "1"}, "salary"),
        ({"member_id": "m1", "dingtalk": "a\0b"}, "dingtalk"),
    ],
)
def test_a_wrong_cell_is_named_and_not_repeated(row: Record, field: str) -> None:
    with pytest.raises(ValidationError) as error:
        MemberEntry().load(row)
    assert list(error.value.normalized_messages()) == [field]
    assert "call me" not in str(error.value)


def test_a_table_in_chinese_means_the_same() -> None:
    row = {
        "人员编号": "m1",
        "姓名": "丁嘉",
        "角色": "网格长",
        "网格编号": "g1",
        "电话": "",
        "专长": "01|0203",
        "在岗": "否",
    }
    assert MemberEntry().load(row) == {
        "member_id": "m1",
        "name": "丁嘉",
        "role": "leader",
        "grid_id": "g1",
        "phone": None,
        "skills": ["01", "0203"],
        "on_duty": False,
    }
    assert AreaEntry().load({"网格编号": "g1", "层级": "微网格", "户数": ""}) == {
        "grid_id": "g1",
        "level": "micro_grid",
        "households": None,
    }


@pytest.mark.parametrize("form", ["csv", "xlsx", "geojson"])
def test_what_is_exported_can_be_handed_in_again_and_changes_nothing(tmp_path: Any, form: str) -> None:
    file = tmp_path / f"areas.{form}"
    file.write_bytes(areas_as(form, [*AREAS.values(), area("gone", "grid", "v", None)]))
    entries = [AreaEntry().load(row) for row in rows_in(file)]
    known = {k: a | {"geometry": shape_of(a)} for k, a in AREAS.items()}
    assert [(c.key, c.fields) for c in changed(AREA, known, entries)] == [(key, ()) for key in AREAS]
    if form != "geojson":
        crew = [member("w1", "worker", "g1", skills=["01", "0203"], phone="k1+.x", on_duty=False), *CREW[1:]]
        file.write_bytes(members_as(form, crew))
        assert b"k1+" not in file.read_bytes()
        found = changed(MEMBER, {m["member_id"]: m for m in crew}, [MemberEntry().load(row) for row in rows_in(file)])
        assert [c.fields for c in found] == [(), (), ()]


def shape_of(record: Record) -> Any:
    """The geometry as JSON has it, with lists."""
    return json.loads(json.dumps(record["geometry"]))


@pytest.mark.parametrize("text", ["{", "[]", '{"type": "Feature"}', '{"type": "FeatureCollection", "features": [1]}'])
def test_a_file_that_is_no_geojson_says_so(tmp_path: Any, text: str) -> None:
    (tmp_path / "x.geojson").write_text(text if text.startswith("{") else "{" + text, encoding="utf-8")
    with pytest.raises(TableError, match="geojson"):
        list(rows_in(tmp_path / "x.geojson"))


# grids are split and merged


def part(grid_id: str, geometry: Any, *members: str, **more: Any) -> Record:
    record = {"grid_id": grid_id, "code": grid_id, "name": grid_id, "households": 200, "geometry": mapping(geometry)}
    return record | {"members": list(members)} | more


PARTS = [part("g1a", WEST, "w1"), part("g1b", EAST, "l1")]


def test_a_grid_becomes_its_parts_with_its_members_and_micro_grids() -> None:
    done = split(AREAS["g1"], PARTS, AREAS, CREW)
    assert isinstance(done, Redrawn)
    assert [(a["grid_id"], a.get("parent_id")) for a in done.areas] == [
        ("g1a", "v"),
        ("g1b", "v"),
        ("m1", "g1a"),
        ("m2", "g1b"),
        ("g1", None),
    ]
    assert done.members == [{"member_id": "w1", "grid_id": "g1a"}, {"member_id": "l1", "grid_id": "g1b"}]
    assert done.successors == {"g1": ["g1a", "g1b"]}
    areas = AREAS | {c.key: c.after for c in changed(AREA, AREAS, done.areas)}
    assert tree_problems(areas.values()) == [] and areas["g1"]["geometry"] is None
    assert areas["g1a"]["area"] + areas["g1b"]["area"] == pytest.approx(AREAS["g1"]["area"])


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (PARTS[:1], "these are not several parts"),
        ([], "these are not several parts"),
        ([PARTS[0], PARTS[0]], "these are not several parts"),
        ([PARTS[0], PARTS[1] | {"grid_id": "m1"}], "there is, or was, a grid m1"),
        (
            [PARTS[0], part("g1b", box(118.41, 28.92, 118.415, 28.93), "l1")],
            "they leave a part of the grid out: 25% of it",
        ),
        ([PARTS[0], part("g1b", box(118.41, 28.92, 118.43, 28.93), "l1")], "they reach beyond the grid: 50% of it"),
        ([PARTS[0], part("g1b", box(118.405, 28.92, 118.42, 28.93), "l1")], "they overlap: 25% of it"),
        ([PARTS[0], part("g1b", EAST)], "l1 is in 0 of the parts"),
        ([PARTS[0], part("g1b", EAST, "l1", "w1")], "w1 is in 2 of the parts"),
        ([PARTS[0], part("g1b", EAST, "l1", "d1")], "d1 does not work in g1"),
        ([part("g1a", WEST, "w1", "l1"), part("g1b", EAST)], "g1b has neither worker nor leader"),
        ([PARTS[0], PARTS[1] | {"geometry": {"type": "Polygon", "coordinates": []}}], "g1b is no valid Polygon"),
    ],
)
def test_a_split_that_would_lose_somebody_or_something_is_refused(parts: list[Record], said: str) -> None:
    found = split(AREAS["g1"], parts, AREAS, CREW)
    assert isinstance(found, list) and any(problem.problem.startswith(said) for problem in found), found


def test_villages_are_not_split() -> None:
    found = split(AREAS["v"], PARTS, AREAS, CREW)
    assert isinstance(found, list) and found[0].problem == "v is village"


@given(st.lists(st.floats(0.001, 0.999).map(lambda x: round(x, 4)), min_size=1, max_size=6, unique=True), st.data())
def test_wherever_a_grid_is_cut_every_place_in_it_lies_in_the_part_that_holds_it(cuts: list[float], data: Any) -> None:
    west, south, east, north = WHOLE.bounds
    edges = [west, *(west + (east - west) * cut for cut in sorted(cuts)), east]
    shapes = [box(a, south, b, north) for a, b in pairwise(edges)]
    crew = [member(f"w{n:02d}", "worker", "g1") for n in range(len(shapes))]
    parts = [part(f"p{n:02d}", s, f"w{n:02d}") for n, s in enumerate(shapes)]
    done = split(AREAS["g1"], parts, {"g1": AREAS["g1"]}, crew)
    assert isinstance(done, Redrawn)
    lon = data.draw(st.floats(west, east))
    chosen = place_in(parts, lon, 28.925)
    assert shape(next(p for p in parts if p["grid_id"] == chosen)["geometry"]).distance(Point(lon, 28.925)) < 1e-9


def test_merged_grids_are_one_with_all_their_members() -> None:
    areas = AREAS | {"g1": area("g1", "grid", "v", WEST), "g2": area("g2", "grid", "v", EAST, households=300)}
    crew = [*CREW, member("w2", "worker", "g2")]
    done = merge([areas["g1"], areas["g2"]], {"grid_id": "g1", "code": None, "name": "大网格"}, areas, crew)
    assert isinstance(done, Redrawn)
    whole, *below, gone = done.areas
    assert (whole["grid_id"], whole["code"], whole["name"], whole["households"]) == ("g1", "g1", "大网格", 700)
    assert shapely.equals(shape(whole["geometry"]), WHOLE)
    assert gone["grid_id"] == "g2" and gone["geometry"] is None and {a["grid_id"] for a in below} == {"m1", "m2"}
    assert {(m["member_id"], m["grid_id"]) for m in done.members} == {("w1", "g1"), ("l1", "g1"), ("w2", "g1")}
    assert done.successors == {"g2": ["g1"]}
    fresh = merge([areas["g1"], areas["g2"]], {"grid_id": "g3", "code": "g3", "name": "新"}, areas, crew)
    assert isinstance(fresh, Redrawn) and fresh.successors == {"g1": ["g3"], "g2": ["g3"]}


@pytest.mark.parametrize(
    ("ids", "into", "said"),
    [
        (["g1"], {"grid_id": "g1"}, "these are not several grids"),
        (["g1", "g1"], {"grid_id": "g1"}, "these are not several grids"),
        (["g1", "m1"], {"grid_id": "g1"}, "they do not lie in the same area"),
        (["m1", "m2"], {"grid_id": "g1"}, "there is, or was, a grid g1"),
        (["m1", "m2"], {"grid_id": "m3", "name": "x"}, "a new grid needs it"),
        (["t", "v"], {"grid_id": "t"}, "t is township"),
    ],
)
def test_what_cannot_be_one_grid_says_why(ids: list[str], into: Record, said: str) -> None:
    found = merge([AREAS[i] for i in ids], into, AREAS, CREW)
    assert isinstance(found, list) and found[0].problem == said


# open work follows


def open_order(handler: str) -> Any:
    choice = roster().handler(Matter.of(case_of(GRID)), but=[w for w in ("w1", "w2") if w != handler])
    assert choice and choice.member.member_id == handler
    case = case_of(GRID)
    return start(case, "o", 1, choice, made("P3"), at("2026-11-23 09:00")).order


@pytest.mark.parametrize(
    ("grid_id", "beside", "off_roll", "kinds", "handler"),
    [
        ("g9", {"g9", GRID}, False, ["corrected", "assigned"], "d1"),  # w1 works in the other part, nobody in this one
        (OTHER_GRID, {GRID, OTHER_GRID}, False, ["corrected", "assigned"], "w3"),
        (OTHER_GRID, {OTHER_GRID, "g9"}, False, ["corrected"], "w1"),  # w1 works in neither part: it is theirs
        (GRID, set(), True, ["corrected", "assigned"], "w2"),
        (GRID, set(), False, [], "w1"),
    ],
)
def test_an_order_stays_with_its_handler_unless_they_have_left_or_work_in_another_part(
    grid_id: str, beside: set[str], off_roll: bool, kinds: list[str], handler: str
) -> None:
    order = open_order("w1")
    crew = roster()
    if off_roll:
        crew = type(crew)([m for m in crew._all if m.member_id != "w1"], {}, {})
    moved = relocate(order, grid_id, GRID, beside, crew, CALENDAR, at("2026-11-23 10:00"))
    assert [change.kind for change in moved.changes] == kinds
    assert (moved.order.member_id, moved.order.grid_id) == (handler, grid_id)
    assert moved.order.due_at == order.due_at and moved.order.terms.resolve == order.terms.resolve
    assert moved.order.state in ("dispatched", IN_PROGRESS)
