"""What communities and topic accounts of ours show: each thread that begins there, each resource that fits, once.

It is the account's boost of the first post: members here find it on their home timelines, followers on servers that
know no communities get it as any boost, and apps show it with the account's name above it.
"""

from sqlalchemy import Connection

from node import events
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.store.database.dated_ids import new_object_id
from node.store.people import follows
from node.store.people.actors import Actor
from node.store.posts import objects, reactions
from node.store.posts.objects import Object
from node.store.posts.reactions import Reaction


def share(
    conn: Connection,
    unit: Unit,
    group: Actor,
    found: Object,
    *,
    uri: str = "",
    to_members: bool = True,
    to_servers: bool = True,
) -> int | None:
    """Show something to the followers here; of an account of ours, tell other servers, too, unless it is old.

    ``uri``: of the Announce by which a community elsewhere showed it. What is not shown to followers, because it is
    old, stands in the account's list alone. Answers the id of the boost, None where it was there.
    """
    share_id = unit.ids.new() if to_members else new_object_id(conn, unit.ids, found.published_at, unit.now)
    is_open = Visibility(found.visibility).is_open
    visibility = Visibility.PUBLIC if is_open else Visibility.FOLLOWERS
    new = Reaction(
        share_id,
        group.id,
        found.id,
        reactions.SHARE,
        "",
        uri or f"{unit.origin}/ap/x/{share_id}",
        unit.now,
        visibility.value,
    )
    if not reactions.insert_reaction(conn, new):
        return None
    owners = follows.load_local_followers(conn, [group.id]).get(group.id, []) if to_members else []
    rows = [
        {"owner_id": owner, "id": share_id, "object_id": found.id, "shared_by_id": group.id}
        for owner in owners
        if owner != found.actor_id
    ]
    objects.insert_home_entries(conn, rows)
    if group.local and is_open and to_servers:
        events.record(conn, unit.ids, unit.now, events.Reacted(share_id), about=group.uri)
    return share_id


def take_back(conn: Connection, unit: Unit, group: Actor, found: Object) -> None:
    """Show it no more."""
    known = reactions.find_reaction(conn, group.id, found.id, reactions.SHARE)
    if known is None:
        return
    reactions.delete_reaction(conn, known)
    if group.local and Visibility(known.visibility).is_open:
        ended = events.ReactionEnded(group.id, found.id, known.kind, known.uri, known.visibility)
        events.record(conn, unit.ids, unit.now, ended, about=group.uri)
