"""Posts by the words in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from sqlalchemy import BigInteger, ColumnElement, Connection, String, and_, bindparam, exists, or_, select, text

from node.domain.search import parse
from node.store.database.prepared import Prepared
from node.store.index.expressions import Search
from node.store.posts.reactions import LIKE, SHARE
from node.store.reading.visible import SOMEONE, not_hidden_from, visible_to
from node.store.tables import actors, bookmarks, mentions, objects, reactions
from node.store.triggers.post_search import INDEX

#: So many of the newest matches are looked at, whoever may read them.
_LOOKED_AT = 2_000
_MATCHES = {
    "sqlite": f"SELECT rowid AS id FROM {INDEX} WHERE {INDEX} MATCH :expression ORDER BY rowid DESC LIMIT :most",  # noqa: S608 (constants)
    "postgresql": f"SELECT object_id AS id FROM {INDEX} WHERE words @@ CAST(:expression AS tsquery)"  # noqa: S608 (constants)
    " ORDER BY object_id DESC LIMIT :most",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Which of the posts that match: by one author, beyond these ids, and where the page begins."""

    limit: int
    offset: int = 0
    author_id: int | None = None
    max_id: int | None = None
    min_id: int | None = None

    @property
    def bounds(self) -> Mapping[str, int]:
        """Those that are set, by name."""
        named = {name: getattr(self, name) for name in _BOUNDS}
        return {name: value for name, value in named.items() if value is not None}


_BOUNDS: Mapping[str, ColumnElement[bool]] = MappingProxyType(
    {
        "author_id": objects.c.actor_id == bindparam("author_id"),
        "max_id": objects.c.id < bindparam("max_id"),
        "min_id": objects.c.id > bindparam("min_id"),
    }
)


def find_posts(conn: Connection, typed: str, viewer_id: int, now: int, part: Part) -> list[int]:
    """Ids of posts with these words, the newest first.

    Only what the viewer wrote, kept, liked, shared or was named in, and public posts of people who let everybody find
    them; of all of it what she may read.
    """
    search, dialect = Search(parse(typed)), conn.dialect.name
    if search.is_hopeless:
        return []
    values = {"viewer": viewer_id, "now": now, "limit": part.limit, "offset": part.offset, "most": _LOOKED_AT}
    statement = _statement(dialect, tuple(part.bounds))
    rows = statement.run(conn, {**values, **part.bounds, "expression": search.expression(dialect)})
    return [object_id for (object_id,) in rows]


@cache
def _statement(dialect: str, bounds: tuple[str, ...]) -> Prepared:
    asked = (bindparam("expression", type_=String()), bindparam("most", type_=BigInteger))
    matches = text(_MATCHES[dialect]).bindparams(*asked).columns(objects.c.id).subquery()
    query = (
        select(objects.c.id)
        .join(matches, matches.c.id == objects.c.id)
        .join(actors, actors.c.id == objects.c.actor_id)
        .where(visible_to(SOMEONE), _is_hers(), *not_hidden_from(SOMEONE, objects.c.actor_id))
        .where(*(_BOUNDS[name] for name in bounds))
    )
    limit, offset = (bindparam(name, type_=BigInteger) for name in ("limit", "offset"))
    return Prepared(query.order_by(objects.c.id.desc()).limit(limit).offset(offset))


def _is_hers() -> ColumnElement[bool]:
    viewer = bindparam("viewer", type_=BigInteger)
    uri = select(actors.c.uri).where(actors.c.id == viewer).correlate(None).scalar_subquery()
    return or_(
        objects.c.actor_id == viewer,
        and_(objects.c.visibility == "public", actors.c.indexable),
        exists().where(bookmarks.c.object_id == objects.c.id, bookmarks.c.actor_id == viewer),
        exists().where(
            reactions.c.object_id == objects.c.id,
            reactions.c.actor_id == viewer,
            reactions.c.kind.in_((LIKE, SHARE)),
        ),
        exists().where(mentions.c.object_id == objects.c.id, mentions.c.actor_uri == uri),
    )
