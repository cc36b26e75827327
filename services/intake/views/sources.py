"""How sources fare."""

from __future__ import annotations

import datetime as dt
from typing import Any

from services.intake.domain.fairness import Flow, silence
from services.intake.store import SQL
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork


def reconciliation(work: UnitOfWork, source: str) -> dict[str, Any] | None:
    """What became of the reports of one source; None for one that is not there."""
    known = any(row[0] == source for row in work.all(SQL.sources))
    return work.dicts(SQL.reconciliation, source=source)[0] if known else None


def sources_at_work(work: UnitOfWork) -> list[dict[str, Any]]:
    """How every source behaves: last heard, the recent reports and the share of them that was refused, whether it is
    throttled and why, and how long it has been silent as a multiple of its longest silence."""
    now = work.now()
    return [_source_at_work(row, now) for row in work.dicts(SQL.sources_at_work)]


def _source_at_work(row: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    flow = Flow(row.pop("flow_at") or now, row.pop("flow_reports") or 0.0, row.pop("flow_refused") or 0.0)
    ratio, throttled = silence(row.pop("hours"), now), bool(row["throttled_until"] and row["throttled_until"] > now)
    if not throttled:
        row |= {"throttled_until": None, "why": ""}
    return row | {"error_share": round(flow.error_share, 4), "silence": ratio, "throttled": throttled}


def import_by_id(work: UnitOfWork, import_id: str) -> dict[str, Any] | None:
    """How far an import has come, and how many of its rows became what."""
    return next(iter(work.dicts(SQL.import_by_id, id=import_id)), None)


def import_rows(work: UnitOfWork, import_id: str) -> list[dict[str, Any]]:
    return work.dicts(SQL.import_rows, id=import_id)


def gauges(work: UnitOfWork) -> list[Gauge]:
    """Cases that have not ended, and how sources behave, for /metrics."""
    sources = sources_at_work(work)
    heard = [([row["name"]], row["last_heard_at"].timestamp()) for row in sources if row["last_heard_at"]]
    silent = [([row["name"]], row["silence"]) for row in sources if row["silence"] is not None]
    of = ["source"]
    return [
        (
            "wangge_cases",
            "Cases that have not ended, by state and level.",
            ["state", "level"],
            [([state, level], number) for state, level, number in work.all(SQL.count_cases)],
        ),
        ("wangge_source_last_heard_timestamp_seconds", "When a source was last heard.", of, heard),
        (
            "wangge_source_error_share",
            "Share of a source's recent reports that were refused.",
            of,
            [([row["name"]], row["error_share"]) for row in sources],
        ),
        (
            "wangge_source_throttled",
            "Whether a source is slowed down.",
            of,
            [([row["name"]], int(row["throttled"])) for row in sources],
        ),
        ("wangge_source_silence_ratio", "Silence of a source, by its longest in four weeks.", of, silent),
    ]
