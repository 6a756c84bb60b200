"""What is read anew once a day: what accounts elsewhere show first, and the order of collections elsewhere."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from federation.fetching import first_posts
from node.clock import DAY, FixedClock, SystemClock
from node.domain.collections import items_of
from node.store import tables
from node.store.library import resources
from node.store.people import follows
from node.store.people.follows import Follow
from node.store.posts import objects, pins, tag_lists
from tests.network import Peer, network
from tests.remote import CONTEXT, PUBLIC, Remote, remote


@pytest.fixture
async def museum(tmp_path):
    clock = FixedClock(SystemClock().now())
    async with network(tmp_path, "museum", clock=clock) as net:
        yield net.peers[0], clock


async def followed(peer: Peer, uri: str) -> int:
    """Somebody elsewhere whom one of ours follows."""
    ben = await peer.add_actor("ben")
    actor = await peer.system.federation.fetcher.actor(uri)
    unit = peer.unit()
    follow = Follow(unit.ids.new(), ben.id, actor.id, f"{peer.origin}/ap/x/1", follows.ACCEPTED, unit.now)
    await peer.store.write(follows.save_follow, follow)
    return actor.id


async def a_day_later(peer: Peer, clock: FixedClock) -> None:
    """Two turns: the schedule's, and what that spread over the day."""
    for _ in range(2):
        clock.advance(DAY + DAY // 4)
        await peer.system.worker.drain()


def featuring(server: Remote, name: str, *items: Any) -> None:
    """GoToSocial's form: one collection, bare ids, no Add or Remove ever."""
    server.documents[f"/users/{name}/featured"] = {
        "@context": CONTEXT,
        "id": f"{server.origin}/users/{name}/featured",
        "type": "OrderedCollection",
        "totalItems": len(items),
        "orderedItems": list(items),
    }


async def shown_first(peer: Peer, actor_id: int) -> set[str]:
    ids = await peer.store.read(pins.load_pinned_ids, actor_id)

    def load(conn: Connection) -> set[str]:
        return {objects.load_row(conn, each).uri for each in ids}

    return await peer.store.read(load)


async def test_pins_of_servers_that_announce_none_are_read_daily(museum):
    peer, clock = museum
    await peer.system.schedule.start()
    async with remote() as server:
        ada, eve = server.actor("ada"), server.actor("eve")
        server.documents["/users/ada"] = {
            **ada.document,
            "featured": f"{ada.uri}/featured",
            "featuredTags": f"{ada.uri}/tags",
        }
        server.documents["/users/ada/tags"] = {  # as Mastodon writes it
            "@context": CONTEXT,
            "id": f"{ada.uri}/tags",
            "type": "Collection",
            "totalItems": 2,
            "items": [
                {"type": "Hashtag", "href": f"{server.origin}/@ada/tagged/bronze", "name": "#Bronze"},
                {"type": "Note", "name": "no hashtag"},
            ],
        }
        first, second, foreign = (server.note(ada, 1), server.note(ada, 2), server.note(eve, 3))
        featuring(server, "ada", first["id"], foreign["id"], "https://elsewhere.example/notes/9", f"{ada.uri}/none")
        ada_id = await followed(peer, ada.uri)
        await a_day_later(peer, clock)
        assert await shown_first(peer, ada_id) == {first["id"]}
        assert [each.name for each in await peer.store.read(tag_lists.list_featured, ada_id)] == ["Bronze"]

        featuring(server, "ada", second["id"])
        await a_day_later(peer, clock)
        assert await shown_first(peer, ada_id) == {second["id"]}

        server.documents["/users/ada/featured"] = 503
        server.documents["/users/ada/tags"] |= {"items": []}
        await a_day_later(peer, clock)
        assert await shown_first(peer, ada_id) == {second["id"]}
        assert await peer.store.read(tag_lists.list_featured, ada_id) == []


async def test_pins_and_newest_posts_are_read_when_a_follow_is_accepted(museum):
    peer, _ = museum
    async with remote() as server:
        ada, eve = server.actor("ada"), server.actor("eve")
        server.documents["/users/ada"] = {**ada.document, "featured": f"{ada.uri}/featured"}
        notes = [server.note(ada, number, published=f"2026-11-{number:02}T12:00:00Z") for number in range(1, 20)]
        featuring(server, "ada", notes[0]["id"])
        creates = [server.activity("Create", ada, note, number) for number, note in enumerate(notes)]
        forged = server.activity("Create", ada, server.note(eve, 90), 90)
        shared = server.activity("Announce", ada, server.note(eve, 91)["id"], 91)
        creates[-2]["object"] = notes[-2]["id"]  # as GoToSocial lists them
        outbox = {"@context": CONTEXT, "id": f"{ada.uri}/outbox", "type": "OrderedCollection"}
        page = {**outbox, "id": f"{ada.uri}/outbox/1", "type": "OrderedCollectionPage", "partOf": outbox["id"]}
        server.documents["/users/ada/outbox"] = {**outbox, "first": page["id"]}
        server.documents["/users/ada/outbox/1"] = {**page, "orderedItems": [shared, forged, *reversed(creates)]}
        ben = await peer.add_actor("ben")
        await peer.follow(ben, ada.uri)
        await peer.system.worker.drain()
        asked = server.posted[0]
        answer = server.activity("Accept", ada, asked, to=[ben.uri])
        assert await server.send(f"{peer.origin}/ap/inbox", answer, ada.key) == 202
        await peer.system.worker.drain()
        actor = await peer.system.federation.fetcher.actor(ada.uri)
        assert await shown_first(peer, actor.id) == {notes[0]["id"]}

        def at_home(conn: Connection) -> list[str]:
            query = select(tables.objects.c.uri).join(
                tables.home_entries, tables.home_entries.c.object_id == tables.objects.c.id
            )
            return list(
                conn.scalars(query.where(tables.home_entries.c.owner_id == ben.id).order_by(tables.home_entries.c.id))
            )

        read = [note["id"] for note in notes[-first_posts.AT_MOST :]]
        assert await peer.store.read(at_home) == [notes[0]["id"], *read]
        assert {"/notes/90", "/notes/91"}.isdisjoint(server.asked)


def collection_of(server: Remote, author: str, *items: str) -> dict[str, Any]:
    uri = f"{server.origin}/lists/1"
    document = {
        "@context": CONTEXT,
        "id": uri,
        "type": "Article",
        "attributedTo": author,
        "name": "Casting for everybody",
        "content": "<p>A list</p>",
        "to": [PUBLIC],
        "published": "2026-11-24T12:00:00Z",
        "steps": f"{uri}/items",
        "mainEntity": {
            "id": f"{uri}#it",
            "type": ["LearningResource", "Collection"],
            "rz:kind": "collection",
            "name": "Casting for everybody",
            "inLanguage": "en",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "hasPart": [{"type": "LearningResource", "id": each, "name": each} for each in items],
        },
    }
    server.documents["/lists/1"] = document
    server.documents["/lists/1/items"] = {
        "@context": CONTEXT,
        "id": f"{uri}/items",
        "type": "OrderedCollection",
        "totalItems": len(items),
        "orderedItems": list(items),
    }
    return document


async def test_a_collection_whose_change_was_lost_is_put_right_within_a_day(museum):
    peer, clock = museum
    await peer.system.schedule.start()
    one, two, three = (f"https://elsewhere.example/r/{number}" for number in range(3))
    async with remote() as server:
        ada = server.actor("ada")
        found = await peer.system.federation.fetcher.object(collection_of(server, ada.uri, one, two)["id"])

        def held(conn: Connection) -> list[str]:
            return [each.iri for each in items_of(resources.load_by_object(conn, found.id).record)]

        assert await peer.store.read(held) == [one, two]
        collection_of(server, ada.uri, two, three, one)
        await a_day_later(peer, clock)
        assert await peer.store.read(held) == [two, three, one]
        server.asked.clear()
        await a_day_later(peer, clock)
        assert set(server.asked) == {"/lists/1/items"}  # nothing new: the list alone is looked at
