"""Entries of the index: the words of one thing, each with where it stands, and what it counts under.

Both databases index the same words, folded and split by ``node.domain.search``. Each word of an entry says by its first
letter where it stands: in the title, in title or keywords, anywhere. Marks (``store.index.marks``) are words too.
"""

import enum
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection, bindparam, text

from node.domain.search import words
from node.store.database.index_words import BREAK, as_vector
from node.store.index import spellings
from node.store.triggers.resource_search import INDEX


class Tier(enum.IntEnum):
    """How well an entry fits, the best first; each entry that matches is in exactly one."""

    TITLE = 1  # all that was typed is in the title
    KEYWORDS = 2  # all in title and keywords
    BODY = 3  # all somewhere


LETTERS: Mapping[Tier, str] = MappingProxyType({Tier.TITLE: "t", Tier.KEYWORDS: "k", Tier.BODY: "b"})


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


def put(conn: Connection, entries: Sequence[Entry]) -> None:
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
            yield from (LETTERS[tier] + word for word in part)
            yield BREAK
    yield from entry.marks


#: Control characters that no text of a record holds.
BETWEEN, INSIDE = "\x1e", "\x1f"


def _packed(facets: Collection[tuple[str, str]]) -> str:
    return BETWEEN.join(f"{facet}{INSIDE}{value}" for facet, value in facets)
