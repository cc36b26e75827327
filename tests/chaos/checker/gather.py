"""Reads the evidence out of a town's databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.chaos.checker.evidence import Assigned, Counter, Evidence, Fired, Rung, Taken
from tests.support.town import TemporaryTown

JOURNAL = """SELECT split_part(source, '/', 3), case_id::text, sequence FROM journal
WHERE case_id IS NOT NULL AND sequence IS NOT NULL"""
HEARD = "SELECT event_id FROM journal WHERE source LIKE '/{town}/%%'"
SAID = "SELECT body::json ->> 'id' FROM outbox WHERE exchange = 'messages'"
ACTIVE = "SELECT order_id::text, count(*) FROM assignments WHERE until IS NULL AND role = 'handler' GROUP BY 1"
ASSIGNED = """SELECT a.order_id::text, a.member_id, m.active, m.role, m.grid_id, c.grid_id FROM assignments a
JOIN orders o ON o.id = a.order_id JOIN cases c ON c.id = o.case_id LEFT JOIN members m ON m.member_id = a.member_id
WHERE a.role = 'handler'"""
FIRED = """SELECT j.data ->> 'order_id', (j.data ->> 'step')::int,
    concat_ws('/', j.data ->> 'from_member_id', j.data ->> 'nth',
    CASE WHEN j.data ->> 'role' = 'checker' THEN (SELECT count(*) FROM journal r WHERE r.subject = j.subject
        AND r.type = 'dispatch.work_resolved.v1' AND r.sequence < j.sequence) END), j.said_at
FROM journal j WHERE j.type = 'dispatch.work_escalated.v1'"""
RUNGS = """SELECT o.id::text, (s ->> 'step')::int,
    (CASE WHEN s ->> 'every' IS NOT NULL THEN coalesce(s ->> 'fired_at', s ->> 'at') ELSE s ->> 'at' END)::timestamptz,
    (s ->> 'fired_at')::timestamptz,
    (o.state, s ->> 'when') IN (('dispatched', 'not_acknowledged'), ('dispatched', 'not_resolved'),
        ('in_progress', 'not_resolved'), ('resolved', 'not_verified')),
    coalesce((s ->> 'came')::int, 1)
FROM orders o, json_array_elements(o.ladder) s
WHERE (s ->> 'at')::timestamptz <= clock_timestamp() OR s ->> 'fired_at' IS NOT NULL"""
TAKEN = """SELECT j.order_id::text, j.at, j.at >= (SELECT max(since) FROM assignments a
    WHERE a.order_id = j.order_id AND a.role = 'handler') FROM order_journal j WHERE j.what = 'escalated'"""
NOW = "SELECT clock_timestamp()"
WITHOUT_DUE = (
    "SELECT case_id::text FROM orders WHERE state IN ('pooled', 'dispatched', 'in_progress') AND due_at IS NULL"
)
ANSWERS = """SELECT 'desk', call_id::text FROM attempts WHERE outcome = 'answered'
UNION SELECT 'page', follow_up_id::text FROM answers WHERE channel = 'page'
UNION SELECT 'objection', report FROM objections"""
ENDS = """SELECT c.number || ', round ' || f.round, count(o.event) FROM follow_ups f JOIN cases c ON c.id = f.case_id
LEFT JOIN (SELECT body::json AS event FROM outbox WHERE exchange = 'messages') o ON event ->> 'subject' = c.number
    AND (event #>> '{data,round}')::int - (event ->> 'type' = 'callback.rework_asked.v1')::int = f.round
    AND event ->> 'type' IN ('callback.case_answered.v1', 'callback.rework_asked.v1')
    AND (event #>> '{data,objection}') IS DISTINCT FROM 'true'
WHERE f.state <> 'open' AND f.basis NOT IN ('withdrawn', 'topped_up') GROUP BY c.number, f.round"""
OPEN_DELIVERIES = "SELECT count(*) FROM deliveries WHERE outcome = 'sending'"
COUNTERS = {
    "dispatch": {
        "orders in hand": """SELECT h.member_id, h.handling + h.checking, (SELECT count(*) FROM orders o
            WHERE (o.state IN ('dispatched', 'in_progress') AND o.member_id = h.member_id)
               OR (o.state = 'resolved' AND o.checker_id = h.member_id)) FROM in_hand h""",
        "versions of orders": """SELECT o.id::text, o.version, count(j.id) FROM orders o
            LEFT JOIN order_journal j ON j.order_id = o.id GROUP BY 1, 2""",
    },
    "notify": {
        "notices": """SELECT c.member_id, c.said, count(n.id) FROM counters c
            LEFT JOIN notices n USING (member_id) GROUP BY 1, 2""",
    },
    "intake": {
        "updates told": """SELECT c.source || ' ' || c.external_id, c.said, count(f.id) FROM correspondence c
            LEFT JOIN feedback f USING (source, external_id) GROUP BY 1, 2""",
    },
}


def gather(town: TemporaryTown, **seen: Any) -> Evidence:
    """The evidence of a town; `seen` is what its clients know: sent, confirmed, poison, accepted, told_taken, feedback,
    samples; and since when nothing is broken: healed."""
    rows = town.rows
    looked, taken = rows("dispatch", NOW)[0][0], [Taken(*row) for row in rows("dispatch", TAKEN)]
    rungs = [Rung(*row) for row in rows("dispatch", RUNGS)]
    due = {(rung.order, rung.step, rung.fired): rung.due for rung in rungs}
    return Evidence(
        cases=rows("intake", "SELECT id::text, source, external_id, state FROM cases"),
        reports=rows("intake", "SELECT source, external_id, case_id::text FROM reports"),
        refused=set(rows("intake", "SELECT source, external_id FROM feedback WHERE kind = 'report_rejected'")),
        steps=rows("intake", "SELECT case_id::text, from_state, to_state FROM case_history ORDER BY id"),
        journal=rows("board", JOURNAL),
        said={service: {row[0] for row in rows(service, SAID)} for service in town.services if service != "board"},
        heard={row[0] for row in rows("board", HEARD.format(town=town.name))},
        active_assignments=dict(rows("dispatch", ACTIVE)),
        assigned=[Assigned(*row) for row in rows("dispatch", ASSIGNED)],
        commands=set(rows("dispatch", "SELECT member_id, command_id FROM commands WHERE accepted")),
        answers=set(rows("callback", ANSWERS)),
        ends=dict(rows("callback", ENDS)),
        fired=[
            Fired(order, step, handler, at, due.get((order, step, at)))
            for order, step, handler, at in rows("board", FIRED)
        ],
        rungs=rungs,
        taken=taken,
        looked=looked,
        without_due=[row[0] for row in rows("dispatch", WITHOUT_DUE)],
        feedback_said={
            (source, external_id): n
            for source, external_id, n in rows(
                "intake", "SELECT source, external_id, count(*) FROM feedback GROUP BY 1, 2"
            )
        },
        notices=rows("notify", "SELECT member_id, notice_number FROM notices"),
        open_deliveries=rows("notify", OPEN_DELIVERIES)[0][0],
        counters=list(_counters(town)),
        unconfirmed={s: rows(s, "SELECT count(*) FROM unconfirmed")[0][0] for s in town.services},
        parked={s: rows(s, "SELECT count(*) FROM parked")[0][0] for s in town.services},
        **seen,
    )


def _counters(town: TemporaryTown) -> Iterator[Counter]:
    for service, asked in COUNTERS.items():
        for what, statement in asked.items():
            for name, kept, counted in town.rows(service, statement):
                yield Counter(f"{what} of {name}", int(kept), int(counted))
