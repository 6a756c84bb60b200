"""What a reader is to an object: what the rules of visibility ask."""

from sqlalchemy import Connection

from node.domain.actors import ActorKind
from node.domain.uris import host_of, origin_of
from node.domain.visibility import STRANGER, Relation, Visibility
from node.store.communities import community_members, community_roles
from node.store.federation import partners
from node.store.people import actors, blocks, follows
from node.store.people.actors import Actor
from node.store.posts import objects
from node.store.posts.objects import Object


def relation(conn: Connection, reader: Actor, found: Object) -> Relation:
    """What a reader is to an object."""
    if reader.id == found.actor_id:
        return Relation.AUTHOR
    is_to = Relation.BLOCKED if blocks.has_blocked(conn, found.actor_id, reader.id) else STRANGER
    if reader.local and reader.kind == "person":
        is_to |= Relation.LOCAL
    if Visibility(found.visibility).is_open:
        return is_to
    if follows.is_following(conn, reader.id, found.actor_id):
        is_to |= Relation.FOLLOWER
    if reader.uri in objects.load_mentioned(conn, found.id):
        is_to |= Relation.NAMED
    if host_of(reader.uri) in partners.load_partner_hosts(conn):
        is_to |= Relation.PARTNER
    group = actors.find_actor(conn, found.audience) if found.audience else None
    if group is not None and belongs_to(conn, reader, group):
        is_to |= Relation.MEMBER
    return is_to


def is_server(actor: Actor) -> bool:
    """Whether an actor stands for its server: an ``Application`` called like its host, or whose id is the host's root.

    On many servers anybody may call her account an ``Application``; of these names there is one, the server's own
    (Mastodon, GoToSocial, Lemmy, Rhizome; a part of the host where accounts are called after a shorter one). In Misskey
    and its relatives it is ``instance.actor``: no account there has a dot in its name.
    """
    if actor.kind != ActorKind.APPLICATION:
        return False
    host, name = host_of(actor.uri), actor.username.lower()
    is_part = "." in name and host.partition(":")[0].endswith(f".{name}")
    is_host = name in {host, host.partition(":")[0], host.replace(":", "."), "instance.actor"}
    return is_host or is_part or actor.uri.removesuffix("/") == origin_of(actor.uri)


def belongs_to(conn: Connection, reader: Actor, group: Actor) -> bool:
    """Whether a reader is a member of a community, or the server of one, which fetches for its people."""
    if follows.is_following(conn, reader.id, group.id):
        return True
    if not is_server(reader):
        return False
    host, origin = host_of(reader.uri), origin_of(reader.uri)
    return community_members.has_members_on(conn, group.id, host) or community_roles.is_governed_from(
        conn, group.id, origin
    )
