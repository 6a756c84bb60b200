"""The network as this node sees it: which houses there are, what came from them, which communities join them.

Hosts without an organisation are people's own servers: nothing here tells them apart.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, bindparam, exists, func, or_, select

from node.domain.actors import ActorKind
from node.domain.visibility import Visibility
from node.store.database.prepared import Prepared
from node.store.library.resources import Viewer
from node.store.people.follows import ACCEPTED
from node.store.reading.visible import seen_by, someone, visible_to
from node.store.search import counts
from node.store.search.wishes import Wish
from node.store.tables import actors, communities, events, follows, objects, resource_counts

ACTIVE = "active"
_ORGANISATION, _GROUP = ActorKind.ORGANIZATION.value, ActorKind.GROUP.value


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of another node; whether somebody here follows it, and whether it follows one of ours."""

    actor_id: int
    uri: str
    host: str
    username: str
    name: str
    is_followed: bool
    follows_us: bool


_HOSTS: Any = bindparam("hosts", expanding=True)
_near = actors.alias("near")
_IS_FOLLOWED = exists(
    select(follows.c.id)
    .join(_near, _near.c.id == follows.c.follower_id)
    .where(follows.c.followed_id == actors.c.id, follows.c.state == ACCEPTED, _near.c.local)
)
_FOLLOWS_US = exists(
    select(follows.c.id)
    .join(_near, _near.c.id == follows.c.followed_id)
    .where(
        follows.c.follower_id == actors.c.id,
        follows.c.state == ACCEPTED,
        _near.c.local,
        _near.c.kind.in_([_ORGANISATION, _GROUP]),
    )
)
_ORGANISATIONS = Prepared(
    select(actors.c.id, actors.c.uri, actors.c.host, actors.c.username, actors.c.name, _IS_FOLLOWED, _FOLLOWS_US)
    .where(actors.c.local.is_(False), actors.c.kind == _ORGANISATION, actors.c.state == ACTIVE)
    .order_by(actors.c.id)
    .limit(bindparam("limit", type_=BigInteger))
)


def load_organisations(conn: Connection, *, limit: int) -> list[Organisation]:
    """All organisations of other nodes that this one knows, related to us or not, the oldest first."""
    return [Organisation(row[0], *row[1:5], *map(bool, row[5:])) for row in _ORGANISATIONS.run(conn, {"limit": limit})]


# -- what comes and goes, by host -----------------------------------------------------------------------------------

Counts = Mapping[str, int]


_RESOURCES = Prepared(
    select(resource_counts.c.value, func.sum(resource_counts.c.total))
    .where(resource_counts.c.listing.in_(bindparam("listings", expanding=True)), resource_counts.c.facet == "origin")
    .group_by(resource_counts.c.value),
    many="listings",
)


def count_resources(conn: Connection, viewer: Viewer) -> Counts:
    """Of all kinds that this viewer may list; from kept counters."""
    return _counted(_RESOURCES.run(conn, {"listings": list(viewer.listings())}))


def count_courses(conn: Connection, viewer: Viewer) -> Counts:
    """Of the newest courses that this viewer may list (``counts.BOUND``), by the hosts that have most."""
    found = counts.facets(conn, Wish(filters={"kind": ("course",)}, viewer=viewer))
    return {option.value: option.count for option in found["origin"]}


def count_events(conn: Connection, viewer: Viewer, now: int) -> Counts:
    """Of those to come that this viewer may see, unlisted ones aside."""
    values = {"now": now, **seen_by(viewer.actor_id)}
    return _counted(_events(someone(viewer.actor_id)).run(conn, values))


@cache
def _events(viewer_id: int | None) -> Prepared:
    query = (
        select(actors.c.host, func.count())
        .join(objects, objects.c.id == events.c.object_id)
        .join(actors, actors.c.id == objects.c.actor_id)
        .where(
            events.c.last_at >= bindparam("now", type_=BigInteger),
            events.c.cancelled_at.is_(None),
            events.c.series_id.is_(None),
            objects.c.visibility != Visibility.UNLISTED.value,
            visible_to(viewer_id),
        )
    )
    return Prepared(query.group_by(actors.c.host))


