"""Full-text search over learning resources: words in, sort keys out, at a cost that does not grow with the catalogue.

Both databases index the same words, folded and split here. An entry has three texts (title, keywords, body) and marks:
one for each facet value, for its origin and for each audience that may list it. A search is one expression over words
and marks, walked from the newest entry on and left as soon as a page is full. There is no score to be computed over
all that matches: relevance is three tiers (see ``Tier``), the newest first in each, which a cursor can continue.
"""

import enum
import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import Connection, String, TextClause, bindparam, text

from node.store.search_schema import INDEX

MAX_QUERY = 400
MAX_TERMS = 12
MAX_WORD = 64
#: Words of one text that are indexed; a description of 200 KB repeats itself long before.
MAX_WORDS = 4_000
_GAP = 8  # between texts, so that no phrase reaches from one into the next

# -- words ----------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+")
#: Scripts that put no spaces between words: Thai to Khmer, kana, Han.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)
_ENDINGS = ("ern", "en", "er", "em", "es", "s", "e", "n")
_MIN_STEM = 4


def words(value: str, *, limit: int = MAX_WORDS) -> list[str]:
    """The words of a text as they are compared: folded, without marks on letters, without common endings.

    Scripts without spaces are cut into overlapping pairs of letters.

    >>> words("Phasendiagramme & Gießen: COVID-19")
    ['phasendiagramm', 'gies', 'covid', '19']
    >>> words("学習者")
    ['学習', '習者']
    """
    folded = unicodedata.normalize("NFKD", value.casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    found: list[str] = []
    for match in _WORD.finditer(plain):
        found += _split(match[0])
        if len(found) >= limit:
            break
    return found[:limit]


def _split(word: str) -> Iterator[str]:
    if word.isascii():
        yield stem(word)[:MAX_WORD]
        return
    at = 0
    for run in _UNSPACED.finditer(word):
        if run.start() > at:
            yield stem(word[at : run.start()])[:MAX_WORD]
        yield from _pairs(run[0])
        at = run.end()
    if at < len(word):
        yield stem(word[at:])[:MAX_WORD]


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    yield from (run[at : at + 2] for at in range(len(run) - 1))


def stem(word: str) -> str:
    """The word without the endings that number and case add in languages around us; four letters always stay.

    Coarse on purpose, and the same for every language: what a text and a query are both cut to, only has to be equal.

    >>> [stem(word) for word in ("diagrams", "diagramme", "courses", "course", "studies", "study", "19")]
    ['diagram', 'diagramm', 'cour', 'cour', 'studi', 'studi', '19']
    """
    if word.isdecimal():
        return word
    while True:
        ending = next((end for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _MIN_STEM), None)
        if ending is None:
            return f"{word[:-1]}i" if word.endswith("y") and len(word) > _MIN_STEM else word
        word = word[: -len(ending)]


# -- what people type -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; with ``prefix`` the last one is only the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed: all of ``required``, none of ``excluded``. ``blank`` where nothing was typed at all."""

    required: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    blank: bool = True

    @property
    def is_hopeless(self) -> bool:
        """Something was typed and there is no word in it: nothing matches."""
        return not (self.blank or self.required or self.excluded)


_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("\u2010\u2011\u2013\u2212", "-"))
_PIECE = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


def parse(typed: str) -> Query:
    """Read what somebody typed: ``phase "cooling curve" -casting alloy*``. Takes any text and never raises.

    >>> parse('phase "cooling curve" -casting al*')  # doctest: +NORMALIZE_WHITESPACE
    Query(required=(Term(words=('phas',), prefix=False), Term(words=('cooling', 'curv'), prefix=False),
                    Term(words=('al',), prefix=True)),
          excluded=(Term(words=('casting',), prefix=False),), blank=False)
    """
    required: list[Term] = []
    excluded: list[Term] = []
    for piece in _PIECE.finditer(typed[:MAX_QUERY].translate(_QUOTES)):
        if (term := _term(piece)) is not None:
            (excluded if piece["minus"] else required).append(term)
    return Query(tuple(required[:MAX_TERMS]), tuple(excluded[:MAX_TERMS]), blank=not typed.strip())


