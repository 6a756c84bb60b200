"""Actors by the name in an address."""

from sqlalchemy import Connection

from node.errors import Gone, NotFound
from node.store.people import actors
from node.store.people.actors import Actor


def find_by_name(conn: Connection, name: str, *, kind: str = "person") -> Actor:
    """The actor behind ``ada`` or ``ada@learn.uni.example``, of this kind where several are called so.

    Raises NotFound, or Gone where it was here.
    """
    username, at, host = name.partition("@")
    found = (
        actors.find_actor_by_handle(conn, username, host.lower(), kind=kind, proven_first=False)
        if at
        else actors.find_local_actor(conn, username)
    )
    if found is None or found.kind == "application":
        raise NotFound
    if found.state == "waiting":  # she may not act yet
        raise NotFound
    if not found.is_active:
        raise Gone
    return found
