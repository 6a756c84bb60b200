"""Lists of what is wished for, page by page: each page is read by its cursor, and nothing reads all that matches."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, TextClause, select, text, tuple_

from node.errors import Malformed, Problem
from node.store.index import matches
from node.store.index.entries import Tier
from node.store.index.matches import NEWEST
from node.store.library import opinions
from node.store.library.resources import Resource, load_by_keys
from node.store.search.counts import BOUND, Facets, look_over, numbered
from node.store.search.wishes import MAX_LIMIT, Sort, Wish, search_of
from node.store.tables import resources

MAX_USED = 400  # of those that most organisations used, which the order by use puts in front


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a list. ``total`` is a lower bound where ``is_exact`` is False; ``next`` continues the list."""

    items: Sequence[Resource]
    total: int
    is_exact: bool
    next: str | None
    facets: Facets


def find(conn: Connection, wish: Wish, *, with_facets: bool = False) -> Page:
    """The resources that are wished for and that the viewer may list. ``Malformed`` for a cursor that is none."""
    total, is_exact, counted = look_over(conn, wish, with_facets=with_facets)
    keys, cursor = find_keys(conn, wish, total if is_exact else None)
    return Page(load_by_keys(conn, keys), total, is_exact, cursor, counted)


def find_keys(conn: Connection, wish: Wish, total: int | None = None) -> tuple[list[int], str | None]:
    """The sort keys of a page, in its order, and the cursor of the next one.

    ``total``: how many match in all, where that is known; once so many are found, no more are looked for.
    """
    limit = max(1, min(wish.limit, MAX_LIMIT))
    is_first = wish.cursor is None and not wish.query.blank  # a kept counter is told, never relied on
    wanted = limit + 1 if total is None or not is_first else min(limit + 1, total)
    if not wanted:
        return [], None
    order = Sort.NEWEST if wish.sort is Sort.RELEVANCE and not wish.query.required else wish.sort
    return _ORDERS[order](conn, wish, limit, wanted)


def fits(conn: Connection, wish: Wish, sort_key: int) -> bool:
    """Whether the resource of this key is among those that are wished for."""
    narrowed = replace(search_of(wish), since=sort_key, until=sort_key + 1)
    return bool(matches.find_keys(conn, narrowed, limit=1))


# -- orders ---------------------------------------------------------------------------------------------------------

Keys = tuple[list[int], str | None]
# Each fills a page of ``limit`` and looks for ``wanted``: one more, which tells whether there is a next page.


def _newest(conn: Connection, wish: Wish, limit: int, wanted: int) -> Keys:
    (before,) = _read_cursor(wish.cursor, (int,)) or (NEWEST,)
    keys = matches.find_keys(conn, search_of(wish), before=before, limit=wanted)
    return keys[:limit], _cursor_after(keys, limit, lambda key: (key,))


def _best(conn: Connection, wish: Wish, limit: int, wanted: int) -> Keys:
    """Tier after tier, the newest first in each."""
    first, before = _read_cursor(wish.cursor, (int, int)) or (Tier.TITLE, NEWEST)
    found: list[tuple[Tier, int]] = []
    for tier in (tier for tier in Tier if tier >= first):
        search = replace(search_of(wish), tier=tier)
        keys = matches.find_keys(conn, search, before=before, limit=wanted - len(found))
        found += [(tier, key) for key in keys]
        if len(found) >= wanted:
            break
        before = NEWEST
    return [key for _, key in found[:limit]], _cursor_after(found, limit, lambda place: place)


def _by_title(conn: Connection, wish: Wish, limit: int, wanted: int) -> Keys:
    """All of them where nothing was typed or chosen, else the newest ``BOUND`` that match."""
    title_key, sort_key = _read_cursor(wish.cursor, (str, int)) or ("", -1)
    after = (title_key, sort_key)
    candidates = _titles if wish.is_plain else _matching_titles
    found = candidates(conn, wish, after, wanted)
    return [key for _, key in found[:limit]], _cursor_after(found, limit, lambda place: place)