def _term(piece: re.Match[str]) -> Term | None:
    typed = piece["word"] or piece["phrase"] or ""
    found = words(typed, limit=MAX_TERMS)
    if not found:
        return None
    is_lone_letter = len(found) == 1 and _UNSPACED.fullmatch(found[0]) is not None and len(found[0]) == 1
    is_prefix = piece["word"] is not None and typed.endswith("*") and len(found[-1]) >= 2
    return Term(tuple(found), prefix=is_prefix or is_lone_letter)


# -- entries and marks ----------------------------------------------------------------------------------------------


def mark(facet: str, value: str) -> str:
    """The word that stands for a facet value: letters and digits only, the same length for all."""
    return "m" + hashlib.blake2b(f"{facet}\n{value}".encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index holds of one resource."""

    sort_key: int
    title: str
    keywords: str
    body: str
    marks: Collection[str]


_PUT_SQLITE = text(
    f"INSERT INTO {INDEX} (rowid, title, keywords, body, marks) VALUES (:sort_key, :title, :keywords, :body, :marks)"  # noqa: S608 (a constant)
)
_PUT_POSTGRESQL = text(
    f"INSERT INTO {INDEX} (sort_key, document) VALUES (:sort_key, CAST(:document AS tsvector))"  # noqa: S608 (a constant)
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
    if conn.dialect.name == "sqlite":
        conn.execute(_PUT_SQLITE, [_columns(entry) for entry in entries])
    else:
        conn.execute(_PUT_POSTGRESQL, [{"sort_key": entry.sort_key, "document": _vector(entry)} for entry in entries])


def drop(conn: Connection, sort_keys: Collection[int]) -> None:
    """Take entries out of the index; rows of ``resources`` that are deleted go by themselves."""
    if sort_keys:
        conn.execute(_DROP[conn.dialect.name], {"sort_keys": list(sort_keys)})


def _columns(entry: Entry) -> dict[str, object]:
    texts = {name: " ".join(words(getattr(entry, name))) for name in ("title", "keywords", "body")}
    return {"sort_key": entry.sort_key, **texts, "marks": " ".join(entry.marks)}


def _vector(entry: Entry) -> str:
    """A tsvector as text: weights A, B and C for the texts; marks begin with a letter that no word begins with."""
    parts: list[str] = []
    position = 0
    for name, weight in (("title", "A"), ("keywords", "B"), ("body", "C")):
        for word in words(getattr(entry, name)):
            position += 1
            parts.append(f"'{word}':{position}{weight}")
        position += _GAP
    return " ".join((*parts, *(f"'_{each}'" for each in entry.marks)))


# -- expressions ----------------------------------------------------------------------------------------------------


class Tier(enum.IntEnum):
    """How well an entry fits, the best first; each entry that matches is in exactly one."""

    TITLE = 1  # all that was typed is in the title
    KEYWORDS = 2  # all in title and keywords
    BODY = 3  # all somewhere


_SCOPES: Mapping[Tier, str] = MappingProxyType({Tier.TITLE: "A", Tier.KEYWORDS: "AB", Tier.BODY: "ABC"})
_COLUMNS: Mapping[str, str] = MappingProxyType(
    {"A": "{title}", "AB": "{title keywords}", "ABC": "{title keywords body}"}
)


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries are looked for: ``query``, and one mark of each group. With ``tier`` those of one tier only."""

    query: Query
    marks: Sequence[Collection[str]] = field(default=())
    tier: Tier | None = None

    @property
    def is_hopeless(self) -> bool:
        """Nothing can match: no word in what was typed, or nothing but exclusions, from nothing."""
        return self.query.is_hopeless or not (self.query.required or self.marks)

    def expression(self, dialect: str) -> str:
        """The whole as one FTS5 or tsquery expression; words are letters and digits, so nothing needs escaping."""
        write = _EXPRESSIONS[dialect]
        scope = _SCOPES[self.tier or Tier.BODY]
        wanted = [*(write.term(each, scope) for each in self.query.required), *map(write.marks, self.marks)]
        unwanted = [write.term(each, "ABC") for each in self.query.excluded]
        if self.tier not in {None, Tier.TITLE}:
            better = _SCOPES[Tier(self.tier - 1)]
            unwanted.append(write.all([write.term(each, better) for each in self.query.required]))
        return write.but(write.all(wanted), unwanted)


class _Fts5:
    """Expressions of SQLite's FTS5."""

    @staticmethod
    def term(term: Term, scope: str) -> str:
        star = "*" if term.prefix else ""
        return f'{_COLUMNS[scope]}: "{" ".join(term.words)}"{star}'

    @staticmethod
    def marks(group: Collection[str]) -> str:
        return f"{{marks}}: ({' OR '.join(group)})"

    @staticmethod
    def all(parts: Sequence[str]) -> str:
        return f"({' AND '.join(parts)})"

    @staticmethod
    def but(wanted: str, unwanted: Sequence[str]) -> str:
        return f"{wanted} NOT ({' OR '.join(unwanted)})" if unwanted else wanted


class _TsQuery:
    """Expressions of PostgreSQL's tsquery."""

    @staticmethod
    def term(term: Term, scope: str) -> str:
        star = "*" if term.prefix else ""
        *before, last = (f"'{word}':{scope}" for word in term.words)
        return f"({' <-> '.join((*before, last.replace(':', ':' + star)))})"

    @staticmethod
    def marks(group: Collection[str]) -> str:
        return "(" + " | ".join(f"'_{mark}'" for mark in group) + ")"

    @staticmethod
    def all(parts: Sequence[str]) -> str:
        return f"({' & '.join(parts)})"

    @staticmethod
    def but(wanted: str, unwanted: Sequence[str]) -> str:
        return " & ".join((wanted, *(f"!({each})" for each in unwanted)))


_EXPRESSIONS: Mapping[str, type[_Fts5] | type[_TsQuery]] = MappingProxyType({"sqlite": _Fts5, "postgresql": _TsQuery})


# -- finding --------------------------------------------------------------------------------------------------------


def _keys_query(dialect: str) -> str:
    """The newest matching keys below ``:before``; as a subquery or a statement of its own."""
    if dialect == "sqlite":
        return (
            f"SELECT rowid AS sort_key FROM {INDEX} WHERE {INDEX} MATCH :expression"  # noqa: S608 (a constant)
            " AND rowid < :before ORDER BY rowid DESC LIMIT :limit"
        )
    return (
        f"SELECT sort_key FROM {INDEX} WHERE document @@ CAST(:expression AS tsquery)"  # noqa: S608 (a constant)
        " AND sort_key < :before ORDER BY sort_key DESC LIMIT :limit"
    )


def _prepared(dialect: str, sql: str) -> TextClause:
    """On PostgreSQL the expression is written out, so that rare words and common ones get a plan of their own."""
    return text(sql).bindparams(bindparam("expression", type_=String(), literal_execute=dialect == "postgresql"))


_KEYS = MappingProxyType({dialect: _prepared(dialect, _keys_query(dialect)) for dialect in _KEY})
_COUNT = MappingProxyType(
    {dialect: _prepared(dialect, f"SELECT count(*) FROM ({_keys_query(dialect)}) AS found") for dialect in _KEY}  # noqa: S608 (constants)
)
_FACETS = MappingProxyType(
    {
        dialect: _prepared(
            dialect,
            "SELECT facet, value, count(*) AS total FROM resource_facets"  # noqa: S608 (constants)
            f" WHERE sort_key IN (SELECT sort_key FROM ({_keys_query(dialect)}) AS found) GROUP BY facet, value",
        )
        for dialect in _KEY
    }
)
NEWEST = 2**63 - 1


def find_keys(conn: Connection, search: Search, *, before: int = NEWEST, limit: int) -> list[int]:
    """Sort keys of what matches, the newest first, below ``before``."""
    if search.is_hopeless:
        return []
    return list(conn.scalars(_KEYS[conn.dialect.name], _parameters(conn, search, before, limit)))


def count(conn: Connection, search: Search, *, at_most: int) -> int:
    """How many entries match; the counting stops at ``at_most``."""
    if search.is_hopeless:
        return 0
    return conn.scalar(_COUNT[conn.dialect.name], _parameters(conn, search, NEWEST, at_most)) or 0


def count_facets(conn: Connection, search: Search, *, at_most: int) -> list[tuple[str, str, int]]:
    """``(facet, value, how many)`` among the newest ``at_most`` entries that match."""
    if search.is_hopeless:
        return []
    rows = conn.execute(_FACETS[conn.dialect.name], _parameters(conn, search, NEWEST, at_most))
    return [(row.facet, row.value, row.total) for row in rows]


def _parameters(conn: Connection, search: Search, before: int, limit: int) -> dict[str, object]:
    return {"expression": search.expression(conn.dialect.name), "before": before, "limit": limit}
