"""What a source believes, held against what it was told."""

from __future__ import annotations

import pytest

from services.intake.domain.reconciliation import compare


@pytest.mark.parametrize(
    ("believed", "told", "verdict"),
    [(0, None, "unknown"), (3, None, "unknown"), (0, 1, "behind"), (2, 3, "behind"), (3, 3, "same"), (4, 3, "ahead")],
)
def test_verdicts(believed: int, told: int | None, verdict: str) -> None:
    found = compare("HL-1", believed, told, "closed")
    assert (found.verdict, found.told) == (verdict, told or 0)
