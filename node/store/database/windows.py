"""Which part of a list is asked for: by ids, newest first.

``max_id`` reads on downwards, ``since_id`` what is newest above (a gap may remain), ``min_id`` what lies directly
above; the rows always come newest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Window:
    """Ids are compared only; one that nothing has is no error."""

    limit: int
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    def over(self, query: Select[Any], column: ColumnElement[int]) -> Select[Any]:
        """The statement for this part of a list that ``column`` orders."""
        if self.max_id is not None:
            query = query.where(column < self.max_id)
        if self.since_id is not None:
            query = query.where(column > self.since_id)
        if self.min_id is not None:
            query = query.where(column > self.min_id)
        order = column.asc() if self.min_id is not None else column.desc()
        return query.order_by(order).limit(self.limit)

    def holds(self, value: int) -> bool:
        """Whether an id lies in this part of a list, for lists that are no statement."""
        return not (
            (self.max_id is not None and value >= self.max_id)
            or (self.since_id is not None and value <= self.since_id)
            or (self.min_id is not None and value <= self.min_id)
        )

    def newest_first(self, rows: Sequence[RowT]) -> list[RowT]:
        """The rows of that statement in the order of the answer."""
        return list(reversed(rows)) if self.min_id is not None else list(rows)
