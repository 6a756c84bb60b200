"""Follows that want posts in some languages only: what they keep off home timelines."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, bindparam, func, or_, select, type_coerce

from node.store.database.prepared import Prepared
from node.store.tables import follows, objects

_IDS: Any = bindparam("ids", expanding=True)
_CHOOSES = type_coerce(follows.c.languages, Text) != "[]"
_CHOICES = select(
    objects.c.id, objects.c.language, follows.c.follower_id, follows.c.followed_id, follows.c.languages
).where(objects.c.id.in_(_IDS), objects.c.language != "", _CHOOSES)
_BY_AUTHORS = Prepared(
    _CHOICES.join_from(objects, follows, follows.c.followed_id == objects.c.actor_id), many="ids", named=True
)
_BY_SHARERS = _CHOICES.join_from(objects, follows, follows.c.followed_id.in_(bindparam("sharers", expanding=True)))
_OF_PAIR = select(follows.c.languages).where(
    follows.c.follower_id == bindparam("follower_id"), follows.c.followed_id == bindparam("followed_id")
)


def without_unwanted(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of these home entries that their owners want, by the language of the post and who brought it.

    One statement, two where some are boosts. Posts that do not say their language are wanted by everybody.
    """
    ids = list({row["object_id"] for row in rows})
    sharers = list({row["shared_by_id"] for row in rows if row["shared_by_id"] is not None})
    unwanted = set()
    found: list[tuple[Any, int | None]] = [(row, None) for row in _BY_AUTHORS.run(conn, {"ids": ids})]
    if sharers:
        found += [(row, row.followed_id) for row in conn.execute(_BY_SHARERS, {"ids": ids, "sharers": sharers})]
    for row, sharer_id in found:
        if not is_wanted(row.language, row.languages):
            unwanted.add((row.follower_id, row.id, sharer_id))
    return [row for row in rows if (row["owner_id"], row["object_id"], row["shared_by_id"]) not in unwanted]


def is_wanted(language: str, wanted: Iterable[str]) -> bool:
    """Whether a post in this language suits; who wants ``de`` also reads ``de-AT``.

    >>> is_wanted("de-AT", ["en", "de"]), is_wanted("de", ["de-AT"])
    (True, False)
    """
    tag = language.lower()
    return any(tag == each.lower() or tag.startswith(f"{each.lower()}-") for each in wanted)


def wanted_by(conn: Connection, follower_id: int, followed_id: int) -> list[ColumnElement[bool]]:
    """The same as conditions over ``objects``, for one follow; none where it takes all languages."""
    wanted = conn.scalar(_OF_PAIR, {"follower_id": follower_id, "followed_id": followed_id})
    if not wanted:
        return []
    language = objects.c.language
    suits = [language == ""]
    for each in wanted:
        suits += [func.lower(language) == each.lower(), language.istartswith(f"{each}-", autoescape=True)]
    return [or_(*suits)]
