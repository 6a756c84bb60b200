"""Counts SQL statements, so that one query per row is a failing test."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from node.store.database.engine import Store


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The statements that the store runs meanwhile, in order; transactions do not count."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    for engine in store.engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in store.engines:
            event.remove(engine, "before_cursor_execute", note)
