"""Actors by what people write: handles, and ids in bulk."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, func, select

from node.store.tables import actors

_BY_HANDLE = select(actors.c.id).where(
    func.lower(actors.c.username) == bindparam("username"),
    actors.c.host == bindparam("host"),
    actors.c.state != "gone",
)
_THERE = select(actors.c.id).where(actors.c.id.in_(bindparam("ids", expanding=True)), actors.c.state != "gone")


def find_by_acct(conn: Connection, acct: str, own_hosts: Collection[str], host: str) -> int | None:
    """The actor of ``name`` or ``name@host``, whatever its case; None where nobody here knows one."""
    name, _, place = acct.strip().removeprefix("acct:").lstrip("@").lower().partition("@")
    where = host if not place or place in own_hosts else place
    found: int | None = conn.scalar(_BY_HANDLE, {"username": name, "host": where})
    return found


def load_present(conn: Connection, ids: Collection[int]) -> list[int]:
    """Of these ids those of actors that are there, in the same order."""
    if not ids:
        return []
    found = set(conn.scalars(_THERE, {"ids": list(ids)}))
    return [each for each in ids if each in found]
