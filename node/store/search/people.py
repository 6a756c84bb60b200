"""People by the beginnings of their names and handles.

They are looked for while somebody types, so a search costs the same whatever the number of accounts: of those who
match, the followed ones are taken first, then a bounded number of all others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
    union,
)

from node.domain.search import name_words
from node.store.database.prepared import Prepared
from node.store.people.follows import ACCEPTED
from node.store.reading.visible import SOMEONE, is_not_blocked, not_secret_to
from node.store.tables import actor_words, actors, follows

_CANDIDATES = 400
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a search has to ask; ``words``: how many."""

    words: int
    at_host: bool
    is_member: bool
    following: bool


def find_actors(
    conn: Connection,
    typed: str,
    viewer_id: int | None,
    *,
    limit: int,
    offset: int = 0,
    following: bool = False,
) -> list[int]:
    """Ids of people, groups and organisations whose name or handle begins with what was typed, the nearest first.

    ``following``: only those whom the viewer follows.
    """
    name, _, host = typed.strip().removeprefix("acct:").lstrip("@").partition("@")
    words = sorted(name_words(name), key=len, reverse=True)
    if not words or (following and viewer_id is None):
        return []
    values: dict[str, object] = {"typed": name.lower(), "limit": limit, "offset": offset, "viewer": viewer_id}
    values |= {f"word{number}": word for number, word in enumerate(words)}
    values |= {f"after{number}": word + _LAST for number, word in enumerate(words)}
    values["host"] = host.lower()
    shape = _Shape(len(words), at_host=bool(host), is_member=viewer_id is not None, following=following)
    return [actor_id for (actor_id,) in _statement(shape).run(conn, values)]


@cache
def _statement(shape: _Shape) -> Prepared:
    viewer_id = SOMEONE if shape.is_member else None
    found = select(actor_words.c.actor_id).where(_begins(actor_words.c.word, 0))
    for number in range(1, shape.words):
        other = actor_words.alias()
        is_same = other.c.actor_id == actor_words.c.actor_id
        found = found.where(exists().where(is_same, _begins(other.c.word, number)))
    if shape.at_host:
        begins = func.substr(actors.c.host, 1, func.length(bindparam("host"))) == bindparam("host")
        at = func.replace(actors.c.acct, "@" + bindparam("host"), "")  # shorter where it stands there
        is_proven = func.length(at) < func.length(actors.c.acct)
        found = found.where(exists().where(actors.c.id == actor_words.c.actor_id, or_(begins, is_proven)))
    mine = found.join(follows, follows.c.followed_id == actor_words.c.actor_id).where(*_are_hers())
    parts = ([mine] if shape.is_member else []) + ([] if shape.following else [found])
    candidates = union(*(select(part.limit(_CANDIDATES).subquery().c.actor_id).distinct() for part in parts)).subquery()
    is_followed = exists().where(follows.c.followed_id == actors.c.id, *_are_hers()) if shape.is_member else false()
    is_exact = func.lower(actors.c.username) == bindparam("typed")
    order: Sequence[ColumnElement[int]] = [case((is_it, 1), else_=0).desc() for is_it in (is_exact, is_followed)]
    query = (
        select(actors.c.id)
        .join(candidates, candidates.c.actor_id == actors.c.id)
        .where(actors.c.state == "active", not_secret_to(viewer_id), *is_not_blocked(viewer_id))
        .order_by(*order, actors.c.followers_count.desc(), actors.c.id)
    )
    limit, offset = (bindparam(name, type_=BigInteger) for name in ("limit", "offset"))
    return Prepared(query.limit(limit).offset(offset))


def _begins(word: ColumnElement[str], number: int) -> ColumnElement[bool]:
    """With the word of this number: a range, which the index answers."""
    return and_(word >= bindparam(f"word{number}"), word < bindparam(f"after{number}"))


def _are_hers() -> list[ColumnElement[bool]]:
    """Of ``follows``: those of the viewer."""
    return [follows.c.follower_id == bindparam("viewer", type_=BigInteger), follows.c.state == ACCEPTED]


def may_find(conn: Connection, actor_id: int, viewer_id: int | None) -> bool:
    """Whether a search shows this actor to this person."""
    query = select(actors.c.id).where(
        actors.c.id == actor_id,
        actors.c.state == "active",
        actors.c.kind != "application",
        not_secret_to(viewer_id),
        *is_not_blocked(viewer_id),
    )
    return conn.scalar(query) is not None
