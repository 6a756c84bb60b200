"""What matches a search: words in, sort keys out, at a cost that does not grow with the index.

Every word and every mark is a list of its own in the index, so a search is one expression over such lists, walked from
the newest entry on and left as soon as a page is full. No score is computed over all that matches: relevance is three
tiers (see ``Tier``), the newest first in each, which a cursor can continue.
"""

import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, String, TextClause, bindparam, text

from node.store.database.prepared import Prepared
from node.store.index.entries import BETWEEN, INSIDE
from node.store.index.expressions import Search
from node.store.triggers.resource_search import INDEX

# -- ways through the index -----------------------------------------------------------------------------------------


class _Way(enum.StrEnum):
    """How the newest matches are found.

    SQLite walks its lists from the newest entry on. PostgreSQL either walks the entries and looks at each, which is
    short for common words, or collects all matches from its index and sorts them, which is short for rare ones. Its
    planner cannot tell rare words apart and guesses wrong by a factor of a hundred, so a look at some entries decides.
    """

    FTS5 = "sqlite"
    WALK = "walk"
    COLLECT = "collect"


_FTS5_MATCHES = f"{INDEX} WHERE {INDEX} MATCH :expression AND rowid < :before AND rowid >= :since"


def _any(way: _Way) -> str:
    """As many matching entries, whichever; SQLite has them in half the time of the newest."""
    if way is _Way.FTS5:
        return f"SELECT rowid FROM {_FTS5_MATCHES} LIMIT :limit"  # noqa: S608 (constants)
    return _newest(way, "sort_key")


def _newest(way: _Way, column: str) -> str:
    """This column of the newest matching entries below ``:before``."""
    if way is _Way.FTS5:
        column = "rowid" if column == "sort_key" else column
        return f"SELECT {column} FROM {_FTS5_MATCHES} ORDER BY rowid DESC LIMIT :limit"  # noqa: S608 (constants)
    matches = "words @@ CAST(:expression AS tsquery)"
    if way is _Way.WALK:  # IS TRUE cannot be answered by the index of words
        where = f"({matches}) IS TRUE AND sort_key < :before AND sort_key >= :since"
        return f"SELECT {column} FROM {INDEX} WHERE {where} ORDER BY sort_key DESC LIMIT :limit"  # noqa: S608 (constants)
    # OFFSET 0 keeps the order out of what the planner may use
    bounds = "sort_key < :before AND sort_key >= :since"
    inner = f"SELECT sort_key, facets FROM {INDEX} WHERE {matches} AND {bounds} OFFSET 0"  # noqa: S608 (constants)
    return f"SELECT {column} FROM ({inner}) AS collected ORDER BY sort_key DESC LIMIT :limit"  # noqa: S608 (constants)


def _prepared(way: _Way, sql: str) -> TextClause | Prepared:
    return Prepared(text(sql)) if way is _Way.FTS5 else _written_out(sql)


def _written_out(sql: str) -> TextClause:
    """On PostgreSQL the expression is written out: a plan for all words would be bad for most."""
    return text(sql).bindparams(bindparam("expression", type_=String(), literal_execute=True))


def _facets_of(way: _Way) -> str:
    aggregate = "group_concat(facets, char(30))" if way is _Way.FTS5 else "string_agg(facets, chr(30))"
    return f"SELECT count(*), {aggregate} FROM ({_newest(way, 'facets')}) AS found"  # noqa: S608 (constants)


_KEYS = MappingProxyType({way: _prepared(way, _newest(way, "sort_key")) for way in _Way})
_COUNT = MappingProxyType(
    {way: _prepared(way, f"SELECT count(*) FROM ({_any(way)}) AS found") for way in _Way}  # noqa: S608 (constants)
)
_FACETS = MappingProxyType({way: _prepared(way, _facets_of(way)) for way in _Way})

_SAMPLE = 200
_BYTES_PER_ENTRY = 700  # about; only the order of magnitude matters
_SAMPLED = f"SELECT words FROM {INDEX} WHERE sort_key < :before ORDER BY sort_key DESC LIMIT {_SAMPLE}"  # noqa: S608 (constants)
_PROBE = _written_out(
    f"SELECT count(*) AS hits, pg_relation_size('{INDEX}') / {_BYTES_PER_ENTRY} AS entries"  # noqa: S608 (constants)
    f" FROM ({_SAMPLED}) AS sample WHERE words @@ CAST(:expression AS tsquery)",
)


def _way(conn: Connection, parameters: Mapping[str, object]) -> _Way:
    if conn.dialect.name == "sqlite":
        return _Way.FTS5
    probe = conn.execute(_PROBE, {name: parameters[name] for name in ("expression", "before")}).one()
    density = probe.hits / _SAMPLE
    # A walk looks at limit / density entries, collecting at density * entries: an entry costs about the same in both.
    is_common = density * density * probe.entries > int(str(parameters["limit"]))
    return _Way.WALK if is_common or probe.entries <= _SAMPLE else _Way.COLLECT


def _ask(
    conn: Connection, ways: Mapping[_Way, TextClause | Prepared], parameters: Mapping[str, object]
) -> Sequence[Any]:
    """The rows that the way that is best here answers."""
    statement = ways[_way(conn, parameters)]
    if isinstance(statement, Prepared):
        return statement.run(conn, parameters)
    return conn.execute(statement, parameters).all()


# -- finding --------------------------------------------------------------------------------------------------------

NEWEST = 2**63 - 1


def find_keys(conn: Connection, search: Search, *, before: int = NEWEST, limit: int) -> list[int]:
    """Sort keys of what matches, the newest first, below ``before``."""
    if search.is_hopeless:
        return []
    parameters = _parameters(conn, search, before, limit)
    return [row[0] for row in _ask(conn, _KEYS, parameters)]


def count(conn: Connection, search: Search, *, at_most: int) -> int:
    """How many entries match; the counting stops at ``at_most``."""
    if search.is_hopeless:
        return 0
    parameters = _parameters(conn, search, NEWEST, at_most)
    return int(_ask(conn, _COUNT, parameters)[0][0])


def count_facets(conn: Connection, search: Search, *, at_most: int) -> tuple[int, list[tuple[str, str, int]]]:
    """How many match, of which the newest ``at_most`` are counted, and ``(facet, value, how many)`` among those."""
    if search.is_hopeless:
        return 0, []
    parameters = _parameters(conn, search, NEWEST, at_most)
    [(matching, packed)] = _ask(conn, _FACETS, parameters)
    totals = Counter(packed.split(BETWEEN)) if packed else Counter[str]()
    return matching, [(*_unpacked(pair), total) for pair, total in totals.items()]


def _unpacked(pair: str) -> tuple[str, str]:
    facet, _, value = pair.partition(INSIDE)
    return facet, value


def _parameters(conn: Connection, search: Search, before: int, limit: int) -> dict[str, object]:
    end = min(before, search.until) if search.until else before
    return {
        "expression": search.expression(conn.dialect.name),
        "before": end,
        "since": search.since,
        "limit": limit,
    }
