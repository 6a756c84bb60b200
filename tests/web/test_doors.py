"""Private content asked for by outsiders through every door: each answers as if it were not there, and reveals nothing.

What is hidden is found by one word, and carries another that nobody asks for: that one must not leave by any answer,
header or stream. The doors are a table: whoever adds an address at which things can be read adds it here.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection, func, insert, select

from federation.signatures.httpsig import Message, Scheme, sign
from node.clock import DAY, SystemClock
from node.domain.actors import ActorKind
from node.domain.actors import RemoteActor as RemoteCopy
from node.domain.communities import JoinPolicy, RemoteCommunity
from node.domain.uris import host_of, origin_of
from node.domain.visibility import LEVELS as LEVELS_OF_RESOURCES
from node.domain.visibility import Visibility
from node.services.library.publish import PublishResult
from node.store.access import accounts
from node.store.communities import communities
from node.store.communities.communities import Community
from node.store.people import actors, endorsements, follows, remote_actors
from node.store.people.actors import Actor
from node.store.people.follows import Follow
from node.store.posts import objects, topics
from node.store.search import finding
from node.store.tables import bookmarks, events, metadata, object_tags, reactions
from tests.client import App, app_of
from tests.network import Peer, network
from tests.records import record
from tests.remote import RemoteActor, remote
from web.sessions import cookie_name

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORD, SECRET_WORD = "zephyrine", "quillon"
LEVELS = (
    Visibility.PARTNERS,
    Visibility.ORGANISATION,
    Visibility.FOLLOWERS,
    Visibility.COMMUNITY,
    Visibility.DIRECT,
    Visibility.PRIVATE,
)
#: Levels that members of the house may read: for them nothing is hidden there.
_OPEN_HERE = {Visibility.PARTNERS, Visibility.ORGANISATION}

HTML, AP, JSON = "text/html", "application/activity+json", "application/json"


@dataclass(frozen=True)
class Door:
    """An address that names the thing (``thing``: it answers 404), or a list in which it could stand.

    ``{id}``, ``{uri}``, ``{context}`` are of the post; ``{slug}`` of the resource; ``{ann}`` is the id of its author,
    ``{author}`` her handle; ``{circle}`` and ``{group}`` the same of the community.
    """

    path: str
    accept: str
    thing: bool = False


def _doors(accept: str, *paths: str, thing: bool = False) -> list[Door]:
    return [Door(path, accept, thing) for path in paths]


DOORS = [
    *_doors(HTML, "/@{author}/p{id}", "/r/{slug}", "/r/{slug}/versions", "/e/{id}", thing=True),
    *_doors(
        HTML, "/r/{slug}/edit", "/c/{group}/t/{id}", "/questions/{id}", "/e/{id}/answers", "/e/{id}/edit", thing=True
    ),
    *_doors(HTML, "/c/{group}", "/c/{group}/new", "/e/{id}.ics", "/c/{group}/calendar.ics", thing=True),
    *_doors(HTML, "/", "/?as=guest", "/@{author}", f"/tags/{WORD}", "/resources", f"/resources?q={WORD}", "/network"),
    *_doors(
        HTML,
        "/communities",
        "/questions",
        "/events",
        "/calendar",
        "/courses",
        "/collections",
        "/pathways",
        "/notifications",
    ),
    *_doors(
        HTML, "/calendar?view=agenda", "/calendar?view=week", "/calendar.ics", "/questions?state=all", "/events?q=a"
    ),
    *_doors(
        HTML,
        f"/search?q={WORD}&kind=event",
        f"/search?q={WORD}&kind=question",
        "/c/{group}?kind=question",
        "/questions?state=open",
    ),
    *_doors(HTML, f"/search?q={WORD}", "/c/{group}/log", "/c/{group}/members", "/calendar/wrong.ics"),
    *_doors(HTML, "/c/{group}/moderate?post={id}", "/c/{group}/reports", "/c/{group}/settings", thing=True),
    *_doors(
        HTML, "/compose?reply={id}", "/posts/{id}/edit", "/posts/{id}/delete", "/e/{id}/dates/2099-05-07", thing=True
    ),
    *_doors(HTML, "/r/{slug}/versions/1", "/courses/{slug}/enrolments", thing=True),
    *_doors(AP, "{path}", "{path}/replies", "{path}/likes", "{path}/shares", "{resource_path}", thing=True),
    *_doors(AP, "/ap/x/{activity}", "/@{author}/p{id}", "/r/{slug}", thing=True),
    *_doors(AP, "{context}", "/ap/a/{ann}/outbox", "/ap/a/{ann}/outbox?page=true", "/ap/a/{ann}/featured"),
    *_doors(AP, "/ap/a/{house}/catalogue", "/ap/a/{house}/outbox?page=true", "/ap/a/{circle}/outbox?page=true"),
    *_doors(AP, "/ap/a/{house}/catalogue?after=0", "/ap/a/{house}/catalogue/buckets", "/ap/a/{ann}/partners"),
    *_doors(AP, "/ap/a/{ann}/catalogue/partners", "/ap/a/{house}/catalogue/partners", thing=True),
    *_doors(AP, "{resource_path}/replies", "{resource_path}/items", "{resource_path}/likes", thing=True),
    *_doors(AP, "{path}/dates/2099-05-07", "{resource_path}/instances/i0123456789a", thing=True),
    *_doors(
        AP, *(f"/ap/a/{{circle}}/{name}" for name in ("featured", "followers", "moderators", "experts")), thing=True
    ),
    *_doors(HTML, "/r/{slug}/used", "/r/{slug}/review", "/r/{slug}/collect", thing=True),
    *_doors(HTML, "/r/{slug}/withdraw", "/resources/new?from={slug}", thing=True),
    *_doors("application/ld+json", "/r/{slug}", thing=True),
    *_doors(JSON, "/r/{slug}", "/api/learning/v1/resources/{slug}/adoptions", thing=True),
    *_doors(JSON, "/api/learning/v1/resources/{slug}/reviews", "/api/learning/v1/collections/{slug}", thing=True),
    *_doors(HTML, "/resources/drafts", "/resources.atom", f"/resources.atom?q={WORD}", "/collections/{slug}.atom"),
    *_doors(JSON, "/api/v1/statuses/{id}", "/api/v1/statuses/{id}/context", "/api/v1/statuses/{id}/source", thing=True),
    *_doors(JSON, "/api/v1/statuses/{id}/history", "/api/v1/statuses/{id}/favourited_by", thing=True),
    *_doors(JSON, "/api/v1/statuses/{id}/reblogged_by", "/api/v1/statuses/{id}/quotes", thing=True),
    *_doors(JSON, "/api/v1/statuses/{resource}", "/api/v1/polls/{id}", thing=True),
    *_doors(JSON, "/api/v1/statuses?id[]={id}&id[]={resource}", "/api/v1/accounts/{ann}/statuses"),
    *_doors(JSON, "/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/public?local=true"),
    *_doors(JSON, f"/api/v1/timelines/tag/{WORD}", f"/api/v2/search?q={WORD}&type=statuses"),
    *_doors(JSON, "/api/v2/search?q={uri}&resolve=true", f"/api/v2/search?q={WORD}", "/api/v1/conversations"),
    *_doors(JSON, "/api/v1/notifications", "/api/v2/notifications", "/api/v1/bookmarks", "/api/v1/favourites"),
    *_doors(JSON, "/api/v1/trends/statuses", "/api/v1/trends/tags", "/api/v1/trends/links", "/api/v1/directory"),
    *_doors(JSON, "/api/v1/accounts/{ann}", "/api/v1/accounts/{ann}/featured_tags", "/api/v1/timelines/direct"),
    *_doors(JSON, "/api/learning/v1/resources/{slug}", "/api/learning/v1/resources/{slug}/versions", thing=True),
    *_doors(JSON, "/api/learning/v1/resources/{slug}/branches", "/api/learning/v1/topics/{id}", thing=True),
    *_doors(
        JSON,
        "/api/learning/v1/events/{id}",
        "/api/learning/v1/topics/{id}/answers",
        "/api/learning/v1/courses/{slug}",
        thing=True,
    ),
    *_doors(
        JSON,
        "/api/learning/v1/events/{id}/answer",
        "/api/learning/v1/events/{id}/answers",
        "/api/learning/v1/events/{id}/dates",
        "/api/learning/v1/pathways/{slug}",
        "/api/learning/v1/resources/{slug}/enrolments",
        "/api/learning/v1/communities/{group}",
        *(f"/api/learning/v1/communities/{{group}}/{name}" for name in ("log", "members", "reports", "requests")),
        thing=True,
    ),
    *_doors(JSON, "/api/v1/timelines/link?url={uri}", "/api/learning/v1/topic-accounts"),
    *_doors(
        JSON,
        "/api/v1/accounts/{ann}/following",
        "/api/v1/accounts/{circle}/statuses",
        "/api/v1/accounts/familiar_followers?id[]={circle}",
        "/api/v1/accounts?id[]={circle}",
        "/api/v1/accounts/{ann}/endorsements",
        "/api/v1/statuses/{open}/reblogged_by",
        "/api/v2/search?q={circle_uri}&type=accounts",
        "/api/v2/search?q={circle_page}&type=accounts",
        "/api/v1/accounts/search?q={group}",
        "/api/v2/suggestions",
    ),
    *_doors(HTML, "/c/{group}/t/{open}", thing=True),
    *_doors(JSON, "/api/v1/statuses/{open}", "/api/v1/statuses/{open}/context"),
    *_doors(HTML, "/@ann/p{open}", "/e/{open}"),
    *_doors(HTML, "/questions/{open}", thing=True),
    *_doors(JSON, "/api/learning/v1/topics/{open}", thing=True),
    *_doors(JSON, "/api/v1/accounts/{circle}", "/api/v1/accounts/lookup?acct={group}", thing=True),
    *_doors(JSON, f"/api/learning/v1/resources?q={WORD}", "/api/learning/v1/catalogue", "/api/learning/v1/network"),
    *_doors(JSON, f"/api/learning/v1/search?q={WORD}", "/api/learning/v1/communities", "/api/learning/v1/events"),
    *_doors(
        JSON,
        "/api/learning/v1/questions",
        "/api/learning/v1/topics",
        "/api/learning/v1/courses",
        "/api/learning/v1/collections",
        "/api/learning/v1/pathways",
    ),
]
#: What an outsider may try to do with a post that is not there for her.
ACTS = ("favourite", "bookmark", "reblog", "pin", "mute", "translate")


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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doors")
    async with network(folder, "hospital") as net, remote() as server:
        peer = net.peers[0]
        ann, ben, clerk = await app_of(peer, "ann"), await app_of(peer, "ben"), await app_of(peer, "clerk")
        secret = secrets.token_urlsafe(32)
        await peer.store.write(accounts.insert_session, secret, clerk.me.id, "c" * 43, peer.unit().now)
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
        while await peer.store.write(finding.work_off):
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


# -- who asks -------------------------------------------------------------------------------------------------------


async def ask(world: World, url: str, headers: Mapping[str, str], **options: Any) -> tuple[int, str]:
    """Status, and everything that was answered."""
    async with world.peer.http.get(url, headers=headers, allow_redirects=False, **options) as answer:
        return answer.status, (await answer.read()).decode("utf-8", "replace") + str(answer.headers)


async def stranger(world: World, door: Door, url: str) -> tuple[int, str]:
    return await ask(world, url, {"Accept": door.accept})


async def far_actor(world: World, door: Door, url: str) -> tuple[int, str]:
    """Somebody at another server, with a good signature."""
    proof = sign(Message("GET", url, {}, b""), world.far.key, scheme=Scheme.CAVAGE, now=SystemClock().now())
    return await ask(world, url, {"Accept": door.accept, **proof})


async def member_with_token(world: World, door: Door, url: str) -> tuple[int, str]:
    return await ask(world, url, {"Accept": door.accept, "Authorization": f"Bearer {world.clerk.token}"})


async def member_in_browser(world: World, door: Door, url: str) -> tuple[int, str]:
    return await ask(world, url, {"Accept": door.accept}, cookies=world.cookie)


OUTSIDERS = {"stranger": stranger, "far": far_actor}
INSIDERS = {"token": member_with_token, "browser": member_in_browser}
CASES = [(level, who) for level in LEVELS for who in (*OUTSIDERS, *(() if level in _OPEN_HERE else INSIDERS))]


@pytest.mark.parametrize(("level", "who"), CASES)
async def test_no_door_shows_what_is_not_for_whoever_asks(world: World, level: Visibility, who: str) -> None:
    await look_behind(world, world.ids[level], level, who)


@pytest.mark.parametrize(("level", "who"), [case for case in CASES if case[0].federates])
async def test_no_door_shows_what_is_here_of_other_nodes_but_not_for_whoever_asks(
    world: World, level: Visibility, who: str
) -> None:
    await look_behind(world, world.copies[level], level, who)


async def look_behind(world: World, ids: Mapping[str, str], level: Visibility, who: str) -> None:
    asks, faults = {**OUTSIDERS, **INSIDERS}[who], []
    for door in DOORS:
        path = door.path.format(**ids)
        question = (who, door.accept, path)
        if question not in world.heard:
            world.heard[question] = await asks(world, door, world.peer.origin + path)
        status, text = world.heard[question]
        # 401: a call that strangers cannot make at all; 303: to the sign-in page. Neither knows what is there.
        allowed = {404, 401, 303} if door.thing else {200, 401, 404, 303}
        said = text.replace(ids["slug"], "").casefold()
        hidden = f"{SECRET_WORD}-{level.value}"
        if status not in allowed or hidden in said:
            faults.append((door.path, door.accept, status, said[max(0, said.find(hidden) - 60) :][:160]))
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize("level", sorted(set(LEVELS) - _OPEN_HERE))
async def test_nothing_can_be_done_with_what_is_not_there(world: World, level: Visibility) -> None:
    before = await count_rows(world.peer)
    for act in ACTS:
        await world.clerk.post(f"v1/statuses/{world.ids[level]['id']}/{act}", 404)
    await world.clerk.post("v1/statuses", 404, status="An answer", in_reply_to_id=world.ids[level]["id"])
    assert await count_rows(world.peer) == before


async def count_rows(peer: Peer) -> dict[str, int]:
    tables = (reactions, bookmarks, metadata.tables["objects"], metadata.tables["notifications"])

    def count(conn: Connection) -> dict[str, int]:
        return {each.name: conn.scalar(select(func.count()).select_from(each)) or 0 for each in tables}

    return await peer.store.read(count)


async def test_members_of_the_house_find_what_is_for_them(world: World) -> None:
    """The table can fail: the same doors show what is open to the house."""
    ids = world.ids[Visibility.ORGANISATION]
    for path in ("/r/{slug}", f"/resources?q={WORD}"):
        door = Door(path, HTML)
        status, text = await member_in_browser(world, door, world.peer.origin + path.format(**ids))
        assert (status, SECRET_WORD in text.replace(ids["slug"], "").casefold()) == (200, True), path


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_streams_tell_outsiders_nothing(world: World, visibility: str) -> None:
    """A sentinel that everybody may read arrives; what was written before it has not."""
    ann = App(world.peer, await world.peer.token(await member(world.peer, "ann")), None)
    heard: list[str] = []
    address = f"{world.peer.origin}/api/v1/streaming?stream=public&access_token={world.clerk.token}"
    async with world.peer.http.ws_connect(address) as public:
        await public.send_json({"type": "subscribe", "stream": "user"})
        await public.send_json({"type": "subscribe", "stream": "nonsense"})
        await public.receive_str(timeout=5)
        await ann.post("v1/statuses", status=f"@ben {SECRET_WORD} {visibility}", visibility=visibility)
        await ann.post("v1/statuses", status=f"Sentinel {visibility}", visibility="public")
        while not any(f"Sentinel {visibility}" in said for said in heard):
            heard.append(await public.receive_str(timeout=5))
    assert SECRET_WORD not in "".join(heard)


async def member(peer: Peer, name: str) -> Actor:
    found = await peer.store.read(lambda conn: actors.find_local_actor(conn, name))
    assert found is not None
    return found
