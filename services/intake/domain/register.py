"""The household register: what a row of it must say, and what is shown of a household."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from services.intake.domain.persons import e164
from services.intake.domain.registration import Reason
from shared.masking import mask, mask_name

COLUMNS = ("household", "address", "name", "id_number", "phone")
LONGEST = 200


def check(row: dict[str, str]) -> list[Reason]:
    """Why a row cannot be taken; empty when it can. `id_number` and `phone` may be empty."""
    reasons = [
        Reason(name, "it is empty", f"fill in {name}") for name in ("household", "address", "name") if not row[name]
    ]
    reasons += [
        Reason(name, f"it is longer than {LONGEST} characters, or has a NUL in it", "write it shorter")
        for name in COLUMNS
        if len(row[name]) > LONGEST or "\0" in row[name]
    ]
    if row["id_number"]:
        try:
            ric.validate(row["id_number"])
        except ValidationError as error:
            reasons.append(Reason("id_number", str(error), "write the 18 signs as they stand on the card (GB 11643)"))
    if row["phone"] and e164(row["phone"]) is None:
        reasons.append(Reason("phone", "this is no telephone number", "write it as 13812345678 or 0570-5012345"))
    return reasons


def plain_address(address: str) -> str:
    """An address as it is looked up: whatever was written in full width, with blanks or signs, is the same place."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", address)).lower()


def masked(household: dict[str, Any]) -> dict[str, Any]:
    """A household as it is shown by default; the address belongs to the case at hand."""
    people = [
        {
            "name": mask_name(person["name"]),
            "id_number": mask(person["id_number"]),
            "phone": mask(person["phone"]),
        }
        for person in household["people"]
    ]
    return household | {"people": people}
