"""A house that hides something of every level of visibility, and holds copies of what others hide.

What is hidden is found by one word, and carries another that nobody asks for.
"""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from node.clock import DAY
from node.domain.actors import ActorKind
from node.domain.actors import RemoteActor as RemoteCopy
from node.domain.communities import JoinPolicy, RemoteCommunity
from node.domain.uris import host_of, origin_of
from node.domain.visibility import LEVELS as LEVELS_OF_RESOURCES
from node.domain.visibility import Visibility
from node.services.library.publish import PublishResult
from node.store.access import sessions
from node.store.communities import communities
from node.store.communities.communities import Community
from node.store.people import endorsements, follows, remote_actors
from node.store.people.actors import Actor
from node.store.people.follows import Follow
from node.store.posts import objects, topics
from node.store.search import indexing
from node.store.tables import events, object_tags, reactions
from tests.client import App, app_of
from tests.network import Peer, network
from tests.records import record
from tests.remote import RemoteActor, remote
from web.sessions import cookie_name

WORD, SECRET_WORD = "zephyrine", "quillon"
LEVELS = (
    Visibility.PARTNERS,
    Visibility.ORGANISATION,
    Visibility.FOLLOWERS,
    Visibility.COMMUNITY,
    Visibility.DIRECT,
    Visibility.PRIVATE,
)


@dataclass
class World:
    """A house with what it hides, a member who belongs to nothing, and somebody at another server."""

    peer: Peer
    clerk: App
    far: RemoteActor
    cookie: dict[str, str]
    ids: dict[Visibility, dict[str, str]] = field(default_factory=dict)
    copies: dict[Visibility, dict[str, str]] = field(default_factory=dict)  # of what lives at another node
    #: Who asks, what for and where: most doors are the same at each level, and answer the same.
    heard: dict[tuple[str, str, str], tuple[int, str]] = field(default_factory=dict)


@asynccontextmanager
async def hidden_world(folder: Path) -> AsyncIterator[World]:
    async with network(folder, "hospital") as net, remote() as server:
        peer = net.peers[0]
        ann, ben, clerk = await app_of(peer, "ann"), await app_of(peer, "ben"), await app_of(peer, "clerk")
        secret = secrets.token_urlsafe(32)
        await peer.store.write(sessions.insert_session, secret, clerk.me.id, "c" * 43, peer.unit().now)
        made = World(peer, clerk, server.actor("zoe"), {cookie_name(peer.system.node.config): secret})
        circle = await hidden_community(peer)
        for level in LEVELS:
            made.ids[level] = await hide(peer, ann, ben, circle, level)
        await net.settle()
        await clerk.post(f"v1/tags/{WORD}/follow")
        opened = await show(peer, (ann, ben), circle)
        zoe, ring = await peer.store.write(save_far, peer, made.far.uri)
        opened_there = await show(peer, (ann, ben), ring)
        for level in LEVELS:
            made.ids[level]["open"] = opened
            made.copies[level] = made.ids[level] | await copy(peer, zoe, ring, level) | {"open": opened_there}
        while await peer.store.write(indexing.work_off):
            pass
        yield made


async def hidden_community(peer: Peer) -> Actor:
    circle = await peer.add_actor("circle", ActorKind.GROUP, name=f"{SECRET_WORD}-community {WORD}")
    now = peer.unit().now
    new = Community(
        actor_id=circle.id,
        visibility=Visibility.COMMUNITY,
        join_policy=JoinPolicy.INVITE,  # others may be asked, so that everybody may know their names
        created_at=now,
        updated_at=now,
    )
    await peer.store.write(communities.insert_communities, [new])
    return circle


async def hide(peer: Peer, ann: App, ben: App, circle: Actor, level: Visibility) -> dict[str, str]:
    """A post, a topic and a resource of one level."""
    assert ann.me is not None
    words = f"{SECRET_WORD}-{level.value} {WORD} #{WORD}"
    sent = {Visibility.FOLLOWERS: "private", Visibility.DIRECT: "direct"}.get(level)
    if sent:
        said = await ann.post("v1/statuses", status=f"@ben {words}" if sent == "direct" else words, visibility=sent)
        number = int(said["id"])
    else:
        number = await insert_post(peer, ann.me, level, circle)
    found = await peer.store.read(objects.load_row, number)
    community_id = circle.id if level is Visibility.COMMUNITY else None
    row = {"object_id": number, "community_id": community_id, "kind": "question", "last_activity_at": 1}
    await peer.store.write(topics.save_topics, [row])
    await peer.store.write(plan, number, f"{SECRET_WORD}-{level.value} {WORD}", peer.unit().now)
    published = await shelve(peer, ann, ben, circle, level)
    resource = await peer.object(published.uri)
    assert resource is not None
    return {
        "id": str(number),
        "uri": found.uri,
        "path": found.uri.removeprefix(peer.origin),
        "context": (found.context or "/ap/c/1").removeprefix(peer.origin),
        "activity": str(number),
        "slug": f"{SECRET_WORD}-{level.value}-{WORD}",
        "resource": str(resource.id),
        "resource_path": published.uri.removeprefix(peer.origin),
        "ann": str(ann.me.id),
        "house": str((await peer.organisation()).id),
        **of_circle(circle, "circle"),
        "author": "ann",
    }


def of_circle(circle: Actor, handle: str) -> dict[str, str]:
    return {
        "circle": str(circle.id),
        "circle_uri": circle.uri,
        "circle_page": circle.url or circle.uri,
        "group": handle,
    }


