"""What pages cost at the server beside 100,000 stored objects: 30 houses, 40 communities, threads, events, resources.

The objects are written into the database as the product writes them (the record of a resource with its facets and its
words), but without deliveries; the node indexes them before it is asked. Times are those of whole answers over one
connection, medians of ``asked`` requests.
"""

import random
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import aiohttp
from sqlalchemy import Connection, Table, insert, select

from benchmarks.node_process import NodeProcess
from node.app.system import opened
from node.clock import DAY, HOUR
from node.config import load
from node.domain.communities import TopicKind
from node.domain.slugs import slug_of
from node.domain.topics import topic_path
from node.domain.visibility import Visibility
from node.domain.zones import local_text
from node.ids import first_id_at
from node.store.access import sessions
from node.store.database.engine import Store
from node.store.library import resources, saving
from node.store.library.saving import NewResource
from node.store.people.actors import Actor, find_local_actor, load_actors_by_id
from node.store.posts.tags import add_tags
from node.store.tables import actors, communities, events, follows, home_entries, objects, reactions, topics
from web.sessions import cookie_name

_HOUSES, _GROUPS, _PEOPLE = 30, 40, 2_000
#: Rows of a unit. SQLite goes through all that a unit has changed so far after each statement that fires triggers.
_BATCH = 200
_KINDS = ("discussion", "question", "note", "announcement")
_WORDS = ("wound", "care", "ethics", "museum", "statistics", "nursing", "language", "history", "drawing", "climate")
#: Of people: each of both, in turns.
GIVEN = ("Amira", "Anton", "Benoit", "Carla", "Carlo", "Dagny", "Elif", "Hanna", "Hanno", "Ines", "Jonas", "Leonie")
FAMILY = (
    "Castell",
    "Castellano",
    "Duarte",
    "Eze",
    "Haddad",
    "Hansen",
    "Keller",
    "Lindqvist",
    "Marsh",
    "Okafor",
    "Wolny",
)
#: Parts of a hundred objects.
_RESOURCES, _TOPICS, _EVENTS = 12, 25, 3


