"""What dispatch and callback say about a case becomes its state, and feedback for its source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from services.intake import messages
from services.intake.domain import case as cases
from services.intake.domain import feedback
from services.intake.domain.registration import Source
from services.intake.store import OpenWork, Work
from services.intake.use_cases.deciding import history_row
from services.intake.use_cases.media import await_evidence, link_evidence
from services.intake.use_cases.reaching import reach_reporters
from services.intake.use_cases.telling import News, lane_of, tell_news
from shared.messaging.message import Heard
from shared.sealing import KeyRing

GIVEN_UP = (messages.WorkWithdrawn.TYPE, messages.WorkCancelled.TYPE)
ALSO_TOLD = {  # what sources hear of although the state stays as it was
    messages.WorkExtended.TYPE: "extended",
    messages.ServiceBooked.TYPE: "appointed",
    messages.ServiceUnbooked.TYPE: "appointment_cancelled",
    messages.ServiceOffered.TYPE: "appointment_full",
}
ANSWERS = (messages.CaseAnswered.TYPE, messages.ReworkAsked.TYPE)


def fold_progress(heard: Sequence[Heard], open_work: OpenWork, keys: KeyRing) -> list[str]:
    """What dispatch and callback say about cases becomes the cases' state, and feedback for their sources; reporters
    who get a link, and hear nothing of a source, are reached by telephone."""
    with open_work() as work:
        new = work.first_time(heard)
        await_evidence(new, work)
        rows = work.lock_cases(sorted({message.case_id for message in new}))
        now, sources = work.now(), work.sources()
        steps = {id(message): _step(message, rows.get(message.case_id)) for message in new}
        for message in new:
            if steps[id(message)].outcome == cases.TOO_EARLY:
                work.too_early([message], steps[id(message)].why)
        done = [
            (message, rows[message.case_id], steps[id(message)])
            for message in new
            if steps[id(message)].outcome == cases.DONE
        ]
        _move(done, sources, work, now, keys)
        work.commit()
    return [steps[id(m)].outcome if id(m) in steps else "known" for m in heard]


def _step(message: Heard, row: dict[str, Any] | None) -> cases.Progress:
    if row is None:
        return cases.Progress(cases.TOO_EARLY, why="the case is not known here")
    heard = row["heard_callback" if message.event.type.startswith("callback.") else "heard_dispatch"]
    about = (message.event.type, message.event.sequence, message.round, message.closed_before)
    return cases.next_step(row["state"], row["round"], heard, *about)


def _move(
    done: Sequence[tuple[Heard, dict[str, Any], cases.Progress]],
    sources: Mapping[str, Source],
    work: Work,
    now: dt.datetime,
    keys: KeyRing,
) -> None:
    history, news, closed, linked = [], [], [], []
    times = work.stage_times([row["id"] for message, row, step in done if message.event.type in ANSWERS and step.state])
    for message, row, step in done:
        before = row["state"]
        _note(message, row, step)
        if step.state and (step.state != before or message.event.type == messages.ReworkAsked.TYPE):
            who = message.member_id or message.event.source
            history.append(history_row(row, before, message.event.type, who, message.note or message.reason or "", now))
            news.append(
                News(row, _about(message, row), _words(message), *_facts(message, times.get(row["id"], {}), now))
            )
        elif step.state == "closed" and message.closed_before and message.outcome == "answered":
            facts = _facts(message, times.get(row["id"], {}), now)
            news.append(News(row, feedback.ending(message.solved), "", *facts))
        elif message.event.type in ALSO_TOLD:
            news.append(News(row, ALSO_TOLD[message.event.type], _words(message)))
        elif message.event.type == messages.LinkDue.TYPE and not step.why:
            news.append(News(row, "asked", feedback.in_town(message.closes_at), links=message.links))
            linked.append((message, row))
        if step.state == "closed":
            closed.append((message, row))
    work.add_history(history)
    link_evidence([message for message, _, _ in done], work, now)
    said = {row["id"]: row["said"] for _, row, _ in done}
    _say_closed(closed, said, work, now)
    tell_news(news, sources, work, now, said, {message.case_id: message.event for message, _, _ in done})
    reach_reporters(linked, sources, work, keys, said)
    work.move_cases([row | {"at": now, "said": said[row["id"]]} for _, row, _ in done])
    work.note_withdrawn([m.case_id for m, _, _ in done if m.event.type in GIVEN_UP])


def _note(message: Heard, row: dict[str, Any], step: cases.Progress) -> None:
    heard = "heard_callback" if message.event.type.startswith("callback.") else "heard_dispatch"
    row[heard] = message.event.sequence or row[heard] + 1
    row["state"], row["round"] = step.state or row["state"], max(row["round"], message.round)
    if step.state and message.event.type in ANSWERS:
        row["solved"], row["satisfaction"] = message.solved, message.satisfaction


def _facts(message: Heard, times: dict[str, dt.datetime], now: dt.datetime) -> tuple[dict[str, Any], str | None]:
    """What the reporter has said, when each stage was reached, and the number under which that reporter knows it."""
    if message.event.type not in ANSWERS:
        return {}, None
    reached = times | ({} if message.event.type == messages.ReworkAsked.TYPE else {"closed": times.get("closed", now)})
    stages = {stage: feedback.with_offset(at) for stage, at in reached.items()}
    said = {"solved": message.solved, "satisfaction": message.satisfaction, "answer": message.text, "times": stages}
    return {name: value for name, value in said.items() if value}, message.report


def _about(message: Heard, row: dict[str, Any]) -> str:
    """What the sources are told: the new state, or more exactly how the case came to it."""
    if message.event.type == messages.ReworkAsked.TYPE:
        return "rework"
    return feedback.ending(message.solved) if row["state"] == "closed" else row["state"]


def _words(message: Heard) -> str:
    """What the sources are told with it: until when it waits or may take, why nobody handles it any more, or when it
    can be had."""
    if message.event.type == messages.WorkCancelled.TYPE:
        return str(message.why)
    if message.event.type == messages.ServiceBooked.TYPE:
        return feedback.appointment(vars(message))
    if message.event.type == messages.ServiceUnbooked.TYPE:
        return f"{feedback.in_town(message.starts_at)}; {message.why}"
    if message.event.type == messages.ServiceOffered.TYPE:
        return "; ".join(map(feedback.appointment, message.slots)) or feedback.NOTHING_FREE
    return feedback.in_town(message.until) if message.until else ""


def _say_closed(
    closed: Sequence[tuple[Heard, dict[str, Any]]], said: dict[str, int], work: Work, now: dt.datetime
) -> None:
    events = []
    for message, row in closed:
        said[row["id"]] += 1
        events.append(
            messages.CaseClosed.say(
                work.address,
                row["number"],
                row["id"],
                said[row["id"]],
                lane_of(row),
                message.event,
                number=row["number"],
                round=row["round"],
                solved=message.solved,
                satisfaction=message.satisfaction,
                closed_at=now.isoformat(),
                counts=message.counts,
            )
        )
    work.say(events)
