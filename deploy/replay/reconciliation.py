"""The account of a replay: what went in, what the product says became of it, and whether that adds up.

What was read is counted here, what was confirmed and answered is what the client kept of the broker's and the town's
answers, everything else is asked of intake (GET /intake/sources/<source>/reconciliation) before and after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line of the account; deeper ones are parts of the one above."""

    depth: int
    zh: str
    en: str
    count: int


@dataclass(frozen=True)
class Account:
    """All counts of one replay. `before` and `after` are intake's reconciliation of the source."""

    read: int
    without_id: int
    confirmed: int
    received: int
    rejected: int
    unanswered: int
    before: Mapping[str, int]
    after: Mapping[str, int]

    @property
    def new(self) -> int:
        return self.after["reports"] - self.before["reports"]

    @property
    def again(self) -> int:
        """Answered as received, though no report of intake's is new for it."""
        return self.received - self.new

    @property
    def assigned(self) -> int:
        return self.after["cases"] - self.after["on_the_way"]

    def lines(self) -> list[Line]:
        """The account in the order in which it is read."""
        after = self.after
        return [
            Line(0, "读取", "read", self.read),
            Line(1, "没有编号,未发送", "without an external id, not sent", self.without_id),
            Line(0, "消息中间件已确认", "confirmed", self.confirmed),
            Line(1, "新立案", "new cases", self.new),
            Line(1, "重复编号", "same id again", self.again),
            Line(1, "退回并说明原因", "rejected with reasons", self.rejected),
            Line(1, "尚未答复", "not answered yet", self.unanswered),
            Line(0, "案件(含以前的回放)", "cases (earlier replays included)", after["cases"]),
            Line(1, "在网格内", "in a grid", after["in_grid"]),
            Line(1, "指挥室:网格之外", "at the desk: outside every grid", after["outside_grids"]),
            Line(1, "指挥室:没有位置", "at the desk: without a position", after["no_position"]),
            Line(0, "案件按进展", "the same cases by progress", after["cases"]),
            Line(1, "已派单", "assigned", self.assigned),
            Line(1, "在途", "still on the way", after["on_the_way"]),
        ]

    def differences(self) -> list[str]:
        """What does not add up; empty when all does."""
        after = self.after
        sums = [
            ("read", self.read, self.without_id + self.confirmed),
            ("confirmed", self.confirmed, self.new + self.again + self.rejected + self.unanswered),
            ("cases", after["cases"], after["in_grid"] + after["outside_grids"] + after["no_position"]),
            ("reports with a case", after["reports"], after["cases"]),
        ]
        wrong = [f"{what}: {whole} ≠ {parts}, the sum of its parts" for what, whole, parts in sums if whole != parts]
        counted = after["repeated"] - self.before["repeated"]  # more often, where the client had to send twice
        if not 0 <= self.again <= counted:
            wrong.append(f"same id again: {self.again}, but intake heard {counted} again")
        return wrong


def reasons_table(reasons: Counter[tuple[str, str, str]]) -> list[list[str]]:
    """Why reports were rejected, most frequent first: count, field, problem, repair."""
    return [[str(count), *reason] for reason, count in reasons.most_common()]
