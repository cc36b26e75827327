"""The household register: imported by the administrator, looked up for a case at hand, each look-up noted."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from services.intake.domain.case import ENDED
from services.intake.domain.register import COLUMNS, check, masked, plain_address
from services.intake.errors import CaseUnknown, NotAtHand
from services.intake.store import OpenWork, Work
from services.intake.use_cases.personal import open_original, phone_index
from shared.http.tokens import Caller
from shared.masking import mask
from shared.messaging.envelope import new_id
from shared.outbox.unit_of_work import to_json
from shared.sealing import KeyRing

AT_ONCE = 500  # households in one statement
PLACE, HOUSEHOLD = "place", "household"


def import_register(
    rows: Iterable[dict[str, str]], file: str, who: Caller, keys: KeyRing, open_work: OpenWork
) -> list[dict[str, Any]]:
    """Rows of a CSV file, one person each; a household that is known is replaced, one with a wrong row is left out.

    Gives what is wrong with each wrong row (the heading is line 1), then what was imported.
    """
    households: dict[str, list[dict[str, str]]] = defaultdict(list)
    wrong: list[dict[str, Any]] = []
    broken = set()
    for line, raw in enumerate(rows, 2):
        row = {name: (raw.get(name) or "").strip() for name in COLUMNS}
        households[row["household"]].append(row)
        if reasons := check(row):
            broken.add(row["household"])
            wrong.append({"line": line, "reasons": [reason.as_dict() for reason in reasons]})
    good = [(name, people) for name, people in households.items() if name not in broken]
    with open_work() as work:
        now = work.now()
        for at in range(0, len(good), AT_ONCE):
            work.put_households([_household(*pair, keys) | {"imported_at": now} for pair in good[at : at + AT_ONCE]])
        work.note(who.name, who.role, "register_import", file, f"{len(good)} households")
        work.commit()
    return [*wrong, {"households": len(good), "left out": len(broken), "wrong rows": len(wrong)}]


def search_register(
    number: str, caller: Caller, asked: dict[str, Any], keys: KeyRing, open_work: OpenWork
) -> dict[str, Any]:
    """The household of a case's reporter (by phone) or at its place (by address), masked unless `unmask` is asked.

    Raises CaseUnknown, NotAtHand.
    """
    with open_work() as work:
        case = work.place_of_case(number)
        if case is None:
            raise CaseUnknown(number)
        if case["state"] in ENDED:
            raise NotAtHand(number, case["state"])
        rows = _by_phone(number, work, keys) if asked["by"] == "phone" else _by_address(case, work, keys)
        found = [_opened(row, keys) for row in rows]
        shown = "unmasked" if asked["unmask"] else "masked"
        reason = f"{mask(asked['reason'])} (by {asked['by']}, {shown}, {len(found)} households)"
        work.note(caller.name, caller.role, "register_lookup", number, reason)
        work.commit()
    return {"number": number, "households": found if asked["unmask"] else [masked(one) for one in found]}


def _household(name: str, people: list[dict[str, str]], keys: KeyRing) -> dict[str, Any]:
    household_id, address = new_id(), people[0]["address"]
    told = [{column: person[column] for column in ("name", "id_number", "phone")} for person in people]
    return {
        "id": household_id,
        "household": name,
        "place_index": keys.blind(plain_address(address), PLACE),
        "sealed": keys.seal(to_json({"address": address, "people": told}), household_id, HOUSEHOLD),
        "phones": sorted({index for person in people if (index := phone_index(person["phone"], keys))}),
    }


def _opened(row: dict[str, Any], keys: KeyRing) -> dict[str, Any]:
    return {"household": row["household"]} | json.loads(keys.open(row["sealed"], row["id"], HOUSEHOLD))


def _by_phone(number: str, work: Work, keys: KeyRing) -> list[dict[str, Any]]:
    told = [open_original(row, keys) for row in work.originals_of_case(number)]
    phones = [one["reporter"].get("phone") or "" for one in told if one]
    indexes = {index for phone in phones if (index := phone_index(phone, keys))}
    return work.households_by_phone(sorted(indexes)) if indexes else []


def _by_address(case: dict[str, Any], work: Work, keys: KeyRing) -> list[dict[str, Any]]:
    address = plain_address(case["place_text"])
    return work.households_by_place([keys.blind(address, PLACE)]) if address else []
