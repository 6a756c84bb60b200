"""Filters of people: words and posts that they do not want to read."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    type_coerce,
    union_all,
    update,
)

from node.domain.filters import NO_FILTERS, Filter, FilterContext, Filters, Keyword, compile_filters, words_of
from node.store.database.upsert import insert_missing
from node.store.tables import filter_keywords, filter_statuses, filters, objects

_OWNED = filters.c.owner_id == bindparam("owner_id")
_WORDS = (
    select(
        filters.c.id,
        filters.c.title,
        type_coerce(filters.c.contexts, Text).label("contexts"),
        filters.c.action,
        filters.c.expires_at,
        filter_keywords.c.id.label("part_id"),
        filter_keywords.c.keyword,
        filter_keywords.c.whole_word,
        literal(0, BigInteger).label("object_id"),
    )
    .outerjoin(filter_keywords, filter_keywords.c.filter_id == filters.c.id)
    .where(_OWNED)
)
_POSTS = (
    select(
        filters.c.id,
        filters.c.title,
        type_coerce(filters.c.contexts, Text),
        filters.c.action,
        filters.c.expires_at,
        filter_statuses.c.id.label("part_id"),
        literal("", Text),
        literal(False, Boolean),
        filter_statuses.c.object_id,
    )
    .join(filter_statuses, filter_statuses.c.filter_id == filters.c.id)
    .where(_OWNED)
)
_ALL = union_all(_WORDS, _POSTS).order_by(text("1"), text("6"))


def filters_for(conn: Connection, owner_id: int) -> Filters:
    """The filters of one person, ready to be asked; one statement. What was compiled is remembered by its rows."""
    rows = conn.execute(_ALL, {"owner_id": owner_id}).all()
    return _compiled(tuple(tuple(row) for row in rows)) if rows else NO_FILTERS


@lru_cache(2_000)
def _compiled(rows: tuple[tuple[Any, ...], ...]) -> Filters:
    return compile_filters(_read(rows))


def list_filters(conn: Connection, owner_id: int) -> list[Filter]:
    """All filters of one person, the oldest first."""
    return _read(conn.execute(_ALL, {"owner_id": owner_id}).all())


def _read(rows: Sequence[Any]) -> list[Filter]:
    heads: dict[int, tuple[str, tuple[str, ...], str, int | None]] = {}
    keywords: defaultdict[int, list[Keyword]] = defaultdict(list)
    statuses: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for filter_id, title, contexts, action, expires_at, part_id, keyword, whole_word, object_id in rows:
        heads[filter_id] = (title, tuple(orjson.loads(contexts)), action, expires_at)
        if object_id:
            statuses[filter_id].append((part_id, object_id))
        elif part_id is not None:
            keywords[filter_id].append(Keyword(part_id, keyword, bool(whole_word)))
    return [
        Filter(filter_id, *head, tuple(keywords[filter_id]), tuple(statuses[filter_id]))
        for filter_id, head in heads.items()
    ]


def find_filter(conn: Connection, owner_id: int, filter_id: int) -> Filter | None:
    """One of this person's filters."""
    return next((each for each in list_filters(conn, owner_id) if each.id == filter_id), None)


def insert_filter(conn: Connection, values: Mapping[str, Any]) -> None:
    conn.execute(insert(filters).values(**values))


def update_filter(conn: Connection, filter_id: int, values: Mapping[str, Any]) -> None:
    if values:
        conn.execute(update(filters).where(filters.c.id == filter_id).values(**values))


def delete_filter(conn: Connection, filter_id: int) -> None:
    conn.execute(delete(filters).where(filters.c.id == filter_id))


def count_filters(conn: Connection, owner_id: int) -> int:
    return conn.scalar(select(func.count()).where(filters.c.owner_id == owner_id)) or 0


# -- words ------------------------------------------------------------------------------------------------------------


def insert_keywords(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of ``id, filter_id, keyword, whole_word``."""
    if rows:
        conn.execute(insert(filter_keywords), list(rows))


def update_keyword(conn: Connection, keyword_id: int, values: Mapping[str, Any]) -> None:
    if values:
        conn.execute(update(filter_keywords).where(filter_keywords.c.id == keyword_id).values(**values))


def delete_keyword(conn: Connection, keyword_id: int) -> None:
    conn.execute(delete(filter_keywords).where(filter_keywords.c.id == keyword_id))


# -- posts ------------------------------------------------------------------------------------------------------------

_INSERT_STATUS = insert_missing(filter_statuses)


def insert_status(conn: Connection, values: Mapping[str, Any]) -> None:
    """``id, filter_id, object_id``; a post that is there already stays as it is."""
    conn.execute(_INSERT_STATUS[conn.dialect.name], values)


def delete_status(conn: Connection, entry_id: int) -> None:
    conn.execute(delete(filter_statuses).where(filter_statuses.c.id == entry_id))


# -- finding ----------------------------------------------------------------------------------------------------------

_TEXTS = select(objects.c.id, objects.c.name, objects.c.summary, objects.c.content, objects.c.details).where(
    objects.c.id.in_(bindparam("ids", expanding=True))
)


def load_words(conn: Connection, object_ids: Collection[int]) -> dict[int, str]:
    """What filters look at in posts, as plain text; one statement."""
    if not object_ids:
        return {}
    rows = conn.execute(_TEXTS, {"ids": list(object_ids)})
    return {row.id: words_of(row.name, row.summary, row.content, row.details) for row in rows}


def load_hidden(
    conn: Connection, owner_id: int, context: FilterContext, object_ids: Collection[int], now: int
) -> set[int]:
    """Which of these posts this person does not want to see here at all; one statement for most people, else two."""
    found = filters_for(conn, owner_id).hiding(context)
    if not found or not object_ids:
        return set()
    words = load_words(conn, object_ids)
    return {each for each in object_ids if found.match(context, each, partial(str, words.get(each, "")), now)}
