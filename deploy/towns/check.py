"""Check a town folder: does every file say what format.md asks, does everything that is named exist?

Prints one line a problem and ends with 1, or says how much there is.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from marshmallow import Schema

from deploy.towns import schemas
from deploy.towns.projects import wrong_in
from deploy.towns.reading import Rows, Town, read_town
from deploy.towns.service_list import service_problems
from services.callback.domain import rule_set as callback_rules
from services.dispatch.domain.areas import tree_problems
from services.dispatch.domain.registry import AREA, MEMBER, missing
from services.dispatch.domain.roster_data import Known, read_rosters
from services.dispatch.domain.rule_set import mistakes_in
from services.dispatch.domain.service_data import Known as Named
from services.dispatch.domain.words import DEPARTMENTS
from services.dispatch.messages import AreaEntry, MemberEntry
from services.intake.adapters import ADAPTERS
from services.intake.domain.rules import read_rules
from services.notify.domain.account_data import read_channels
from services.notify.domain.pipeline import rule_set as notify_rules
from services.notify.domain.pipeline.routes import GROUP
from shared import marked


def problems(town: Town) -> list[str]:
    """What is wrong in the town, a line each; empty when all is well."""
    rules = (
        _areas,
        _members,
        _catalogue,
        _sources,
        _calendar,
        _places,
        _intake_rules,
        _dispatch_rules,
        _callback_rules,
        _notify_rules,
        _duty,
        _projects,
        _services,
        _channels,
        _reports,
    )
    return [*_entries(town)] or [problem for rule in rules for problem in rule(town)]


def _entries(town: Town) -> Iterator[str]:
    """Each entry for itself; the other checks rely on these."""
    yield from _fit(AreaEntry(), _whole_features(town), "grids.geojson", "grid_id")
    yield from _lacking(AREA, _whole_features(town), "grids.geojson", "grid_id")
    yield from _fit(MemberEntry(), town.members, "members.csv", "member_id")
    yield from _lacking(MEMBER, town.members, "members.csv", "member_id")
    yield from _fit(schemas.Class(), town.classes, "categories.yaml", "code")
    yield from _fit(schemas.Category(), town.categories, "categories.yaml", "code")
    yield from _fit(schemas.Source(), town.sources, "sources.yaml", "name")
    yield from _fit(schemas.Calendar(), [town.calendar], "calendar.yaml", "time_zone")
    if "normal.yaml" not in town.rules:
        yield "rules/normal.yaml is missing"
    for name, rules in town.rules.items():
        yield from _fit(schemas.Rules(), [rules], f"rules/{name}", "name")
    yield from _fit(schemas.Camera(), town.cameras, "cameras.csv", "camera_id")
    yield from _fit(schemas.Name(), town.names, "gazetteer.csv", "name")
    yield from _fit(schemas.Report(), town.reports, "reports.yaml", "source")


def _fit(schema: Schema, rows: Sequence[dict[str, Any]], file: str, key: str) -> Iterator[str]:
    for number, row in enumerate(rows, start=1):
        for part, problem in schema.validate(row).items():
            yield f"{file}: entry {number} ({row.get(key)}): {part}: {problem}"


def _lacking(what: str, rows: Rows, file: str, key: str) -> Iterator[str]:
    for number, row in enumerate(rows, start=1):
        if names := missing(what, {}, row):
            yield f"{file}: entry {number} ({row.get(key)}): {', '.join(names)} missing"


def _whole_features(town: Town) -> Rows:
    """Areas as dispatch's records have them."""
    return [{"parent_id": None} | f["properties"] | {"geometry": f.get("geometry")} for f in town.features]


def _areas(town: Town) -> Iterator[str]:
    yield from _repeated("grids.geojson: grid_id", [area["grid_id"] for area in town.areas])
    yield from _repeated("grids.geojson: code", [area["code"] for area in town.areas])
    for problem in tree_problems(_whole_features(town)):
        if problem.field != "code":
            yield f"grids.geojson: {problem.key or 'the town'}: {problem.field}: {problem.problem}: {problem.repair}"