async def shelve(peer: Peer, ann: App, ben: App, circle: Actor, level: Visibility) -> PublishResult:
    """A resource of ann's of this level, or of the nearest that resources have; ben has said something of it."""
    name = {"en": f"{SECRET_WORD}-{level.value} {WORD}"}
    said: dict[str, Any] = {"id": f"https://x.example/{level.value}", "name": name}
    chosen = level if level in LEVELS_OF_RESOURCES else Visibility.PRIVATE
    if chosen is Visibility.COMMUNITY:
        for person in (ann.me, ben.me):
            assert person is not None
            follow = Follow(peer.unit().ids.new(), person.id, circle.id, f"{person.uri}#in", "accepted", 1)
            await peer.store.write(follows.save_follow, follow)
        said["community"] = circle.uri
    published = await peer.publish(record(**said), chosen, ann.me)
    if chosen is not Visibility.PRIVATE:
        opinion = {"text": f"{SECRET_WORD}-{level.value} {WORD}", "rating": 4}
        slug = published.url.rsplit("/r/", 1)[1]
        await ben.put(f"learning/v1/resources/{slug}/review", **opinion)
    return published


def plan(conn: Connection, number: int, name: str, now: int) -> None:
    """The post is an event, too: tomorrow."""
    values = {"start_at": now + DAY, "next_at": now + DAY, "last_at": now + 2 * DAY, "timezone": "UTC"}
    record = {"name": {"en": name}, "defaultLanguage": "en", "timeZone": "UTC", "start": "2099-05-07T18:00:00+00:00"}
    record["joinMode"] = "free"
    conn.execute(insert(events).values(object_id=number, **values, status="scheduled", join_mode="free", record=record))


def save_far(conn: Connection, peer: Peer, uri: str) -> tuple[Actor, Actor]:
    """A person and a community by invitation, which live at another server."""
    unit, host = peer.unit(), host_of(uri)
    home, closed = uri.rpartition("/")[0], RemoteCommunity(JoinPolicy.INVITE, visibility=Visibility.COMMUNITY)
    zoe = RemoteCopy(uri=uri, kind=ActorKind.PERSON, username="zoe", host=host, inbox=f"{uri}/inbox")
    ring = RemoteCopy(
        uri=f"{home}/ring",
        kind=ActorKind.GROUP,
        username="ring",
        host=host,
        inbox=f"{home}/ring/inbox",
        name=f"{SECRET_WORD}-community {WORD}",
        discoverable=True,
        community=closed,
    )
    first, second = (remote_actors.save_remote_actor(conn, unit.ids, unit.now, each) for each in (zoe, ring))
    return first, second


async def copy(peer: Peer, author: Actor, circle: Actor, level: Visibility) -> dict[str, str]:
    """A post of another server that is held here, with its topic and event."""
    number = await insert_post(peer, author, level, circle)
    community_id = circle.id if level is Visibility.COMMUNITY else None
    row = {"object_id": number, "community_id": community_id, "kind": "question", "last_activity_at": 1}
    await peer.store.write(topics.save_topics, [row])
    await peer.store.write(plan, number, f"{SECRET_WORD}-{level.value} {WORD}", peer.unit().now)
    return {
        "id": str(number),
        "uri": (await peer.store.read(objects.load_row, number)).uri,
        "path": f"/ap/o/{number}",
        "context": "/ap/c/1",
        "activity": str(number),
        "ann": str(author.id),
        "author": author.handle.removeprefix("@"),
        **of_circle(circle, circle.handle.removeprefix("@")),
    }


async def show(peer: Peer, people: Sequence[App], circle: Actor) -> str:
    """These people belong to it and show it on their profiles; it shares a post of theirs, whose id is answered."""
    unit = peer.unit()
    known = [each.me for each in people if each.me is not None]
    opened = await insert_post(peer, known[0], Visibility.PUBLIC, circle, content="<p>Open</p>")
    topic = {"object_id": opened, "community_id": circle.id, "kind": "question", "last_activity_at": unit.now}
    await peer.store.write(topics.save_topics, [topic])
    await peer.store.write(plan, opened, "Open", unit.now)

    def write(conn: Connection) -> None:
        for each in known:
            follows.save_follow(conn, Follow(unit.ids.new(), each.id, circle.id, f"{each.uri}#in", "accepted", 1))
            endorsements.insert_endorsement(conn, unit.ids.new(), each.id, circle.id, unit.now)
        shared = {"kind": "share", "uri": f"{circle.uri}#shared", "created_at": unit.now}
        conn.execute(insert(object_tags).values(object_id=opened, tag=WORD))
        conn.execute(insert(reactions).values(id=unit.ids.new(), actor_id=circle.id, object_id=opened, **shared))

    await peer.store.write(write)
    return str(opened)


async def insert_post(peer: Peer, author: Actor, level: Visibility, circle: Actor, content: str = "") -> int:
    unit = peer.unit()
    number = unit.ids.new()
    row = {
        "id": number,
        "uri": f"{origin_of(author.uri)}/ap/o/{number}",
        "kind": "note",
        "type": "Note",
        "actor_id": author.id,
        "local": author.local,
        "visibility": level.value,
        "name": "" if content else f"{SECRET_WORD}-{level.value} {WORD}",
        "content": content or f"<p>{SECRET_WORD}-{level.value} {WORD}</p>",
        "audience": circle.uri if level is Visibility.COMMUNITY or content else "",
        "published_at": unit.now,
        "received_at": unit.now,
    }
    await peer.store.write(objects.insert_objects, [row])
    return number
