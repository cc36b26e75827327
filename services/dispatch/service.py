"""Dispatch: every case goes to the right grid member, and somebody notices when nobody acts. Entrypoints only."""

from __future__ import annotations

from services.dispatch import entrypoints, wiring


class DispatchService(
    entrypoints.Line,
    entrypoints.Orders,
    entrypoints.Access,
    entrypoints.Duty,
    entrypoints.Registry,
    entrypoints.Scores,
    entrypoints.Services,
    entrypoints.Projects,
    entrypoints.Supervision,
):
    """All entrypoints, with what they work with."""

    name = "dispatch"
    operations = wiring.operations()
    open_work = wiring.OpenWork()
    acting = wiring.Acting()
    proofs = wiring.Access()
    sealing = wiring.Sealing()
