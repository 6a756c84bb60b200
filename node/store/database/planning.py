"""What a statement says beside what it asks, so that planners of both databases begin where they should."""

from typing import Any

from sqlalchemy import ColumnElement, func


def looked_at(truth: ColumnElement[bool], *, wanted: bool = True) -> ColumnElement[bool]:
    """Whether a column is as wanted, to be looked at in rows that are found by something else.

    SQLite, which keeps no statistics here, takes ``local = 1`` for a condition that ten rows meet, and beside a list of
    ids begins with all that is ours: each batch of arriving posts then costs as much as the node has posts. No index
    answers ``IS NOT 0``.
    """
    return truth.is_distinct_from(not wanted)


def looked_at_empty(number: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a column of numbers is NULL, for the same reason: its index has all rows where it is."""
    return func.coalesce(number, 0) == 0
