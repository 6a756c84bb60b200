"""Whom a command acts for: the organisation, or one of ours by name."""

from sqlalchemy import Connection

from node.domain.actors import ActorKind
from node.errors import NotFound
from node.store.actors import Actor, find_local_actor, load_local_actors


def load_owner(conn: Connection, handle: str | None, host: str) -> Actor:
    """The local actor of ``ann``, ``@ann`` or ``@ann@our.host``; the organisation for None. Raises NotFound."""
    if handle is None:
        return load_local_actors(conn, [ActorKind.ORGANIZATION])[0]
    name, _, place = handle.removeprefix("@").partition("@")
    found = find_local_actor(conn, name) if place.lower() in {"", host} else None
    if found is None or found.state != "active":
        raise NotFound(f"Nobody here is called {handle}.")
    return found