_STATUSES = Prepared(
    select(actors.c.host, func.sum(actors.c.statuses_count)).where(actors.c.host.in_(_HOSTS)).group_by(actors.c.host),
    many="hosts",
)


def count_statuses(conn: Connection, hosts: Collection[str]) -> Counts:
    """Posts, events and resources that anybody may read, of actors at these hosts; from kept counters."""
    return _counted(_STATUSES.run(conn, {"hosts": list(hosts)})) if hosts else {}


@cache
def _follows(*, of_us: bool) -> Prepared:
    theirs, ours = ("follower_id", "followed_id") if of_us else ("followed_id", "follower_id")
    query = (
        select(actors.c.host, func.count())
        .join(follows, follows.c[theirs] == actors.c.id)
        .join(_near, _near.c.id == follows.c[ours])
        .where(actors.c.host.in_(_HOSTS), follows.c.state == ACCEPTED, _near.c.local)
    )
    return Prepared(query.group_by(actors.c.host), many="hosts")


def count_follows(conn: Connection, hosts: Collection[str], *, of_us: bool) -> Counts:
    """Follows by actors at these hosts of ours (``of_us``), or by ours of theirs."""
    return _counted(_follows(of_us=of_us).run(conn, {"hosts": list(hosts)})) if hosts else {}


def _counted(rows: Iterable[Any]) -> Counts:
    return {host: int(count or 0) for host, count in rows}


# -- communities ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Community:
    actor_id: int
    uri: str
    username: str
    host: str
    name: str
    local: bool
    members: int


def _may_list(viewer_id: int | None) -> ColumnElement[bool]:
    """Of ``communities`` with their ``actors``: those that lists show this viewer; private ones whoever has joined."""
    is_public = communities.c.visibility == Visibility.PUBLIC.value
    if viewer_id is None:
        return is_public
    is_ours = communities.c.visibility == Visibility.ORGANISATION.value
    is_joined = exists().where(
        follows.c.followed_id == communities.c.actor_id,
        follows.c.follower_id == bindparam("viewer", type_=BigInteger),
        follows.c.state == ACCEPTED,
    )
    return or_(is_public, and_(is_ours, actors.c.local), is_joined)


@cache
def _communities(viewer_id: int | None) -> Prepared:
    columns = (actors.c[name] for name in ("id", "uri", "username", "host", "name", "local", "followers_count"))
    query = (
        select(*columns)
        .join(communities, communities.c.actor_id == actors.c.id)
        .where(_may_list(viewer_id), communities.c.archived_at.is_(None), actors.c.state == ACTIVE)
        .order_by(actors.c.followers_count.desc(), actors.c.id)
        .limit(bindparam("limit", type_=BigInteger))
    )
    return Prepared(query)


def load_communities(conn: Connection, viewer: Viewer, *, limit: int) -> list[Community]:
    """Communities that this viewer may list and that go on, those with most members first."""
    values = {"limit": limit, **seen_by(viewer.actor_id)}
    rows = _communities(someone(viewer.actor_id)).run(conn, values)
    return [Community(*row) for row in rows]


_HOMES = Prepared(
    select(follows.c.followed_id, actors.c.host)
    .join(actors, actors.c.id == follows.c.follower_id)
    .where(follows.c.followed_id.in_(bindparam("ids", expanding=True)), follows.c.state == ACCEPTED)
    .distinct(),
    many="ids",
)


def load_homes_of_members(conn: Connection, community_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    """The hosts that members of these communities come from, as far as this node knows, in one order."""
    found: dict[int, list[str]] = {}
    for community_id, host in sorted(_HOMES.run(conn, {"ids": list(community_ids)}) if community_ids else ()):
        found.setdefault(community_id, []).append(host)
    return found
