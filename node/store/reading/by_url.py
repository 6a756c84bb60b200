"""What is behind an address that people paste: pages of ours, and what is known of other servers."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from sqlalchemy import Connection, select

from node.domain.events import date_uri
from node.store.people.actors import find_actor, find_actor_by_handle, find_local_actor
from node.store.tables import actors, objects, resource_slugs

#: Pages of objects by their ids; what hangs below one (answers, dates, a calendar file) leads to it, too.
_OBJECT = re.compile(r"/(?:(?:@[^/]+/p|c/[^/]+/t/|questions/|e/)(\d{1,18})(?:[-./].*)?|ap/o/(\d{1,18}))")
_DATE = re.compile(r"/e/(\d{1,18})(?:-[^/]*)?/dates/([\d-]{10})")
_RESOURCE = re.compile(r"/(?:r|courses)/([^/]+)(?:/.*)?")
_ACTOR = re.compile(r"/(?:@([^/@]+)(?:@([^/]+))?|c/([^/@]+)(?:@([^/]+))?(?:/.*)?)")
_TAG = re.compile(r"/tags/([^/]+)")


class Target(NamedTuple):
    """An object, an actor, a hashtag, or nothing that is known. Who may read it is the caller's question."""

    object_id: int | None = None
    actor_id: int | None = None
    hashtag: str = ""


NOTHING = Target()


def find_by_url(conn: Connection, origin: str, url: str) -> Target:
    """The object, actor or hashtag whose page or id this is."""
    address = url.partition("#")[0].partition("?")[0]
    if address.rstrip("/") == origin:
        return Target(actor_id=conn.scalar(_ORGANISATION))
    if address.startswith(origin + "/"):
        found = _own(conn, origin, address.removeprefix(origin).rstrip("/"))
        return found if found != NOTHING else _by_uri(conn, address)
    return _by_uri(conn, url)


_ORGANISATION = (
    select(actors.c.id)
    .where(actors.c.local, actors.c.kind == "organization", actors.c.state == "active")
    .order_by(actors.c.id)
    .limit(1)
)


def _own(conn: Connection, origin: str, path: str) -> Target:
    if found := _DATE.fullmatch(path):  # without an object of its own the date is its series
        made = _by_uri(conn, date_uri(f"{origin}/ap/o/{found[1]}", found[2]))
        return made if made != NOTHING else Target(_object_id(conn, found[1]))
    if found := _OBJECT.fullmatch(path):
        return Target(_object_id(conn, found[1] or found[2]))
    if found := _RESOURCE.fullmatch(path):
        query = select(resource_slugs.c.object_id).where(resource_slugs.c.slug == found[1])
        return Target(conn.scalar(query))
    if found := _ACTOR.fullmatch(path):
        return Target(actor_id=_actor_id(conn, found[1] or found[3], found[2] or found[4]))
    if found := _TAG.fullmatch(path):
        return Target(hashtag=unquote(found[1]))
    return NOTHING


def _object_id(conn: Connection, digits: str) -> int | None:
    return conn.scalar(select(objects.c.id).where(objects.c.id == int(digits)))


def _actor_id(conn: Connection, username: str, host: str | None) -> int | None:
    if host is None:
        actor = find_local_actor(conn, username)
        return actor.id if actor else None
    found = find_actor_by_handle(conn, username, host, proven_first=False)
    return found.id if found else None


def _by_uri(conn: Connection, uri: str) -> Target:
    if (object_id := conn.scalar(select(objects.c.id).where(objects.c.uri == uri))) is not None:
        return Target(object_id=object_id)
    actor = find_actor(conn, uri)
    return Target(actor_id=actor.id) if actor else NOTHING