class _World:
    """Rows of a network of ``number`` objects, the same for the same number."""

    def __init__(self, origin: str, host: str, alice: Actor, number: int, now: int) -> None:
        self.origin, self.host, self.alice, self.number, self.now = origin, host, alice, number, now
        self.random = random.Random(7)
        self._next = first_id_at(now - 365 * DAY)
        self._step = ((now - HOUR - (now - 365 * DAY)) << 16) // (number + 50_000)
        self.houses, self.groups, self.people = [], [], []
        self.objects: list[dict[str, Any]] = []

    def new(self) -> int:
        self._next += self._step
        return self._next

    def actor(self, kind: str, name: str, host: str, display_name: str = "") -> dict[str, Any]:
        number, local = self.new(), host == self.host
        uri = f"{self.origin}/ap/a/{number}" if local else f"https://{host}/ap/a/{number}"
        return {
            "id": number,
            "uri": uri,
            "kind": kind,
            "local": local,
            "username": f"{name}-{number}",
            "host": host,
            "name": display_name or name.title(),
            "inbox": f"{uri}/inbox",
            "discoverable": True,
            "created_at": self.now,
            "updated_at": self.now,
        }

    def actors(self) -> list[dict[str, Any]]:
        hosts = [f"house-{number}.example" for number in range(_HOUSES)]
        self.houses = [self.actor("organization", "house", host) for host in hosts]
        homes = [self.host, *hosts]
        self.groups = [self.actor("group", "theme", homes[n % 5]) for n in range(_GROUPS)]
        names = [f"{GIVEN[n % len(GIVEN)]} {FAMILY[n % len(FAMILY)]}" for n in range(_PEOPLE)]
        self.people = [self.actor("person", "person", homes[n % len(homes)], name) for n, name in enumerate(names)]
        return [*self.houses, *self.groups, *self.people]

    def follows(self) -> Iterator[dict[str, Any]]:
        pairs = {(self.alice.id, each["id"]) for each in self.groups[:12]}
        pairs |= {(self.alice.id, each["id"]) for each in self.houses}
        pairs |= {(self.alice.id, each["id"]) for each in self.people[:150]}
        pairs |= {(each["id"], self.groups[n % _GROUPS]["id"]) for n, each in enumerate(self.people)}
        pairs |= {(each["id"], self.groups[n * 7 % _GROUPS]["id"]) for n, each in enumerate(self.people)}
        for follower, followed in sorted(pairs):
            number = self.new()
            yield {
                "id": number,
                "follower_id": follower,
                "followed_id": followed,
                "uri": f"{self.origin}/ap/x/{number}",
                "state": "accepted",
                "created_at": self.now,
                "accepted_at": self.now,
            }

    def row(self, author: Mapping[str, Any], kind: str, name: str, **more: Any) -> dict[str, Any]:
        number = self.new()
        host = self.origin if author["local"] else f"https://{author['host']}"
        at = number >> 16
        return {
            "id": number,
            "uri": f"{host}/ap/o/{number}",
            "kind": kind,
            "type": {"event": "Event", "resource": "Article"}.get(kind, "Note"),
            "actor_id": author["id"],
            "local": author["local"],
            "visibility": "public",
            "name": name,
            "content": f"<p>{name} and what we learnt from it, told in two sentences. It helped us a great deal.</p>",
            "language": "en",
            "audience": "",
            "in_reply_to": None,
            "in_reply_to_id": None,
            "context": f"{host}/ap/c/{number}",
            "published_at": at,
            "received_at": at,
            **more,
        }

    def title(self, number: int) -> str:
        return " ".join(_WORDS[(number * step) % len(_WORDS)] for step in (1, 3, 7)) + f" {number}"

    def posts(self) -> Iterator[tuple[str, dict[str, Any], Any]]:
        """``(what, row of objects, row beside it)``."""
        last: list[dict[str, Any]] = []
        for number in range(self.number):
            author, title = self.people[self.random.randrange(_PEOPLE)], self.title(number)
            part = number % 100
            if part < _RESOURCES:
                house = self.houses[number % _HOUSES] if number % 3 else None
                yield "resource", self.row(house or self._alice(), "resource", title), house
            elif part < _RESOURCES + _TOPICS:
                group = self.groups[self.random.randrange(_GROUPS)]
                row = self.row(author, "note", title, audience=group["uri"])
                topic = {
                    "object_id": row["id"],
                    "community_id": group["id"],
                    "kind": _KINDS[number % len(_KINDS)],
                    "last_activity_at": row["published_at"],
                }
                last = [*last[-50:], row]
                yield "topic", row, topic
            elif part < _RESOURCES + _TOPICS + _EVENTS:
                group = self.groups[self.random.randrange(_GROUPS)]
                row = self.row(author, "event", title, audience=group["uri"])
                yield "event", row, self._event(row["id"], title)
            else:
                to = last[self.random.randrange(len(last))] if last else None
                answers = {"in_reply_to": to["uri"], "in_reply_to_id": to["id"], "context": to["context"]} if to else {}
                yield "answer", self.row(author, "note", title, **answers), None

    def _alice(self) -> dict[str, Any]:
        return {"id": self.alice.id, "local": True, "host": self.host}

    def _event(self, number: int, title: str) -> dict[str, Any]:
        start = self.now + self.random.randrange(-300, 120) * DAY
        return {
            "object_id": number,
            "start_at": start,
            "last_at": start + HOUR,
            "next_at": start,
            "timezone": "Europe/Berlin",
            "status": "scheduled",
            "join_mode": "free",
            "record": {
                "name": {"en": title},
                "defaultLanguage": "en",
                "start": local_text(start, "Europe/Berlin"),
                "timeZone": "Europe/Berlin",
                "joinMode": "free",
            },
        }


async def fill(node: NodeProcess, number: int) -> dict[str, str]:
    """Write the network beside a node that has nothing to do; answers a session of alice and the paths of one each."""
    now = int(time.time() * 1000)
    async with opened(load(node.config)) as system:
        config, store = system.node.config, system.node.store
        alice = await store.read(find_local_actor, "alice")
        assert alice is not None
        world = _World(config.origin, config.host, alice, number, now)
        await _insert(store, actors, world.actors())
        made = [{"actor_id": g["id"], "join_policy": "open", "post_policy": "members"} for g in world.groups]
        common = {"visibility": "public", "created_at": now, "updated_at": now}
        await _insert(store, communities, [row | common for row in made])
        await _insert(store, follows, list(world.follows()))
        paths = await _insert_posts(store, world)
        token = secrets.token_urlsafe(32)
        await store.write(sessions.insert_session, token, alice.id, "c" * 43, now)
        return paths | {"cookie": f"{cookie_name(config)}={token}"}