def _members(town: Town) -> Iterator[str]:
    yield from _repeated("members.csv: member_id", [member["member_id"] for member in town.members])
    yield from _repeated("members.csv: phone", [member["phone"] for member in town.members if member["phone"]])
    known = {area["grid_id"] for area in town.areas}
    for member in town.members:
        if member["grid_id"] not in known:
            yield f"members.csv: {member['member_id']}: there is no area {member['grid_id']}"
    codes = {category["code"] for category in town.categories}
    classes = {entry["code"] for entry in town.classes}
    for member in town.members:
        for skill in filter(None, (member.get("skills") or "").split("|")):
            if skill not in codes | classes:
                yield f"members.csv: {member['member_id']}: skills: there is no category or class {skill}"
    manned = {member["grid_id"] for member in town.members if member["role"] in ("leader", "worker")}
    for area in town.areas:
        if area["level"] == "grid" and area["grid_id"] not in manned:
            yield f"members.csv: grid {area['grid_id']} has neither leader nor worker"
    if not any(member["role"] == "desk" for member in town.members):
        yield "members.csv: nobody has the role desk, which takes what lies in no grid"


def _catalogue(town: Town) -> Iterator[str]:
    yield from _repeated("categories.yaml: code", [category["code"] for category in town.categories])
    classes = {entry["code"] for entry in town.classes}
    for category in town.categories:
        if category["class"] not in classes:
            yield f"categories.yaml: {category['code']}: there is no class {category['class']}"
    if not any(category["code"] == "9999" for category in town.categories):
        yield "categories.yaml: 9999 is missing, the category of a report that names none"


def _sources(town: Town) -> Iterator[str]:
    yield from _repeated("sources.yaml: name", [source["name"] for source in town.sources])
    codes = {category["code"] for category in town.categories}
    for source in town.sources:
        where = f"sources.yaml: {source['name']}"
        if source["kind"] not in ADAPTERS:
            yield f"{where}: there is no kind {source['kind']}: use one of {', '.join(sorted(ADAPTERS))}"
        for theirs, ours in source.get("settings", {}).get("category_map", {}).items():
            if ours not in codes:
                yield f"{where}: category_map: {theirs}: there is no category {ours}; write codes in quotes"
        missing = {"report_received", "report_rejected"} - set(source["feedback"])
        if missing:
            yield f"{where}: feedback must hold {', '.join(sorted(missing))}"


def _calendar(town: Town) -> Iterator[str]:
    calendar = town.calendar
    for day in [calendar["known_until"], *calendar["holidays"], *calendar["working_days"]]:
        if not isinstance(day, dt.date):
            yield f"calendar.yaml: {day!r} is not a day; write it without quotes, for example 2026-10-01"
    for day in {str(day) for day in calendar["holidays"]} & {str(day) for day in calendar["working_days"]}:
        yield f"calendar.yaml: {day} is both a holiday and a working day"


def _places(town: Town) -> Iterator[str]:
    yield from _repeated("cameras.csv: camera_id", [camera["camera_id"] for camera in town.cameras])
    known = {area["grid_id"] for area in town.areas}
    for file, key, rows in (("cameras.csv", "camera_id", town.cameras), ("gazetteer.csv", "name", town.names)):
        for row in rows:
            if row["grid_id"] and row["grid_id"] not in known:
                yield f"{file}: {row[key]}: there is no area {row['grid_id']}"


def _dispatch_rules(town: Town) -> Iterator[str]:
    """Dispatch's rules, by dispatch's own reading."""
    for name, rules in town.marks.items():
        yield from marked.told(f"rules/{name}", "dispatch", rules, mistakes_in(rules.value.get("dispatch") or {}))


def _callback_rules(town: Town) -> Iterator[str]:
    """Callback's rules, by callback's own reading."""
    for name, rules in town.marks.items():
        section = rules.value.get("callback") or {}
        yield from marked.told(f"rules/{name}", "callback", rules, callback_rules.mistakes_in(section))


