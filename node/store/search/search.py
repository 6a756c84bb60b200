"""Full-text search over resources and everything else: words in, sort keys out, at a cost that does not grow with them.

Both databases index the same words, folded and split by ``node.domain.search``. Each word of an entry says by its first
letter where it stands: in the title, in title or keywords, anywhere. Marks are words too: one for each facet value, for
its origin and for what keeps it from being listed. So every question is a list of its own in the index, and a search is
one expression over such lists, walked from the newest entry on and left as soon as a page is full. No score is computed
over all that matches: relevance is three tiers (see ``Tier``), the newest first in each, which a cursor can continue.
"""

import enum
import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, String, TextClause, bindparam, text

from node.domain.search import Query, Term, words
from node.store.database.index_words import BREAK, as_vector
from node.store.database.prepared import Prepared
from node.store.search import spellings
from node.store.triggers.resource_search import INDEX

# -- entries and marks ----------------------------------------------------------------------------------------------


class Tier(enum.IntEnum):
    """How well an entry fits, the best first; each entry that matches is in exactly one."""

    TITLE = 1  # all that was typed is in the title
    KEYWORDS = 2  # all in title and keywords
    BODY = 3  # all somewhere


_LETTERS: Mapping[Tier, str] = MappingProxyType({Tier.TITLE: "t", Tier.KEYWORDS: "k", Tier.BODY: "b"})


