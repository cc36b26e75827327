"""What dispatch hears, and what happens when nobody does anything."""

from __future__ import annotations

from typing import Any

from services.dispatch import messages, use_cases
from shared.messaging.hears import hears, receives
from shared.timers import timer


class Line:
    open_work: Any

    @hears("cases", messages.CaseRegistered)
    def on_cases(self, heard: list[Any]) -> list[str]:
        return use_cases.assign_work(heard, self.open_work)

    @hears("rework", messages.ReworkAsked)
    def on_rework(self, heard: list[Any]) -> list[str]:
        return use_cases.assign_again(heard, self.open_work)

    @hears("closed", *messages.CASE_ENDED)
    def on_ended(self, heard: list[Any]) -> list[str]:
        return use_cases.end_orders(heard, self.open_work)

    @hears("corrected", messages.CaseCorrected)
    def on_corrected(self, heard: list[Any]) -> list[str]:
        return use_cases.correct_orders(heard, self.open_work)

    @hears("categories", messages.CategoryChanged)
    def on_categories_changed(self, heard: list[Any]) -> None:
        use_cases.keep_categories(heard, self.open_work)

    @receives("actions")
    def on_actions(self, arrivals: list[Any]) -> list[str]:
        return use_cases.take_actions(arrivals, self.open_work)

    @timer(interval=1)
    def watch(self) -> None:
        use_cases.watch_deadlines(self.open_work)

    @timer(interval=1)
    def remind(self) -> None:
        use_cases.remind_awaited(self.open_work)

    @timer(interval=10)
    def redate(self) -> None:
        use_cases.redate_orders(self.open_work)

    @timer(interval=10)
    def move(self) -> None:
        use_cases.move_work(self.open_work)

    @timer(interval=1)
    def reroute(self) -> None:
        use_cases.reroute_work(self.open_work)
