"""Hashtags by their beginnings.

They are looked for while somebody types, so a search costs the same however often they are used: the index is asked
for the next name after the last one, and each name for one post that shows it. Of names that no public post shows, so
many are passed over: whoever writes a hundred thousand of them makes nobody's search dear.
"""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, exists, func, literal, select

from node.store.database.prepared import Prepared
from node.store.reading.trends import PUBLIC
from node.store.tables import object_tags, objects

_BEGIN: Any = bindparam("begin")
_END: Any = bindparam("end")
_LAST = "\U0010ffff"
_PASSED_OVER = 1_000


def find_tags(conn: Connection, prefix: str, *, limit: int, offset: int = 0) -> list[str]:
    """Keys (``domain.tags.key_of``) of hashtags that begin so and that a public post shows, by name."""
    most = _PASSED_OVER + offset + limit
    values = {"begin": prefix, "end": prefix + _LAST, "limit": limit, "offset": offset, "most": most}
    return sorted(tag for (tag,) in _statement().run(conn, values))


@cache
def _statement() -> Prepared:
    """Neither ordered nor grouped: it would go through all names; they come by name, and ``limit`` ends it."""
    limit, offset, most = (bindparam(name, type_=BigInteger) for name in ("limit", "offset", "most"))
    first = select(_first_of(object_tags.c.tag >= _BEGIN).label("tag"), literal(1, BigInteger).label("number"))
    names = first.cte("names", recursive=True)
    following = select(_first_of(object_tags.c.tag > names.c.tag), names.c.number + 1)
    names = names.union_all(following.where(names.c.tag.is_not(None), names.c.number < most))
    shown = exists().where(object_tags.c.tag == names.c.tag, objects.c.id == object_tags.c.object_id, *PUBLIC)
    query = select(names.c.tag).where(names.c.tag.is_not(None), shown)
    return Prepared(query.limit(limit).offset(offset))


def _first_of(condition: ColumnElement[bool]) -> Any:
    return select(func.min(object_tags.c.tag)).where(condition, object_tags.c.tag < _END).scalar_subquery()
