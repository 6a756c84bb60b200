"""Private content asked for by outsiders through every door: each answers as if it were not there, and reveals nothing.

What is hidden (``tests.web.hidden``) is found by one word, and carries another: that one must not leave by any answer,
header or stream. The doors are a table: whoever adds an address at which things can be read adds it here.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection, func, select

from federation.signatures.httpsig import Message, Scheme, sign
from node.clock import SystemClock
from node.domain.visibility import Visibility
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.tables import bookmarks, metadata, reactions
from tests.client import App
from tests.network import Peer
from tests.web.hidden import LEVELS, SECRET_WORD, WORD, World, hidden_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hidden_world(tmp_path_factory.mktemp("doors")) as made:
        yield made


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
        await public.receive_str(timeout=30)
        await ann.post("v1/statuses", status=f"@ben {SECRET_WORD} {visibility}", visibility=visibility)
        await ann.post("v1/statuses", status=f"Sentinel {visibility}", visibility="public")
        while not any(f"Sentinel {visibility}" in said for said in heard):
            heard.append(await public.receive_str(timeout=30))
    assert SECRET_WORD not in "".join(heard)


async def member(peer: Peer, name: str) -> Actor:
    found = await peer.store.read(lambda conn: actors.find_local_actor(conn, name))
    assert found is not None
    return found
