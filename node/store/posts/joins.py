"""What a Join made, found by its id. Strangers choose these ids, so that one counts only where it belongs."""

from typing import Any, NamedTuple

from sqlalchemy import Column, Select, bindparam, select

from node.store.tables import actors, objects


class ByJoin(NamedTuple):
    """The same rows by the ``uri`` of a Join: of what is ours, and of ours in what is elsewhere."""

    here: Select[Any]
    elsewhere: Select[Any]


def by_join(columns: tuple[Column[Any], ...], *, about: Column[Any], of: Column[Any], uri: Column[Any]) -> ByJoin:
    """``about``: the column of the object that was joined; ``of``: that of whoever joined it."""
    found = (
        select(*columns)
        .join(objects, objects.c.id == about)
        .join(actors, actors.c.id == of)
        .where(uri == bindparam("uri"))
    )
    elsewhere = found.where(objects.c.local.is_(False), actors.c.local.is_(True))
    return ByJoin(found.where(objects.c.local.is_(True)), elsewhere)
