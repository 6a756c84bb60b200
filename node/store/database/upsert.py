"""INSERT statements that may meet rows that are there, which each database has in a construct of its own.

A statement is made, with the dialect that it is for (PostgreSQL's takes 2 MiB), when it is first run.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, TableClause
from sqlalchemy.sql.dml import Insert

#: ``insert`` of the dialect: what it makes has ``on_conflict_do_nothing``, ``on_conflict_do_update``, ``excluded``.
Into = Callable[[TableClause], Any]


def inserting(dialect: str) -> Into:
    """The ``insert`` of a dialect."""
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as into_sqlite  # late: see the module

        return into_sqlite
    from sqlalchemy.dialects.postgresql import insert as into_postgresql  # late: the same

    return into_postgresql


class Upsert(Mapping[str, Insert]):
    """A statement by the name of its dialect; ``rowcount`` of its result are the rows that it wrote.

    _INSERT = insert_missing(stars)
    conn.execute(_INSERT[conn.dialect.name], rows)
    """

    def __init__(self, make: Callable[[Into], Any]) -> None:
        self._make = make
        self._made: dict[str, Insert] = {}

    def __getitem__(self, dialect: str) -> Any:
        if dialect not in self._made:
            # Else the count of an INSERT is -1 on PostgreSQL, as SQLAlchemy lets go of its cursor.
            self._made[dialect] = self._make(inserting(dialect)).execution_options(preserve_rowcount=True)
        return self._made[dialect]

    def __iter__(self) -> Iterator[str]:
        return iter(("sqlite", "postgresql"))

    def __len__(self) -> int:
        return 2


def insert_missing(table: TableClause, index_elements: Sequence[Column[Any]] | None = None) -> Upsert:
    """Rows that are there (by the unique key over ``index_elements``, or by any) stay as they are."""
    return Upsert(lambda into: into(table).on_conflict_do_nothing(index_elements=index_elements))
