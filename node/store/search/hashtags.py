"""Hashtags by their beginnings.

They are looked for while somebody types, so a search costs the same however often they are used: the index is asked
for the next name after the last one, and each name for one post that shows it.
"""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, exists, func, select

from node.store.database.prepared import Prepared
from node.store.reading.trends import PUBLIC
from node.store.tables import object_tags, objects

_BEGIN: Any = bindparam("begin")
_END: Any = bindparam("end")
_LAST = "\U0010ffff"


def find_tags(conn: Connection, prefix: str, *, limit: int, offset: int = 0) -> list[str]:
    """Keys (``domain.tags.key_of``) of hashtags that begin so and that a public post shows, by name."""
    values = {"begin": prefix, "end": prefix + _LAST, "limit": limit, "offset": offset}
    return sorted(tag for (tag,) in _statement().run(conn, values))


@cache
def _statement() -> Prepared:
    """Neither ordered nor grouped: it would go through all names; they come by name, and ``limit`` ends it."""
    first = select(_first_of(object_tags.c.tag >= _BEGIN).label("tag"))
    names = first.cte("names", recursive=True)
    names = names.union_all(select(_first_of(object_tags.c.tag > names.c.tag)).where(names.c.tag.is_not(None)))
    shown = exists().where(object_tags.c.tag == names.c.tag, objects.c.id == object_tags.c.object_id, *PUBLIC)
    query = select(names.c.tag).where(names.c.tag.is_not(None), shown)
    limit, offset = (bindparam(name, type_=BigInteger) for name in ("limit", "offset"))
    return Prepared(query.limit(limit).offset(offset))


def _first_of(condition: ColumnElement[bool]) -> Any:
    return select(func.min(object_tags.c.tag)).where(condition, object_tags.c.tag < _END).scalar_subquery()
