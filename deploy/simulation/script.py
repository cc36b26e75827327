"""Who does what: which sample reports come in, and where something goes wrong. The same seed, the same play."""

from __future__ import annotations

import random
import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class ScriptError(Exception):
    """There is nothing to play; the text says what is missing."""


@dataclass(frozen=True)
class Planned:
    """A report to be published, its external id in the field `number`. `member` is who found it, for patrol reports."""

    source: str
    member: str | None
    external_id: str
    refused: bool
    number: str
    data: Mapping[str, Any]

    @property
    def report(self) -> dict[str, Any]:
        """As it goes on the wire."""
        return {**self.data, self.number: self.external_id}


def plan(folder: Path, cases: int, seed: int, run: str) -> list[Planned]:
    """So many reports that become cases, in random order, and the ones of the folder that are to be refused.

    Every source, and reports settled on the spot, are among them as far as the number allows; when the folder has fewer
    reports than cases are wanted, they come again under new external ids.
    """
    path = folder / "reports.yaml"
    if not path.exists():
        raise ScriptError(f"{path} is missing: the town has no sample reports (deploy/towns/format.md)")
    samples = yaml.safe_load(path.read_text(encoding="utf-8"))["reports"]
    dice = random.Random(seed)
    good = [sample for sample in samples if sample["expect"] == "case"]
    dice.shuffle(good)
    chosen = [good[at % len(good)] for at in range(cases)] if cases >= len(good) else _varied(good)[:cases]
    chosen += [sample for sample in samples if sample["expect"] == "refused"]
    dice.shuffle(chosen)
    return [
        Planned(
            sample["source"], sample.get("member"), f"{sample['source'].upper()}-{run}-{number:03d}",
            sample["expect"] == "refused", sample.get("number", "external_id"), sample["data"],
        )
        for number, sample in enumerate(chosen, start=1)
    ]  # fmt: skip


def _varied(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One of each source, and of those settled on the spot, before the others."""
    seen: set[tuple[str, bool]] = set()
    first: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for sample in samples:
        kind = (sample["source"], "settled" in sample["data"])
        (others if kind in seen else first).append(sample)
        seen.add(kind)
    return first + others


class Deck:
    """Cards that say what happens to a case: shuffled, one for each case, the usual one when all are dealt."""

    def __init__(self, cards: list[str], usual: str, seed: int) -> None:
        random.Random(seed).shuffle(cards)
        self._cards, self._usual = cards, usual
        self._dealt: set[Hashable] = set()
        self._lock = threading.Lock()

    def deal(self, case: Hashable) -> str:
        """The card of a case; the second time the usual one, for nothing goes wrong twice."""
        with self._lock:
            if case in self._dealt or not self._cards:
                self._dealt.add(case)
                return self._usual
            self._dealt.add(case)
            return self._cards.pop()


@dataclass(frozen=True)
class Decks:
    """All that may happen: to a worker's order, at a check, at the desk, when the reporter is asked."""

    work: Deck
    check: Deck
    desk: Deck
    call: Deck

    @classmethod
    def shuffled(cls, seed: int) -> Decks:
        """Of the first cases one is ignored, two are returned, two fail a check, one is refused, one is not solved."""
        return cls(
            Deck(["ignore", "return", "return", *["do"] * 5], "do", seed),
            Deck(["fail", "fail", *["pass"] * 4], "pass", seed + 1),
            Deck(["reject", "accept"], "accept", seed + 2),
            Deck(["unsolved", *["solved"] * 3], "solved", seed + 3),
        )
