"""What is behind an address that people paste: pages of ours, and what is known of other servers."""

import re
from typing import NamedTuple

from sqlalchemy import Connection, select

from node.store.people.actors import find_actor, find_local_actor
from node.store.tables import actors, objects, resource_slugs

_POST = re.compile(r"/@[^/]+/p(\d{1,18})")
_ACTOR = re.compile(r"/@([^/@]+)(?:@([^/]+))?")
_COMMUNITY = re.compile(r"/c/([^/]+)")
_RESOURCE = re.compile(r"/r/([^/]+)")
_EVENT = re.compile(r"/e/(\d{1,18})(?:-[^/]*)?")
_OBJECT_ID = re.compile(r"/ap/o/(\d{1,18})")


class Target(NamedTuple):
    """An object, an actor, or nothing that is known. Who may read it is the caller's question."""

    object_id: int | None = None
    actor_id: int | None = None


NOTHING = Target()


def find_by_url(conn: Connection, origin: str, url: str) -> Target:
    """The object or actor whose page or id this is."""
    address = url.partition("#")[0].partition("?")[0]
    if address.rstrip("/") == origin:
        return Target(actor_id=conn.scalar(_ORGANISATION))
    if address.startswith(origin + "/"):
        found = _own(conn, address.removeprefix(origin))
        return found if found != NOTHING else _by_uri(conn, address)
    return _by_uri(conn, url)


_ORGANISATION = (
    select(actors.c.id)
    .where(actors.c.local, actors.c.kind == "organization", actors.c.state == "active")
    .order_by(actors.c.id)
    .limit(1)
)


def _own(conn: Connection, path: str) -> Target:
    if found := _RESOURCE.fullmatch(path):
        query = select(resource_slugs.c.object_id).where(resource_slugs.c.slug == found[1])
        return Target(object_id=conn.scalar(query))
    if found := _POST.fullmatch(path) or _EVENT.fullmatch(path) or _OBJECT_ID.fullmatch(path):
        return Target(object_id=conn.scalar(select(objects.c.id).where(objects.c.id == int(found[1]))))
    if found := _COMMUNITY.fullmatch(path):
        group = find_local_actor(conn, found[1])
        return Target(actor_id=group.id if group else None)
    if found := _ACTOR.fullmatch(path):
        if found[2] is None:
            actor = find_local_actor(conn, found[1])
            return Target(actor_id=actor.id if actor else None)
        query = select(actors.c.id).where(actors.c.username == found[1], actors.c.host == found[2])
        return Target(actor_id=conn.scalar(query))
    return NOTHING


def _by_uri(conn: Connection, uri: str) -> Target:
    if (object_id := conn.scalar(select(objects.c.id).where(objects.c.uri == uri))) is not None:
        return Target(object_id=object_id)
    actor = find_actor(conn, uri)
    return Target(actor_id=actor.id) if actor else NOTHING
