"""Statements that are compiled once, for those that are run hundreds of times a second.

SQLAlchemy finds a compiled statement by walking the whole of it again at each execution, and dresses each result; for
a statement of a hundred clauses that costs more than the database does (home timeline: 490 of 615 microseconds), for
a small one still five times as much.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Float, Numeric
from sqlalchemy.exc import DBAPIError

_Arrange = Callable[[Mapping[str, Any]], Any]
_Finish = Callable[[Sequence[Any]], Sequence[Any]]

_tuple_of: Callable[..., Any] = namedtuple  # noqa: PYI024 (its fields are known when it is compiled)


class _Ready(NamedTuple):
    """The statement of one dialect, and what its rows still need; None where they come as they should."""

    compiled: Any
    finish: _Finish | None


class Prepared:
    """A statement that returns rows; those of its bind parameters that are lists (``expanding``) are ``many``.

    Values are given as the driver takes them (numbers and texts). Columns are converted as their types say; rows are
    plain tuples or, with ``named``, tuples whose fields have the names of the columns. Lists are filled up to lengths
    that are powers of two, so that there are few texts to compile, here and in the database.
    """

    def __init__(self, statement: Any, *, many: str | Sequence[str] = (), named: bool = False) -> None:
        self._statement, self._named = statement, named
        self._many = (many,) if isinstance(many, str) else tuple(many)
        self._ready: dict[str, _Ready] = {}
        self._compiled: dict[tuple[object, ...], tuple[str, _Arrange]] = {}

    def run(self, conn: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        """The rows for these values."""
        dialect = conn.dialect
        if self._many:
            values = {**values, **{name: _filled_up(values[name]) for name in self._many}}
        key = (dialect.name, *(len(values[name]) for name in self._many))
        known = self._compiled.get(key)
        if known is None:
            known = self._compiled[key] = self._compile(conn, values)
        sql, arrange = known
        finish = self._ready[dialect.name].finish
        if dialect.name == "sqlite":
            rows: Sequence[Any] = run_on_driver(conn, sql, arrange(values)).fetchall()
        else:
            rows = conn.exec_driver_sql(sql, arrange(values)).all()
        return finish(rows) if finish is not None else rows

    def first(self, conn: Connection, values: Mapping[str, Any]) -> Any:
        """The first row for these values; None where there is none."""
        rows = self.run(conn, values)
        return rows[0] if rows else None

    def _compile(self, conn: Connection, values: Mapping[str, Any]) -> tuple[str, _Arrange]:
        ready = self._ready.get(conn.dialect.name)
        if ready is None:
            compiled = self._statement.compile(dialect=conn.dialect)
            ready = self._ready[conn.dialect.name] = _Ready(compiled, _finishing(compiled, conn.dialect, self._named))
        state = ready.compiled.construct_expanded_state(dict(values))
        expanded = {name: state.parameter_expansion.get(name, ()) for name in self._many}
        given = [name for name in state.parameters if name in values]
        if state.positiontup is not None:
            return state.statement, _filling_row(state.positiontup, state.parameters, given, expanded)
        return state.statement, _filling_table(state.parameters, given, expanded)


def _filled_up(listed: Sequence[Any]) -> Sequence[Any]:
    """The last of the list once more and once more, up to a power of two: it finds the same rows."""
    missing = (1 << (len(listed) - 1).bit_length()) - len(listed) if listed else 0
    return [*listed, *([listed[-1]] * missing)] if missing else listed


def run_on_driver(conn: Connection, sql: str, parameters: Any, *, many: bool = False) -> Any:
    """The cursor after a statement that goes straight to the driver of SQLite: what SQLAlchemy adds to a result costs
    as much again as SQLite. Errors and listeners are those of SQLAlchemy.
    """
    cursor = conn.connection.cursor()
    if conn._has_events or conn.engine._has_events:  # noqa: SLF001 (as SQLAlchemy asks; walking the list costs 4 us)
        for listener in conn.dispatch.before_cursor_execute:
            listener(conn, cursor, sql, parameters, None, many)
    try:
        if many:
            cursor.executemany(sql, parameters)
        else:
            cursor.execute(sql, parameters)
    except sqlite3.Error as error:
        raise DBAPIError.instance(sql, parameters, error, sqlite3.Error, dialect=conn.dialect) from error
    return cursor


def _finishing(compiled: Any, dialect: Dialect, named: bool) -> _Finish | None:
    """What makes of the driver's rows what is promised."""
    columns = compiled._result_columns  # noqa: SLF001 (nothing public names the types of the columns)
    # Numbers come as numbers from both drivers; what SQLAlchemy does with them asks for a type code of the driver.
    found = [
        None
        if isinstance(column.type, Numeric | Float)
        else column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in columns
    ]
    converters = [(place, convert) for place, convert in enumerate(found) if convert is not None]
    make: Callable[[Sequence[Any]], Any] = tuple
    if named:
        row = _tuple_of("Row", [column.keyname for column in columns], rename=True)
        make = row._make
    if not converters:
        return (lambda rows: list(map(make, rows))) if named else None

    def finish(rows: Sequence[Any]) -> list[Any]:
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        if columns:
            for place, convert in converters:
                columns[place] = [None if value is None else convert(value) for value in columns[place]]
        return list(map(make, zip(*columns, strict=True)))

    return finish


def _filling_row(
    order: Sequence[str], fixed: Mapping[str, Any], given: Sequence[str], expanded: Mapping[str, Sequence[str]]
) -> _Arrange:
    """What puts values into a row of parameters: those that are ``given`` by name, and lists.

    ``expanded``: how the elements of each list are called. They stand side by side, so that a list is put in whole.
    """
    template = [fixed[name] for name in order]
    single = [(place, name) for place, name in enumerate(order) if name in given]
    lists = [
        (slice(place, place + len(names)), listed)
        for listed, names in expanded.items()
        for place, name in enumerate(order)
        if names and name == names[0]
    ]

    def fill(values: Mapping[str, Any]) -> Any:
        filled = template.copy()
        for place, name in single:
            filled[place] = values[name]
        for places, listed in lists:
            filled[places] = values[listed]
        return tuple(filled)

    return fill


def _filling_table(fixed: Mapping[str, Any], given: Sequence[str], expanded: Mapping[str, Sequence[str]]) -> _Arrange:
    """The same where parameters go by name."""

    def fill(values: Mapping[str, Any]) -> Any:
        filled = {**fixed, **{name: values[name] for name in given}}
        for listed, names in expanded.items():
            filled.update(zip(names, values[listed], strict=True))
        return filled

    return fill
