"""Statements for many rows or values at once, on the way of every activity and every job.

SQLAlchemy writes the statement and says how values are converted; the rows then go straight to the driver's
``executemany``. A row of ``objects`` costs 19 us so, and 36 us through ``Connection.execute``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ClauseElement, Connection, Dialect

from node.store.database.prepared import run_on_driver

Convert = Callable[[Any], Any]
T = TypeVar("T")


def portions(values: Collection[T], size: int = 10_000) -> Iterator[list[T]]:
    """Values in lists that fit into one statement: a database takes some tens of thousands of parameters."""
    every = list(values)
    return (every[start : start + size] for start in range(0, len(every), size))


class _Ready(NamedTuple):
    """The statement as one driver takes it: its text, the values in their order, and those that are converted."""

    text: str
    names: tuple[str, ...]
    pick: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    conversions: tuple[tuple[int, Convert], ...]
    is_positional: bool


class Bulk:
    """One statement for many rows. It returns nothing, and every value is given by the row."""

    def __init__(self, statement: ClauseElement | Mapping[str, ClauseElement]) -> None:
        """``statement``: for every dialect, or one for each by name."""
        self._statement = statement
        self._ready: dict[tuple[str, ...], _Ready] = {}

    def run(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the rows, whose keys (columns or bind parameters) are the same in each."""
        if not rows:
            return
        key = (conn.dialect.name, *rows[0])
        ready = self._ready.get(key) or self._prepare(key, conn.dialect)
        values = _converted(ready, list(map(ready.pick, rows)))
        if conn.dialect.name == "sqlite":
            run_on_driver(conn, ready.text, values, many=True)
        elif ready.is_positional:
            conn.exec_driver_sql(ready.text, values)
        else:
            conn.exec_driver_sql(ready.text, [dict(zip(ready.names, each, strict=True)) for each in values])

    def _prepare(self, key: tuple[str, ...], dialect: Dialect) -> _Ready:
        statement = self._statement[dialect.name] if isinstance(self._statement, Mapping) else self._statement
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(key[1:]))
        names = tuple(compiled.positiontup or key[1:])
        converters = [compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
        conversions = tuple((place, convert) for place, convert in enumerate(converters) if convert is not None)
        # ``itemgetter`` of one name answers the value alone
        pick = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
        ready = self._ready[key] = _Ready(str(compiled), names, pick, conversions, bool(compiled.positional))
        return ready


def _converted(ready: _Ready, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    if not ready.conversions:
        return rows
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, convert in ready.conversions:
        columns[place] = map(convert, columns[place])
    return list(zip(*columns, strict=True))
