"""Statements that are compiled once, for the few that are run thousands of times a second.

SQLAlchemy finds a compiled statement by walking the whole of it again at each execution; for a statement of a hundred
clauses that costs more than the database does (home timeline: 490 of 615 microseconds). Rows come as the driver gives
them: for columns of plain numbers and texts only.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

#: Name of a value or, for a list, its name and the place in it; None with a fixed value.
_Source = tuple[str | None, Any]
_Arrange = Callable[[Mapping[str, Any]], Any]


class Prepared:
    """A statement with bind parameters; at most one of them, ``many``, is a list (``expanding``)."""

    def __init__(self, statement: Any, *, many: str = "") -> None:
        self._statement, self._many = statement, many
        self._compiled: dict[tuple[str, int], tuple[str, _Arrange]] = {}

    def run(self, conn: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        """The rows for these values; a list of another length is compiled once more."""
        key = conn.dialect.name, len(values[self._many]) if self._many else 0
        known = self._compiled.get(key)
        if known is None:
            known = self._compiled[key] = self._compile(conn, values)
        sql, arrange = known
        if key[0] != "sqlite":
            return conn.exec_driver_sql(sql, arrange(values)).all()
        # Straight to the driver: what SQLAlchemy adds to a result costs as much again as SQLite.
        parameters = arrange(values)
        cursor = conn.connection.cursor()
        for listener in conn.dispatch.before_cursor_execute:
            listener(conn, cursor, sql, parameters, None, False)
        cursor.execute(sql, parameters)
        return cursor.fetchall()

    def _compile(self, conn: Connection, values: Mapping[str, Any]) -> tuple[str, _Arrange]:
        state = self._statement.compile(dialect=conn.dialect).construct_expanded_state(dict(values))
        expanded = state.parameter_expansion.get(self._many, ())
        places = {name: place for place, name in enumerate(expanded)}

        def source(name: str) -> _Source:
            if name in places:
                return self._many, places[name]
            return (name, None) if name in values else (None, None)

        if state.positiontup is not None:
            template = [state.parameters[name] for name in state.positiontup]
            return state.statement, _filling(template, list(enumerate(map(source, state.positiontup))))
        return state.statement, _filling(dict(state.parameters), [(name, source(name)) for name in state.parameters])


def _filling(template: Any, sources: Sequence[tuple[Any, _Source]]) -> _Arrange:
    """What puts values where a template (a list, or a table by name) has places for them."""
    named = [(place, name) for place, (name, rest) in sources if name is not None and rest is None]
    listed = [(place, name, rest) for place, (name, rest) in sources if name is not None and rest is not None]

    def fill(values: Mapping[str, Any]) -> Any:
        filled = template.copy()
        for place, name in named:
            filled[place] = values[name]
        for place, name, rest in listed:
            filled[place] = values[name][rest]
        return filled if isinstance(filled, dict) else tuple(filled)

    return fill
