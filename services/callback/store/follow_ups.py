"""Follow-ups, the attempts to reach reporters, and what these have answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from services.callback.store.base import SQL, Row, Rows


class FollowUpRows(Rows):
    """Follow-ups."""

    def known_rounds(self, ids: Sequence[str]) -> set[tuple[str, int]]:
        return set(self.all(SQL.known_rounds, ids=list(ids)))

    def lock_follow_ups(self, ids: Sequence[str]) -> dict[str, Row]:
        """These follow-ups with what is needed of their cases, which are locked first, as everywhere."""
        if not ids or not self.all(SQL.lock_cases_of, ids=list(ids)):
            return {}
        return {row["id"]: row for row in self.dicts(SQL.lock_follow_ups, ids=list(ids))}

    def lock_due(self, limit: int) -> list[Row]:
        """Follow-ups that are to be judged, or whose window is over; those at work elsewhere left out."""
        return self.dicts(SQL.lock_due, now=self.now(), limit=limit)

    def lock_open(self, case_ids: Sequence[str]) -> list[Row]:
        """Open follow-ups of locked cases."""
        return self.dicts(SQL.lock_open, ids=list(case_ids)) if case_ids else []

    def latest_answers(self, ids: Sequence[str]) -> dict[str, dict[str, Row]]:
        """Follow-up → report → its latest answer."""
        found: dict[str, dict[str, Row]] = defaultdict(dict)
        for row in self.dicts(SQL.latest_answers, ids=list(ids)) if ids else []:
            found[row["follow_up_id"]][row["report"]] = row
        return found

    def early_answers(self, case_ids: Sequence[str]) -> dict[tuple[str, int], Row]:
        """What reporters of locked cases said before the check, by case and round."""
        rows = self.dicts(SQL.early_answers, ids=list(case_ids)) if case_ids else []
        return {(row["case_id"], row["round"]): row for row in rows}

    def keep_early_answers(self, rows: Sequence[Row]) -> None:
        self.write(SQL.keep_early_answers, rows)

    def add_follow_ups(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_follow_ups, rows)

    def end_follow_ups(self, rows: Sequence[Row]) -> None:
        self.write(SQL.end_follow_ups, rows)

    def drop_follow_ups(self, rows: Sequence[Row]) -> None:
        """Nobody is asked about these rounds of their cases, which are locked."""
        self.write(SQL.drop_rounds, rows)
        self.write(SQL.drop_follow_ups, rows)

    def add_answers(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_answers, rows)

    def judge_later(self, rows: Sequence[Row]) -> None:
        """When the answers of follow-ups (id) are judged (judge_at)."""
        self.write(SQL.judge_later, rows)

    def put_demand(self, rows: Sequence[Row]) -> None:
        self.write(SQL.put_demand, rows)

    def add_demands(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_demands, rows)

    def latest_round(self, number: str) -> Row | None:
        """The follow-up (id) of the latest round of the case with this number, and the source of that number."""
        found = self.dicts(SQL.latest_round, number=number)
        return found[0] if found else None

    def objection(self, follow_up_id: str) -> Row | None:
        found = self.dicts(SQL.objection, id=follow_up_id)
        return found[0] if found else None

    def add_objections(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_objections, rows)
