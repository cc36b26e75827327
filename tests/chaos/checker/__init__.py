"""Reads what clients tried, what was promised to them and what the databases hold, and names every broken promise."""

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.gather import gather
from tests.chaos.checker.hearing import Ear, Fed
from tests.chaos.checker.rules import ENDED, LATE, Violation, check
from tests.chaos.checker.sorting import Sorted, sort

__all__ = ["ENDED", "LATE", "Ear", "Evidence", "Fed", "Sorted", "Violation", "check", "gather", "sort"]
