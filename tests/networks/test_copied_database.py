"""A node goes to PostgreSQL and back, and no reader, no app and no other server notices."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from node.clock import FixedClock
from node.config import Config
from node.domain.visibility import Visibility
from node.services.house.copying import copy_database
from node.store.library import catalogues
from node.store.people.actors import Actor
from node.store.search import indexing
from node.store.tables import jobs
from tests import stores
from tests.client import App, app_of
from tests.happenings import answer, meet, publish, state_of
from tests.network import Network, Peer, network, running_peer
from tests.notes import publish_note
from tests.records import loosely, record

postgresql, empty_postgresql = stores.postgresql, stores.empty_postgresql

PAGES = (
    "/",
    "/resources",
    "/@ada",
    "/events",
    "/calendar.ics",
    "/search?q=casting",
    "/search?q=workshop",
    "/resources.atom",
)
CALLS = ("v1/timelines/home", "v1/notifications", "v1/accounts/verify_credentials", "learning/v1/catalogue")


async def look(app: App, *pages: str) -> dict[str, Any]:
    """What readers and apps see."""
    await app.peer.store.write(indexing.work_off)
    seen: dict[str, Any] = {}
    for path in (*PAGES, *(page.removeprefix(app.peer.origin) for page in pages)):
        found = await app.ask("GET", path)
        assert found.status == 200, path
        seen[path] = await found.text()
    return seen | {path: await app.get(path) for path in CALLS}


def count_waiting(conn: Connection) -> int:
    return conn.scalar(select(func.count()).select_from(jobs).where(jobs.c.kind == "deliver")) or 0


async def say(peer: Peer, author: Actor, text: str, reply_to: str | None = None) -> Any:
    return await peer.store.write(publish_note, peer.unit(), author.id, text, Visibility.PUBLIC, in_reply_to=reply_to)


@asynccontextmanager
async def copied(config: Config, folder: Path, clock: FixedClock, url: str) -> AsyncIterator[Peer]:
    """The node, which is stopped, on its other database."""
    meant = dataclasses.replace(config, database=dataclasses.replace(config.database, url=url))
    result = copy_database(config, meant, clock.now(), stores.silent)
    assert result.mended == {}
    assert result.catalogue is not None
    there = {"database": {"url": url}}
    async with running_peer(folder, config.node.handle, host=config.host, clock=clock, sections=there) as peer:
        yield peer


@pytest.mark.dear("a node that is built three times, with all its pages, and all migrations on PostgreSQL")
async def test_a_node_goes_to_postgresql_and_back(tmp_path: Path, empty_postgresql: str) -> None:
    clock, folder = FixedClock(), tmp_path / "hospital"
    async with network(tmp_path, "university", clock=clock) as net:
        async with running_peer(folder, "hospital", clock=clock) as hospital:
            app, ben, event = await fill(net, hospital)
            waiting = await say(hospital, app.me, "Written before, #waiting for the post.")
            jobs_before = await hospital.store.read(count_waiting)
            before = await look(app, event.url)

        config = hospital.system.node.config
        async with copied(config, folder, clock, empty_postgresql) as hospital:
            app.peer = hospital
            assert hospital.store.dialect == "postgresql"
            assert await look(app, event.url) == before
            assert await hospital.store.read(count_waiting) == jobs_before
            both = Network([hospital, *net.peers])
            await live_on(both, app, ben, event, waiting)

            for place in folder.glob("rhizome.sqlite3*"):
                place.unlink()
            before = await look(app, event.url)
        config = hospital.system.node.config
        async with copied(config, folder, clock, "") as hospital:
            app.peer = hospital
            assert hospital.store.dialect == "sqlite"
            assert await look(app, event.url) == before
            await live_on(Network([hospital, *net.peers]), app, ben, event, waiting)


async def fill(net: Network, hospital: Peer) -> tuple[App, Actor, Any]:
    """People, resources, posts, followers, and an event with an answer from elsewhere."""
    (university,) = net.peers
    both = Network([hospital, university])
    app = await app_of(hospital, "ada")
    ben = await university.add_actor("ben")
    await meet(both, app.me, (university, ben))
    await hospital.follow(app.me, ben.uri)
    await university.follow(await university.organisation(), (await hospital.organisation()).uri)
    for number in range(3):
        await hospital.publish(record(id=f"https://h.example/{number}", name={"en": f"Casting {number}"}))
    event = await publish(hospital, app.me)
    await both.settle()
    await answer(university, ben, event.uri)
    await say(university, ben, "Hello from elsewhere.")
    await both.settle()
    assert await state_of(hospital, app.me, event.uri) in {"", "going"}
    return app, ben, event


@loosely
async def live_on(both: Network, app: App, ben: Actor, event: Any, waiting: Any) -> None:
    """What waited is delivered, both nodes hear each other, ids go on, and the search finds what is old and new."""
    hospital, university = both.peers
    assert app.me is not None
    await both.settle()
    assert (await university.object(waiting.uri)) is not None
    written = await say(hospital, app.me, f"From {hospital.store.dialect}.")
    assert written.id > waiting.id
    await hospital.publish(record(id=f"https://h.example/{hospital.store.dialect}"))
    await both.settle()
    reply = await say(university, ben, "And an answer.", written.uri)
    await both.settle()
    assert (await hospital.object(reply.uri)).in_reply_to == written.uri
    uri = (await hospital.organisation()).catalogue
    ours, theirs = [await peer.store.read(catalogues.find_by_uri, uri) for peer in both.peers]
    assert (ours.total, ours.digest) == (theirs.total, theirs.digest)
    seen = await look(app, event.url)
    assert "Casting 1" in seen["/search?q=casting"]
    for word, uris in {"before": [waiting.uri], hospital.store.dialect: [written.uri]}.items():
        found = await app.get("v2/search", q=word, type="statuses")
        assert [each["uri"] for each in found["statuses"]] == uris