async def _insert(store: Store, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    for first in range(0, len(rows), _BATCH):
        await store.write(_insert_some, table, rows[first : first + _BATCH])


def _insert_some(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    conn.execute(insert(table), list(rows))


async def _insert_posts(store: Store, world: _World) -> dict[str, str]:
    batch: list[tuple[str, dict[str, Any], Any]] = []
    last: dict[str, str] = {}
    for each in world.posts():
        batch.append(each)
        if len(batch) == _BATCH:
            last |= await store.write(_insert_batch, world, batch)
            batch = []
    return last | (await store.write(_insert_batch, world, batch) if batch else {})


def _insert_batch(conn: Connection, world: _World, batch: list[tuple[str, dict[str, Any], Any]]) -> dict[str, str]:
    conn.execute(insert(objects), [row for _, row, _ in batch])
    owners = load_actors_by_id(conn, {world.alice.id, *(house["id"] for house in world.houses)})
    saving.save_many(conn, [_resource(row, owners[row["actor_id"]]) for what, row, _ in batch if what == "resource"])
    beside = {"topic": topics, "event": events}
    for name, table in beside.items():
        if rows := [more for what, _, more in batch if what == name]:
            conn.execute(insert(table), rows)
    add_tags(conn, {row["id"]: hashtags(row["id"]) for what, row, _ in batch if what != "resource"})
    ids = [row["id"] for what, row, _ in batch if what != "answer"]
    conn.execute(insert(home_entries), [{"owner_id": world.alice.id, "id": each, "object_id": each} for each in ids])
    conn.execute(insert(reactions), list(_shares(world, ids[::5])))
    return _paths(conn, batch, world)


def hashtags(number: int) -> tuple[str, str]:
    """Of a post: one of ten that are everywhere, and one of a thousand that begin like it."""
    word = _WORDS[number % len(_WORDS)]
    return word, f"{word}{number % 1_000}"


def _resource(row: Mapping[str, Any], owner: Actor) -> NewResource:
    record: Any = {
        "id": f"{row['uri']}#resource",
        "type": ["LearningResource"],
        "name": {"en": row["name"]},
        "description": {"en": row["content"]},
        "defaultLanguage": "en",
        "inLanguage": ["en"],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "kind": ("article", "video", "course", "worksheet")[row["id"] % 4],
        "keywords": row["name"].split()[:2],
    }
    return NewResource(
        object_id=row["id"],
        uri=row["uri"],
        owner=owner,
        record=record,
        visibility=Visibility.PUBLIC,
        local=row["local"],
        published_at=row["published_at"],
        version=1,
        digest="0" * 64,
    )


def _shares(world: _World, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    for each in ids:
        person = world.people[each % 150]
        number = world.new()
        yield {
            "id": number,
            "actor_id": person["id"],
            "object_id": each,
            "kind": "share",
            "uri": f"{world.origin}/ap/x/{number}",
            "created_at": number >> 16,
        }


def _paths(conn: Connection, batch: list[tuple[str, dict[str, Any], Any]], world: _World) -> dict[str, str]:
    """A thread with many answers, a resource, a person, a community."""
    people = {each["id"]: each for each in world.people}
    groups = {each["id"]: each for each in world.groups}
    topic, beside = next((row, more) for what, row, more in batch if what == "topic")
    event = next(row for what, row, _ in batch if what == "event")
    resource = next(row for what, row, _ in batch if what == "resource")
    author, group = people[topic["actor_id"]], groups[beside["community_id"]]
    slug = conn.scalar(select(resources.resources.c.slug).where(resources.resources.c.object_id == resource["id"]))
    handle, place = (_handle(each) for each in (author, group))
    return {
        "resource": f"/r/{slug}",
        "thread": topic_path(topic["id"], topic["name"], TopicKind(beside["kind"]), community=place),
        "event": f"/e/{event['id']}-{slug_of(event['name'], otherwise='event')}",
        "person": f"/@{handle}",
        "community": f"/c/{place}",
    }


def _handle(actor: Mapping[str, Any]) -> str:
    return actor["username"] if actor["local"] else f"{actor['username']}@{actor['host']}"


_PAGES = {
    "home": "/",
    "front": "/?as=guest",
    "network": "/network",
    "resources": "/resources",
    "search": "/search?q=museum+care",
    "filtered": "/resources?kind=video&q=ethics",
    "calendar": "/calendar",
    "agenda": "/calendar?view=agenda",
    "events": "/events",
    "questions": "/questions",
    "courses": "/courses",
}
_NAMED = ("resource", "thread", "event", "person", "community")


async def measure(node: NodeProcess, number: int, asked: int) -> dict[str, Any]:
    """Median milliseconds of a whole answer, and of the processor for one, by page."""
    told = await fill(node, number)
    await node.until_empty("search_queue")
    pages = _PAGES | {name: told[name] for name in _NAMED}
    found: dict[str, Any] = {"objects": number}
    async with aiohttp.ClientSession(headers={"Cookie": told["cookie"], "Accept": "text/html"}) as http:
        for name, path in pages.items():
            await _ask(http, node, path, 3)
            cpu = node.cpu_seconds()
            times = await _ask(http, node, path, asked)
            spent = (node.cpu_seconds() - cpu) / asked * 1000
            found[name] = {"p50_ms": sorted(times)[len(times) // 2], "cpu_ms": spent}
    return found


async def _ask(http: aiohttp.ClientSession, node: NodeProcess, path: str, number: int) -> list[float]:
    times = []
    for _ in range(number):
        started = time.perf_counter()
        async with http.get(node.origin + path) as answer:
            text = await answer.text()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status} {text:.200}")
        times.append((time.perf_counter() - started) * 1000)
    return times