def mark(facet: str, value: str) -> str:
    """The word that stands for a facet value."""
    return "m" + hashlib.blake2b(f"{facet}\n{value}".encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index holds of one thing; ``facets`` are the ``(facet, value)`` that it counts under."""

    sort_key: int
    title: str
    keywords: str
    body: str
    marks: Collection[str]
    facets: Collection[tuple[str, str]] = ()
    is_open: bool = False  # everybody may read it: the words of its title may help others to spell


_PUT_SQLITE = text(f"INSERT INTO {INDEX} (rowid, words, facets) VALUES (:sort_key, :words, :facets)")  # noqa: S608 (a constant)
_PUT_POSTGRESQL = text(
    f"INSERT INTO {INDEX} (sort_key, words, facets) VALUES (:sort_key, CAST(:words AS tsvector), :facets)"  # noqa: S608 (a constant)
)
_KEY = MappingProxyType({"sqlite": "rowid", "postgresql": "sort_key"})
_DROP = MappingProxyType(
    {
        dialect: text(f"DELETE FROM {INDEX} WHERE {key} IN :sort_keys").bindparams(  # noqa: S608 (constants)
            bindparam("sort_keys", expanding=True)
        )
        for dialect, key in _KEY.items()
    }
)


def index(conn: Connection, entries: Sequence[Entry]) -> None:
    """Put entries in the place of what the index had under their keys; the rows of ``resources`` are there."""
    drop(conn, [entry.sort_key for entry in entries])
    if not entries:
        return
    is_sqlite = conn.dialect.name == "sqlite"
    write = " ".join if is_sqlite else as_vector
    rows = [
        {"sort_key": entry.sort_key, "words": write(list(_words_of(entry))), "facets": _packed(entry.facets)}
        for entry in entries
    ]
    conn.execute(_PUT_SQLITE if is_sqlite else _PUT_POSTGRESQL, rows)
    spellings.add(conn, [entry.title for entry in entries if entry.is_open])


def drop(conn: Connection, sort_keys: Collection[int]) -> None:
    """Take entries out of the index; rows of ``resources`` that are deleted go by themselves."""
    if sort_keys:
        conn.execute(_DROP[conn.dialect.name], {"sort_keys": list(sort_keys)})


def _words_of(entry: Entry) -> Iterator[str]:
    texts = [words(each) for each in (entry.title, entry.keywords, entry.body)]
    for tier in Tier:
        for part in texts[:tier]:
            yield from (_LETTERS[tier] + word for word in part)
            yield BREAK
    yield from entry.marks


_BETWEEN, _INSIDE = "\x1e", "\x1f"  # control characters that no text of a record holds


def _packed(facets: Collection[tuple[str, str]]) -> str:
    return _BETWEEN.join(f"{facet}{_INSIDE}{value}" for facet, value in facets)


# -- expressions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries are looked for: ``query``, one mark of each group, none of ``barred``; of one tier or of all."""

    query: Query
    marks: Sequence[Collection[str]] = field(default=())
    barred: Sequence[str] = field(default=())
    tier: Tier | None = None
    since: int = 0  # sort keys from here on
    until: int = 0  # and below here, where it is not 0

    @property
    def is_hopeless(self) -> bool:
        """Nothing can match: no word in what was typed, or nothing but exclusions, from nothing."""
        return self.query.is_hopeless or not (self.query.required or self.marks)

    def expression(self, dialect: str) -> str:
        """The whole as one FTS5 or tsquery expression; words are letters and digits, so nothing needs escaping."""
        write = _EXPRESSIONS[dialect]
        tier = self.tier or Tier.BODY
        wanted = [*(write.term(each, tier) for each in self.query.required), *map(write.any, self.marks)]
        unwanted = [*(write.term(each, Tier.BODY) for each in self.query.excluded), *map(write.word, self.barred)]
        if self.tier not in {None, Tier.TITLE}:
            unwanted.append(write.all([write.term(each, Tier(tier - 1)) for each in self.query.required]))
        return write.but(write.all(wanted), unwanted)


class _Fts5:
    """Expressions of SQLite's FTS5."""

    @staticmethod
    def word(word: str) -> str:
        return word

    @staticmethod
    def term(term: Term, tier: Tier) -> str:
        phrase = " ".join(_LETTERS[tier] + word for word in term.words)
        return f'"{phrase}"{"*" if term.prefix else ""}'

    @staticmethod
    def any(parts: Collection[str]) -> str:
        return f"({' OR '.join(parts)})"

    @staticmethod
    def all(parts: Sequence[str]) -> str:
        return f"({' AND '.join(parts)})"

    @staticmethod
    def but(wanted: str, unwanted: Sequence[str]) -> str:
        return f"{wanted} NOT ({' OR '.join(unwanted)})" if unwanted else wanted


class _TsQuery:
    """Expressions of PostgreSQL's tsquery."""

    @staticmethod
    def word(word: str) -> str:
        return f"'{word}'"

    @staticmethod
    def term(term: Term, tier: Tier) -> str:
        phrase = " <-> ".join(f"'{_LETTERS[tier]}{word}'" for word in term.words)
        return f"({phrase}{':*' if term.prefix else ''})"

    @staticmethod
    def any(parts: Collection[str]) -> str:
        return "(" + " | ".join(f"'{part}'" for part in parts) + ")"

    @staticmethod
    def all(parts: Sequence[str]) -> str:
        return f"({' & '.join(parts)})"

    @staticmethod
    def but(wanted: str, unwanted: Sequence[str]) -> str:
        return " & ".join((wanted, *(f"!({each})" for each in unwanted)))


_EXPRESSIONS: Mapping[str, type[_Fts5] | type[_TsQuery]] = MappingProxyType({"sqlite": _Fts5, "postgresql": _TsQuery})


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
    totals = Counter(packed.split(_BETWEEN)) if packed else Counter[str]()
    return matching, [(*_unpacked(pair), total) for pair, total in totals.items()]


def _unpacked(pair: str) -> tuple[str, str]:
    facet, _, value = pair.partition(_INSIDE)
    return facet, value


def _parameters(conn: Connection, search: Search, before: int, limit: int) -> dict[str, object]:
    end = min(before, search.until) if search.until else before
    return {
        "expression": search.expression(conn.dialect.name),
        "before": end,
        "since": search.since,
        "limit": limit,
    }
