"""What a community of ours lists: its threads, those that it shows first, who has which role.

The outbox is made from the threads themselves, so that it is the whole history for who joins late, not what was sent
lately. Lemmy and PieFed read the first items where they stand in the collection itself. Of a closed community nothing
is listed but for its members and their servers, which sign.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from federation.builders.documents import object_document
from federation.relations import belongs_to, is_server
from federation.serving.slices import PER_PAGE, Listed, Slice
from federation.serving.visitor import Visitor
from federation.vocab import PUBLIC
from node.clock import to_rfc3339
from node.domain.actors import ActorKind
from node.domain.communities import LISTS, JoinPolicy, Role
from node.domain.visibility import Visibility
from node.store.communities import communities, community_invitations, community_roles
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects, topics


def _threads(now: int) -> Listed:
    """The Announce of the Create of each thread, the newest first, whole: Lemmy and PieFed take nothing else."""

    def read(conn: Connection, group: Actor, before: int | None) -> Slice:
        shared = topics.list_shared(conn, group.id, before=before, limit=PER_PAGE)
        documents = _documents(conn, group, [each.object_id for each in shared], now)
        return Slice(
            [each.object_id for each in shared],
            [_announce(group, each, documents.get(each.object_id)) for each in shared],
        )

    return Listed(lambda conn, group: topics.count_topics(conn, [group.id]).get(group.id, 0), read, at_root=True)


def _documents(conn: Connection, group: Actor, ids: Sequence[int], now: int) -> dict[int, dict[str, Any]]:
    """The posts that readers of this list may read, by id; of others the list says no more than their address."""
    community = communities.find_community(conn, group.id)
    rows = objects.find_rows(conn, ids)
    authors = actors.load_actors_by_id(conn, {row.actor_id for row in rows.values()})
    return {
        row.id: {name: value for name, value in object_document(conn, row, now=now).items() if name != "@context"}
        for row in rows.values()
        if row.state == objects.LIVE
        and authors[row.actor_id].is_active
        and (Visibility(row.visibility).is_open or (community is not None and row.visibility == community.visibility))
    }


def _announce(group: Actor, shared: topics.Shared, document: dict[str, Any] | None) -> dict[str, Any]:
    addressed = _addressed(group, shared)
    announce = {"id": shared.share_uri, "type": "Announce", "actor": group.uri, **addressed}
    announce["published"] = to_rfc3339(shared.published_at)
    if document is None:
        return {**announce, "object": shared.uri}
    create = {
        "id": f"{shared.share_uri}#create",
        "type": "Create",
        "actor": document.get("attributedTo"),
        **addressed,
        "audience": group.uri,
        "object": document,
    }
    return {**announce, "object": create}


def _addressed(group: Actor, shared: topics.Shared) -> dict[str, list[str]]:
    if Visibility(shared.visibility).is_open:
        return {"to": [PUBLIC], "cc": [group.uri, group.followers]}
    return {"to": [group.followers], "cc": []}


def _pinned(now: int) -> Listed:
    """The threads that it shows first, whole."""

    def read(conn: Connection, group: Actor, before: int | None) -> Slice:
        ids = [] if before is not None else topics.load_pinned(conn, group.id)
        documents = _documents(conn, group, ids, now)
        return Slice([], [documents[each] for each in ids if each in documents])

    return Listed(lambda conn, group: len(topics.load_pinned(conn, group.id)), read, at_root=True)


_LISTED: Mapping[str, Callable[[int], Listed]] = MappingProxyType({"outbox": _threads, "featured": _pinned})
_ROLES = {"moderators": Role.MODERATOR, **{name: role for role, name in LISTS.items()}}
OF_HOUSE = "communities"
NAMES = (*_LISTED, *_ROLES, OF_HOUSE)


def listed(kind: str, name: str, now: int) -> Listed | None:
    """A collection that an actor of this kind has beside those of every actor, or in their place; None for no other.

    A community has its threads and roles, the organisation the communities of its house that everybody finds.
    """
    if kind == ActorKind.ORGANIZATION and name == OF_HOUSE:
        return Listed(lambda conn, _: communities.count_found(conn), _communities)
    if kind != ActorKind.GROUP:
        return None
    role = _ROLES.get(name)
    if role is not None:
        return _holders(role, now)
    return _LISTED[name](now) if name in _LISTED else None


def _communities(conn: Connection, _: Actor, before: int | None) -> Slice:
    found = communities.list_found(conn, before=before, limit=PER_PAGE)
    return Slice([key for key, _ in found], [uri for _, uri in found])


def _holders(role: Role, now: int) -> Listed:
    def load(conn: Connection, group: Actor) -> list[str]:
        return community_roles.load_holders(conn, group.id, role, now)

    def read(conn: Connection, group: Actor, before: int | None) -> Slice:
        return Slice([], [] if before is not None else load(conn, group))

    return Listed(lambda conn, group: len(load(conn, group)), read, at_root=True)


def shows_members(conn: Connection, visitor: Visitor, actor: Actor, now: int) -> bool:
    """Whether this reader governs the community, so that she finds in ``followers`` who belongs to it."""
    reader = visitor.actor
    return actor.is_group and reader is not None and community_roles.is_moderator(conn, actor.id, reader.uri, now)


def is_closed_to(conn: Connection, visitor: Visitor, actor: Actor, now: int) -> bool:
    """Whether this is a community that tells this reader nothing of what is in it: no member, and not who governs.

    What a house keeps to itself is closed to whoever was a member elsewhere before, too.
    """
    community = communities.find_community(conn, actor.id) if actor.is_group else None
    if community is None or community.visibility is Visibility.PUBLIC:
        return False
    reader = visitor.actor
    if reader is None or (community.visibility is Visibility.ORGANISATION and not reader.local):
        return True
    return not (belongs_to(conn, reader, actor) or community_roles.is_moderator(conn, actor.id, reader.uri, now))


def is_secret_to(conn: Connection, visitor: Visitor, actor: Actor, now: int) -> bool:
    """Whether this reader may not even know what the community is for (``membership.may_know``)."""
    if not is_closed_to(conn, visitor, actor, now):
        return False
    community = communities.load_communities(conn, [actor.id])[actor.id]
    if community.visibility is Visibility.ORGANISATION:
        return True
    return community.join_policy is JoinPolicy.INVITE and not _is_invited(conn, visitor.actor, actor)


def hides(name: str) -> Callable[[Connection, Visitor, Actor, int], bool]:
    """What decides whether a reader is told of this collection.

    Who has a role is for whoever may know of the community, as on its pages: somebody has to be asked to be let in.
    """
    return is_secret_to if name in _ROLES else is_closed_to


def _is_invited(conn: Connection, reader: Actor | None, group: Actor) -> bool:
    """Whether a reader is invited, or the server of somebody who is, which reads for its people."""
    if reader is None:
        return False
    if is_server(reader):
        return community_invitations.has_invited_on(conn, group.id, reader.host)
    return community_invitations.is_invited(conn, group.id, reader.id)
