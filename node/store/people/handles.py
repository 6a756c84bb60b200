"""Actors by handles, as people and apps write them."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, func, select

from node.store.database.prepared import Prepared
from node.store.tables import actors

_AT_HOST = select(actors.c.id).where(actors.c.host == bindparam("host"), actors.c.state != "gone")
_EXACT = Prepared(_AT_HOST.where(actors.c.username == bindparam("username")))
_IN_ANY_CASE = Prepared(_AT_HOST.where(func.lower(actors.c.username) == bindparam("username")))
_THERE = Prepared(
    select(actors.c.id).where(actors.c.id.in_(bindparam("ids", expanding=True)), actors.c.state != "gone"), many="ids"
)


def find_by_acct(conn: Connection, acct: str, own_hosts: Collection[str], host: str) -> int | None:
    """The actor of ``name`` or ``name@host``, whatever its case; None where nobody here knows one."""
    name, _, place = acct.strip().removeprefix("acct:").lstrip("@").partition("@")
    where = host if not place or place.lower() in own_hosts else place.lower()
    found = _EXACT.first(conn, {"username": name, "host": where})
    found = found or _IN_ANY_CASE.first(conn, {"username": name.lower(), "host": where})
    return found[0] if found else None


def load_present(conn: Connection, ids: Collection[int]) -> list[int]:
    """Of these ids those of actors that are there, in the same order."""
    found = {actor_id for (actor_id,) in _THERE.run(conn, {"ids": list(ids)})} if ids else ()
    return [each for each in ids if each in found]
