"""All rows of a node, read from one database and written into another, SQLite or PostgreSQL.

A row travels as plain values that both hold: truth values as such, JSON as the text that it is. The index of words
travels too, word by word, since making it anew would read every text again. Rows are read and written in batches, so
that memory does not grow with the database. No trigger may run meanwhile (``store.database.ends``): what triggers
counted, stamped and noted is in the rows.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from itertools import chain, count, islice
from typing import Any

from sqlalchemy import Boolean, Connection, Table, text
from sqlalchemy.exc import DBAPIError

from node.errors import Conflict
from node.store.database.index_words import BREAK, as_vector, from_vector
from node.store.tables import metadata
from node.store.triggers import post_search, resource_search

Row = Sequence[Any]
Convert = Callable[[Any], Any]
Advance = Callable[[int], None]

#: Rows in hand at a time; one may hold a document of a megabyte.
BATCH = 200
#: Rows that are not taken and told at a time; each costs another reading of its table.
TOLD = 20


class Refusal(Exception):
    """What PostgreSQL says of rows that it does not take, and where it found the first of them."""

    def __init__(self, told: str, context: str) -> None:
        super().__init__(told)
        found = re.search(r", line (\d+)(?:, column (\w+))?", context)
        self.line, self.column = (int(found[1]), found[2] or "") if found else (0, "")


@dataclass(frozen=True, slots=True)
class Form:
    """How one database keeps a part: its columns in order, and what is converted at which place, and how."""

    columns: tuple[str, ...]
    reading: Mapping[int, Convert] = field(default_factory=dict)
    writing: Mapping[int, Convert] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A table, or an index of words, in the form that each dialect has of it."""

    name: str
    forms: Mapping[str, Form]
    comparing: Mapping[int, Convert] = field(default_factory=dict)  # to what both databases keep alike


# -- parts ----------------------------------------------------------------------------------------------------------


@cache
def parts() -> Sequence[Part]:
    """Everything there is to copy; what is referred to stands before what refers to it."""
    return (
        *map(_of_table, metadata.sorted_tables),
        _of_index(resource_search.INDEX, "sort_key", "words", "facets"),
        _of_index(post_search.INDEX, "object_id", "words"),
    )


def _of_table(table: Table) -> Part:
    columns = tuple(table.c.keys())
    truths = {place: _truth for place, column in enumerate(table.c) if isinstance(column.type, Boolean)}
    return Part(table.name, {"sqlite": Form(columns, reading=truths), "postgresql": Form(columns)})