def _notify_rules(town: Town) -> Iterator[str]:
    """Notify's rules, by notify's own reading; the areas and, where the town has channels, the ways that they name."""
    areas = {area["grid_id"] for area in town.areas}
    accounts = read_channels(town.channels.value)[0].accounts if town.channels else []
    ways = {account.way for account in accounts} | {GROUP}
    for name, rules in town.marks.items():
        section = rules.value.get("notify") or {}
        found = notify_rules.mistakes_in(section)
        if not found:
            found = [
                (place, f"there is no area {area!r}", "name one of the town")
                for place, area in notify_rules.areas_of(section)
                if area not in areas
            ]
            found += [
                (place, f"no account of channels.yaml has the way {way!r}", f"use one of {', '.join(sorted(ways))}")
                for place, way in notify_rules.ways_of(section)
                if town.channels and way not in ways
            ]
        yield from marked.told(f"rules/{name}", "notify", rules, found)


def _intake_rules(town: Town) -> Iterator[str]:
    """Intake's rules, by intake's own reading."""
    codes = {category["code"] for category in town.categories}
    for name, rules in town.marks.items():
        _, problems = read_rules(rules.value.get("intake") or {}, codes)
        yield from marked.told(f"rules/{name}", "intake", rules, problems)


def _duty(town: Town) -> Iterator[str]:
    if town.duty is None:
        return
    members = {member["member_id"] for member in town.members if member["on_duty"] == "true"}
    _, problems = read_rosters(town.duty.value, Known(members, {area["grid_id"] for area in town.areas}))
    found = [(one.place[1:], one.problem, one.repair) for one in problems]
    yield from marked.told("duty.yaml", "rosters", town.duty, found)


def _projects(town: Town) -> Iterator[str]:
    if town.projects is not None:
        members = {member["member_id"] for member in town.members if member.get("active") != "false"}
        yield from wrong_in(town.projects, members, {area["grid_id"] for area in town.areas}, town.calendar)


def _services(town: Town) -> Iterator[str]:
    if town.services:
        members, areas = {row["member_id"] for row in town.members}, {row["grid_id"] for row in town.areas}
        known = Named(members, areas, {category["code"] for category in town.categories})
        yield from service_problems(town.services, known, town.sources)


def _channels(town: Town) -> Iterator[str]:
    """Accounts of channels, by notify's own reading, and the units that robots belong to."""
    if town.channels is None:
        return
    channels, found = read_channels(town.channels.value)
    for place, problem, repair in found:
        yield f"channels.yaml:{town.channels.line(place)}: {problem}: {repair}"
    known = {area["grid_id"] for area in town.areas} | set(DEPARTMENTS)
    for account in channels.accounts:
        if account.unit and account.unit not in known:
            yield f"channels.yaml: {account.account_id}: there is no area or platform {account.unit}"


def _reports(town: Town) -> Iterator[str]:
    sources = {source["name"]: source["kind"] for source in town.sources}
    members = {member["member_id"] for member in town.members}
    for number, report in enumerate(town.reports, start=1):
        where = f"reports.yaml: entry {number}"
        if report["source"] not in sources:
            yield f"{where}: there is no source {report['source']}"
        if (sources.get(report["source"]) == "patrol") != ("member" in report):
            yield f"{where}: a report of the kind patrol, and no other, names a member"
        if "member" in report and report["member"] not in members:
            yield f"{where}: there is no member {report['member']}"


def _repeated(where: str, values: Sequence[str]) -> list[str]:
    return [f"{where} {value} is there {count} times" for value, count in Counter(values).items() if count > 1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a town folder, for example deploy/towns/qiuchuan")
    folder = parser.parse_args().folder
    try:
        town = read_town(folder)
        found = problems(town)
    except (OSError, ValueError, KeyError, TypeError) as error:
        found = [f"{type(error).__name__}: {error}; see deploy/towns/format.md"]
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print(
            f"{folder}: {len(town.areas)} areas, {len(town.members)} members, {len(town.categories)} categories, "
            f"{len(town.sources)} sources, {len(town.rules)} rule sets, {len(town.reports)} reports"
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
