"""What a failure of the database means for the work at hand."""

from __future__ import annotations

import psycopg2
from psycopg2 import errors, extensions

OUTAGE, AGAIN, FAULT = "outage", "again", "fault"


class PoolExhausted(Exception):
    """No connection became free in time: the database is too slow or gone."""


def classify(error: BaseException) -> str:
    """outage: wait and take the work again; again: repeat at once (lost a race); fault: this work itself is wrong."""
    if isinstance(error, extensions.TransactionRollbackError):
        return AGAIN
    if isinstance(error, errors.QueryCanceled):
        return FAULT
    if isinstance(
        error, (psycopg2.OperationalError, psycopg2.InterfaceError, errors.ReadOnlySqlTransaction, PoolExhausted)
    ):
        return OUTAGE
    return FAULT
