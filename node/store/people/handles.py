"""Actors by handles, as people and apps write them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select, update

from node.store.database.prepared import Prepared
from node.store.people.actors import HAS_HANDLE, has_proven
from node.store.tables import actors

_AT_HOST = select(actors.c.id).where(actors.c.host == bindparam("host"), actors.c.state != "gone")
_EXACT = Prepared(
    select(actors.c.id)
    .where(HAS_HANDLE, actors.c.state != "gone")
    .order_by(case((actors.c.acct == bindparam("acct"), 0), else_=1), actors.c.id)
)
_IN_ANY_CASE = Prepared(_AT_HOST.where(func.lower(actors.c.username) == bindparam("username")))
_THERE = Prepared(
    select(actors.c.id).where(actors.c.id.in_(bindparam("ids", expanding=True)), actors.c.state != "gone"), many="ids"
)


def find_by_acct(conn: Connection, acct: str, own_hosts: Collection[str], host: str) -> int | None:
    """The actor of ``name`` or ``name@host``, whatever its case; None where nobody here knows one.

    Who has proven the handle comes before who only has this name at this host.
    """
    name, _, place = acct.strip().removeprefix("acct:").lstrip("@").partition("@")
    where = host if not place or place.lower() in own_hosts else place.lower()
    found = _EXACT.first(conn, {"username": name, "host": where, "acct": f"{name}@{where}".lower()})
    found = found or _IN_ANY_CASE.first(conn, {"username": name.lower(), "host": where})
    return found[0] if found else None


def load_present(conn: Connection, ids: Collection[int]) -> list[int]:
    """Of these ids those of actors that are there, in the same order."""
    found = {actor_id for (actor_id,) in _THERE.run(conn, {"ids": list(ids)})} if ids else ()
    return [each for each in ids if each in found]


def find_claimant(conn: Connection, uri: str) -> Any:
    """``id``, ``username``, ``host`` and ``raw`` of an actor of another server that is there; else None."""
    query = select(actors.c.id, actors.c.username, actors.c.host, actors.c.raw)
    return conn.execute(query.where(actors.c.uri == uri, ~actors.c.local, actors.c.state != "gone")).first()


def save_proven(conn: Connection, actor_id: int, acct: str) -> None:
    """This handle, in small letters, is this actor's and nobody else's; without one it has the host of its id."""
    if acct:
        conn.execute(update(actors).where(has_proven(acct), actors.c.id != actor_id).values(acct=""))
    conn.execute(update(actors).where(actors.c.id == actor_id).values(acct=acct))