Title = tuple[str, int]


def _titles(conn: Connection, wish: Wish, after: Title, limit: int) -> list[Title]:
    """Each listing has its own order in the index, so each gives its next few."""
    listings = wish.viewer.listings(wish.origin)
    parameters = {"title_key": after[0], "sort_key": after[1], "limit": limit, **numbered(listings)}
    rows = conn.execute(_titles_statement(len(listings)), parameters)
    return [(row.title_key, row.sort_key) for row in rows]


@cache
def _titles_statement(listings: int) -> TextClause:
    columns = "title_key, sort_key"
    parts = (
        f"SELECT * FROM (SELECT {columns} FROM resources WHERE listing = :listing{number}"  # noqa: S608 (constants)
        f" AND ({columns}) > (:title_key, :sort_key) ORDER BY {columns} LIMIT :limit) AS part{number}"
        for number in range(listings)
    )
    return text(f"{' UNION ALL '.join(parts)} ORDER BY {columns} LIMIT :limit")


def _matching_titles(conn: Connection, wish: Wish, after: Title, limit: int) -> list[Title]:
    keys = matches.find_keys(conn, search_of(wish), limit=BOUND)
    columns = (resources.c.title_key, resources.c.sort_key)
    query = select(*columns).where(resources.c.sort_key.in_(keys), tuple_(*columns) > after)
    return [(row.title_key, row.sort_key) for row in conn.execute(query.order_by(*columns).limit(limit))]


def _by_use(conn: Connection, wish: Wish, limit: int, wanted: int) -> Keys:
    """What organisations used, then the rest from the newest on; something typed or chosen counts as for titles."""
    count, before = _read_cursor(wish.cursor, (int, int)) or (NEWEST, NEWEST)
    used = opinions.load_use(conn, wish.viewer.actor_id, wish.viewer.listings(wish.origin), limit=MAX_USED)
    if not wish.is_plain:
        matching = set(matches.find_keys(conn, search_of(wish), limit=BOUND))
        used = {key: organisations for key, organisations in used.items() if key in matching}
    places = sorted(((organisations, key) for key, organisations in used.items()), reverse=True)
    found = [place for place in places if place < (count, before)][:wanted]
    if missing := wanted - len(found):
        start = before if count == 0 else NEWEST
        rest = matches.find_keys(conn, search_of(wish), before=start, limit=missing + len(used))
        found += [(0, key) for key in rest if key not in used][:missing]
    return [key for _, key in found[:limit]], _cursor_after(found, limit, lambda place: place)


_ORDERS: Mapping[Sort, Callable[[Connection, Wish, int, int], Keys]] = MappingProxyType(
    {Sort.NEWEST: _newest, Sort.RELEVANCE: _best, Sort.TITLE: _by_title, Sort.USED: _by_use}
)

# -- cursors --------------------------------------------------------------------------------------------------------


T = TypeVar("T")


def _cursor_after(found: Sequence[T], limit: int, place: Callable[[T], Iterable[str | int]]) -> str | None:
    if len(found) <= limit:
        return None
    return base64.urlsafe_b64encode(orjson.dumps(list(place(found[limit - 1])))).decode().rstrip("=")


def _read_cursor(cursor: str | None, kinds: Sequence[type]) -> Sequence[Any] | None:
    """The values in a cursor, of these types."""
    if cursor is None:
        return None
    try:
        values: list[Any] = list(orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"==")))
    except (ValueError, TypeError, binascii.Error):
        values = []
    is_fine = [type(each) for each in values] == list(kinds)
    if not is_fine or any(isinstance(each, int) and not -1 <= each <= NEWEST for each in values):
        raise Malformed(problems=[Problem("cursor", "what the page before gave as next", f'"{cursor[:60]}"')])
    return values
