"""Writes the network of ``world`` into the database of a node.

As the product writes it (the record of a resource with its facets and its words), but without deliveries; the node
indexes it before it is asked.
"""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from benchmarks.node_process import NodeProcess
from benchmarks.world import World, hashtags
from node.app.system import opened
from node.config import load
from node.domain.communities import TopicKind
from node.domain.slugs import slug_of
from node.domain.topics import topic_path
from node.domain.visibility import Visibility
from node.store.access import sessions
from node.store.database.engine import Store
from node.store.library import resources, saving
from node.store.library.saving import NewResource
from node.store.people.actors import Actor, find_local_actor, load_actors_by_id
from node.store.posts.tags import add_tags
from node.store.tables import actors, communities, events, follows, home_entries, objects, reactions, topics
from web.sessions import cookie_name

#: Rows of a unit. SQLite goes through all that a unit has changed so far after each statement that fires triggers.
_BATCH = 200


async def fill(node: NodeProcess, number: int) -> dict[str, str]:
    """Write the network beside a node that has nothing to do; answers a session of alice and the paths of one each."""
    now = int(time.time() * 1000)
    async with opened(load(node.config)) as system:
        config, store = system.node.config, system.node.store
        alice = await store.read(find_local_actor, "alice")
        assert alice is not None
        world = World(config.origin, config.host, alice, number, now)
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


async def _insert_posts(store: Store, world: World) -> dict[str, str]:
    batch: list[tuple[str, dict[str, Any], Any]] = []
    last: dict[str, str] = {}
    for each in world.posts():
        batch.append(each)
        if len(batch) == _BATCH:
            last |= await store.write(_insert_batch, world, batch)
            batch = []
    return last | (await store.write(_insert_batch, world, batch) if batch else {})


def _insert_batch(conn: Connection, world: World, batch: list[tuple[str, dict[str, Any], Any]]) -> dict[str, str]:
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


def _shares(world: World, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
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


def _paths(conn: Connection, batch: list[tuple[str, dict[str, Any], Any]], world: World) -> dict[str, str]:
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
