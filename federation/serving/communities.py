"""What a community of ours lists (federation 4.6): its threads, those that it shows first, its moderators.

The outbox is made from the threads themselves, so that it is the whole history for who joins late, not what was sent
lately. Of a closed community nothing is listed but for its members and their servers, which sign.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Connection

from federation.relations import belongs_to
from federation.serving.slices import PER_PAGE, Listed, Slice
from federation.serving.visitor import Visitor
from federation.vocab import PUBLIC
from node.clock import to_rfc3339
from node.domain.communities import LISTS, JoinPolicy, Role
from node.domain.visibility import Visibility
from node.store import communities, objects, topics
from node.store.actors import Actor


def _threads(conn: Connection, group: Actor, before: int | None) -> Slice:
    """The Announce of each thread, the newest first."""
    rows = topics.list_shared(conn, group.id, before=before, limit=PER_PAGE)
    items = [
        {
            "id": row.share_uri,
            "type": "Announce",
            "actor": group.uri,
            "object": row.uri,
            "to": [PUBLIC] if Visibility(row.visibility).is_open else [group.followers],
            "cc": [group.followers] if Visibility(row.visibility).is_open else [],
            "published": to_rfc3339(row.published_at),
        }
        for row in rows
    ]
    return Slice([row.object_id for row in rows], items)


def _pinned(conn: Connection, group: Actor, before: int | None) -> Slice:
    found = objects.find_rows(conn, [] if before is not None else topics.load_pinned(conn, group.id))
    return Slice([], [row.uri for row in found.values() if row.state == objects.LIVE])


_LISTED: Mapping[str, Listed] = MappingProxyType(
    {
        "outbox": Listed(lambda conn, group: topics.count_topics(conn, [group.id]).get(group.id, 0), _threads),
        "featured": Listed(lambda conn, group: len(topics.load_pinned(conn, group.id)), _pinned),
    }
)
_ROLES = {"moderators": Role.MODERATOR, **{name: role for role, name in LISTS.items()}}
NAMES = (*_LISTED, *_ROLES)


def listed(name: str, now: int) -> Listed | None:
    """A collection that a community has beside those of every actor, or in their place; None where it has no own."""
    role = _ROLES.get(name)
    return _holders(role, now) if role is not None else _LISTED.get(name)


def _holders(role: Role, now: int) -> Listed:
    def load(conn: Connection, group: Actor) -> list[str]:
        return communities.load_holders(conn, group.id, role, now)

    def read(conn: Connection, group: Actor, before: int | None) -> Slice:
        return Slice([], [] if before is not None else load(conn, group))

    return Listed(lambda conn, group: len(load(conn, group)), read)


def is_closed_to(conn: Connection, visitor: Visitor, actor: Actor) -> bool:
    """Whether this is a community that tells this reader nothing of what is in it."""
    community = communities.find_community(conn, actor.id) if actor.kind == "group" else None
    if community is None or community.visibility is Visibility.PUBLIC:
        return False
    return visitor.actor is None or not belongs_to(conn, visitor.actor, actor)


def is_secret_to(conn: Connection, visitor: Visitor, actor: Actor) -> bool:
    """Whether this reader may not even know what the community is for (``membership.may_know``)."""
    if not is_closed_to(conn, visitor, actor):
        return False
    community = communities.load_communities(conn, [actor.id])[actor.id]
    return community.visibility is Visibility.ORGANISATION or community.join_policy is JoinPolicy.INVITE
