"""A call-taker tries to reach the reporter. The contact is intake's to show (decision 7)."""

from __future__ import annotations

from typing import Any

from services.callback.domain.masking import mask
from services.callback.domain.refusing import ended
from services.callback.errors import FollowUpUnknown, NotOpen
from services.callback.store import OpenWork


def note_attempt(follow_up_id: str, who: str, reached: bool, note: str, open_work: OpenWork) -> dict[str, Any]:
    """A call that has brought no answer. Raises CallbackError."""
    with open_work() as work:
        row = work.lock_follow_ups([follow_up_id]).get(follow_up_id)
        if row is None:
            raise FollowUpUnknown(follow_up_id)
        if row["state"] != "open":
            raise NotOpen(row["number"], row, ended(row))
        attempts = work.add_attempt(follow_up_id, work.now(), who, reached, mask(note))
        work.commit()
    left = max(row["attempts_wanted"] - attempts, 0)
    return {"number": row["number"], "attempts": attempts, "attempts_left": left, "closes_at": row["closes_at"]}
