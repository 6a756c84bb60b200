"""Whom a command acts for, and whom it is about: one of ours by name, anybody by handle or address."""

from sqlalchemy import Connection

from federation.discovery import finding
from node.app.system import System
from node.domain.actors import ActorKind
from node.errors import NotFound
from node.store.people.actors import Actor, find_local_actor, load_local_actors


def load_owner(conn: Connection, handle: str | None, host: str) -> Actor:
    """The local actor of ``ann``, ``@ann`` or ``@ann@our.host``; the organisation for None. Raises NotFound."""
    if handle is None:
        return load_local_actors(conn, [ActorKind.ORGANIZATION])[0]
    name, _, place = handle.removeprefix("@").partition("@")
    found = find_local_actor(conn, name) if place.lower() in {"", host} else None
    if found is None or not found.is_active:
        raise NotFound(f"Nobody here is called {handle}.")
    return found


async def find_account(system: System, text: str, *, fresh: bool = False) -> Actor:
    """The actor behind ``@ann@any.host`` or a URI, fetched where it is not ours; ``fresh``: even if it is known.

    Raises NotFound, Malformed and what asking another host raises.
    """
    node, parts = system.node, system.federation
    return await finding.find_account(
        node.store, parts.client, parts.fetcher, text, own_host=node.config.host, fresh=fresh
    )