def _truth(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _of_index(name: str, key: str, *columns: str) -> Part:
    """The second column holds the words; FTS5 calls the first ``rowid``."""
    forms = {
        "sqlite": Form(("rowid", *columns), {1: str.split}, {1: " ".join}),
        "postgresql": Form((key, *columns), {1: from_vector}, {1: as_vector}),
    }
    return Part(name, forms, {1: lambda words: sorted({*words} - {BREAK})})  # places beyond a bound are not kept


# -- rows -----------------------------------------------------------------------------------------------------------


def count_rows(conn: Connection) -> int:
    """How many rows there are to copy."""
    quoted = conn.dialect.identifier_preparer.quote
    return sum(conn.scalar(text(f"SELECT count(*) FROM {quoted(part.name)}")) or 0 for part in parts())  # noqa: S608 (of our own)


def read(conn: Connection, part: Part) -> Iterator[list[Row]]:
    """The rows of a part in batches, in the order in which the database has them."""
    form, quoted = part.forms[conn.dialect.name], conn.dialect.identifier_preparer.quote
    statement = f"SELECT {', '.join(map(quoted, form.columns))} FROM {quoted(part.name)}"  # noqa: S608 (of our own)
    try:
        found = conn.execute(text(statement), execution_options={"yield_per": BATCH})
        for batch in found.partitions(BATCH):
            yield [_converted(row, form.reading) for row in batch]
    except DBAPIError as error:  # such as text in SQLite that is not UTF-8
        raise Conflict(f"What {part.name} holds cannot be read.", detail=str(error.orig)) from error


def write(conn: Connection, part: Part, batches: Iterable[Sequence[Row]]) -> None:
    """Put rows into a part that has none. Raises ``Refusal`` where PostgreSQL does not take one; then it has none."""
    form, quoted = part.forms[conn.dialect.name], conn.dialect.identifier_preparer.quote
    place = f"{quoted(part.name)} ({', '.join(map(quoted, form.columns))})"
    converted = ([_converted(row, form.writing) for row in batch] for batch in batches)
    if conn.dialect.name == "sqlite":
        statement = f"INSERT INTO {place} VALUES ({', '.join('?' * len(form.columns))})"  # noqa: S608 (of our own)
        for batch in converted:
            conn.exec_driver_sql(statement, [tuple(row) for row in batch])
        return
    from psycopg import Error  # late: it loads only where it is needed

    raw: Any = conn.connection.driver_connection
    try:
        with conn.begin_nested(), raw.cursor() as cursor, cursor.copy(f"COPY {place} FROM STDIN") as stream:
            for batch in converted:
                for row in batch:
                    stream.write_row(row)
    except Error as error:
        raise Refusal(error.diag.message_primary or str(error), error.diag.context or "") from error


def _converted(row: Row, conversions: Mapping[int, Convert]) -> Row:
    if not conversions:
        return row
    values = list(row)
    for place, convert in conversions.items():
        values[place] = convert(values[place])
    return values


# -- copying --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Sum:
    """What rows add up to, in whichever order they come: their number, and a figure that is another for other rows."""

    rows: int = 0
    figure: int = 0

    def add(self, part: Part, batch: Sequence[Row]) -> None:
        self.rows += len(batch)
        for row in batch:
            told = repr(tuple(_converted(row, part.comparing))).encode()
            self.figure = (self.figure + int.from_bytes(blake2b(told, digest_size=16).digest())) % 2**128


@dataclass(slots=True)
class Copying:
    """One copy under way. ``advance`` is told how many more rows were read, of either database.

    ``sums`` holds what was written, by part; ``mended`` how many texts of which column held NUL, which PostgreSQL does
    not take: U+FFFD stands in its place.
    """

    source: Connection
    target: Connection
    advance: Advance
    sums: dict[str, Sum] = field(default_factory=dict)
    mended: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        """Copy everything, and read it again. Raises Conflict for what cannot be read, for all rows at once that are
        not taken, and where the target does not hold what was written.
        """
        refused = [*islice(chain.from_iterable(map(self._write, parts())), TOLD + 1)]
        if refused:
            more = "" if len(refused) <= TOLD else "; and more"
            raise Conflict(f"PostgreSQL does not take {'; '.join(refused[:TOLD])}{more}.")
        self._verify()

    def compare(self) -> None:
        """Read both, and write nothing. Raises Conflict where the target is no copy of the source."""
        if count_rows(self.target) != count_rows(self.source):
            raise Conflict("The two databases do not hold the same.")
        for part in parts():
            self.sums[part.name] = Sum()
            for _ in self._rows(part, ()):
                pass
        self._verify()

    def _write(self, part: Part) -> Iterator[str]:
        """Write a part; after each row that is not taken again, without it, to find the next."""
        without: set[int] = set()
        while True:
            self.sums[part.name] = Sum()
            try:
                write(self.target, part, self._rows(part, without))
                break
            except Refusal as refusal:
                if not refusal.line:  # no row by itself: one that refers to nothing, perhaps as that was left out
                    yield f"the rows of {part.name}: {refusal}"
                    break
                number, key = self._find(part, refusal.line, without)
                yield f"{self._place(part, refusal, key)}: {refusal}"
                without.add(number)

    def _verify(self) -> None:
        """Read what the target holds by now. Raises Conflict where it is not what was read from the source."""
        for part in parts():
            found = Sum()
            for batch in read(self.target, part):
                found.add(part, batch)
                self.advance(len(batch))
            if found != self.sums[part.name]:
                told = f"{found.rows} rows for {self.sums[part.name].rows}"
                raise Conflict(f"What was written into {part.name} is not what was read.", detail=told)

    def _rows(self, part: Part, without: Collection[int]) -> Iterator[Sequence[Row]]:
        """What is written: the rows that are read, but those of these numbers."""
        numbers = count()
        for batch in read(self.source, part):
            kept = [row for row in batch if next(numbers) not in without]
            rows = [self._mend(part, row) if _holds_nul(row) else row for row in kept]
            self.sums[part.name].add(part, rows)
            yield rows
            if not without:
                self.advance(len(batch))

    def _mend(self, part: Part, row: Row) -> Row:
        values = list(row)
        for place, value in enumerate(row):
            if isinstance(value, str) and "\0" in value:
                values[place] = value.replace("\0", "\ufffd")
                self.mended[f"{part.name}.{part.forms['sqlite'].columns[place]}"] += 1
        return values

    def _find(self, part: Part, line: int, without: Collection[int]) -> tuple[int, Any]:
        """The number of a row by its line of what was written, and its first column, which is, or is of, its key."""
        rows = enumerate(row for batch in read(self.source, part) for row in batch)
        number, row = next(islice(((number, row) for number, row in rows if number not in without), line - 1, line))
        return number, row[0]

    def _place(self, part: Part, refusal: Refusal, key: Any) -> str:
        where = f"{part.name}.{refusal.column}" if refusal.column else part.name
        return f"{where} of the row with {part.forms[self.source.dialect.name].columns[0]} = {key!r}"


def _holds_nul(row: Row) -> bool:
    return any(isinstance(value, str) and "\0" in value for value in row)
