"""The desk looks at what dissatisfied reporters demand: it takes two to find it unreasonable, and not count it."""

from __future__ import annotations

from services.callback.domain.counting import counted
from services.callback.domain.refusing import NO_FOLLOW_UP, Refusal, demand_refusal
from services.callback.domain.satisfaction import PROPOSED, REASONABLE, UNRATED, UNREASONABLE
from services.callback.store import OpenWork, Row, Work
from services.callback.use_cases.judging import answers_of, judge_answers, terms_of
from shared.masking import mask


def look_at_demand(
    follow_up_id: str, by: str, reasonable: bool, why: str, open_work: OpenWork
) -> tuple[Row, Refusal | None]:
    """One of the desk says whether the demand is reasonable. Reasonable: the case goes out again at once. Unreasonable:
    proposed, or, by a second person, decided. Gives the follow-up as it is then, and why it was refused."""
    with open_work() as work:
        row = work.lock_follow_ups([follow_up_id]).get(follow_up_id)
        if row is None:
            return {}, NO_FOLLOW_UP
        latest, merged = work.latest_answers([follow_up_id]), work.merged_into([row["number"]])
        reporters, answers = answers_of(row, latest.get(follow_up_id, {}), merged.get(row["number"], ()))
        counts = counted(answers, reporters, terms_of(row))
        said = (counts.solved, counts.satisfaction) if counts else (None, UNRATED)
        if refused := demand_refusal(row, said, by):
            return row, refused
        state = REASONABLE if reasonable else UNREASONABLE if row["demand"] == PROPOSED else PROPOSED
        _put(row, state, by, why, work)
        judge_answers([row], latest, merged, work)
        work.commit()
    return row, None


def propose(row: Row, by: str, why: str, work: Work) -> None:
    """With a new answer begins what the desk says of it: nothing, or the call-taker's proposal."""
    if why:
        _put(row, PROPOSED, by, why, work)
    elif row["demand"]:
        row |= {"demand": None, "demand_at": None, "proposed_by": None}
        work.put_demand([{name: row[name] for name in ("id", "demand", "demand_at", "proposed_by")}])


def _put(row: Row, state: str, by: str, why: str, work: Work) -> None:
    row |= {"demand": state, "demand_at": work.now(), "proposed_by": by if state == PROPOSED else row["proposed_by"]}
    work.put_demand([{name: row[name] for name in ("id", "demand", "demand_at", "proposed_by")}])
    said = {"follow_up_id": row["id"], "reasonable": state == REASONABLE, "who": by, "why": mask(why)}
    work.add_demands([said | {"at": work.now()}])
