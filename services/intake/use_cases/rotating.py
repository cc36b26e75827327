"""What older keys of the ring have sealed is sealed with the current one, a batch in each transaction: stopped at any
moment, it goes on where it was."""

from __future__ import annotations

from services.intake.store import OpenWork, Work
from services.intake.use_cases.answering import FIELD as SECRET
from services.intake.use_cases.personal import ORIGINAL, record_of
from services.intake.use_cases.reference import say_sources
from services.intake.use_cases.register import HOUSEHOLD
from shared.http.tokens import Caller
from shared.sealing import KeyRing

AT_ONCE = 500


def rotate_keys(who: Caller, keys: KeyRing, open_work: OpenWork) -> dict[str, int]:
    """Persons' keys, originals from before persons had keys, households, secrets of webhooks and parked bodies; gives
    how many of each."""
    done = {"persons": 0, "originals": 0, "households": 0, "secrets": 0, "parked": 0}
    left = True
    while left:
        with open_work() as work:
            batch = _one_batch(work, keys)
            left = work.sealed_by_others(keys.current) > 0
            if not left:
                batch["parked"] = work.reseal_parked()
                say_sources(work)  # others keep copies of the secrets
                work.note(who.name, who.role, "rotate", keys.current, "everything is sealed with the current key")
            work.commit()
        done = {name: count + batch.get(name, 0) for name, count in done.items()}
    return done


def _one_batch(work: Work, keys: KeyRing) -> dict[str, int]:
    persons = work.keys_of_others(keys.current, AT_ONCE)
    work.put_keys(
        [row | {"wrapped_key": keys.reseal(row["wrapped_key"], record_of(row["id"]), "key")} for row in persons]
    )
    originals = work.originals_of_others(keys.current, AT_ONCE)
    work.put_originals([row | {"original": keys.reseal(row["original"], row["id"], ORIGINAL)} for row in originals])
    households = work.households_of_others(keys.current, AT_ONCE)
    work.put_sealed_households(
        [row | {"sealed": keys.reseal(row["sealed"], row["id"], HOUSEHOLD)} for row in households]
    )
    secrets = work.secrets_of_others(keys.current, AT_ONCE)
    work.put_secrets([row | {"sealed": keys.reseal(row["sealed"], row["id"], SECRET)} for row in secrets])
    counted = {"persons": persons, "originals": originals, "households": households, "secrets": secrets}
    return {name: len(rows) for name, rows in counted.items()}
